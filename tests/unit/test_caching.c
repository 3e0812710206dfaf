#include "unit.h"

#include "model/caching.h"

static const int64_t at = INT64_C(1790000000000);

static PriceRow rows[] = {
	/* USD per million: input 3, output 15, read 0.30, writes 3.75 and 6; above 200,000 tokens of prompt twice that. */
	{ .model = "fix.sonnet", .micro_usd = { 3000000, 15000000, 300000, 3750000, 6000000 }, .long_above = 200000,
	  .long_micro_usd = { 6000000, 22500000, 600000, 7500000, 12000000 }, .geo_permille = 1100 },
	{ .model = "fix.odd", .micro_usd = { 1000, 0, 333, 1001, 1001 }, .geo_permille = 1000 },
	{ .model = "fix.plain", .micro_usd = { 720000, 720000, -1, -1, -1 }, .geo_permille = 1000 },
	{ .model = "fix.free-writes", .micro_usd = { 800000, 3200000, 200000, 0, 0 }, .geo_permille = 1000 },
};
static const PriceDiscount discount[] = { { .from_ms = INT64_C(1790000000000) + 1, .milli_percent = 10000 } };
static PriceTable prices = { .row = rows, .n = 4, .discount = discount, .discounts = 1 };

static PriceVerdict of(const char *model, int64_t at_ms, Tokens tok, CacheMoney *m)
{
	PriceWork w;
	PriceVerdict v = price_work(&prices, &(PriceCall){ .model = str_of(model), .at_ms = at_ms, .tok = tok }, &w);

	*m = v == PRICE_OK ? caching_money(&w) : (CacheMoney){ 0 };
	return v;
}

static void check(const char *model, int64_t at_ms, Tokens tok, CacheMoney want)
{
	CacheMoney m;

	assert_int_equal(of(model, at_ms, tok, &m), PRICE_OK);
	assert_int_equal(m.saved_nusd, want.saved_nusd);
	assert_int_equal(m.premium_nusd, want.premium_nusd);
	assert_int_equal(m.miss_nusd, want.miss_nusd);
}

static void by_hand(void **state)
{
	(void)state;
	/* 6000 read: 6000 x (3.00 - 0.30) = 16,200 uUSD. 2000 plain: 2000 x 2.70 = 5,400 uUSD more than read. */
	check("fix.sonnet", at, (Tokens){ .input = 2000, .output = 900, .cache_read = 6000 }, (CacheMoney){ 16200000, 0, 5400000 });
	/* 6000 written for 5 minutes: 6000 x 0.75 = 4,500 uUSD over plain, and 6000 x 3.45 over a read. */
	check("fix.sonnet", at, (Tokens){ .cache_write_5m = 6000 }, (CacheMoney){ 0, 4500000, 20700000 });
	/* For an hour: 6000 x 3.00, and 6000 x 5.70. The net of that call is -18,000,000 nUSD. */
	check("fix.sonnet", at, (Tokens){ .cache_write_1h = 6000 }, (CacheMoney){ 0, 18000000, 34200000 });
	check("fix.sonnet", at, (Tokens){ .output = 500 }, (CacheMoney){ 0, 0, 0 });
}

/* The whole prompt chooses the tier, also for the tokens that were read. */
static void long_context_geography_and_discount(void **state)
{
	(void)state;
	/* 1000 + 200,000 > 200,000: 200,000 x (6.00 - 0.60) and 1000 x 5.40. */
	check("fix.sonnet", at, (Tokens){ .input = 1000, .cache_read = 200000 }, (CacheMoney){ 1080000000, 0, 5400000 });
	check("fix.sonnet", at, (Tokens){ .cache_read = 200000 }, (CacheMoney){ 540000000, 0, 0 });
	check("us.fix.sonnet", at, (Tokens){ .input = 1000, .cache_read = 200000 }, (CacheMoney){ 1188000000, 0, 5940000 });
	check("us.fix.sonnet", at + 1, (Tokens){ .input = 1000, .cache_read = 200000 }, (CacheMoney){ 1069200000, 0, 5346000 });
}

