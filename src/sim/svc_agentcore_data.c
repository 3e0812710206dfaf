/* AgentCore's data plane: runtimes answer with their model's text, sessions end, evaluators judge. */
#include <string.h>

#include "api/agentcore_data.h"
#include "sim/agent_say.h"
#include "sim/agentcore.h"
#include "wire/jsonw.h"

enum { SESSIONS = 64, SESSION_MIN = 33, SESSION_MAX = 256, PROMPT_MAX = 1 << 20, SPANS_MAX = 1000, DECIMALS = 1000 };

typedef struct Sessions { uint64_t open[SESSIONS]; int next; } Sessions;

const SimTable sim_agentcore_data;

static Sessions *sessions(SimCall *c)
{
	return sim_slot(c->sim, &sim_agentcore_data, sizeof(Sessions));
}

static uint64_t session_key(const AcAgent *a, Str session)
{
	return str_hash(session) * 31 + a->agent + 1;
}

static int bad_session(SimCall *c)
{
	return platform_fail(c, 400, "ValidationException", "runtimeSessionId must have %d to %d characters", SESSION_MIN, SESSION_MAX);
}

/* The version that serves the endpoint now. -1: answered. */
static int serving(SimCall *c, AcAgent *a, Str endpoint)
{
	const AcPointer *p = agentcore_pointer(a, endpoint.n ? endpoint : STR("DEFAULT"));

	if (!p || !p->live)
		return platform_fail(c, 404, "ResourceNotFoundException", "No endpoint %.*s of this agent runtime serves",
		                     endpoint.n > 60 ? 60 : STR_ARG(endpoint));
	return p->live;
}

/* What is asked: "prompt" or "inputText" of a JSON object, else the bytes as they are. */
static Str prompt_of(SimCall *c, Str payload)
{
	JsonVal root;
	Str text = { 0 };

	if (jv_parse(c->arena, payload, PROMPT_MAX, &root, NULL) < 0 || jv_type(root) != JV_OBJECT)
		return payload;
	if (jv_opt_str(root, "prompt", &text, NULL) == 0 && !text.n)
		(void)jv_opt_str(root, "inputText", &text, NULL);
	return text.n ? text : payload;
}

static void put_data(Buf *out, Str token)
{
	JsonW w = jw_to(out);

	(void)buf_puts(out, "data: ");
	jw_str(&w, token);
	(void)buf_puts(out, "\n\n");
}

static Str whole_answer(SimCall *c, const AcAgent *a, int version, Str text)
{
	Buf out = { 0 };
	JsonW w = jw_to(&out);
	Str json;

	jw_object(&w);
	jw_kstr(&w, "agentId", str_of(fleet_agent_id(a->agent)));
	jw_kstr(&w, "agentVersion", fleet_version(sim_fleet(c->sim), a->agent, (unsigned)version - 1));
	jw_kstr(&w, "result", text);
	jw_object_end(&w);
	json = arena_str(c->arena, buf_str(&out));
	buf_done(&out);
	return json;
}

static int invoke(SimCall *c, const void *input, void *output)
{
	const AcInvokeIn *in = input;
	AcAgent *a = agentcore_find_arn(c, in->runtime_arn);
	int version = a ? serving(c, a, in->endpoint) : -1;
	bool pieces = str_has(in->accept, STR("text/event-stream"));
	Str session = in->session.n ? in->session : arena_printf(c->arena, "%s-session", c->request_id);
	HttpHeader head[] = {
		{ STR("content-type"), pieces ? STR("text/event-stream") : STR("application/json") }, { STR("x-amzn-requestid"), str_of(c->request_id) },
		{ STR("X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"), session },
	};
	Sessions *s = sessions(c);
	ModelTurn turn;
	Str text;

	(void)output;
	if (version < 0)
		return -1;
	if (session.n < SESSION_MIN || session.n > SESSION_MAX)
		return bad_session(c);
	if (a->throttled)
		return platform_fail(c, 429, "ThrottlingException", "Rate exceeded");
	if (agent_breaks(c, a->agent, version, session))
		return platform_fail(c, 424, "RuntimeClientError",
		                     "Received error (500) from runtime. Please check your CloudWatch logs for more information.");
	s->open[s->next++ % SESSIONS] = session_key(a, session);
	text = agent_say(c, agent_model(a->agent), prompt_of(c, in->payload), &turn);
	if (pieces)
		agent_stream(c, &(AgentPieces){ .text = text, .put = put_data, .header = head, .header_count = 3 });
	else
		sim_reply(c, 200, head, 3, whole_answer(c, a, version, text));
	return -1;      /* answered: the body is the agent's own */
}

