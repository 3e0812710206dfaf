/* An amount taken apart: the lines add up to it, whatever the calls were. */
#include "unit.h"

#include "model/amount.h"

static uint64_t dice_state = 99;
static int64_t dice(int64_t sides)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((dice_state >> 20) % (uint64_t)sides);
}

static PriceRow rows[] = {
	{ .model = "fix.large", .micro_usd = { 3000500, 15000001, 300003, 3750000, 6000000 }, .long_above = 9000,
	  .long_micro_usd = { 6000001, 22500003, 600007, 7500000, 12000000 }, .geo_permille = 1100 },
};
static const PriceDiscount discounts[] = { { 0, 0 }, { 1000, 12500 }, { 2000, 333 } };
static PriceTable prices = { .row = rows, .n = 1, .discount = discounts, .discounts = 3 };

static PriceWork work(const char *model, int64_t at_ms, Tokens tok)
{
	PriceCall c = { .model = str_of(model), .at_ms = at_ms, .tok = tok };
	PriceWork w;

	assert_int_equal(price_work(&prices, &c, &w), PRICE_OK);
	return w;
}

static void lines_add_up_to_what_is_booked(void **state)
{
	static const char *const models[] = { "fix.large", "eu.fix.large", "global.fix.large" };

	(void)state;
	for (int round = 0; round < 3000; round++) {
		int64_t at = dice(3000), booked = 0, sum = 0;
		const char *model = models[dice(3)];
		AmountSum s = { 0 };
		AmountLine line[AMOUNT_LINES];
		int n, calls = 1 + (int)dice(40);

		for (int i = 0; i < calls; i++) {
			PriceWork w = work(model, at, (Tokens){ dice(3000), dice(3000), dice(3) ? 0 : dice(9000), dice(500), dice(100) });

			if (i && !amount_same_terms(&s.terms, &w))
				continue;
			amount_add(&s, &w);
			booked += w.nusd;
		}
		n = amount_lines(&s, line);
		for (int i = 0; i < n; i++) {
			sum += line[i].nusd;
			assert_true(line[i].kind != AMOUNT_CLASS || line[i].count > 0);
			/* Each call is rounded by at most half a nUSD. */
			if (line[i].kind == AMOUNT_ROUNDING)
				assert_true(llabs(line[i].nusd) <= s.calls / 2 + 1);
		}
		assert_int_equal(s.nusd, booked);
		assert_int_equal(sum, booked);
	}
}

/* 1,000 tokens in at $3.0005 and 10 out at $15.000001 for a million, through eu. (1.1), 12.5 % off:
 * 3,000,500 + 150,000.01 = 3,150,500.01 nUSD; x 1.1 = 3,465,550.011; x 0.875 = 3,032,356.26. */
static void one_call_by_hand(void **state)
{
	PriceWork w = work("eu.fix.large", 1500, (Tokens){ 1000, 10, 0, 0, 0 });
	AmountLine line[AMOUNT_LINES];
	AmountSum s = { 0 };

	(void)state;
	amount_add(&s, &w);
	assert_int_equal(s.nusd, 3032356);
	assert_int_equal(amount_lines(&s, line), 4);
	assert_int_equal(line[0].nusd, 3000500);
	assert_int_equal(line[1].nusd, 150000);
	assert_int_equal(line[2].kind, AMOUNT_GEO);
	assert_int_equal(line[2].nusd, 315050);
	assert_int_equal(line[3].kind, AMOUNT_DISCOUNT);
	assert_int_equal(line[3].nusd, -433194);
}

static void terms_are_told_apart(void **state)
{
	PriceWork plain = work("fix.large", 0, (Tokens){ 10, 10, 0, 0, 0 }), eu = work("eu.fix.large", 0, (Tokens){ 10, 10, 0, 0, 0 });
	PriceWork full = work("fix.large", 0, (Tokens){ 9001, 10, 0, 0, 0 }), less = work("fix.large", 1000, (Tokens){ 10, 10, 0, 0, 0 });
	PriceWork same = work("fix.large", 1, (Tokens){ 77, 1, 5, 0, 0 });

	(void)state;
	assert_true(amount_same_terms(&plain, &same));
	assert_false(amount_same_terms(&plain, &eu));
	assert_false(amount_same_terms(&plain, &full));
	assert_false(amount_same_terms(&plain, &less));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_add_up_to_what_is_booked),
		cmocka_unit_test(one_call_by_hand),
		cmocka_unit_test(terms_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
