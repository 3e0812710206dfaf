/* Amounts worked out by hand. Each case carries its arithmetic: tokens x USD per million = micro-USD, times the factors. */
#include "unit.h"

#include "model/price.h"

#define PROFILE "arn:aws:bedrock:eu-west-1:111122223333:application-inference-profile/"
#define LIST(m, ...) { .model = m, .origin = PRICE_LIST, .geo_permille = 1000, __VA_ARGS__ }
#define OWN(m, ...) { .model = m, .origin = PRICE_OVERRIDE, .geo_permille = 1000, __VA_ARGS__ }
#define SHIP(m, geo, ...) { .model = m, .origin = PRICE_SHIPPED, .geo_permille = geo, __VA_ARGS__ }

/* Milliseconds of the days that the cases speak of, 2026, UTC. */
#define JAN_1 INT64_C(1767225600000)
#define JUL_1 INT64_C(1782864000000)
#define AUG_1 INT64_C(1785542400000)
#define SEP_1 INT64_C(1788220800000)
#define OCT_1 INT64_C(1790812800000)

static PriceRow rows[] = {
	OWN("own.import", .micro_usd = { 800000, 3200000, 80000, 1000000, 1600000 }),                 /* 0.80 3.20 0.08 1.00 1.60 */
	OWN("fix.claude", .from_ms = OCT_1, .micro_usd = { 2500000, 12500000, 250000, -1, -1 }),      /* 2.50 12.50 0.25 from October */
	OWN(PROFILE "own", .micro_usd = { 4000000, 4000000, -1, -1, -1 }),
	LIST("fix.claude", .from_ms = AUG_1, .until_ms = SEP_1, .micro_usd = { 2900000, 14500000, 290000, 3625000, 5800000 }),
	LIST("global.fix.claude", .from_ms = AUG_1, .until_ms = SEP_1, .micro_usd = { 2700000, 13500000, 270000, 3375000, 5400000 }),
	SHIP("fix.claude", 1100, .micro_usd = { 3000000, 15000000, 300000, 3750000, 6000000 }, .long_above = 200000,
	     .long_micro_usd = { 6000000, 22500000, 600000, 7500000, 12000000 }),                        /* 3 15 0.30 3.75 6; long: 6 22.50 0.60 7.50 12 */
	SHIP("fix.claude", 1100, .tier = TIER_BATCH, .micro_usd = { 1500000, 7500000, -1, -1, -1 }, .long_above = 200000,
	     .long_micro_usd = { 3000000, 11250000, -1, -1, -1 }),
	SHIP("fix.nova", 1000, .micro_usd = { 800000, 3200000, 200000, -1, -1 }),                      /* 0.80 3.20 0.20 */
	SHIP("fix.nova", 1000, .tier = TIER_PRIORITY, .micro_usd = { 1400000, 5600000, 350000, -1, -1 }),
	SHIP("fix.nova", 1000, .tier = TIER_FLEX, .micro_usd = { 400000, 1600000, 100000, -1, -1 }),
	SHIP("fix.nova", 1000, .tier = TIER_BATCH, .micro_usd = { 400000, 1600000, -1, -1, -1 }),
	SHIP("eu.fix.nova", 1000, .micro_usd = { 1050000, 4200000, 262500, -1, -1 }),
	SHIP("fix.lite", 1100, .tier = TIER_FLEX, .micro_usd = { 150000, 1250000, 37500, -1, -1 }),    /* flex only */
	SHIP("fix.micro", 1000, .micro_usd = { 35000, 140000, 8750, -1, -1 }),
	SHIP("fix.sonnet5", 1100, .until_ms = SEP_1, .micro_usd = { 2000000, 10000000, 200000, 2500000, 4000000 }),
	SHIP("fix.sonnet5", 1100, .from_ms = SEP_1, .micro_usd = { 3000000, 15000000, 300000, 3750000, 6000000 }),
	SHIP("fix.embed", 1000, .micro_usd = { 20000, 0, -1, -1, -1 }),
};

