/* The feeds against a server that answers as it is told: one account with a jobs table, its index and a log group. */
#include "unit.h"

#include "app/feed.h"
#include "base/clock.h"
#include "base/file.h"
#include "net/httpd.h"
#include "wire/jsonval.h"
#include "wire/time8601.h"

#define HOUR_MS INT64_C(3600000)

enum { ITEMS = 64, PAGE = 3 };

typedef struct Item { char id[16]; const char *status; int64_t updated_ms; } Item;

typedef struct Rig {
	uv_loop_t loop;
	Httpd  *server;
	Session session;
	StoreQ *queue;
	Feeds  *feeds;
	uv_timer_t tick, limit;

	const char *account;
	Item    item[ITEMS];
	int     items;
	bool    no_index, deny_query, deny_sts, no_group, same_key, hold_sts;
	int     throttle;                /* so many queries are refused first */
	enum { LOG_EMPTY, LOG_TOKEN_ENDS, LOG_CIRCLE } log_pages;
	int     queries, scans, filters, idles, changes;
	int     close_at;                /* closes everything at that query */
	int64_t least_from_ms, last_from_ms;
	bool    closed, live;
	bool    calm;                    /* what is due comes by itself */
	int     wish_at;                 /* everything is asked for anew at that query */
	int     stop_rounds;             /* live: stop the loop after so many rounds of the jobs feed */
} Rig;

/* --- the server --- */

static void say(HttpdConn *c, int status, const char *type, const char *body)
{
	HttpHeader h[] = { { STR("content-type"), str_of(type) }, { STR("x-amzn-requestid"), STR("req-1") } };

	httpd_reply(c, &(HttpdReply){ .status = status, .headers = h, .header_count = 2, .body = str_of(body) });
}

static void refuse(HttpdConn *c, const char *code, const char *message)
{
	char body[256];

	(void)snprintf(body, sizeof body, "{\"__type\":\"x#%s\",\"message\":\"%s\"}", code, message);
	say(c, 400, "application/x-amz-json-1.0", body);
}

static void put_item(Buf *b, const Item *it)
{
	char t[TIME_TEXT];

	time_format_iso(it->updated_ms, t);
	(void)buf_printf(b, "{\"jobId\":{\"S\":\"%s\"},\"status\":{\"S\":\"%s\"},\"updatedAt\":{\"S\":\"%s\"},\"startedAt\":{\"S\":\"%s\"},"
					 "\"tenantId\":{\"S\":\"acme\"},\"costMicroUsd\":{\"N\":\"1000\"}}", it->id, it->status, t, t);
}

static int64_t time_of(JsonVal values, const char *name, int64_t other)
{
	Str s;
	int64_t ms;

	return jv_as_str(jv_get(jv_get(values, name), "S"), &s, NULL) == 0 && time_parse_iso(s, &ms) == 0 ? ms : other;
}

/* Items come in the order of the list; the key of a page is the place where the next one begins. */
static void answer_items(Rig *r, HttpdConn *c, JsonVal in, bool scan)
{
	JsonVal values = jv_get(in, "ExpressionAttributeValues");
	int64_t from = time_of(values, ":from", 0), until = time_of(values, ":until", INT64_MAX), at = 0;
	Str status = STR(""), key = STR("");
	Buf b = { 0 };
	int n = 0, i;

	(void)jv_as_str(jv_get(jv_get(values, ":s"), "S"), &status, NULL);
	if (jv_as_str(jv_get(jv_get(jv_get(in, "ExclusiveStartKey"), "jobId"), "S"), &key, NULL) == 0)
		(void)str_i64(key, &at);
	if (!scan && from < r->least_from_ms)
		r->least_from_ms = from;
	r->last_from_ms = from;
	(void)buf_puts(&b, "{\"Items\":[");
	for (i = (int)at; i < r->items && n < PAGE; i++) {
		const Item *it = &r->item[i];

		if (!scan && (!str_is(status, it->status) || it->updated_ms < from || it->updated_ms > until))
			continue;
		(void)buf_puts(&b, n++ ? "," : "");
		put_item(&b, it);
	}
	(void)buf_printf(&b, "],\"Count\":%d,\"ScannedCount\":%d", n, n);
	if (i < r->items || r->same_key)
		(void)buf_printf(&b, ",\"LastEvaluatedKey\":{\"jobId\":{\"S\":\"%d\"}}", r->same_key ? 1 : i);
	(void)buf_puts(&b, "}");
	say(c, 200, "application/x-amz-json-1.0", buf_cstr(&b));
	buf_done(&b);
}

