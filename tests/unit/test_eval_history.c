#include "unit.h"

#include <unistd.h>

#include "base/buf.h"
#include "eval/history.h"
#include "eval/results.h"

/* Cases by name with how many of how many passed: "a 1/1, b 0/2". */
static EvalCellRow cell_of(Arena *a, const char *text)
{
	EvalCellRow c = { .name = STR("x"), .one = ARENA_ARRAY(a, EvalCaseRow, 20) };

	for (Str rest = str_of(text); rest.n;) {
		Str one = str_trim(str_cut(rest, ',', &rest)), score, of, id = str_cut(one, ' ', &score), passed = str_cut(score, '/', &of);
		EvalCaseRow *out = &c.one[c.cases++];

		out->id = id;
		assert_int_equal(str_i64(passed, &out->passed), 0);
		assert_int_equal(str_i64(of, &out->n), 0);
	}
	return c;
}

static void expect(const char *then, const char *now, bool gained, const char *want)
{
	Arena a = { 0 };
	EvalCellRow before = cell_of(&a, then), after = cell_of(&a, now);
	size_t one[20], n = history_changed(&before, &after, gained, one, 20);
	Buf got = { 0 };

	for (size_t i = 0; i < n; i++)
		(void)buf_printf(&got, "%s%.*s", i ? " " : "", STR_ARG(after.one[one[i]].id));
	assert_string_equal(buf_cstr(&got), want);
	buf_done(&got);
	arena_done(&a);
}

static void what_has_changed(void **state)
{
	(void)state;
	expect("a 1/1, b 1/1, c 0/1", "a 1/1, b 0/1, c 1/1", false, "b");
	expect("a 1/1, b 1/1, c 0/1", "a 1/1, b 0/1, c 1/1", true, "c");
	expect("c 1/1, b 1/1, a 1/1", "a 0/1, b 0/1, c 0/1, d 0/1", false, "a b c");     /* another order, and one that is new */
	expect("a 3/3, b 2/3", "a 2/3, b 1/3", false, "a");                              /* of several rounds all had to pass */
	expect("a 2/3", "a 3/3", true, "a");
	expect("a 1/1, b 0/0", "a 0/0, b 0/1", false, "");                               /* no answer that counts says nothing */
	expect("", "a 0/1", false, "");
	expect("a 1/1", "", false, "");
}

static void key_of(int i, char out[RESULT_KEY])
{
	const Str part[] = { { (const char *)&i, sizeof i } };

	result_hash(part, 1, out);
}

static void records_are_found_by_their_keys(void **state)
{
	enum { N = 3000 };
	EvalRecords *r = records_new();
	Arena a = { 0 };
	char key[RESULT_KEY];

	(void)state;
	for (int i = 0; i < N; i++) {
		EvalRecord x = { .nusd = i, .text = STR("first") };

		key_of(i, x.key);
		if (i % 3 == 0)
			records_open(r, x.key);
		else
			(void)records_put(r, &a, &x);
	}
	for (int i = 0; i < N; i++) {
		key_of(i, key);
		assert_int_equal(records_is_open(r, key), i % 3 == 0);
		assert_int_equal(records_find(r, key) != NULL, i % 3 != 0);
		if (i % 3)
			assert_int_equal(records_find(r, key)->nusd, i);
	}
	key_of(N, key);
	assert_null(records_find(r, key));
	assert_false(records_is_open(r, key));
	/* The last line of a key counts, and whoever holds the record sees it; one that is there is not open. */
	key_of(1, key);
	EvalRecord *held = records_find(r, key), again = { .nusd = 77, .text = STR("second") };
	memcpy(again.key, key, sizeof key);
	assert_ptr_equal(records_put(r, &a, &again), held);
	assert_true(held->nusd == 77 && str_is(held->text, "second"));
	records_open(r, key);
	assert_false(records_is_open(r, key));
	assert_ptr_equal(records_begins(r, str_sub(str_of(key), 0, 16)), held);
	assert_null(records_begins(r, STR("0123456789abcdefx")));
	records_shut(r, NULL);
	key_of(0, key);
	assert_false(records_is_open(r, key));
	records_free(r);
	arena_done(&a);
}

/* What is written is what is read, line by line; a file that ends anywhere is whole up to its last line. */
static void lines_come_back(void **state)
{
	char path[] = "/tmp/seismo-results-XXXXXX";
	const ResultNames names = { STR("cell \"1\""), STR("case\n1"), 2, 1, STR("judge"), false };
	EvalRecord answer = { .text = STR("said \xe2\x9c\x93\n\"so\""), .stop = STR("end_turn"), .priced = true, .nusd = 5, .first_ms = 3, .total_ms = 9,
	                      .tokens = { .input = 1, .output = 2, .cache_read = 3, .cache_write_5m = 4, .cache_write_1h = 5 } };
	EvalRecord verdict = { .verdict = true, .judged = true, .pass = true, .score = 7250000, .reason = STR("fine"), .fault = STR("none") };
	EvalRecord choice = { .verdict = true, .judged = true, .pair = true, .reason = STR("warmer"), .fault = STR("B") };
	EvalRecord none = { .verdict = true, .reason = STR("no form"), .priced = true, .nusd = 8 };
	EvalRecord *all[] = { &answer, &verdict, &choice, &none };
	int fd = mkstemp(path);
	Arena a = { 0 };
	Err e = { 0 };

	(void)state;
	assert_true(fd >= 0);
	for (int i = 0; i < 4; i++) {
		key_of(i, all[i]->key);
		assert_int_equal(results_begin(fd, all[i]->key, &names, &e), 0);
		assert_int_equal(results_put(fd, &names, all[i], &e), 0);
	}
	const off_t size = lseek(fd, 0, SEEK_END);
	for (off_t cut = size; cut >= 0; cut -= cut > 40 ? 37 : 1) {
		EvalRecords *r = records_new();
		int found = 0;

		assert_int_equal(ftruncate(fd, cut), 0);
		assert_int_equal(results_look(path, &a, r, &e), 0);
		for (int i = 0; i < 4; i++) {
			const EvalRecord *x = records_find(r, all[i]->key);

			if (!x)
				continue;
			found++;
			assert_true(x->again && x->verdict == all[i]->verdict && x->judged == all[i]->judged && x->pair == all[i]->pair);
			assert_true(x->pass == all[i]->pass && x->score == all[i]->score && x->priced == all[i]->priced && x->nusd == all[i]->nusd);
			assert_true(str_eq(x->text, all[i]->text) && str_eq(x->stop, all[i]->stop) && str_eq(x->reason, all[i]->reason));
			assert_true(str_eq(x->fault, all[i]->fault) && memcmp(&x->tokens, &all[i]->tokens, sizeof x->tokens) == 0);
		}
		assert_true(cut == size ? found == 4 : found < 4);
		records_free(r);
	}
	close(fd);
	(void)unlink(path);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_has_changed),
		cmocka_unit_test(records_are_found_by_their_keys),
		cmocka_unit_test(lines_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
