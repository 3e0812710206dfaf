#include "unit.h"

#include "conf/prices.h"

static Arena arena;

static int drop(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static int64_t cost(const PriceTable *t, const char *model, int64_t at_ms, Tokens tok)
{
	int64_t nusd;

	return price_amount(t, &(PriceCall){ str_of(model), STR(""), at_ms, tok }, &nusd) == PRICE_OK ? nusd : -1;
}

static int parse(const char *yaml, PriceTable *t, Err *e)
{
	return prices_parse(&arena, &(PricesFile){ .name = "p", .text = str_of(yaml), .origin = PRICE_LIST, .sure = SURE_AWS }, t, e);
}

static void the_shipped_table(void **state)
{
	const int64_t august = INT64_C(1786000000000), november = INT64_C(1795000000000);
	PriceTable t;
	Err e = { 0 };

	(void)state;
	if (prices_builtin(&arena, &t, &e) < 0)
		fail_msg("%s", e.text);
	assert_true(t.n >= 60);
	assert_int_equal(cost(&t, "anthropic.claude-3-haiku-20240307-v1:0", november, (Tokens){ 1000, 1000, 1000, 1000, 0 }), 1837500);
	assert_int_equal(cost(&t, "us.anthropic.claude-sonnet-4-5-20250929-v1:0", november, (Tokens){ 1000, 0, 0, 0, 1000 }), 9900000);
	assert_int_equal(cost(&t, "global.anthropic.claude-sonnet-4-5-20250929-v1:0", november, (Tokens){ 200001, 0, 0, 0, 0 }), 1200006000);
	assert_int_equal(cost(&t, "eu.anthropic.claude-sonnet-4-20250514-v1:0", november, (Tokens){ 1000, 1000, 0, 0, 0 }), 18000000);
	assert_int_equal(cost(&t, "amazon.nova-micro-v1:0", november, (Tokens){ 100, 100, 100, 0, 0 }), 18375);
	assert_int_equal(cost(&t, "anthropic.claude-sonnet-5", august, (Tokens){ 1000, 0, 0, 0, 0 }), 2000000);
	assert_int_equal(cost(&t, "anthropic.claude-sonnet-5", november, (Tokens){ 1000, 0, 0, 0, 0 }), 3000000);
	assert_int_equal(cost(&t, "us-gov.anthropic.claude-sonnet-4-5-20250929-v1:0", november, (Tokens){ 1000, 0, 0, 0, 0 }), 3600000);
	assert_int_equal(cost(&t, "meta.llama3-3-70b-instruct-v1:0", november, (Tokens){ 1, 0, 1, 0, 0 }), -1);
	for (size_t i = 0; i < t.n; i++) {
		assert_int_equal(t.row[i].origin, PRICE_SHIPPED);
		assert_string_equal(t.row[i].source, "public tables of August 2026");
	}
}

static int64_t tier_cost(const PriceTable *t, const char *model, const char *tier, int64_t at_ms, Tokens tok)
{
	int64_t nusd;

	return price_amount(t, &(PriceCall){ str_of(model), str_of(tier), at_ms, tok }, &nusd) == PRICE_OK ? nusd : -1;
}

static void tiers_are_rows_of_their_own(void **state)
{
	static const char yaml[] =
		"source: here\n"
		"prices:\n"
		"  - {model: m, input: 1.00, output: 4.00, cache_read: 0.10, above: 10, then: {input: 2.00, output: 8.00, cache_read: 0.20}, priority: 1.75, flex: 0.5, batch: 0.5}\n"
		"  - {model: m, from: 2026-09-01, input: 3.00, output: 6.00, flex: 0.5}\n"
		"  - {model: n, tier: flex, input: 7.00, until: 2026-09-01}\n"
		"  - {model: n, input: 9.00}\n";
	const int64_t september = INT64_C(1788220800000);        /* 2026-09-01 */
	PriceTable t;
	Err e = { 0 };

	(void)state;
	if (parse(yaml, &t, &e) < 0)
		fail_msg("%s", e.text);
	assert_int_equal(t.n, 8);
	assert_string_equal(t.row[0].source, "here");
	assert_int_equal(t.row[0].sure, SURE_AWS);
	assert_int_equal(tier_cost(&t, "m", "default", september - 1, (Tokens){ 5, 1, 1, 0, 0 }), 5000 + 4000 + 100);
	assert_int_equal(tier_cost(&t, "m", "priority", september - 1, (Tokens){ 5, 1, 1, 0, 0 }), 8750 + 7000 + 175);
	assert_int_equal(tier_cost(&t, "m", "flex", september - 1, (Tokens){ 10, 1, 1, 0, 0 }), 10000 + 4000 + 100);
	assert_int_equal(tier_cost(&t, "m", "batch", september - 1, (Tokens){ 5, 1, 0, 0, 0 }), 2500 + 2000);
	assert_int_equal(tier_cost(&t, "m", "batch", september - 1, (Tokens){ 5, 1, 1, 0, 0 }), -1);
	assert_int_equal(tier_cost(&t, "m", "flex", september, (Tokens){ 2, 0, 0, 0, 0 }), 3000);
	/* The second entry names no priority price: that tier ended with the first one. */
	assert_int_equal(tier_cost(&t, "m", "priority", september, (Tokens){ 2, 0, 0, 0, 0 }), -1);
	assert_int_equal(tier_cost(&t, "n", "flex", september - 1, (Tokens){ 1, 0, 0, 0, 0 }), 7000);
	assert_int_equal(tier_cost(&t, "n", "flex", september, (Tokens){ 1, 0, 0, 0, 0 }), -1);
	assert_int_equal(tier_cost(&t, "n", "", september, (Tokens){ 1, 0, 0, 0, 0 }), 9000);
}

static void mistakes_have_a_place(void **state)
{
	static const struct { const char *yaml, *place, *words; } cases[] = {
		{ "prices: 1\n", "p:1:9", "list" },
		{ "price: []\n", "p:1:1", "prices" },
		{ "prices:\n  - {input: 1.00}\n", "p:2:5", "model" },
		{ "prices:\n  - {model: m}\n", "p:2:5", "input" },
		{ "prices:\n  - {model: m, inptu: 1.00}\n", "p:2:16", "input" },
		{ "prices:\n  - {model: m, input: -1}\n", "p:2:23", "USD" },
		{ "prices:\n  - {model: m, input: 1e3}\n", "p:2:23", "USD" },
		{ "prices:\n  - {model: m, input: 0.0000001}\n", "p:2:23", "six decimals" },
		{ "prices:\n  - {model: m, input: 99999999}\n", "p:2:23", "USD" },
		{ "prices:\n  - {model: m, input: 1, from: soon}\n", "p:2:32", "day" },
		{ "prices:\n  - {model: m, input: 1, from: 2026-09-31}\n", "p:2:32", "day" },
		{ "prices:\n  - {model: m, input: 1, from: 2026-13-01}\n", "p:2:32", "day" },
		{ "prices:\n  - {model: m, input: 1, geo: 0}\n", "p:2:31", "free" },
		{ "prices:\n  - {model: m, input: 1, geo: 1.0001}\n", "p:2:31", "three decimals" },
		{ "prices:\n  - {model: m, input: 1, above: 5}\n", "p:2:33", "belong together" },
		{ "prices:\n  - {model: m, input: 1, above: 0, then: {input: 1}}\n", "p:2:33", "tokens" },
		{ "prices:\n  - {model: m, input: 1, above: 5, then: {outputs: 1}}\n", "p:2:43", "output" },
		{ "prices:\n  - {model: m, input: 1}\n  - {model: m, input: 2}\n", "p:3:5", "later" },
		{ "prices:\n  - {model: m, input: 1, tier: flexible}\n", "p:2:32", "standard" },
		{ "prices:\n  - {model: m, input: 1, sure: maybe}\n", "p:2:32", "both" },
		{ "prices:\n  - {model: m, input: 1, flex: 0}\n", "p:2:32", "free" },
		{ "prices:\n  - {model: m, input: 0.000001, flex: 0.5}\n", "p:2:39", "six decimals" },
		{ "prices:\n  - {model: m, input: 1, from: 2026-02-01, until: 2026-02-01}\n", "p:2:51", "later" },
		{ "source: []\nprices: []\n", "p:1:9", "text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		PriceTable t;
		Err e = { 0 };

		assert_int_equal(parse(cases[i].yaml, &t, &e), -1);
		if (strncmp(e.text, cases[i].place, strlen(cases[i].place)) != 0 || !strstr(e.text, cases[i].words))
			fail_msg("case %zu: %s", i, e.text);
		assert_int_equal(e.kind, ERR_USAGE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(the_shipped_table, drop), cmocka_unit_test_teardown(tiers_are_rows_of_their_own, drop),
		cmocka_unit_test_teardown(mistakes_have_a_place, drop),
	};

	return cmocka_run_group_tests_name("prices", tests, NULL, NULL);
}
