/* Any bytes as a stream of server-sent events with JSON-RPC messages in them: whatever the pieces, the same events come out, and a
 * message that was read can be answered or refused in a form that reads back. What it holds is read as everything that a server of the
 * Model Context Protocol may answer with, and what does not read has a sentence. The first byte chooses the pieces; its top bit takes
 * the rest as one message. */
#include <stdlib.h>

#include "mcp/messages.h"
#include "wire/sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { EVENT_MAX = 1 << 12 };

static void need(bool holds)
{
	if (!holds)
		abort();
}

static bool same_id(const RpcId *a, const RpcId *b)
{
	return a->kind == b->kind && (a->kind != RPC_ID_NUMBER || a->number == b->number) && (a->kind != RPC_ID_TEXT || str_eq(a->text, b->text));
}

static void read_back(Arena *a, const Buf *text, RpcMessage *m)
{
	JsonVal v;

	need(!memchr(text->p, '\n', text->n));
	need(jv_parse(a, buf_str(text), text->n, &v, NULL) == 0 && rpc_read(v, m, NULL) == 0);
}

static void check_tools(Arena *a, JsonVal tools)
{
	McpToolItem item;

	for (size_t i = 0; i < jv_count(tools); i++) {
		Err e = { 0 };

		if (mcp_read_tool(a, jv_at(tools, i), &item, &e) < 0)
			need(e.text[0]);
		else
			need(item.name.n && item.name.n <= MCP_NAME_MAX && !memchr(item.name.p, '\x1b', item.name.n) && strlen(item.hash) == 64);
	}
}

static void check_answer(Arena *a, JsonVal result)
{
	McpHello hello;
	McpResult r;
	JsonVal tools;
	Str cursor;
	Err e[3] = { { 0 } };

	need(mcp_read_initialize(result, &hello, &e[0]) == 0 ? hello.version != NULL : e[0].text[0] != '\0');
	if (mcp_read_page(result, &tools, &cursor, &e[1]) == 0)
		check_tools(a, tools);
	else
		need(e[1].text[0]);
	need(mcp_read_result(a, result, &r, &e[2]) == 0 ? r.text.n <= MCP_TEXT_MAX : e[2].text[0] != '\0');
}

static void check_message(Str text)
{
	Arena a = { 0 };
	RpcMessage m, back;
	Buf out = { 0 }, part = { 0 };
	Err e = { 0 };
	JsonVal v;

	if (jv_parse(&a, text, text.n, &v, NULL) == 0) {
		if (rpc_read(v, &m, &e) < 0) {
			need(e.text[0]);
		} else {
			McpProgress p;
			int64_t id;

			check_answer(&a, m.kind == RPC_RESULT ? m.result : m.params);
			(void)mcp_read_progress(m.params, &id, &p, NULL);      /* one that does not read is none */
			need((m.kind == RPC_REQUEST || m.kind == RPC_NOTIFICATION) == (m.method.n > 0));
			rpc_put_error(&out, &m.id, RPC_NO_METHOD, "no");
			read_back(&a, &out, &back);
			need(back.kind == RPC_ERROR && back.code == RPC_NO_METHOD && same_id(&m.id, &back.id));
			if (m.kind == RPC_RESULT && jv_write(m.result, &part) == 0) {
				buf_reset(&out);
				rpc_put_result(&out, &m.id, buf_str(&part));
				read_back(&a, &out, &back);
				need(back.kind == RPC_RESULT && same_id(&m.id, &back.id) && jv_type(back.result) == jv_type(m.result));
			}
		}
	}
	buf_done(&part);
	buf_done(&out);
	arena_done(&a);
}

static int on_event(void *arg, Str type, Str data)
{
	(void)buf_printf(arg, "\n%zu %zu ", type.n, data.n);
	(void)buf_put_str(arg, type);
	(void)buf_put_str(arg, data);
	need(data.n <= EVENT_MAX);
	check_message(data);
	return 0;
}

static void run(Str bytes, size_t piece, Buf *log)
{
	Err e = { 0 };
	int rc = 0;
	Sse s;

	sse_init(&s, EVENT_MAX);
	for (size_t at = 0; at < bytes.n && rc == 0; at += piece)
		rc = sse_feed(&s, str_sub(bytes, at, piece), on_event, log, &e);
	need((rc < 0) == (e.text[0] != '\0'));
	sse_done(&s);
}

/* What is too big is told as soon as that is known, which pieces may put off: up to there the events are the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Buf whole = { 0 }, cut = { 0 };
	Str rest;

	if (!size)
		return 0;
	rest = (Str){ (const char *)data + 1, size - 1 };
	if (data[0] & 0x80) {
		check_message(rest);
		return 0;
	}
	run(rest, rest.n + 1, &whole);
	run(rest, 1 + data[0] % 61, &cut);
	need(str_starts(buf_str(&cut), buf_str(&whole)) || str_starts(buf_str(&whole), buf_str(&cut)));
	if (rest.n <= EVENT_MAX)
		need(str_eq(buf_str(&whole), buf_str(&cut)));
	buf_done(&whole);
	buf_done(&cut);
	return 0;
}
