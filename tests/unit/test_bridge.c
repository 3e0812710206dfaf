/* The bridge: whatever the figures, its effects add up; and what alone is different is alone what it names. */
#include "unit.h"

#include "model/bridge.h"

static uint64_t dice_state = 20261121;
static int64_t dice(int64_t sides)
{
	dice_state = dice_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((dice_state >> 20) % (uint64_t)sides);
}

static const int64_t weight[PRICE_CLASSES] = { 3000000, 15000000, 300000, 3750000, 6000000 };

static BridgeSums times(BridgeSums s, int64_t k)
{
	return (BridgeSums){ s.nusd * k, s.jobs * k, s.retries * k, s.cache_hits * k,
	                     { s.tok.input * k, s.tok.output * k, s.tok.cache_read * k, s.tok.cache_write_5m * k, s.tok.cache_write_1h * k } };
}

/* What the tokens cost: the amount that a booking at these prices has. */
static int64_t worth(const Tokens *t)
{
	return t->input * weight[0] / 1000 + t->output * weight[1] / 1000 + t->cache_read * weight[2] / 1000 + t->cache_write_5m * weight[3] / 1000 +
	       t->cache_write_1h * weight[4] / 1000;
}

static BridgePart part_of(BridgeSums now, BridgeSums base)
{
	BridgePart p = { .now = now, .base = times(base, 1000) };

	memcpy(p.weight, weight, sizeof weight);
	return p;
}

static BridgeSums usual(int64_t jobs)
{
	BridgeSums s = { .jobs = jobs, .retries = jobs / 10, .cache_hits = jobs / 5,
	                 .tok = { jobs * 1000, jobs * 300, jobs * 4000, jobs * 200, jobs * 100 } };

	s.nusd = worth(&s.tok);
	return s;
}

static void only(const Bridge *b, BridgeEffect e)
{
	int64_t delta = b->now_nusd - b->base_nusd;

	assert_int_not_equal(delta, 0);
	for (int k = 0; k < BRIDGE_EFFECTS; k++)
		if (b->effect[k] != (k == (int)e ? delta : 0))
			fail_msg("%s is %lld of a difference of %lld that %s alone makes", bridge_effect_name((BridgeEffect)k),
			         (long long)b->effect[k], (long long)delta, bridge_effect_name(e));
}

static Bridge explain(BridgeSums now, BridgeSums base)
{
	BridgePart p = part_of(now, base);
	Bridge b;

	bridge_explain(&p, 1, &b);
	return b;
}

static void equal_sides_have_no_effects(void **state)
{
	Bridge b = explain(usual(500), usual(500));

	(void)state;
	assert_int_equal(b.now_nusd, b.base_nusd);
	for (int k = 0; k < BRIDGE_EFFECTS; k++)
		assert_int_equal(b.effect[k], 0);
	bridge_explain(NULL, 0, &b);
	assert_int_equal(b.now_nusd - b.base_nusd, 0);
}

static void jobs_alone(void **state)
{
	BridgePart two[2] = { part_of(usual(1500), usual(500)), part_of(usual(300), usual(100)) };
	Bridge b = explain(usual(1500), usual(500));

	(void)state;
	only(&b, BRIDGE_JOBS);
	b = explain(usual(100), usual(500));
	only(&b, BRIDGE_JOBS);
	b = explain(usual(100), (BridgeSums){ 0 });
	only(&b, BRIDGE_JOBS);
	b = explain((BridgeSums){ 0 }, usual(100));
	only(&b, BRIDGE_JOBS);
	bridge_explain(two, 2, &b);
	only(&b, BRIDGE_JOBS);
}

static void tokens_alone(void **state)
{
	BridgeSums longer = usual(500);
	Bridge b;

	(void)state;
	longer.tok.output *= 3;
	longer.nusd = worth(&longer.tok);
	b = explain(longer, usual(500));
	only(&b, BRIDGE_TOKENS);
	longer = usual(500);
	longer.tok = (Tokens){ longer.tok.input * 2, longer.tok.output, longer.tok.cache_read * 2, longer.tok.cache_write_5m * 2,
	                       longer.tok.cache_write_1h * 2 };
	longer.nusd = worth(&longer.tok);
	b = explain(longer, usual(500));
	only(&b, BRIDGE_TOKENS);
	b = explain(usual(500), longer);
	only(&b, BRIDGE_TOKENS);
}

