/* A server behind HTTP ("streamable HTTP"): each message is a POST, whose answer is one JSON document or a stream of events; a GET
 * stays open for what the server says of itself. Only https, and http on this machine; a redirect is not followed. */
#include "mcp/carrier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>

#include "aws/plain.h"
#include "aws/retry.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "conf/checks.h"
#include "mcp/messages.h"
#include "net/http.h"
#include "wire/sse.h"

enum {
	SESSION_MAX = 256, STREAM_MAX = 16 << 20, POSTS_MAX = 64, GOODBYE_MS = 1000, QUIET_S = 24 * 3600,
	LISTEN_AGAIN_MS = 5000, LISTEN_SHORT_MS = 1000, LISTEN_TRIES = 3,
};

/* One request on its way. */
typedef struct Trip {
	TAILQ_ENTRY(Trip) link;
	Carrier *carrier;
	HttpRequest *rq;
	int64_t  id, began_ms;
	bool     listens, streams, begun, forgotten;   /* listens: the GET */
	size_t   bytes;
	Sse      sse;
	Buf      json;
} Trip;

struct Carrier {
	CarrierEvents events;
	Http  *http;
	const char *url, *bearer;
	char   session[SESSION_MAX], version[16];
	TAILQ_HEAD(, Trip) trips;
	size_t trip_count;
	uv_timer_t listen;           /* until the GET is tried again */
	int    short_listens;
	bool   closing, lost, timer_closed;
	void (*on_closed)(void *);
	void  *closed_arg;
};

static void listen_on(Carrier *c);

/* --- the end of it --- */

static void end_if_empty(Carrier *c)
{
	void (*on_closed)(void *) = c->on_closed;
	void *arg = c->closed_arg;

	if (!c->closing || !c->timer_closed || c->trip_count)
		return;
	explicit_bzero(c->session, sizeof c->session);
	free(c);
	if (on_closed)
		on_closed(arg);
}

static void on_timer_closed(uv_handle_t *h)
{
	Carrier *c = h->data;

	c->timer_closed = true;
	end_if_empty(c);
}

static void lose(Carrier *c, const Err *why)
{
	if (c->lost || c->closing)
		return;
	c->lost = true;
	c->events.on_lost(c->events.arg, why);
}

/* --- what comes in --- */

static bool is_type(const HttpReply *r, const char *type)
{
	Str rest, media = str_trim(str_cut(http_header(r, "content-type"), ';', &rest));

	return str_eq_nocase(media, str_of(type));
}

static int on_event(void *arg, Str type, Str data)
{
	Trip *t = arg;
	Carrier *c = t->carrier;

	if (str_is(type, "message") && str_trim(data).n && !c->closing && !c->lost)
		c->events.on_message(c->events.arg, data);
	return c->closing || c->lost ? -1 : 0;
}

static int on_body(HttpRequest *rq, Str piece, void *arg)
{
	Trip *t = arg;
	Err e = { 0 };

	if (!t->begun) {
		t->begun = true;
		t->streams = is_type(http_so_far(rq), "text/event-stream");
	}
	t->bytes += piece.n;
	if (!t->streams)
		return buf_put_str(&t->json, piece);
	/* The GET is opened anew a while later: what comes without end costs little. */
	if (t->bytes > STREAM_MAX)
		return -1;
	return sse_feed(&t->sse, piece, on_event, t, &e);
}

/* --- what became of it --- */

/* Visible ASCII, as the protocol has it: it goes into a header of ours. */
static void keep_session(Carrier *c, Str id)
{
	if (!id.n || id.n >= SESSION_MAX)
		return;
	for (size_t i = 0; i < id.n; i++)
		if (id.p[i] <= 0x20 || id.p[i] >= 0x7f)
			return;
	memcpy(c->session, id.p, id.n);
	c->session[id.n] = '\0';
}

/* The words of a refusal, when it is one of JSON-RPC. */
static void said_in(Str body, char *out, size_t size)
{
	Arena a = { 0 };
	RpcMessage m;
	JsonVal v;

	out[0] = '\0';
	if (jv_parse(&a, body, MCP_MESSAGE_MAX, &v, NULL) == 0 && rpc_read(v, &m, NULL) == 0 && m.kind == RPC_ERROR)
		plain_said(out, size, str_sub(m.message, 0, size));
	arena_done(&a);
}

