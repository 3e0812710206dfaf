/* What happened to a job, as lines; and log lines made short. */
#include "unit.h"

#include "app/line_gist.h"
#include "app/timeline.h"

static const int64_t began = INT64_C(1784118600120);     /* 2026-07-15 12:30:00.120 UTC */

static char *words(const JobRow *r, const LogLine *line, size_t n, int64_t offset_ms)
{
	Timeline *t = timeline_make(r, line, n, offset_ms);
	Buf b = { 0 };

	for (uint32_t i = 0; i < t->n; i++)
		(void)buf_printf(&b, "%d %.*s\n", t->line[i].look, STR_ARG(timeline_text(t, i)));
	free(t);
	return buf_take(&b);
}

static JobRow some_row(void)
{
	return (JobRow){ .source = COST_COMPUTED, .nusd = 29135700,
	                 .job = { .id = STR("job-1"), .trace_id = STR("t-9"), .tenant = STR("acme"), .persona = STR("ops"), .agent = STR("upsell"),
	                          .version = STR("8"), .model = STR("nova"), .status = STR("succeeded"), .state = JOB_SUCCEEDED,
	                          .has_tokens = true, .tokens = { 2684, 1109, 6000, 0, 0 }, .reported_nusd = { true, 29136000 },
	                          .cache_hit = TRI_NO, .latency_ms = { true, 10700 }, .started_ms = began, .updated_ms = began + 11600 } };
}

static void test_a_job_that_succeeded(void **state)
{
	JobRow r = some_row();
	LogLine l = { .event_ms = began + 11500, .kind = LINE_COST, .job_id = STR("job-1"), .model = STR("nova"), .has_tokens = true,
	              .tokens = r.job.tokens, .duration_ms = { true, 10600 }, .text = STR("a\nb"), .late = true };
	char *text = words(&r, &l, 1, 3600000);

	(void)state;
	assert_string_equal(text,
		"1 job-1  2026-07-15\n"
		"0 agent     upsell@8\n"
		"0 model     nova\n"
		"0 tenant    acme ops\n"
		"0 trace     t-9\n"
		"0 answer    not cached\n"
		"1 WHEN\n"
		"0 13:30:00.120            begun\n"
		"0 13:30:01.020     +0.9s  asked nova\n"
		"0 13:30:11.620    +11.5s  answered after 10.6s: in 2684 out 1109 read 6000\n"
		"3 13:30:11.720    +11.6s  succeeded\n"
		"1 COST\n"
		"5 $0.0291357  tokens x price\n"
		"0 in 2684  out 1109  cache read 6000  write 5m 0  1h 0\n"
		"2 the application reported $0.029136\n"
		"1 LOG LINES  1 by job and trace\n"
		"2 13:30:11.620 (came late) a b\n");
	free(text);
}

static void test_a_job_that_failed_and_one_that_runs(void **state)
{
	JobRow r = { .job = { .id = STR("job-2"), .status = STR("failed"), .state = JOB_FAILED, .retries = 2, .error_code = STR("Too\nMany"),
	                      .error_message = STR("slow down"), .latency_ms = { true, 3000 }, .started_ms = began, .updated_ms = began + 4000 } };
	char *text = words(&r, NULL, 0, 0);

	(void)state;
	assert_non_null(strstr(text, "0 12:30:01.120     +1.0s  at work\n"));
	assert_non_null(strstr(text, "4 12:30:04.120     +4.0s  failed after 2 retries: Too Many\n4                         slow down\n"));
	assert_non_null(strstr(text, "2 none is known\n2 no tokens were reported\n"));
	assert_non_null(strstr(text, "LOG LINES  0 by job and trace\n2 none in the snapshot"));
	free(text);

	r = (JobRow){ .unpriced = true, .job = { .id = STR("job-3"), .status = STR("running"), .state = JOB_RUNNING, .retries = 1, .updated_ms = began } };
	text = words(&r, NULL, 0, 0);
	assert_non_null(strstr(text, "12:30:00.120            running, retry 1\n"));
	assert_non_null(strstr(text, "4 unpriced: this model has no price\n"));
	free(text);
}

static void test_lines_of_others_are_told_apart(void **state)
{
	JobRow r = some_row();
	LogLine l[2] = { { .event_ms = began, .kind = LINE_COST, .job_id = STR("job-0"), .duration_ms = { true, 5 }, .text = STR("x") },
	                 { .event_ms = began, .kind = LINE_SECURITY, .job_id = STR("job-1"), .text = STR("y"), .tail = true } };
	char *text = words(&r, l, 2, 0);

	(void)state;
	assert_null(strstr(text, "answered"));             /* of another job: what it cost is not this one's */
	assert_non_null(strstr(text, "(another job of the trace) x\n"));
	assert_non_null(strstr(text, "(live tail only) y\n"));
	free(text);
}

static void test_gists(void **state)
{
	static const struct { const char *text, *gist; } row[] = {
		{ "{\"level\":\"info\",\"message\":\"CACHE\",\"trace_id\":\"t\",\"event\":\"hit\",\"cache_hit\":true}", "info CACHE event=hit cache_hit=true" },
		{ "{\"message\":\"COST_TRACKING\",\"token_usage\":{\"input\":12,\"more\":{\"x\":[1,2]}},\"cost_cents\":0.50}",
		  " COST_TRACKING token_usage.input=12 token_usage.more={\"x\":[1,2]} cost_cents=0.50" },
		{ "plain text\r\nof two lines", "plain text  of two lines" },
		{ "[1]", "[1]" },
		{ "{\"message\":3,\"note\":\"a\\nb\"}", "  note=a b" },
		{ "{broken", "{broken" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		Buf b = { 0 };

		line_gist(str_of(row[i].text), &b);
		assert_string_equal(buf_cstr(&b), row[i].gist);
		buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_job_that_succeeded),
		cmocka_unit_test(test_a_job_that_failed_and_one_that_runs),
		cmocka_unit_test(test_lines_of_others_are_told_apart),
		cmocka_unit_test(test_gists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
