#include "unit.h"

#include "api/records.h"
#include "aws_unit.h"

static JsonVal parsed(Arena *a, const char *json)
{
	JsonVal v = { 0 };
	Err e = { 0 };

	if (jv_parse(a, str_of(json), 1 << 20, &v, &e) < 0)
		fail_msg("%s", e.text);
	return v;
}

static void whole_job(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	Job j;

	(void)state;
	assert_int_equal(record_job(parsed(&a,
		"{\"jobId\":{\"S\":\"job-1\"},\"traceId\":{\"S\":\"t\"},\"tenantId\":{\"S\":\"acme\"},\"persona\":{\"S\":\"cfo\"},\"agentId\":{\"S\":\"a\"},"
		"\"agentVersion\":{\"S\":\"2.1.0\"},\"model\":{\"S\":\"m\"},\"status\":{\"S\":\"failed\"},\"retryCount\":{\"N\":\"2\"},"
		"\"tokens\":{\"M\":{\"input\":{\"N\":\"10\"},\"output\":{\"N\":\"20\"},\"cacheRead\":{\"N\":\"30\"},\"cacheWrite5m\":{\"N\":\"40\"},"
		"\"cacheWrite1h\":{\"N\":\"50\"}}},\"costMicroUsd\":{\"N\":\"1234.5678\"},\"cacheHit\":{\"BOOL\":false},\"latencyMs\":{\"N\":\"900\"},"
		"\"error\":{\"M\":{\"code\":{\"S\":\"E\"},\"message\":{\"S\":\"bad\"}}},\"startedAt\":{\"S\":\"2026-11-21T03:55:50.123Z\"},"
		"\"updatedAt\":{\"S\":\"2026-11-21T03:55:51.000Z\"},\"result\":{\"M\":{\"approved\":{\"BOOL\":true},\"score\":{\"N\":\"0.8125\"},"
		"\"roi\":{\"M\":{\"estimate\":{\"N\":\"-1.5\"},\"confidence\":{\"N\":\"0.9\"}}}}},\"stopReason\":{\"S\":\"end_turn\"},\"extra\":{\"SS\":[\"x\"]}}"),
		&j, &e), 0);
	assert_str(j.id, "job-1");
	assert_str(j.version, "2.1.0");
	assert_int_equal(j.state, JOB_FAILED);
	assert_int_equal(j.retries, 2);
	assert_true(j.has_tokens);
	assert_int_equal(j.tokens.input + j.tokens.output + j.tokens.cache_read, 60);
	assert_int_equal(j.tokens.cache_write_5m, 40);
	assert_int_equal(j.tokens.cache_write_1h, 50);
	assert_true(j.reported_nusd.known);
	assert_int_equal(j.reported_nusd.v, 1234568);           /* rounded once, half up, to nUSD */
	assert_int_equal(j.cache_hit, TRI_NO);
	assert_int_equal(j.latency_ms.v, 900);
	assert_str(j.error_code, "E");
	assert_int_equal(j.approved, TRI_YES);
	assert_int_equal(j.score_milli.v, 813);
	assert_int_equal(j.roi_milli.v, -1500);
	assert_int_equal(j.roi_confidence_milli.v, 900);
	assert_int_equal(j.updated_ms - j.started_ms, 877);
	assert_str(j.stop_reason, "end_turn");
	arena_done(&a);
}

static void sparse_job(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	Job j;

	(void)state;
	assert_int_equal(record_job(parsed(&a, "{\"jobId\":{\"S\":\"x\"},\"status\":{\"S\":\"warming\"},\"tokens\":{\"NULL\":true},\"costMicroUsd\":{\"NULL\":true}}"),
	                            &j, &e), 0);
	assert_int_equal(j.state, JOB_OTHER);
	assert_str(j.status, "warming");
	assert_false(j.has_tokens || j.reported_nusd.known || j.latency_ms.known || j.score_milli.known);
	assert_int_equal(j.cache_hit, TRI_UNKNOWN);
	assert_int_equal(j.started_ms, 0);
	arena_done(&a);
}

