#include "unit.h"

#include "base/buf.h"
#include "local/dialect.h"

static const ConfLocalModel openai = { .id = { "x", 1 }, .kind = LOCAL_OPENAI, .model = { "m", 1 } };
static const ConfLocalModel ollama = { .id = { "x", 1 }, .kind = LOCAL_OLLAMA, .model = { "m:1", 3 } };

/* --- what is asked --- */

/* Instructions, a use of a tool with its result, and a question. */
static void question(Arena *a, ConverseIn *in)
{
	ConverseMessage *m = ARENA_ARRAY(a, ConverseMessage, 3);
	ConverseBlock *b = ARENA_ARRAY(a, ConverseBlock, 5);

	b[0].text = STR("how \"hot\"?\n");
	b[1].text = STR("I look");
	b[2].tool_use = (ConverseToolUse){ STR("id-1"), STR("heat"), STR("{\"at\":\"oven\"}"), STR("") };
	b[3].tool_result = (ConverseToolResult){ .id = STR("id-1"), .content = { ARENA_NEW(a, ConverseResultPart), 1 }, .status = STR("success") };
	b[3].tool_result.content.v[0].text = STR("200");
	b[4].text = STR("and now?");
	m[0] = (ConverseMessage){ STR("user"), { b, 1 } };
	m[1] = (ConverseMessage){ STR("assistant"), { b + 1, 2 } };
	m[2] = (ConverseMessage){ STR("user"), { b + 3, 2 } };
	*in = (ConverseIn){ .messages = { m, 3 }, .system = { ARENA_NEW(a, ConverseSystem), 1 }, .limits = { .max_tokens = 9, .temperature = { .has = true, .v = 0.5 } } };
	in->system.v[0].text = STR("be brief");
}

static void expect_request(const ConfLocalModel *m, const ConverseIn *in, const char *want)
{
	Buf got = { 0 };
	Err e = { 0 };

	if (local_request(m, in, &got, &e) < 0)
		fail_msg("%s", e.text);
	assert_string_equal(buf_cstr(&got), want);
	buf_done(&got);
}

static void what_is_asked(void **state)
{
	Arena a = { 0 };
	ConverseIn in;
	Buf out = { 0 };
	Err e = { 0 };

	(void)state;
	question(&a, &in);
	expect_request(&openai, &in,
	               "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":9,\"temperature\":0.5,\"messages\":["
	               "{\"role\":\"system\",\"content\":\"be brief\"},{\"role\":\"user\",\"content\":\"how \\\"hot\\\"?\\n\"},"
	               "{\"role\":\"assistant\",\"content\":\"I look\",\"tool_calls\":[{\"id\":\"id-1\",\"type\":\"function\",\"function\":"
	               "{\"name\":\"heat\",\"arguments\":\"{\\\"at\\\":\\\"oven\\\"}\"}}]},{\"role\":\"tool\",\"tool_call_id\":\"id-1\",\"content\":\"200\"},"
	               "{\"role\":\"user\",\"content\":\"and now?\"}]}");
	expect_request(&ollama, &in,
	               "{\"model\":\"m:1\",\"stream\":true,\"options\":{\"num_predict\":9,\"temperature\":0.5},\"messages\":["
	               "{\"role\":\"system\",\"content\":\"be brief\"},{\"role\":\"user\",\"content\":\"how \\\"hot\\\"?\\n\"},"
	               "{\"role\":\"assistant\",\"content\":\"I look\",\"tool_calls\":[{\"id\":\"id-1\",\"type\":\"function\",\"function\":"
	               "{\"name\":\"heat\",\"arguments\":{\"at\":\"oven\"}}}]},{\"role\":\"tool\",\"tool_call_id\":\"id-1\",\"content\":\"200\"},"
	               "{\"role\":\"user\",\"content\":\"and now?\"}]}");
	in.tools.tools.v = ARENA_NEW(&a, ConverseTool);
	in.tools.tools.n = 1;
	in.tools.tools.v[0].spec = (ConverseToolSpec){ .name = STR("heat"), .description = STR(""), .schema.json = STR("{\"type\":\"object\"}") };
	in.tools.choice.tool.name = STR("heat");
	in.messages.n = 1;
	in.system.n = 0;
	in.limits = (ConverseLimits){ .max_tokens = 9 };
	expect_request(&openai, &in,
	               "{\"model\":\"m\",\"stream\":true,\"stream_options\":{\"include_usage\":true},\"max_tokens\":9,\"messages\":["
	               "{\"role\":\"user\",\"content\":\"how \\\"hot\\\"?\\n\"}],\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"heat\","
	               "\"parameters\":{\"type\":\"object\"}}}],\"tool_choice\":{\"type\":\"function\",\"function\":{\"name\":\"heat\"}}}");
	assert_int_equal(local_request(&ollama, &in, &out, &e), -1);
	assert_non_null(strstr(e.text, "kind: openai"));
	buf_done(&out);
	arena_done(&a);
}

