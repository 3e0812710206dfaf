/* What comes from the server: its greeting, its list of tools, what it asks and what it tells. */
#include "mcp/mcp_own.h"

#include <string.h>

#include "base/clock.h"
#include "wire/jsonw.h"

enum { GARBAGE_MAX = 20, BATCH_MAX = 256, SECOND_MAX = 5000, RELIST_MS = 500 };

/* --- greeting --- */

static int send_note(Mcp *m, const char *method, int64_t id, Err *e)
{
	Buf out = { 0 };
	int rc;

	rpc_put_notification(&out, method, STR(""));
	rc = m->carry->send(m->carrier, buf_str(&out), id, e);
	buf_done(&out);
	return rc;
}

static void put_initialize(Mcp *m, Buf *out, int64_t id)
{
	mcp_put_initialize(out, id, m->spec.client_version);
}

static void ready(Mcp *m)
{
	m->state = MCP_READY;
	m->ready_ms = clock_mono_ms();
	mcp_changed(m);
}

/* A refusal in the server's own words. */
static void refusal(const RpcMessage *msg, const char *what, Err *e)
{
	(void)err_set(e, "it refused %s: %.*s (%lld)", what, STR_ARG(str_sub(msg->message, 0, 300)), (long long)msg->code);
}

static void on_greeted(Mcp *m, const RpcMessage *msg)
{
	McpHello hello;
	Err e = { 0 };

	if (msg->kind == RPC_ERROR) {
		refusal(msg, "the greeting", &e);
		mcp_lose(m, &e, true);
		return;
	}
	if (mcp_read_initialize(msg->result, &hello, &e) < 0) {
		mcp_lose(m, &e, true);
		return;
	}
	m->version = hello.version;
	m->listing = hello.has_tools;
	m->carry->agreed(m->carrier, m->version);
	if (send_note(m, "notifications/initialized", MCP_ID_INITIALIZED, &e) < 0)
		mcp_lose(m, &e, false);
	else if (m->carry == &carrier_stdio)      /* the others say when it has arrived */
		mcp_initialized(m);
}

void mcp_greet(Mcp *m)
{
	Err e = { 0 };

	if (mcp_ask(m, put_initialize, on_greeted, &e) < 0)
		mcp_lose(m, &e, false);
}

void mcp_initialized(Mcp *m)
{
	if (m->state != MCP_STARTING)
		return;
	if (m->listing)
		mcp_list(m);
	else
		ready(m);
}

/* --- the list of tools --- */

static void ask_page(Mcp *m);

static void list_failed(Mcp *m, const Err *why)
{
	m->listing = false;
	tools_done(&m->fresh);
	if (m->state == MCP_STARTING)
		mcp_lose(m, why, true);
}

static void list_done(Mcp *m)
{
	McpToolList old = m->tools;

	m->listing = false;
	tools_judge(&m->fresh, &m->pins, !m->pins.n);
	m->tools = m->fresh;
	m->fresh = (McpToolList){ .server = m->spec.name, .allow = m->spec.tools, .allow_n = m->spec.tools_n };
	tools_done(&old);
	if (m->state == MCP_STARTING)
		ready(m);
	else
		mcp_changed(m);
}

static void on_page(Mcp *m, const RpcMessage *msg)
{
	JsonVal tools;
	Err e = { 0 };
	Str cursor;
	bool again;

	if (msg->kind == RPC_ERROR) {
		refusal(msg, "its list of tools", &e);
		list_failed(m, &e);
		return;
	}
	if (mcp_read_page(msg->result, &tools, &cursor, &e) < 0) {
		(void)err_wrap(&e, "its list of tools cannot be read");
		list_failed(m, &e);
		return;
	}
	tools_add(&m->fresh, tools);
	again = cursor.n && str_eq(cursor, buf_str(&m->cursor));
	if (again || m->pages >= MCP_PAGES_MAX) {
		(void)err_set(&e, again ? "its list of tools goes round in a circle" : "its list of tools has more than %d pages", (int)MCP_PAGES_MAX);
		list_failed(m, &e);
	} else if (cursor.n) {
		buf_reset(&m->cursor);
		(void)buf_put_str(&m->cursor, cursor);      /* smaller than the message that it came in */
		ask_page(m);
	} else {
		list_done(m);
	}
}

static void put_page(Mcp *m, Buf *out, int64_t id)
{
	mcp_put_list(out, id, buf_str(&m->cursor));
}

