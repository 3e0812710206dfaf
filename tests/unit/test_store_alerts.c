#include "unit.h"

#include "store/alerts.h"
#include "store/scans.h"
#include "store_unit.h"

static const int64_t t0 = INT64_C(1790000000000);
static Arena arena;

static AlertRow firing(const char *rule, const char *key, AlertSeverity severity, int64_t since_ms)
{
	return (AlertRow){ .rule = str_of(rule), .key = str_of(key), .st = { .phase = PHASE_FIRING, .since_ms = since_ms, .judged_ms = t0 }, .episode = 1,
	                   .metric = METRIC_ERROR_RATE, .severity = severity, .value = 90000, .threshold = 50000, .baseline = ALERT_NONE, .count = 33,
	                   .agent = STR("upsell"), .version = STR("2.2") };
}

static void put(Store *s, const AlertRow *rows, size_t n)
{
	WatchBatch b = { .alerts = rows, .alert_count = n, .run = { .at_ms = t0, .took_ms = 12, .rules = 22, .firing = (int64_t)n, .note = STR("") },
	                 .drop_ms = t0 - 86400000 };

	MUST(watch_put(s, &b, e));
}

static AlertRow *list(Store *s, int64_t now_ms, size_t *n)
{
	AlertRow *row;

	MUST(alerts_list(s, now_ms, &arena, &row, n, e));
	return row;
}

static void states_are_kept_and_ordered(void **state)
{
	Store *s = must_open("states.db", STORE_WRITE), *other;
	AlertRow in[4] = { firing("a", "", SEVERITY_WARNING, t0 - 10), firing("b", "x/route", SEVERITY_CRITICAL, t0 - 99),
	                   firing("c", "k", SEVERITY_INFO, t0), firing("d", "", SEVERITY_CRITICAL, t0 - 5) }, *row;
	WatchRun run;
	size_t n;

	(void)state;
	MUST(watch_run_get(s, &arena, &run, e));
	assert_int_equal(run.at_ms, 0);                      /* nobody ever looked */
	in[3].st.phase = PHASE_OK;
	in[2].st.phase = PHASE_PENDING;
	put(s, in, 4);
	other = must_open("states.db", STORE_READ);
	row = list(other, t0, &n);
	assert_int_equal(n, 4);
	assert_true(str_is(row[0].rule, "b") && str_is(row[1].rule, "a") && str_is(row[2].rule, "c") && str_is(row[3].rule, "d"));
	assert_true(str_is(row[0].key, "x/route") && str_is(row[0].agent, "upsell") && str_is(row[0].version, "2.2"));
	assert_true(row[0].value == 90000 && row[0].threshold == 50000 && row[0].baseline == ALERT_NONE && row[0].count == 33);
	assert_true(row[0].metric == METRIC_ERROR_RATE && row[0].episode == 1 && row[0].st.since_ms == t0 - 99);
	assert_int_equal(alert_row_state(&row[0], t0), ALERT_FIRING);
	MUST(watch_run_get(other, &arena, &run, e));
	assert_true(run.at_ms == t0 && run.took_ms == 12 && run.rules == 22 && run.firing == 4 && !run.failed);
	/* Ended ones go after a while, those that fire never. */
	in[3].st.since_ms = in[0].st.since_ms = 1;
	put(s, in, 4);
	assert_true(list(s, t0, &n) && n == 3);
	store_close(other);
	store_close(s);
}

static Said say(int64_t at_ms, int64_t until_ms)
{
	return (Said){ at_ms, until_ms, STR("oncall"), STR("known since the release") };
}

static void refused(int rc, const Err *e, const char *want)
{
	assert_int_equal(rc, -1);
	assert_int_equal(e->kind, ERR_USAGE);
	if (!strstr(e->text, want))
		fail_msg("\"%s\" should say \"%s\"", e->text, want);
}

