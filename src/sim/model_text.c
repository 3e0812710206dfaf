#include "sim/model_text.h"

#include "sim/fleet_tables.h"
#include "sim/guard.h"
#include "sim/rng.h"
#include "wire/jsonw.h"
#include "wire/text.h"

enum { TOKEN_BYTES = 5, SCHEMA_DEPTH = 6, SIGNATURE_BYTES = 48 };

static const char *const words[] = {
	"menu", "guests", "orders", "profile", "reviews", "photos", "evening", "lunch", "margin", "offer", "dessert", "starter",
	"website", "listing", "hours", "location", "answers", "visibility", "rating", "week", "weekend", "staff", "supplier", "price",
};
static const char *const verbs[] = {
	"improves", "lifts", "explains", "matches", "limits", "supports", "follows", "outpaces", "depends on", "compares with",
};
static const char *const heads[] = {
	"In short,", "First,", "Overall,", "For this location,", "Compared with last month,", "As a next step,", "Notably,", "In practice,",
};

static Str bare_id(Str id)
{
	static const char *const prefixes[] = { "us.", "eu.", "apac.", "global." };
	Str rest;

	while (str_has(id, STR("/")))
		(void)str_cut(id, '/', &rest), id = rest;
	for (size_t i = 0; i < sizeof prefixes / sizeof prefixes[0]; i++)
		if (str_starts(id, str_of(prefixes[i])))
			return str_sub(id, str_of(prefixes[i]).n, id.n);
	return id;
}

int model_find(Str id)
{
	for (int i = 0; i < FLEET_MODELS; i++)
		if (str_eq(bare_id(id), bare_id(str_of(fleet_models[i].id))))
			return i;
	return -1;
}

/* The prefix before the cache point is read when it was written and still lives; else it is written. */
static void use_cache(SimCall *c, const ModelAsk *p, ModelTurn *t)
{
	CacheMark *mark = sim_cache_marks(c->sim), *free_mark = mark;
	uint64_t hash = rng_join(p->cached_hash, (uint64_t)t->model);
	int64_t life_ms = p->long_lived ? 3600000 : 300000;

	t->input = p->tokens;
	if (!p->cached || !fleet_models[t->model].caches)
		return;
	t->input -= p->cached;
	for (int i = 0; i < PROMPT_MARKS; i++) {
		if (mark[i].hash == hash && mark[i].until_ms > c->now_ms) {
			mark[i].until_ms = c->now_ms + life_ms;
			t->cache_read = p->cached;
			return;
		}
		if (mark[i].until_ms < free_mark->until_ms)
			free_mark = &mark[i];
	}
	*free_mark = (CacheMark){ hash, c->now_ms + life_ms };
	*(p->long_lived ? &t->cache_write_1h : &t->cache_write_5m) = p->cached;
}

static const char *pick(Rng *r, const char *const *list, size_t n)
{
	return list[rng_below(r, (uint32_t)n)];
}
#define PICK(r, list) pick((r), (list), sizeof (list) / sizeof (list)[0])

/* One draw a statement: the order in which arguments are evaluated is the compiler's own. */
static void put_clause(Buf *out, Rng *r)
{
	buf_printf(out, " the %s", PICK(r, words));
	buf_printf(out, " %s", PICK(r, verbs));
	buf_printf(out, " the %s", PICK(r, words));
}

static void put_sentence(Buf *out, Rng *r)
{
	buf_printf(out, "%s%s", out->n ? " " : "", PICK(r, heads));
	put_clause(out, r);
	if (rng_below(r, 2)) {
		buf_puts(out, " and");
		put_clause(out, r);
		buf_printf(out, " by about %u %%", 2 + rng_below(r, 30));
	}
	buf_putc(out, '.');
}

size_t model_token(Str text, size_t *at)
{
	size_t from = *at;

	/* A token is at most five bytes and never runs over the end of a word. */
	while (*at < text.n && *at - from < TOKEN_BYTES && (*at == from || text.p[*at] != ' '))
		++*at;
	/* Nor does it cut a character. */
	while (*at < text.n && ((unsigned char)text.p[*at] & 0xc0) == 0x80)
		++*at;
	return *at - from;
}

int64_t model_latency_ms(const ModelTurn *t)
{
	return t->first_ms + (int64_t)t->tokens * t->token_us / 1000;
}

static Str random_id(SimCall *c, Rng *r, const char *prefix, size_t n)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	char *out = arena_alloc(c->arena, n + 1);

	for (size_t i = 0; i < n; i++)
		out[i] = letters[rng_below(r, sizeof letters - 1)];
	return arena_printf(c->arena, "%s%s", prefix, out);
}

/* "#/$defs/points": that part of the whole schema. */
static JsonVal referred(JsonVal whole, JsonVal schema)
{
	Str ref = {0}, word;
	JsonVal v = whole;

	(void)jv_opt_str(schema, "$ref", &ref, NULL);
	if (!str_starts(ref, STR("#/")))
		return schema;
	for (ref = str_sub(ref, 2, ref.n); ref.n; v = jv_get_str(v, word))
		word = str_cut(ref, '/', &ref);
	return v;
}

