/* Requests on their way: deadlines, retries, cancellation, and what is told of their end. */
#include "mcp/mcp_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/retry.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum { PROGRESS_TIMES = 10, ARGUMENTS_MAX = MCP_MESSAGE_MAX / 2 };

static McpCall *call_new(Mcp *m)
{
	McpCall *c = xcalloc(1, sizeof *c);

	c->m = m;
	TAILQ_INSERT_TAIL(&m->calls, c, link);
	return c;
}

static void call_free(McpCall *c)
{
	free(c->tool);
	buf_done(&c->arguments);
	free(c);
}

McpCall *mcp_call_find(Mcp *m, int64_t id)
{
	McpCall *c;

	TAILQ_FOREACH(c, &m->calls, link)
		if (c->id == id && c->state == MCP_CALL_SENT)
			return c;
	return NULL;
}

/* --- its end --- */

/* The breaker hears of each call once. */
static void tell_breaker(McpCall *c, BreakerResult result, const char *why)
{
	McpPin *pin = pins_get(&c->m->pins, str_of(c->tool));

	breaker_tell(&pin->breaker, c->probe, result, why, UINT32_MAX, clock_mono_ms());
	c->probe = false;
}

static void finish(McpCall *c, const McpResult *result, const Err *why)
{
	TAILQ_REMOVE(&c->m->calls, c, link);
	c->h.on_done(c, result, why, c->h.arg);
	call_free(c);
}

static void end_later(McpCall *c, const Err *why, BreakerResult result)
{
	if (c->state == MCP_CALL_ENDED)
		return;
	c->state = MCP_CALL_ENDED;
	c->err = *why;
	tell_breaker(c, result, why->text);
	mcp_wake(c->m);
}

static void drop_question(McpCall *c)
{
	TAILQ_REMOVE(&c->m->calls, c, link);
	call_free(c);
}

/* "SERVER/TOOL: …". What the server had begun and cannot be asked about is not known. */
static void say(const McpCall *c, Err *e, const char *text, bool not_done)
{
	bool unknown = !not_done && !c->repeatable;

	(void)err_kind(e, unknown ? ERR_UNKNOWN : ERR_FAILED, "%.*s/%s: %.700s%s", STR_ARG(c->m->spec.name), c->tool, text,
	               unknown ? "; whether the tool has done its work is not known" : "");
}

/* --- sending --- */

static void tell_cancelled(McpCall *c, const char *reason)
{
	Mcp *m = c->m;
	Buf out = { 0 };

	if (c->state != MCP_CALL_SENT || !m->carrier || m->drop)
		return;
	mcp_put_cancelled(&out, c->id, reason);
	(void)m->carry->send(m->carrier, buf_str(&out), 0, NULL);      /* it is not waited for any more, whether it hears of that or not */
	m->carry->forget(m->carrier, c->id);
	buf_done(&out);
}

static int send_call(McpCall *c, Err *e)
{
	Mcp *m = c->m;
	Buf out = { 0 };
	int rc;

	c->id = m->next_id++;
	mcp_put_call(&out, c->id, str_of(c->tool), buf_str(&c->arguments));
	rc = m->carry->send(m->carrier, buf_str(&out), c->id, e);
	buf_done(&out);
	if (rc == 0) {
		c->state = MCP_CALL_SENT;
		c->due_ms = clock_mono_ms() + m->spec.timeout_ms;
		mcp_wake(m);
	}
	return rc;
}

int mcp_ask(Mcp *m, void (*put)(Mcp *m, Buf *out, int64_t id), void (*answer)(Mcp *m, const RpcMessage *msg), Err *e)
{
	McpCall *c = call_new(m);
	Buf out = { 0 };
	int rc;

	c->answer = answer;
	c->id = m->next_id++;
	c->due_ms = c->last_ms = clock_mono_ms() + m->spec.timeout_ms;
	put(m, &out, c->id);
	rc = m->carry->send(m->carrier, buf_str(&out), c->id, e);
	buf_done(&out);
	if (rc < 0)
		drop_question(c);
	mcp_wake(m);
	return rc;
}

/* --- answers --- */

/* What a tool promised of its result is held against it. */
static int check_output(const McpCall *c, const McpResult *r, Err *e)
{
	const McpTool *t = mcp_tool(c->m, str_of(c->tool));
	Arena a = { 0 };
	Err why = { 0 };
	JsonVal v;
	int rc = 0;

	if (!t || !t->output || !r->structured.n || r->is_error)
		return 0;
	if (jv_parse(&a, r->structured, MCP_MESSAGE_MAX, &v, &why) < 0 || jsonschema_fits(t->output, v, "structuredContent", &why) < 0)
		rc = err_set(e, "its result does not fit its outputSchema: %s", why.text);
	arena_done(&a);
	return rc;
}

