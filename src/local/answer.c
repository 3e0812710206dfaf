/* Events of chat completions and lines of Ollama, put together to a turn. Servers differ in what they leave out, so only what is used is
 * looked at; what is there and of the wrong kind ends the answer. */
#include "local/dialect.h"

#include <stdio.h>

#include "aws/plain.h"
#include "wire/jsonval.h"

enum { REASONING_BLOCK, TEXT_BLOCK, TOOL_BLOCK /* and on */, TOOLS_MAX = 128 };

static const int64_t tokens_max = INT64_C(10000000000);

static int add(LocalFold *f, int64_t block, ConverseKind kind, Str text, Err *e)
{
	ConversePart *p;

	if (!text.n)
		return 0;
	if (!(p = converse_part(f->said, block, e)))
		return -1;
	p->kind = kind;
	f->added = true;
	return buf_put_str(&p->text, text) < 0 ? err_set(e, "the answer is too long") : 0;
}

/* A use of a tool: its id and name come once, its input in pieces or whole. */
static int add_use(LocalFold *f, int64_t index, Str id, Str name, Str input, Err *e)
{
	ConversePart *p;
	char own[32];

	if (index < 0 || index >= TOOLS_MAX)
		return err_set(e, "a use of a tool has the number %lld", (long long)index);
	if (!(p = converse_part(f->said, TOOL_BLOCK + index, e)))
		return -1;
	p->kind = CONVERSE_TOOL;
	f->added = true;
	if (!p->name.n)
		(void)buf_put_str(&p->name, name);           /* of one event, which had a cap */
	(void)snprintf(own, sizeof own, "call-%lld", (long long)index + 1);
	if (!p->id.n)
		(void)buf_put_str(&p->id, id.n ? id : str_of(own));
	return buf_put_str(&p->text, input) < 0 ? err_set(e, "the input of a tool is too long") : 0;
}

static int stop(LocalFold *f, Str reason)
{
	static const struct { const char *theirs, *ours; } words[] = {
		{ "stop", "end_turn" }, { "length", "max_tokens" }, { "tool_calls", "tool_use" }, { "function_call", "tool_use" },
		{ "content_filter", "content_filtered" },
	};
	ConverseTurn *said = f->said;
	const ConversePart *last = said->parts ? &said->part[said->parts - 1] : NULL;

	(void)snprintf(said->stop_reason, sizeof said->stop_reason, "%.*s", (int)(reason.n < 40 ? reason.n : 40), reason.p);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_is(reason, words[i].theirs))
			(void)snprintf(said->stop_reason, sizeof said->stop_reason, "%s", words[i].ours);
	/* Ollama, and servers that were told which tool to use, end with a plain stop. */
	if (str_is(reason, "stop") && last && last->kind == CONVERSE_TOOL)
		(void)snprintf(said->stop_reason, sizeof said->stop_reason, "tool_use");
	said->has_stop = true;
	return 0;
}

static int count(JsonVal v, const char *in, const char *out, ConverseTurn *said, Err *e)
{
	Tokens t = { 0 };

	if (jv_opt_i64(v, in, &t.input, e) < 0 || jv_opt_i64(v, out, &t.output, e) < 0)
		return -1;
	if (t.input < 0 || t.input > tokens_max || t.output < 0 || t.output > tokens_max)
		return err_set(e, "its count of tokens is none");
	said->tokens = t;
	said->has_usage = jv_has(v, in) || jv_has(v, out);
	return 0;
}

Str local_refusal(Arena *a, Str body)
{
	Str said = STR("");
	JsonVal v;

	/* {"error": {"message": "…"}} of OpenAI, {"error": "…"} of Ollama. */
	if (jv_parse(a, body, LOCAL_EVENT_MAX, &v, NULL) == 0 && jv_opt_str(v, "error", &said, NULL) < 0)
		(void)jv_opt_str(jv_get(v, "error"), "message", &said, NULL);
	return said;
}

static int parse(Arena *a, Str json, JsonVal *v, Err *e)
{
	char said[200];

	if (jv_parse(a, json, LOCAL_EVENT_MAX, v, e) < 0)
		return -1;
	if (jv_is_absent(jv_get(*v, "error")))
		return 0;
	plain_said(said, sizeof said, local_refusal(a, json));
	return err_set(e, "it gave up: %s", said);
}

/* --- chat completions --- */

