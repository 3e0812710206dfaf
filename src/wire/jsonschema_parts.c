/* The keywords for objects and arrays. */
#include "wire/jsonschema_own.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "wire/jsonw.h"

/* --- objects --- */

static bool name_is_missing(JsonLook *l, JsonVal names, JsonVal v, const char *because, const JsonAt *at)
{
	for (size_t i = 0; i < jv_count(names); i++) {
		Str name = look_text(jv_at(names, i));
		const JsonAt here = { at, name, 0 };

		if (jv_type(jv_get_str(v, name)) == JV_ABSENT) {
			(void)look_misfit(l, &here, "is required%s", because);
			return true;
		}
	}
	return false;
}

bool rule_required(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return look_pay(l, at, jv_count(rule)) && !name_is_missing(l, rule, v, " and missing", at);
}

bool rule_properties(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	Str key;

	(void)self;
	for (size_t i = 0; i < jv_count(rule); i++) {
		JsonVal schema = jv_member_at(rule, i, &key), member = jv_get_str(v, key);
		const JsonAt here = { at, key, 0 };

		if (!look_pay(l, at, 1) || (jv_type(member) != JV_ABSENT && !jsonschema_holds(l, schema, member, &here)))
			return false;
	}
	return true;
}

/* 1, 0, or -1: it cannot be told. */
static int matches_a_pattern(JsonLook *l, JsonVal patterns, Str key, const JsonAt *at)
{
	Str pattern;

	for (size_t i = 0; i < jv_count(patterns); i++) {
		RegexAnswer answer = look_find(l, jv_member_at(patterns, i, &pattern), key, at);

		if (answer != REGEX_NO)
			return answer == REGEX_YES ? 1 : -1;
	}
	return 0;
}

bool rule_pattern_properties(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	Str key, pattern;

	(void)self;
	for (size_t k = 0; k < jv_count(v); k++)
		for (size_t i = 0; i < jv_count(rule); i++) {
			JsonVal member = jv_member_at(v, k, &key), schema = jv_member_at(rule, i, &pattern);
			const JsonAt here = { at, key, 0 };
			RegexAnswer answer = look_find(l, schema, key, &here);

			if (answer == REGEX_UNDECIDED || (answer == REGEX_YES && !jsonschema_holds(l, schema, member, &here)))
				return false;
		}
	return true;
}

bool rule_additional(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	JsonVal known = jv_get(self, "properties"), patterns = jv_get(self, "patternProperties");
	Str key;

	for (size_t i = 0; i < jv_count(v); i++) {
		JsonVal member = jv_member_at(v, i, &key);
		const JsonAt here = { at, key, 0 };
		int matched;

		if (!look_pay(l, at, 1))
			return false;
		if (jv_type(jv_get_str(known, key)) != JV_ABSENT)
			continue;
		if ((matched = matches_a_pattern(l, patterns, key, &here)) < 0)
			return false;
		if (!matched && jv_type(rule) == JV_FALSE)
			return look_misfit(l, &here, "is not known to the schema, which allows no more members than it names");
		if (!matched && !jsonschema_holds(l, rule, member, &here))
			return false;
	}
	return true;
}

/* Each name as a value of its own, which must stand somewhere: in an arena. */
bool rule_property_names(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	Arena a = { 0 };
	Buf text = { 0 };
	JsonVal name;
	bool good = true;
	Str key;

	(void)self;
	for (size_t i = 0; i < jv_count(v) && good; i++) {
		JsonW w = jw_to(&text);

		(void)jv_member_at(v, i, &key);
		buf_reset(&text);
		jw_str(&w, key);
		good = look_pay(l, at, 8) && jv_parse(&a, buf_str(&text), text.n, &name, NULL) == 0;
		if (good && !look_silently(l, rule, name, at))
			good = l->stuck ? look_still_stuck(l, at) :
			       look_misfit(l, &(JsonAt){ at, key, 0 }, "is a name that the schema does not allow (propertyNames)");
	}
	buf_done(&text);
	arena_done(&a);
	return good;
}

bool rule_min_members(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return look_count(l, jv_count(v), true, rule, "members", at);
}

bool rule_max_members(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return look_count(l, jv_count(v), false, rule, "members", at);
}

