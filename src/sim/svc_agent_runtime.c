/* Bedrock agents at run time, and questions to the knowledge bases. An agent whose alias rejects does not answer; one that
 * is asked for a refund hands control back; one that is asked for a chart brings a file. */
#include <string.h>

#include "api/agent_runtime.h"
#include "sim/agent_say.h"
#include "sim/classic.h"
#include "sim/serve.h"
#include "wire/eventstream.h"
#include "wire/jsonw.h"
#include "wire/text.h"
#include "wire/time8601.h"

enum { SESSION_MIN = 2, SESSION_MAX = 100, RESULTS = 5, RESULTS_MAX = 100, PASSAGES = 3, DECIMALS = 1000 };

typedef struct Passage { const char *file, *text; } Passage;

static const Passage passages[CLASSIC_BASES][PASSAGES] = {
	{ { "menus/spring.md", "The spring menu has asparagus soup, trout with almonds and a rhubarb tart. The tart contains nuts and eggs." },
	  { "menus/lunch.md", "Lunch is served from 11:30 to 14:30. The lunch offer is soup and a main course at one price." },
	  { "menus/allergens.md", "Dishes with nuts, gluten or milk are marked on every menu. Ask the staff about traces." } },
	{ { "reviews/march.jsonl", "Guests praise the evening service and the dessert. Some wait too long for the bill at weekends." },
	  { "reviews/april.jsonl", "Reviews of the terrace are the best of the year. Parking is named as a problem." },
	  { "reviews/may.jsonl", "The rating rose after the new lunch offer. Families ask for smaller portions." } },
	{ { "brands/casa-verde.md", "Casa Verde speaks warmly and briefly, and never uses exclamation marks." },
	  { "brands/metro-grill.md", "Metro Grill is direct. Prices come first, adjectives last." },
	  { "brands/pier-nine.md", "Pier Nine tells where the fish comes from and who caught it." } },
};

/* --- InvokeAgent --- */

static void put_event(Buf *out, const char *type, Buf *json)
{
	(void)es_encode_event(out, type, buf_str(json));      /* far below the limits of a frame */
	buf_done(json);
}

static void put_chunk(Buf *out, Str text)
{
	Buf json = { 0 }, b64 = { 0 };
	JsonW w = jw_to(&json);

	(void)b64_encode(&b64, text);
	jw_object(&w);
	jw_kstr(&w, "bytes", buf_str(&b64));
	jw_object_end(&w);
	put_event(out, "chunk", &json);
	buf_done(&b64);
}

static void put_trace(SimCall *c, Buf *out, const BarInvokeIn *in, int version, Str step)
{
	Buf json = { 0 };
	JsonW w = jw_to(&json);
	char time[TIME_TEXT];

	time_format_iso(c->now_ms, time);
	jw_object(&w);
	jw_kstr(&w, "agentId", in->agent);
	jw_kstr(&w, "agentAliasId", in->alias);
	jw_kstr(&w, "agentVersion", version ? arena_printf(c->arena, "%d", version) : STR("DRAFT"));
	jw_kstr(&w, "sessionId", in->session);
	jw_kstr(&w, "eventTime", str_of(time));
	jw_key(&w, "trace");
	jw_raw(&w, arena_printf(c->arena, "{\"orchestrationTrace\":%.*s}", STR_ARG(step)));
	jw_object_end(&w);
	put_event(out, "trace", &json);
}

static void put_json_event(Buf *out, const char *type, const char *text)
{
	(void)es_encode_event(out, type, str_of(text));
}

/* What comes behind the text, or in its place. */
static void put_end(SimCall *c, const BarInvokeIn *in, const ClassicAgent *a, int version, const ModelTurn *turn, Buf *out)
{
	if (agent_breaks(c, a->agent, version, in->session)) {
		(void)es_encode_exception(out, "dependencyFailedException",
		                          STR("{\"message\":\"The tool input does not match its schema: required member \\\"offer\\\" is missing.\"}"));
		return;
	}
	if (str_has(in->text, STR("chart")))
		put_json_event(out, "files", "{\"files\":[{\"name\":\"chart.csv\",\"type\":\"text/csv\",\"bytes\":\"d2VlayxvcmRlcnMKMSwxMjAKMiwxMzQK\"}]}");
	if (in->trace)
		put_trace(c, out, in, version, arena_printf(c->arena, "{\"modelInvocationOutput\":{\"traceId\":\"%s-0\",\"metadata\":{\"usage\":"
		          "{\"inputTokens\":%lld,\"outputTokens\":%d}}}}", c->request_id, (long long)turn->input, turn->tokens));
}