static void close_all(Rig *r)
{
	if (r->closed)
		return;
	r->closed = true;
	feeds_close(r->feeds);
	storeq_close(r->queue);
	session_close(&r->session);
	uv_close((uv_handle_t *)&r->tick, NULL);
	uv_close((uv_handle_t *)&r->limit, NULL);
	httpd_close(r->server);
}

static void on_sts(Rig *r, HttpdConn *c)
{
	char body[512];

	(void)snprintf(body, sizeof body, "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::%s:user/u</Arn>"
				   "<UserId>U</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
				   r->account, r->account);
	if (r->deny_sts)
		say(c, 403, "text/xml", "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no</Message></Error></ErrorResponse>");
	else
		say(c, 200, "text/xml", body);
}

static void on_query(Rig *r, HttpdConn *c, JsonVal in)
{
	if (++r->queries == r->wish_at)
		feeds_refresh(r->feeds);
	if (r->queries == r->close_at)
		close_all(r);
	else if (r->throttle-- > 0)
		refuse(c, "ThrottlingException", "slow down");
	else if (r->deny_query)
		refuse(c, "AccessDeniedException", "not allowed");
	else if (r->no_index)
		refuse(c, "ValidationException", "The table does not have the specified index: status-updatedAt-index");
	else
		answer_items(r, c, in, false);
}

/* Empty pages with tokens 1, 2, …; the third question finds its token ended, or after the second the tokens go round. */
static void answer_log_page(Rig *r, HttpdConn *c, JsonVal in)
{
	char body[80];
	int64_t at = 0;
	Str token = STR("");

	(void)jv_as_str(jv_get(in, "nextToken"), &token, NULL);
	(void)str_i64(token, &at);
	if (r->log_pages == LOG_TOKEN_ENDS && r->filters == 3) {
		assert_int_equal(at, 2);
		refuse(c, "InvalidParameterException", "The specified nextToken is invalid.");
	} else if (at == 3 && r->log_pages == LOG_TOKEN_ENDS) {
		say(c, 200, "application/x-amz-json-1.1", "{\"events\":[]}");
	} else {
		(void)snprintf(body, sizeof body, "{\"events\":[],\"nextToken\":\"%d\"}", r->log_pages == LOG_CIRCLE ? (int)at % 2 + 1 : (int)at + 1);
		say(c, 200, "application/x-amz-json-1.1", body);
	}
}

static void on_request(HttpdConn *c, const HttpdRequest *rq, void *arg)
{
	Rig *r = arg;
	Str target = STR("");
	Arena a = { 0 };
	JsonVal in = { 0 };

	for (size_t i = 0; i < rq->header_count; i++)
		if (str_is(rq->headers[i].name, "x-amz-target"))
			target = rq->headers[i].value;
	if (target.n)
		assert_int_equal(jv_parse(&a, rq->body, 1 << 20, &in, NULL), 0);
	if (!target.n) {
		on_sts(r, c);
	} else if (str_ends(target, STR(".Query"))) {
		on_query(r, c, in);
	} else if (str_ends(target, STR(".Scan"))) {
		r->scans++;
		answer_items(r, c, in, true);
	} else {
		r->filters++;
		if (r->log_pages)
			answer_log_page(r, c, in);
		else if (r->no_group)
			refuse(c, "ResourceNotFoundException", "The specified log group does not exist.");
		else
			say(c, 200, "application/x-amz-json-1.1", "{\"events\":[]}");
	}
	arena_done(&a);
}

/* --- the feeds --- */

