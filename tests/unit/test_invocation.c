#include "unit.h"

#include "api/invocation.h"
#include "aws_unit.h"

static LogLine read_text(Arena *a, const char *text, size_t n)
{
	LogsEvent event = { .id = STR("e1"), .time_ms = 1000, .ingested_ms = 1500, .message = { text, n } };
	LogLine l;

	record_invocation(a, &event, &l);
	return l;
}

static LogLine read_one(Arena *a, const char *text)
{
	return read_text(a, text, strlen(text));
}

#define HEAD "{\"schemaType\":\"ModelInvocationLog\",\"timestamp\":\"2026-03-14T15:09:26Z\",\"requestId\":\"r-1\",\"modelId\":\"m\","

static void who_and_how_much(void **state)
{
	Arena a = { 0 };
	LogLine l = read_one(&a, HEAD "\"requestMetadata\":{\"agent\":\"billing\",\"agent_version\":\"7\",\"tenantId\":\"acme\",\"job_id\":\"j1\",\"x\":\"y\"},"
		"\"input\":{\"inputBodyJson\":{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"my secret question\"}]}]},"
		"\"inputTokenCount\":212,\"cacheReadInputTokenCount\":10240,\"cacheWriteInputTokenCount\":2048},"
		"\"output\":{\"outputBodyJson\":{\"metrics\":{\"latencyMs\":2417},\"output\":{\"message\":{\"content\":[{\"text\":\"a secret answer\"}]}}},"
		"\"outputTokenCount\":148}}");

	(void)state;
	assert_int_equal(l.kind, LINE_INVOCATION);
	assert_str(l.request_id, "r-1");
	assert_str(l.model, "m");
	assert_str(l.agent, "billing");
	assert_str(l.version, "7");
	assert_str(l.tenant, "acme");
	assert_str(l.job_id, "j1");
	assert_true(l.has_tokens);
	assert_int_equal(l.tokens.input, 212);
	assert_int_equal(l.tokens.output, 148);
	assert_int_equal(l.tokens.cache_read, 10240);
	assert_int_equal(l.tokens.cache_write_5m, 2048);
	assert_int_equal(l.tokens.cache_write_1h, 0);
	assert_int_equal(l.duration_ms.v, 2417);
	assert_int_equal(l.event_ms, INT64_C(1773500966000));
	assert_false(str_has(l.text, STR("secret")));
	assert_true(str_has(l.text, STR("billing")) && str_has(l.text, STR("10240")));
	arena_done(&a);
}

/* The split of cache writes stands in the answer, of a stream in its metadata event; one that does not add up is not believed. */
static void how_long_cache_writes_are_kept(void **state)
{
	static const struct { const char *body; int64_t short_lived, long_lived; } cases[] = {
		{ "{\"usage\":{\"cacheDetails\":[{\"ttl\":\"1h\",\"inputTokens\":30},{\"ttl\":\"5m\",\"inputTokens\":70}]}}", 70, 30 },
		{ "[{\"messageStart\":{}},{\"metadata\":{\"usage\":{\"cacheDetails\":[{\"ttl\":\"1h\",\"inputTokens\":100}]}}}]", 0, 100 },
		{ "{\"usage\":{\"cacheDetails\":[{\"ttl\":\"1h\",\"inputTokens\":30}]}}", 100, 0 },
		{ "{\"usage\":{\"cacheDetails\":[{\"ttl\":\"1h\",\"inputTokens\":-100},{\"ttl\":\"5m\",\"inputTokens\":200}]}}", 100, 0 },
		{ "{\"usage\":{\"cacheDetails\":\"x\"}}", 100, 0 },
		{ "[]", 100, 0 },
	};
	Arena a = { 0 };
	char text[600];

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		LogLine l;

		(void)snprintf(text, sizeof text, HEAD "\"input\":{\"inputTokenCount\":1,\"cacheWriteInputTokenCount\":100},\"output\":{\"outputBodyJson\":%s,"
		               "\"outputTokenCount\":2}}", cases[i].body);
		l = read_one(&a, text);
		assert_int_equal(l.kind, LINE_INVOCATION);
		assert_int_equal(l.tokens.cache_write_5m, cases[i].short_lived);
		assert_int_equal(l.tokens.cache_write_1h, cases[i].long_lived);
	}
	arena_done(&a);
}

