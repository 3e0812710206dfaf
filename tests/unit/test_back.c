/* Is it back: each part of the verdict by itself, and the way through all of them. */
#include "unit.h"

#include "model/back.h"

#define MINUTE INT64_C(60000)
#define ALL    (BACK_BIT(BACK_POINTER) | BACK_BIT(BACK_QUIET) | BACK_BIT(BACK_WELL))

static const int64_t moved = INT64_C(1800000000000);
static const BackRule rule = { .quiet_ms = 5 * MINUTE, .gaps = BACK_GAPS, .min_count = 50, .hold_ms = 10 * MINUTE, .threshold_ppm = 50000,
                               .seen_ppm = BACK_SEEN_PPM };

/* All is well so many ms after the move. */
static BackFigures good(int64_t after_ms)
{
	return (BackFigures){ .now_ms = moved + after_ms, .moved_ms = moved, .known_ms = moved + after_ms, .fresh = true, .served = true,
	                      .on_record = true, .seen_ppm = 970000, .n = 212, .failed = 3 };
}

static BackVerdict first_look(BackFigures f)
{
	BackState s = { 0 };

	return back_look(&rule, &f, &s);
}

/* Looks every half minute; the verdict of the last. */
static BackVerdict watch(const BackFigures *f, int64_t until_ms, BackState *s)
{
	BackVerdict v = { 0 };

	for (int64_t t = 0; t <= until_ms; t += MINUTE / 2) {
		BackFigures now = *f;

		now.now_ms = now.known_ms = moved + t;
		v = back_look(&rule, &now, s);
	}
	return v;
}

typedef struct Case { const char *what; void (*but)(BackFigures *f); unsigned wrong; BackWord word; const char *waits; } Case;

#define BUT(name, ...) static void name(BackFigures *f) { __VA_ARGS__; }
BUT(nothing, (void)f)
BUT(unread, f->served = false)
BUT(elsewhere, f->served = false; f->away = true)
BUT(stale, f->fresh = false)
BUT(seen_unknown, f->seen_ppm = BACK_UNKNOWN)
BUT(seen_little, f->seen_ppm = 949999)
BUT(seen_enough, f->seen_ppm = 950000)
BUT(no_record, f->on_record = false; f->n = f->failed = 0)
BUT(silent_4m59, f->old_jobs = 9; f->old_last_ms = moved + 61000)
BUT(silent_5m, f->old_jobs = 9; f->old_last_ms = moved + 60000)
BUT(gap_2m, f->old_gap_ms = 2 * MINUTE)
BUT(gap_1m, f->old_gap_ms = MINUTE)
BUT(n_49, f->n = 49; f->failed = 0)
BUT(n_50, f->n = 50; f->failed = 0)
BUT(n_73, f->n = 73; f->failed = 0)
BUT(four, f->n = 100; f->failed = 4)
BUT(eighteen, f->n = 100; f->failed = 18)
BUT(nobody, f->n = f->failed = 0)
BUT(one_of_four, f->n = 4; f->failed = 1)
BUT(one_of_thirty, f->n = 30; f->failed = 1)
BUT(three_of_ten, f->n = 10; f->failed = 3)
BUT(three_of_ten_late, f->n = 10; f->failed = 3; f->known_ms = f->now_ms = moved + 15 * MINUTE)

