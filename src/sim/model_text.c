#include "sim/model_text.h"

#include "sim/fleet_tables.h"
#include "sim/rng.h"

enum { MAX_TOKENS_DEFAULT = 4096, BYTES_PER_TOKEN = 4 };

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

static int64_t tokens_of(Str text)
{
	return (int64_t)(text.n + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
}

/* Prompt bytes so far, and what stands before the last cache point. */
typedef struct Prompt { uint64_t hash; int64_t tokens, cached; uint64_t cached_hash; bool long_lived; } Prompt;

static void prompt_add(Prompt *p, Str text)
{
	p->hash = rng_join(p->hash, str_hash(text));
	p->tokens += tokens_of(text);
}

static int read_blocks(Prompt *p, JsonVal list, Err *e)
{
	for (size_t i = 0; i < jv_count(list); i++) {
		JsonVal block = jv_at(list, i), point = jv_get(block, "cachePoint");
		Str text = {0}, ttl = {0};
		Buf json = {0};
		if (jv_type(block) != JV_OBJECT)
			return err_set(e, "A content block must be an object.");
		if (!jv_is_absent(point)) {
			p->cached = p->tokens;
			p->cached_hash = p->hash;
			if (jv_opt_str(point, "ttl", &ttl, e) < 0)
				return -1;
			p->long_lived = str_is(ttl, "1h");
			continue;
		}
		if (jv_opt_str(block, "text", &text, e) < 0)
			return -1;
		if (!text.p && jv_write(block, &json) == 0)
			text = buf_str(&json);       /* tool results, documents: counted by their bytes */
		prompt_add(p, text);
		buf_done(&json);
	}
	return 0;
}

static int read_prompt(SimCall *c, Prompt *p, Err *e)
{
	JsonVal messages, system = {0};
	Str role = {0};

	if (jv_array(c->body, "messages", &messages, e) < 0 || jv_opt_array(c->body, "system", &system, e) < 0 ||
	    read_blocks(p, system, e) < 0)
		return -1;
	if (!jv_count(messages))
		return err_set(e, "A conversation must start with a user message. Try again with a conversation that starts with a user message.");
	for (size_t i = 0; i < jv_count(messages); i++) {
		JsonVal content;
		if (jv_str(jv_at(messages, i), "role", &role, e) < 0 || jv_array(jv_at(messages, i), "content", &content, e) < 0 ||
		    read_blocks(p, content, e) < 0)
			return -1;
		if (!str_is(role, "user") && !str_is(role, "assistant"))
			return err_set(e, "The role of a message must be user or assistant.");
		if (i == 0 && !str_is(role, "user"))
			return err_set(e, "A conversation must start with a user message. Try again with a conversation that starts with a user message.");
	}
	p->tokens += 4 * (int64_t)jv_count(messages);
	return 0;
}

/* The prefix before the cache point is read when it was written and still lives; else it is written. */
static void use_cache(SimCall *c, const Prompt *p, ModelTurn *t)
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

size_t model_token(const ModelTurn *t, size_t *at)
{
	size_t from = *at;

	/* A token is at most five bytes and never runs over the end of a word. */
	while (*at < t->text.n && *at - from < 5 && (*at == from || t->text.p[*at] != ' '))
		++*at;
	return *at - from;
}

int model_answer(SimCall *c, int model, ModelTurn *out, Err *e)
{
	Prompt p = {0};
	JsonVal config = {0};
	int64_t max_tokens = MAX_TOKENS_DEFAULT;
	Buf text = {0};
	Rng r;
	size_t at = 0;

	*out = (ModelTurn){ .model = model, .first_ms = fleet_models[model].first_ms / 4, .token_us = 30000 };
	if (read_prompt(c, &p, e) < 0 || jv_opt_object(c->body, "inferenceConfig", &config, e) < 0 ||
	    jv_opt_i64(config, "maxTokens", &max_tokens, e) < 0)
		return -1;
	if (max_tokens < 1)
		return err_set(e, "The value at inferenceConfig.maxTokens must be at least 1.");
	use_cache(c, &p, out);
	r = (Rng){ rng_join(rng_join(sim_seed(c->sim), p.hash), (uint64_t)model) };
	for (uint32_t n = 2 + rng_below(&r, 4); n > 0; n--)
		put_sentence(&text, &r);
	out->text = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	while (out->tokens < max_tokens && model_token(out, &at))
		out->tokens++;
	out->cut = at < out->text.n;
	out->text.n = at;
	return 0;
}
