#include "unit.h"

#include "store_unit.h"
#include "store/evals.h"

static const char text_a[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
static const char text_b[] = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/* Two cells of one suite: a first one without a template, and one with that text. */
static EvalRun run_of(EvalCellRow cell[2], EvalCaseRow one[2], const char *suite, const char *sha256, int64_t time_ms)
{
	one[0] = (EvalCaseRow){ STR("lunch 😀"), 1, 1, STR("0123"), STR("") };
	one[1] = (EvalCaseRow){ STR("dinner"), 0, 2, STR("4567"), STR("does not contain \"soup\"") };
	cell[0] = (EvalCellRow){ .name = STR("base"), .model = STR("amazon.nova-lite-v1:0"), .n = 3, .passed = 1, .nusd = 12, .p50_ms = 5, .p95_ms = -1,
	                         .p = -1, .one = one, .cases = 2 };
	cell[1] = (EvalCellRow){ .name = STR("new"), .model = STR("amazon.nova-pro-v1:0"), .template = STR("upsell"), .version = STR("2.2"),
	                         .sha256 = str_of(sha256), .n = 3, .passed = 2, .invalid = 1, .unjudged = 4, .nusd = 20, .unpriced = 1,
	                         .judge_nusd = 7, .p50_ms = 6, .p95_ms = 9, .won = 2, .lost = 1, .tied = 3, .p = 0.25, .differs = STR("model, template"), .one = one, .cases = 2 };
	return (EvalRun){ .time_ms = time_ms, .suite = str_of(suite), .plan = STR("plan"), .results = STR("/x/s.yaml.results.jsonl"), .stopped = STR(""),
	                  .spent_nusd = 39, .cell = cell, .cells = 2 };
}

static int64_t put(Store *s, const char *suite, const char *sha256, int64_t time_ms, int64_t missing, const char *stopped)
{
	EvalCellRow cell[2];
	EvalCaseRow one[2];
	EvalRun r = run_of(cell, one, suite, sha256, time_ms);

	cell[1].missing = missing;
	r.stopped = str_of(stopped);
	MUST(evals_put(s, &r, e));
	return r.id;
}

static void what_is_put_is_read(void **state)
{
	Store *s = must_open("read", STORE_WRITE);
	Arena a = { 0 };
	EvalRun *r;
	size_t n;

	(void)state;
	MUST(evals_runs(s, STR(""), 0, &a, &r, &n, e));
	assert_int_equal(n, 0);
	assert_true(put(s, "offers", text_a, 1000, 0, "") > 0);
	store_close(s);
	s = must_open("read", STORE_READ);
	MUST(evals_runs(s, STR("offers"), 1, &a, &r, &n, e));
	assert_int_equal(n, 1);
	assert_true(str_is(r->suite, "offers") && str_is(r->plan, "plan") && str_is(r->results, "/x/s.yaml.results.jsonl") && !r->stopped.n);
	assert_true(r->time_ms == 1000 && r->spent_nusd == 39 && r->cells == 2 && r->cell[0].p < 0 && r->cell[0].p95_ms == -1);
	const EvalCellRow *c = &r->cell[1];
	assert_true(str_is(c->name, "new") && str_is(c->template, "upsell") && str_is(c->version, "2.2") && str_is(c->sha256, text_a));
	assert_true(c->n == 3 && c->passed == 2 && c->invalid == 1 && c->unjudged == 4 && c->missing == 0 && c->nusd == 20 && c->unpriced == 1);
	assert_true(c->judge_nusd == 7 && c->p50_ms == 6 && c->p95_ms == 9 && c->won == 2 && c->lost == 1 && c->tied == 3 && c->cases == 0 && str_is(c->differs, "model, template"));
	MUST(evals_cases(s, &a, r, e));
	for (size_t i = 0; i < 2; i++) {
		c = &r->cell[i];
		assert_true(c->cases == 2 && str_is(c->one[0].id, "lunch 😀") && c->one[0].passed == 1 && !c->one[0].why.n);
		assert_true(str_is(c->one[1].id, "dinner") && c->one[1].n == 2 && str_is(c->one[1].key, "4567") && c->one[1].why.n > 10);
	}
	MUST(evals_runs(s, STR("offer"), 0, &a, &r, &n, e));           /* a whole name */
	assert_int_equal(n, 0);
	arena_done(&a);
	store_close(s);
}

static void a_run_takes_its_own_place(void **state)
{
	Store *s = must_open("place", STORE_WRITE);
	Arena a = { 0 };
	EvalCellRow cell[2];
	EvalCaseRow one[2];
	EvalRun next = run_of(cell, one, "offers", text_b, 3000), *r;
	size_t n;

	(void)state;
	(void)put(s, "offers", text_a, 1000, 0, "");
	next.id = put(s, "offers", text_a, 2000, 5, "budget");
	next.cells = 1;
	cell[0].cases = 1;
	MUST(evals_put(s, &next, e));
	MUST(evals_runs(s, STR("offers"), 0, &a, &r, &n, e));
	assert_true(n == 2 && r[0].id == next.id && r[0].time_ms == 3000 && r[0].cells == 1 && r[1].time_ms == 1000 && r[1].cells == 2);
	MUST(evals_cases(s, &a, &r[0], e));
	MUST(evals_cases(s, &a, &r[1], e));
	assert_true(r[0].cell[0].cases == 1 && r[1].cell[1].cases == 2);
	arena_done(&a);
	store_close(s);
}

static void expect_found(Store *s, const char *sha256, const char *model, int64_t want /* time; 0: none */)
{
	Arena a = { 0 };
	EvalRun r = { 0 };
	EvalCellRow c = { 0 };
	bool found;

	MUST(evals_find(s, str_of(sha256), str_of(model), &a, &r, &c, &found, e));
	assert_int_equal(found ? r.time_ms : 0, want);
	if (found)
		assert_true(str_is(c.sha256, sha256) && r.cells == 2 && str_is(r.cell[0].name, "base") && c.won == 2);
	arena_done(&a);
}

static void found_by_the_text_and_the_model(void **state)
{
	Store *s = must_open("find", STORE_WRITE);

	(void)state;
	expect_found(s, text_a, "", 0);
	(void)put(s, "one", text_a, 1000, 0, "");
	(void)put(s, "two", text_a, 2000, 0, "");
	(void)put(s, "two", text_b, 3000, 0, "");
	(void)put(s, "two", text_a, 4000, 1, "");          /* not everything has an answer */
	(void)put(s, "two", text_a, 5000, 0, "budget");
	expect_found(s, text_a, "", 2000);
	expect_found(s, text_a, "amazon.nova-pro-v1:0", 2000);
	expect_found(s, text_a, "amazon.nova-lite-v1:0", 0);
	expect_found(s, text_b, "amazon.nova-pro-v1:0", 3000);
	expect_found(s, "", "", 0);                        /* cells without a template have no text to be found by */
	store_close(s);
}

static void votes(void **state)
{
	Store *s = must_open("votes", STORE_WRITE);
	const int64_t run = put(s, "offers", text_a, 1000, 0, ""), other = put(s, "offers", text_b, 2000, 0, "");
	static const struct { const char *id; int choice; } cast[] = { { "a", 1 }, { "b", -1 }, { "c", 0 }, { "d", 1 }, { "a", 1 }, { "b", 1 } };
	EvalCellRow cell[2];
	EvalCaseRow one[2];
	EvalRun again = run_of(cell, one, "offers", text_a, 3000);
	Paired p;

	(void)state;
	for (size_t i = 0; i < sizeof cast / sizeof *cast; i++) {
		const EvalVote v = { run, 1, str_of(cast[i].id), cast[i].choice, 1000 };

		MUST(evals_vote(s, &v, e));
	}
	MUST(evals_votes(s, run, 1, &p, e));
	assert_true(p.won == 3 && p.lost == 0 && p.tied == 1);
	MUST(evals_votes(s, run, 0, &p, e));
	assert_true(!p.won && !p.lost && !p.tied);
	MUST(evals_votes(s, other, 1, &p, e));
	assert_true(!p.won && !p.lost && !p.tied);
	again.id = run;                    /* answers that are other ones now */
	MUST(evals_put(s, &again, e));
	MUST(evals_votes(s, run, 1, &p, e));
	assert_true(!p.won && !p.tied);
	store_close(s);
}

static void nothing_is_written_to_a_store_that_is_read(void **state)
{
	Store *s = must_open("only", STORE_WRITE);
	EvalCellRow cell[2];
	EvalCaseRow one[2];
	EvalRun r = run_of(cell, one, "offers", text_a, 1000);
	Err e = { 0 };

	(void)state;
	store_close(s);
	s = must_open("only", STORE_READ);
	assert_int_equal(evals_put(s, &r, &e), -1);
	assert_true(e.text[0]);
	expect_found(s, text_a, "", 0);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_read),
		cmocka_unit_test(a_run_takes_its_own_place),
		cmocka_unit_test(found_by_the_text_and_the_model),
		cmocka_unit_test(votes),
		cmocka_unit_test(nothing_is_written_to_a_store_that_is_read),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
