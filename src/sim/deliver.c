#include "sim/deliver.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "sim/refuse.h"
#include "wire/text.h"
#include "wire/time8601.h"

enum { SLOW_TICK_MS = 20, PIECE_BYTES = 256 << 10, PUTS_TO_TEAR = 6, PUTS_TO_FLIP = 3, PUTS_TO_FAIL = 5 };

struct Outlet {
	Outlet    *next;
	Sim       *sim;
	HttpdConn *conn;                   /* NULL once it has its whole answer, or has gone */
	uv_timer_t timer;
	Arena      arena;                  /* of the head */
	HttpdReply head;
	FaultPlan  plan;
	Buf        queue;                  /* what is due */
	int64_t    begin_mono_ms, sent;
	unsigned   puts;
	bool       rest_names;             /* exceptions of its stream are named in lower camel case */
	bool       begun, ended, torn;
	void     (*gone)(void *arg);
	void      *gone_arg;
};

static void on_closed(uv_handle_t *h)
{
	Outlet *o = h->data;

	buf_done(&o->queue);
	arena_done(&o->arena);
	free(o);
}

static void outlet_free(Outlet *o)
{
	Outlet **at = sim_outlets(o->sim);

	while (*at != o)
		at = &(*at)->next;
	*at = o->next;
	uv_close((uv_handle_t *)&o->timer, on_closed);
}

static void on_client_gone(void *arg)
{
	Outlet *o = arg;
	void (*gone)(void *) = o->ended ? NULL : o->gone;
	void *gone_arg = o->gone_arg;

	o->conn = NULL;
	outlet_free(o);
	if (gone)
		gone(gone_arg);
}

static void finish(Outlet *o)
{
	if (!o->torn)
		httpd_stream_end(o->conn);
	else
		httpd_stream_tear(o->conn);
	o->conn = NULL;
	outlet_free(o);
}

/* Bytes that may leave now. */
static size_t allowance(const Outlet *o, int64_t now)
{
	int64_t room = o->plan.slow_bps * (now - o->begin_mono_ms + SLOW_TICK_MS) / 1000 - o->sent;

	if (!o->plan.slow_bps)
		return o->queue.n;
	return room <= 0 ? 0 : (size_t)room < o->queue.n ? (size_t)room : o->queue.n;
}

static void on_timer(uv_timer_t *t);

static void step(Outlet *o)
{
	int64_t now = clock_mono_ms();
	size_t n;

	if (now < o->begin_mono_ms)
		return;
	if (!o->begun) {
		o->begun = true;
		httpd_stream_begin(o->conn, &o->head, on_client_gone, o);
	}
	while ((n = allowance(o, now)) > 0) {
		n = n < PIECE_BYTES ? n : PIECE_BYTES;
		if (httpd_stream_put(o->conn, str_sub(buf_str(&o->queue), 0, n)) < 0)
			break;
		buf_shift(&o->queue, n);
		o->sent += (int64_t)n;
	}
	if (!o->queue.n && o->ended)
		finish(o);
	else if (o->queue.n)
		(void)uv_timer_start(&o->timer, on_timer, SLOW_TICK_MS, 0);
}

static void on_timer(uv_timer_t *t)
{
	Outlet *o = t->data;

	if (o->head.body.p && !o->head.stream_bytes && clock_mono_ms() >= o->begin_mono_ms) {
		httpd_reply(o->conn, &o->head);         /* whole, only late */
		outlet_free(o);
		return;
	}
	if (clock_mono_ms() < o->begin_mono_ms)         /* timers may be a little early */
		(void)uv_timer_start(&o->timer, on_timer, 1, 0);
	else
		step(o);
}

/* The call's head with the Date of a clock that is wrong, copied to outlive the call. */
static HttpdReply copy_head(Arena *a, const FaultPlan *plan, const HttpdReply *head)
{
	HttpHeader *headers = ARENA_ARRAY(a, HttpHeader, head->header_count + 1);
	HttpdReply copy = { .status = head->status, .headers = headers, .header_count = head->header_count, .stream_bytes = head->stream_bytes };
	char date[TIME_TEXT];

	for (size_t i = 0; i < head->header_count; i++)
		headers[i] = (HttpHeader){ arena_str(a, head->headers[i].name), arena_str(a, head->headers[i].value) };
	if (plan->skew_s) {
		time_format_http(clock_wall_ms() + plan->skew_s * 1000, date);
		headers[copy.header_count++] = (HttpHeader){ STR("date"), arena_str(a, str_of(date)) };
	}
	return copy;
}

static Outlet *outlet_new(SimCall *c)
{
	Outlet *o = xcalloc(1, sizeof *o);

	o->sim = c->sim;
	o->conn = c->conn;
	o->plan = c->plan;
	o->begin_mono_ms = clock_mono_ms() + c->plan.latency_ms;
	o->next = *sim_outlets(c->sim);
	*sim_outlets(c->sim) = o;
	(void)uv_timer_init(sim_loop(c->sim), &o->timer);      /* cannot fail (libuv documentation) */
	o->timer.data = o;
	if (c->plan.latency_ms)
		(void)uv_timer_start(&o->timer, on_timer, (uint64_t)c->plan.latency_ms, 0);
	return o;
}

