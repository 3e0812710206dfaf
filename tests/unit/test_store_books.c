/* The store's own prices: changed in slices, by several processes, with crashes in between; the totals are always those of a
 * store that had the last prices from the beginning. */
#include "unit.h"

#include <signal.h>
#include <sys/wait.h>

#include "store/books_own.h"
#include "store_unit.h"

#define PROFILE "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/"

static PriceRow dear_rows[] = {
	{ .model = "fix.large", .micro_usd = { 4000001, 16000000, 400000, 5000000, 8000000 }, .geo_permille = 1200 },
	{ .model = "fix.unknown", .micro_usd = { 1000000, 1000000, 1000000, 1000000, 1000000 }, .geo_permille = 1000, .long_above = 9000,
	  .long_micro_usd = { 2000000, 2000000, 2000000, 2000000, 2000000 } },
};
static const PriceDiscount part[] = { { 0, 0 }, { INT64_C(1790000000000), 12500 } };
static PriceTable dear = { .row = dear_rows, .n = 2, .discount = part, .discounts = 2 };

static Fleet f;

static char *booked_from_the_beginning(const PriceTable *prices, LedgerMode mode)
{
	Store *clean = store_open_memory("books-clean", STORE_WRITE, NULL);
	char *text;

	MUST(store_books_use(clean, prices, mode, NULL, e));
	apply_facts(clean, f.v, f.n, mode);
	text = export(clean);
	store_close(clean);
	return text;
}

static void same_as_from_the_beginning(Store *s, const PriceTable *prices, LedgerMode mode)
{
	char *here = export(s), *there = booked_from_the_beginning(prices, mode);

	assert_string_equal(here, there);
	free(here);
	free(there);
}

static int to_the_end(Store *s)
{
	BooksState now = { .todo = BOOKS_ALL };
	int steps = 0, percent = 0;

	for (; now.todo; steps++) {
		MUST(store_books_step(s, 0, &now, e));
		assert_true(now.percent >= percent);
		percent = now.percent;
	}
	assert_int_equal(percent, 100);
	return steps;
}

static void the_stores_prices_hold(void **state)
{
	Store *s = must_open("hold.db", STORE_WRITE), *other;
	BooksState now;

	(void)state;
	fleet_make(&f, 3);
	fleet_drop_ties(&f);
	MUST(store_books_state(s, &now, e));
	assert_false(now.any);
	apply_facts(s, f.v, 100, LEDGER_COMPUTED);
	MUST(store_books_state(s, &now, e));
	assert_true(now.any && !now.todo && now.hash == books_hash(&fleet_prices, LEDGER_COMPUTED));
	/* Another process with another mode of its own writes into the same file: it books as the store does. */
	other = must_open("hold.db", STORE_WRITE);
	apply_facts(other, f.v + 100, f.n - 100, LEDGER_REPORTED);
	same_as_from_the_beginning(s, &fleet_prices, LEDGER_COMPUTED);
	/* One that begins anew changes them for both, also for what the first one writes later. */
	MUST(store_books_use(other, &dear, LEDGER_REPORTED, &now, e));
	assert_int_equal(now.todo, BOOKS_ALL);
	assert_int_equal(now.percent, 0);
	assert_true(to_the_end(s) > 2);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	same_as_from_the_beginning(s, &dear, LEDGER_REPORTED);
	MUST(store_books_use(s, &dear, LEDGER_REPORTED, &now, e));
	assert_int_equal(now.todo, BOOKS_DONE);
	store_close(s);
	store_close(other);
	arena_done(&f.a);
}

