#include "unit.h"

#include "app/measure.h"
#include "base/xalloc.h"
#include "store/change.h"
#include "store_unit.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define USD    INT64_C(1000000000)

/* A Wednesday, half a minute into a minute in the middle of an hour. */
static const int64_t now = INT64_C(1790186400000) + 30 * MINUTE + 30000;
static Arena arena;
static Store *s;
static int jobs_made;
static Measures m;

typedef struct Like { const char *agent, *version, *tenant, *trace; JobState state; int64_t nusd; } Like;

/* n jobs that began evenly within [from, from + span). */
static void add(Like like, int64_t from_ms, int64_t span_ms, int n)
{
	Job *j = xcalloc((size_t)n, sizeof *j);
	StoreBatch b = { .jobs = j, .job_count = (size_t)n, .prices = &fleet_prices, .mode = LEDGER_REPORTED, .now_ms = now };

	for (int i = 0; i < n; i++) {
		j[i] = (Job){ .id = arena_printf(&arena, "m-%d", jobs_made++), .agent = str_of(like.agent), .version = str_of(like.version),
		              .tenant = str_of(like.tenant), .trace_id = str_of(like.trace), .model = STR("fix.small"), .state = like.state,
		              .reported_nusd = { true, like.nusd }, .started_ms = from_ms + i * span_ms / n, .latency_ms = { true, 1000 } };
		j[i].updated_ms = j[i].started_ms + 1000;
	}
	MUST(store_apply(s, &b, NULL, e));
	free(j);
}

static void set_covered(int64_t ms)
{
	Cursor c = { "jobs.back", arena_printf(&arena, "%lld", (long long)ms) };
	StoreBatch b = { .cursors = &c, .cursor_count = 1, .now_ms = now };

	MUST(store_apply(s, &b, NULL, e));
}

static void add_route(const char *agent)
{
	AgentVersionRow r[] = {
		{ .agent = str_of(agent), .version = STR("#route"), .is_route = true, .raw_json = STR("{}"), .status = STR(""), .model = STR(""), .created_by = STR("") },
		{ .agent = str_of(agent), .version = STR("2.2"), .model = STR("fix.small"), .raw_json = STR("{}"), .status = STR(""), .created_by = STR("") },
	};
	StoreBatch b = { .agents = r, .agent_count = 2, .now_ms = now };

	MUST(store_apply(s, &b, NULL, e));
}

static int begin(void **state)
{
	static int stores;

	(void)state;
	s = must_open(arena_printf(&arena, "m%d.db", stores++).p, STORE_WRITE);
	/* The first batch sets where the minutes by key begin; it must be of now. */
	add((Like){ "idle", "1", "t", "", JOB_SUCCEEDED, 0 }, now, 1, 1);
	return 0;
}

static int finish(void **state)
{
	(void)state;
	measures_done(&m);
	store_close(s);
	return 0;
}

static AlertRule rule(AlertMetric metric, AlertBy by, int64_t window_ms)
{
	return (AlertRule){ .id = STR("r"), .metric = metric, .by = by, .above = 0, .below = ALERT_NONE, .plus = ALERT_NONE, .ratio = ALERT_NONE,
	                    .clear = ALERT_NONE, .window_ms = window_ms, .min_count = 1 };
}

static MeasureAsk asking(const AlertRule *r)
{
	return (MeasureAsk){ .now_ms = now, .rule = r, .rules = 1, .context = STR("dev"), .jobs_fresh = true, .metrics_fresh = true };
}

static void measure(const MeasureAsk *q)
{
	measures_done(&m);
	MUST(measure_rules(s, q, &arena, &m, e));
}

static const Measured *found(const char *key)
{
	for (size_t i = 0; i < m.n; i++)
		if (str_is(m.v[i].key, key))
			return &m.v[i];
	fail_msg("nothing was measured for \"%s\"", key);
	return NULL;
}

