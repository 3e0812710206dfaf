#include "unit.h"

#include "base/str.h"
#include "conf/watched.h"

/* Each shipped rule crosses its limits both ways: a row for each. Values in the unit of the metric, USD and shares as people write them. */
typedef struct Case {
	const char *id;
	double fires, usual;           /* usual NONE: it needs none */
	double not_yet;                /* on the good side of the limit by a little */
	double between;                /* does not fire, and does not end what fires; NONE: there is no such value */
	double clear;
	int64_t count;
} Case;

#define NONE (-1.0)
static const Case cases[] = {
	/* Shares: 45 of 100 where 15 % is the limit is no chance; 6 of 100 where 5 % is the limit is one (not_yet). */
	{ "err-high", 0.45, 0.01, 0.06, 0.045, 0.03, 100 },
	{ "err-after-move", 0.45, 0.01, 0.035, 0.029, 0.01, 100 },
	{ "fail-streak", 5, NONE, 4, 4, 0, 5 },
	{ "silent-agent", 1000, 60, 800, 850, 500, 6 },
	{ "slow", 2500, 1000, 1950, 1900, 1000, 100 },
	{ "moved-outside", 1, NONE, 0, NONE, 0, 1 },
	{ "left-restored", 1, NONE, 0, NONE, 0, 1 },
	{ "stop-overdue", 1, NONE, 0, NONE, 0, 1 },
	{ "model-retiring", 59, NONE, 60, 63, 70, 1 },
	{ "throttled", 0.33, NONE, 0.03, 0.015, 0.01, 100 },
	{ "stuck-jobs", 1, NONE, 0, NONE, 0, 1 },
	{ "trace-cost", 5.01, NONE, 5, 4.8, 4.4, 12 },
	{ "trace-calls", 51, NONE, 50, 48, 40, 51 },
	{ "trace-long", 31, NONE, 30, 28, 20, 2 },
	{ "spend-high", 30, 5, 24.9, 23.5, 10, 40 },
	{ "spend-critical", 70, 5, 54.9, 51, 10, 40 },
	{ "spend-tenant", 9, 2, 6.9, 6.7, 2, 10 },
	{ "spend-agent", 9, 2, 6.9, 6.7, 2, 10 },
	{ "tenant-share", 0.5, 0.1, 0.4, 0.38, 0.34, 30 },
	{ "dearer-after-move", 0.03, 0.01, 0.015, 0.0145, 0.01, 30 },
	{ "cache-drop", 5.01, NONE, 5, 4, 3, 30 },
	{ "unpinned", 1, NONE, 0, NONE, 0, 1 },
	{ "unpriced", 1, NONE, 0, NONE, 0, 1 },
	{ "feed-old", 100, 30, 90, 85, 60, 1 },
	{ "seen-low", 0.94, NONE, 0.95, 0.955, 0.97, 100 },
	{ "bill-drift", 61, 1200, 59, 55, 10, 1 },
	{ "credentials", 899, NONE, 900, 1100, 1200, 1 },
};

static const AlertRule *rule_of(const char *id)
{
	for (size_t i = 0; i < alert_builtin_count; i++)
		if (str_is(alert_builtin[i].id, id))
			return &alert_builtin[i];
	fail_msg("there is no rule %s", id);
	return NULL;
}

static int64_t unit_of(const AlertRule *r, double v)
{
	AlertUnit u = metric_info(r->metric)->unit;

	return v == NONE ? ALERT_NONE : (int64_t)(v * (u == UNIT_USD || u == UNIT_USD_HOUR ? 1e9 : 1e6) + 0.5);
}

typedef struct Run { const AlertRule *r; const Case *c; AlertStatus s; int64_t now; } Run;

/* Looks every half minute for as long as `for` says and one more; the events of all of them, and how many looks there were before the first. */
static AlertEvent see(Run *t, double value, int64_t count, int *before)
{
	AlertReading x = { KNOWN, unit_of(t->r, value), unit_of(t->r, t->c->usual), count };
	AlertEvent seen = EVENT_NONE;

	for (int i = 0; i <= t->r->for_ms / 30000; i++, t->now += 30000) {
		AlertEvent e = alert_step(t->r, &x, t->now, &t->s);

		if (e == EVENT_NONE)
			continue;
		assert_int_equal(seen, EVENT_NONE);
		seen = e;
		if (before)
			*before = i;
	}
	return seen;
}