static void on_change(void *arg, FeedId id)
{
	Rig *r = arg;

	(void)id;
	r->changes++;
	if (r->live && feeds_view(r->feeds, FEED_JOBS)->rounds >= r->stop_rounds)
		uv_stop(&r->loop);
}

static void on_idle(void *arg)
{
	Rig *r = arg;

	r->idles++;
	uv_stop(&r->loop);
}

/* Every tick everything is due, unless the rig is calm. */
static void on_tick(uv_timer_t *t)
{
	Rig *r = t->data;

	if (r->feeds && r->live) {
		if (!r->calm)
			feeds_refresh(r->feeds);
		feeds_tick(r->feeds, clock_mono_ms());
	}
}

static void on_limit(uv_timer_t *t)
{
	(void)t;
	fail_msg("the feeds did not come to rest within 20 s");
}

static void rig_open(Rig *r)
{
	char url[64];
	Err e = { 0 };
	SessionSpec ss = { .demo = true, .access_key = STR("AKIDEXAMPLE"), .secret_key = STR("secret"), .region = STR("eu-west-1") };

	*r = (Rig){ .account = "111122223333", .least_from_ms = INT64_MAX };
	assert_int_equal(uv_loop_init(&r->loop), 0);
	r->server = httpd_open(&r->loop, 0, 1 << 20, on_request, r, &e);
	assert_non_null(r->server);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%d", httpd_port(r->server));
	ss.endpoint_url = str_of(url);
	if (session_open(&r->session, &r->loop, &ss, &e) < 0)
		fail_msg("%s", e.text);
	bucket_init(&r->session.shared->bucket, 0, clock_mono_ms());     /* every tick everything is due: that is more than it allows */
	r->queue = storeq_new(&r->loop, NULL);
	(void)uv_timer_init(&r->loop, &r->tick);
	(void)uv_timer_init(&r->loop, &r->limit);
	r->tick.data = r->limit.data = r;
	(void)uv_timer_start(&r->tick, on_tick, 5, 5);
	(void)uv_timer_start(&r->limit, on_limit, 20000, 0);
}

static void rig_close(Rig *r)
{
	close_all(r);
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	session_done(&r->session);
	assert_int_equal(uv_loop_close(&r->loop), 0);
}

static void add_job(Rig *r, const char *id, const char *status, int64_t updated_ms)
{
	Item *it = &r->item[r->items++];

	(void)snprintf(it->id, sizeof it->id, "%s", id);
	it->status = status;
	it->updated_ms = updated_ms;
}

static void ask(Rig *r, unsigned feeds, int64_t since_ms)
{
	FeedsSpec fs = { .session = &r->session, .queue = r->queue, .mask = feeds, .since_ms = since_ms,
					 .on_change = on_change, .on_idle = on_idle, .arg = r };

	if (r->feeds)
		feeds_close(r->feeds);
	r->feeds = feeds_new(&fs);
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
}

static void watch(Rig *r, int rounds, int64_t since_ms, int64_t backfill_ms)
{
	FeedsSpec fs = { .session = &r->session, .queue = r->queue, .mask = FEED_BIT(FEED_JOBS), .since_ms = since_ms,
					 .backfill_ms = backfill_ms, .live = true, .on_change = on_change, .arg = r };

	r->live = true;
	r->stop_rounds = rounds;
	r->feeds = feeds_new(&fs);
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
}

static size_t stored(Rig *r)
{
	Err e = { 0 };
	Arena a = { 0 };
	JobFilter f = { 0 };
	JobRow *row;
	size_t n = 0;
	Store *s = storeq_open_reader(r->queue, &e);

	if (!s || store_jobs(s, &f, &a, &row, &n, &e) < 0)
		fail_msg("%s", e.text);
	store_close(s);
	arena_done(&a);
	return n;
}

static int64_t cursor(Rig *r, const char *name)
{
	Err e = { 0 };
	Arena a = { 0 };
	Str v = STR("");
	int64_t ms = 0;
	Store *s = storeq_open_reader(r->queue, &e);

	if (!s || store_cursor(s, name, &a, &v, &e) < 0)
		fail_msg("%s", e.text);
	(void)str_i64(v, &ms);
	store_close(s);
	arena_done(&a);
	return ms;
}

