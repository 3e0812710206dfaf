/* The patience with name servers: one for all names. Times are ms on a clock of the test's own. */
#include "unit.h"

#include "net/lookup.h"

enum { T0 = 1000000 };

static void a_first_silence_leaves_time_for_a_retry(void **state)
{
	Lookups l = { 0 };

	(void)state;
	assert_int_equal(lookup_until_ms(&l, T0), T0 + LOOKUP_FIRST_MS);
	assert_false(lookup_silent(&l, T0, T0 + LOOKUP_FIRST_MS));
	assert_int_equal(lookup_until_ms(&l, T0 + LOOKUP_FIRST_MS + 50), T0 + LOOKUP_PATIENCE_MS);
	assert_true(lookup_silent(&l, T0 + LOOKUP_FIRST_MS + 50, T0 + LOOKUP_PATIENCE_MS));
}

static void further_names_get_little_and_no_retry(void **state)
{
	Lookups l = { .silent_since_ms = T0, .last_ms = T0 + LOOKUP_PATIENCE_MS };
	int64_t now = T0 + LOOKUP_PATIENCE_MS + 100;

	(void)state;
	for (int i = 0; i < 5; i++, now += LOOKUP_LAST_MS) {
		assert_int_equal(lookup_until_ms(&l, now), now + LOOKUP_LAST_MS);
		assert_true(lookup_silent(&l, now, now + LOOKUP_LAST_MS));
	}
}

/* Whatever the names and tries, from the first byte on: each name after the patience costs LOOKUP_LAST_MS. */
static void lookups_side_by_side_share_the_patience(void **state)
{
	Lookups l = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(lookup_until_ms(&l, T0 + i), T0 + i + LOOKUP_FIRST_MS);
	for (int i = 0; i < 4; i++)
		assert_false(lookup_silent(&l, T0 + i, T0 + i + LOOKUP_FIRST_MS));
	assert_int_equal(lookup_until_ms(&l, T0 + 1800), T0 + LOOKUP_PATIENCE_MS);
}

static void an_answer_or_time_ends_the_silence(void **state)
{
	Lookups l = { .silent_since_ms = T0, .last_ms = T0 + LOOKUP_PATIENCE_MS };

	(void)state;
	lookup_answered(&l);
	assert_int_equal(lookup_until_ms(&l, T0 + 5000), T0 + 5000 + LOOKUP_FIRST_MS);
	l = (Lookups){ .silent_since_ms = T0, .last_ms = T0 + LOOKUP_PATIENCE_MS };
	assert_int_equal(lookup_until_ms(&l, l.last_ms + LOOKUP_FORGET_MS), l.last_ms + LOOKUP_FORGET_MS + LOOKUP_LAST_MS);
	assert_int_equal(lookup_until_ms(&l, T0 + 60000), T0 + 60000 + LOOKUP_FIRST_MS);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_first_silence_leaves_time_for_a_retry),
		cmocka_unit_test(further_names_get_little_and_no_retry),
		cmocka_unit_test(lookups_side_by_side_share_the_patience),
		cmocka_unit_test(an_answer_or_time_ends_the_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