/* Every job was tried twice as often, and has twice the tokens. */
static void retries_alone(void **state)
{
	BridgeSums base = usual(500), now;
	Bridge b;

	(void)state;
	base.retries = 0;
	now = base;
	now.retries = 500;
	now.tok = times(base, 2).tok;
	now.nusd = worth(&now.tok);
	b = explain(now, base);
	only(&b, BRIDGE_RETRIES);
	b = explain(base, now);
	only(&b, BRIDGE_RETRIES);
}

/* Attempts that leave no tokens behind, as throttled ones, cost nothing. */
static void retries_without_tokens_cost_nothing(void **state)
{
	BridgeSums now = usual(500);
	Bridge b;

	(void)state;
	now.retries = 5000;
	b = explain(now, usual(500));
	assert_int_equal(b.effect[BRIDGE_RETRIES], 0);
	now.tok.output *= 2;
	now.nusd = worth(&now.tok);
	b = explain(now, usual(500));
	only(&b, BRIDGE_RETRIES);                /* as far as tokens grew, the attempts account for it */
	now.retries = 50;
	b = explain(now, usual(500));
	only(&b, BRIDGE_TOKENS);
}

static void cache_alone(void **state)
{
	BridgeSums now = usual(500), hit = usual(500);
	Bridge b;

	(void)state;
	/* What was read from the prompt cache is paid in full. */
	now.tok.input += now.tok.cache_read;
	now.tok.cache_read = 0;
	now.nusd = worth(&now.tok);
	b = explain(now, usual(500));
	assert_true(b.now_nusd > b.base_nusd);
	only(&b, BRIDGE_CACHE);
	b = explain(usual(500), now);
	only(&b, BRIDGE_CACHE);
	/* Half of the jobs that usually reach the model are answered from the answer cache. */
	hit.cache_hits += 200;
	hit.tok = (Tokens){ 250000, 75000, 1000000, 50000, 25000 };
	hit.nusd = worth(&hit.tok);
	b = explain(hit, usual(500));
	assert_true(b.now_nusd < b.base_nusd);
	only(&b, BRIDGE_CACHE);
	/* Usually all of them are. */
	b = explain(usual(500), (BridgeSums){ .jobs = 500, .cache_hits = 500 });
	only(&b, BRIDGE_CACHE);
}

static void mix_alone(void **state)
{
	BridgeSums dear = times(usual(100), 1), cheap = usual(100);
	BridgePart p[2], moved[2];
	Bridge b;

	(void)state;
	cheap.nusd /= 10;
	p[0] = part_of(times(dear, 3), times(dear, 2));
	p[1] = part_of(times(cheap, 1), times(cheap, 2));
	bridge_explain(p, 2, &b);
	only(&b, BRIDGE_MIX);
	/* All go to a model that was not used before. */
	moved[0] = part_of((BridgeSums){ 0 }, cheap);
	moved[1] = part_of(dear, (BridgeSums){ 0 });
	bridge_explain(moved, 2, &b);
	only(&b, BRIDGE_MIX);
}

static void price_alone(void **state)
{
	BridgeSums dearer = usual(500), reported = { .nusd = 7000, .jobs = 10 }, more = { .nusd = 9000, .jobs = 10 };
	Bridge b;

	(void)state;
	dearer.nusd = dearer.nusd * 11 / 10;
	b = explain(dearer, usual(500));
	only(&b, BRIDGE_PRICE);
	b = explain(more, reported);             /* without tokens nothing else is known */
	only(&b, BRIDGE_PRICE);
}

