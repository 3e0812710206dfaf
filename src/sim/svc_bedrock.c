#include "sim/bedrock.h"

#include "sim/fleet_tables.h"
#include "sim/guard.h"
#include "wire/text.h"

enum { BODY_MAX = 16 << 20 };

static void invalid(SimCall *c, const char *text)
{
	sim_fail(c, 400, "ValidationException", text);
}

static void answer(SimCall *c, int model, Dialect dialect, const ModelAsk *ask, bool stream)
{
	ModelTurn turn;

	model_answer(c, model, ask, &turn);
	(stream ? bedrock_answer_stream : bedrock_answer_whole)(c, dialect, &turn);
}

static int ask_natively(int model, JsonVal body, Dialect *dialect, ModelAsk *ask, Err *e)
{
	Str provider = str_of(fleet_models[model].provider);

	*dialect = str_is(provider, "Anthropic") ? DIALECT_ANTHROPIC : DIALECT_NOVA;
	if (*dialect == DIALECT_ANTHROPIC)
		return model_ask_anthropic(body, ask, e);
	if (!str_is(provider, "Amazon"))
		return err_set(e, "The simulated region takes the bodies of Anthropic and Nova models only; ask this one with Converse.");
	return model_ask_converse(body, ask, e);
}

static void converse(SimCall *c, int model, bool stream)
{
	ModelAsk ask;
	Err e;

	if (model_ask_converse(c->body, &ask, &e) < 0)
		sim_fail_err(c, "ValidationException", &e);
	else
		answer(c, model, DIALECT_CONVERSE, &ask, stream);
}

static void invoke(SimCall *c, int model, bool stream)
{
	Dialect dialect;
	ModelAsk ask;
	Err e;

	if (ask_natively(model, c->body, &dialect, &ask, &e) < 0) {
		(void)err_wrap(&e, "Malformed input request, please reformat your input and try again");
		sim_fail_err(c, "ValidationException", &e);
	} else {
		answer(c, model, dialect, &ask, stream);
	}
}

/* The body that an InvokeModel would have, in base64. */
static int count_native(SimCall *c, int model, JsonVal input, ModelAsk *ask, Err *e)
{
	Buf json = {0};
	Dialect dialect;
	JsonVal body;
	Str text;
	int rc = -1;

	if (jv_str(input, "body", &text, e) < 0)
		return -1;
	if (b64_decode(&json, text) < 0 || jv_parse(c->arena, buf_str(&json), BODY_MAX, &body, NULL) < 0)
		(void)err_set(e, "input.invokeModel.body is not a JSON document in base64");
	else
		rc = ask_natively(model, body, &dialect, ask, e);
	buf_done(&json);
	return rc;
}

static void count_tokens(SimCall *c, int model)
{
	JsonVal input, converse_in, invoke_in;
	ModelAsk ask;
	Err e;
	int rc;

	if (!str_is(str_of(fleet_models[model].provider), "Anthropic")) {
		rc = err_set(&e, "The provided model doesn't support counting tokens.");
	} else if ((rc = jv_object(c->body, "input", &input, &e)) == 0) {
		converse_in = jv_get(input, "converse");
		invoke_in = jv_get(input, "invokeModel");
		if (jv_is_absent(converse_in) == jv_is_absent(invoke_in))
			rc = err_set(&e, "input must hold exactly one of converse and invokeModel");
		else
			rc = jv_is_absent(invoke_in) ? model_ask_converse(converse_in, &ask, &e) : count_native(c, model, invoke_in, &ask, &e);
	}
	if (rc < 0)
		sim_fail_err(c, "ValidationException", &e);
	else
		sim_answer(c, arena_printf(c->arena, "{\"inputTokens\":%lld}", (long long)ask.tokens));
}

static void model_call(SimCall *c, Str id, Str what)
{
	int model = model_find(id);
	bool stream = str_is(what, "converse-stream") || str_is(what, "invoke-with-response-stream");

	if (model < 0)
		invalid(c, "The provided model identifier is invalid.");
	else if (str_is(what, "converse") || str_is(what, "converse-stream"))
		converse(c, model, stream);
	else if (str_is(what, "invoke") || str_is(what, "invoke-with-response-stream"))
		invoke(c, model, stream);
	else if (str_is(what, "count-tokens"))
		count_tokens(c, model);
	else
		sim_unknown(c);
}

static void guardrail_call(SimCall *c, Str id, Str rest)
{
	Str word = str_cut(rest, '/', &rest), version = str_cut(rest, '/', &rest);

	if (!id.n || !str_is(word, "version") || !str_is(rest, "apply"))
		sim_unknown(c);
	else
		guard_apply(c, version);
}

/* REST by hand: the body of an InvokeModel is the model's own. */
void svc_bedrock(SimCall *c)
{
	Str rest = c->rq->path, kind, id;
	Buf decoded = {0};

	(void)str_cut(rest, '/', &rest);
	kind = str_cut(rest, '/', &rest);
	id = str_cut(rest, '/', &rest);
	if (!str_is(c->rq->method, "POST"))
		sim_unknown(c);
	else if (uri_decode(&decoded, id) < 0)
		invalid(c, "The provided identifier is invalid.");
	else if (jv_parse(c->arena, c->rq->body, BODY_MAX, &c->body, NULL) < 0 || jv_type(c->body) != JV_OBJECT)
		invalid(c, "Malformed input request, please reformat your input and try again: the body is not a JSON object.");
	else if (str_is(kind, "guardrail"))
		guardrail_call(c, buf_str(&decoded), rest);
	else
		model_call(c, buf_str(&decoded), rest);
	buf_done(&decoded);
}
