#include "unit.h"

#include "model/ledger.h"

static PriceRow rows[] = {
	{ .model = "fix.a", .micro_usd = { 1000500, 2000000, -1, -1, -1 }, .geo_permille = 1000 },
	{ .model = "fix.a", .tier = TIER_FLEX, .micro_usd = { 500000, 1000000, -1, -1, -1 }, .geo_permille = 1000 },
	{ .model = "fix.b", .micro_usd = { 5000000, 5000000, -1, -1, -1 }, .geo_permille = 1000 },
};
static PriceTable prices = { .row = rows, .n = 3 };
static const int64_t at = INT64_C(1790000000000);

static Opt64 known(int64_t v)
{
	return (Opt64){ true, v };
}

static LogLine line(const char *id, int64_t ms, const char *model, int64_t input, Opt64 reported)
{
	return (LogLine){ .event_id = str_of(id), .event_ms = ms, .kind = LINE_COST, .model = str_of(model), .has_tokens = input >= 0,
	                  .tokens = { .input = input < 0 ? 0 : input }, .reported_nusd = reported, .tenant = str_of(id) };
}

static Booking book(const Job *j, const CostLines *l, LedgerMode mode)
{
	Booking b;

	ledger_book(j, l, &prices, mode, &b);
	return b;
}

static void item_with_tokens(void **state)
{
	Job j = { .model = STR("fix.a"), .has_tokens = true, .tokens = { .input = 1 }, .started_ms = at, .reported_nusd = known(77) };
	Booking b = book(&j, NULL, LEDGER_COMPUTED);

	(void)state;
	assert_int_equal(b.source, COST_COMPUTED);
	assert_int_equal(b.nusd, 1001);
	assert_int_equal(b.hour, at / 3600000);
	assert_true(b.reported_nusd.known && b.reported_nusd.v == 77);
	b = book(&j, NULL, LEDGER_REPORTED);
	assert_int_equal(b.source, COST_REPORTED);
	assert_int_equal(b.nusd, 77);
}

static void item_takes_the_lines_tokens_and_rounds_once(void **state)
{
	Job j = { .model = STR("fix.a"), .started_ms = at, .tokens = { .input = 999 } };
	LogLine one = line("1", at + 7200000, "fix.b", 1, (Opt64){ 0 }), two = line("2", at, "fix.b", 1, known(5));
	CostLines c = { 0 };
	Booking b;

	(void)state;
	cost_lines_add(&c, &one, &prices);
	cost_lines_add(&c, &two, &prices);
	b = book(&j, &c, LEDGER_COMPUTED);
	assert_int_equal(b.nusd, 2001);         /* 2 x 1000.5; each rounded alone would give 2002 */
	assert_int_equal(b.tokens.input, 2);
	assert_int_equal(b.booked_ms, at);
	b = book(&j, &c, LEDGER_REPORTED);
	assert_int_equal(b.nusd, 5);
	j.model = (Str){ 0 };
	assert_int_equal(book(&j, &c, LEDGER_COMPUTED).nusd, 10000);
}

static void lines_stand_for_themselves(void **state)
{
	LogLine one = line("1", at, "fix.a", 1, known(3)), two = line("2", at, "fix.a", 1, (Opt64){ 0 }), three = line("0", at, "", -1, known(40));
	CostLines c = { 0 };
	Booking b;

	(void)state;
	cost_lines_add(&c, &one, &prices);
	cost_lines_add(&c, &two, &prices);
	cost_lines_add(&c, &three, &prices);
	assert_true(str_is(c.tenant, "0"));     /* first by time, then id */
	b = book(NULL, &c, LEDGER_COMPUTED);
	assert_int_equal(b.nusd, 1001 + 1001 + 40);
	assert_int_equal(b.source, COST_COMPUTED);
	b = book(NULL, &c, LEDGER_REPORTED);
	assert_int_equal(b.nusd, 3 + 1001 + 40);
	assert_int_equal(b.source, COST_REPORTED);
}

