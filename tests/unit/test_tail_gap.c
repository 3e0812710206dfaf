#include "unit.h"

#include <stdio.h>

#include "app/tail_gap.h"

enum { S = 1000, MINUTE = 60 * S };
static const int64_t now = INT64_C(1790000000000);

static void says(const TailView *t, int64_t at, const char *words)
{
	char text[TAIL_WORDS];

	tail_words(t, at, text);
	assert_string_equal(text, words);
}

static void a_gap_is_filled_by_a_search_that_began_after_it(void **state)
{
	TailGap g = { 0 };

	(void)state;
	assert_false(tail_gap_read(&g, 1, now));                    /* there is none */
	tail_gap_begin(&g, now);
	assert_int_equal(g.from_ms, now - TAIL_OVERLAP_MS);
	assert_false(tail_gap_read(&g, 1, now - MINUTE));           /* still open, and read before it began */
	assert_int_equal(g.from_ms, now - TAIL_OVERLAP_MS);
	tail_gap_end(&g, now + 10 * S);
	assert_false(tail_gap_read(&g, now, now + MINUTE));         /* not from its beginning */
	assert_false(tail_gap_read(&g, 1, now + 10 * S));           /* too soon: what came last cannot be found yet */
	assert_true(g.from_ms > 0 && g.from_ms < g.until_ms);
	assert_true(tail_gap_read(&g, 1, now + 10 * S + TAIL_SETTLE_MS));
	assert_int_equal(g.from_ms, 0);
}

/* While the session is away polling goes on: only what it has not read is missing. */
static void an_open_gap_is_as_long_as_what_was_not_read(void **state)
{
	TailView t = { .wanted = true };

	(void)state;
	tail_gap_begin(&t.gap, now);
	says(&t, now + 10 * S, "gap 40 s, filling");
	assert_false(tail_gap_read(&t.gap, 1, now + 10 * S));
	says(&t, now + 10 * S, "gap 3 s, filling");
	says(&t, now + 20 * S, "gap 13 s, filling");
	assert_false(tail_gap_read(&t.gap, 1, now));                /* a search that was older changes nothing */
	says(&t, now + 20 * S, "gap 13 s, filling");
}

static void several_gaps_are_one(void **state)
{
	TailGap g = { 0 };

	(void)state;
	tail_gap_begin(&g, now);
	tail_gap_end(&g, now + S);
	tail_gap_end(&g, now + MINUTE);                             /* it has its end: updates go on coming */
	assert_int_equal(g.until_ms, now + S);
	tail_gap_begin(&g, now + 2 * MINUTE);
	assert_int_equal(g.until_ms, 0);
	assert_int_equal(g.from_ms, now - TAIL_OVERLAP_MS);
	tail_gap_begin(&g, now - MINUTE);
	assert_int_equal(g.from_ms, now - MINUTE - TAIL_OVERLAP_MS);
	tail_gap_end(&g, now + 3 * MINUTE);
	assert_false(tail_gap_read(&g, 1, now + 2 * MINUTE));
	assert_true(tail_gap_read(&g, 1, now + 4 * MINUTE));
	tail_gap_begin(&g, S);                                      /* times before 1970 are none */
	assert_int_equal(g.from_ms, 1);
}

static void sampling_moves_the_end(void **state)
{
	TailView t = { .wanted = true, .live = true };

	(void)state;
	says(&t, now, "live");
	for (int i = 0; i < 5; i++)
		tail_gap_sampled(&t.gap, now + (i - 1) * S, now + i * S);
	assert_int_equal(t.gap.until_ms, now + 4 * S);
	assert_int_equal(t.gap.from_ms, now - S - TAIL_OVERLAP_MS);
	says(&t, now + 4 * S, "sampled 4 s, filling");
	assert_false(tail_gap_read(&t.gap, 1, now + 5 * S));
	assert_true(tail_gap_read(&t.gap, 1, now + 7 * S));
	says(&t, now + 8 * S, "live");
}

static void words_never_claim_more(void **state)
{
	TailView t = { 0 };

	(void)state;
	says(&t, now, "");                                          /* none is wanted */
	t.wanted = true;
	says(&t, now, "");                                          /* not there yet, and nothing known to be missing */
	t.live = true;
	says(&t, now, "live");
	t.live = false;
	(void)snprintf(t.why_not, sizeof t.why_not, "denied");
	says(&t, now, "no live tail");
}

static void the_search_keeps_out_of_the_way_of_a_whole_tail(void **state)
{
	TailView t = { .wanted = true };

	(void)state;
	assert_int_equal(tail_pause_ms(&t, 5 * S), 5 * S);
	assert_int_equal(tail_pause_ms(&t, 60 * MINUTE), 60 * MINUTE);
	t.live = true;
	assert_int_equal(tail_pause_ms(&t, 5 * S), TAIL_LOOK_MS);
	assert_int_equal(tail_pause_ms(&t, 60 * MINUTE), 60 * MINUTE);
	tail_gap_begin(&t.gap, now);
	assert_int_equal(tail_pause_ms(&t, 2 * S), 2 * S);
	assert_int_equal(tail_pause_ms(&t, 60 * MINUTE), TAIL_FILL_MS);
}

static void of_several_contexts_the_worst_speaks(void **state)
{
	TailView all = { 0 }, live = { .wanted = true, .live = true, .lines = 5, .breaks = 1 }, gap = { .wanted = true, .live = true, .lines = 2 };

	(void)state;
	tail_gap_begin(&gap.gap, now);
	tail_combine(&all, &live);
	says(&all, now, "live");
	tail_combine(&all, &gap);
	tail_combine(&all, &live);
	says(&all, now, "gap 30 s, filling");
	assert_int_equal(all.lines, 12);
	assert_int_equal(all.breaks, 2);
	tail_combine(&all, &(TailView){ 0 });                       /* of one that wants none nothing is said */
	says(&all, now, "gap 30 s, filling");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gap_is_filled_by_a_search_that_began_after_it), cmocka_unit_test(an_open_gap_is_as_long_as_what_was_not_read),
		cmocka_unit_test(several_gaps_are_one), cmocka_unit_test(sampling_moves_the_end), cmocka_unit_test(words_never_claim_more),
		cmocka_unit_test(the_search_keeps_out_of_the_way_of_a_whole_tail), cmocka_unit_test(of_several_contexts_the_worst_speaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