void mcp_call_answer(McpCall *c, const RpcMessage *msg)
{
	Mcp *m = c->m;
	Arena a = { 0 };
	McpResult r;
	Err e = { 0 }, why = { 0 };

	if (c->answer) {
		void (*answer)(Mcp *, const RpcMessage *) = c->answer;

		drop_question(c);
		answer(m, msg);
		return;
	}
	if (msg->kind == RPC_ERROR) {
		(void)err_set(&why, "the server refused: %.*s (%lld)", STR_ARG(str_sub(msg->message, 0, 500)), (long long)msg->code);
		say(c, &e, why.text, true);
		tell_breaker(c, msg->code == RPC_INTERNAL ? BREAKER_FAILED : BREAKER_ALIVE, e.text);
		finish(c, NULL, &e);
	} else if (mcp_read_result(&a, msg->result, &r, &why) < 0 || check_output(c, &r, &why) < 0) {
		say(c, &e, why.text, true);
		tell_breaker(c, BREAKER_FAILED, e.text);
		finish(c, NULL, &e);
	} else {
		tell_breaker(c, BREAKER_ALIVE, "");
		finish(c, &r, NULL);
	}
	arena_done(&a);
	mcp_wake(m);
}

void mcp_call_progress(McpCall *c, const McpProgress *p)
{
	int64_t due = clock_mono_ms() + c->m->spec.timeout_ms;

	if (c->answer)
		return;
	c->due_ms = due < c->last_ms ? due : c->last_ms;
	if (c->h.on_progress)
		c->h.on_progress(c, p, c->h.arg);
}

/* --- no answers --- */

static bool hold(McpCall *c, int64_t after_ms)
{
	const RetryAsk ask = { -1, after_ms };

	if (c->tries >= MCP_RETRIES)
		return false;
	c->state = MCP_CALL_HELD;
	c->at_ms = clock_mono_ms() + retry_wait_ms(c->tries++, false, (int)c->m->spec.retry_ms, UINT32_MAX, &ask);
	mcp_wake(c->m);
	return true;
}

void mcp_call_miss(McpCall *c, const CarrierMiss *miss)
{
	Err e = { 0 };

	if (miss->again && (miss->not_done || c->repeatable) && hold(c, miss->after_ms))
		return;
	say(c, &e, miss->err.text, miss->not_done);
	end_later(c, &e, BREAKER_FAILED);
}

void mcp_calls_lost(Mcp *m, const Err *why)
{
	McpCall *c, *next;
	Err e;

	for (c = TAILQ_FIRST(&m->calls); c; c = next) {
		next = TAILQ_NEXT(c, link);
		if (c->answer) {
			drop_question(c);
		} else if (c->state == MCP_CALL_SENT && !(c->repeatable && hold(c, -1))) {
			say(c, &e, why->text, false);
			end_later(c, &e, BREAKER_FAILED);
		}
	}
}

void mcp_calls_end(Mcp *m, const Err *why)
{
	McpCall *c, *next;
	Err e;

	for (c = TAILQ_FIRST(&m->calls); c; c = next) {
		next = TAILQ_NEXT(c, link);
		if (c->answer) {
			drop_question(c);
		} else {
			say(c, &e, why->text, c->state == MCP_CALL_HELD);
			end_later(c, &e, m->closing ? BREAKER_NEITHER : BREAKER_FAILED);
		}
	}
}

static void time_out(McpCall *c)
{
	Mcp *m = c->m;
	char text[80];
	Err e = { 0 };

	(void)snprintf(text, sizeof text, "no answer within %.1f s", (double)m->spec.timeout_ms / 1000);
	if (c->answer) {
		(void)err_set(&e, "it does not answer: %s", text);
		mcp_lose(m, &e, false);
		return;
	}
	tell_cancelled(c, text);
	say(c, &e, text, c->state == MCP_CALL_HELD);
	end_later(c, &e, BREAKER_FAILED);
}

static void send_again(McpCall *c)
{
	Err e = { 0 }, why = { 0 };

	if (send_call(c, &why) == 0)
		return;
	say(c, &e, why.text, true);
	end_later(c, &e, BREAKER_FAILED);
}

/* When something is to be done about it. A held one waits for its server too, and not longer than an answer may take. */
static int64_t due(const McpCall *c)
{
	if (c->state == MCP_CALL_ENDED)
		return 0;
	if (c->state == MCP_CALL_HELD && c->m->state == MCP_READY && c->at_ms < c->last_ms)
		return c->at_ms;
	return c->state == MCP_CALL_HELD ? c->last_ms : c->due_ms;
}