static int stop(SimCall *c, const void *input, void *output)
{
	const AcStopIn *in = input;
	AcStopOut *out = output;
	AcAgent *a = agentcore_find_arn(c, in->runtime_arn);
	Sessions *s = sessions(c);

	if (!a || serving(c, a, in->endpoint) < 0)
		return -1;
	if (in->session.n < SESSION_MIN || in->session.n > SESSION_MAX)
		return bad_session(c);
	/* It stands there once for each call of it. */
	for (int i = 0; i < SESSIONS; i++)
		if (s->open[i] == session_key(a, in->session)) {
			s->open[i] = 0;
			out->session = in->session;
		}
	if (out->session.n)
		return 0;
	return platform_fail(c, 404, "ResourceNotFoundException", "The session was not found: it has ended, or never began");
}

/* --- evaluations --- */

static bool is_evaluator(Str id)
{
	static const char *const builtin[] = { "Builtin.Helpfulness", "Builtin.Correctness", "Builtin.GoalSuccessRate", "Builtin.Harmfulness",
	                                       "Builtin.ToolSelectionAccuracy", "Builtin.Faithfulness" };

	for (size_t i = 0; i < sizeof builtin / sizeof builtin[0]; i++)
		if (str_is(id, builtin[i]))
			return true;
	return false;
}

/* One span's ids; the session's is an attribute. False for one that is no span. */
static bool read_span(SimCall *c, Str json, AcSpanContext *out)
{
	JsonVal root;

	*out = (AcSpanContext){ 0 };
	if (jv_parse(c->arena, json, PROMPT_MAX, &root, NULL) < 0 || jv_type(root) != JV_OBJECT)
		return false;
	(void)jv_opt_str(root, "traceId", &out->trace_id, NULL);
	(void)jv_opt_str(root, "spanId", &out->span_id, NULL);
	(void)jv_opt_str(jv_get(root, "attributes"), "session.id", &out->session, NULL);
	return out->trace_id.n && out->span_id.n;
}

static bool chosen(const AcEvaluateTarget *t, const AcSpanContext *span)
{
	bool found = !t->span_ids.n && !t->trace_ids.n;

	for (size_t i = 0; i < t->span_ids.n; i++)
		found |= str_eq(t->span_ids.v[i], span->span_id);
	for (size_t i = 0; i < t->trace_ids.n; i++)
		found |= str_eq(t->trace_ids.v[i], span->trace_id);
	return found;
}

/* The same span gets the same mark from the same evaluator. */
static void judge(SimCall *c, Str evaluator, const AcSpanContext *span, Str json, AcEvaluation *out)
{
	int64_t mark = (int64_t)((str_hash(json) ^ str_hash(evaluator)) % (DECIMALS / 2)) + DECIMALS / 2;

	*out = (AcEvaluation){ .evaluator = evaluator, .evaluator_name = evaluator, .context.span = *span,
	                       .evaluator_arn = arena_printf(c->arena, "arn:aws:bedrock-agentcore:::evaluator/%.*s", STR_ARG(evaluator)),
	                       .value = { (double)mark / DECIMALS, true }, .label = mark >= DECIMALS * 7 / 10 ? STR("Good") : STR("Fair"),
	                       .explanation = STR("Judged by its words: the simulated evaluator does not reason.") };
	out->usage.input = (int64_t)json.n / 4 + 400;
	out->usage.output = 60;
	out->usage.total = out->usage.input + out->usage.output;
}

static int evaluate(SimCall *c, const void *input, void *output)
{
	const AcEvaluateIn *in = input;
	AcEvaluations *out = output;

	if (!is_evaluator(in->evaluator))
		return platform_fail(c, 404, "ResourceNotFoundException", "Evaluator %.*s was not found",
		                     in->evaluator.n > 111 ? 111 : STR_ARG(in->evaluator));
	if (!in->input.spans.n || in->input.spans.n > SPANS_MAX)
		return platform_fail(c, 400, "ValidationException", "evaluationInput must have 1 to %d sessionSpans", SPANS_MAX);
	out->results.v = ARENA_ARRAY(c->arena, AcEvaluation, in->input.spans.n);
	for (size_t i = 0; i < in->input.spans.n; i++) {
		AcSpanContext span;

		if (!read_span(c, in->input.spans.v[i], &span))
			return platform_fail(c, 400, "ValidationException", "sessionSpans[%zu] has no traceId and spanId", i);
		if (chosen(&in->target, &span))
			judge(c, in->evaluator, &span, in->input.spans.v[i], &out->results.v[out->results.n++]);
	}
	return out->results.n ? 0 : platform_fail(c, 400, "ValidationException", "evaluationTarget names no span of the input");
}

static const SimRow rows[] = {
	{ &op_agentcore_invoke_runtime, invoke, NULL }, { &op_agentcore_stop_session, stop, NULL }, { &op_agentcore_evaluate, evaluate, NULL },
};
const SimTable sim_agentcore_data = SIM_TABLE(rows);
