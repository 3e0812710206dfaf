#include "unit.h"

#include "app/judge.h"
#include "base/xalloc.h"

enum { MIN = 60000 };

static const int64_t steps[] = { 50, 80, 100 };
static AlertRule rules[2];
static Budget budgets[2];
static MeasureAsk ask;
static Measures m;
static bool known[2];
static Measured readings[400];
static BudgetSpent spent[2];
static Arena arena;

/* What the store would hold: the rows of the last look over those of before. */
static AlertRow kept[600];
static size_t kept_n;
static BudgetRow kept_budget[2];
static size_t kept_budget_n;
static Judged last;

static int begin(void **state)
{
	(void)state;
	rules[0] = (AlertRule){ .id = STR("err"), .metric = METRIC_HOUR_SHARE, .by = BY_POINTER, .above = 50000, .below = ALERT_NONE, .plus = ALERT_NONE,
	                        .ratio = ALERT_NONE, .clear = ALERT_NONE, .for_ms = 0, .min_count = 1, .severity = SEVERITY_CRITICAL };
	rules[1] = rules[0];
	rules[1].id = STR("slow");
	budgets[0] = (Budget){ .id = STR("day"), .period = PERIOD_DAY, .limit_nusd = 1000, .percent = steps, .percents = 3 };
	budgets[1] = (Budget){ .id = STR("other"), .context = STR("elsewhere"), .period = PERIOD_DAY, .limit_nusd = 1, .percent = steps, .percents = 3 };
	ask = (MeasureAsk){ .now_ms = INT64_C(1790000000000), .rule = rules, .rules = 2, .context = STR("dev") };
	m = (Measures){ .v = readings, .known = known };
	known[0] = known[1] = true;
	kept_n = kept_budget_n = 0;
	memset(spent, 0, sizeof spent);
	return 0;
}

static void reading(const AlertRule *r, const char *key, int64_t value)
{
	readings[m.n++] = (Measured){ r, str_of(key), { true, value, ALERT_NONE, 40 }, STR("upsell"), STR("2.2") };
}

static void keep(const AlertRow *r)
{
	for (size_t i = 0; i < kept_n; i++)
		if (str_eq(kept[i].rule, r->rule) && str_eq(kept[i].key, r->key)) {
			kept[i] = *r;
			return;
		}
	kept[kept_n++] = *r;
}

static void look(void)
{
	JudgeIn in = { &ask, &m, spent, kept, kept_n, kept_budget, kept_budget_n };

	judged_done(&last);
	judge(&in, &arena, &last);
	for (size_t i = 0; i < last.rows; i++)
		keep(&last.row[i]);
	for (size_t i = 0; i < last.budgets; i++)
		kept_budget[kept_budget_n = 0] = last.budget[i], kept_budget_n = 1;
	ask.now_ms += 30000;
	m.n = 0;
}

static const AlertRow *row(const char *rule, const char *key)
{
	for (size_t i = 0; i < kept_n; i++)
		if (str_is(kept[i].rule, rule) && str_is(kept[i].key, key))
			return &kept[i];
	return NULL;
}

static void each_key_for_itself(void **state)
{
	(void)state;
	reading(&rules[0], "a/route", 90000);
	reading(&rules[0], "b/route", 10000);
	look();
	assert_int_equal(kept_n, 1);                         /* what is well leaves no row */
	assert_true(last.changed && last.firing == 1);
	assert_int_equal(row("err", "a/route")->st.phase, PHASE_FIRING);
	assert_true(row("err", "a/route")->episode == 1 && str_is(row("err", "a/route")->version, "2.2") && row("err", "a/route")->threshold == 50000);
	reading(&rules[0], "a/route", 91000);
	readings[0].version = STR("2.1");
	look();
	assert_false(last.changed);                          /* once */
	assert_int_equal(row("err", "a/route")->value, 91000);
	assert_true(str_is(row("err", "a/route")->version, "2.2"));      /* the suspect stays */
	reading(&rules[0], "a/route", 20000);
	reading(&rules[1], "a/route", 90000);
	look();
	assert_true(last.changed && last.firing == 1);
	assert_int_equal(row("err", "a/route")->st.phase, PHASE_OK);
	reading(&rules[0], "a/route", 90000);
	reading(&rules[1], "a/route", 90000);
	look();
	assert_int_equal(row("err", "a/route")->episode, 2);
	assert_int_equal(last.firing, 2);
}

