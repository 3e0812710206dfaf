#include "sim/model_text.h"

#include "sim/guard.h"
#include "sim/rng.h"

enum { MAX_TOKENS_DEFAULT = 4096, BYTES_PER_TOKEN = 4, TOKENS_PER_MESSAGE = 4 };

static void add_text(ModelAsk *a, Str text)
{
	a->hash = rng_join(a->hash, str_hash(text));
	a->tokens += (int64_t)(text.n + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
}

/* Tool results, documents, images: counted by their bytes. */
static void add_json(ModelAsk *a, JsonVal v)
{
	Buf json = {0};

	if (jv_write(v, &json) == 0)
		add_text(a, buf_str(&json));
	buf_done(&json);
}

static int cache_point(ModelAsk *a, JsonVal point, Err *e)
{
	Str ttl = {0};

	if (jv_opt_str(point, "ttl", &ttl, e) < 0)
		return -1;
	if (ttl.n && !str_is(ttl, "5m") && !str_is(ttl, "1h"))
		return err_set(e, "The ttl of a cache point must be 5m or 1h.");
	a->cached = a->tokens;
	a->cached_hash = a->hash;
	a->long_lived = str_is(ttl, "1h");
	return 0;
}

/* What the conversation shows of tools while its messages are read. */
typedef struct Dialogue { ModelAsk *ask; JsonVal before; bool used_tools, result; } Dialogue;

static int check_result(const Dialogue *d, JsonVal result, const char *id_key, const char *use, Err *e)
{
	Str id, have;

	if (jv_str(result, id_key, &id, e) < 0)
		return -1;
	for (size_t i = 0; i < jv_count(d->before); i++) {
		JsonVal block = jv_at(d->before, i), inner = use ? jv_get(block, use) : block;
		if (jv_type(inner) != JV_OBJECT)
			continue;
		if ((jv_str(inner, "toolUseId", &have, NULL) == 0 || jv_str(inner, "id", &have, NULL) == 0) && str_eq(id, have))
			return 0;
	}
	return err_set(e, "A tool result names %.*s, which is no tool use of the message before it.", STR_ARG(str_sub(id, 0, 80)));
}

/* --- Converse --- */

static bool is_known_block(JsonVal block)
{
	static const char *const kinds[] = {
		"text", "image", "document", "video", "audio", "toolUse", "toolResult", "guardContent", "reasoningContent",
		"citationsContent", "searchResult",
	};

	for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
		if (jv_has(block, kinds[i]))
			return true;
	return false;
}

static int check_document(JsonVal doc, Err *e)
{
	Str name;

	if (jv_str(doc, "name", &name, e) < 0 || (!jv_has(doc, "source") && err_set(e, "document.source: missing") < 0))
		return -1;
	for (size_t i = 0; i < name.n; i++) {
		char l = (char)(name.p[i] | 0x20);
		if (!(l >= 'a' && l <= 'z') && !(name.p[i] >= '0' && name.p[i] <= '9') && !str_has(STR(" -()[]"), str_sub(name, i, 1)))
			return err_set(e, "A document's name may hold letters, digits, blanks, hyphens, parentheses and square brackets only.");
	}
	return 0;
}

static int converse_block(Dialogue *d, JsonVal block, Err *e)
{
	JsonVal result = jv_get(block, "toolResult");
	Str text = {0};

	if (jv_type(block) != JV_OBJECT)
		return err_set(e, "A content block must be an object.");
	if (!jv_is_absent(jv_get(block, "cachePoint")))
		return cache_point(d->ask, jv_get(block, "cachePoint"), e);
	if (!is_known_block(block))
		return err_set(e, "A content block has no member that the Converse API knows.");
	if (jv_opt_str(block, "text", &text, e) < 0 || (jv_has(block, "document") && check_document(jv_get(block, "document"), e) < 0))
		return -1;
	d->used_tools |= jv_has(block, "toolUse") || jv_has(block, "toolResult");
	if (!jv_is_absent(result)) {
		d->result = true;
		if (check_result(d, result, "toolUseId", "toolUse", e) < 0)
			return -1;
	}
	if (text.p) {
		d->ask->last_text = text;
		add_text(d->ask, text);
	} else {
		add_json(d->ask, block);
	}
	return 0;
}

static int check_role(size_t i, Str role, Str *before, Err *e)
{
	if (!str_is(role, "user") && !str_is(role, "assistant"))
		return err_set(e, "The role of a message must be user or assistant.");
	if (i == 0 && !str_is(role, "user"))
		return err_set(e, "A conversation must start with a user message. Try again with a conversation that starts with a user message.");
	if (i > 0 && str_eq(role, *before))
		return err_set(e, "A conversation must alternate between user and assistant roles.");
	*before = role;
	return 0;
}

static int converse_messages(Dialogue *d, JsonVal messages, Err *e)
{
	Str role, before = {0};
	JsonVal content;

	if (!jv_count(messages))
		return err_set(e, "A conversation must start with a user message. Try again with a conversation that starts with a user message.");
	for (size_t i = 0; i < jv_count(messages); i++) {
		d->ask->last_text = (Str){0};
		d->result = false;
		if (jv_str(jv_at(messages, i), "role", &role, e) < 0 || check_role(i, role, &before, e) < 0 ||
		    jv_array(jv_at(messages, i), "content", &content, e) < 0)
			return -1;
		for (size_t k = 0; k < jv_count(content); k++)
			if (converse_block(d, jv_at(content, k), e) < 0)
				return -1;
		d->before = content;
	}
	if (!str_is(role, "user"))
		return err_set(e, "The model does not support assistant message prefill. The conversation must end with a user message.");
	d->ask->tokens += TOKENS_PER_MESSAGE * (int64_t)jv_count(messages);
	return 0;
}

/* A tool is used when the caller insists, or when the last message names it and brings no result. */
static void choose_tool(Dialogue *d, Str name, JsonVal schema, Str forced, bool any)
{
	bool named = !d->result && str_has(d->ask->last_text, name);

	if (d->ask->tool.n || !(forced.n ? str_eq(forced, name) : any || named))
		return;
	d->ask->tool = name;
	d->ask->schema = schema;
}

static int converse_tools(Dialogue *d, JsonVal config, bool choose, Err *e)
{
	JsonVal tools, choice = {0}, spec;
	Str name, forced = {0};

	if (jv_is_absent(config))
		return d->used_tools && choose ? err_set(e, "The toolConfig field must be defined when using toolUse and toolResult content blocks.") : 0;
	if (jv_array(config, "tools", &tools, e) < 0 || jv_opt_object(config, "toolChoice", &choice, e) < 0 ||
	    (jv_has(choice, "tool") && jv_str(jv_get(choice, "tool"), "name", &forced, e) < 0))
		return -1;
	for (size_t i = 0; i < jv_count(tools); i++) {
		JsonVal one = jv_at(tools, i);
		if (jv_has(one, "cachePoint")) {
			if (!choose && cache_point(d->ask, jv_get(one, "cachePoint"), e) < 0)
				return -1;
			continue;
		}
		if (jv_object(one, "toolSpec", &spec, e) < 0 || jv_name(spec, "name", &name, e) < 0)
			return -1;
		if (choose)
			choose_tool(d, name, jv_path(spec, "inputSchema.json"), forced, jv_has(choice, "any"));
		else
			add_json(d->ask, one);
	}
	return 0;
}

static int opt_max_tokens(JsonVal config, const char *key, int64_t *out, Err *e)
{
	if (jv_opt_i64(config, key, out, e) < 0)
		return -1;
	return *out < 1 ? err_set(e, "The value at %s must be at least 1.", key) : 0;
}

/* Served as it was asked for; "reserved" wants capacity that nobody has bought here. */
static int converse_tier(JsonVal body, ModelAsk *out, Err *e)
{
	JsonVal tier = {0};

	out->tier = STR("");
	if (jv_opt_object(body, "serviceTier", &tier, e) < 0 || (!jv_is_absent(tier) && jv_str(tier, "type", &out->tier, e) < 0))
		return -1;
	if (str_is(out->tier, "reserved"))
		return err_set(e, "The requested service tier is not available for this model: no capacity is reserved.");
	if (out->tier.n && !str_is(out->tier, "default") && !str_is(out->tier, "priority") && !str_is(out->tier, "flex"))
		return err_set(e, "serviceTier.type must satisfy enum value set: [priority, default, flex, reserved]");
	return 0;
}

static int converse_guardrail(JsonVal body, ModelAsk *out, Err *e)
{
	JsonVal config = {0};
	Str version, trace = STR("");

	if (jv_opt_object(body, "guardrailConfig", &config, e) < 0)
		return -1;
	out->guarded = !jv_is_absent(config);
	if (!out->guarded)
		return 0;
	if (jv_str(config, "guardrailIdentifier", &out->guardrail, e) < 0 || jv_str(config, "guardrailVersion", &version, e) < 0 ||
	    jv_opt_str(config, "trace", &trace, e) < 0)
		return -1;
	out->traced = str_starts(trace, STR("enabled"));
	return guard_is_version(version) ? 0 : err_set(e, "The guardrail version must be DRAFT or a number.");
}

int model_ask_converse(JsonVal body, ModelAsk *out, Err *e)
{
	JsonVal messages, system = {0}, config = {0}, more = {0};
	Dialogue d = { .ask = out };

	*out = (ModelAsk){ .max_tokens = MAX_TOKENS_DEFAULT };
	if (jv_array(body, "messages", &messages, e) < 0 || jv_opt_array(body, "system", &system, e) < 0 ||
	    jv_opt_object(body, "inferenceConfig", &config, e) < 0 || jv_opt_object(body, "additionalModelRequestFields", &more, e) < 0 ||
	    converse_tools(&d, jv_get(body, "toolConfig"), false, e) < 0)
		return -1;
	for (size_t i = 0; i < jv_count(system); i++)
		if (converse_block(&d, jv_at(system, i), e) < 0)
			return -1;
	if (converse_messages(&d, messages, e) < 0 || converse_tools(&d, jv_get(body, "toolConfig"), true, e) < 0 ||
	    opt_max_tokens(config, "maxTokens", &out->max_tokens, e) < 0 || converse_tier(body, out, e) < 0 ||
	    converse_guardrail(body, out, e) < 0)
		return -1;
	out->reasoning = !jv_is_absent(jv_path(more, "thinking.type")) || !jv_is_absent(jv_path(more, "reasoningConfig.type"));
	return 0;
}

/* --- Anthropic's Messages --- */

static int anthropic_block(Dialogue *d, JsonVal block, Err *e)
{
	JsonVal point = jv_get(block, "cache_control");
	Str type, text = {0};

	if (jv_str(block, "type", &type, e) < 0)
		return -1;
	if (str_is(type, "text")) {
		if (jv_str(block, "text", &text, e) < 0)
			return -1;
		d->ask->last_text = text;
		add_text(d->ask, text);
	} else {
		add_json(d->ask, block);
	}
	if (str_is(type, "tool_result")) {
		d->result = true;
		if (check_result(d, block, "tool_use_id", NULL, e) < 0)
			return -1;
	}
	return jv_is_absent(point) ? 0 : cache_point(d->ask, point, e);
}

/* A string, or a list of blocks. */
static int anthropic_content(Dialogue *d, JsonVal content, Err *e)
{
	Str text;

	if (jv_type(content) == JV_STRING) {
		if (jv_as_str(content, &text, e) < 0)
			return -1;
		d->ask->last_text = text;
		add_text(d->ask, text);
		return 0;
	}
	if (jv_type(content) != JV_ARRAY)
		return err_set(e, "content: must be a string or a list of blocks");
	for (size_t i = 0; i < jv_count(content); i++)
		if (anthropic_block(d, jv_at(content, i), e) < 0)
			return -1;
	return 0;
}

static int anthropic_tools(Dialogue *d, JsonVal body, bool choose, Err *e)
{
	JsonVal tools = {0}, choice = {0};
	Str name, forced = {0}, type = {0};

	if (jv_opt_array(body, "tools", &tools, e) < 0 || jv_opt_object(body, "tool_choice", &choice, e) < 0 ||
	    jv_opt_str(choice, "type", &type, e) < 0 || (str_is(type, "tool") && jv_str(choice, "name", &forced, e) < 0))
		return -1;
	for (size_t i = 0; i < jv_count(tools); i++) {
		JsonVal one = jv_at(tools, i);
		if (jv_name(one, "name", &name, e) < 0)
			return -1;
		if (choose)
			choose_tool(d, name, jv_get(one, "input_schema"), forced, str_is(type, "any"));
		else
			add_json(d->ask, one);
		if (!choose && jv_has(one, "cache_control") && cache_point(d->ask, jv_get(one, "cache_control"), e) < 0)
			return -1;
	}
	return 0;
}

int model_ask_anthropic(JsonVal body, ModelAsk *out, Err *e)
{
	Dialogue d = { .ask = out };
	Str version, role, before = {0};
	JsonVal messages;

	*out = (ModelAsk){ .max_tokens = 0 };
	if (jv_str(body, "anthropic_version", &version, e) < 0 || jv_array(body, "messages", &messages, e) < 0 ||
	    jv_i64(body, "max_tokens", &out->max_tokens, e) < 0 || anthropic_tools(&d, body, false, e) < 0)
		return -1;
	if (!str_is(version, "bedrock-2023-05-31"))
		return err_set(e, "anthropic_version: must be bedrock-2023-05-31");
	if (out->max_tokens < 1)
		return err_set(e, "max_tokens: must be greater than or equal to 1");
	if (jv_has(body, "system") && anthropic_content(&d, jv_get(body, "system"), e) < 0)
		return -1;
	if (!jv_count(messages))
		return err_set(e, "messages: at least one message is required");
	for (size_t i = 0; i < jv_count(messages); i++) {
		out->last_text = (Str){0};
		d.result = false;
		if (jv_str(jv_at(messages, i), "role", &role, e) < 0 || check_role(i, role, &before, e) < 0 ||
		    anthropic_content(&d, jv_get(jv_at(messages, i), "content"), e) < 0)
			return -1;
		d.before = jv_get(jv_at(messages, i), "content");
	}
	out->tokens += TOKENS_PER_MESSAGE * (int64_t)jv_count(messages);
	out->reasoning = !jv_is_absent(jv_path(body, "thinking.type"));
	return anthropic_tools(&d, body, true, e);
}