/* 1 x (1000 - 333) pUSD = 0.667 nUSD, 1 x 1 = 0.001; half up, also below zero: -0.5 nUSD is 0, -1.5 is -1. */
static void rounds_half_up_once(void **state)
{
	static PriceRow half[] = { { .model = "h", .micro_usd = { 500, 0, 1000, 0, 0 }, .geo_permille = 1000 } };
	const PriceTable t = { .row = half, .n = 1 };
	PriceWork w;

	(void)state;
	check("fix.odd", at, (Tokens){ .input = 1, .cache_read = 1, .cache_write_5m = 1 }, (CacheMoney){ 1, 0, 1 });
	check("fix.odd", at, (Tokens){ .cache_write_5m = 499 }, (CacheMoney){ 0, 0, 333 });
	check("fix.odd", at, (Tokens){ .cache_write_5m = 500 }, (CacheMoney){ 0, 1, 334 });
	assert_int_equal(price_work(&t, &(PriceCall){ .model = STR("h"), .at_ms = at, .tok = { .cache_read = 1 } }, &w), PRICE_OK);
	assert_int_equal(caching_money(&w).saved_nusd, 0);
	w.count[2] = 2;
	assert_int_equal(caching_money(&w).saved_nusd, -1);
	w.count[2] = 3;
	assert_int_equal(caching_money(&w).saved_nusd, -1);
}

static void what_has_no_price_saves_nothing(void **state)
{
	CacheMoney m;

	(void)state;
	assert_int_equal(of("fix.unknown", at, (Tokens){ .input = 5, .cache_read = 7 }, &m), PRICE_UNPRICED);
	assert_int_equal(of("fix.plain", at, (Tokens){ .input = 5, .cache_read = 7 }, &m), PRICE_UNPRICED);
	check("fix.plain", at, (Tokens){ .input = 5000 }, (CacheMoney){ 0, 0, 0 });      /* a model that cannot cache misses nothing */
	check("fix.free-writes", at, (Tokens){ .cache_write_5m = 1000 }, (CacheMoney){ 0, -800000, -200000 });
}

static void rates(void **state)
{
	const Tokens t = { .input = 2000, .output = 9, .cache_read = 6000, .cache_write_5m = 1000, .cache_write_1h = 1000 };

	(void)state;
	assert_int_equal(caching_prompt(&t), 10000);
	assert_int_equal(caching_rate(6000, 10000), 600000);
	assert_int_equal(caching_rate(0, 0), -1);
}

static void the_ninetieth_percentile_of_enough_hours(void **state)
{
	CacheHour h[CACHING_HOURS] = { 0 };
	int samples;

	(void)state;
	for (int i = 0; i < 20; i++)
		h[i] = (CacheHour){ 30, 1000, 10 * (i * 7 % 20 + 1) };       /* 1 % to 20 % in some order: nearest rank 18 */
	assert_int_equal(caching_achievable(h, CACHING_HOURS, &samples), 180000);
	assert_int_equal(samples, 20);
	assert_int_equal(caching_achievable(h, 12, &samples), 170000);     /* 1 8 15 2 9 16 3 10 17 4 11 18: rank 11 of 12 */
	assert_int_equal(caching_achievable(h, 11, &samples), -1);
	assert_int_equal(samples, 11);
	/* Quiet hours count together until they have as many asks as a busy one. */
	for (int i = 0; i < CACHING_HOURS; i++)
		h[i] = (CacheHour){ 10, 500, 400 };
	assert_int_equal(caching_achievable(h, CACHING_HOURS, &samples), 800000);
	assert_int_equal(samples, 56);
	memset(h, 0, sizeof h);
	assert_int_equal(caching_achievable(h, CACHING_HOURS, &samples), -1);
	assert_int_equal(samples, 0);
}

/* docs/cache.md's example: 80 % could be read of 10,000 tokens, 50 % were; 5,000 not read cost $13.50 more than read, 3,000 of them
 * could have been: 8.1. */
static void burn(void **state)
{
	const Tokens t = { .input = 4000, .cache_read = 5000, .cache_write_5m = 1000 };

	(void)state;
	assert_int_equal(caching_burn(&t, INT64_C(13500000000), 800000), INT64_C(8100000000));
	assert_int_equal(caching_burn(&t, INT64_C(13500000000), 500000), 0);
	assert_int_equal(caching_burn(&t, INT64_C(13500000000), 300000), 0);         /* better than ever: no gain below zero */
	assert_int_equal(caching_burn(&t, INT64_C(13500000000), 1000000), INT64_C(13500000000));
	assert_int_equal(caching_burn(&t, INT64_C(13500000000), -1), 0);
	assert_int_equal(caching_burn(&t, -5, 800000), 0);
	assert_int_equal(caching_burn(&(Tokens){ 0 }, 5, 800000), 0);
	assert_int_equal(caching_burn(&(Tokens){ .input = 3 }, 100, 333333), 0);      /* whole tokens only */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand), cmocka_unit_test(long_context_geography_and_discount), cmocka_unit_test(rounds_half_up_once),
		cmocka_unit_test(what_has_no_price_saves_nothing), cmocka_unit_test(rates), cmocka_unit_test(the_ninetieth_percentile_of_enough_hours),
		cmocka_unit_test(burn),
	};

	return cmocka_run_group_tests_name("caching", tests, NULL, NULL);
}