static const FeedView *view(const Rig *r)
{
	return feeds_view(r->feeds, FEED_JOBS);
}

/* --- tests --- */

static void test_one_question_reads_all_pages(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	for (int i = 0; i < 20; i++)
		add_job(&r, (char[16]){ 'j', (char)('a' + i) }, i % 3 ? "succeeded" : "running", now - 60000 * (i + 1));
	add_job(&r, "old", "failed", now - 3 * HOUR_MS);
	ask(&r, FEED_BIT(FEED_JOBS), now - 2 * HOUR_MS);
	assert_int_equal(r.idles, 1);
	assert_int_equal(view(&r)->phase, FEED_OK);
	assert_int_equal(stored(&r), 20);
	assert_int_equal(cursor(&r, "jobs.head"), now - 60000);
	assert_int_equal(cursor(&r, "jobs.back"), now - 2 * HOUR_MS);
	assert_string_equal(r.session.account, "111122223333");
	/* A wider question reads only what is missing, and nothing twice into the store. */
	ask(&r, FEED_BIT(FEED_JOBS), now - 4 * HOUR_MS);
	assert_int_equal(r.idles, 2);
	assert_int_equal(stored(&r), 21);
	assert_int_equal(cursor(&r, "jobs.back"), now - 4 * HOUR_MS);
	rig_close(&r);
}

static void test_a_missing_index_is_replaced_by_one_scan(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	r.no_index = true;
	for (int i = 0; i < 7; i++)
		add_job(&r, (char[16]){ 'j', (char)('a' + i) }, "succeeded", now - 60000 * (i + 1));
	ask(&r, FEED_BIT(FEED_JOBS), now - HOUR_MS);
	assert_int_equal(r.idles, 1);
	assert_int_equal(view(&r)->phase, FEED_OK);
	assert_int_equal(stored(&r), 7);
	assert_int_equal(r.scans, 3);                /* pages of one */
	assert_true(view(&r)->interval_ms >= 300000);
	rig_close(&r);
}

static void test_throttled_calls_are_made_again(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	r.throttle = 2;
	add_job(&r, "a", "running", now - 1000);
	ask(&r, FEED_BIT(FEED_JOBS), now - HOUR_MS);
	assert_int_equal(view(&r)->phase, FEED_OK);
	assert_string_equal(view(&r)->waiting, "");
	assert_int_equal(stored(&r), 1);
	rig_close(&r);
}

static void test_a_denied_feed_fails_alone_and_moves_no_cursor(void **state)
{
	int64_t now = clock_wall_ms();
	Err e = { 0 };
	Rig r;

	(void)state;
	rig_open(&r);
	r.deny_query = true;
	ask(&r, FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), now - HOUR_MS);
	assert_int_equal(r.idles, 1);
	assert_int_equal(view(&r)->phase, FEED_FAILED);
	assert_int_equal(feeds_view(r.feeds, FEED_LINES)->phase, FEED_OK);
	assert_true(feeds_failed(r.feeds, &e));
	assert_non_null(strstr(e.text, "dynamodb:Query"));
	assert_int_equal(cursor(&r, "jobs.head"), 0);
	assert_true(cursor(&r, "lines.head") >= now);
	rig_close(&r);
}

static void test_a_missing_log_group_is_told(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	r.no_group = true;
	ask(&r, FEED_BIT(FEED_LINES), now - HOUR_MS);
	assert_int_equal(r.idles, 1);
	assert_int_equal(feeds_view(r.feeds, FEED_LINES)->phase, FEED_FAILED);
	assert_int_equal(cursor(&r, "lines.head"), 0);
	rig_close(&r);
}

static void set_account(Rig *r, const char *account)
{
	((ConfContext *)r->session.ctx)->account_id = str_of(account);
}

