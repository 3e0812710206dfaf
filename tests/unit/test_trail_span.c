/* Which part of the trail was read: late events, rounds that are cut short, and how far back somebody wants to see. */
#include "unit.h"

#include "app/trail_span.h"

#define T0 INT64_C(1790000000000)
#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)

static void first_and_next_rounds(void **state)
{
	TrailSpan s = { 0 };
	TrailWant w = trail_span_head(&s, T0 - 24 * HOUR), more;

	(void)state;
	assert_int_equal(trail_span_covered(&s), 0);
	assert_int_equal(w.lo_ms, T0 - 24 * HOUR);
	trail_span_read(&s, &w, 0, T0);
	assert_int_equal(trail_span_covered(&s), T0 - 24 * HOUR);
	assert_false(trail_span_more(&s, T0 - 24 * HOUR, &more));
	/* A little is read again each time, and every fifth time as much as an event can be late. */
	for (int i = 1; i <= 10; i++) {
		w = trail_span_head(&s, T0 - 24 * HOUR);
		assert_int_equal(w.lo_ms, T0 + (i - 1) * MINUTE - (i % 5 ? TRAIL_OVERLAP_MS : TRAIL_LATE_MS));
		trail_span_read(&s, &w, 0, T0 + i * MINUTE);
	}
	assert_int_equal(s.head_ms, T0 + 10 * MINUTE);
	/* Nothing came: it stays, for what comes late. */
	w = trail_span_head(&s, T0 - 24 * HOUR);
	trail_span_read(&s, &w, 0, 0);
	assert_int_equal(s.head_ms, T0 + 10 * MINUTE);
	assert_int_equal(trail_span_covered(&s), T0 - 24 * HOUR);
}

static void a_trail_without_events(void **state)
{
	TrailSpan s = { 0 };
	TrailWant w = trail_span_head(&s, T0 - 24 * HOUR), more;

	(void)state;
	trail_span_read(&s, &w, 0, 0);
	assert_int_equal(trail_span_covered(&s), T0 - 24 * HOUR);
	assert_false(trail_span_more(&s, T0 - 24 * HOUR, &more));
	w = trail_span_head(&s, T0 - 24 * HOUR);
	assert_true(w.lo_ms <= T0 - 24 * HOUR);
}

static void a_round_cut_short(void **state)
{
	TrailSpan s = { 0 };
	TrailWant w = trail_span_head(&s, T0 - 24 * HOUR);

	(void)state;
	trail_span_read(&s, &w, T0 - 2 * HOUR, T0);                 /* so far it came, from the newest on */
	assert_int_equal(trail_span_covered(&s), T0 - 2 * HOUR);
	assert_true(trail_span_more(&s, T0 - 24 * HOUR, &w));
	assert_int_equal(w.lo_ms, T0 - 24 * HOUR);
	assert_int_equal(w.hi_ms, T0 - 2 * HOUR);
	trail_span_read(&s, &w, T0 - 5 * HOUR, T0 - 2 * HOUR);
	assert_int_equal(trail_span_covered(&s), T0 - 5 * HOUR);
	assert_int_equal(s.head_ms, T0);
	/* A whole second that is more than a round: it still ends. */
	assert_true(trail_span_more(&s, T0 - 24 * HOUR, &w));
	trail_span_read(&s, &w, T0 - 5 * HOUR, T0 - 5 * HOUR);
	assert_true(s.gap_hi_ms < T0 - 5 * HOUR);
	/* Meanwhile the head is cut short too: one gap from the first to the last. */
	w = trail_span_head(&s, T0 - 24 * HOUR);
	trail_span_read(&s, &w, T0 + HOUR - MINUTE, T0 + HOUR);
	assert_int_equal(s.gap_lo_ms, T0 - 24 * HOUR);
	assert_int_equal(s.gap_hi_ms, T0 + HOUR - MINUTE);
	assert_true(trail_span_more(&s, T0 - 24 * HOUR, &w));
	trail_span_read(&s, &w, 0, 0);
	assert_int_equal(trail_span_covered(&s), T0 - 24 * HOUR);
	assert_false(trail_span_more(&s, T0 - 24 * HOUR, &w));
}

static void further_back(void **state)
{
	TrailSpan s = { 0 };
	TrailWant w = trail_span_head(&s, T0 - HOUR);

	(void)state;
	trail_span_read(&s, &w, 0, T0);
	assert_true(trail_span_more(&s, T0 - 48 * HOUR, &w));
	assert_int_equal(w.lo_ms, T0 - 48 * HOUR);
	assert_int_equal(w.hi_ms, T0 - HOUR);
	assert_int_equal(trail_span_covered(&s), T0 - HOUR);         /* it is wanted, not read */
	trail_span_read(&s, &w, 0, 0);
	assert_int_equal(trail_span_covered(&s), T0 - 48 * HOUR);
	/* CloudTrail keeps 90 days, and refuses what lies before. */
	assert_true(trail_span_more(&s, 0, &w));
	assert_int_equal(w.lo_ms, 0);
	s.kept_ms = T0 - TRAIL_KEPT_MS;
	assert_true(trail_span_more(&s, 0, &w));
	assert_int_equal(w.lo_ms, T0 - TRAIL_KEPT_MS);
	s.kept_ms = T0;
	assert_false(trail_span_more(&s, 0, &w));
	w = trail_span_head(&s, T0 - 72 * HOUR);
	assert_int_equal(w.lo_ms, T0);
}

static void texts(void **state)
{
	static const char *const bad[] = { "", "x", "1 2 3", "5 4 0 0", "1 2 4 3", "1 2 3 4x" };
	TrailSpan s = { .from_ms = T0 - HOUR, .head_ms = T0, .gap_lo_ms = 7, .gap_hi_ms = 8 }, t;
	Arena a = { 0 };

	(void)state;
	trail_span_parse(&t, trail_span_text(&s, &a));
	assert_memory_equal(&s, &t, sizeof s);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		trail_span_parse(&t, str_of(bad[i]));
		assert_int_equal(t.head_ms, 0);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_and_next_rounds), cmocka_unit_test(a_round_cut_short), cmocka_unit_test(further_back),
		cmocka_unit_test(a_trail_without_events), cmocka_unit_test(texts),
	};

	return cmocka_run_group_tests_name("trail_span", tests, NULL, NULL);
}