/* 10 % from July, 12.5 % from September, none from October on. */
static const PriceDiscount discounts[] = { { JUL_1, 10000 }, { SEP_1, 12500 }, { OCT_1, 0 } };
static const PriceAlias aliases[] = {
	{ STR(PROFILE "one"), STR("fix.claude") }, { STR(PROFILE "eu"), STR("eu.fix.claude") },
	{ STR(PROFILE "global"), STR("global.fix.claude") }, { STR(PROFILE "lost"), STR("fix.nowhere") },
	{ STR(PROFILE "arn"), STR("arn:aws:bedrock:eu-west-1::foundation-model/fix.nova") },
};

#define NONE (-1)
#define BIG INT64_C(10000000000)

typedef struct Case {
	const char *why, *model, *tier;
	int64_t at_ms;
	Tokens tok;                      /* input, output, cache read, write 5m, write 1h */
	int64_t nusd;
} Case;

/* Without a discount (before July). */
static const Case cases[] = {
	/* five classes that add up */
	{ "1 x 3", "fix.claude", "", JAN_1, { 1, 0, 0, 0, 0 }, 3000 },
	{ "1 x 15", "fix.claude", "", JAN_1, { 0, 1, 0, 0, 0 }, 15000 },
	{ "1 x 0.30", "fix.claude", "", JAN_1, { 0, 0, 1, 0, 0 }, 300 },
	{ "1 x 3.75", "fix.claude", "", JAN_1, { 0, 0, 0, 1, 0 }, 3750 },
	{ "1 x 6", "fix.claude", "", JAN_1, { 0, 0, 0, 0, 1 }, 6000 },
	{ "212 x 3 + 148 x 15 + 10240 x 0.30 + 2048 x 3.75 = 636 + 2220 + 3072 + 7680", "fix.claude", "", JAN_1,
	  { 212, 148, 10240, 2048, 0 }, 13608000 },
	{ "the same + 512 x 6 = 3072", "fix.claude", "", JAN_1, { 212, 148, 10240, 2048, 512 }, 16680000 },
	{ "3301 x 0.80 + 402 x 3.20 = 2640.8 + 1286.4", "fix.nova", "", JAN_1, { 3301, 402, 0, 0, 0 }, 3927200 },
	{ "no price for writes", "fix.nova", "", JAN_1, { 3301, 402, 0, 1, 0 }, NONE },
	{ "no price for 1 h writes", "fix.nova", "", JAN_1, { 3301, 402, 0, 0, 1 }, NONE },
	{ "a price of 0 is one: 1000 x 0.02 + 5 x 0", "fix.embed", "", JAN_1, { 1000, 5, 0, 0, 0 }, 20000 },
	/* half up to nUSD: 0.035 + 0.00875 a token = 35 + 8.75 nUSD */
	{ "8.75 -> 9", "fix.micro", "", JAN_1, { 0, 0, 1, 0, 0 }, 9 },
	{ "17.5 -> 18", "fix.micro", "", JAN_1, { 0, 0, 2, 0, 0 }, 18 },
	{ "26.25 -> 26", "fix.micro", "", JAN_1, { 0, 0, 3, 0, 0 }, 26 },
	{ "35 + 17.5 = 52.5 -> 53, rounded once", "fix.micro", "", JAN_1, { 1, 0, 2, 0, 0 }, 53 },
	/* tiers */
	{ "default is standard: 1000 x 0.80", "fix.nova", "default", JAN_1, { 1000, 0, 0, 0, 0 }, 800000 },
	{ "standard by its name", "fix.nova", "standard", JAN_1, { 1000, 0, 0, 0, 0 }, 800000 },
	{ "in capitals", "fix.nova", "Priority", JAN_1, { 1000, 0, 0, 0, 0 }, 1400000 },
	{ "priority: 1000 x 1.40 + 100 x 5.60 + 10 x 0.35 = 1400 + 560 + 3.5", "fix.nova", "priority", JAN_1, { 1000, 100, 10, 0, 0 }, 1963500 },
	{ "flex: 1000 x 0.40 + 100 x 1.60 + 10 x 0.10 = 400 + 160 + 1", "fix.nova", "flex", JAN_1, { 1000, 100, 10, 0, 0 }, 561000 },
	{ "reserved capacity is not paid by the token", "fix.nova", "reserved", JAN_1, { 1000, 0, 0, 0, 0 }, NONE },
	{ "a tier that nobody knows", "fix.nova", "turbo", JAN_1, { 1000, 0, 0, 0, 0 }, NONE },
	{ "a tier that the model has not", "fix.claude", "flex", JAN_1, { 1000, 0, 0, 0, 0 }, NONE },
	{ "a model that has only flex", "fix.lite", "", JAN_1, { 1000, 0, 0, 0, 0 }, NONE },
	{ "flex with its geography: (1000 x 0.15 + 10 x 1.25) x 1.1 = 162.5 x 1.1", "us.fix.lite", "flex", JAN_1, { 1000, 10, 0, 0, 0 }, 178750 },
	{ "unknown words are unpriced without tokens too", "fix.nova", "turbo", JAN_1, { 0, 0, 0, 0, 0 }, NONE },
	/* batch */
	{ "1000 x 1.50 + 1000 x 7.50", "fix.claude", "batch", JAN_1, { 1000, 1000, 0, 0, 0 }, 9000000 },
	{ "batch in Europe: 9000 x 1.1", "eu.fix.claude", "batch", JAN_1, { 1000, 1000, 0, 0, 0 }, 9900000 },
	{ "batches have no cache classes", "fix.claude", "batch", JAN_1, { 1000, 1000, 1, 0, 0 }, NONE },
	{ "a long batch: 200001 x 3 + 10 x 11.25 = 600003 + 112.5", "fix.claude", "batch", JAN_1, { 200001, 10, 0, 0, 0 }, 600115500 },
	/* long context */
	{ "200000 x 3: not above", "fix.claude", "", JAN_1, { 200000, 0, 0, 0, 0 }, 600000000 },
	{ "200001 x 6", "fix.claude", "", JAN_1, { 200001, 0, 0, 0, 0 }, 1200006000 },
	{ "cache reads count: 1 x 6 + 200000 x 0.60 = 6 + 120000", "fix.claude", "", JAN_1, { 1, 0, 200000, 0, 0 }, 120006000 },
	{ "writes count: 100000 x 7.50 + 100001 x 12 = 750000 + 1200012", "fix.claude", "", JAN_1, { 0, 0, 0, 100000, 100001 }, 1950012000 },
	{ "output does not: 1 x 3 + 300000 x 15", "fix.claude", "", JAN_1, { 1, 300000, 0, 0, 0 }, 4500003000 },
	{ "output of a long prompt: 200001 x 6 + 1000 x 22.50", "fix.claude", "", JAN_1, { 200001, 1000, 0, 0, 0 }, 1222506000 },
	{ "long, in a geography: 1200006 x 1.1", "jp.fix.claude", "", JAN_1, { 200001, 0, 0, 0, 0 }, 1320006600 },
	/* geographies */
	{ "us: (3 + 15) x 1.1", "us.fix.claude", "", JAN_1, { 1, 1, 0, 0, 0 }, 19800 },
	{ "eu: (3 + 15 + 0.30 + 3.75 + 6) x 1.1", "eu.fix.claude", "", JAN_1, { 1, 1, 1, 1, 1 }, 30855 },
	{ "global: no premium", "global.fix.claude", "", JAN_1, { 1, 1, 0, 0, 0 }, 18000 },
	{ "a row of its own: 1000 x 1.05", "eu.fix.nova", "", JAN_1, { 1000, 0, 0, 0, 0 }, 1050000 },
	{ "its neighbour: 1000 x 0.80 x 1.0", "apac.fix.nova", "", JAN_1, { 1000, 0, 0, 0, 0 }, 800000 },
	{ "a row of its own has no flex, and the base's is not its", "eu.fix.nova", "flex", JAN_1, { 1000, 0, 0, 0, 0 }, NONE },
	{ "an ARN of a system profile", "arn:aws:bedrock:us-east-1:111122223333:inference-profile/us.fix.claude", "", JAN_1, { 1, 0, 0, 0, 0 }, 3300 },
	{ "an ARN of a model", "arn:aws:bedrock:us-east-1::foundation-model/fix.claude", "", JAN_1, { 1, 0, 0, 0, 0 }, 3000 },
	{ "a prefix that is none", "mars.fix.claude", "", JAN_1, { 1, 0, 0, 0, 0 }, NONE },
	/* price changes */
	{ "the last millisecond of August, and the list's price of the month: 1000 x 2.90", "fix.claude", "", SEP_1 - 1, { 1000, 0, 0, 0, 0 }, 2900000 },
	{ "2 before the change", "fix.sonnet5", "", JAN_1, { 1000, 0, 0, 0, 0 }, 2000000 },
	{ "twice the change in one window: 2 x 1.1", "us.fix.sonnet5", "", JAN_1, { 1000, 0, 0, 0, 0 }, 2200000 },
	/* application inference profiles */
	{ "a profile of one model: 1000 x 3", PROFILE "one", "", JAN_1, { 1000, 0, 0, 0, 0 }, 3000000 },
	{ "a profile of a geography: 3000 x 1.1", PROFILE "eu", "", JAN_1, { 1000, 0, 0, 0, 0 }, 3300000 },
	{ "of the global one", PROFILE "global", "", JAN_1, { 1000, 0, 0, 0, 0 }, 3000000 },
	{ "resolved to an ARN: 1000 x 0.80", PROFILE "arn", "", JAN_1, { 1000, 0, 0, 0, 0 }, 800000 },
	{ "its tier holds: 1000 x 0.40", PROFILE "arn", "flex", JAN_1, { 1000, 0, 0, 0, 0 }, 400000 },
	{ "not resolved yet", PROFILE "new", "", JAN_1, { 48211, 3, 0, 0, 0 }, NONE },
	{ "resolved to a model without a price", PROFILE "lost", "", JAN_1, { 1, 0, 0, 0, 0 }, NONE },
	{ "priced by hand: 1000 x 4", PROFILE "own", "", JAN_1, { 1000, 0, 0, 0, 0 }, 4000000 },
	{ "other ARNs name no model", "arn:aws:bedrock:eu-west-1:111122223333:provisioned-model/one", "", JAN_1, { 1, 0, 0, 0, 0 }, NONE },
	/* overrides and the price list */
	{ "a model of one's own: 1000 x 0.80 + 10 x 3.20 + 5 x 0.08 + 4 x 1 + 3 x 1.60 = 800 + 32 + 0.4 + 4 + 4.8", "own.import", "", JAN_1,
	  { 1000, 10, 5, 4, 3 }, 841200 },
	{ "an override is about the standard tier", "own.import", "flex", JAN_1, { 1000, 0, 0, 0, 0 }, NONE },
	/* huge counts */
	{ "10^10 x 15", "fix.claude", "", JAN_1, { 0, BIG, 0, 0, 0 }, INT64_C(150000000000000) },
	{ "more than that is that", "fix.claude", "", JAN_1, { 0, INT64_MAX, 0, 0, 0 }, INT64_C(150000000000000) },
	{ "less than nothing is nothing", "fix.claude", "", JAN_1, { INT64_MIN, 1, -1, -7, -9 }, 15000 },
	{ "all five, long: 10^10 x (6 + 22.50 + 0.60 + 7.50 + 12) = 486 x 10^9, x 1.1", "us.fix.claude", "", JAN_1, { BIG, BIG, BIG, BIG, BIG },
	  INT64_C(534600000000000) },
	{ "0 tokens cost 0", "fix.claude", "", JAN_1, { 0, 0, 0, 0, 0 }, 0 },
	{ "no model", "", "", JAN_1, { 1, 0, 0, 0, 0 }, NONE },
};

