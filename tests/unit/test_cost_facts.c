#include "unit.h"

#include "app/cost_facts.h"
#include "store_unit.h"

#define HOUR_MS INT64_C(3600000)

/* Whatever window, dimension and order of arrival: groups and hours add up to what a plain scan of the calls finds. */
static void everything_adds_up(void **state)
{
	static Fleet f;
	static Want want[FLEET_MAX];
	const Dim dims[] = { DIM_TENANT, DIM_VERSION, DIM_MODEL, DIM_TENANT_MODEL };
	Store *s;
	size_t n;

	(void)state;
	fleet_make(&f, 11);
	fleet_drop_ties(&f);
	s = must_open("facts.db", STORE_WRITE);
	for (size_t i = 0; i < f.n; i += 50)
		apply_facts(s, f.v + i, f.n - i < 50 ? f.n - i : 50, LEDGER_COMPUTED);
	n = fleet_reckon(&f, LEDGER_COMPUTED, want);
	for (int i = 0; i < 24; i++) {
		Stores from = { &s, NULL, 1 };
		FactsPlace whose = { .context = STR("x"), .stage = STR("dev"), .account = STR(""), .region = STR("r"), .basis = "est list" };
		int64_t since = fleet_start - HOUR_MS + (int64_t)dice(6 * 3600000), until = since + 1 + (int64_t)dice(30 * 3600000);
		FactsAsk q = { .from = &from, .place = &whose, .since_ms = since, .until_ms = until, .made_ms = until, .prices = &fleet_prices };
		Sums all = { 0 }, groups = { 0 }, hours = { 0 };
		Arena a = { 0 };
		CostFacts facts;

		for (size_t k = 0; k < n; k++)
			if (within(&want[k], since, until))
				sums_add(&all, &want[k].s);
		MUST(cost_facts(&q, dims[i % 4], false, &a, &facts, e));
		for (size_t k = 0; k < facts.groups; k++)
			sums_add(&groups, &facts.group[k].s);
		for (size_t k = 0; k < facts.hours; k++) {
			sums_add(&hours, &facts.hour[k].s);
			assert_true(!k || facts.hour[k].from_ms == facts.hour[k - 1].until_ms);
		}
		assert_true(facts.hour[0].from_ms == since && facts.hour[facts.hours - 1].until_ms == until);
		assert_memory_equal(&facts.total, &all, sizeof all);
		assert_memory_equal(&groups, &all, sizeof all);
		assert_memory_equal(&hours, &all, sizeof all);
		for (size_t k = 1; k < facts.groups; k++)
			assert_true(facts.group[k - 1].s.nusd >= facts.group[k].s.nusd);
		arena_done(&a);
	}
	arena_done(&f.a);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(everything_adds_up) };

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