/* --- what is answered --- */

typedef int (*Take)(Arena *a, Str json, LocalFold *f, Err *e);

/* All events, or as far as they can be read; e says why not further. */
static void fold(Take take, const char *const *events, ConverseTurn *t, bool *done, Err *e)
{
	LocalFold f = { .said = t };
	Arena a = { 0 };

	*e = (Err){ 0 };
	for (; *events; events++) {
		arena_reset(&a);
		if (take(&a, str_of(*events), &f, e) < 0)
			break;
	}
	*done = f.done;
	arena_done(&a);
}

static void expect_part(const ConverseTurn *t, size_t i, ConverseKind kind, const char *name, const char *text)
{
	assert_true(i < t->parts);
	assert_int_equal(t->part[i].kind, kind);
	assert_true(str_is(t->part[i].name.n ? buf_str(&t->part[i].name) : STR(""), name));
	assert_true(str_is(t->part[i].text.n ? buf_str(&t->part[i].text) : STR(""), text));
}

static void chat_completions(void **state)
{
	static const char *const text[] = {
		"{\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":null}],\"usage\":null}",
		"{\"choices\":[{\"delta\":{\"reasoning_content\":\"hm\"}}]}", "{\"choices\":[{\"delta\":{\"content\":\"warm \"}}]}",
		"{\"choices\":[{\"delta\":{\"content\":\"\\u2713\"}}]}", "{\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}",
		"{\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":3,\"total_tokens\":15}}", "[DONE]", NULL,
	};
	static const char *const tools[] = {
		"{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"a\",\"type\":\"function\",\"function\":{\"name\":\"heat\",\"arguments\":\"\"}}]}}]}",
		"{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\\\"at\\\":\"}}]}}]}",
		"{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":1,\"function\":{\"name\":\"list\",\"arguments\":\"{}\"}}]}}]}",
		"{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"1}\"}}]}}]}",
		"{\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}", NULL,
	};
	ConverseTurn t = { 0 };
	bool done;
	Err e;

	(void)state;
	fold(local_openai_event, text, &t, &done, &e);
	assert_string_equal(e.text, "");
	assert_true(done && t.has_stop && t.has_usage);
	assert_string_equal(t.stop_reason, "max_tokens");
	assert_int_equal(t.tokens.input, 12);
	assert_int_equal(t.tokens.output, 3);
	expect_part(&t, 0, CONVERSE_REASONING, "", "hm");
	expect_part(&t, 1, CONVERSE_TEXT, "", "warm \xe2\x9c\x93");
	converse_turn_done(&t);
	t = (ConverseTurn){ 0 };
	fold(local_openai_event, tools, &t, &done, &e);
	assert_string_equal(e.text, "");
	assert_true(!done && t.has_stop && !t.has_usage);
	assert_string_equal(t.stop_reason, "tool_use");
	expect_part(&t, 0, CONVERSE_TOOL, "heat", "{\"at\":1}");
	expect_part(&t, 1, CONVERSE_TOOL, "list", "{}");
	assert_true(str_is(buf_str(&t.part[0].id), "a") && str_is(buf_str(&t.part[1].id), "call-2"));
	converse_turn_done(&t);
}

