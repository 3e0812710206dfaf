#include "unit.h"

#include "app/pushdown.h"

static PriceRow rows[] = {
	{ .model = "m", .micro_usd = { 3000000, 15000000, 300000, 3750000, 6000000 }, .long_above = 200000,
	  .long_micro_usd = { 6000000, 22500000, 600000, 7500000, 12000000 }, .geo_permille = 1000 },
};
static const PriceTable prices = { .row = rows, .n = 1 };

static LogsRow row_of(LogsField *f, size_t n)
{
	return (LogsRow){ { f, n } };
}

#define F(name, value) { { name, sizeof name - 1 }, { value, sizeof value - 1 } }
#define HOUR F("bin(1h)", "2026-03-14 15:00:00.000")
#define USUAL HOUR, F("tenant_id", "acme"), F("persona_type", "sales"), F("model_id", "m"), F("service_tier", "default"), F("has_tokens", "1")

static void one_query_a_kind(void **state)
{
	Buf b = { 0 };

	(void)state;
	pushdown_query(PUSH_WHO, &b);
	assert_non_null(strstr(buf_cstr(&b), "filter message = \"COST_TRACKING\""));
	assert_non_null(strstr(buf_cstr(&b), "sum(cost_cents) as cents by bin(1h), tenant_id, persona_type, model_id, service_tier, has_tokens | limit 10000"));
	buf_reset(&b);
	pushdown_query(PUSH_WHAT, &b);
	assert_non_null(strstr(buf_cstr(&b), "by bin(1h), agent_id, agent_version, model_id"));
	buf_done(&b);
}

static void a_sum_is_priced_as_its_calls_are(void **state)
{
	LogsField f[] = { USUAL, F("n_calls", "1000"), F("n_input", "3000000"), F("n_output", "200000"), F("n_read", "10000000"),
	                  F("n_write_5m", "0"), F("n_write_1h", "50000"), F("x_input", "9000"), F("x_read", "150000"), F("cents", "1234.5678901") };
	LogsRow row = row_of(f, sizeof f / sizeof *f);
	PushGroup g;
	Err e = { 0 };

	(void)state;
	assert_int_equal(pushdown_row(PUSH_WHO, &row, &prices, LEDGER_COMPUTED, &g, &e), 0);
	assert_true(str_is(g.tenant, "acme") && str_is(g.persona, "sales") && str_is(g.model, "m") && !g.agent.n);
	assert_int_equal(g.hour, 492639);
	assert_int_equal(g.s.jobs, 1000);
	assert_int_equal(g.s.booked, 1000);
	/* 3M x $3 + 0.2M x $15 + 10M x $0.3 + 0.05M x $6: thirteen million tokens are no long prompt, thirteen thousand each are */
	assert_int_equal(g.s.nusd, INT64_C(9000000000) + INT64_C(3000000000) + INT64_C(3000000000) + INT64_C(300000000));
	assert_int_equal(g.s.unpriced, 0);
	/* 10M x $2.7 saved, 0.05M x $3 over plain input, 3M x $2.7 and 0.05M x $5.7 over reads. */
	assert_int_equal(g.s.cache.saved_nusd, INT64_C(27000000000));
	assert_int_equal(g.s.cache.premium_nusd, INT64_C(150000000));
	assert_int_equal(g.s.cache.miss_nusd, INT64_C(8100000000) + INT64_C(285000000));
	assert_false(g.approximate);                 /* whole nUSD for each token, and no prompt was long */
	assert_int_equal(pushdown_row(PUSH_WHO, &row, &prices, LEDGER_REPORTED, &g, &e), 0);
	assert_int_equal(g.s.nusd, INT64_C(12345678901));
	assert_true(g.approximate);                  /* Insights adds decimals up in floating point */
}

static void calls_that_are_long_on_the_mean(void **state)
{
	LogsField f[] = { USUAL, F("n_calls", "10"), F("n_input", "3000000"), F("n_output", "0"), F("x_input", "700000") };
	LogsRow row = row_of(f, sizeof f / sizeof *f);
	PushGroup g;
	Err e = { 0 };

	(void)state;
	assert_int_equal(pushdown_row(PUSH_WHO, &row, &prices, LEDGER_COMPUTED, &g, &e), 0);
	assert_int_equal(g.s.nusd, INT64_C(18000000000));
	assert_true(g.approximate);                  /* some were long: which is not known */
}