/* Every hour of 20 days: 60 jobs of `up`, 3 of them failed, $0.01 each. */
static void usual_hours(void)
{
	for (int64_t h = 1; h <= 20 * 24; h++) {
		add((Like){ "up", "2.1", "acme", "", JOB_SUCCEEDED, USD / 100 }, now - 30 * MINUTE - h * HOUR, HOUR, 57);
		add((Like){ "up", "2.1", "acme", "", JOB_FAILED, USD / 100 }, now - 30 * MINUTE - h * HOUR, HOUR, 3);
	}
	set_covered(now - 20 * DAY - HOUR);
}

static void rates_and_what_is_usual(void **state)
{
	AlertRule r = rule(METRIC_ERROR_RATE, BY_POINTER, 5 * MINUTE);
	MeasureAsk q = asking(&r);
	const Measured *x;

	(void)state;
	usual_hours();
	add_route("up");
	/* Within the five minutes before the running one: 30 jobs, 12 of them failed, 10 of these on 2.2. */
	add((Like){ "up", "2.1", "acme", "", JOB_SUCCEEDED, USD / 100 }, now - 5 * MINUTE, 4 * MINUTE, 18);
	add((Like){ "up", "2.1", "acme", "", JOB_FAILED, USD / 100 }, now - 5 * MINUTE, 4 * MINUTE, 2);
	add((Like){ "up", "2.2", "globex", "", JOB_FAILED, USD }, now - 5 * MINUTE, 4 * MINUTE, 10);
	measure(&q);
	assert_int_equal(m.n, 1);                            /* `idle` has no pointer */
	x = found("up/route");
	assert_true(x->x.known && x->x.value == 400000 && x->x.count == 30 && x->x.baseline == 50000);
	assert_true(str_is(x->agent, "up") && str_is(x->version, "2.2"));
	/* Five minutes and thirty seconds; two decimals of it are exact: 10.2 USD times 3600 / 330. */
	r = rule(METRIC_SPEND_RATE, BY_NONE, 5 * MINUTE);
	measure(&q);
	x = found("");
	assert_int_equal(x->x.value, INT64_C(10200000000) * 3600 / 330);
	assert_int_equal(x->x.baseline, 60 * USD / 100);
	r = rule(METRIC_SPEND_RATE, BY_TENANT, 5 * MINUTE);
	measure(&q);
	assert_int_equal(found("globex")->x.value, INT64_C(10000000000) * 3600 / 330);
	assert_int_equal(found("globex")->x.baseline, 0);    /* was nothing: that is usual for it */
	r = rule(METRIC_HOUR_SHARE, BY_TENANT, 60 * MINUTE);
	measure(&q);
	x = found("globex");
	assert_int_equal(x->x.baseline, 0);
	assert_true(x->x.value > 940000 && x->x.value < 1000000);
	r = rule(METRIC_ERROR_RATE, BY_VERSION, 5 * MINUTE);
	measure(&q);
	x = found("up@2.2");
	assert_true(x->x.value == 1000000 && x->x.count == 10 && x->x.baseline == ALERT_NONE);
	r = rule(METRIC_JOBS_RATE, BY_AGENT, 5 * MINUTE);
	measure(&q);
	x = found("up");
	assert_true(x->x.value == 30 * INT64_C(1000000) * 60000 / 330000 && x->x.baseline == 1000000);
	r = rule(METRIC_COST_PER_JOB, BY_AGENT, 5 * MINUTE);
	measure(&q);
	assert_int_equal(found("up")->x.value, 10200000000 / 30);
	/* Old data says nothing about now. */
	q.jobs_fresh = false;
	measure(&q);
	assert_true(m.n == 0 && !m.known[0]);
}

static void nothing_is_usual_yet(void **state)
{
	AlertRule r = rule(METRIC_SPEND_RATE, BY_NONE, 5 * MINUTE);
	MeasureAsk q = asking(&r);

	(void)state;
	add((Like){ "up", "1", "acme", "", JOB_SUCCEEDED, USD }, now - 3 * MINUTE, MINUTE, 5);
	measure(&q);
	assert_int_equal(found("")->x.baseline, ALERT_NONE);
}