/* Six minutes after the move; `wrong`: the part that is not so. */
static const Case cases[] = {
	{ "all is well", nothing, 0, BACK_VERIFYING, "stay so" },
	{ "not read back", unread, BACK_BIT(BACK_POINTER), BACK_VERIFYING, "read back" },
	{ "moved away", elsewhere, BACK_BIT(BACK_POINTER), BACK_NOT, "moved away" },
	{ "a stale feed", stale, BACK_BIT(BACK_QUIET), BACK_VERIFYING, "not fresh" },
	{ "nobody knows how much is seen", seen_unknown, BACK_BIT(BACK_QUIET), BACK_VERIFYING, "not known" },
	{ "too little is seen", seen_little, BACK_BIT(BACK_QUIET), BACK_VERIFYING, "too few of the calls" },
	{ "just enough is seen", seen_enough, 0, BACK_VERIFYING, "stay so" },
	{ "versions of which no job tells", no_record, BACK_BIT(BACK_QUIET) | BACK_BIT(BACK_WELL), BACK_VERIFYING, "on record" },
	{ "silent for 4 m 59 s", silent_4m59, BACK_BIT(BACK_QUIET), BACK_VERIFYING, "moment ago" },
	{ "silent for 5 m", silent_5m, 0, BACK_VERIFYING, "stay so" },
	{ "with a usual gap of 2 m it is 10 m", gap_2m, BACK_BIT(BACK_QUIET), BACK_VERIFYING, "long enough" },
	{ "with one of 1 m it is 5 m", gap_1m, 0, BACK_VERIFYING, "stay so" },
	{ "49 good jobs are few", n_49, 0, BACK_VERIFYING, "stay so" },
	{ "nobody has called it", nobody, BACK_BIT(BACK_WELL), BACK_VERIFYING, "no job" },
	{ "1 of 4 is too many of few", one_of_four, BACK_BIT(BACK_WELL), BACK_VERIFYING, "few jobs" },
	{ "1 of 30 is few and not too many", one_of_thirty, 0, BACK_VERIFYING, "stay so" },
	{ "50 may be 7.1 %", n_50, BACK_BIT(BACK_WELL), BACK_VERIFYING, "more jobs" },
	{ "73 are under 5 %", n_73, 0, BACK_VERIFYING, "stay so" },
	{ "4 of 100 may be 9.8 %", four, BACK_BIT(BACK_WELL), BACK_VERIFYING, "more jobs" },
	{ "18 of 100 are at least 11.7 %", eighteen, BACK_BIT(BACK_WELL), BACK_NOT, "more often" },
	{ "3 of 10, early", three_of_ten, BACK_BIT(BACK_WELL), BACK_VERIFYING, "more often" },
	{ "3 of 10, when the time is over", three_of_ten_late, BACK_BIT(BACK_WELL), BACK_NOT, "more often" },
};

static void what_each_part_wants(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const Case *c = &cases[i];
		BackFigures f = good(6 * MINUTE);
		BackVerdict v;

		c->but(&f);
		v = first_look(f);
		if (v.ok != (ALL & ~c->wrong) || v.word != c->word || !v.waits || !strstr(v.waits, c->waits))
			fail_msg("%s: %s, parts %x, waits for %s", c->what, back_word(v.word), v.ok, v.waits ? v.waits : "nothing");
	}
}

static void it_is_back_when_all_has_held(void **state)
{
	BackFigures f = good(0);
	BackState s = { 0 };
	BackVerdict v;

	(void)state;
	v = watch(&f, 15 * MINUTE - MINUTE / 2, &s);
	assert_true(v.word == BACK_VERIFYING && v.ok == ALL && v.held_ms == 19 * MINUTE / 2);
	s = (BackState){ 0 };
	v = watch(&f, 15 * MINUTE, &s);
	assert_true(v.word == BACK_FULL && v.ok == (ALL | BACK_BIT(BACK_HELD)) && !v.waits && v.held_ms == 10 * MINUTE);
	assert_string_equal(back_word(v.word), "BACK");
	f.n = 12;
	f.failed = 0;
	s = (BackState){ 0 };
	assert_int_equal(watch(&f, 15 * MINUTE, &s).word, BACK_LOW);
}

/* A job of the old version, a bad minute, a pointer that is elsewhere for a moment: it begins again. */
static void what_breaks_it_off(void **state)
{
	BackFigures f = good(0), late;
	BackState s = { 0 };

	(void)state;
	(void)watch(&f, 14 * MINUTE, &s);
	late = good(14 * MINUTE + MINUTE / 2);
	late.old_jobs = 1;
	late.old_last_ms = late.known_ms;
	assert_int_equal(back_look(&rule, &late, &s).held_ms, 0);
	late = good(15 * MINUTE);
	late.old_jobs = 1;
	late.old_last_ms = moved + 14 * MINUTE + MINUTE / 2;
	assert_int_equal(back_look(&rule, &late, &s).word, BACK_VERIFYING);
	/* Nobody looked for three minutes. */
	s = (BackState){ 0 };
	(void)watch(&f, 14 * MINUTE, &s);
	late = good(17 * MINUTE);
	assert_true(back_look(&rule, &late, &s).held_ms == 0);
}

/* Nothing is known while the feed is late: it takes nothing back, and brings nothing forward. */
static void a_feed_that_is_late_for_a_while(void **state)
{
	BackFigures f = good(0), late = good(15 * MINUTE);
	BackState s = { 0 };
	BackVerdict v;

	(void)state;
	(void)watch(&f, 14 * MINUTE, &s);
	late.fresh = false;
	late.known_ms = moved + 14 * MINUTE;
	v = back_look(&rule, &late, &s);
	assert_true(v.word == BACK_VERIFYING && v.held_ms == 9 * MINUTE);
	late = good(16 * MINUTE);
	assert_int_equal(back_look(&rule, &late, &s).word, BACK_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_each_part_wants), cmocka_unit_test(it_is_back_when_all_has_held), cmocka_unit_test(what_breaks_it_off),
		cmocka_unit_test(a_feed_that_is_late_for_a_while),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