static void answer(SimCall *c, const BarInvokeIn *in, const ClassicAgent *a, int version)
{
	HttpHeader head[] = {
		{ STR("content-type"), STR("application/vnd.amazon.eventstream") }, { STR("x-amzn-requestid"), str_of(c->request_id) },
		{ STR("x-amzn-bedrock-agent-content-type"), STR("application/json") }, { STR("x-amz-bedrock-agent-session-id"), in->session },
	};
	bool handed = str_has(in->text, STR("refund")) && !in->state.results.n;
	Buf before = { 0 }, after = { 0 };
	ModelTurn turn;
	Str text = agent_say(c, agent_model(a->agent), in->text, &turn);

	if (in->trace)
		put_trace(c, &before, in, version, STR("{\"rationale\":{\"text\":\"The question is about the guest's location.\",\"traceId\":\"0\"}}"));
	if (handed)
		put_json_event(&after, "returnControl", "{\"invocationId\":\"00000000-0000-4000-8000-000000000001\","
		               "\"invocationInputs\":[{\"functionInvocationInput\":{\"actionGroup\":\"orders\",\"function\":\"refund\","
		               "\"parameters\":[{\"name\":\"order\",\"type\":\"string\",\"value\":\"4711\"}]}}]}");
	else if (!in->streaming.final && !agent_breaks(c, a->agent, version, in->session))
		put_chunk(&after, text);
	if (!handed)
		put_end(c, in, a, version, &turn, &after);
	agent_stream(c, &(AgentPieces){ .text = in->streaming.final && !handed ? text : STR(""), .before = buf_str(&before), .put = put_chunk,
	                                .after = buf_str(&after), .header = head, .header_count = 4 });
	buf_done(&before);
	buf_done(&after);
}

static int invoke(SimCall *c, const void *input, void *output)
{
	const BarInvokeIn *in = input;
	ClassicAgent *a = classic_find(c, in->agent);
	const ClassicAlias *p = a ? classic_alias(c, a, in->alias) : NULL;

	(void)output;
	if (!p)
		return platform_fail(c, 404, "ResourceNotFoundException", "Failed to retrieve resource because it doesn't exist. Retry your request with "
		                     "a different resource identifier.");
	if (in->session.n < SESSION_MIN || in->session.n > SESSION_MAX)
		return platform_fail(c, 400, "ValidationException", "sessionId must have %d to %d characters", SESSION_MIN, SESSION_MAX);
	if (!in->text.n && !in->end && !in->state.results.n)
		return platform_fail(c, 400, "ValidationException", "inputText cannot be empty");
	if (p->reject)
		return platform_fail(c, 400, "ValidationException", "The agent alias rejects invocations");
	answer(c, in, a, p->version);
	return -1;      /* answered: a stream */
}

/* --- knowledge bases --- */

static int base_of(SimCall *c, Str id)
{
	for (int i = 0; i < CLASSIC_BASES; i++)
		if (str_eq(id, platform_id(c, classic_bases[i].name, true)) ||
		    str_eq(id, platform_arn(c, "bedrock", "knowledge-base/%.*s", STR_ARG(platform_id(c, classic_bases[i].name, true)))))
			return i;
	return platform_fail(c, 404, "ResourceNotFoundException", "Knowledge base %.*s was not found", id.n > 200 ? 200 : STR_ARG(id));
}

static bool has_word(Str text, Str word)
{
	for (size_t i = 0; i + word.n <= text.n; i++)
		if (str_eq_nocase(str_sub(text, i, word.n), word))
			return true;
	return false;
}

/* Words of four letters and more that question and passage share. */
static double score_of(Str question, Str text)
{
	int64_t hits = 0, words = 0;

	while (question.n) {
		Str word = str_cut(question, ' ', &question);

		words += word.n >= 4;
		hits += word.n >= 4 && has_word(text, word);
	}
	return (double)(200 + (words ? 750 * hits / words : 0)) / DECIMALS;
}

