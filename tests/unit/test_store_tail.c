/* One log event that comes by Live Tail, which gives it no id, and by FilterLogEvents, which does: booked once, in
 * whatever order; and two events that say the same stay two. */
#include "unit.h"

#include "store_unit.h"

#define T0 INT64_C(1790000000000)

static const char text_a[] = "COST_TRACKING {\"job_id\":\"a\",\"cost_cents\":1}", text_b[] = "COST_TRACKING {\"job_id\":\"b\",\"cost_cents\":1}";

static LogLine line_of(const char *id, const char *job, const char *text, bool tail)
{
	return (LogLine){ .event_id = str_of(id), .event_ms = T0, .kind = LINE_COST, .job_id = str_of(job), .tenant = STR("acme"),
	                  .reported_nusd = { true, 10000000 }, .text = str_of(text), .tail = tail };
}

static StoreDelta take(Store *s, LogLine l)
{
	StoreBatch b = { .lines = &l, .line_count = 1, .prices = &fleet_prices };
	StoreDelta d = { 0 };

	MUST(store_apply(s, &b, &d, e));
	return d;
}

/* Money, calls and rows. */
static void holds(Store *s, int64_t nusd, int64_t calls)
{
	Arena a = { 0 };
	CostGroup *g;
	size_t n;

	MUST(store_cost(s, DIM_ALL, 0, 0, &a, &g, &n, e));
	assert_int_equal(n, 1);
	assert_int_equal(g[0].s.nusd, nusd);
	assert_int_equal(g[0].s.jobs, calls);
	arena_done(&a);
}

static void once_in_either_order(void **state)
{
	const LogLine way[2] = { line_of("tail-1", "a", text_a, true), line_of("387", "a", text_a, false) };

	(void)state;
	for (int first = 0; first < 2; first++) {
		Store *s = must_open(first ? "filter-first.db" : "tail-first.db", STORE_WRITE);
		StoreDelta d;

		assert_int_equal(take(s, way[first]).lines_new, 1);
		d = take(s, way[!first]);
		assert_int_equal(d.lines_new, 0);
		assert_int_equal(d.lines_again, 1);
		assert_int_equal(d.lines_confirmed, first ? 0 : 1);
		for (int again = 0; again < 4; again++)
			assert_int_equal(take(s, way[again % 2]).lines_new, 0);
		holds(s, 10000000, 1);
		store_close(s);
	}
}

/* Live Tail makes one row of them; what FilterLogEvents tells apart is two. */
static void two_that_say_the_same_are_two(void **state)
{
	static const char *const order[] = { "t12", "1t2", "12t", "t1t2", "tt21", "121t", "t112" };

	(void)state;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		char name[24];
		Store *s;

		(void)snprintf(name, sizeof name, "same-%zu.db", i);
		s = must_open(name, STORE_WRITE);
		for (const char *c = order[i]; *c; c++)
			(void)take(s, line_of(*c == 't' ? "tail-1" : *c == '1' ? "id-1" : "id-2", "a", text_a, *c == 't'));
		holds(s, 20000000, 1);
		store_close(s);
	}
}

/* Lines of one batch are told apart before they are in any table. */
static void one_batch_is_as_many(void **state)
{
	static const char *const order[] = { "t12", "1t2", "12t", "t1t2", "tt21", "121t", "t112", "tt", "11", "t1", "1t" };

	(void)state;
	for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
		StoreBatch b = { .prices = &fleet_prices };
		StoreDelta d = { 0 };
		LogLine v[4];
		char name[24];
		Store *s;

		for (const char *c = order[i]; *c; c++)
			v[b.line_count++] = line_of(*c == 't' ? "tail-1" : *c == '1' ? "id-1" : "id-2", "a", text_a, *c == 't');
		b.lines = v;
		(void)snprintf(name, sizeof name, "batch-%zu.db", i);
		s = must_open(name, STORE_WRITE);
		MUST(store_apply(s, &b, &d, e));
		holds(s, strlen(order[i]) > 2 ? 20000000 : 10000000, 1);
		assert_int_equal(d.lines_new + d.lines_again, b.line_count);
		assert_int_equal(d.nusd, strlen(order[i]) > 2 ? 20000000 : 10000000);
		MUST(store_apply(s, &b, &d, e));
		assert_int_equal(d.lines_new, 0);
		store_close(s);
	}
}