typedef struct StatusRow { int from, to; const char *text; bool not_done, again; } StatusRow;
static const StatusRow statuses[] = {
	{ 300, 399, "it answers with a redirect, which is not followed", true, false },
	{ 401, 401, "it wants a login; bearer_env names the variable that holds its token", true, false },
	{ 403, 403, "it does not let this caller in", true, false },
	{ 404, 404, "there is no MCP server at this address", true, false },
	{ 405, 405, "it does not speak streamable HTTP at this address", true, false },
	{ 429, 429, "it is asked too often", true, true },
	{ 503, 503, "it is temporarily busy", true, true },
	{ 500, 599, "it failed", false, true },
	{ 0, 999, "it refused the request", true, false },
};

static void miss_of_status(const HttpReply *r, Str body, CarrierMiss *miss)
{
	RetryAsk ask = retry_ask(STR(""), http_header(r, "retry-after"), http_header(r, "date"), clock_wall_ms());
	const StatusRow *row = statuses;
	char said[200];

	while (r->status < row->from || r->status > row->to)
		row++;
	said_in(body, said, sizeof said);
	miss->not_done = row->not_done;
	miss->again = row->again;
	miss->after_ms = ask.http_ms;
	(void)err_set(&miss->err, "%s (%d%s%s)", row->text, r->status, *said ? ": " : "", said);
}

static void miss_of_fault(const Trip *t, const HttpReply *r, CarrierMiss *miss)
{
	miss->not_done = r->fault == HTTP_DNS || r->fault == HTTP_DNS_SILENT || r->fault == HTTP_CONNECT || r->fault == HTTP_HANDSHAKE ||
	                 r->fault == HTTP_TLS || r->fault == HTTP_PROXY_LOGIN;
	miss->again = r->fault != HTTP_TLS && r->fault != HTTP_PROXY_LOGIN && r->fault != HTTP_TOO_BIG;
	if (t->bytes && r->fault == HTTP_CANCELLED) {
		miss->again = false;
		(void)err_set(&miss->err, "its answer is larger than what is taken (%d bytes a message)", (int)MCP_MESSAGE_MAX);
	} else {
		(void)err_set(&miss->err, "%s", r->fault_text);
	}
}

static void trip_free(Trip *t)
{
	TAILQ_REMOVE(&t->carrier->trips, t, link);
	t->carrier->trip_count--;
	sse_done(&t->sse);
	buf_done(&t->json);
	free(t);
}

static void settle_post(Trip *t, const HttpReply *r)
{
	Carrier *c = t->carrier;
	CarrierMiss miss = { .after_ms = -1 };

	if (r->fault != HTTP_OK) {
		miss_of_fault(t, r, &miss);
	} else if (r->status == 404 && c->session[0]) {
		(void)err_set(&miss.err, "its session has ended (404)");
		lose(c, &miss.err);
		return;
	} else if (r->status / 100 != 2) {
		miss_of_status(r, r->body, &miss);
	} else {
		keep_session(c, http_header(r, "mcp-session-id"));
		if (!t->streams && t->json.n)
			c->events.on_message(c->events.arg, buf_str(&t->json));
		(void)err_set(&miss.err, "its answer ended without a result");
	}
	if (t->id && !c->lost)
		c->events.on_miss(c->events.arg, t->id, &miss);
}

static void on_listen_again(uv_timer_t *timer)
{
	listen_on(timer->data);
}

/* A server need not offer it (405). One that hangs up at once, again and again, is left alone. */
static void settle_listen(Trip *t, const HttpReply *r)
{
	Carrier *c = t->carrier;

	if (r->fault == HTTP_OK && r->status != 200)
		return;
	c->short_listens = clock_mono_ms() - t->began_ms < LISTEN_SHORT_MS ? c->short_listens + 1 : 0;
	if (c->short_listens < LISTEN_TRIES)
		(void)uv_timer_start(&c->listen, on_listen_again, LISTEN_AGAIN_MS, 0);
}

static void on_done(HttpRequest *rq, const HttpReply *r, void *arg)
{
	Trip *t = arg;
	Carrier *c = t->carrier;

	(void)rq;
	t->rq = NULL;
	if (!c->closing && !c->lost && !t->forgotten && t->listens)
		settle_listen(t, r);
	else if (!c->closing && !c->lost && !t->forgotten)
		settle_post(t, r);
	trip_free(t);
	end_if_empty(c);
}

/* --- what goes out --- */