static void acknowledged_until_it_is_over(void **state)
{
	Store *s = must_open("ack.db", STORE_WRITE);
	AlertRow in[2] = { firing("err", "a/route", SEVERITY_CRITICAL, t0), firing("err", "b/route", SEVERITY_CRITICAL, t0 - 5) }, *row;
	Said said = say(t0 + 1, 0);
	Err err = { 0 };
	Str what;
	size_t n;

	(void)state;
	put(s, in, 2);
	refused(alerts_ack(s, STR("nothing"), &said, &arena, &what, &err), &err, "there is no alert nothing");
	refused(alerts_ack(s, STR("err"), &said, &arena, &what, &err), &err, "err fires for several keys, such as a/route; name one as RULE:KEY");
	refused(alerts_ack(s, STR("err:c/route"), &said, &arena, &what, &err), &err, "alert err:c/route is not firing for that key");
	MUST(alerts_ack(s, STR("err:b/route"), &said, &arena, &what, e));
	assert_true(str_is(what, "err:b/route"));
	row = list(s, t0 + 2, &n);
	assert_int_equal(alert_row_state(&row[0], t0 + 2), ALERT_FIRING);
	assert_int_equal(alert_row_state(&row[1], t0 + 2), ALERT_ACKNOWLEDGED);
	assert_true(str_is(row[1].acked.by, "oncall") && str_is(row[1].acked.reason, "known since the release") && row[1].acked.at_ms == t0 + 1);
	assert_true(row[1].value == 90000);                  /* it keeps showing what it is about */
	/* The watcher's next look writes its rows and takes nothing away. */
	put(s, in, 2);
	row = list(s, t0 + 2, &n);
	assert_int_equal(alert_row_state(&row[1], t0 + 2), ALERT_ACKNOWLEDGED);
	/* The one that is left can be named by its rule alone when the other is over. */
	in[1].st.phase = PHASE_OK;
	put(s, in, 2);
	MUST(alerts_ack(s, STR("err"), &said, &arena, &what, e));
	assert_true(str_is(what, "err:a/route"));
	/* Over and back: a new one, nobody has acknowledged it. */
	in[1].st.phase = PHASE_FIRING;
	in[1].episode = 2;
	put(s, in, 2);
	row = list(s, t0 + 2, &n);
	assert_true(str_is(row[0].key, "b/route"));
	assert_int_equal(alert_row_state(&row[0], t0 + 2), ALERT_FIRING);
	store_close(s);
}

static void silenced_until_its_time(void **state)
{
	Store *s = must_open("silence.db", STORE_WRITE);
	AlertRow in[2] = { firing("err", "a", SEVERITY_CRITICAL, t0), firing("err", "b", SEVERITY_WARNING, t0) }, *row;
	Said one = say(t0, t0 + 100), all = say(t0, t0 + 50), end = say(t0, 0);
	Str what;
	size_t n;

	(void)state;
	put(s, in, 2);
	MUST(alerts_silence(s, STR("err:a"), &one, &arena, &what, e));
	MUST(alerts_silence(s, STR("err"), &all, &arena, &what, e));
	row = list(s, t0 + 10, &n);
	assert_int_equal(n, 2);                              /* two silences for it, still one row */
	assert_int_equal(alert_row_state(&row[0], t0 + 10), ALERT_SILENCED);
	assert_int_equal(alert_row_state(&row[1], t0 + 10), ALERT_SILENCED);
	row = list(s, t0 + 60, &n);                          /* that of all keys is over: b fires, and comes first */
	assert_true(str_is(row[0].key, "b"));
	assert_int_equal(alert_row_state(&row[0], t0 + 60), ALERT_FIRING);
	assert_int_equal(alert_row_state(&row[1], t0 + 60), ALERT_SILENCED);
	assert_true(row[1].silenced.until_ms == t0 + 100 && str_is(row[1].silenced.by, "oncall"));
	MUST(alerts_silence(s, STR("err:a"), &end, &arena, &what, e));
	row = list(s, t0 + 60, &n);
	assert_int_equal(alert_row_state(&row[1], t0 + 60), ALERT_FIRING);
	store_close(s);
}

static void budgets_are_kept(void **state)
{
	Store *s = must_open("budgets.db", STORE_WRITE);
	BudgetRow in = { STR("day"), { t0, 5, t0 + 1 }, 123, t0 + 2 }, *out;
	WatchBatch b = { .budgets = &in, .budget_count = 1, .run = { .at_ms = t0, .note = STR("") } };
	size_t n;

	(void)state;
	MUST(watch_put(s, &b, e));
	MUST(budgets_list(s, &arena, &out, &n, e));
	assert_int_equal(n, 1);
	assert_true(str_is(out->id, "day") && out->st.from_ms == t0 && out->st.reached == 5 && out->st.reached_ms == t0 + 1);
	assert_true(out->spent_nusd == 123 && out->judged_ms == t0 + 2);
	store_close(s);
}

/* --- questions of rules --- */

static void take(Store *s, const Job *jobs, size_t n)
{
	StoreBatch b = { .jobs = jobs, .job_count = n, .prices = &fleet_prices, .now_ms = t0 };

	MUST(store_apply(s, &b, NULL, e));
}