static void what_is_no_record(void **state)
{
	static const char *const bad[] = {
		"", "x", "[]", "{}", "{\"schemaType\":\"Other\",\"requestId\":\"r\",\"modelId\":\"m\"}",
		"{\"schemaType\":\"ModelInvocationLog\",\"modelId\":\"m\"}", "{\"schemaType\":\"ModelInvocationLog\",\"requestId\":7,\"modelId\":\"m\"}",
		HEAD "\"input\":{\"inputTokenCount\":-1}}", HEAD "\"input\":{\"inputTokenCount\":\"many\"}}",
		HEAD "\"input\":{\"inputTokenCount\":99999999999999}}", HEAD "\"input\":{\"inputTokenCount\":1},\"input\":{}}",
	};
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		LogLine l = read_one(&a, bad[i]);

		assert_int_equal(l.kind, LINE_PLAIN);
		assert_int_equal(l.text.n, 0);
		assert_false(l.has_tokens);
	}
	arena_done(&a);
}

static void a_call_that_failed_has_no_tokens(void **state)
{
	Arena a = { 0 };
	LogLine l = read_one(&a, HEAD "\"errorCode\":\"ThrottlingException\",\"input\":{\"inputBodyJson\":{}}}");

	(void)state;
	assert_int_equal(l.kind, LINE_INVOCATION);
	assert_false(l.has_tokens);
	assert_str(l.level, "error");
	arena_done(&a);
}

static void the_published_layout(void **state)
{
	static const struct { int64_t input, output, read, write; } want[] = { { 212, 148, 10240, 2048 }, { 48211, 3, 0, 0 }, { 0, 0, 0, 0 } };
	const char *path = SHARED_DIR "/aws/samples/model-invocation-log.jsonl";
	Arena a = { 0 };
	char line[8192];
	size_t n = 0;
	FILE *f;

	(void)state;
	SKIP_WITHOUT(path);
	f = fopen(path, "r");
	for (; fgets(line, sizeof line, f); n++) {
		LogLine l = read_one(&a, line);

		assert_int_equal(l.kind, LINE_INVOCATION);
		assert_true(n < 3);
		assert_int_equal(l.has_tokens, n < 2);
		assert_int_equal(l.tokens.input, want[n].input);
		assert_int_equal(l.tokens.output, want[n].output);
		assert_int_equal(l.tokens.cache_read, want[n].read);
		assert_int_equal(l.tokens.cache_write_5m, want[n].write);
	}
	fclose(f);
	assert_int_equal(n, 3);
	arena_done(&a);
}

static InvocationCall call_of(Arena *a, const char *operation, const char *input, const char *more)
{
	const LogsEvent event = { .id = STR("e1"), .time_ms = 1000, .ingested_ms = 1500,
	                          .message = arena_printf(a, HEAD "\"operation\":\"%s\",\"input\":{%s}%s}", operation, input, more) };
	InvocationCall c;
	Err e = { 0 };

	assert_int_equal(invocation_call(a, &event, &c, &e), 0);
	return c;
}

#define ASKED "\"inputBodyJson\":{\"system\":[{\"text\":\"Be brief.\"}],\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"Why?\"}]}]," \
	"\"inferenceConfig\":{\"maxTokens\":300,\"temperature\":0.5}},\"inputTokenCount\":12"

