#include "sim/service.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "sim/deliver.h"
#include "wire/jsonw.h"
#include "wire/text.h"

static const char *content_type(SimProto p)
{
	switch (p) {
	case PROTO_JSON10: return "application/x-amz-json-1.0";
	case PROTO_JSON11: return "application/x-amz-json-1.1";
	case PROTO_REST:   return "application/json";
	case PROTO_QUERY:  return "text/xml";
	case PROTO_XML:    return "application/xml";
	}
	return "application/json";
}

void sim_put_xml(Buf *out, Str text)
{
	for (size_t i = 0; i < text.n; i++) {
		switch (text.p[i]) {
		case '&': buf_puts(out, "&amp;"); break;
		case '<': buf_puts(out, "&lt;"); break;
		case '>': buf_puts(out, "&gt;"); break;
		default:  buf_putc(out, text.p[i]);
		}
	}
}

static void put_xml_error(SimCall *c, Buf *out, const char *code, const char *message)
{
	buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>");
	sim_put_xml(out, str_of(code));
	buf_puts(out, "</Code><Message>");
	sim_put_xml(out, str_of(message));
	buf_printf(out, "</Message><RequestId>%s</RequestId></Error>", c->request_id);
}

static void put_query_error(SimCall *c, Buf *out, const char *code, const char *message)
{
	buf_puts(out, "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>");
	sim_put_xml(out, str_of(code));
	buf_puts(out, "</Code><Message>");
	sim_put_xml(out, str_of(message));
	buf_printf(out, "</Message></Error><RequestId>%s</RequestId></ErrorResponse>", c->request_id);
}

Str sim_header(const HttpdRequest *rq, const char *name)
{
	for (size_t i = 0; i < rq->header_count; i++)
		if (str_is(rq->headers[i].name, name))
			return rq->headers[i].value;
	return (Str){0};
}

void sim_answer_as(SimCall *c, int status, Str body, const char *extra_name, Str extra_value)
{
	HttpHeader headers[3] = {
		{ STR("content-type"), str_of(content_type(c->proto)) },
		{ STR("x-amzn-requestid"), str_of(c->request_id) },
		{ str_of(extra_name), extra_value },
	};
	HttpdReply reply = { .status = status, .headers = headers, .header_count = extra_name ? 3 : 2, .body = body };

	deliver_reply(c, &reply);
}

void sim_reply(SimCall *c, int status, const HttpHeader *headers, size_t n, Str body)
{
	HttpHeader *all = ARENA_ARRAY(c->arena, HttpHeader, n + 1);
	bool typed = false;

	for (size_t i = 0; i < n; i++) {
		all[i] = headers[i];
		typed |= str_eq_nocase(headers[i].name, STR("content-type"));
	}
	if (!typed)
		all[n++] = (HttpHeader){ STR("content-type"), str_of(content_type(c->proto)) };
	deliver_reply(c, &(HttpdReply){ .status = status, .headers = all, .header_count = n, .body = body });
}

void sim_answer(SimCall *c, Str body)
{
	sim_answer_as(c, 200, body, NULL, (Str){0});
}

void sim_fail(SimCall *c, int status, const char *code, const char *message)
{
	sim_fail_query(c, status, code, code, message);
}

void sim_fail_query(SimCall *c, int status, const char *code, const char *query_code, const char *message)
{
	Buf body = {0};
	JsonW w = jw_to(&body);
	char query_error[128];
	const char *extra = NULL;
	Str value = {0};

	if (c->proto == PROTO_QUERY) {
		put_query_error(c, &body, code, message);
	} else if (c->proto == PROTO_XML) {
		put_xml_error(c, &body, code, message);
	} else {
		jw_object(&w);
		jw_kstr(&w, "__type", str_of(code));
		jw_kstr(&w, "message", str_of(message));
		jw_object_end(&w);
	}
	if (c->proto == PROTO_REST) {
		extra = "x-amzn-errortype";
		value = str_of(code);
	} else if (sim_header(c->rq, "x-amzn-query-mode").n) {
		snprintf(query_error, sizeof query_error, "%s;%s", query_code, status < 500 ? "Sender" : "Receiver");
		extra = "x-amzn-query-error";
		value = str_of(query_error);
	}
	sim_answer_as(c, status, buf_str(&body), extra, value);
	buf_done(&body);
}

void sim_fail_err(SimCall *c, const char *code, const Err *e)
{
	sim_fail(c, 400, code, e->text);
}

void sim_unknown(SimCall *c)
{
	if (c->proto == PROTO_QUERY)
		sim_fail(c, 400, "InvalidAction", "The simulated region does not serve this action.");
	else
		sim_fail(c, c->proto == PROTO_REST ? 404 : 400, "UnknownOperationException",
		         "The simulated region does not serve this operation.");
}

void sim_run(SimCall *c, const SimOperation *table, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (str_is(c->operation, table[i].name)) {
			table[i].run(c);
			return;
		}
	}
	sim_unknown(c);
}

static void on_timer_closed(uv_handle_t *h)
{
	SimStream *s = h->data;

	s->done(s);
}

static void stream_drop(SimStream *s)
{
	SimStream **at = sim_streams(s->sim);

	while (*at && *at != s)
		at = &(*at)->next;
	if (!*at)
		return;                /* already on its way out */
	*at = s->next;
	uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}

static void on_gone(void *arg)
{
	SimStream *s = arg;

	s->out = NULL;
	stream_drop(s);
}

static void on_tick(uv_timer_t *t)
{
	SimStream *s = t->data;

	s->tick(s);
}

void sim_stream_begin(SimCall *c, SimStream *s, uint64_t every_ms)
{
	sim_stream_begin_with(c, s, every_ms, NULL);
}

void sim_stream_begin_with(SimCall *c, SimStream *s, uint64_t every_ms, const HttpHeader *extra)
{
	HttpHeader headers[] = {
		{ STR("content-type"), STR("application/vnd.amazon.eventstream") },
		{ STR("x-amzn-requestid"), str_of(c->request_id) },
		{ extra ? extra->name : STR(""), extra ? extra->value : STR("") },
	};

	sim_stream_begin_as(c, s, every_ms, headers, extra ? 3 : 2);
}

void sim_stream_begin_as(SimCall *c, SimStream *s, uint64_t every_ms, const HttpHeader *headers, size_t n)
{
	HttpdReply head = { .status = 200, .headers = headers, .header_count = n };

	s->sim = c->sim;
	s->next = *sim_streams(c->sim);
	*sim_streams(c->sim) = s;
	(void)uv_timer_init(sim_loop(c->sim), &s->timer);      /* cannot fail (libuv documentation) */
	s->timer.data = s;
	(void)uv_timer_start(&s->timer, on_tick, (uint64_t)c->plan.latency_ms, every_ms);
	s->out = deliver_open(c, &head, on_gone, s);
}

void sim_stream_put(SimStream *s, Str frames)
{
	if (!s->out || deliver_put(s->out, frames) == 0)
		return;
	s->out = NULL;
	stream_drop(s);
}

void sim_stream_end(SimStream *s)
{
	if (s->out)
		deliver_end(s->out);
	s->out = NULL;
	stream_drop(s);
}

void sim_stream_close_all(Sim *sim)
{
	while (*sim_streams(sim)) {
		SimStream *s = *sim_streams(sim);
		s->out = NULL;
		stream_drop(s);
	}
	deliver_close_all(sim);
}