static void without_a_price(void **state)
{
	Job j = { .model = STR("other"), .has_tokens = true, .tokens = { .input = 9 }, .updated_ms = at, .reported_nusd = known(8) };
	Booking b = book(&j, NULL, LEDGER_COMPUTED);
	LogLine l = line("1", at, "other", 5, known(6));
	CostLines c = { 0 };

	(void)state;
	assert_true(b.unpriced);
	assert_int_equal(b.source, COST_NONE);
	assert_int_equal(b.nusd, 0);
	assert_int_equal(b.booked_ms, at);      /* no startedAt: updatedAt */
	b = book(&j, NULL, LEDGER_REPORTED);
	assert_true(b.unpriced);
	assert_int_equal(b.nusd, 8);
	cost_lines_add(&c, &l, &prices);
	b = book(NULL, &c, LEDGER_COMPUTED);
	assert_true(b.unpriced);
	assert_int_equal(b.source, COST_NONE);
	assert_int_equal(book(NULL, &c, LEDGER_REPORTED).nusd, 6);
}

static void without_tokens(void **state)
{
	Job j = { .model = STR("fix.a"), .started_ms = -1, .reported_nusd = known(8) };
	Booking b = book(&j, NULL, LEDGER_COMPUTED);

	(void)state;
	assert_int_equal(b.source, COST_REPORTED);
	assert_int_equal(b.nusd, 8);
	assert_int_equal(b.hour, -1);
	assert_false(b.unpriced);
	j.reported_nusd.known = false;
	assert_int_equal(book(&j, NULL, LEDGER_REPORTED).source, COST_NONE);
}

static LogLine tiered(const char *id, const char *tier)
{
	LogLine l = line(id, at, "fix.a", 10, (Opt64){ 0 });

	l.service_tier = str_of(tier);
	return l;
}

static Booking book_tiers(const Job *j, const char *one, const char *two)
{
	LogLine a = tiered("1", one), b = tiered("2", two);
	CostLines c = { 0 };

	cost_lines_add(&c, &a, &prices);
	cost_lines_add(&c, &b, &prices);
	return book(j, &c, LEDGER_COMPUTED);
}

/* fix.a: an input token costs 1000.5 nUSD, on flex 500. */
static void the_tier_is_the_jobs_or_that_of_its_lines(void **state)
{
	Job own = { .model = STR("fix.a"), .has_tokens = true, .tokens = { .input = 4 }, .service_tier = STR("flex") };
	Job silent = { .model = STR("fix.a") };

	(void)state;
	assert_int_equal(book(&own, NULL, LEDGER_COMPUTED).nusd, 2000);
	assert_int_equal(book_tiers(&own, "", "").nusd, 2000);
	own.service_tier = STR("turbo");
	assert_true(book(&own, NULL, LEDGER_COMPUTED).unpriced);
	assert_int_equal(book_tiers(&silent, "flex", "flex").nusd, 10000);
	assert_int_equal(book_tiers(&silent, "", "default").nusd, 20010);
	/* Of several tiers each line is priced by its own: 10005 + 5000. */
	assert_int_equal(book_tiers(&silent, "default", "flex").nusd, 15005);
	assert_true(book_tiers(&silent, "flex", "turbo").unpriced);
	own.service_tier = STR("");
	assert_int_equal(book_tiers(&own, "flex", "flex").nusd, 2000);
	assert_int_equal(book(&own, NULL, LEDGER_COMPUTED).nusd, 4002);
	assert_true(book_tiers(&own, "", "flex").unpriced);      /* which of the job's own tokens were flex? */
	assert_int_equal(book_tiers(NULL, "", "flex").nusd, 15005);
}

static void states_and_sums(void **state)
{
	Tokens t = tokens_add((Tokens){ 1, 2, 3, 4, 5 }, (Tokens){ 10, 20, 30, 40, 50 });

	(void)state;
	assert_int_equal(t.input + t.output + t.cache_read + t.cache_write_5m + t.cache_write_1h, 165);
	assert_int_equal(job_state_of(STR("succeeded")), JOB_SUCCEEDED);
	assert_int_equal(job_state_of(STR("FAILED")), JOB_FAILED);
	assert_int_equal(job_state_of(STR("")), JOB_OTHER);
	for (int i = 0; i < JOB_OTHER; i++)
		assert_int_equal(job_state_of(str_of(job_state_name((JobState)i))), i);
}