static void every_rule_crosses_its_limit_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const Case *c = &cases[i];
		Run t = { .r = rule_of(c->id), .c = c, .now = INT64_C(1790000000000) };
		int looks = -1;

		assert_int_equal(see(&t, c->not_yet, c->count, NULL), EVENT_NONE);
		assert_int_equal(t.s.phase, PHASE_OK);
		if (t.r->min_count > 1)
			assert_int_equal(see(&t, c->fires, t.r->min_count - 1, NULL), EVENT_NONE);
		assert_int_equal(see(&t, c->fires, c->count, &looks), EVENT_FIRED);
		assert_int_equal(looks, t.r->for_ms / 30000);              /* not sooner, not later, once */
		if (c->between != NONE) {
			assert_int_equal(see(&t, c->between, c->count, NULL), EVENT_NONE);
			assert_int_equal(see(&t, c->between, c->count, NULL), EVENT_NONE);
			assert_int_equal(t.s.phase, PHASE_FIRING);
		}
		assert_int_equal(see(&t, c->clear, c->count, &looks), EVENT_CLEARED);
		assert_int_equal(looks, t.r->for_ms / 30000);
		/* Without data nothing begins. */
		assert_int_equal(alert_judge(t.r, &(AlertReading){ NOT_KNOWN, unit_of(t.r, c->fires), 0, c->count }), VERDICT_MISSING);
		/* A rule that compares does not fire where nothing is usual. */
		if (c->usual != NONE)
			assert_int_equal(alert_judge(t.r, &(AlertReading){ KNOWN, unit_of(t.r, c->fires), ALERT_NONE, c->count }), VERDICT_CLEAR);
	}
}

static void every_rule_has_a_row_and_says_what_it_means(void **state)
{
	(void)state;
	for (size_t i = 0; i < alert_builtin_count; i++) {
		const AlertRule *r = &alert_builtin[i];
		bool found = false;

		for (size_t k = 0; k < sizeof cases / sizeof *cases; k++)
			found |= str_is(r->id, cases[k].id);
		if (!found)
			fail_msg("no row for %.*s", STR_ARG(r->id));
		assert_true(r->help.n > 20 && r->help.p[r->help.n - 1] == '.');
		assert_true(metric_info(r->metric)->by & BY_BIT(r->by));
		assert_true((r->above == ALERT_NONE) != (r->below == ALERT_NONE));
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(alert_builtin[k].id, r->id));
	}
	assert_int_equal(alert_builtin_count, sizeof cases / sizeof *cases);
}

/* A share of few samples that is above the limit by chance is none. */
static void a_share_must_be_above_its_limit_by_more_than_chance(void **state)
{
	const AlertRule *r = rule_of("throttled");
	static const struct { int64_t of, are; AlertVerdict v; } share[] = {
		{ 38, 1, VERDICT_BETWEEN }, { 38, 6, VERDICT_BETWEEN }, { 38, 7, VERDICT_BREACH }, { 38, 0, VERDICT_CLEAR },
		{ 1000, 21, VERDICT_BETWEEN }, { 1000, 50, VERDICT_BETWEEN }, { 1000, 51, VERDICT_BREACH }, { 1000, 9, VERDICT_CLEAR },
	};

	(void)state;
	for (size_t i = 0; i < sizeof share / sizeof *share; i++)
		assert_int_equal(alert_judge(r, &(AlertReading){ KNOWN, share[i].are * 1000000 / share[i].of, ALERT_NONE, share[i].of }), share[i].v);
	/* What is judged against is the highest of the limits: three times a usual 10 %. */
	r = rule_of("err-high");
	assert_int_equal(alert_judge(r, &(AlertReading){ KNOWN, 400000, 100000, 100 }), VERDICT_BETWEEN);
	assert_int_equal(alert_judge(r, &(AlertReading){ KNOWN, 490000, 100000, 100 }), VERDICT_BREACH);
	assert_int_equal(alert_judge(r, &(AlertReading){ KNOWN, 1000000, 400000, 100 }), VERDICT_CLEAR);
}

/* An old move keeps what fires, begins nothing, and lets it end. */
static void what_only_keeps(void **state)
{
	const AlertRule *r = rule_of("err-after-move");
	AlertReading x = { KNOWN_KEEPS, 300000, 10000, 100 };
	AlertStatus s = { 0 };
	int64_t now = INT64_C(1790000000000);

	(void)state;
	for (int i = 0; i < 20; i++)
		assert_int_equal(alert_step(r, &x, now += 30000, &s), EVENT_NONE);
	assert_int_equal(s.phase, PHASE_OK);
	x.known = KNOWN;
	for (int i = 0; i < 3; i++)
		(void)alert_step(r, &x, now += 30000, &s);
	assert_int_equal(s.phase, PHASE_FIRING);
	x.known = KNOWN_KEEPS;
	for (int i = 0; i < 20; i++)
		assert_int_equal(alert_step(r, &x, now += 30000, &s), EVENT_NONE);
	assert_int_equal(s.phase, PHASE_FIRING);
	x.value = 10000;
	for (int i = 0; i < 3; i++)
		(void)alert_step(r, &x, now += 30000, &s);
	assert_int_equal(s.phase, PHASE_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_rule_crosses_its_limit_both_ways), cmocka_unit_test(every_rule_has_a_row_and_says_what_it_means),
		cmocka_unit_test(a_share_must_be_above_its_limit_by_more_than_chance), cmocka_unit_test(what_only_keeps),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
