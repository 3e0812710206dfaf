/* What the card says beside the plan: shares by version and window, others on the same model, errors, the first failure, what differs. */
#include "unit.h"

#include "app/card_facts.h"
#include "app/known_good.h"
#include "model/change.h"
#include "store/change.h"
#include "store_unit.h"

enum { JOBS_MAX = 4000 };
static const int64_t now_ms = 1800000000000, minute = 60000;
static Job jobs[JOBS_MAX];
static char ids[JOBS_MAX][16];
static size_t n;

/* Spread over the minutes [from, until) before now. */
static void served(const char *agent, const char *version, const char *model, int count, int failed, const char *code, int from, int until)
{
	for (int i = 0; i < count; i++, n++) {
		int64_t ago = until * minute + (int64_t)i * (from - until) * minute / count + 1;
		bool bad = i < failed;

		(void)snprintf(ids[n], sizeof ids[n], "job-%zu", n);
		jobs[n] = (Job){ .id = str_of(ids[n]), .agent = str_of(agent), .version = str_of(version), .model = str_of(model),
		                 .tenant = i % 2 ? STR("acme") : STR("globex"), .status = bad ? STR("failed") : STR("succeeded"),
		                 .state = bad ? JOB_FAILED : JOB_SUCCEEDED, .started_ms = now_ms - ago, .updated_ms = now_ms - ago + 900,
		                 .latency_ms = { true, 900 }, .error_code = bad ? str_of(code) : STR("") };
	}
}

static Trait trait(ChangeKind kind, const char *base, const char *what, const char *value, bool first)
{
	static char object[32][64];
	static int k;
	char *o = object[k++ % 32];

	(void)snprintf(o, sizeof object[0], "%s%s%s", base, *what ? " " : "", what);
	return (Trait){ .kind = kind, .first = first, .base = str_of(base), .object = str_of(o), .value = str_of(value) };
}

static CardFacts facts_about(const char *agent, const char *from, const char *name, const Change *moves, size_t count)
{
	const Trait t[] = {
		trait(CHANGE_CONFIG, "upsell@2", "", "registered", true), trait(CHANGE_PROMPT, "upsell@2", "", "sha-2", false),
		trait(CHANGE_MODEL, "upsell@2", "", "m", false), trait(CHANGE_CONFIG, "upsell@2", "maxTokens", "4096", false),
		trait(CHANGE_CONFIG, "upsell@1", "", "registered", true), trait(CHANGE_PROMPT, "upsell@1", "", "sha-1", false),
		trait(CHANGE_MODEL, "upsell@1", "", "m", false), trait(CHANGE_CONFIG, "upsell@1", "maxTokens", "2048", false),
		trait(CHANGE_CONFIG, "upsell@1", "temperature", "0.7", false),
	};
	const TraitSet set = { .source = CHANGE_BY_DYNAMODB, .place = STR("agents"), .trait = t, .count = sizeof t / sizeof *t,
	                       .began_ms = now_ms - 1000, .ended_ms = now_ms };
	const AgentVersionRow rows[] = {
		{ .agent = STR("upsell"), .version = STR("2"), .status = STR("production"), .model = STR("m"), .raw_json = STR("{}") },
		{ .agent = STR("upsell"), .version = STR("1"), .status = STR("deprecated"), .model = STR("m"), .raw_json = STR("{}") },
		{ .agent = STR("upsell"), .version = STR("3"), .status = STR("draft"), .model = STR("m"), .raw_json = STR("{}") },
	};
	Store *s = must_open(name, STORE_WRITE);
	StoreBatch b = { .jobs = jobs, .job_count = n, .changes = moves, .change_count = count, .agents = rows, .agent_count = 3, .traits = &set,
	                 .prices = &fleet_prices, .now_ms = now_ms };
	CardAsk q = { .pointer = "upsell/route", .to = "1", .now_ms = now_ms };
	CardFacts f;

	(void)snprintf(q.agent, sizeof q.agent, "%s", agent);
	(void)snprintf(q.from, sizeof q.from, "%s", from);

	MUST(store_apply(s, &b, NULL, e));
	MUST(card_facts(s, &q, &f, e));
	store_close(s);
	n = 0;
	return f;
}

static CardFacts facts_of(const char *name, const Change *moves, size_t count)
{
	return facts_about("upsell", "2", name, moves, count);
}

static Change moved_to(int minutes_ago, const char *from, const char *to)
{
	return (Change){ .since_ms = now_ms - minutes_ago * minute, .time_ms = now_ms - minutes_ago * minute, .kind = CHANGE_POINTER,
	                 .source = CHANGE_BY_CLOUDTRAIL, .object = STR("upsell/route"), .from = str_of(from), .to = str_of(to), .id = str_of(to),
	                 .by = STR("arn:aws:sts::1:assumed-role/ci/run-7") };
}