static Job job(int i, const char *version, JobState st, int64_t at_ms)
{
	return (Job){ .id = arena_printf(&arena, "j%d", i), .trace_id = i % 4 ? STR("t-loop") : arena_printf(&arena, "t-%d", i), .agent = STR("up"),
	              .version = str_of(version), .tenant = i % 2 ? STR("acme") : STR("globex"), .state = st, .started_ms = at_ms, .updated_ms = at_ms + 500,
	              .reported_nusd = { true, 1000000 } };
}

static void streaks(void **state)
{
	static const JobState one[] = { JOB_SUCCEEDED, JOB_FAILED, JOB_FAILED, JOB_RUNNING, JOB_FAILED };     /* in time */
	static const JobState two[] = { JOB_FAILED, JOB_FAILED, JOB_SUCCEEDED };
	Store *s = must_open("streaks.db", STORE_WRITE);
	Job jobs[8];
	Scan out;
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 5; i++, n++)
		jobs[n] = job((int)n, "1", one[i], t0 - 60000 + i * 1000);
	for (int i = 0; i < 3; i++, n++)
		jobs[n] = job((int)n, "2", two[i], t0 - 60000 + i * 1000);
	take(s, jobs, n);
	MUST(store_streaks(s, t0 - 90000, 100, &arena, &out, e));
	assert_int_equal(out.n, 1);                          /* the newest of the other one went well */
	assert_false(out.part);
	assert_true(str_is(out.row[0].key, "up@1") && out.row[0].n == 3 && out.row[0].at_ms == t0 - 60000 + 1500);
	MUST(store_streaks(s, t0 - 90000, 2, &arena, &out, e));
	assert_true(out.part);
	MUST(store_streaks(s, t0, 100, &arena, &out, e));
	assert_int_equal(out.n, 0);
	MUST(store_stuck(s, t0 - 86400000, t0 - 50000, &arena, &out, e));
	assert_true(out.n == 1 && out.row[0].n == 1 && str_is(out.row[0].key, "up") && out.row[0].at_ms == t0 - 60000 + 3500);
	MUST(store_stuck(s, t0 - 86400000, t0 - 57000, &arena, &out, e));
	assert_int_equal(out.n, 0);                          /* it changed since */
	MUST(store_last_calls(s, DIM_VERSION, t0 / 60000 - 5, &arena, &out, e));
	assert_int_equal(out.n, 2);
	assert_int_equal(out.row[0].at_ms, (t0 - 60000) / 60000 * 60000);
	store_close(s);
}

static void traces(void **state)
{
	Store *s = must_open("traces.db", STORE_WRITE);
	Job jobs[40];
	TraceAsk q = { .from_ms = t0 - 3600000, .rows = 1000 };
	TraceSum *t;
	int64_t nusd;
	size_t n, loop = 0;
	bool part;

	(void)state;
	for (int i = 0; i < 40; i++)
		jobs[i] = job(100 + i, i < 20 ? "1" : "2", JOB_SUCCEEDED, t0 - (40 - i) * 60000);
	take(s, jobs, 40);
	MUST(store_traces(s, &q, &arena, &t, &n, &part, e));
	assert_int_equal(n, 11);
	assert_false(part);
	while (!str_is(t[loop].trace, "t-loop"))
		loop++;
	assert_true(t[loop].calls == 30 && t[loop].nusd == 30 * 1000000 && str_is(t[loop].agent, "up") && str_is(t[loop].version, "2"));
	assert_true(t[loop].first_ms == t0 - 39 * 60000 && t[loop].last_ms == t0 - 60000);
	q.tenant = STR("acme");
	MUST(store_traces(s, &q, &arena, &t, &n, &part, e));
	assert_true(n == 1 && t[0].calls == 20);
	MUST(store_scope_sum(s, &q, t0 - 10 * 60000, t0, &nusd, e));
	assert_int_equal(nusd, 5 * 1000000);
	q.model = STR("never seen");
	MUST(store_traces(s, &q, &arena, &t, &n, &part, e));
	assert_int_equal(n, 0);
	MUST(store_scope_sum(s, &q, 0, t0, &nusd, e));
	assert_int_equal(nusd, 0);
	q = (TraceAsk){ .from_ms = t0 - 3600000, .rows = 10 };
	MUST(store_traces(s, &q, &arena, &t, &n, &part, e));
	assert_true(part);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_are_kept_and_ordered), cmocka_unit_test(acknowledged_until_it_is_over), cmocka_unit_test(silenced_until_its_time),
		cmocka_unit_test(budgets_are_kept), cmocka_unit_test(streaks), cmocka_unit_test(traces),
	};
	int rc = cmocka_run_group_tests(tests, make_place, clear_place);

	arena_done(&arena);
	return rc;
}
