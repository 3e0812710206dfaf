/* Coverage: what is said of feeds, and what a snapshot says of tokens, prices and retention. */
#include "unit.h"

#include "app/coverage.h"
#include "store_unit.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
static const int64_t now = INT64_C(1784118600000);     /* 2026-07-15 12:30 UTC */

/* "area|subject|verdict|found" of every line of these areas. */
static char *told(const CoverageList *l, const char *areas)
{
	Buf b = { 0 };

	for (size_t i = 0; i < l->n; i++)
		if (strstr(areas, l->v[i].area))
			(void)buf_printf(&b, "%s|%.*s|%s|%.*s\n", l->v[i].area, STR_ARG(l->v[i].subject), doctor_verdict_name(l->v[i].verdict),
			                 STR_ARG(l->v[i].found));
	(void)buf_puts(&b, "");
	return buf_take(&b);
}

static void tells(const CoverageList *l, const char *areas, const char *want)
{
	char *have = told(l, areas);

	assert_string_equal(have, want);
	free(have);
}

/* --- feeds --- */

static void feeds(void **state)
{
	static FeedView v[FEEDS_N];
	CoverageList l = { 0 };
	Buf text = { 0 };

	(void)state;
	v[FEED_JOBS] = (FeedView){ .name = "jobs", .phase = FEED_OK, .fresh_ms = now - 3000, .covered_from_ms = now - HOUR, .skipped = 2 };
	v[FEED_LINES] = (FeedView){ .name = "cost lines", .phase = FEED_FAILED, .tail = { .wanted = true, .live = true, .lines = 9, .sampled = 1,
	                            .gap = { now - 12000, now, 0 } } };
	err_set(&v[FEED_LINES].err, "CloudWatch Logs: denied (request 1; really); add logs:FilterLogEvents");
	v[FEED_AGENTS] = (FeedView){ .name = "agents", .phase = FEED_OK, .fresh_ms = now - 3 * HOUR, .backfilling = true };
	v[FEED_METRICS] = (FeedView){ .name = "metrics" };
	v[FEED_CHANGES] = (FeedView){ .name = "changes", .phase = FEED_OK, .fresh_ms = now };
	v[FEED_CHANGES].sources = (SourcesView){ .n = 2, .v = {
		{ .name = "CloudTrail", .state = SOURCE_DENIED, .lacks = "cloudtrail:LookupEvents", .why = "CloudTrail: denied" },
		{ .name = "AgentCore", .state = SOURCE_OK, .fresh_ms = now - 5000, .behind = true } } };
	coverage_of_feeds(&l, v, FEEDS_ALL & ~FEED_BIT(FEED_METRICS), now);
	tells(&l, "feed skipped tail changes", "feed|jobs|ok|read 3 s ago\nskipped|jobs|warn|2 could not be read and are left out\n"
	      "feed|cost lines|fail|CloudWatch Logs: denied (request 1; really)\nfeed|agents|warn|read 3 h ago, filling\n"
	      "feed|changes|ok|read 0 s ago\nchanges|CloudTrail|warn|CloudTrail: denied\nchanges|AgentCore|ok|read 5 s ago, filling\n"
	      "tail|Live Tail|warn|gap 12 s, filling; 9 lines, 1 updates sampled\n");
	assert_int_equal(l.v[0].since_ms, now - HOUR);
	assert_true(str_is(l.v[2].remedy, "add logs:FilterLogEvents"));
	assert_true(str_is(l.v[5].remedy, "add cloudtrail:LookupEvents to the role's policy"));
	coverage_text(&l, &text);
	assert_non_null(strstr(buf_cstr(&text), "  fail cost lines"));
	assert_non_null(strstr(buf_cstr(&text), "do: add logs:FilterLogEvents"));
	assert_non_null(strstr(buf_cstr(&text), "since 07-15 11:30Z"));
	buf_done(&text);
	coverage_done(&l);
}

/* --- the snapshot --- */

static void put_job(Store *s, const char *id, const char *model, int64_t at_ms, int64_t input)
{
	Job j = { .id = str_of(id), .agent = STR("a"), .model = str_of(model), .state = JOB_SUCCEEDED, .status = STR("succeeded"), .has_tokens = true,
	          .tokens = { .input = input }, .started_ms = at_ms, .updated_ms = at_ms };
	Cursor back = { "jobs.back", STR("1784032200000") };      /* a day before now */
	StoreBatch b = { .jobs = &j, .job_count = 1, .prices = &fleet_prices, .cursors = &back, .cursor_count = 1 };

	MUST(store_apply(s, &b, NULL, e));
}

