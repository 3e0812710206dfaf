#include "api/traits.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "wire/text.h"
#include "wire/time8601.h"

enum { SETTINGS_MAX = 64, DEPTH_MAX = 6, VALUE_MAX = 160, ROUTES_MAX = 100, HASH_SHOWN = 12 };

void traits_done(TraitList *l)
{
	free(l->v);
	*l = (TraitList){ 0 };
}

void traits_add(TraitList *l, Arena *a, const Trait *f)
{
	VEC_GROW(l->v, l->cap, l->n + 1);
	l->v[l->n++] = (Trait){ f->kind, f->first, arena_str(a, f->base), arena_str(a, f->object), arena_str(a, f->value),
	                      arena_str(a, f->by), f->at_ms };
}

const Trait *traits_take(const TraitList *l, Arena *a)
{
	Trait *out = ARENA_ARRAY(a, Trait, l->n + 1);

	for (size_t i = 0; i < l->n; i++)
		out[i] = l->v[i];
	return out;
}

Str traits_hash(Arena *a, Str text)
{
	unsigned char digest[32];
	Buf hex = { 0 };
	Str out;

	sha256_of(text, digest);
	(void)hex_encode(&hex, (Str){ (const char *)digest, sizeof digest });
	out = arena_printf(a, "sha256:%.*s", HASH_SHOWN, buf_cstr(&hex));
	buf_done(&hex);
	return out;
}

/* Short text as it is, the rest by its hash: it is compared and shown, not read. */
static Str shown(Arena *a, Str text)
{
	return text.n <= VALUE_MAX && !str_has(text, STR("\n")) ? text : traits_hash(a, text);
}

/* --- #route --- */

typedef struct Route { Str version; int64_t weight; } Route;

static int heaviest_first(const void *x, const void *y)
{
	const Route *a = x, *b = y;

	if (a->weight != b->weight)
		return a->weight < b->weight ? 1 : -1;
	return str_cmp(a->version, b->version);
}

/* "2.1", or "3.1:90 3.2:10": the order in which they are written means nothing. */
static Str route_text(Arena *a, JsonVal item)
{
	JsonVal list = ddb_list(item, "routes");
	Route r[ROUTES_MAX];
	Str out = STR("");
	size_t n = 0;

	for (size_t i = 0; i < jv_count(list) && n < ROUTES_MAX; i++) {
		JsonVal m = jv_get(jv_at(list, i), "M");

		r[n] = (Route){ STR(""), 0 };
		if (ddb_str(m, "version", &r[n].version, NULL) == 0 && ddb_i64(m, "weight", &r[n].weight, NULL) == 0)
			n++;
	}
	if (n == 1)
		return r[0].version;
	if (n)
		qsort(r, n, sizeof *r, heaviest_first);
	for (size_t i = 0; i < n; i++)
		out = arena_printf(a, "%.*s%s%.*s:%lld", STR_ARG(out), i ? " " : "", STR_ARG(r[i].version), (long long)r[i].weight);
	return n ? out : STR("nothing");
}

static void traits_of_route(TraitList *l, Arena *a, JsonVal item, const AgentItem *it)
{
	Str name = arena_printf(a, "%.*s/route", STR_ARG(it->agent)), at = STR("");
	Trait f = { .kind = CHANGE_POINTER, .first = true, .base = name, .object = name, .value = route_text(a, item) };
	bool paused = false;

	(void)ddb_bool(item, "paused", &paused, NULL);          /* of another type: not paused, as the views have it */
	(void)ddb_str(item, "updatedBy", &f.by, NULL);
	if (ddb_str(item, "updatedAt", &at, NULL) == 0 && at.n)
		(void)time_parse_iso(at, &f.at_ms);
	if (paused)
		f.value = arena_printf(a, "%.*s paused", STR_ARG(f.value));
	traits_add(l, a, &f);
}

/* --- a version --- */

typedef struct Settings { TraitList *l; Arena *a; Str base; size_t n; } Settings;

/* Attribute values in DynamoDB's JSON, {"N": "0.7"}: maps member by member, whatever order they come in. */
static void add_setting(Settings *s, Str path, JsonVal value, int depth)
{
	Str type = STR(""), text = STR("");
	JsonVal v = jv_count(value) == 1 ? jv_member_at(value, 0, &type) : (JsonVal){ 0 };
	Buf whole = { 0 };
	Trait f;

	if (s->n >= SETTINGS_MAX)
		return;
	if (str_is(type, "M") && depth < DEPTH_MAX) {
		for (size_t i = 0; i < jv_count(v); i++) {
			Str key;
			JsonVal one = jv_member_at(v, i, &key);

			add_setting(s, path.n ? arena_printf(s->a, "%.*s.%.*s", STR_ARG(path), STR_ARG(key)) : key, one, depth + 1);
		}
		return;
	}
	if (jv_as_str(v, &text, NULL) < 0) {
		(void)jv_write(v, &whole);
		text = buf_str(&whole);
	}
	f = (Trait){ .kind = str_starts(path, STR("tool")) ? CHANGE_TOOL : CHANGE_CONFIG, .base = s->base, .value = shown(s->a, text),
	            .object = arena_printf(s->a, "%.*s %.*s", STR_ARG(s->base), STR_ARG(path)) };
	traits_add(s->l, s->a, &f);
	s->n++;
	buf_done(&whole);
}

static void traits_of_version(TraitList *l, Arena *a, JsonVal item, const AgentItem *it)
{
	Str name = arena_printf(a, "%.*s@%.*s", STR_ARG(it->agent), STR_ARG(it->version)), prompt = STR("");
	Settings s = { l, a, name, 0 };

	traits_add(l, a, &(Trait){ .kind = CHANGE_CONFIG, .first = true, .base = name, .object = name, .value = STR("registered"),
	                         .by = it->created_by, .at_ms = it->created_ms });
	traits_add(l, a, &(Trait){ .kind = CHANGE_LABEL, .base = name, .object = name, .value = it->status });
	traits_add(l, a, &(Trait){ .kind = CHANGE_MODEL, .base = name, .object = name, .value = it->model });
	if (ddb_str(item, "promptTemplate", &prompt, NULL) == 0)
		traits_add(l, a, &(Trait){ .kind = CHANGE_PROMPT, .base = name, .object = name,
		                         .value = str_has(prompt, STR("://")) || !prompt.n ? shown(a, prompt) : traits_hash(a, prompt) });
	if (ddb_has(item, "config"))
		add_setting(&s, STR(""), jv_get(item, "config"), 0);
}

void traits_of_agent(TraitList *l, Arena *a, JsonVal item, const AgentItem *it)
{
	if (it->is_route)
		traits_of_route(l, a, item, it);
	else if (!str_starts(it->version, STR("#")))
		traits_of_version(l, a, item, it);
}