/* With the discount of their time. */
static const Case net_cases[] = {
	{ "July: 1000 x 3 x 0.9", "fix.claude", "", JUL_1, { 1000, 0, 0, 0, 0 }, 2700000 },
	{ "the millisecond before", "fix.claude", "", JUL_1 - 1, { 1000, 0, 0, 0, 0 }, 3000000 },
	{ "July in the US: 3000 x 1.1 x 0.9", "us.fix.claude", "", JUL_1, { 1000, 0, 0, 0, 0 }, 2970000 },
	{ "rounded once: 35 x 0.9 = 31.5 -> 32", "fix.micro", "", JUL_1, { 1, 0, 0, 0, 0 }, 32 },
	{ "8.75 x 0.9 = 7.875 -> 8", "fix.micro", "", JUL_1, { 0, 0, 1, 0, 0 }, 8 },
	{ "52.5 x 0.9 = 47.25 -> 47, not 53 x 0.9", "fix.micro", "", JUL_1, { 1, 0, 2, 0, 0 }, 47 },
	{ "flex less the discount: 400 x 0.9", "fix.nova", "flex", JUL_1, { 1000, 0, 0, 0, 0 }, 360000 },
	{ "an override less the discount: 800 x 0.9", "own.import", "", JUL_1, { 1000, 0, 0, 0, 0 }, 720000 },
	{ "August, by the list: 1000 x 2.90 x 0.9", "fix.claude", "", AUG_1, { 1000, 0, 0, 0, 0 }, 2610000 },
	{ "the list's regional price has no factor: 2900 x 0.9", "us.fix.claude", "", AUG_1, { 1000, 0, 0, 0, 0 }, 2610000 },
	{ "its global one: 2700 x 0.9", "global.fix.claude", "", AUG_1, { 1000, 0, 0, 0, 0 }, 2430000 },
	{ "what the list has no batch for, the shipped table has: 1500 x 0.9", "fix.claude", "batch", AUG_1, { 1000, 0, 0, 0, 0 }, 1350000 },
	{ "the last millisecond of August", "fix.claude", "", SEP_1 - 1, { 1000, 0, 0, 0, 0 }, 2610000 },
	{ "September: the list has ended, 3000 x 0.875", "fix.claude", "", SEP_1, { 1000, 0, 0, 0, 0 }, 2625000 },
	{ "35 x 0.875 = 30.625 -> 31", "fix.micro", "", SEP_1, { 1, 0, 0, 0, 0 }, 31 },
	{ "a new price and a new discount: 1000 x 3 x 0.875", "fix.sonnet5", "", SEP_1, { 1000, 0, 0, 0, 0 }, 2625000 },
	{ "the old of both: 1000 x 2 x 0.9", "fix.sonnet5", "", SEP_1 - 1, { 1000, 0, 0, 0, 0 }, 1800000 },
	{ "October: the override, no discount, no premium: 1000 x 2.50", "eu.fix.claude", "", OCT_1, { 1000, 0, 0, 0, 0 }, 2500000 },
	{ "the override lacks writes", "fix.claude", "", OCT_1, { 1000, 0, 0, 1, 0 }, NONE },
	{ "a profile goes by it too: 2500", PROFILE "eu", "", OCT_1, { 1000, 0, 0, 0, 0 }, 2500000 },
	{ "the override does not stand for batches: 1000 x 1.50", "fix.claude", "batch", OCT_1, { 1000, 0, 0, 0, 0 }, 1500000 },
};