/* A model without a price in the table, booked as reported: its tokens count alike. */
static void tokens_without_prices(void **state)
{
	BridgePart p = { .now = { .nusd = 4000, .jobs = 10, .tok = { 200, 200, 0, 0, 0 } },
	                 .base = { .nusd = 2000000, .jobs = 10000, .tok = { 100000, 100000, 0, 0, 0 } }, .weight = { -1, -1, -1, -1, -1 } };
	Bridge b;

	(void)state;
	bridge_explain(&p, 1, &b);
	only(&b, BRIDGE_TOKENS);
}

static int64_t any_count(void)
{
	switch (dice(6)) {
	case 0: return 0;
	case 1: return dice(3);
	case 2: return dice(1000);
	case 3: return dice(INT64_C(1000000000));
	case 4: return dice(INT64_MAX);
	default: return dice(100000);
	}
}

static BridgeSums any_sums(bool hostile)
{
	BridgeSums s = { any_count(), any_count(), any_count(), any_count(), { any_count(), any_count(), any_count(), any_count(), any_count() } };

	if (hostile && dice(3) == 0)
		s = (BridgeSums){ INT64_MIN, INT64_MAX, -5, INT64_MAX, { INT64_MIN, INT64_MAX, INT64_MAX, INT64_MAX, INT64_MAX } };
	if (!hostile)
		s.nusd %= INT64_C(1000000000000000);
	return s;
}

static void check_sum(const Bridge *b)
{
	uint64_t sum = 0;

	for (int k = 0; k < BRIDGE_EFFECTS; k++)
		sum += (uint64_t)b->effect[k];
	if (sum != (uint64_t)b->now_nusd - (uint64_t)b->base_nusd)
		fail_msg("effects add up to %lld, the difference is %lld", (long long)sum, (long long)(b->now_nusd - b->base_nusd));
}

static void effects_always_add_up(void **state)
{
	enum { PARTS = 6, ROUNDS = 20000 };
	BridgePart p[PARTS];
	Bridge b;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int64_t now = 0, base = 0;
		size_t n = (size_t)dice(PARTS + 1);
		bool hostile = round % 5 == 0;

		for (size_t i = 0; i < n; i++) {
			p[i] = (BridgePart){ .now = any_sums(hostile), .base = any_sums(hostile) };
			for (int k = 0; k < PRICE_CLASSES; k++)
				p[i].weight[k] = any_count() - 1;
			now += hostile ? 0 : p[i].now.nusd;
			base += hostile ? 0 : (p[i].base.nusd + 500) / 1000;
		}
		bridge_explain(p, n, &b);
		check_sum(&b);
		for (int k = 0; k < BRIDGE_EFFECTS && n; k++) {
			uint64_t of_parts = 0;

			for (size_t i = 0; i < n; i++)
				of_parts += (uint64_t)p[i].effect[k];
			assert_true(of_parts == (uint64_t)b.effect[k]);
		}
		if (!hostile) {
			assert_int_equal(b.now_nusd, now);
			assert_int_equal(b.base_nusd, base);
		}
	}
}

/* The order of the parts does not matter. */
static void parts_in_any_order(void **state)
{
	BridgePart p[3], q[3];
	Bridge a, b;

	(void)state;
	for (int round = 0; round < 1000; round++) {
		for (int i = 0; i < 3; i++) {
			p[i] = part_of(usual(1 + dice(1000)), usual(dice(1000)));
			q[2 - i] = p[i];
		}
		bridge_explain(p, 3, &a);
		bridge_explain(q, 3, &b);
		assert_memory_equal(&a, &b, sizeof a);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_sides_have_no_effects),
		cmocka_unit_test(jobs_alone),
		cmocka_unit_test(tokens_alone),
		cmocka_unit_test(retries_alone),
		cmocka_unit_test(retries_without_tokens_cost_nothing),
		cmocka_unit_test(cache_alone),
		cmocka_unit_test(mix_alone),
		cmocka_unit_test(price_alone),
		cmocka_unit_test(tokens_without_prices),
		cmocka_unit_test(effects_always_add_up),
		cmocka_unit_test(parts_in_any_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
