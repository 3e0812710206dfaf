#include "unit.h"

#include "model/ledger.h"

static PriceRow rows[] = {
	{ .model = "fix.a", .micro_usd = { 1000500, 2000000, -1, -1, -1 }, .geo_permille = 1000 },
	{ .model = "fix.b", .micro_usd = { 5000000, 5000000, -1, -1, -1 }, .geo_permille = 1000 },
};
static PriceTable prices = { rows, 2 };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(item_with_tokens), cmocka_unit_test(item_takes_the_lines_tokens_and_rounds_once),
		cmocka_unit_test(lines_stand_for_themselves), cmocka_unit_test(without_a_price),
		cmocka_unit_test(without_tokens), cmocka_unit_test(states_and_sums),
	};

	return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