static PriceTable table = { .row = rows, .n = sizeof rows / sizeof *rows, .alias = aliases, .aliases = sizeof aliases / sizeof *aliases };

static void run(const PriceTable *t, const Case *c, size_t n, const char *what)
{
	for (size_t i = 0; i < n; i++) {
		PriceWork w;
		PriceVerdict v = price_work(t, &(PriceCall){ str_of(c[i].model), str_of(c[i].tier), c[i].at_ms, c[i].tok }, &w);

		if ((v == PRICE_OK ? w.nusd : NONE) != c[i].nusd)
			fail_msg("%s %zu (%s): %lld instead of %lld", what, i, c[i].why, (long long)w.nusd, (long long)c[i].nusd);
		if (v == PRICE_UNPRICED)
			assert_int_equal(w.nusd, 0);
	}
}

static void by_hand(void **state)
{
	(void)state;
	assert_true(sizeof cases / sizeof *cases >= 60);
	run(&table, cases, sizeof cases / sizeof *cases, "list");
}

static void by_hand_with_a_discount(void **state)
{
	PriceTable net = table;

	(void)state;
	net.discount = discounts;
	net.discounts = sizeof discounts / sizeof *discounts;
	run(&net, net_cases, sizeof net_cases / sizeof *net_cases, "net");
}