static void test_nothing_of_another_account_is_stored(void **state)
{
	int64_t now = clock_wall_ms();
	Err e = { 0 };
	Rig r;

	(void)state;
	rig_open(&r);
	set_account(&r, "444455556666");
	add_job(&r, "a", "running", now - 1000);
	ask(&r, FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), now - HOUR_MS);
	assert_int_equal(r.idles, 1);
	assert_int_equal(r.queries + r.filters, 0);
	assert_int_equal(stored(&r), 0);
	assert_true(feeds_failed(r.feeds, &e));
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_non_null(strstr(e.text, "111122223333"));
	assert_string_equal(r.session.account, "");
	rig_close(&r);
}

/* The session's account is the one that it began with. */
static void test_an_account_that_changes_stops_the_feeds(void **state)
{
	int64_t now = clock_wall_ms();
	Err e = { 0 };
	Rig r;

	(void)state;
	rig_open(&r);
	ask(&r, FEED_BIT(FEED_JOBS), now - HOUR_MS);
	assert_int_equal(view(&r)->phase, FEED_OK);
	r.account = "999900001111";
	add_job(&r, "a", "running", now - 1000);
	ask(&r, FEED_BIT(FEED_JOBS), now - HOUR_MS);
	assert_int_equal(stored(&r), 0);
	assert_true(feeds_failed(r.feeds, &e));
	assert_string_equal(r.session.account, "111122223333");
	rig_close(&r);
}

static void test_without_an_identity_the_others_still_answer(void **state)
{
	int64_t now = clock_wall_ms();
	Err e = { 0 };
	Rig r;

	(void)state;
	rig_open(&r);
	r.deny_sts = true;
	add_job(&r, "a", "running", now - 1000);
	ask(&r, FEED_BIT(FEED_JOBS), now - HOUR_MS);
	assert_int_equal(r.idles, 1);
	assert_int_equal(feeds_view(r.feeds, FEED_IDENTITY)->phase, FEED_FAILED);
	assert_int_equal(stored(&r), 1);
	assert_false(feeds_failed(r.feeds, &e));
	rig_close(&r);
}

static void test_a_page_key_that_comes_back_ends_the_round(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	r.same_key = true;
	ask(&r, FEED_BIT(FEED_JOBS), now - HOUR_MS);
	assert_int_equal(r.idles, 1);
	assert_int_equal(view(&r)->phase, FEED_FAILED);
	assert_non_null(strstr(view(&r)->err.text, "twice"));
	rig_close(&r);
}

static void test_log_pages(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	r.log_pages = LOG_TOKEN_ENDS;
	ask(&r, FEED_BIT(FEED_LINES), now - HOUR_MS);
	assert_int_equal(feeds_view(r.feeds, FEED_LINES)->phase, FEED_OK);
	assert_int_equal(r.filters, 3 + 4);                  /* from the first page again, once, to the end */
	rig_close(&r);
	rig_open(&r);
	r.log_pages = LOG_CIRCLE;
	ask(&r, FEED_BIT(FEED_LINES), now - HOUR_MS);
	assert_int_equal(feeds_view(r.feeds, FEED_LINES)->phase, FEED_FAILED);
	assert_non_null(strstr(feeds_view(r.feeds, FEED_LINES)->err.text, "CloudWatch Logs' job lines: AWS gave the same page token twice"));
	assert_int_equal(r.filters, 3);
	rig_close(&r);
}

/* At every point at which a query is under way: no callback afterwards, nothing leaks (the sanitizers look). */
static void test_closing_while_calls_are_in_flight(void **state)
{
	int64_t now = clock_wall_ms();

	(void)state;
	for (int at = 1; at <= 8; at++) {
		Rig r;

		rig_open(&r);
		r.close_at = at;
		for (int i = 0; i < 20; i++)
			add_job(&r, (char[16]){ 'j', (char)('a' + i) }, i % 2 ? "succeeded" : "running", now - 60000 * (i + 1));
		ask(&r, FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), now - HOUR_MS);
		assert_true(r.closed);
		assert_int_equal(r.idles, 0);
		rig_close(&r);
	}
}

/* Who asks for everything in the middle of a round gets one that began later: what this one brings may be from before. */
static void test_a_wish_during_a_round_is_not_lost(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	((ConfContext *)r.session.ctx)->src.jobs_poll_ms = HOUR_MS;      /* nothing but the wish begins another */
	r.calm = true;
	r.wish_at = 1;
	add_job(&r, "a", "succeeded", now - 1000);
	watch(&r, 2, now - HOUR_MS, 0);
	assert_int_equal(view(&r)->rounds, 2);
	rig_close(&r);
}