static void after_a_move(void **state)
{
	AlertRule r = rule(METRIC_ERROR_AFTER_MOVE, BY_POINTER, 30 * MINUTE);
	MeasureAsk q = asking(&r);
	Change moves[] = {
		{ .since_ms = now - 20 * MINUTE, .time_ms = now - 20 * MINUTE, .kind = CHANGE_POINTER, .object = STR("up/route"), .from = STR("2.1"), .to = STR("2.2"),
		  .by = STR("ci"), .id = STR("1") },
		{ .since_ms = now - 25 * MINUTE, .time_ms = now - 25 * MINUTE, .kind = CHANGE_POINTER, .object = STR("up/route"), .from = STR("2.0"), .to = STR("2.1"),
		  .by = STR("ci"), .id = STR("2") },
		{ .since_ms = now - 10 * MINUTE, .time_ms = now - 10 * MINUTE, .kind = CHANGE_POINTER, .object = STR("canary/route"), .from = STR("1:100"),
		  .to = STR("1:90 2:10"), .by = STR("ci"), .id = STR("3") },
		{ .since_ms = now - 10 * MINUTE, .time_ms = now - 10 * MINUTE, .kind = CHANGE_POINTER, .object = STR("weights/route"), .from = STR("1:90 2:10"),
		  .to = STR("1:50 2:50"), .by = STR("ci"), .id = STR("4") },
	};
	size_t fresh = 0;
	const Measured *x;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		MUST(change_take(s, &moves[i], &fresh, e));
	assert_int_equal(fresh, 4);
	add((Like){ "up", "2.1", "acme", "", JOB_SUCCEEDED, USD }, now - 10 * HOUR, 9 * HOUR, 99);
	add((Like){ "up", "2.1", "acme", "", JOB_FAILED, USD }, now - 10 * HOUR, 9 * HOUR, 1);
	add((Like){ "up", "2.2", "acme", "", JOB_FAILED, 2 * USD }, now - 19 * MINUTE, 18 * MINUTE, 10);
	add((Like){ "up", "2.2", "acme", "", JOB_SUCCEEDED, 2 * USD }, now - 19 * MINUTE, 18 * MINUTE, 30);
	add((Like){ "canary", "2", "acme", "", JOB_FAILED, USD }, now - 5 * MINUTE, MINUTE, 3);
	measure(&q);
	assert_int_equal(m.n, 2);                            /* one for each pointer that brought a version */
	x = found("up/route");
	assert_true(x->x.value == 250000 && x->x.count == 40 && x->x.baseline == 10000 && str_is(x->version, "2.2"));
	x = found("canary/route");
	assert_true(x->x.value == 1000000 && x->x.count == 3 && x->x.baseline == ALERT_NONE && str_is(x->version, "2"));
	r.metric = METRIC_COST_AFTER_MOVE;
	measure(&q);
	assert_true(found("up/route")->x.value == 2 * USD && found("up/route")->x.baseline == USD);
}

static void silence_streaks_stuck_and_traces(void **state)
{
	AlertRule r = rule(METRIC_SILENCE, BY_AGENT, 360 * MINUTE);
	MeasureAsk q = asking(&r);
	const Measured *x;

	(void)state;
	usual_hours();
	measure(&q);
	/* Its last job began at 29:03 of the hour before the half that was left out: the minute's end counts. */
	x = found("up");
	assert_int_equal(x->x.count, 60);
	assert_int_equal(x->x.baseline, 60 * INT64_C(1000000));
	assert_true(x->x.value >= 28 * 60 * INT64_C(1000000) && x->x.value <= 32 * 60 * INT64_C(1000000));
	add((Like){ "up", "2.2", "acme", "t-1", JOB_FAILED, 2 * USD }, now - 8 * MINUTE, 2 * MINUTE, 6);
	add((Like){ "up", "2.1", "acme", "t-2", JOB_FAILED, USD }, now - 8 * MINUTE, 2 * MINUTE, 6);
	add((Like){ "up", "2.1", "acme", "t-2", JOB_SUCCEEDED, USD }, now - 5 * MINUTE, MINUTE, 1);
	add((Like){ "up", "2.1", "acme", "t-2", JOB_RUNNING, 0 }, now - 50 * MINUTE, MINUTE, 2);
	r = rule(METRIC_FAILURES_IN_A_ROW, BY_VERSION, 30 * MINUTE);
	measure(&q);
	assert_int_equal(m.n, 1);
	assert_int_equal(found("up@2.2")->x.value, 6 * INT64_C(1000000));
	r = rule(METRIC_STUCK_JOBS, BY_NONE, 30 * MINUTE);
	measure(&q);
	assert_int_equal(found("")->x.value, 2 * INT64_C(1000000));
	r = rule(METRIC_TRACE_COST, BY_NONE, 60 * MINUTE);
	r.above = 10 * USD;
	measure(&q);
	assert_int_equal(m.n, 1);                            /* what is far from the limit is not carried along */
	x = found("t-1");
	assert_true(x->x.value == 12 * USD && x->x.count == 6 && str_is(x->agent, "up") && str_is(x->version, "2.2"));
	r.metric = METRIC_TRACE_AGE;
	r.above = 30 * INT64_C(1000000);
	measure(&q);
	assert_int_equal(m.n, 1);
	assert_true(found("t-2")->x.value > 44 * INT64_C(1000000));
}

