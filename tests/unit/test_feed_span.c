#include "unit.h"

#include "app/feed_span.h"

enum { MINUTE = 60000, HOUR = 60 * MINUTE };
static const int64_t now = INT64_C(1790000000000);

static void check(Range r, int64_t from, int64_t until, bool back)
{
	assert_int_equal(r.from_ms, from);
	assert_int_equal(r.until_ms, until);
	assert_int_equal(r.back, back);
}

static void test_the_first_round_reads_what_was_asked(void **state)
{
	Span s = { 0 };
	Range r = span_forward(&s, now - 2 * HOUR, MINUTE);

	(void)state;
	check(r, now - 2 * HOUR, 0, false);
	s = span_after(&s, &r, now - MINUTE, now);
	assert_int_equal(s.head_ms, now - MINUTE);
	assert_int_equal(s.back_ms, now - 2 * HOUR);
	check(span_forward(&s, now - 2 * HOUR, MINUTE), now - 2 * MINUTE, 0, false);
	assert_false(span_backward(&s, now - 2 * HOUR, 0, HOUR, &r));
}

static void test_the_overlap_does_not_reach_behind_what_is_read(void **state)
{
	Span s = { now, now - MINUTE };

	(void)state;
	check(span_forward(&s, now - HOUR, 10 * MINUTE), now - MINUTE, 0, false);
}

/* One item dated next century must not blind the feed until then. */
static void test_a_time_in_the_future_does_not_move_the_head(void **state)
{
	Span s = { now - HOUR, now - 2 * HOUR };
	Range r = span_forward(&s, now - 2 * HOUR, MINUTE);

	(void)state;
	s = span_after(&s, &r, now + INT64_C(100) * 365 * 24 * HOUR, now);
	assert_int_equal(s.head_ms, now);
}

static void test_an_empty_table_is_looked_at_again(void **state)
{
	Span s = { 0 };
	Range r = span_forward(&s, now - HOUR, MINUTE);

	(void)state;
	s = span_after(&s, &r, 0, now);
	check(span_forward(&s, now - HOUR, MINUTE), now - HOUR, 0, false);
}

static void test_a_wider_question_is_read_whole_and_then_in_slices(void **state)
{
	Span s = { now, now - HOUR };
	Range r;

	(void)state;
	assert_true(span_backward(&s, now - 10 * HOUR, now - 24 * HOUR, 6 * HOUR, &r));
	check(r, now - 10 * HOUR, now - HOUR, true);
	s = span_after(&s, &r, 0, now);
	assert_int_equal(s.head_ms, now);
	assert_true(span_backward(&s, now - 10 * HOUR, now - 24 * HOUR, 6 * HOUR, &r));
	check(r, now - 16 * HOUR, now - 10 * HOUR, true);
	s = span_after(&s, &r, now, now);
	assert_true(span_backward(&s, now - 10 * HOUR, now - 24 * HOUR, 6 * HOUR, &r));
	s = span_after(&s, &r, 0, now);
	assert_true(span_backward(&s, now - 10 * HOUR, now - 24 * HOUR, 6 * HOUR, &r));
	check(r, now - 24 * HOUR, now - 22 * HOUR, true);
	s = span_after(&s, &r, 0, now);
	assert_false(span_backward(&s, now - 10 * HOUR, now - 24 * HOUR, 6 * HOUR, &r));
}

/* "Since ever" is a real time, not the 0 that means never. */
static void test_since_the_epoch(void **state)
{
	Span s = { now, now - HOUR };
	Range r;

	(void)state;
	assert_true(span_backward(&s, 0, 0, HOUR, &r));
	s = span_after(&s, &r, 0, now);
	assert_int_equal(s.back_ms, 1);
	assert_false(span_backward(&s, 0, 0, HOUR, &r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_first_round_reads_what_was_asked),
		cmocka_unit_test(test_the_overlap_does_not_reach_behind_what_is_read),
		cmocka_unit_test(test_a_time_in_the_future_does_not_move_the_head),
		cmocka_unit_test(test_an_empty_table_is_looked_at_again),
		cmocka_unit_test(test_a_wider_question_is_read_whole_and_then_in_slices),
		cmocka_unit_test(test_since_the_epoch),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