/* An item written with an old time after the head has passed it: only a sweep looks there. */
static void test_a_sweep_finds_what_came_late(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	add_job(&r, "a", "succeeded", now - 1000);
	watch(&r, 1, now - 2 * HOUR_MS, 0);
	assert_int_equal(stored(&r), 1);
	add_job(&r, "late", "succeeded", now - HOUR_MS);
	r.stop_rounds = 3;
	(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_int_equal(stored(&r), 1);
	r.stop_rounds = 14;
	(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_int_equal(stored(&r), 2);
	rig_close(&r);
}

/* Few items must not make sweeps grow without end: a sweep that reads the whole table every few seconds costs money. */
static void test_a_sweep_reads_a_day_at_most(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	add_job(&r, "a", "succeeded", now - 1000);
	watch(&r, 1, now - 40 * 24 * HOUR_MS, 0);
	r.least_from_ms = INT64_MAX;
	r.stop_rounds = 60;
	(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_true(r.least_from_ms >= now - 25 * HOUR_MS);
	assert_true(r.least_from_ms < now - 20 * HOUR_MS);
	rig_close(&r);
}

static void test_an_item_from_the_future_does_not_blind_the_feed(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	add_job(&r, "future", "succeeded", now + 1000 * 24 * HOUR_MS);
	watch(&r, 1, now - HOUR_MS, 0);
	add_job(&r, "a", "running", clock_wall_ms() - 1000);
	r.stop_rounds = 3;
	(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_int_equal(stored(&r), 2);
	rig_close(&r);
}

static void test_the_past_is_filled_in_slices(void **state)
{
	int64_t now = clock_wall_ms();
	Rig r;

	(void)state;
	rig_open(&r);
	for (int i = 0; i < 20; i++)
		add_job(&r, (char[16]){ 'j', (char)('a' + i) }, "succeeded", now - i * 12 * HOUR_MS - 1000);
	watch(&r, 1, now - 2 * HOUR_MS, 7 * 24 * HOUR_MS);
	r.stop_rounds = 3;
	(void)uv_run(&r.loop, UV_RUN_DEFAULT);
	assert_int_equal(stored(&r), 14);
	assert_false(view(&r)->backfilling);
	assert_true(cursor(&r, "jobs.back") <= clock_wall_ms() - 7 * 24 * HOUR_MS + 60000);
	rig_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_question_reads_all_pages),
		cmocka_unit_test(test_a_missing_index_is_replaced_by_one_scan),
		cmocka_unit_test(test_throttled_calls_are_made_again),
		cmocka_unit_test(test_a_denied_feed_fails_alone_and_moves_no_cursor),
		cmocka_unit_test(test_a_missing_log_group_is_told),
		cmocka_unit_test(test_nothing_of_another_account_is_stored),
		cmocka_unit_test(test_an_account_that_changes_stops_the_feeds),
		cmocka_unit_test(test_without_an_identity_the_others_still_answer),
		cmocka_unit_test(test_a_page_key_that_comes_back_ends_the_round), cmocka_unit_test(test_log_pages),
		cmocka_unit_test(test_closing_while_calls_are_in_flight),
		cmocka_unit_test(test_a_wish_during_a_round_is_not_lost),
		cmocka_unit_test(test_a_sweep_finds_what_came_late),
		cmocka_unit_test(test_a_sweep_reads_a_day_at_most),
		cmocka_unit_test(test_an_item_from_the_future_does_not_blind_the_feed),
		cmocka_unit_test(test_the_past_is_filled_in_slices),
	};
	char home[] = "/tmp/seismo-feeds-XXXXXX";
	int rc;

	if (!mkdtemp(home))
		return 1;
	(void)setenv("HOME", home, 1);
	(void)setenv("AWS_MAX_ATTEMPTS", "4", 1);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	(void)rmdir(home);
	return rc;
}
