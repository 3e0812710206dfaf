/* The score card of the drill: from what the console noted, the journal and the jobs since. */
#include "unit.h"

#include "app/drill.h"
#include "base/xalloc.h"
#include "store/change.h"
#include "store_unit.h"

#define MINUTE INT64_C(60000)

/* 2026-09-23T18:00:30Z. */
static const int64_t start = INT64_C(1790186430000);
static const BackRule rule = { .quiet_ms = 5 * MINUTE, .gaps = BACK_GAPS, .min_count = 50, .hold_ms = 10 * MINUTE, .threshold_ppm = 50000, .seen_ppm = 0 };
static Arena arena;
static Store *s;
static Journal *j;

static void add(const char *version, int64_t from_ms, int64_t span_ms, int n, JobState state)
{
	static int made;
	Job *v = xcalloc((size_t)n, sizeof *v);
	StoreBatch b = { .jobs = v, .job_count = (size_t)n, .prices = &fleet_prices, .mode = LEDGER_REPORTED, .now_ms = start + 60 * MINUTE };

	for (int i = 0; i < n; i++) {
		int64_t at = from_ms + i * span_ms / n;

		v[i] = (Job){ .id = arena_printf(&arena, "d-%d", made++), .agent = STR("upsell"), .version = str_of(version), .model = STR("fix.small"),
		              .state = state, .reported_nusd = { true, 1000 }, .started_ms = at, .updated_ms = at + 500, .has_tokens = true,
		              .tokens = { .input = 100 } };
	}
	MUST(store_apply(s, &b, NULL, e));
	free(v);
}

/* What CloudWatch counts of the same jobs. */
static void count_tokens(int minutes)
{
	MetricPoint *pt = xcalloc((size_t)minutes, sizeof *pt);
	MetricSeries m = { .ns = STR("AWS/Bedrock"), .name = STR("InputTokenCount"), .dimensions_json = STR("{}"), .stat = STR("Sum"), .unit = STR("Count"),
	                   .period_s = 60, .points = pt, .count = (size_t)minutes };
	StoreBatch b = { .series = &m, .series_count = 1, .now_ms = start };

	for (int i = 0; i < minutes; i++)
		pt[i] = (MetricPoint){ start / MINUTE * MINUTE + (i - 70) * MINUTE, true, 500 };
	MUST(store_apply(s, &b, NULL, e));
	free(pt);
}

#define FACTS "{\"action\":\"%s\",\"name\":\"upsell\",\"pointerName\":\"route\",\"by\":\"arn:aws:iam::000000000000:user/ops\"," \
	"\"from\":[{\"version\":\"2.2\",\"weight\":100}],\"to\":[{\"version\":\"2.1\",\"weight\":100}]}"

static void acted(const char *op, const char *action, int64_t begun_ms, const char *outcome, int64_t end_ms)
{
	MUST(journal_begin(j, str_of(op), arena_printf(&arena, FACTS, action), begun_ms, e));
	if (outcome)
		MUST(journal_end(j, str_of(op), outcome, STR(""), end_ms, e));
}

static int begin(void **state)
{
	static int n;
	Err e = { 0 };

	(void)state;
	s = must_open(arena_printf(&arena, "d%d.db", n).p, STORE_WRITE);
	j = journal_open(file(arena_printf(&arena, "d%d.journal", n++).p), &e);
	return j ? 0 : -1;
}

static int finish(void **state)
{
	(void)state;
	store_close(s);
	journal_close(j);
	return 0;
}

static const char *card(const DrillNotes *n, int64_t now_ms, DrillScore *d)
{
	static char text[2000];
	Buf b = { 0 };

	MUST(drill_score(s, j, n, &rule, now_ms, &arena, d, e));
	drill_card(d, 0, &b);
	(void)snprintf(text, sizeof text, "%s", buf_cstr(&b));
	buf_done(&b);
	return text;
}

static void must_say(const char *text, const char *want)
{
	if (!strstr(text, want))
		fail_msg("no \"%s\" in\n%s", want, text);
}

static void the_whole_way(void **state)
{
	DrillNotes n = { 0 };
	DrillScore d;
	const char *text;

	(void)state;
	drill_key(&n);
	drill_opened(&n, start - 26000);                     /* somebody looked at a card before there was a reason */
	drill_alarm(&n, start);
	drill_alarm(&n, start + 5000);
	drill_opened(&n, start + 9000);
	for (int i = 0; i < 21; i++)
		drill_key(&n);
	drill_sent(&n, start + 31000);
	drill_key(&n);
	acted("1", "rollout", start - MINUTE, "done", start - MINUTE);
	acted("2", "rollback", start + 20000, "lost", start + 21000);
	acted("3", "rollback", start + 31000, "done", start + 33000);
	add("2.1", start - 120 * MINUTE, 120 * MINUTE, 600, JOB_SUCCEEDED);
	add("2.2", start + 20000, 30000, 5, JOB_FAILED);
	add("2.1", start + 34000, 30 * MINUTE, 600, JOB_SUCCEEDED);
	count_tokens(110);
	text = card(&n, start + 30 * MINUTE, &d);
	assert_true(d.at.keys == 21 && d.begun_ms == start + 31000 && d.verified_ms == start + 33000);
	/* The old one's last job was in the minute that ends 30 s after the sent rollback: five minutes of silence, ten of holding. */
	if (d.back_ms < start + 16 * MINUTE || d.back_ms > start + 17 * MINUTE)
		fail_msg("back %lld s after the alarm:\n%s", (long long)(d.back_ms - start) / 1000, text);
	must_say(text, "  alarm        18:00:30  on the screen\n  card opened  18:00:39  +0:09\n");
	must_say(text, "  sent         18:01:01  +0:31  upsell/route 2.2>2.1 by arn:aws:iam::000000000000:user/ops, 21 keys\n");
	must_say(text, "  verified     18:01:03  +0:33\n  back         18:1");
	must_say(text, "BACK, 0 of ");
	must_say(text, "From the alarm to the verified rollback: 33 s.\n");
}

static void left_too_early(void **state)
{
	DrillNotes n = { .alarm_ms = start };
	DrillScore d;
	const char *text;

	(void)state;
	must_say(card(&n, start + MINUTE, &d), "  sent         -         no rollback was made: B on the alert opens its card\n");
	add("2.2", start - MINUTE, MINUTE, 5, JOB_FAILED);
	acted("3", "rollback", start + 31000, "done", start + 33000);
	text = card(&n, start + 3 * MINUTE, &d);
	must_say(text, "  back         -         VERIFYING: ");
	assert_true(d.back_ms == 0);
}

static void it_was_not_moved(void **state)
{
	DrillNotes n = { 0 };
	DrillScore d;
	const char *text;

	(void)state;
	acted("2", "rollback", start + 20000, "failed", start + 21000);
	text = card(&n, start + 3 * MINUTE, &d);
	must_say(text, "  alarm        -         none was on the screen yet\n");
	must_say(text, "  verified     -         it was not moved\n");
	assert_null(strstr(text, "From the alarm"));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, begin, finish)
	const struct CMUnitTest tests[] = { TEST(the_whole_way), TEST(left_too_early), TEST(it_was_not_moved) };
	int rc = cmocka_run_group_tests(tests, make_place, clear_place);

	arena_done(&arena);
	return rc;
}
