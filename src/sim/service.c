#include "sim/service.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "wire/jsonw.h"
#include "wire/text.h"

static const char *content_type(SimProto p)
{
	switch (p) {
	case PROTO_JSON10: return "application/x-amz-json-1.0";
	case PROTO_JSON11: return "application/x-amz-json-1.1";
	case PROTO_REST:   return "application/json";
	case PROTO_QUERY:  return "text/xml";
	}
	return "application/json";
}

static void put_xml(Buf *out, const char *s)
{
	for (; *s; s++) {
		switch (*s) {
		case '&': buf_puts(out, "&amp;"); break;
		case '<': buf_puts(out, "&lt;"); break;
		case '>': buf_puts(out, "&gt;"); break;
		default:  buf_putc(out, *s);
		}
	}
}

static void put_query_error(SimCall *c, Buf *out, const char *code, const char *message)
{
	buf_puts(out, "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>");
	put_xml(out, code);
	buf_puts(out, "</Code><Message>");
	put_xml(out, message);
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

	httpd_reply(c->conn, &reply);
}

void sim_answer(SimCall *c, Str body)
{
	sim_answer_as(c, 200, body, NULL, (Str){0});
}

void sim_fail(SimCall *c, int status, const char *code, const char *message)
{
	Buf body = {0};
	JsonW w = jw_to(&body);
	char query_error[128];
	const char *extra = NULL;
	Str value = {0};

	if (c->proto == PROTO_QUERY) {
		put_query_error(c, &body, code, message);
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
		snprintf(query_error, sizeof query_error, "%s;%s", code, status < 500 ? "Sender" : "Receiver");
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

	s->conn = NULL;
	stream_drop(s);
}

static void on_tick(uv_timer_t *t)
{
	SimStream *s = t->data;

	s->tick(s);
}

void sim_stream_begin(SimCall *c, SimStream *s, uint64_t every_ms)
{
	HttpHeader headers[] = {
		{ STR("content-type"), STR("application/vnd.amazon.eventstream") },
		{ STR("x-amzn-requestid"), str_of(c->request_id) },
	};
	HttpdReply head = { .status = 200, .headers = headers, .header_count = 2 };

	s->sim = c->sim;
	s->conn = c->conn;
	s->next = *sim_streams(c->sim);
	*sim_streams(c->sim) = s;
	(void)uv_timer_init(sim_loop(c->sim), &s->timer);      /* cannot fail (libuv documentation) */
	s->timer.data = s;
	(void)uv_timer_start(&s->timer, on_tick, 0, every_ms);
	httpd_stream_begin(c->conn, &head, on_gone, s);
}

void sim_stream_end(SimStream *s)
{
	if (s->conn)
		httpd_stream_end(s->conn);
	s->conn = NULL;
	stream_drop(s);
}

void sim_stream_close_all(Sim *sim)
{
	while (*sim_streams(sim)) {
		SimStream *s = *sim_streams(sim);
		if (s->conn)
			httpd_stream_tear(s->conn);
		s->conn = NULL;
		stream_drop(s);
	}
}