static void the_index_finds_what_looking_through_finds(void **state)
{
	PriceTable t = table;
	Arena a = { 0 };

	(void)state;
	price_index(&t, &a);
	run(&t, cases, sizeof cases / sizeof *cases, "indexed list");
	t.discount = discounts;
	t.discounts = sizeof discounts / sizeof *discounts;
	run(&t, net_cases, sizeof net_cases / sizeof *net_cases, "indexed net");
	arena_done(&a);
}

static void the_work_says_how(void **state)
{
	PriceTable net = table;
	PriceWork w;

	(void)state;
	net.discount = discounts;
	net.discounts = sizeof discounts / sizeof *discounts;
	assert_int_equal(price_work(&net, &(PriceCall){ STR("us.fix.claude"), STR(""), JUL_1, { 200001, 1, 0, 0, 0 } }, &w), PRICE_OK);
	assert_true(w.long_context);
	assert_int_equal(w.geo_permille, 1100);
	assert_int_equal(w.milli_percent, 10000);
	assert_int_equal(w.micro_usd[0], 6000000);
	assert_int_equal(w.row->origin, PRICE_SHIPPED);
	assert_int_equal(price_work(&net, &(PriceCall){ STR(PROFILE "eu"), STR("default"), JUL_1, { 1, 0, 0, 0, 0 } }, &w), PRICE_OK);
	assert_true(str_is(w.model, "eu.fix.claude"));
	assert_int_equal(price_work(&net, &(PriceCall){ STR("fix.nova"), STR(""), JUL_1, { 1, 0, 0, 0, 7 } }, &w), PRICE_UNPRICED);
	assert_int_equal(w.lacks, 4);
	assert_int_equal(price_work(&net, &(PriceCall){ STR("fix.nova"), STR("turbo"), JUL_1, { 1, 0, 0, 0, 7 } }, &w), PRICE_UNPRICED);
	assert_null(w.row);
	assert_int_equal(w.tier, TIER_UNKNOWN);
}

