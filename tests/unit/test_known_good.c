/* To which version one goes back: what proves it decides, and where nothing does there is none. */
#include "unit.h"

#include "app/known_good.h"
#include "store_unit.h"

enum { JOBS_MAX = 2000 };
static const int64_t now_ms = 1800000000000, hour = 3600000;
static Job jobs[JOBS_MAX];
static char ids[JOBS_MAX][16];
static size_t n;

static void served(const char *version, int count, int failed)
{
	for (int i = 0; i < count; i++, n++) {
		(void)snprintf(ids[n], sizeof ids[n], "job-%zu", n);
		jobs[n] = (Job){ .id = str_of(ids[n]), .agent = STR("upsell"), .version = str_of(version), .model = STR("m"),
		                 .status = i < failed ? STR("failed") : STR("succeeded"), .state = i < failed ? JOB_FAILED : JOB_SUCCEEDED,
		                 .started_ms = now_ms - 48 * hour, .updated_ms = now_ms - 48 * hour + 1000 };
	}
}

static Store *fleet_of(const char *name, const Change *moves, size_t count, const AgentVersionRow *rows, size_t row_count)
{
	Store *s = must_open(name, STORE_WRITE);
	StoreBatch b = { .jobs = jobs, .job_count = n, .changes = moves, .change_count = count, .agents = rows, .agent_count = row_count,
	                 .prices = &fleet_prices, .now_ms = now_ms };

	MUST(store_apply(s, &b, NULL, e));
	return s;
}

static void goes_to(Store *s, const char *want, const char *because)
{
	Arena a = { 0 };
	Str to = STR(""), evidence = STR("");
	Err e = { 0 };
	int rc = known_good(s, STR("upsell"), STR("upsell/route"), STR("3"), &(GoodRule){ 200, 30, 50 }, now_ms, &a, &to, &evidence, &e);

	if (!want) {
		assert_int_equal(rc, -1);
		assert_int_equal(e.kind, ERR_USAGE);
		assert_non_null(strstr(e.text, because));
	} else if (rc < 0 || !str_is(to, want) || !str_has(evidence, str_of(because))) {
		fail_msg("%.*s (%.*s) %s, not %s", STR_ARG(to), STR_ARG(evidence), e.text, want);
	}
	store_close(s);
	arena_done(&a);
	n = 0;
}

static Change moved(int64_t hours_ago, const char *from, const char *to)
{
	return (Change){ .since_ms = now_ms - hours_ago * hour, .time_ms = now_ms - hours_ago * hour, .kind = CHANGE_POINTER,
	                 .source = CHANGE_BY_DYNAMODB, .object = STR("upsell/route"), .from = str_of(from), .to = str_of(to), .id = str_of(to) };
}

static void the_version_that_was_left_last(void **state)
{
	const Change moves[] = { moved(100, "0", "1"), moved(50, "1", "2"), moved(10, "2", "3") };

	(void)state;
	served("1", 900, 0);
	served("2", 250, 3);
	served("3", 300, 100);
	goes_to(fleet_of("left.db", moves, 3, NULL, 0), "2", "250 jobs in 30 days, 1.2 % failed; it left the pointer last");
}

/* Too few jobs, or too many that failed: the one before. */
static void one_that_has_proved_nothing_is_passed_over(void **state)
{
	const Change moves[] = { moved(100, "0", "1"), moved(50, "1", "2"), moved(10, "2", "3") };

	(void)state;
	served("1", 200, 9);
	served("2", 199, 0);
	goes_to(fleet_of("few.db", moves, 3, NULL, 0), "1", "200 jobs in 30 days, 4.5 % failed");
	served("1", 200, 0);
	served("2", 400, 20);
	goes_to(fleet_of("bad.db", moves, 3, NULL, 0), "1", "0.0 % failed");
}

static void versions_that_the_registry_rules_out(void **state)
{
	const Change moves[] = { moved(50, "1", "2"), moved(10, "2", "3") };
	const AgentVersionRow rows[] = { { .agent = STR("upsell"), .version = STR("2"), .status = STR("rolled_back"), .model = STR("m"), .raw_json = STR("{}") } };

	(void)state;
	served("1", 300, 0);
	served("2", 300, 0);
	goes_to(fleet_of("out.db", moves, 2, rows, 1), "1", "it left the pointer last");
}

static void without_a_history_the_one_that_served_most(void **state)
{
	(void)state;
	served("1", 300, 0);
	served("2", 500, 0);
	served("3", 900, 0);
	goes_to(fleet_of("most.db", NULL, 0, NULL, 0), "2", "no move is on record");
}

/* What proves a version does not rest on who has chosen it, nor on where it is to be gone from. */
static void one_that_was_chosen_has_its_proof(void **state)
{
	static const struct { const char *version, *says; } want[] = { { "1", "300 jobs in 30 days, 1.0 % failed" }, { "2", "" }, { "9", "" } };
	Arena a = { 0 };
	Store *s;
	Str says;

	(void)state;
	served("1", 300, 3);
	served("2", 199, 0);
	s = fleet_of("proof.db", NULL, 0, NULL, 0);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		MUST(known_good_proof(s, STR("upsell"), str_of(want[i].version), &(GoodRule){ 200, 30, 50 }, now_ms, &a, &says, e));
		assert_true(str_is(says, want[i].says));
	}
	store_close(s);
	arena_done(&a);
	n = 0;
}

static void none_is_none(void **state)
{
	(void)state;
	served("3", 900, 0);
	served("2", 199, 0);
	goes_to(fleet_of("none.db", NULL, 0, NULL, 0), NULL, "as far as this snapshot knows");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_version_that_was_left_last), cmocka_unit_test(one_that_has_proved_nothing_is_passed_over),
		cmocka_unit_test(versions_that_the_registry_rules_out), cmocka_unit_test(without_a_history_the_one_that_served_most),
		cmocka_unit_test(one_that_was_chosen_has_its_proof), cmocka_unit_test(none_is_none),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