static void a_release_that_fails(void **state)
{
	const Change moves[] = { moved_to(10, "1", "2") };
	CardFacts f;

	(void)state;
	served("upsell", "1", "m", 1000, 9, "Timeout", 600, 11);
	served("upsell", "2", "m", 200, 40, "ToolSchemaError", 9, 0);
	served("judge", "7", "m", 300, 2, "Timeout", 9, 0);
	served("writer", "7", "other", 300, 100, "Timeout", 9, 0);
	f = facts_of("release.db", moves, 1);
	assert_int_equal(f.moved_ms, now_ms - 10 * minute);
	assert_string_equal(f.moved_from, "1");
	assert_string_equal(f.moved_by, "ci/run-7");
	assert_int_equal(f.now.from_ms, f.moved_ms);          /* not before the release served */
	assert_int_equal(f.now.jobs, 200);
	assert_int_equal(f.now.failed, 40);
	assert_true(f.now.low_ppm > 140000 && f.now.high_ppm < 270000);
	assert_int_equal(f.now.p95_n, 200);
	assert_true(f.then_left);
	assert_int_equal(f.then.until_ms, f.moved_ms);
	assert_int_equal(f.then.jobs, 1000);
	assert_int_equal(f.then.failed, 9);
	assert_string_equal(f.model, "m");
	assert_int_equal(f.others.jobs, 300);                 /* the judge's alone */
	assert_int_equal(f.others.failed, 2);
	assert_int_equal(f.errors, 1);
	assert_string_equal(f.error[0].code, "ToolSchemaError");
	assert_int_equal(f.error[0].n, 40);
	assert_int_equal(f.throttled, 0);
	assert_true(f.first_failed_ms >= f.moved_ms && f.first_failed_ms < now_ms);
	assert_true(f.diff_known);
	assert_string_equal(f.diff, "prompt changed | maxTokens 2048>4096 | temperature 0.7>- | model same");
	assert_true(f.to_known);
	assert_string_equal(f.to_status, "deprecated");
	assert_int_equal(f.tenants, 2);
	assert_int_equal(f.targets, 1);                       /* a draft is none */
	assert_string_equal(f.target[0], "1");
	assert_int_equal(f.blame, BLAME_RELEASE);
	assert_true(f.others_well);
}

static void throttling_is_nobodys_release(void **state)
{
	const Change moves[] = { moved_to(10, "1", "2") };
	CardFacts f;

	(void)state;
	served("upsell", "1", "m", 1000, 9, "Timeout", 600, 11);
	served("upsell", "2", "m", 200, 40, "ThrottlingException", 9, 0);
	f = facts_of("throttled.db", moves, 1);
	assert_int_equal(f.throttled, 40);
	assert_int_equal(f.blame, BLAME_THROTTLING);
	served("upsell", "1", "m", 1000, 9, "Timeout", 600, 11);
	served("upsell", "2", "m", 200, 40, "ModelErrorException", 9, 0);
	served("judge", "7", "m", 300, 70, "ModelErrorException", 9, 0);
	f = facts_of("model.db", moves, 1);
	assert_int_equal(f.blame, BLAME_MODEL);
	assert_false(f.others_well);
}

/* AgentCore's names have no hyphens, and what is stopped need not be a version. */
static void an_agent_by_its_other_name_and_as_a_whole(void **state)
{
	CardFacts f;

	(void)state;
	served("up-sell", "1", "m", 20, 1, "Timeout", 9, 0);
	served("up-sell", "2", "m", 10, 3, "Timeout", 9, 0);
	served("judge", "2", "m", 50, 40, "Timeout", 9, 0);
	f = facts_about("up_sell", "2", "named.db", NULL, 0);
	assert_int_equal(f.now.jobs, 10);
	assert_int_equal(f.now.failed, 3);
	assert_int_equal(f.then.jobs, 20);
	assert_int_equal(f.tenants, 2);
	assert_int_equal(f.others.jobs, 50);
	served("up-sell", "1", "m", 20, 1, "Timeout", 9, 0);
	served("up-sell", "2", "m", 10, 3, "Timeout", 9, 0);
	f = facts_about("up_sell", "", "whole.db", NULL, 0);
	assert_int_equal(f.now.jobs, 30);
	assert_int_equal(f.now.failed, 4);
	assert_int_equal(f.failed_read, 4);
	assert_int_equal(f.rate_milli, 2000);
}

static void where_nothing_is_on_record(void **state)
{
	CardFacts f;

	(void)state;
	served("upsell", "2", "m", 20, 4, "Timeout", 9, 0);
	f = facts_of("nothing.db", NULL, 0);
	assert_int_equal(f.moved_ms, 0);
	assert_int_equal(f.first_failed_ms, 0);
	assert_int_equal(f.now.from_ms, now_ms - 15 * minute);
	assert_int_equal(f.then.jobs, 0);
	assert_int_equal(f.then.p95_ms, CARD_NONE);
	assert_int_equal(f.others.jobs, 0);
	assert_int_equal(f.also[0], 0);
	assert_int_equal(f.blame, BLAME_FEW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_that_fails), cmocka_unit_test(throttling_is_nobodys_release), cmocka_unit_test(where_nothing_is_on_record),
		cmocka_unit_test(an_agent_by_its_other_name_and_as_a_whole),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
