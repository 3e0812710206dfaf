#include "unit.h"

#include "store_unit.h"
#include "store/answers.h"

enum { ROOM = 1 << 20 };

static AnswerRow answer(unsigned char key, const char *body, int64_t made_ms)
{
	return (AnswerRow){ .key = { key }, .model = STR("m"), .body = str_of(body), .made_ms = made_ms, .fresh_ms = made_ms + 100,
	                    .until_ms = made_ms + 200, .nusd = 7 };
}

/* body NULL: it is not there. */
static void expect(Store *s, unsigned char key, int64_t now_ms, const char *body)
{
	const unsigned char whole[ANSWER_KEY] = { key };
	Arena a = { 0 };
	AnswerRow r = { 0 };
	bool found;

	MUST(store_answer(s, whole, now_ms, &a, &r, &found, e));
	assert_int_equal(found, body != NULL);
	if (body)
		assert_true(str_is(r.body, body) && str_is(r.model, "m") && r.nusd == 7 && r.until_ms - r.made_ms == 200);
	arena_done(&a);
}

static void expect_size(Store *s, int64_t want)
{
	int64_t n, bytes;

	MUST(store_answers_size(s, &n, &bytes, e));
	assert_int_equal(n, want);
	assert_true(bytes >= n * 200);
}

static void kept_and_forgotten(void **state)
{
	Store *s = must_open("kept", STORE_WRITE);
	AnswerRow r = answer(1, "one", 1000);

	(void)state;
	expect(s, 1, 1000, NULL);
	MUST(store_answer_put(s, &r, ROOM, 1000, e));
	expect(s, 1, 1000, "one");
	expect(s, 1, 1199, "one");
	expect(s, 1, 1200, NULL);                /* its time is over */
	expect(s, 1, 999, NULL);                 /* the clock was put back */
	expect(s, 2, 1000, NULL);
	r.body = STR("another");
	MUST(store_answer_put(s, &r, ROOM, 1000, e));
	expect(s, 1, 1100, "another");
	expect_size(s, 1);
	r = answer(2, "two", 1250);
	MUST(store_answer_put(s, &r, ROOM, 1250, e));        /* the first one is over */
	expect_size(s, 1);
	MUST(store_answers_expire(s, 1449, e));
	expect_size(s, 1);
	MUST(store_answers_expire(s, 1450, e));
	expect_size(s, 0);
	MUST(store_answer_put(s, &r, ROOM, 1250, e));
	MUST(store_answers_clear(s, e));
	expect(s, 2, 1250, NULL);
	expect_size(s, 0);
	store_close(s);
}

static void the_ones_used_last_stay(void **state)
{
	Store *s = must_open("room", STORE_WRITE);
	const unsigned char first[ANSWER_KEY] = { 1 };
	AnswerRow r;

	(void)state;
	for (unsigned char i = 1; i <= 3; i++) {
		r = answer(i, "0123456789", 1000 + i);
		MUST(store_answer_put(s, &r, ROOM, 1000 + i, e));
	}
	MUST(store_answer_used(s, first, 1010, e));
	r = answer(4, "0123456789", 1020);
	MUST(store_answer_put(s, &r, 2 * answer_bytes(&r), 1020, e));
	expect_size(s, 2);
	expect(s, 1, 1020, "0123456789");
	expect(s, 2, 1020, NULL);
	expect(s, 3, 1020, NULL);
	expect(s, 4, 1020, "0123456789");
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(kept_and_forgotten), cmocka_unit_test(the_ones_used_last_stay) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