static void bad_jobs_name_the_attribute(void **state)
{
	static const struct { const char *json, *says; } rows[] = {
		{ "{}", "jobId: missing" },
		{ "{\"jobId\":{\"N\":\"5\"}}", "jobId: type N, not S" },
		{ "{\"jobId\":{\"S\":\"x\"},\"costMicroUsd\":{\"N\":\"-1\"}}", "costMicroUsd: negative" },
		{ "{\"jobId\":{\"S\":\"x\"},\"costMicroUsd\":{\"N\":\"1e16\"}}", "costMicroUsd: not a number in range" },
		{ "{\"jobId\":{\"S\":\"x\"},\"costMicroUsd\":{\"N\":\"2e12\"}}", "costMicroUsd: absurdly large" },
		{ "{\"jobId\":{\"S\":\"x\"},\"tokens\":{\"M\":{\"input\":{\"N\":\"-3\"}}}}", "tokens: attribute input: negative" },
		{ "{\"jobId\":{\"S\":\"x\"},\"tokens\":{\"M\":{\"input\":{\"N\":\"1.5\"}}}}", "input: not an integer" },
		{ "{\"jobId\":{\"S\":\"x\"},\"tokens\":{\"S\":\"ten\"}}", "tokens: type S, not M" },
		{ "{\"jobId\":{\"S\":\"x\"},\"startedAt\":{\"S\":\"yesterday\"}}", "startedAt: not an ISO 8601 time" },
		{ "{\"jobId\":{\"S\":\"x\"},\"cacheHit\":{\"S\":\"true\"}}", "cacheHit: type S, not BOOL" },
		{ "{\"jobId\":{\"S\":\"x\"},\"latencyMs\":{\"N\":\"99999999999999\"}}", "latencyMs: absurdly large" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Arena a = { 0 };
		Err e = { 0 };
		Job j;

		assert_int_equal(record_job(parsed(&a, rows[i].json), &j, &e), -1);
		if (!strstr(e.text, rows[i].says))
			fail_msg("%s: %s", rows[i].json, e.text);
		arena_done(&a);
	}
}

static LogLine line(Arena *a, const char *text)
{
	LogsEvent event = { .id = STR("e1"), .message = str_of(text), .time_ms = 1000 };
	LogLine out;

	record_line(a, &event, &out);
	assert_str(out.event_id, "e1");
	assert_str(out.text, text);
	return out;
}

static void cost_line(void **state)
{
	Arena a = { 0 };
	LogLine l = line(&a, "{\"level\":\"INFO\",\"message\":\"COST_TRACKING\",\"trace_id\":\"t\",\"job_id\":\"j\",\"tenant_id\":\"acme\",\"persona_type\":\"cfo\","
	                 "\"agent_id\":\"a\",\"agent_version\":\"2\",\"model_id\":\"m\",\"request_id\":\"r\",\"service_tier\":\"flex\",\"token_usage\":{\"input\":1,\"output\":2,"
	                 "\"cache_read\":3,\"cache_write_5m\":4,\"cache_write_1h\":5},\"cost_cents\":0.12345678,\"cache_hit\":true,\"duration_ms\":77,"
	                 "\"timestamp\":\"2026-11-21T03:55:50.123Z\",\"more\":[1]}");

	(void)state;
	assert_int_equal(l.kind, LINE_COST);
	assert_str(l.job_id, "j");
	assert_str(l.persona, "cfo");
	assert_str(l.service_tier, "flex");
	assert_int_equal(l.tokens.cache_write_1h, 5);
	assert_int_equal(l.reported_nusd.v, 1234568);           /* 0.12345678 cents = 1,234,567.8 nUSD, half up */
	assert_int_equal(l.cache_hit, TRI_YES);
	assert_int_equal(l.duration_ms.v, 77);
	assert_int_equal(l.event_ms, INT64_C(1795233350123));
	l = line(&a, "COST_TRACKING {\"job_id\":\"j\",\"cost_cents\":\"1.5\",\"timestamp\":1773500966123}\n");
	assert_int_equal(l.kind, LINE_COST);
	assert_int_equal(l.reported_nusd.v, 15000000);
	assert_int_equal(l.event_ms, INT64_C(1773500966123));
	assert_false(l.has_tokens);
	assert_int_equal(line(&a, "{\"message\":\"CACHE\",\"cache_hit\":false}").cache_hit, TRI_NO);
	assert_int_equal(line(&a, "{\"message\":\"SECURITY\"}").kind, LINE_SECURITY);
	assert_int_equal(line(&a, "{\"message\":\"JOB_EVENT\",\"timestamp\":\"soon\"}").event_ms, 1000);
	assert_int_equal(line(&a, "{\"timestamp\":{\"a\":[7,{}]},\"message\":\"JOB_EVENT\",\"more\":{\"message\":1}}").event_ms, 1000);
	assert_int_equal(line(&a, "{\"message\":\"JOB_EVENT\",\"timestamp\":7,\"timestamp\":8}").event_ms, 1000);
	l = line(&a, "{\"duration_ms\":null,\"x\":1,\"x\":2,\"token_usage\":null,\"job_id\":\"a\\u00e9\",\"cost_cents\":null,\"message\":\"JOB_EVENT\"}");
	assert_int_equal(l.kind, LINE_JOB);
	assert_str(l.job_id, "a\xc3\xa9");
	assert_false(l.has_tokens || l.duration_ms.known || l.reported_nusd.known);
	arena_done(&a);
}

static void plain_lines(void **state)
{
	static const char *const texts[] = {
		"", "START RequestId: x", "{", "{}", "[1]", "{\"message\":\"hello\"}", "{\"message\":5}", "{\"message\":\"COST_TRACKING\"} and more",
		"hello {\"message\":\"COST_TRACKING\"}", "{\"message\":\"COST_TRACKING\",\"cost_cents\":-1}",
		"{\"message\":\"COST_TRACKING\",\"cost_cents\":1e300}", "{\"message\":\"COST_TRACKING\",\"token_usage\":{\"input\":-1}}",
		"{\"message\":\"COST_TRACKING\",\"token_usage\":{\"input\":\"many\"}}", "{\"message\":\"COST_TRACKING\",\"job_id\":5}",
		"{\"message\":\"COST_TRACKING\",\"cost_cents\":1,\"cost_cents\":2}", "{\"message\":\"COST_TRACKING\",\"token_usage\":[1]}",
		"{\"message\":\"COST_TRACKING\",\"token_usage\":{\"input\":1,\"input\":1}}", "{\"message\":\"COST_TRACKING\",\"cache_hit\":1}",
		"{\"message\":\"COST_TRACKING\",\"token_usage\":{},\"token_usage\":null}", "{\"message\":\"COST_TRACKING\",\"x\":[}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		Arena a = { 0 };
		LogLine l = line(&a, texts[i]);

		if (l.kind != LINE_PLAIN || l.reported_nusd.known || l.has_tokens || l.event_ms != 1000)
			fail_msg("%s: kind %d", texts[i], l.kind);
		arena_done(&a);
	}
}

static void assert_same(const LogLine *a, const LogLine *b)
{
	const Str of_a[] = { a->level, a->trace_id, a->job_id, a->tenant, a->persona, a->agent, a->version, a->model, a->request_id, a->service_tier };
	const Str of_b[] = { b->level, b->trace_id, b->job_id, b->tenant, b->persona, b->agent, b->version, b->model, b->request_id, b->service_tier };

	for (size_t i = 0; i < sizeof of_a / sizeof *of_a; i++)
		assert_true(str_eq(of_a[i], of_b[i]));
	assert_int_equal(a->kind, b->kind);
	assert_int_equal(a->event_ms, b->event_ms);
	assert_int_equal(a->has_tokens, b->has_tokens);
	assert_memory_equal(&a->tokens, &b->tokens, sizeof a->tokens);
	assert_int_equal(a->reported_nusd.known, b->reported_nusd.known);
	assert_int_equal(a->reported_nusd.v, b->reported_nusd.v);
	assert_int_equal(a->duration_ms.known, b->duration_ms.known);
	assert_int_equal(a->duration_ms.v, b->duration_ms.v);
	assert_int_equal(a->cache_hit, b->cache_hit);
}

/* A line end behind the brace sends a line to the parser: both ways read the same, whatever one byte of the line becomes
 * and wherever it ends. */
static void both_ways_agree(void **state)
{
	static const char text[] = "{\"level\":\"INFO\",\"message\":\"COST_TRACKING\", \"job_id\": \"j-1\",\"x\":\"more\",\"token_usage\":"
		"{\"input\":12,\"output\":3},\"cost_cents\":0.125,\"cache_hit\":false,\"duration_ms\":77,\"timestamp\":\"2026-11-21T03:55:50.123Z\"}";
	static const char bytes[] = "\"\\,:{}[] \n\t0-.eEtnaZ\x01\x80\xC3";
	char changed[sizeof text + 1], parsed_way[sizeof text + 2];

	(void)state;
	for (size_t at = 1; at < sizeof text; at++)
		for (size_t k = 0; k < sizeof bytes; k++) {      /* the last one, NUL, stands for the end */
			size_t n = bytes[k] ? sizeof text - 1 : at;
			LogsEvent event = { .id = STR("e"), .time_ms = 1000 };
			LogLine plain, parsed;
			Arena a = { 0 };

			memcpy(changed, text, sizeof text);
			changed[at] = bytes[k] && at < n ? bytes[k] : changed[at];
			parsed_way[0] = '{';
			parsed_way[1] = '\n';
			memcpy(parsed_way + 2, changed + 1, n - 1);
			event.message = (Str){ changed, n };
			record_line(&a, &event, &plain);
			event.message = (Str){ parsed_way, n + 1 };
			record_line(&a, &event, &parsed);
			assert_same(&plain, &parsed);
			arena_done(&a);
		}
}

static void agents(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	AgentItem v;

	(void)state;
	assert_int_equal(record_agent(&a, parsed(&a, "{\"agentId\":{\"S\":\"a\"},\"version\":{\"S\":\"#route\"},\"rev\":{\"N\":\"7\"}}"), &v, &e), 0);
	assert_true(v.is_route);
	assert_int_equal(v.rev, 7);
	assert_str(v.raw_json, "{\"agentId\":{\"S\":\"a\"},\"version\":{\"S\":\"#route\"},\"rev\":{\"N\":\"7\"}}");
	assert_int_equal(record_agent(&a, parsed(&a, "{\"agentId\":{\"S\":\"a\"},\"version\":{\"S\":\"2.1.0\"},\"status\":{\"S\":\"production\"},"
	                 "\"bedrockModel\":{\"S\":\"m\"},\"createdAt\":{\"S\":\"2026-11-21T03:55:50Z\"},\"createdBy\":{\"S\":\"x\"}}"), &v, &e), 0);
	assert_false(v.is_route);
	assert_str(v.model, "m");
	assert_true(v.created_ms > 0);
	assert_int_equal(record_agent(&a, parsed(&a, "{\"agentId\":{\"S\":\"a\"}}"), &v, &e), -1);
	assert_string_equal(e.text, "attribute version: missing");
	arena_done(&a);
}

/* More than a minute between its time and its arrival; without an arrival nothing is said. */
static void late_lines(void **state)
{
	static const struct { int64_t arrived; bool late; } cases[] = { { 0, false }, { 1000, false }, { 61000, false }, { 61001, true } };
	static const char *const texts[] = { "{\"message\":\"COST_TRACKING\",\"job_id\":\"a\",\"cost_cents\":1}", "plain words" };
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (size_t k = 0; k < 2; k++) {
			LogsEvent event = { .id = STR("1"), .message = str_of(texts[k]), .time_ms = 1000, .ingested_ms = cases[i].arrived };
			LogLine line;

			record_line(&a, &event, &line);
			assert_int_equal(line.late, cases[i].late);
		}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_job), cmocka_unit_test(sparse_job), cmocka_unit_test(bad_jobs_name_the_attribute),
		cmocka_unit_test(cost_line), cmocka_unit_test(plain_lines), cmocka_unit_test(both_ways_agree),
		cmocka_unit_test(agents), cmocka_unit_test(late_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
