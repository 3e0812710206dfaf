#include "unit.h"

#include "model/price.h"

/* Prices in micro-USD per million tokens. sonnet: 3 / 15 / 0.30 / 3.75 / 6 USD, doubled input above 200,000. */
static PriceRow rows[] = {
	{ .model = "eu.fix.special-v1:0", .micro_usd = { 7000000, 7000000, -1, -1, -1 }, .geo_permille = 1500 },
	{ .model = "fix.sonnet-v1:0", .micro_usd = { 3000000, 15000000, 300000, 3750000, 6000000 }, .long_above = 200000,
	  .long_micro_usd = { 6000000, 22500000, 600000, 7500000, 12000000 }, .geo_permille = 1100 },
	{ .model = "fix.micro-v1:0", .micro_usd = { 35000, 140000, 8750, -1, -1 }, .geo_permille = 1000 },
	{ .model = "fix.dated", .until_ms = 1000, .micro_usd = { 2000000, 10000000, -1, -1, -1 }, .geo_permille = 1000 },
	{ .model = "fix.dated", .from_ms = 1000, .until_ms = 2000, .micro_usd = { 3000000, 15000000, -1, -1, -1 }, .geo_permille = 1000 },
	{ .model = "fix.special-v1:0", .micro_usd = { 1000000, 1000000, -1, -1, -1 }, .geo_permille = 1100 },
	{ .model = "fix.free", .micro_usd = { 0, 0, 0, 0, 0 }, .geo_permille = 1000 },
	{ .model = "fix.fine", .micro_usd = { 1, 499, 500, 501, 999 }, .geo_permille = 1001 },
	{ .model = "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc", .micro_usd = { 9000000, -1, -1, -1, -1 },
	  .geo_permille = 1000 },
};
static PriceTable table = { .row = rows, .n = sizeof rows / sizeof *rows };

#define SONNET "fix.sonnet-v1:0"
#define NONE (-1)