/* Batches of any size in any order, price changes and slices anywhere between them. */
static void nothing_depends_on_order_or_batching(void **state)
{
	static const struct { const PriceTable *t; LedgerMode mode; } prices[] = {
		{ &fleet_prices, LEDGER_COMPUTED }, { &dear, LEDGER_COMPUTED }, { &dear, LEDGER_REPORTED }, { &fleet_prices, LEDGER_REPORTED },
	};

	(void)state;
	for (uint64_t seed = 1; seed <= 8; seed++) {
		char name[32];
		BooksState now;
		Store *s;
		size_t last = 0;

		fleet_make(&f, seed);
		fleet_drop_ties(&f);
		shuffle(f.v, f.n);
		(void)snprintf(name, sizeof name, "order-%d.db", (int)seed);
		s = must_open(name, STORE_WRITE);
		for (size_t i = 0, n; i < f.n; i += n) {
			n = 1 + dice(90);
			n = n < f.n - i ? n : f.n - i;
			if (dice(3) == 0) {
				last = dice(4);
				MUST(store_books_use(s, prices[last].t, prices[last].mode, NULL, e));
			}
			apply_facts(s, f.v + i, n, LEDGER_COMPUTED);
			for (uint32_t k = dice(3); k > 0; k--)
				MUST(store_books_step(s, 0, &now, e));
		}
		last = dice(4);
		MUST(store_books_use(s, prices[last].t, prices[last].mode, NULL, e));
		(void)to_the_end(s);
		same_as_from_the_beginning(s, prices[last].t, prices[last].mode);
		store_close(s);
		arena_done(&f.a);
	}
}

/* Changes the prices and books again, for ever; a byte to told after each slice. */
static void change_for_ever(int told)
{
	Store *s = store_open(file("crash.db"), STORE_WRITE, NULL, NULL);
	BooksState now;

	for (int i = 0; s; i++) {
		if (store_books_use(s, i % 2 ? &dear : &fleet_prices, LEDGER_COMPUTED, &now, NULL) < 0)
			break;
		while (now.todo)
			if (store_books_step(s, 0, &now, NULL) < 0 || write(told, "", 1) != 1)
				_exit(1);
	}
	_exit(2);
}