static LogLine call(const char *request, const char *event, int64_t ms, LineKind kind, Tokens t)
{
	return (LogLine){ .request_id = str_of(request), .event_id = str_of(event), .event_ms = ms, .kind = kind, .model = STR("fix.a"),
	                  .has_tokens = true, .tokens = t, .tenant = kind == LINE_COST ? STR("acme") : STR("") };
}

static void one_line_for_each_call(void **state)
{
	LogLine v[] = {
		call("r2", "e5", 50, LINE_COST, (Tokens){ .input = 7 }),
		call("r1", "e2", 20, LINE_INVOCATION, (Tokens){ .input = 12, .cache_write_5m = 30 }),
		call("", "e3", 30, LINE_COST, (Tokens){ .input = 1 }),
		call("r1", "e1", 10, LINE_COST, (Tokens){ .input = 10, .cache_write_5m = 20, .cache_write_1h = 10 }),
		call("", "e4", 30, LINE_COST, (Tokens){ .input = 1 }),
		call("r2", "e6", 60, LINE_COST, (Tokens){ .input = 700 }),
		call("r3", "e7", 70, LINE_INVOCATION, (Tokens){ .input = 3 }),
	}, shuffled[7];

	(void)state;
	for (size_t turn = 0; turn < 49; turn++) {
		CostLines c = { 0 };
		size_t n;

		for (size_t i = 0; i < 7; i++)
			shuffled[i] = v[(i * (turn % 6 + 1) + turn / 7) % 7];
		n = ledger_calls(shuffled, 7);
		assert_int_equal(n, 5);
		for (size_t i = 0; i < n; i++)
			cost_lines_add(&c, &shuffled[i], &prices);
		assert_int_equal(c.tokens.input, 12 + 1 + 1 + 7 + 3);        /* Bedrock's count of r1, the first line of r2 */
		assert_int_equal(c.tokens.cache_write_5m, 20);               /* the split that only the application knows */
		assert_int_equal(c.tokens.cache_write_1h, 10);
		assert_int_equal(c.logged, 2);
		assert_int_equal(c.first_ms, 10);
		assert_true(str_is(c.tenant, "acme"));
	}
}

static void bedrocks_count_goes_before_the_items(void **state)
{
	Job j = { .model = STR("fix.b"), .has_tokens = true, .tokens = { .input = 100 }, .started_ms = at };
	LogLine v[] = { call("r1", "e1", 10, LINE_INVOCATION, (Tokens){ .input = 2 }), call("r2", "e2", 20, LINE_COST, (Tokens){ .input = 5 }) };
	CostLines all = { 0 }, some = { 0 };
	Booking b;

	(void)state;
	cost_lines_add(&all, &v[0], &prices);
	b = book(&j, &all, LEDGER_COMPUTED);
	assert_int_equal(b.tokens.input, 2);
	assert_int_equal(b.nusd, 2001);
	assert_int_equal(b.booked_ms, at);
	/* One of its calls is not in the log: the item knows them all. */
	cost_lines_add(&some, &v[0], &prices);
	cost_lines_add(&some, &v[1], &prices);
	b = book(&j, &some, LEDGER_COMPUTED);
	assert_int_equal(b.tokens.input, 100);
	assert_int_equal(b.nusd, 500000);
}

static void a_record_of_a_failure_says_nothing_better(void **state)
{
	LogLine v[] = { call("r1", "e1", 10, LINE_INVOCATION, (Tokens){ 0 }), call("r1", "e2", 20, LINE_COST, (Tokens){ .input = 5 }) };

	(void)state;
	v[0].has_tokens = false;
	assert_int_equal(ledger_calls(v, 2), 1);
	assert_int_equal(v[0].kind, LINE_COST);
	assert_int_equal(v[0].tokens.input, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(item_with_tokens), cmocka_unit_test(item_takes_the_lines_tokens_and_rounds_once),
		cmocka_unit_test(lines_stand_for_themselves), cmocka_unit_test(without_a_price),
		cmocka_unit_test(without_tokens), cmocka_unit_test(the_tier_is_the_jobs_or_that_of_its_lines),
		cmocka_unit_test(states_and_sums), cmocka_unit_test(one_line_for_each_call),
		cmocka_unit_test(bedrocks_count_goes_before_the_items), cmocka_unit_test(a_record_of_a_failure_says_nothing_better),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