/* Worked out by hand: sum of tokens x price = pUSD, x factor, / 1000 half up = nUSD. */
static const struct {
	const char *model;
	int64_t at_ms;
	Tokens tok;
	int64_t nusd;
} cases[] = {
	{ SONNET, 0, { 0, 0, 0, 0, 0 }, 0 },
	{ SONNET, 0, { 1, 0, 0, 0, 0 }, 3000 },
	{ SONNET, 0, { 0, 1, 0, 0, 0 }, 15000 },
	{ SONNET, 0, { 0, 0, 1, 0, 0 }, 300 },
	{ SONNET, 0, { 0, 0, 0, 1, 0 }, 3750 },
	{ SONNET, 0, { 0, 0, 0, 0, 1 }, 6000 },
	{ SONNET, 0, { 1, 1, 1, 1, 1 }, 28050 },
	{ SONNET, 0, { 1000, 500, 0, 0, 0 }, 10500000 },
	{ SONNET, 0, { 1234, 567, 8910, 0, 0 }, 14880000 },
	{ SONNET, 0, { 200000, 0, 0, 0, 0 }, 600000000 },
	{ SONNET, 0, { 200001, 0, 0, 0, 0 }, 1200006000 },
	{ SONNET, 0, { 200000, 1000, 0, 0, 0 }, 615000000 },
	{ SONNET, 0, { 200001, 1000, 0, 0, 0 }, 1222506000 },
	{ SONNET, 0, { 100000, 0, 100000, 0, 0 }, 330000000 },
	{ SONNET, 0, { 100000, 0, 100001, 0, 0 }, 660000600 },
	{ SONNET, 0, { 100000, 0, 0, 100001, 0 }, 1350007500 },
	{ SONNET, 0, { 100000, 0, 0, 0, 100001 }, 1800012000 },
	{ SONNET, 0, { 50000, 300000, 50000, 50000, 50000 }, 5152500000 },
	{ SONNET, 0, { 50001, 300000, 50000, 50000, 50000 }, 8055006000 },
	{ SONNET, 0, { -5, 1, 0, 0, 0 }, 15000 },
	{ "us." SONNET, 0, { 1, 0, 0, 0, 0 }, 3300 },
	{ "eu." SONNET, 0, { 1, 0, 0, 0, 0 }, 3300 },
	{ "apac." SONNET, 0, { 1, 0, 0, 0, 0 }, 3300 },
	{ "jp." SONNET, 0, { 1, 0, 0, 0, 0 }, 3300 },
	{ "au." SONNET, 0, { 1, 0, 0, 0, 0 }, 3300 },
	{ "us-gov." SONNET, 0, { 1, 0, 0, 0, 0 }, 3300 },
	{ "global." SONNET, 0, { 1, 0, 0, 0, 0 }, 3000 },
	{ "us." SONNET, 0, { 1, 1, 1, 1, 1 }, 30855 },
	{ "us." SONNET, 0, { 200001, 0, 0, 0, 0 }, 1320006600 },
	{ "us.us." SONNET, 0, { 1, 0, 0, 0, 0 }, NONE },
	{ "mars." SONNET, 0, { 1, 0, 0, 0, 0 }, NONE },
	{ "arn:aws:bedrock:us-east-1::foundation-model/" SONNET, 0, { 1, 0, 0, 0, 0 }, 3000 },
	{ "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us." SONNET, 0, { 1, 0, 0, 0, 0 }, 3300 },
	{ "arn:aws:bedrock:us-east-1:111122223333:inference-profile/global." SONNET, 0, { 1, 0, 0, 0, 0 }, 3000 },
	{ "arn:aws:bedrock:us-east-1:111122223333:provisioned-model/" SONNET, 0, { 1, 0, 0, 0, 0 }, NONE },
	{ "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/abc", 0, { 2, 0, 0, 0, 0 }, 18000 },
	{ "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/xyz", 0, { 2, 0, 0, 0, 0 }, NONE },
	{ "arn:", 0, { 1, 0, 0, 0, 0 }, NONE },
	{ "", 0, { 1, 0, 0, 0, 0 }, NONE },
	{ "fix.sonnet-v1", 0, { 1, 0, 0, 0, 0 }, NONE },
	{ SONNET "x", 0, { 1, 0, 0, 0, 0 }, NONE },
	{ "eu.fix.special-v1:0", 0, { 1, 0, 0, 0, 0 }, 7000 },
	{ "us.fix.special-v1:0", 0, { 1, 0, 0, 0, 0 }, 1100 },
	{ "fix.special-v1:0", 0, { 1, 0, 0, 0, 0 }, 1000 },
	{ "fix.special-v1:0", 0, { 1, 0, 1, 0, 0 }, NONE },
	{ "fix.micro-v1:0", 0, { 1, 0, 0, 0, 0 }, 35 },
	{ "fix.micro-v1:0", 0, { 0, 0, 1, 0, 0 }, 9 },
	{ "fix.micro-v1:0", 0, { 0, 0, 2, 0, 0 }, 18 },
	{ "fix.micro-v1:0", 0, { 0, 0, 3, 0, 0 }, 26 },
	{ "fix.micro-v1:0", 0, { 0, 0, 4, 0, 0 }, 35 },
	{ "fix.micro-v1:0", 0, { 1, 0, 0, 1, 0 }, NONE },
	{ "fix.micro-v1:0", 0, { 1, 0, 0, 0, 1 }, NONE },
	{ "fix.dated", -1, { 1, 0, 0, 0, 0 }, NONE },
	{ "fix.dated", 999, { 1, 0, 0, 0, 0 }, 2000 },
	{ "fix.dated", 1000, { 1, 0, 0, 0, 0 }, 3000 },
	{ "fix.dated", 1999, { 0, 1, 0, 0, 0 }, 15000 },
	{ "fix.dated", 2000, { 0, 1, 0, 0, 0 }, NONE },
	{ "fix.free", 0, { 5, 5, 5, 5, 5 }, 0 },
	{ "fix.fine", 0, { 499, 0, 0, 0, 0 }, 0 },
	{ "fix.fine", 0, { 500, 0, 0, 0, 0 }, 1 },
	{ "fix.fine", 0, { 1499, 0, 0, 0, 0 }, 1 },
	{ "fix.fine", 0, { 0, 1, 0, 0, 0 }, 0 },
	{ "fix.fine", 0, { 0, 0, 1, 0, 0 }, 1 },
	{ "fix.fine", 0, { 1, 1, 0, 0, 0 }, 1 },
	{ "us.fix.fine", 0, { 0, 1, 0, 0, 0 }, 0 },
	{ "us.fix.fine", 0, { 499, 0, 0, 0, 0 }, 0 },
	{ "us.fix.fine", 0, { 0, 1000, 0, 0, 0 }, 499 },
	{ "us.fix.fine", 0, { 0, 1002, 0, 0, 0 }, 500 },
	{ "us.fix.fine", 0, { 0, 0, 0, 0, 1000 }, 1000 },
	{ SONNET, 0, { 0, INT64_MAX, 0, 0, 0 }, INT64_C(150000000000000) },
};

static void amounts_by_hand(void **state)
{
	(void)state;
	assert_true(sizeof cases / sizeof *cases >= 60);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int64_t got = 77;
		PriceVerdict v = price_amount(&table, &(PriceCall){ str_of(cases[i].model), STR(""), cases[i].at_ms, cases[i].tok }, &got);

		if ((v == PRICE_OK ? got : NONE) != cases[i].nusd)
			fail_msg("case %zu, %s: %lld instead of %lld", i, cases[i].model, (long long)got, (long long)cases[i].nusd);
		if (v == PRICE_UNPRICED)
			assert_int_equal(got, 0);
	}
}

static void first_valid_row_wins(void **state)
{
	PriceRow two[] = {
		{ .model = "m", .from_ms = 10, .micro_usd = { 1, 1, 1, 1, 1 }, .geo_permille = 1000 },
		{ .model = "m", .micro_usd = { 2, 2, 2, 2, 2 }, .geo_permille = 1000 },
	};
	PriceTable t = { .row = two, .n = 2 };

	(void)state;
	assert_ptr_equal(price_find(&t, &(PriceCall){ .model = STR("m"), .at_ms = 9 }), &two[1]);
	assert_ptr_equal(price_find(&t, &(PriceCall){ .model = STR("m"), .at_ms = 10 }), &two[0]);
	assert_ptr_equal(price_find(&t, &(PriceCall){ .model = STR("eu.m"), .at_ms = 10 }), &two[0]);
	assert_null(price_find(&t, &(PriceCall){ .model = STR("n"), .at_ms = 10 }));
	assert_null(price_find(NULL, &(PriceCall){ .model = STR("m"), .at_ms = 10 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(amounts_by_hand), cmocka_unit_test(first_valid_row_wins) };

	return cmocka_run_group_tests_name("price", tests, NULL, NULL);
}