static void put_metric(Store *s, const char *name, const char *dimensions, int64_t at_ms, double v)
{
	MetricPoint p = { at_ms, true, v };
	MetricSeries m = { .ns = STR("AWS/Bedrock"), .name = str_of(name), .dimensions_json = str_of(dimensions), .stat = STR("Sum"), .period_s = 60,
	                   .points = &p, .count = 1 };
	StoreBatch b = { .series = &m, .series_count = 1, .prices = &fleet_prices };

	MUST(store_apply(s, &b, NULL, e));
}

static void nothing_known(void **state)
{
	Store *s = must_open("empty.db", STORE_WRITE);
	CoverageList l = { 0 };

	(void)state;
	MUST(coverage_of_store(&l, s, now, e));
	tells(&l, "tokens unpriced kept", "tokens|all models|skipped|not known: CloudWatch has told no tokens of the last day\n"
	      "unpriced|all models|ok|no call of the last day lacks a price\n"
	      "kept|jobs|skipped|not known: their past has not been read yet\n"
	      "kept|log lines|ok|nothing was forgotten yet\nkept|hourly totals, changes|ok|nothing was forgotten yet\n");
	coverage_done(&l);
	store_close(s);
}

/* A model and its profiles are one; what is counted by tier as well is not counted twice; what is outside the window is left out. */
static void tokens_by_model(void **state)
{
	Store *s = must_open("tokens.db", STORE_WRITE);
	CoverageList l = { 0 };
	int64_t t = (now - 2 * HOUR) / MINUTE * MINUTE;

	(void)state;
	put_metric(s, "InputTokenCount", "{\"ModelId\":\"us.acme.one-v1:0\"}", t, 600);
	put_metric(s, "InputTokenCount", "{\"ModelId\":\"acme.one-v1:0\"}", t, 400);
	put_metric(s, "InputTokenCount", "{\"ModelId\":\"acme.one-v1:0\",\"ServiceTier\":\"flex\"}", t, 400);
	put_metric(s, "Invocations", "{\"ModelId\":\"acme.one-v1:0\"}", t, 12345);
	put_metric(s, "OutputTokenCount", "{\"ModelId\":\"acme.two\"}", t, 200);
	put_metric(s, "InputTokenCount", "{\"ModelId\":\"acme.gone\"}", t - 30 * HOUR, 999);
	put_metric(s, "InputTokenCount", "{\"ModelId\":\"acme.two\"}", (now - 6 * MINUTE) / MINUTE * MINUTE, 0);
	put_job(s, "1", "us.acme.one-v1:0", t + 1000, 970);
	put_job(s, "2", "acme.three", t + 2000, 50);
	put_job(s, "3", "acme.three", now - MINUTE, 5000);         /* CloudWatch has not counted it yet */
	put_job(s, "4", "acme.three", t - 3 * HOUR, 5000);         /* and was not asked about that */
	MUST(coverage_of_store(&l, s, now, e));
	tells(&l, "tokens", "tokens|all models|warn|seen 85.0 % (1020 of 1200)\ntokens|acme.one-v1:0|ok|seen 97.0 % (970 of 1000)\n"
	      "tokens|acme.two|warn|seen 0.0 % (0 of 200)\ntokens|acme.three|skipped|50 booked, and CloudWatch counts none\n");
	assert_int_equal(l.v[0].since_ms, t);
	assert_int_equal(l.v[1].booked, 970);
	assert_int_equal(l.v[1].counted, 1000);
	tells(&l, "kept", "kept|jobs|ok|\nkept|log lines|ok|nothing was forgotten yet\nkept|hourly totals, changes|ok|nothing was forgotten yet\n");
	coverage_done(&l);
	store_close(s);
}

static void calls_without_a_price(void **state)
{
	Store *s = must_open("unpriced.db", STORE_WRITE);
	CoverageList l = { 0 };

	(void)state;
	put_job(s, "1", "nobody.knows", now - HOUR, 100);
	put_job(s, "2", "nobody.knows", now - 2 * HOUR, 100);
	put_job(s, "3", "nor.this", now - HOUR, 1);
	put_job(s, "4", "nor.this", now - 25 * HOUR, 1);           /* yesterday's */
	MUST(coverage_of_store(&l, s, now, e));
	tells(&l, "unpriced", "unpriced|nobody.knows|warn|2 calls of the last day have no price\nunpriced|nor.this|warn|1 calls of the last day have no price\n");
	for (size_t i = 0; i < l.n; i++)
		if (strcmp(l.v[i].area, "unpriced") == 0 && str_is(l.v[i].subject, "nobody.knows"))
			assert_true(l.v[i].jobs == 2 && l.v[i].booked == 200);
	coverage_done(&l);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(feeds), cmocka_unit_test(nothing_known), cmocka_unit_test(tokens_by_model), cmocka_unit_test(calls_without_a_price),
	};

	return cmocka_run_group_tests_name("coverage", tests, make_place, clear_place);
}