int64_t mcp_calls_next(const Mcp *m)
{
	const McpCall *c;
	int64_t next = INT64_MAX;

	TAILQ_FOREACH(c, &m->calls, link)
		if (due(c) < next)
			next = due(c);
	return next;
}

void mcp_calls_turn(Mcp *m, int64_t now_ms)
{
	McpCall *c;

	/* From the front each time: whoever is called back may ask, cancel and close. */
	for (c = TAILQ_FIRST(&m->calls); c; ) {
		if (due(c) > now_ms) {
			c = TAILQ_NEXT(c, link);
			continue;
		}
		if (c->state == MCP_CALL_ENDED)
			finish(c, NULL, &c->err);
		else if (c->state == MCP_CALL_HELD && now_ms < c->last_ms)
			send_again(c);
		else
			time_out(c);
		c = TAILQ_FIRST(&m->calls);
	}
}

/* --- for callers --- */

static int may_call(Mcp *m, Str name, const McpTool **tool, Err *e)
{
	const McpTool *t = mcp_tool(m, name);

	*tool = t;
	if (m->state != MCP_READY || m->closing)
		return err_set(e, "%s", m->state == MCP_STARTING ? "its server is still starting" : m->closing ? "it was closed" : m->why.text);
	if (!t)
		return err_kind(e, ERR_USAGE, "its server has no such tool, or the configuration does not allow it");
	if (t->trust != MCP_ACCEPTED)
		return err_kind(e, ERR_REFUSED, "%s; look at it, then: seismo mcp accept %s", t->trust == MCP_NEW ?
		                "the tool came up after its server's tools were accepted" :
		                "its definition is another than the one that was accepted", t->qualified.p);
	return t->fault ? err_set(e, "%s", t->fault) : 0;
}

/* Whatever is sent was read and written again: no line ends, and nothing twice. */
static int take_arguments(const McpTool *t, Str arguments, Buf *out, Err *e)
{
	Arena a = { 0 };
	JsonVal v;
	int rc = -1;

	if (jv_parse(&a, arguments.n ? arguments : STR("{}"), ARGUMENTS_MAX, &v, e) < 0)
		(void)err_wrap(e, "its arguments are no JSON");
	else if (jv_type(v) != JV_OBJECT)
		(void)err_kind(e, ERR_REFUSED, "its arguments must be a JSON object");
	else if (jsonschema_fits(t->input, v, "the arguments as a whole", e) == 0)
		rc = jv_write(v, out);
	arena_done(&a);
	return rc;
}

static int ask_breaker(Mcp *m, const McpTool *t, bool *probe, Err *e)
{
	McpPin *pin = pins_get(&m->pins, t->name);
	int64_t now = clock_mono_ms();

	switch (breaker_ask(&pin->breaker, m, now)) {
	case BREAKER_PASS:
		return 0;
	case BREAKER_PROBE:
		*probe = true;
		return 0;
	case BREAKER_WAIT:
		return err_set(e, "it failed %d times in a row, and another call is finding out whether it works again", pin->breaker.failures);
	case BREAKER_REFUSE:
		break;
	}
	return err_set(e, "it failed %d times in a row and is left alone for %lld s more; the last time: %s", pin->breaker.failures,
	               (long long)(pin->breaker.until_ms - now + 999) / 1000, pin->breaker.why);
}

McpCall *mcp_call(Mcp *m, Str tool, Str arguments, const McpHandler *h, Err *e)
{
	const McpTool *t;
	Buf text = { 0 };
	bool probe = false;
	McpCall *c;

	if (may_call(m, tool, &t, e) < 0 || take_arguments(t, arguments, &text, e) < 0 || ask_breaker(m, t, &probe, e) < 0) {
		(void)err_wrap(e, "%.*s/%.*s was not called", STR_ARG(m->spec.name), STR_ARG(str_sub(tool, 0, MCP_NAME_MAX)));
		buf_done(&text);
		return NULL;
	}
	c = call_new(m);
	c->h = *h;
	c->tool = xstrndup(t->name.p, t->name.n);
	c->arguments = text;
	c->probe = probe;
	c->repeatable = t->read_only || t->idempotent;
	c->last_ms = clock_mono_ms() + PROGRESS_TIMES * m->spec.timeout_ms;
	if (send_call(c, e) == 0)
		return c;
	(void)err_wrap(e, "%.*s was not called", STR_ARG(t->qualified));
	tell_breaker(c, BREAKER_NEITHER, "");
	drop_question(c);
	return NULL;
}

void mcp_cancel(McpCall *c)
{
	Err e = { 0 };

	if (c->state == MCP_CALL_ENDED)
		return;
	tell_cancelled(c, "cancelled");
	say(c, &e, "cancelled", c->state == MCP_CALL_HELD);
	end_later(c, &e, BREAKER_NEITHER);
}