static void series(const char *name, const char *model, double a_minute)
{
	MetricPoint p[120];
	MetricSeries x = { .ns = STR("AWS/Bedrock"), .name = str_of(name), .stat = STR("Sum"), .unit = STR(""), .period_s = 60, .points = p, .count = 120,
	                   .dimensions_json = arena_printf(&arena, "{\"ModelId\":\"%s\"}", model) };
	StoreBatch b = { .series = &x, .series_count = 1, .now_ms = now };

	for (int i = 0; i < 120; i++)
		p[i] = (MetricPoint){ now / MINUTE * MINUTE - (119 - i) * MINUTE, true, a_minute };
	MUST(store_apply(s, &b, NULL, e));
}

static void what_cloudwatch_counts(void **state)
{
	AlertRule r = rule(METRIC_THROTTLE_RATE, BY_NONE, 5 * MINUTE);
	MeasureAsk q = asking(&r);

	(void)state;
	measure(&q);
	assert_int_equal(m.n, 0);                            /* no such metric, no rate */
	series("Invocations", "a", 90);
	series("InvocationThrottles", "a", 10);
	series("Invocations", "b", 100);
	series("InvocationThrottles", "b", 0);
	measure(&q);
	assert_true(found("")->x.value == 50000 && found("")->x.count == 1000);
	r.by = BY_MODEL;
	measure(&q);
	assert_true(found("a")->x.value == 100000 && found("b")->x.value == 0);
	q.metrics_fresh = false;
	measure(&q);
	assert_false(m.known[0]);
	q.metrics_fresh = true;
	r = rule(METRIC_SEEN, BY_NONE, 60 * MINUTE);
	measure(&q);
	assert_int_equal(m.n, 0);
	series("InputTokenCount", "a", 1000);
	measure(&q);
	assert_int_equal(found("")->x.value, 0);             /* the jobs here have no tokens */
}

static void feeds_and_credentials(void **state)
{
	AlertRule r = rule(METRIC_FEED_AGE, BY_NONE, MINUTE);
	MeasureAsk q = asking(&r);

	(void)state;
	q.feed[FEED_JOBS] = (MeasureFeed){ "jobs", now - 400000, 5000, true };
	q.feed[FEED_AGENTS] = (MeasureFeed){ "agents", now - 900000, 30000, false };
	measure(&q);
	assert_int_equal(m.n, 1);
	assert_true(found("jobs")->x.value == 400 * INT64_C(1000000) && found("jobs")->x.baseline == 5 * INT64_C(1000000));
	r = rule(METRIC_CREDENTIALS, BY_NONE, MINUTE);
	measure(&q);
	assert_int_equal(m.n, 0);
	q.credentials_ms = now + 600000;
	measure(&q);
	assert_int_equal(found("")->x.value, 600 * INT64_C(1000000));
	r = rule(METRIC_UNPINNED, BY_AGENT, 60 * MINUTE);
	add((Like){ "up", "DRAFT", "acme", "", JOB_SUCCEEDED, USD }, now - 8 * MINUTE, MINUTE, 3);
	measure(&q);
	assert_int_equal(m.n, 0);                            /* in prod only */
	q.prod = true;
	measure(&q);
	assert_true(found("up")->x.value == 3 * INT64_C(1000000) && str_is(found("up")->version, "DRAFT"));
}