/* Killed at any moment, a slice is there with its place or not at all. */
static void a_crash_loses_nothing(void **state)
{
	Store *s = must_open("crash.db", STORE_WRITE);
	BooksState now;
	int half_way = 0;

	(void)state;
	fleet_make(&f, 5);
	fleet_drop_ties(&f);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	for (int i = 0; i < 30; i++) {
		pid_t pid;
		int status, pipes[2];
		char byte;

		store_close(s);
		assert_int_equal(pipe(pipes), 0);
		if ((pid = fork()) == 0)
			change_for_ever(pipes[1]);
		(void)close(pipes[1]);
		/* It is at work: on a busy machine it takes a while to begin. */
		assert_int_equal(read(pipes[0], &byte, 1), 1);
		(void)usleep(500 * (useconds_t)dice(40));
		(void)kill(pid, SIGKILL);
		(void)close(pipes[0]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		s = must_open("crash.db", STORE_WRITE);
		MUST(store_books_state(s, &now, e));
		half_way += now.todo != BOOKS_DONE;
		if (i % 3)                       /* the next one begins in the middle of what this one left */
			continue;
		(void)to_the_end(s);
		same_as_from_the_beginning(s, now.hash == books_hash(&dear, LEDGER_COMPUTED) ? &dear : &fleet_prices, LEDGER_COMPUTED);
	}
	assert_true(half_way > 0);
	store_close(s);
	arena_done(&f.a);
}

static int64_t cost_of(Store *s, const char *id, bool *unpriced)
{
	Arena a = { 0 };
	JobRow row;
	bool found;

	MUST(store_job(s, str_of(id), &a, &row, &found, e));
	assert_true(found);
	*unpriced = row.unpriced;
	arena_done(&a);
	return row.nusd;
}

static void put_call(Store *s, const char *id, const char *model)
{
	Job j = { .id = str_of(id), .model = str_of(model), .status = STR("succeeded"), .state = JOB_SUCCEEDED, .has_tokens = true,
	          .tokens = { .input = 10 }, .started_ms = fleet_start, .updated_ms = fleet_start };
	StoreBatch b = { .jobs = &j, .job_count = 1, .prices = &fleet_prices };

	MUST(store_apply(s, &b, NULL, e));
}

static void profiles_are_resolved_once(void **state)
{
	Store *s = must_open("profiles.db", STORE_WRITE), *other = must_open("profiles.db", STORE_WRITE);
	const ProfileRow known = { STR(PROFILE "a"), STR("us.fix.large"), STR(""), 5000 }, denied = { STR(PROFILE "b"), STR(""), STR("denied"), 5000 };
	Arena a = { 0 };
	BooksState now;
	bool unpriced;
	Str *arn;
	size_t n;

	(void)state;
	put_call(s, "1", PROFILE "a");
	put_call(s, "2", PROFILE "b");
	put_call(s, "3", "fix.small");
	put_call(s, "4", "arn:aws:bedrock:eu-west-1::foundation-model/fix.small");
	assert_int_equal(cost_of(s, "1", &unpriced), 0);
	assert_true(unpriced);
	MUST(store_profiles_wanted(s, 0, 10, &a, &arn, &n, e));
	assert_int_equal(n, 2);
	assert_true(str_is(arn[0], PROFILE "a") && str_is(arn[1], PROFILE "b"));
	MUST(store_profiles_put(s, &denied, 1, e));
	MUST(store_books_state(s, &now, e));
	assert_int_equal(now.todo, BOOKS_DONE);
	MUST(store_profiles_put(s, &known, 1, e));
	MUST(store_books_state(s, &now, e));
	assert_int_equal(now.todo, BOOKS_UNPRICED);
	(void)to_the_end(s);
	assert_int_equal(cost_of(s, "1", &unpriced), 33006);     /* 10 x 3000.5 x 1.1 = 33005.5 */
	assert_false(unpriced);
	assert_int_equal(cost_of(s, "2", &unpriced), 0);
	assert_true(unpriced);
	/* Another process, which has the table loaded, knows it with its next batch. */
	put_call(other, "5", PROFILE "a");
	assert_int_equal(cost_of(s, "5", &unpriced), 33006);
	MUST(store_profiles_wanted(s, 5000, 10, &a, &arn, &n, e));
	assert_int_equal(n, 0);
	MUST(store_profiles_wanted(s, 5001, 10, &a, &arn, &n, e));
	assert_int_equal(n, 1);
	arena_done(&a);
	store_close(s);
	store_close(other);
}

static void the_form_on_disk(void **state)
{
	PriceTable twin = dear, back;
	PriceDiscount other[] = { { 0, 0 }, { INT64_C(1790000000000), 12501 } };
	Arena a = { 0 };
	Buf b = { 0 };
	Err e = { 0 };
	int64_t x, y;

	(void)state;
	books_pack(&b, &dear);
	assert_int_equal(books_unpack(&a, buf_str(&b), &back, &e), 0);
	assert_int_equal(books_hash(&back, LEDGER_COMPUTED), books_hash(&dear, LEDGER_COMPUTED));
	for (int i = 0; i < 3; i++) {
		const PriceCall c = { i ? STR("us.fix.large") : STR("fix.unknown"), STR(""), i == 2 ? fleet_start : 5, { 9999, 1, 0, 0, 3 } };

		assert_int_equal(price_amount(&dear, &c, &x), price_amount(&back, &c, &y));
		assert_int_equal(x, y);
	}
	assert_int_not_equal(books_hash(&dear, LEDGER_REPORTED), books_hash(&dear, LEDGER_COMPUTED));
	twin.discount = other;
	assert_int_not_equal(books_hash(&twin, LEDGER_COMPUTED), books_hash(&dear, LEDGER_COMPUTED));
	for (size_t n = 0; n < b.n; n++)
		assert_int_equal(books_unpack(&a, str_sub(buf_str(&b), 0, n), &back, &e), -1);
	b.p[0]++;
	assert_int_equal(books_unpack(&a, buf_str(&b), &back, &e), -1);
	buf_done(&b);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stores_prices_hold), cmocka_unit_test(nothing_depends_on_order_or_batching), cmocka_unit_test(a_crash_loses_nothing),
		cmocka_unit_test(profiles_are_resolved_once), cmocka_unit_test(the_form_on_disk),
	};

	return cmocka_run_group_tests_name("store_books", tests, make_place, clear_place);
}