static void ask_page(Mcp *m)
{
	Err e = { 0 };

	m->pages++;
	if (mcp_ask(m, put_page, on_page, &e) < 0)
		list_failed(m, &e);
}

void mcp_list(Mcp *m)
{
	m->listing = true;
	m->pages = 0;
	buf_reset(&m->cursor);
	tools_done(&m->fresh);
	ask_page(m);
}

/* --- what it asks --- */

/* Everything but ping is refused; these have a sentence of their own. */
static const char *const not_offered[][2] = {
	{ "sampling/createMessage", "seismo lets no server ask its models" },
	{ "elicitation/create", "seismo lets no server ask its user" },
	{ "roots/list", "seismo shows no server its files" },
};

static void on_asked(Mcp *m, const RpcMessage *msg)
{
	const char *why = "seismo does not know this method";
	Buf out = { 0 };

	for (size_t i = 0; i < sizeof not_offered / sizeof *not_offered; i++)
		if (str_is(msg->method, not_offered[i][0]))
			why = not_offered[i][1];
	if (str_is(msg->method, "ping"))
		rpc_put_result(&out, &msg->id, STR("{}"));
	else
		rpc_put_error(&out, &msg->id, RPC_NO_METHOD, why);
	(void)m->carry->send(m->carrier, buf_str(&out), 0, NULL);      /* one that does not read gets no answers */
	buf_done(&out);
}

/* --- what it tells --- */

static void on_told(Mcp *m, const RpcMessage *msg)
{
	McpProgress p;
	McpCall *c;
	int64_t id;

	if (str_is(msg->method, "notifications/progress")) {
		if (mcp_read_progress(msg->params, &id, &p, NULL) == 0 && (c = mcp_call_find(m, id)))
			mcp_call_progress(c, &p);
	} else if (str_is(msg->method, "notifications/tools/list_changed") && !m->relist_ms) {
		/* Several in a row are one question. */
		m->relist_ms = clock_mono_ms() + RELIST_MS;
		mcp_wake(m);
	}
}

/* Now and then a line that is no message is a program's banner; many are another protocol. */
static void garbage(Mcp *m, const Err *why)
{
	Err e = { 0 };

	if (++m->garbage <= GARBAGE_MAX)
		return;
	(void)err_set(&e, "it sends what is no message of the protocol, again and again: %s", why->text);
	mcp_lose(m, &e, false);
}

static void take_one(Mcp *m, JsonVal v)
{
	RpcMessage msg;
	Err e = { 0 };
	McpCall *c;

	if (rpc_read(v, &msg, &e) < 0) {
		garbage(m, &e);
	} else if (msg.kind == RPC_REQUEST) {
		on_asked(m, &msg);
	} else if (msg.kind == RPC_NOTIFICATION) {
		on_told(m, &msg);
	} else if (msg.id.kind != RPC_ID_NUMBER || msg.id.number < 1 || msg.id.number >= m->next_id) {
		(void)err_set(&e, "an answer to a question that was not asked");
		garbage(m, &e);
	} else if ((c = mcp_call_find(m, msg.id.number))) {
		m->garbage = 0;
		mcp_call_answer(c, &msg);
	}
	/* Else somebody asked once and does not wait any more: a late answer, or a second one. */
}

static bool is_flood(Mcp *m)
{
	int64_t now = clock_mono_ms();
	Err e = { 0 };

	if (now - m->second_ms >= 1000) {
		m->second_ms = now;
		m->in_second = 0;
	}
	if (++m->in_second <= SECOND_MAX)
		return false;
	(void)err_set(&e, "it sends more than %d messages in a second", (int)SECOND_MAX);
	mcp_lose(m, &e, false);
	return true;
}

void mcp_take(Mcp *m, Str json)
{
	Arena a = { 0 };
	Err e = { 0 };
	JsonVal v;

	if (is_flood(m))
		return;
	if (jv_parse(&a, json, MCP_MESSAGE_MAX, &v, &e) < 0) {
		(void)err_wrap(&e, "no JSON");
		garbage(m, &e);
	} else if (jv_type(v) != JV_ARRAY) {
		take_one(m, v);
	} else {
		for (size_t i = 0; i < jv_count(v) && i < BATCH_MAX && !m->drop && !m->closing; i++)
			take_one(m, jv_at(v, i));
	}
	arena_done(&a);
}
