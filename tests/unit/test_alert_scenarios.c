/* Which alerts each scenario of the simulated region fires, on what, how soon, and that they end; and that nothing else fires. Hours of the
 * fleet, judged every half minute by the shipped rules. With SEISMO_TORTURE a quiet fleet for days. */
#include "alert_replay.h"

static const int64_t saturday_noon = INT64_C(1795262400000);      /* 2026-11-21T12:00:00Z */
static const int64_t monday_night = INT64_C(1795402800000);       /* 2026-11-23T03:00:00Z */
static const int64_t friday_evening = INT64_C(1795806000000);     /* 2026-11-27T19:00:00Z */

#define FLEET(start, number, what) (&(FleetSpec){ .seed = number, .start_ms = start, .speed_milli = 1000, .scenario = what })

enum { DAYS_WHOLE = 1, FOR_GOOD = -1 };

/* What may fire: between these minutes after the start, and over before that one (FOR_GOOD: it is not over at the end). key NULL: any. */
typedef struct Want { const char *rule, *key, *agent, *version; double from, until, over; } Want;

static bool is_wanted(const Want *w, const Episode *x)
{
	return strcmp(w->rule, x->rule) == 0 && (!w->key || strcmp(w->key, x->key) == 0);
}

/* Each wanted one exactly once, in its time, on its object; and no other. */
static void check(const Replay *r, const Want *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const Episode *x = NULL;

		for (size_t k = 0; k < r->episodes; k++) {
			if (!is_wanted(&w[i], &r->episode[k]))
				continue;
			if (x)
				fail_msg("%s fired again after %.1f min", w[i].rule, r->episode[k].fired);
			x = &r->episode[k];
		}
		if (!x)
			fail_msg("%s did not fire", w[i].rule);
		if (x->fired < w[i].from || x->fired > w[i].until)
			fail_msg("%s fired after %.1f min, not between %.1f and %.1f", x->rule, x->fired, w[i].from, w[i].until);
		assert_string_equal(x->agent, w[i].agent);
		if (w[i].version)
			assert_string_equal(x->version, w[i].version);
		if (w[i].over == FOR_GOOD ? x->cleared >= 0 : x->cleared < 0 || x->cleared > w[i].over)
			fail_msg("%s fired after %.1f min and was over after %.1f", x->rule, x->fired, x->cleared);
	}
	for (size_t k = 0; k < r->episodes; k++) {
		const Episode *x = &r->episode[k];
		bool wanted = false;

		for (size_t i = 0; i < n; i++)
			wanted |= is_wanted(&w[i], x);
		if (!wanted)
			fail_msg("%s on \"%s\" fired after %.1f min (over: %.1f)", x->rule, x->key, x->fired, x->cleared);
	}
}

/* --- nothing is wrong --- */

static void quiet(int64_t start_ms, uint64_t seed, int days, int hours)
{
	Replay *r = replay_open(FLEET(start_ms, seed, SIM_QUIET), days, hours);

	replay_until(r, hours * 60.0);
	check(r, NULL, 0);
	replay_close(r);
}

static void a_quiet_fleet_fires_nothing(void **state)
{
	(void)state;
	quiet(saturday_noon, 7, DAYS_WHOLE, 1);
	quiet(monday_night, 11, DAYS_WHOLE, 1);
	quiet(friday_evening, 3, DAYS_WHOLE, 1);
}

static void a_quiet_fleet_fires_nothing_for_days(void **state)
{
	(void)state;
	if (!getenv("SEISMO_TORTURE")) {
		print_message("# skipped: takes some minutes: SEISMO_TORTURE=1\n");
		skip();
	}
	for (uint64_t seed = 1; seed <= 3; seed++)
		quiet(monday_night + (int64_t)seed * 29 * HOUR, seed, FLEET_DAYS - 1, 24);
}

/* --- something is --- */

/* The pipeline moves upsell-generator to 2.2 after four minutes; after forty the pointer is moved back. */
static void a_bad_release(void **state)
{
	static const Want want[] = {
		{ "moved-outside", "upsell-generator/route", "upsell-generator", "2.2", 4, 5, 102 },
		{ "err-after-move", "upsell-generator/route", "upsell-generator", "2.2", 5, 34, 44 },
		/* What fails is tried three times. */
		{ "slow", "upsell-generator/route", "upsell-generator", "2.2", 20, 50, 105 },
	};
	FleetRoute back = { .weight = { 0, 100 } };
	Replay *r = replay_open(FLEET(saturday_noon, 7, SIM_BAD_RELEASE), DAYS_WHOLE, 2);

	(void)state;
	replay_until(r, 40);
	for (size_t i = 0; i < r->episodes; i++)
		assert_true(r->episode[i].cleared < 0);          /* half an hour is over, the version is as bad as it was */
	r->mover = "arn:aws:iam::000000000000:user/oncall";
	back.from_ms = r->now_ms + 10000;
	fleet_route_set(r->fleet, 0, &back);
	replay_until(r, 105);
	check(r, want, sizeof want / sizeof *want);
	replay_close(r);
}