bool rule_dependent_names(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	Str key;

	(void)self;
	for (size_t i = 0; i < jv_count(rule); i++) {
		JsonVal names = jv_member_at(rule, i, &key);

		if (!look_pay(l, at, 1 + jv_count(names)))
			return false;
		if (jv_type(jv_get_str(v, key)) != JV_ABSENT && name_is_missing(l, names, v, " beside another member that is there", at))
			return false;
	}
	return true;
}

bool rule_dependent_schemas(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	Str key;

	(void)self;
	for (size_t i = 0; i < jv_count(rule); i++) {
		JsonVal schema = jv_member_at(rule, i, &key);

		if (!look_pay(l, at, 1) || (jv_type(jv_get_str(v, key)) != JV_ABSENT && !jsonschema_holds(l, schema, v, at)))
			return false;
	}
	return true;
}

/* --- arrays --- */

static bool hold_item(JsonLook *l, JsonVal schema, JsonVal v, size_t i, const JsonAt *at)
{
	const JsonAt here = { at, { NULL, 0 }, i };

	return jsonschema_holds(l, schema, jv_at(v, i), &here);
}

static bool hold_rest(JsonLook *l, JsonVal schema, JsonVal v, size_t from, const JsonAt *at)
{
	if (jv_type(schema) == JV_FALSE && jv_count(v) > from)
		return look_misfit(l, at, "must have at most %zu items, has %zu", from, jv_count(v));
	for (size_t i = from; i < jv_count(v); i++)
		if (!hold_item(l, schema, v, i, at))
			return false;
	return true;
}

bool rule_prefix(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	for (size_t i = 0; i < jv_count(rule) && i < jv_count(v); i++)
		if (!hold_item(l, jv_at(rule, i), v, i, at))
			return false;
	return true;
}

bool rule_items(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	JsonVal more = jv_get(self, "additionalItems");

	if (jv_type(rule) != JV_ARRAY)
		return hold_rest(l, rule, v, jv_count(jv_get(self, "prefixItems")), at);
	return rule_prefix(l, self, rule, v, at) && (jv_type(more) == JV_ABSENT || hold_rest(l, more, v, jv_count(rule), at));
}

bool rule_contains(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	JsonVal least = jv_get(self, "minContains"), most = jv_get(self, "maxContains");
	size_t n = 0;

	for (size_t i = 0; i < jv_count(v); i++) {
		n += look_silently(l, rule, jv_at(v, i), at);
		if (l->stuck)
			return look_still_stuck(l, at);
	}
	if (jv_type(least) == JV_ABSENT && !n)
		return look_misfit(l, at, "has no item of the kind that it must contain");
	return (jv_type(least) == JV_ABSENT || look_count(l, n, true, least, "items of a kind", at)) &&
	       (jv_type(most) == JV_ABSENT || look_count(l, n, false, most, "items of a kind", at));
}

bool rule_min_items(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return look_count(l, jv_count(v), true, rule, "items", at);
}

bool rule_max_items(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return look_count(l, jv_count(v), false, rule, "items", at);
}

typedef struct Hashed { uint64_t hash; size_t index; } Hashed;

static int by_hash(const void *a, const void *b)
{
	const Hashed *x = a, *y = b;

	return (x->hash > y->hash) - (x->hash < y->hash);
}

/* Only items of one hash are compared; a flood of such is paid for, step by step. */
bool rule_unique(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	size_t n = jv_count(v);
	Hashed *h;
	bool good = true;

	(void)self;
	if (jv_type(rule) != JV_TRUE || n < 2)
		return true;
	if (!look_pay(l, at, n))
		return false;
	h = xcalloc(n, sizeof *h);
	for (size_t i = 0; i < n; i++)
		h[i] = (Hashed){ json_hash(jv_at(v, i)), i };
	qsort(h, n, sizeof *h, by_hash);
	for (size_t i = 0; i < n && good; i++)
		for (size_t k = i + 1; k < n && h[k].hash == h[i].hash && good; k++) {
			if (json_same(jv_at(v, h[i].index), jv_at(v, h[k].index), &l->steps))
				good = look_misfit(l, at, "must not have the same item twice, and %zu and %zu are", h[i].index < h[k].index ? h[i].index : h[k].index,
				              h[i].index < h[k].index ? h[k].index : h[i].index);
			else
				good = look_pay(l, at, 1);
		}
	free(h);
	return good;
}