/* The dearest row prices them at its dearest: long context, its geography. Cache writes leave only claude's rows. */
static void the_dearest_is_a_bound(void **state)
{
	const Tokens plain = { 1000, 100, 0, 0, 0 }, writes = { 0, 0, 0, 0, 10 }, none = { 0, 0, 0, 0, 0 };
	const PriceRow *row;

	(void)state;
	assert_int_equal(price_dearest(&table, JAN_1, &plain, &row), 9075000);       /* (1000 x 6 + 100 x 22.50) x 1.1 = 8250 x 1.1 */
	assert_string_equal(row->model, "fix.claude");
	assert_int_equal(price_dearest(&table, JAN_1, &writes, &row), 132000);       /* 10 x 12 x 1.1 */
	assert_int_equal(price_dearest(&table, JAN_1, &none, &row), 0);
	assert_non_null(row);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (cases[i].nusd >= 0 && cases[i].tok.input >= 0)
			assert_true(price_dearest(&table, cases[i].at_ms, &cases[i].tok, NULL) >= cases[i].nusd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_hand), cmocka_unit_test(by_hand_with_a_discount), cmocka_unit_test(the_index_finds_what_looking_through_finds),
		cmocka_unit_test(the_work_says_how), cmocka_unit_test(the_dearest_is_a_bound),
	};

	return cmocka_run_group_tests_name("price_cases", tests, NULL, NULL);
}