static void budgets_by_scope_and_period(void **state)
{
	static const int64_t steps[] = { 50, 100 };
	Budget b = { .id = STR("b"), .period = PERIOD_HOUR, .limit_nusd = 10 * USD, .percent = steps, .percents = 2 };
	MeasureAsk q = asking(NULL);
	BudgetSpent x;

	(void)state;
	usual_hours();
	add((Like){ "up", "2.2", "acme", "t-1", JOB_SUCCEEDED, USD }, now - 10 * MINUTE, 9 * MINUTE, 4);
	add((Like){ "up", "2.2", "globex", "t-2", JOB_SUCCEEDED, USD }, now - 10 * MINUTE, 9 * MINUTE, 6);
	add((Like){ "down", "1", "acme", "t-2", JOB_SUCCEEDED, USD }, now - 10 * MINUTE, 9 * MINUTE, 3);
	MUST(measure_budget(s, &b, &q, false, &arena, &x, e));
	assert_int_equal(x.spent_nusd, 13 * USD);
	assert_true(x.from_ms == now - 30 * MINUTE - 30000 && x.until_ms == x.from_ms + HOUR);
	b.tenant = STR("acme");
	MUST(measure_budget(s, &b, &q, false, &arena, &x, e));
	assert_int_equal(x.spent_nusd, 7 * USD);
	b.agent = STR("up");                                 /* both must match */
	MUST(measure_budget(s, &b, &q, false, &arena, &x, e));
	assert_int_equal(x.spent_nusd, 4 * USD);
	b.model = STR("fix.small");
	MUST(measure_budget(s, &b, &q, false, &arena, &x, e));
	assert_int_equal(x.spent_nusd, 4 * USD);
	b = (Budget){ .id = STR("t"), .period = PERIOD_TRACE, .limit_nusd = 10 * USD, .percent = steps, .percents = 2 };
	MUST(measure_budget(s, &b, &q, false, &arena, &x, e));
	assert_int_equal(x.spent_nusd, 9 * USD);
	assert_true(x.traces == 1 && str_is(x.trace[0].trace, "t-2"));
	/* A day in a zone that is half an hour off: from 00:30 UTC on; 10 whole hours of 0.60, half an hour, and the 13 of now. */
	b = (Budget){ .id = STR("d"), .agent = STR("up"), .period = PERIOD_DAY, .limit_nusd = 10 * USD, .percent = steps, .percents = 2 };
	q.offset_ms = -HOUR / 2;
	MUST(measure_budget(s, &b, &q, true, &arena, &x, e));
	assert_int_equal(x.until_ms - x.from_ms, DAY);
	assert_int_equal((x.from_ms + q.offset_ms) % DAY, 0);
	assert_true(x.forecast.known && x.forecast.days >= 19);
	/* Every hour was alike, so the rest of the day is known; scaled by how today compares, at most doubled. */
	assert_true(x.forecast.low_nusd > x.spent_nusd && x.forecast.low_nusd <= x.forecast.high_nusd);
	assert_true(budget_concerns(&b, STR("dev")));
	b.context = STR("prod");
	assert_true(!budget_concerns(&b, STR("dev")) && budget_concerns(&b, STR("prod")));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)
	const struct CMUnitTest tests[] = {
		TEST(rates_and_what_is_usual), TEST(nothing_is_usual_yet), TEST(after_a_move), TEST(silence_streaks_stuck_and_traces),
		TEST(what_cloudwatch_counts), TEST(feeds_and_credentials), TEST(budgets_by_scope_and_period),
	};
	int rc = cmocka_run_group_tests(tests, make_place, clear_place);

	arena_done(&arena);
	return rc;
}