static int start(Carrier *c, Trip *t, const char *method, Str body, long total_ms, Err *e)
{
	char bearer[4200];
	HttpHeader h[6] = { { STR("Content-Type"), STR("application/json") },
	                    { STR("Accept"), t->listens ? STR("text/event-stream") : STR("application/json, text/event-stream") } };
	HttpSpec spec = { .method = method, .url = c->url, .headers = h, .header_count = 2, .body = body, .max_body_bytes = MCP_MESSAGE_MAX,
	                  .total_ms = total_ms, .quiet_s = QUIET_S, .once = true, .on_body = on_body, .on_done = on_done, .arg = t };

	if (c->session[0])
		h[spec.header_count++] = (HttpHeader){ STR("Mcp-Session-Id"), str_of(c->session) };
	if (c->version[0])
		h[spec.header_count++] = (HttpHeader){ STR("MCP-Protocol-Version"), str_of(c->version) };
	if (c->bearer) {
		(void)snprintf(bearer, sizeof bearer, "Bearer %s", c->bearer);
		h[spec.header_count++] = (HttpHeader){ STR("Authorization"), str_of(bearer) };
	}
	t->rq = http_start(c->http, &spec, e);
	explicit_bzero(bearer, sizeof bearer);
	return t->rq ? 0 : -1;
}

static Trip *trip_new(Carrier *c, int64_t id)
{
	Trip *t = xcalloc(1, sizeof *t);

	t->carrier = c;
	t->id = id;
	t->began_ms = clock_mono_ms();
	sse_init(&t->sse, MCP_MESSAGE_MAX);
	buf_init(&t->json, MCP_MESSAGE_MAX);
	TAILQ_INSERT_TAIL(&c->trips, t, link);
	c->trip_count++;
	return t;
}

static void listen_on(Carrier *c)
{
	Trip *t = trip_new(c, 0);

	t->listens = true;
	if (start(c, t, "GET", STR(""), -1, NULL) < 0)      /* then the server's own news do not come, and its answers do */
		trip_free(t);
}

static int http_send_message(Carrier *c, Str message, int64_t id, Err *e)
{
	Trip *t;

	if (c->lost)
		return err_set(e, "its session has ended");
	if (c->trip_count >= POSTS_MAX)
		return err_set(e, "%d requests to it are on their way already", (int)POSTS_MAX);
	t = trip_new(c, id);
	if (start(c, t, "POST", message, -1, e) == 0)
		return 0;
	trip_free(t);
	return -1;
}

static void http_forget(Carrier *c, int64_t id)
{
	Trip *t;

	TAILQ_FOREACH(t, &c->trips, link)
		if (t->id == id && t->rq) {
			t->forgotten = true;
			http_cancel(t->rq);
		}
}

static void http_agreed(Carrier *c, const char *version)
{
	(void)snprintf(c->version, sizeof c->version, "%s", version);
	listen_on(c);
}

static Carrier *http_open(const CarrierSpec *spec, const CarrierEvents *events, Err *e)
{
	Str url = str_of(spec->url);
	Carrier *c;

	if (!str_starts(url, STR("https://")) && !(str_starts(url, STR("http://")) && url_is_loopback(url))) {
		(void)err_kind(e, ERR_REFUSED, "its url is neither https nor on this machine");
		return NULL;
	}
	c = xcalloc(1, sizeof *c);
	c->events = *events;
	c->http = spec->http;
	c->url = spec->url;
	c->bearer = spec->bearer;
	TAILQ_INIT(&c->trips);
	(void)uv_timer_init(spec->loop, &c->listen);
	c->listen.data = c;
	return c;
}

static void http_close_carrier(Carrier *c, void (*on_closed)(void *), void *arg)
{
	Trip *t, *bye = NULL;

	c->closing = true;
	c->on_closed = on_closed;
	c->closed_arg = arg;
	TAILQ_FOREACH(t, &c->trips, link)
		if (t->rq)
			http_cancel(t->rq);
	if (c->session[0] && !c->lost) {      /* so that the server need not wait for us to come back */
		bye = trip_new(c, 0);
		if (start(c, bye, "DELETE", STR(""), GOODBYE_MS, NULL) < 0)
			trip_free(bye);
	}
	uv_close((uv_handle_t *)&c->listen, on_timer_closed);
}

static int http_pid(const Carrier *c)
{
	(void)c;
	return 0;
}

const CarrierClass carrier_http = { http_open, http_send_message, http_forget, http_agreed, http_close_carrier, http_pid };