static void what_is_gone_is_over_unless_nothing_is_known(void **state)
{
	(void)state;
	reading(&rules[0], "a/route", 90000);
	look();
	known[0] = false;
	look();
	look();
	assert_int_equal(row("err", "a/route")->st.phase, PHASE_FIRING);
	assert_true(row("err", "a/route")->st.missing && row("err", "a/route")->value == 90000);
	known[0] = true;
	look();
	assert_int_equal(row("err", "a/route")->st.phase, PHASE_OK);
	assert_int_equal(row("err", "a/route")->value, 90000);           /* the last figures stay to be seen */
	/* A rule that is switched off takes its alerts with it. */
	reading(&rules[0], "a/route", 90000);
	look();
	assert_int_equal(row("err", "a/route")->st.phase, PHASE_FIRING);
	rules[0].off = true;
	look();
	assert_true(last.changed);
	assert_int_equal(row("err", "a/route")->st.phase, PHASE_OK);
}

static void at_most_so_many_keys(void **state)
{
	(void)state;
	for (int i = 0; i < 300; i++)
		reading(&rules[0], arena_printf(&arena, "k%d", i).p, 90000);
	look();
	assert_int_equal(last.firing, JUDGE_KEYS);
	assert_int_equal(last.dropped, 100);
	/* The next look judges the same ones, whatever their order: none of them ends and begins again. */
	for (int i = 299; i >= 0; i--)
		reading(&rules[0], arena_printf(&arena, "k%d", i).p, 90000);
	look();
	for (size_t i = 0; i < kept_n; i++)
		assert_true(kept[i].episode == 1 && kept[i].st.phase == PHASE_FIRING);
}

static void budgets_tell_each_threshold_once(void **state)
{
	const AlertRow *r;

	(void)state;
	ask.budget = budgets;
	ask.budgets = 2;
	spent[0] = (BudgetSpent){ .from_ms = 86400000, .spent_nusd = 400 };
	spent[1] = (BudgetSpent){ .from_ms = 86400000, .spent_nusd = 400 };
	look();
	assert_int_equal(kept_n, 0);
	assert_int_equal(kept_budget_n, 1);                  /* that of another context is not ours */
	spent[0].spent_nusd = 850;
	look();
	r = row(BUDGET_RULE, "day");
	assert_true(r && r->st.phase == PHASE_FIRING && r->threshold == 800000 && r->value == 850000 && r->severity == SEVERITY_WARNING);
	assert_int_equal(r->episode, 1);
	spent[0].spent_nusd = 990;
	look();
	assert_true(!last.changed && r->episode == 1 && r->value == 990000);
	spent[0].spent_nusd = 1100;
	look();
	assert_true(last.changed && r->episode == 2 && r->severity == SEVERITY_CRITICAL);   /* not covered by an acknowledgement of 80 % */
	spent[0].spent_nusd = 900;                           /* a correction */
	look();
	assert_true(!last.changed && r->threshold == 1000000);
	spent[0] = (BudgetSpent){ .from_ms = 2 * 86400000, .spent_nusd = 3 };
	look();
	assert_true(last.changed && r->st.phase == PHASE_OK);
}

static void traces_have_alerts_of_their_own(void **state)
{
	TraceSum t[2] = { { .trace = STR("t-1"), .agent = STR("up"), .version = STR("1"), .nusd = 900 }, { .trace = STR("t-2"), .nusd = 2000 } };

	(void)state;
	budgets[0].period = PERIOD_TRACE;
	ask.budget = budgets;
	ask.budgets = 1;
	spent[0] = (BudgetSpent){ .spent_nusd = 2000, .trace = t, .traces = 2 };
	look();
	assert_true(row(BUDGET_RULE, "day/t-1")->severity == SEVERITY_WARNING && row(BUDGET_RULE, "day/t-2")->severity == SEVERITY_CRITICAL);
	assert_true(str_is(row(BUDGET_RULE, "day/t-1")->agent, "up"));
	spent[0].traces = 1;
	look();
	assert_int_equal(row(BUDGET_RULE, "day/t-1")->st.phase, PHASE_FIRING);
	assert_int_equal(row(BUDGET_RULE, "day/t-2")->st.phase, PHASE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(each_key_for_itself, begin), cmocka_unit_test_setup(what_is_gone_is_over_unless_nothing_is_known, begin),
		cmocka_unit_test_setup(at_most_so_many_keys, begin), cmocka_unit_test_setup(budgets_tell_each_threshold_once, begin),
		cmocka_unit_test_setup(traces_have_alerts_of_their_own, begin),
	};
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	judged_done(&last);
	arena_done(&arena);
	return rc;
}