static void what_was_said(void **state)
{
	static const char whole[] = ",\"output\":{\"outputBodyJson\":{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"So.\"}]}},"
		"\"stopReason\":\"end_turn\",\"metrics\":{\"latencyMs\":77}},\"outputTokenCount\":3}";
	static const char stream[] = ",\"output\":{\"outputBodyJson\":[{\"messageStart\":{\"role\":\"assistant\"}},{\"contentBlockDelta\":{\"delta\":"
		"{\"text\":\"So \"},\"contentBlockIndex\":0}},{\"contentBlockDelta\":{\"delta\":{\"text\":\"it is.\"},\"contentBlockIndex\":0}},"
		"{\"messageStop\":{\"stopReason\":\"max_tokens\"}},{\"metadata\":{\"metrics\":{\"latencyMs\":78}}}],\"outputTokenCount\":3}";
	Arena a = { 0 };
	InvocationCall c = call_of(&a, "Converse", ASKED, whole);

	(void)state;
	assert_int_equal(c.lacks.n, 0);
	assert_true(c.in.messages.n == 1 && c.in.system.n == 1 && c.in.limits.max_tokens == 300 && c.in.limits.temperature.v == 0.5);
	assert_str(c.in.messages.v[0].content.v[0].text, "Why?");
	assert_str(c.in.system.v[0].text, "Be brief.");
	assert_true(c.answered && c.line.duration_ms.v == 77 && c.line.tokens.input == 12 && c.line.tokens.output == 3);
	assert_str(c.text, "So.");
	assert_str(c.stop, "end_turn");
	c = call_of(&a, "ConverseStream", ASKED, stream);
	assert_true(c.answered && !c.lacks.n && c.line.duration_ms.v == 78);
	assert_str(c.text, "So it is.");
	assert_str(c.stop, "max_tokens");
	arena_done(&a);
}

/* What the record does not carry is said. */
static void what_is_not_there(void **state)
{
	static const struct { const char *operation, *input, *more, *lacks, *no_answer; } cases[] = {
		{ "InvokeModel", "\"inputBodyJson\":{\"prompt\":\"x\"}", "", "InvokeModel has its body in the model's own form", "does not hold its answer" },
		{ "Converse", "\"inputBodyS3Path\":\"s3://b/k.json.gz\"", ",\"output\":{\"outputBodyS3Path\":\"s3://b/o.json.gz\"}", "in S3, at s3://b/k.json.gz",
		  "in S3, at s3://b/o.json.gz" },
		{ "Converse", "\"inputTokenCount\":5", "", "delivery of text is off", "does not hold its answer" },
		{ "Converse", "\"inputBodyJson\":{\"messages\":[]}", "", "no messages", "does not hold its answer" },
		{ "Converse", "\"inputBodyJson\":{\"messages\":\"x\"}", "", "cannot be read", "does not hold its answer" },
		{ "Converse", "\"inputBodyJson\":{\"messages\":[{\"role\":\"user\",\"content\":[{\"image\":{\"format\":\"png\",\"source\":{}}}]}]}", "",
		  "an image", "does not hold its answer" },
		{ "Converse", ASKED, ",\"errorCode\":\"ThrottlingException\"", "", "the call failed: ThrottlingException" },
		{ "Converse", ASKED, ",\"output\":{\"outputBodyJson\":[{\"messageStart\":{}}]}", "", "does not hold its answer" },
	};
	Arena a = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		InvocationCall c = call_of(&a, cases[i].operation, cases[i].input, cases[i].more);

		assert_int_equal(c.lacks.n > 0, cases[i].lacks[0] != 0);
		if (!str_has(c.lacks, str_of(cases[i].lacks)))
			fail_msg("%zu: %.*s", i, STR_ARG(c.lacks));
		assert_true(!c.answered && str_has(c.no_answer, str_of(cases[i].no_answer)));
	}
	arena_done(&a);
}

static void a_record_that_is_cut_off(void **state)
{
	static const char text[] = HEAD "\"operation\":\"Converse\",\"input\":{" ASKED "},\"output\":{\"outputBodyJson\":{}}}";
	Arena a = { 0 };

	(void)state;
	for (size_t n = 0; n < sizeof text - 1; n++) {
		const LogsEvent event = { .id = STR("e"), .message = { text, n } };
		InvocationCall c;

		assert_int_equal(invocation_call(&a, &event, &c, NULL), -1);
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_said),
		cmocka_unit_test(what_is_not_there),
		cmocka_unit_test(a_record_that_is_cut_off),
		cmocka_unit_test(who_and_how_much),
		cmocka_unit_test(how_long_cache_writes_are_kept),
		cmocka_unit_test(what_is_no_record),
		cmocka_unit_test(a_call_that_failed_has_no_tokens),
		cmocka_unit_test(the_published_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