/* A job that comes again in the batch that brought it, and the lines of calls that are not there yet. */
static void a_job_may_come_again_in_its_batch(void **state)
{
	Job v[3] = {
		{ .id = STR("a"), .tenant = STR("acme"), .status = STR("running"), .state = JOB_RUNNING, .started_ms = T0, .updated_ms = T0 + 1 },
		{ .id = STR("a"), .tenant = STR("other"), .status = STR("succeeded"), .state = JOB_SUCCEEDED, .started_ms = T0, .updated_ms = T0 + 2,
		  .reported_nusd = { true, 7 }, .error_message = STR("kept with the row") },
		{ .id = STR("a"), .tenant = STR("late"), .status = STR("queued"), .state = JOB_QUEUED, .started_ms = T0, .updated_ms = T0 },
	};
	LogLine l[3] = { line_of("1", "b", text_b, false), line_of("2", "b", text_b, false), line_of("3", "a", text_a, false) };
	StoreBatch b = { .jobs = v, .job_count = 3, .lines = l, .line_count = 3, .prices = &fleet_prices };
	Store *s = must_open("again.db", STORE_WRITE);
	StoreDelta d = { 0 };
	Arena a = { 0 };
	JobRow row;
	bool found;

	(void)state;
	l[1].event_ms++;
	MUST(store_apply(s, &b, &d, e));
	assert_int_equal(d.jobs_new, 1);
	assert_int_equal(d.jobs_changed, 1);
	assert_int_equal(d.lines_new, 3);
	MUST(store_job(s, STR("a"), &a, &row, &found, e));
	assert_true(found && row.job.state == JOB_SUCCEEDED && str_is(row.job.tenant, "other") && str_is(row.job.error_message, "kept with the row"));
	assert_int_equal(row.nusd, 7);                     /* the item's own figure stands before its line's */
	holds(s, 20000007, 2);
	arena_done(&a);
	store_close(s);
}

static void lone_lines_too(void **state)
{
	Store *s = must_open("lone.db", STORE_WRITE);

	(void)state;
	(void)take(s, line_of("tail-7", "", text_a, true));
	assert_int_equal(take(s, line_of("7", "", text_a, false)).lines_confirmed, 1);
	assert_int_equal(take(s, line_of("7", "", text_a, false)).lines_again, 1);
	assert_int_equal(take(s, line_of("tail-7", "", text_a, true)).lines_again, 1);
	holds(s, 10000000, 1);
	(void)take(s, line_of("8", "", text_b, false));
	holds(s, 20000000, 2);
	store_close(s);
}

static void other_texts_and_times_are_other_events(void **state)
{
	Store *s = must_open("other.db", STORE_WRITE);
	LogLine later = line_of("9", "a", text_a, false);

	(void)state;
	later.event_ms++;
	(void)take(s, line_of("tail-1", "a", text_a, true));
	assert_int_equal(take(s, line_of("2", "a", text_b, false)).lines_new, 1);
	assert_int_equal(take(s, later).lines_new, 1);
	holds(s, 30000000, 1);
	store_close(s);
}

/* Marks last, and the id is the event's own once it is known. */
static void marks_are_kept(void **state)
{
	Store *s = must_open("marks.db", STORE_WRITE);
	LogLine l = line_of("tail-1", "a", text_a, true), *v;
	Arena a = { 0 };
	size_t n;

	(void)state;
	l.late = true;
	(void)take(s, l);
	MUST(store_job_lines(s, STR("a"), STR(""), 0, &a, &v, &n, e));
	assert_int_equal(n, 1);
	assert_true(v->tail && v->late && str_is(v->event_id, "tail-1"));
	(void)take(s, line_of("5", "a", text_a, false));
	MUST(store_job_lines(s, STR("a"), STR(""), 0, &a, &v, &n, e));
	assert_int_equal(n, 1);
	assert_true(!v->tail && v->late && str_is(v->event_id, "5"));
	arena_done(&a);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(once_in_either_order), cmocka_unit_test(two_that_say_the_same_are_two), cmocka_unit_test(lone_lines_too),
		cmocka_unit_test(other_texts_and_times_are_other_events), cmocka_unit_test(marks_are_kept),
		cmocka_unit_test(one_batch_is_as_many), cmocka_unit_test(a_job_may_come_again_in_its_batch),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