static void put_passage(SimCall *c, int base, int i, Str question, BarPassage *out)
{
	const Passage *p = &passages[base][i];

	*out = (BarPassage){ .content = { STR("TEXT"), str_of(p->text) }, .score = score_of(question, str_of(p->text)) };
	out->location.type = STR("S3");
	out->location.s3.uri = arena_printf(c->arena, "s3://knowledge/%s", p->file);
	out->metadata = arena_printf(c->arena, "{\"x-amz-bedrock-kb-source-uri\":\"s3://knowledge/%s\",\"x-amz-bedrock-kb-data-source-id\":\"DS%s\"}",
	                             p->file, "FLEET00001");
}

/* The best first. Returns how many there are of them. */
static size_t look_up(SimCall *c, int base, Str question, const BarRetrieval *how, BarPassage **out)
{
	size_t wanted = how->vector.results > 0 ? (size_t)how->vector.results : RESULTS;
	BarPassage *all = ARENA_ARRAY(c->arena, BarPassage, PASSAGES);

	for (int i = 0; i < PASSAGES; i++) {
		BarPassage one;
		int at = i;

		put_passage(c, base, i, question, &one);
		for (; at > 0 && all[at - 1].score < one.score; at--)
			all[at] = all[at - 1];
		all[at] = one;
	}
	*out = all;
	return wanted < PASSAGES ? wanted : PASSAGES;
}

static int retrieve(SimCall *c, const void *input, void *output)
{
	const BarRetrieveIn *in = input;
	BarRetrieveOut *out = output;
	int base = base_of(c, in->base);

	if (base < 0)
		return -1;
	if (!in->query.text.n)
		return platform_fail(c, 400, "ValidationException", "retrievalQuery must have a text");
	if (in->retrieval.vector.results < 0 || in->retrieval.vector.results > RESULTS_MAX)
		return platform_fail(c, 400, "ValidationException", "numberOfResults must be between 1 and %d", RESULTS_MAX);
	if (in->next_token.n)
		return platform_fail(c, 400, "ValidationException", "The nextToken is not valid");      /* they fit on one page */
	out->passages.n = look_up(c, base, in->query.text, &in->retrieval, &out->passages.v);
	return 0;
}

static void cite(SimCall *c, BarGenerateOut *out, BarPassage *found, size_t n)
{
	BarCitation *one = ARENA_NEW(c->arena, BarCitation);

	one->part.text = (BarTextPart){ out->output.text, { { 0, true }, { (int64_t)out->output.text.n - 1, true } } };
	one->references.v = found;
	one->references.n = n < 2 ? n : 2;
	out->citations.v = one;
	out->citations.n = 1;
}

static int generate(SimCall *c, const void *input, void *output)
{
	const BarGenerateIn *in = input;
	BarGenerateOut *out = output;
	int base, model = model_find(in->config.base.model);
	BarPassage *found;
	ModelTurn turn;
	size_t n;

	if (!str_is(in->config.type, "KNOWLEDGE_BASE") || !in->config.base.base.n)
		return platform_fail(c, 400, "ValidationException", "The simulated region answers from knowledge bases only: type must be KNOWLEDGE_BASE");
	if ((base = base_of(c, in->config.base.base)) < 0)
		return -1;
	if (model < 0)
		return platform_fail(c, 400, "ValidationException", "The provided model identifier is invalid.");
	if (!in->input.text.n)
		return platform_fail(c, 400, "ValidationException", "input must have a text");
	n = look_up(c, base, in->input.text, &in->config.base.retrieval, &found);
	out->output.text = agent_say(c, model, arena_printf(c->arena, "%.*s\n%.*s", STR_ARG(in->input.text), STR_ARG(found->content.text)), &turn);
	out->session = in->session.n ? in->session : str_of(c->request_id);
	cite(c, out, found, n);
	return 0;
}

static const SimRow rows[] = {
	{ &op_agent_runtime_invoke, invoke, NULL }, { &op_agent_runtime_retrieve, retrieve, NULL },
	{ &op_agent_runtime_retrieve_and_generate, generate, NULL },
};
const SimTable sim_agent_runtime = SIM_TABLE(rows);