static int openai_uses(JsonVal delta, LocalFold *f, Err *e)
{
	JsonVal uses = { 0 };

	if (jv_opt_array(delta, "tool_calls", &uses, e) < 0)
		return -1;
	for (size_t i = 0; i < jv_count(uses); i++) {
		JsonVal use = jv_at(uses, i), call = { 0 };
		Str id = STR(""), name = STR(""), input = STR("");
		int64_t index = (int64_t)i;

		if (jv_opt_i64(use, "index", &index, e) < 0 || jv_opt_str(use, "id", &id, e) < 0 || jv_opt_object(use, "function", &call, e) < 0 ||
		    jv_opt_str(call, "name", &name, e) < 0 || jv_opt_str(call, "arguments", &input, e) < 0 || add_use(f, index, id, name, input, e) < 0)
			return -1;
	}
	return 0;
}

static int openai_choice(JsonVal choice, LocalFold *f, Err *e)
{
	Str text = STR(""), thought = STR(""), reason = STR("");
	JsonVal delta = { 0 };

	if (jv_opt_object(choice, "delta", &delta, e) < 0 || jv_opt_str(delta, "content", &text, e) < 0 ||
	    jv_opt_str(delta, "reasoning_content", &thought, e) < 0 || jv_opt_str(choice, "finish_reason", &reason, e) < 0)
		return -1;
	if (!thought.n && jv_type(jv_get(delta, "reasoning")) == JV_STRING)
		(void)jv_opt_str(delta, "reasoning", &thought, NULL);
	if (add(f, REASONING_BLOCK, CONVERSE_REASONING, thought, e) < 0 || add(f, TEXT_BLOCK, CONVERSE_TEXT, text, e) < 0 ||
	    openai_uses(delta, f, e) < 0)
		return -1;
	return reason.n ? stop(f, reason) : 0;
}

int local_openai_event(Arena *a, Str json, LocalFold *f, Err *e)
{
	JsonVal v, choices = { 0 }, usage = { 0 };

	if (str_is(str_trim(json), "[DONE]")) {
		f->done = true;
		return 0;
	}
	if (parse(a, json, &v, e) < 0 || jv_opt_array(v, "choices", &choices, e) < 0 || jv_opt_object(v, "usage", &usage, e) < 0)
		return -1;
	if (jv_count(choices) && openai_choice(jv_at(choices, 0), f, e) < 0)
		return -1;
	return jv_is_absent(usage) ? 0 : count(usage, "prompt_tokens", "completion_tokens", f->said, e);
}

/* --- Ollama --- */

static int ollama_uses(JsonVal message, LocalFold *f, Err *e)
{
	JsonVal uses = { 0 };
	int64_t next = 0;

	/* Each comes whole, and several lines may have some. */
	for (size_t i = 0; i < f->said->parts; i++)
		next += f->said->part[i].kind == CONVERSE_TOOL;
	if (jv_opt_array(message, "tool_calls", &uses, e) < 0)
		return -1;
	for (size_t i = 0; i < jv_count(uses); i++) {
		JsonVal call, input = { 0 };
		Buf text = { 0 };
		Str name;
		int rc = -1;

		if (jv_object(jv_at(uses, i), "function", &call, e) == 0 && jv_name(call, "name", &name, e) == 0 &&
		    jv_opt_object(call, "arguments", &input, e) == 0 && (jv_is_absent(input) || jv_write(input, &text) == 0))
			rc = add_use(f, next++, STR(""), name, buf_str(&text), e);
		buf_done(&text);
		if (rc < 0)
			return -1;
	}
	return 0;
}

int local_ollama_line(Arena *a, Str json, LocalFold *f, Err *e)
{
	Str text = STR(""), thought = STR(""), reason = STR("stop");
	JsonVal v, message = { 0 };
	bool done = false;

	if (parse(a, json, &v, e) < 0 || jv_opt_object(v, "message", &message, e) < 0 || jv_opt_str(message, "content", &text, e) < 0 ||
	    jv_opt_str(message, "thinking", &thought, e) < 0 || jv_opt_bool(v, "done", &done, e) < 0 || jv_opt_str(v, "done_reason", &reason, e) < 0)
		return -1;
	if (add(f, REASONING_BLOCK, CONVERSE_REASONING, thought, e) < 0 || add(f, TEXT_BLOCK, CONVERSE_TEXT, text, e) < 0 ||
	    ollama_uses(message, f, e) < 0)
		return -1;
	if (!done)
		return 0;
	f->done = true;
	(void)stop(f, reason);
	return count(v, "prompt_eval_count", "eval_count", f->said, e);
}