static void lines_of_ollama(void **state)
{
	static const char *const lines[] = {
		"{\"model\":\"m\",\"message\":{\"role\":\"assistant\",\"content\":\"\",\"thinking\":\"hm\"},\"done\":false}",
		"{\"message\":{\"content\":\"warm\"},\"done\":false}",
		"{\"message\":{\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"heat\",\"arguments\":{\"at\":[1,2]}}}]},\"done\":false}",
		"{\"message\":{\"content\":\"\",\"tool_calls\":[{\"function\":{\"name\":\"list\"}}]},\"done\":false}",
		"{\"message\":{\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":7,\"eval_count\":2}", NULL,
	};
	ConverseTurn t = { 0 };
	bool done;
	Err e;

	(void)state;
	fold(local_ollama_line, lines, &t, &done, &e);
	assert_string_equal(e.text, "");
	assert_true(done && t.has_stop && t.has_usage);
	assert_string_equal(t.stop_reason, "tool_use");
	assert_int_equal(t.tokens.input, 7);
	assert_int_equal(t.tokens.output, 2);
	expect_part(&t, 0, CONVERSE_REASONING, "", "hm");
	expect_part(&t, 1, CONVERSE_TEXT, "", "warm");
	expect_part(&t, 2, CONVERSE_TOOL, "heat", "{\"at\":[1,2]}");
	expect_part(&t, 3, CONVERSE_TOOL, "list", "");
	converse_turn_done(&t);
}

static void what_is_no_answer(void **state)
{
	static const struct { Take take; const char *event, *says; } bad[] = {
		{ local_openai_event, "{", "" },
		{ local_openai_event, "\"text\"", "" },
		{ local_openai_event, "{\"choices\":[{\"delta\":{\"content\":5}}]}", "content" },
		{ local_openai_event, "{\"choices\":{}}", "choices" },
		{ local_openai_event, "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":-1}]}}]}", "number -1" },
		{ local_openai_event, "{\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":128}]}}]}", "number 128" },
		{ local_openai_event, "{\"usage\":{\"prompt_tokens\":-1}}", "count of tokens" },
		{ local_openai_event, "{\"usage\":{\"completion_tokens\":99999999999}}", "count of tokens" },
		{ local_openai_event, "{\"usage\":{\"completion_tokens\":1.5}}", "completion_tokens" },
		{ local_openai_event, "{\"error\":{\"message\":\"out of memory\"}}", "it gave up: out of memory" },
		{ local_ollama_line, "{\"error\":\"model is gone\"}", "it gave up: model is gone" },
		{ local_ollama_line, "{\"message\":\"warm\"}", "message" },
		{ local_ollama_line, "{\"message\":{\"tool_calls\":[{\"function\":{\"name\":\"\"}}]}}", "name" },
		{ local_ollama_line, "{\"done\":1}", "done" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		const char *const events[] = { bad[i].event, NULL };
		ConverseTurn t = { 0 };
		bool done;
		Err e;

		fold(bad[i].take, events, &t, &done, &e);
		if (!e.text[0] || !strstr(e.text, bad[i].says))
			fail_msg("%s: \"%s\" should say \"%s\"", bad[i].event, e.text, bad[i].says);
		assert_true(!done && !t.has_usage);
		converse_turn_done(&t);
	}
}

static void refusals(void **state)
{
	Arena a = { 0 };

	(void)state;
	assert_true(str_is(local_refusal(&a, STR("{\"error\":{\"message\":\"no\",\"type\":\"x\"}}")), "no"));
	assert_true(str_is(local_refusal(&a, STR("{\"error\":\"never\"}")), "never"));
	assert_int_equal(local_refusal(&a, STR("<html>")).n, 0);
	assert_int_equal(local_refusal(&a, STR("{\"error\":[]}")).n, 0);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_asked), cmocka_unit_test(chat_completions), cmocka_unit_test(lines_of_ollama), cmocka_unit_test(what_is_no_answer),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