static void what_has_no_price_is_counted(void **state)
{
	LogsField f[] = { HOUR, F("tenant_id", "acme"), F("model_id", "unknown"), F("n_calls", "7"), F("n_input", "1e6"), F("has_tokens", "1") };
	LogsField none[] = { HOUR, F("n_calls", "7"), F("cents", "0.5") };
	LogsRow row = row_of(f, 6), own = row_of(none, 3);
	PushGroup g;
	Err e = { 0 };

	(void)state;
	assert_int_equal(pushdown_row(PUSH_WHO, &row, &prices, LEDGER_COMPUTED, &g, &e), 0);
	assert_int_equal(g.s.tok.input, 1000000);
	assert_int_equal(g.s.unpriced, 7);
	assert_int_equal(g.s.nusd, 0);
	assert_true(g.s.cache.saved_nusd == 0 && g.s.cache.premium_nusd == 0 && g.s.cache.miss_nusd == 0);
	/* Without tokens what was reported is all there is. */
	assert_int_equal(pushdown_row(PUSH_WHO, &own, &prices, LEDGER_COMPUTED, &g, &e), 0);
	assert_int_equal(g.s.nusd, 5000000);
	assert_int_equal(g.tenant.n, 0);
}

/* A price of half a nUSD a token: each call was rounded by itself, so what the sum costs is not what the calls cost. */
static void amounts_that_were_rounded_one_by_one(void **state)
{
	PriceRow half[] = { { .model = "m", .micro_usd = { 500, 0, 0, 0, 0 }, .geo_permille = 1000 } };
	PriceTable t = { .row = half, .n = 1 };
	LogsField many[] = { USUAL, F("n_calls", "3"), F("n_input", "9") }, one[] = { USUAL, F("n_calls", "1"), F("n_input", "9") };
	LogsRow row[] = { row_of(many, 8), row_of(one, 8) };
	PushGroup g;
	Err e = { 0 };

	(void)state;
	assert_int_equal(pushdown_row(PUSH_WHO, &row[0], &t, LEDGER_COMPUTED, &g, &e), 0);
	assert_true(g.approximate && g.s.nusd == 5);
	assert_int_equal(pushdown_row(PUSH_WHO, &row[1], &t, LEDGER_COMPUTED, &g, &e), 0);
	assert_false(g.approximate);
}

static void what_cannot_be_read_is_not_guessed(void **state)
{
	static LogsField bad[][3] = {
		{ F("bin(1h)", "2026-03-14 15:30:00.000"), F("n_calls", "1"), F("model_id", "m") },
		{ F("bin(1h)", "yesterday"), F("n_calls", "1"), F("model_id", "m") },
		{ F("n_calls", "1"), F("model_id", "m"), F("x", "y") },
		{ HOUR, F("n_calls", "many"), F("model_id", "m") },
		{ HOUR, F("n_calls", "-1"), F("model_id", "m") },
		{ HOUR, F("n_calls", "0"), F("model_id", "m") },
		{ HOUR, F("n_calls", "1"), F("n_input", "NaN") },
		{ HOUR, F("n_calls", "1"), F("cents", "-3") },
	};
	PushGroup g;

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		LogsRow row = row_of(bad[i], 3);
		Err e = { 0 };

		assert_int_equal(pushdown_row(PUSH_WHO, &row, &prices, LEDGER_COMPUTED, &g, &e), -1);
		assert_non_null(strstr(e.text, "Logs Insights"));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_query_a_kind),
		cmocka_unit_test(a_sum_is_priced_as_its_calls_are),
		cmocka_unit_test(calls_that_are_long_on_the_mean),
		cmocka_unit_test(what_has_no_price_is_counted),
		cmocka_unit_test(amounts_that_were_rounded_one_by_one),
		cmocka_unit_test(what_cannot_be_read_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
