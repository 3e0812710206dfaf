/* Events of InvokeAgent and InvokeModelWithResponseStream, and turns put together from awkward pieces. */
#include "unit.h"

#include "api/agent_runtime.h"
#include "api/bedrock_invoke.h"
#include "api/converse.h"
#include "aws_unit.h"

#define SAMPLES SHARED_DIR "/aws/samples/"

static void each_event(Arena *a, const char *path, void (*on)(Arena *, Str, Str, Buf *), Buf *out)
{
	Str bytes = shared_file(a, path);
	Err e = { 0 };
	EsFrame f;
	long n;

	while ((n = es_decode(bytes, &f, &e)) > 0) {
		on(a, es_header_str(&f, ":event-type"), f.payload, out);
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
	assert_int_equal(bytes.n, 0);
}

static void on_agent(Arena *a, Str type, Str payload, Buf *out)
{
	BarEvent ev;
	Err e = { 0 };

	if (agent_event(a, type, payload, &ev, &e) < 0)
		fail_msg("%s", e.text);
	if (ev.kind == BAR_CHUNK)
		(void)buf_put_str(out, ev.chunk.bytes);
	if (ev.kind == BAR_TRACE) {
		assert_str(ev.trace.version, "7");
		assert_true(ev.trace.time_ms > 0);
		(void)buf_puts(out, str_has(ev.trace.trace, STR("\"inputTokens\":1320")) ? "[usage]" : "[why]");
	}
}

static void on_model(Arena *a, Str type, Str payload, Buf *out)
{
	Str json;
	Err e = { 0 };

	if (bedrock_chunk(a, type, payload, &json, &e) < 0)
		fail_msg("%s", e.text);
	(void)buf_put_str(out, json);
	(void)buf_putc(out, '\n');
}

static void recorded_streams(void **state)
{
	Arena a = { 0 };
	Buf out = { 0 };

	(void)state;
	SKIP_WITHOUT(SAMPLES "invoke-agent.bin");
	each_event(&a, SAMPLES "invoke-agent.bin", on_agent, &out);
	assert_string_equal(buf_cstr(&out), "[why]The invoice total is 42,00 \u20ac.[usage]");
	buf_reset(&out);
	each_event(&a, SAMPLES "invoke-model-stream-anthropic.bin", on_model, &out);
	assert_true(str_starts(buf_str(&out), STR("{\"type\":\"message_start\"")));
	assert_true(str_has(buf_str(&out), STR("\"text\":\"pong\"")));
	assert_true(str_has(buf_str(&out), STR("\"amazon-bedrock-invocationMetrics\":{\"inputTokenCount\":12")));
	buf_done(&out);
	arena_done(&a);
}

static void agent_events(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	BarEvent ev;

	(void)state;
	assert_int_equal(agent_event(&a, STR("returnControl"), STR("{\"invocationId\":\"i-1\",\"invocationInputs\":[{\"functionInvocationInput\":"
	                 "{\"actionGroup\":\"orders\",\"function\":\"refund\",\"parameters\":[{\"name\":\"id\",\"type\":\"string\",\"value\":\"7\"}]}}]}"), &ev, &e), 0);
	assert_int_equal(ev.kind, BAR_RETURN_CONTROL);
	assert_str(ev.control.inputs.v[0].function.parameters.v[0].value, "7");
	assert_int_equal(agent_event(&a, STR("files"), STR("{\"files\":[{\"name\":\"a.csv\",\"type\":\"text/csv\",\"bytes\":\"YSxi\"}]}"), &ev, &e), 0);
	assert_str(ev.files.files.v[0].bytes, "a,b");
	assert_int_equal(agent_event(&a, STR("novelty"), STR("not even JSON"), &ev, &e), 0);
	assert_int_equal(ev.kind, BAR_OTHER);
	assert_int_equal(agent_event(&a, STR("chunk"), STR("{\"bytes\":\"%\"}"), &ev, &e), -1);
	assert_non_null(strstr(e.text, "InvokeAgent chunk"));
	arena_done(&a);
}

static void tell(ConverseTurn *turn, const char *type, const char *payload)
{
	Arena a = { 0 };
	ConversePiece piece;
	Err e = { 0 };

	if (converse_event(&a, str_of(type), str_of(payload), turn, &piece, &e) < 0)
		fail_msg("%s", e.text);
	arena_done(&a);
}

/* Blocks out of order, a tool without parameters, redacted reasoning, sources; and a tool that was cut off. */
static void awkward_turns(void **state)
{
	ConverseTurn turn = { 0 };
	ConverseMessage m;
	Arena a = { 0 };
	Err e = { 0 };

	(void)state;
	tell(&turn, "contentBlockDelta", "{\"contentBlockIndex\":3,\"delta\":{\"text\":\"said\"}}");
	tell(&turn, "contentBlockDelta", "{\"contentBlockIndex\":3,\"delta\":{\"citation\":{\"title\":\"T\"}}}");
	tell(&turn, "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"reasoningContent\":{\"redactedContent\":\"AAEC\"}}}");
	tell(&turn, "contentBlockStart", "{\"contentBlockIndex\":1,\"start\":{\"toolUse\":{\"toolUseId\":\"t\",\"name\":\"now\"}}}");
	tell(&turn, "contentBlockStop", "{\"contentBlockIndex\":1}");
	tell(&turn, "novelty", "[]");
	assert_int_equal(converse_turn_message(&turn, &a, &m, &e), 0);
	assert_int_equal(m.content.n, 3);
	assert_int_equal(m.content.v[0].reasoning.redacted.n, 3);
	assert_str(m.content.v[1].tool_use.input, "{}");
	assert_str(m.content.v[2].citations, "{\"content\":[{\"text\":\"said\"}],\"citations\":[{\"title\":\"T\"}]}");
	tell(&turn, "contentBlockDelta", "{\"contentBlockIndex\":1,\"delta\":{\"toolUse\":{\"input\":\"{\\\"a\\\":\"}}}");
	assert_int_equal(converse_turn_message(&turn, &a, &m, &e), -1);
	assert_non_null(strstr(e.text, "the input of the tool now"));
	converse_turn_done(&turn);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(recorded_streams), cmocka_unit_test(agent_events), cmocka_unit_test(awkward_turns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