/* A tenant calls visibility-check without end from the third minute on, in one trace; after forty minutes it is stopped. */
static void a_tenant_that_runs_away(void **state)
{
	static const Want want[] = {
		{ "trace-cost", NULL, "visibility-check", NULL, 3, 8, 105 },
		{ "trace-calls", NULL, "visibility-check", NULL, 10, 20, 105 },
		{ "trace-long", NULL, "visibility-check", NULL, 33, 36, 105 },
		{ "tenant-share", "t-harborside", "", "", 5, 12, 110 },
		{ "spend-high", "", "", "", 8, 12, 60 },
		{ "spend-critical", "", "", "", 8, 14, 60 },
		{ "spend-tenant", "t-harborside", "", "", 33, 40, 110 },
		{ "spend-agent", "visibility-check", "visibility-check", NULL, 33, 40, 110 },
		{ "slow", "visibility-check/route", "visibility-check", NULL, 8, 20, 110 },
		/* Its prompts are long and new each time: none of that is read from the cache. */
		{ "cache-drop", "visibility-check@3.1", "visibility-check", "3.1", 8, 20, 90 },
	};
	Replay *r = replay_open(FLEET(saturday_noon, 7, SIM_RUNAWAY_COST), DAYS_WHOLE, 2);

	(void)state;
	replay_until(r, 40);
	r->stopped_ms = r->now_ms;
	replay_until(r, 115);
	check(r, want, sizeof want / sizeof *want);
	replay_close(r);
}

/* Throttled from the fourth to the fourteenth minute of each half hour. */
static void a_storm_of_throttles(void **state)
{
	static const Want want[] = { { "throttled", "", "", "", 4, 10, 30 } };
	Replay *r = replay_open(FLEET(saturday_noon, 7, SIM_THROTTLE_STORM), DAYS_WHOLE, 1);

	(void)state;
	replay_until(r, 33);
	check(r, want, sizeof want / sizeof *want);
	replay_until(r, 42);
	assert_true(r->episodes >= 2 && strcmp(r->episode[1].rule, "throttled") == 0 && r->episode[1].fired > 34);
	replay_close(r);
}

/* A release of menu-writer whose prompts begin with a timestamp, in a fleet that is a hundred and twenty times as busy from the start on, and spends as much. */
static void a_prompt_cache_that_collapses(void **state)
{
	static const Want want[] = {
		{ "moved-outside", "menu-writer/route", "menu-writer", "1.1", 0, 1, FOR_GOOD },
		{ "cache-drop", "menu-writer@1.1", "menu-writer", "1.1", 5, 20, FOR_GOOD },
		{ "spend-high", "", "", "", 4, 10, FOR_GOOD },
		{ "spend-critical", "", "", "", 4, 10, FOR_GOOD },
	};
	FleetSpec spec = *FLEET(saturday_noon, 7, SIM_CACHE_COLLAPSE);
	Replay *r;

	(void)state;
	spec.speed_milli = 120000;
	r = replay_open(&spec, DAYS_WHOLE, 1);
	replay_until(r, 25);
	check(r, want, sizeof want / sizeof *want);
	replay_close(r);
}

/* --- rules that no scenario reaches, on a fleet that is quiet but for one thing --- */

/* Somebody pauses an agent that is usually busy. */
static void an_agent_falls_silent(void **state)
{
	static const Want want[] = {
		{ "moved-outside", "upsell-judge/route", "upsell-judge", "1.3", 5, 6, FOR_GOOD },
		{ "silent-agent", "upsell-judge", "upsell-judge", "", 19, 25, FOR_GOOD },
	};
	Replay *r = replay_open(FLEET(friday_evening, 3, SIM_QUIET), DAYS_WHOLE, 1);
	FleetRoute paused = { .weight = { 0, 100 }, .paused = true };

	(void)state;
	paused.from_ms = r->start_ms + 5 * MINUTE - 10000;
	fleet_route_set(r->fleet, 1, &paused);
	replay_until(r, 40);
	check(r, want, sizeof want / sizeof *want);
	replay_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_quiet_fleet_fires_nothing), cmocka_unit_test(a_quiet_fleet_fires_nothing_for_days), cmocka_unit_test(a_bad_release),
		cmocka_unit_test(a_tenant_that_runs_away), cmocka_unit_test(a_storm_of_throttles), cmocka_unit_test(a_prompt_cache_that_collapses), cmocka_unit_test(an_agent_falls_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