/* From 1 to 100, or between the bounds where both are given. */
static int64_t number_of(JsonVal schema, Rng *r)
{
	int64_t low = 1, high = 100;

	if (jv_has(schema, "minimum") && jv_has(schema, "maximum") && jv_i64(schema, "minimum", &low, NULL) == 0 &&
	    jv_i64(schema, "maximum", &high, NULL) == 0 && (high < low || high - low > 1000000))
		high = low;
	return low + rng_below(r, (uint32_t)(high - low) + 1);
}

/* A value that the schema allows, as far as type, enum, bounds and references say; lists have two of what they hold. */
static void put_value(JsonW *w, JsonVal whole, JsonVal schema, Rng *r, int depth)
{
	JsonVal choices, members;
	Str type = {0}, key;
	Buf json = {0};

	schema = referred(whole, schema);
	choices = jv_get(schema, "enum");
	members = jv_get(schema, "properties");
	(void)jv_opt_str(schema, "type", &type, NULL);      /* a list of types is answered with a word */
	if (jv_count(choices) && jv_write(jv_at(choices, rng_below(r, (uint32_t)jv_count(choices))), &json) == 0) {
		jw_raw(w, buf_str(&json));
	} else if (str_is(type, "object") || !depth) {
		jw_object(w);
		for (size_t i = 0; depth < SCHEMA_DEPTH && i < jv_count(members); i++) {
			JsonVal member = jv_member_at(members, i, &key);
			jw_key_str(w, key);
			put_value(w, whole, member, r, depth + 1);
		}
		jw_object_end(w);
	} else if (str_is(type, "array")) {
		jw_array(w);
		for (int i = 0; i < 2 && depth < SCHEMA_DEPTH && jv_has(schema, "items"); i++)
			put_value(w, whole, jv_get(schema, "items"), r, depth + 1);
		jw_array_end(w);
	} else if (str_is(type, "integer") || str_is(type, "number")) {
		jw_i64(w, number_of(schema, r));
	} else if (str_is(type, "boolean")) {
		jw_bool(w, rng_below(r, 2));
	} else {
		jw_cstr(w, PICK(r, words));
	}
	buf_done(&json);
}

static void add_block(ModelTurn *t, ModelBlock b)
{
	t->block[t->blocks++] = b;
}

static void add_sentences(SimCall *c, ModelTurn *t, Rng *r, BlockKind kind, uint32_t n)
{
	ModelBlock b = { .kind = kind };
	Buf text = {0};

	while (n--)
		put_sentence(&text, r);
	b.text = arena_str(c->arena, buf_str(&text));
	if (kind == BLOCK_REASONING)
		b.id = random_id(c, r, "", SIGNATURE_BYTES);      /* letters and digits in fours: base64 as well */
	buf_done(&text);
	add_block(t, b);
}

static void add_tool(SimCall *c, const ModelAsk *ask, ModelTurn *t, Rng *r)
{
	Buf input = {0};
	JsonW w = jw_to(&input);

	put_value(&w, ask->schema, ask->schema, r, 0);
	add_block(t, (ModelBlock){ .kind = BLOCK_TOOL, .text = arena_str(c->arena, buf_str(&input)), .name = ask->tool,
	                           .id = random_id(c, r, "tooluse_", 22) });
	buf_done(&input);
	t->stop = STOP_TOOL;
}

/* The answer ends at max_tokens, in the middle of a block; a tool's input that is cut is no tool use. */
static void cut(ModelTurn *t, int64_t max_tokens)
{
	for (int i = 0; i < t->blocks; i++) {
		ModelBlock *b = &t->block[i];
		size_t at = 0;
		int before = t->tokens;

		while (t->tokens < max_tokens && model_token(b->text, &at))
			t->tokens++;
		if (at == b->text.n)
			continue;
		t->stop = STOP_LENGTH;
		b->text.n = at;
		t->blocks = i + (b->kind != BLOCK_TOOL && at > 0);
		if (b->kind == BLOCK_TOOL)
			t->tokens = before;
		return;
	}
}

static void add_trace(SimCall *c, const ModelAsk *ask, ModelTurn *t)
{
	Buf json = {0};
	JsonW w = jw_to(&json);

	guard_put_trace(&w, ask->guardrail, ask->last_text);
	t->trace = arena_str(c->arena, buf_str(&json));
	buf_done(&json);
}

void model_answer(SimCall *c, int model, const ModelAsk *ask, ModelTurn *out)
{
	Rng r = { rng_join(rng_join(sim_seed(c->sim), ask->hash), (uint64_t)model) };

	*out = (ModelTurn){ .model = model, .first_ms = fleet_models[model].first_ms / 4, .token_us = 30000 };
	out->tier = ask->tier.n ? ask->tier : STR("default");
	use_cache(c, ask, out);
	if (ask->traced)
		add_trace(c, ask, out);
	if (ask->guarded && guard_blocks(ask->last_text)) {
		add_block(out, (ModelBlock){ .kind = BLOCK_TEXT, .text = STR(GUARD_REFUSAL) });
		out->stop = STOP_GUARDRAIL;
		return;
	}
	if (ask->reasoning)
		add_sentences(c, out, &r, BLOCK_REASONING, 2);
	add_sentences(c, out, &r, BLOCK_TEXT, ask->tool.n ? 1 : 2 + rng_below(&r, 4));
	if (ask->tool.n)
		add_tool(c, ask, out, &r);
	cut(out, ask->max_tokens);
}
