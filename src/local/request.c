/* A question of Converse in the words of OpenAI's chat completions (API reference, "Create chat completion") and of Ollama (docs/api.md,
 * "Generate a chat completion"), which differ in little. */
#include "local/dialect.h"

#include "wire/jsonval.h"
#include "wire/jsonw.h"

/* A text with its sources: the text alone. */
static void add_cited(Str citations, Buf *out)
{
	Arena a = { 0 };
	JsonVal v, parts;
	Str text;

	if (jv_parse(&a, citations, citations.n, &v, NULL) == 0 && jv_array(v, "content", &parts, NULL) == 0)
		for (size_t i = 0; i < jv_count(parts); i++)
			if (jv_str(jv_at(parts, i), "text", &text, NULL) == 0)
				(void)buf_put_str(out, text);
	arena_done(&a);
}

static void put_uses(JsonW *w, const ConverseMessage *m, int kind)
{
	jw_key(w, "tool_calls");
	jw_array(w);
	for (size_t i = 0; i < m->content.n; i++) {
		const ConverseToolUse *u = &m->content.v[i].tool_use;

		if (!u->name.n)
			continue;
		jw_object(w);
		jw_kstr(w, "id", u->id);
		jw_kstr(w, "type", STR("function"));
		jw_key(w, "function");
		jw_object(w);
		jw_kstr(w, "name", u->name);
		if (kind == LOCAL_OLLAMA)
			jw_kraw(w, "arguments", u->input.n ? u->input : STR("{}"));
		else
			jw_kstr(w, "arguments", u->input.n ? u->input : STR("{}"));
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void put_results(JsonW *w, const ConverseMessage *m)
{
	for (size_t i = 0; i < m->content.n; i++) {
		const ConverseToolResult *r = &m->content.v[i].tool_result;

		if (!r->content.n)
			continue;
		jw_object(w);
		jw_kstr(w, "role", STR("tool"));
		jw_kstr(w, "tool_call_id", r->id);
		jw_kstr(w, "content", r->content.v[0].text);
		jw_object_end(w);
	}
}

/* Results of tools are messages of their own, before what a person says with them. */
static void put_message(JsonW *w, const ConverseMessage *m, int kind)
{
	Buf text = { 0 };
	size_t uses = 0, results = 0;

	for (size_t i = 0; i < m->content.n; i++) {
		const ConverseBlock *b = &m->content.v[i];

		(void)buf_put_str(&text, b->text);          /* of a request, which has a cap */
		if (b->citations.n)
			add_cited(b->citations, &text);
		uses += b->tool_use.name.n > 0;
		results += b->tool_result.content.n > 0;
	}
	put_results(w, m);
	if (text.n || uses || !results) {
		jw_object(w);
		jw_kstr(w, "role", m->role);
		jw_kstr(w, "content", text.n ? buf_str(&text) : STR(""));
		if (uses)
			put_uses(w, m, kind);
		jw_object_end(w);
	}
	buf_done(&text);
}

static void put_tools(JsonW *w, const ConverseIn *in)
{
	jw_key(w, "tools");
	jw_array(w);
	for (size_t i = 0; i < in->tools.tools.n; i++) {
		const ConverseToolSpec *t = &in->tools.tools.v[i].spec;

		jw_object(w);
		jw_kstr(w, "type", STR("function"));
		jw_key(w, "function");
		jw_object(w);
		jw_kstr(w, "name", t->name);
		if (t->description.n)
			jw_kstr(w, "description", t->description);
		jw_kraw(w, "parameters", t->schema.json);
		jw_object_end(w);
		jw_object_end(w);
	}
	jw_array_end(w);
	if (!in->tools.choice.tool.name.n)
		return;
	jw_key(w, "tool_choice");
	jw_object(w);
	jw_kstr(w, "type", STR("function"));
	jw_key(w, "function");
	jw_object(w);
	jw_kstr(w, "name", in->tools.choice.tool.name);
	jw_object_end(w);
	jw_object_end(w);
}

static void put_limits(JsonW *w, const ConverseLimits *l, int kind)
{
	const bool ollama = kind == LOCAL_OLLAMA;

	if (ollama) {
		jw_key(w, "options");
		jw_object(w);
	}
	if (l->max_tokens > 0)
		jw_ki64(w, ollama ? "num_predict" : "max_tokens", l->max_tokens);
	if (l->temperature.has)
		jw_knum(w, "temperature", l->temperature.v);
	if (l->top_p.has)
		jw_knum(w, "top_p", l->top_p.v);
	if (ollama)
		jw_object_end(w);
}

int local_request(const ConfLocalModel *m, const ConverseIn *in, Buf *out, Err *e)
{
	JsonW w = jw_to(out);

	if (m->kind == LOCAL_OLLAMA && in->tools.choice.tool.name.n)
		return err_kind(e, ERR_USAGE, "Ollama's own protocol cannot force an answer into a tool; give local/%.*s kind: openai and its /v1 address",
		                STR_ARG(m->id));
	jw_object(&w);
	jw_kstr(&w, "model", m->model);
	jw_kbool(&w, "stream", true);
	if (m->kind == LOCAL_OPENAI) {
		jw_key(&w, "stream_options");
		jw_object(&w);
		jw_kbool(&w, "include_usage", true);
		jw_object_end(&w);
	}
	put_limits(&w, &in->limits, m->kind);
	jw_key(&w, "messages");
	jw_array(&w);
	for (size_t i = 0; i < in->system.n; i++) {
		jw_object(&w);
		jw_kstr(&w, "role", STR("system"));
		jw_kstr(&w, "content", in->system.v[i].text);
		jw_object_end(&w);
	}
	for (size_t i = 0; i < in->messages.n; i++)
		put_message(&w, &in->messages.v[i], m->kind);
	jw_array_end(&w);
	if (in->tools.tools.n)
		put_tools(&w, in);
	jw_object_end(&w);
	return out->full ? err_set(e, "the question is too long") : 0;
}