/* DynamoDB sums up its bodies; a byte that changes on the way shows there and nowhere else. */
static bool sums_bodies(const SimCall *c)
{
	return c->signing && str_is(str_of(c->signing), "dynamodb");
}

static void put_body(Buf *out, const SimCall *c, Str body)
{
	(void)buf_put_str(out, body);                           /* answers are far below the buffer's cap */
	if (c->plan.crc && sums_bodies(c) && out->n)
		out->p[c->plan.salt % out->n] ^= 1;
}

/* An answer that does not leave at once, whole. Takes the body. */
static void reply_by_outlet(SimCall *c, const HttpdReply *reply, Buf body)
{
	const FaultPlan *p = &c->plan;
	Outlet *o = outlet_new(c);

	o->head = copy_head(&o->arena, p, reply);
	o->queue = body;
	if (!p->slow_bps && !p->tear) {
		o->head.body = buf_str(&o->queue);
		if (!o->head.body.p)
			o->head.body = STR("");
		if (!p->latency_ms)
			on_timer(&o->timer);
		return;
	}
	o->head.stream_bytes = body.n ? body.n : 1;             /* an empty body is announced as one byte, to be torn */
	o->ended = true;
	o->torn = p->tear || !body.n;
	if (o->torn)
		o->queue.n /= 2;
	step(o);
}

void deliver_reply(SimCall *c, const HttpdReply *reply)
{
	const FaultPlan *p = &c->plan;
	HttpHeader *headers = ARENA_ARRAY(c->arena, HttpHeader, reply->header_count + 1);
	HttpdReply r = *reply;
	Buf body = {0};

	if (!c->answered) {
		c->answered = reply->status;
		c->error = reply->status < 300 ? STR("") : arena_str(c->arena, reply->body);
	}
	if (reply->status < 300 && p->error && p->late) {
		refuse_error(c);                        /* the work is done, the caller cannot know */
		return;
	}
	if (reply->header_count)
		memcpy(headers, reply->headers, reply->header_count * sizeof *headers);
	r.headers = headers;
	if (sums_bodies(c))
		headers[r.header_count++] = (HttpHeader){ STR("x-amz-crc32"), arena_printf(c->arena, "%u", (unsigned)crc32_of(0, reply->body)) };
	put_body(&body, c, reply->body);
	if (p->latency_ms || p->slow_bps || p->tear || p->skew_s) {
		reply_by_outlet(c, &r, body);
		return;
	}
	r.body = buf_str(&body);
	httpd_reply(c->conn, &r);
	buf_done(&body);
}

Outlet *deliver_open(SimCall *c, const HttpdReply *head, void (*gone)(void *arg), void *arg)
{
	Outlet *o = outlet_new(c);

	o->head = copy_head(&o->arena, &c->plan, head);
	o->rest_names = c->proto == PROTO_REST;
	if (o->plan.error && o->plan.mid == MID_NONE)
		o->plan.mid = MID_ERROR;                /* an answer that has begun can only end so */
	o->gone = gone;
	o->gone_arg = arg;
	step(o);
	return o;
}

int deliver_put(Outlet *o, Str frames)
{
	const FaultPlan *p = &o->plan;
	size_t from = o->queue.n;

	if (o->ended)
		return -1;
	o->puts++;
	if (p->mid != MID_NONE && o->puts > 1 + p->salt % PUTS_TO_FAIL) {
		refuse_event(&o->queue, p->mid, o->rest_names, p->salt);
		o->ended = true;
		step(o);
		return -1;
	}
	if (buf_put_str(&o->queue, frames) < 0) {
		o->ended = o->torn = true;             /* the client does not read */
		step(o);
		return -1;
	}
	if (p->crc && o->puts == 1 + p->salt % PUTS_TO_FLIP && frames.n)
		o->queue.p[from + (p->salt >> 8) % frames.n] ^= 1;
	if (p->tear && o->puts > p->salt % PUTS_TO_TEAR) {
		o->queue.n = from + frames.n / 2;
		o->ended = o->torn = true;
		step(o);
		return -1;
	}
	step(o);
	return 0;
}

void deliver_end(Outlet *o)
{
	if (o->ended)
		return;
	o->ended = true;
	o->torn = o->plan.tear;
	step(o);
}

void deliver_close_all(Sim *sim)
{
	while (*sim_outlets(sim)) {
		Outlet *o = *sim_outlets(sim);
		o->ended = true;                       /* nobody is told */
		if (o->begun && o->conn)
			httpd_stream_tear(o->conn);
		outlet_free(o);
	}
}
