#include "wire/jsonschema.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "wire/jsonschema_own.h"
#include "wire/text.h"

enum { SCHEMAS_MAX = 8192, TYPES = 7 };

static int read_schema(JsonSchema *s, JsonVal v, Err *e);

static const char *const type_names[TYPES] = { "null", "boolean", "integer", "number", "string", "array", "object" };

/* --- what a keyword's value must be --- */

static int read_map(JsonSchema *s, JsonVal v, bool patterns, Err *e);

static int read_list(JsonSchema *s, JsonVal v, Err *e)
{
	if (jv_type(v) != JV_ARRAY || !jv_count(v))
		return jv_bad(v, "must be a list of schemas", e);
	for (size_t i = 0; i < jv_count(v); i++)
		if (read_schema(s, jv_at(v, i), e) < 0)
			return -1;
	return 0;
}

static int read_count(JsonVal v, Err *e)
{
	Decimal d = decimal_of(jv_number_text(v));

	if (jv_type(v) != JV_NUMBER || d.negative || !decimal_is_whole(&d))
		return jv_bad(v, "must be a whole number from 0", e);
	return 0;
}

static int read_unit(JsonVal v, Err *e)
{
	Decimal zero = decimal_of(STR("0")), d = decimal_of(jv_number_text(v));

	if (jv_type(v) != JV_NUMBER || decimal_cmp(&d, &zero) <= 0)
		return jv_bad(v, "must be a number above 0", e);
	return decimal_is_multiple(&d, &d) < 0 ? jv_bad(v, "has too many digits", e) : 0;
}

static bool is_type(JsonVal v)
{
	Str name;

	for (size_t i = 0; jv_as_str(v, &name, NULL) == 0 && i < TYPES; i++)
		if (str_is(name, type_names[i]))
			return true;
	return false;
}

static int read_types(JsonVal v, Err *e)
{
	bool good = jv_type(v) == JV_ARRAY ? jv_count(v) > 0 : is_type(v);

	for (size_t i = 0; jv_type(v) == JV_ARRAY && i < jv_count(v); i++)
		good = good && is_type(jv_at(v, i));
	return good ? 0 : jv_bad(v, "must be null, boolean, integer, number, string, array or object, or a list of them", e);
}

static int read_names(JsonVal v, Err *e)
{
	bool good = jv_type(v) == JV_ARRAY;

	for (size_t i = 0; good && i < jv_count(v); i++)
		good = jv_type(jv_at(v, i)) == JV_STRING;
	return good ? 0 : jv_bad(v, "must be a list of names", e);
}

static int read_names_map(JsonVal v, Err *e)
{
	Str key;

	if (jv_type(v) != JV_OBJECT)
		return jv_bad(v, "must be an object", e);
	for (size_t i = 0; i < jv_count(v); i++)
		if (read_names(jv_member_at(v, i, &key), e) < 0)
			return -1;
	return 0;
}

static int keep_pattern(JsonSchema *s, JsonVal node, Str pattern, Err *e)
{
	Err why = { 0 };
	Regex *r = regex_new(pattern, &why);

	if (!r)
		return jv_bad(node, why.text, e);
	VEC_GROW(s->pattern, s->pattern_cap, s->patterns + 1);
	s->pattern[s->patterns++] = (JsonPattern){ node.node, r };
	return 0;
}

static int read_pattern(JsonSchema *s, JsonVal v, Err *e)
{
	Str pattern;

	if (jv_type(v) != JV_STRING || jv_as_str(v, &pattern, NULL) < 0)
		return jv_bad(v, "must be a pattern in quotes", e);
	return keep_pattern(s, v, pattern, e);
}

static int read_ref(JsonSchema *s, JsonVal v, Err *e)
{
	JsonVal target;
	Str ref;

	if (jv_type(v) != JV_STRING || jv_as_str(v, &ref, NULL) < 0)
		return jv_bad(v, "must be text", e);
	if (!str_starts(ref, STR("#")))
		return jv_bad(v, "leads out of the schema; only references to a place in it are followed", e);
	target = jsonschema_target(s, ref);
	if (jv_type(target) == JV_ABSENT)
		return jv_bad(v, "leads to no place in the schema", e);
	return read_schema(s, target, e);
}

static int read_rule(JsonSchema *s, const JsonRule *rule, JsonVal v, Err *e)
{
	switch (rule->form) {
	case RULE_ANY:
		return 0;
	case RULE_SCHEMA:
		return read_schema(s, v, e);
	case RULE_ITEMS:
		return jv_type(v) == JV_ARRAY ? (jv_count(v) ? read_list(s, v, e) : 0) : read_schema(s, v, e);
	case RULE_SCHEMAS:
		return read_list(s, v, e);
	case RULE_SCHEMA_MAP:
		return read_map(s, v, false, e);
	case RULE_PATTERN_MAP:
		return read_map(s, v, true, e);
	case RULE_NUMBER:
		return jv_type(v) == JV_NUMBER ? 0 : jv_bad(v, "must be a number", e);
	case RULE_UNIT:
		return read_unit(v, e);
	case RULE_COUNT:
		return read_count(v, e);
	case RULE_FLAG:
		return jv_type(v) == JV_TRUE || jv_type(v) == JV_FALSE ? 0 : jv_bad(v, "must be true or false", e);
	case RULE_TYPES:
		return read_types(v, e);
	case RULE_NAMES:
		return read_names(v, e);
	case RULE_NAMES_MAP:
		return read_names_map(v, e);
	case RULE_LIST:
		return jv_type(v) == JV_ARRAY ? 0 : jv_bad(v, "must be a list", e);
	case RULE_PATTERN:
		return read_pattern(s, v, e);
	case RULE_REF:
		return read_ref(s, v, e);
	}
	return 0;
}

static int read_map(JsonSchema *s, JsonVal v, bool patterns, Err *e)
{
	JsonVal member;
	Str key;

	if (jv_type(v) != JV_OBJECT)
		return jv_bad(v, "must be an object of schemas", e);
	for (size_t i = 0; i < jv_count(v); i++) {
		member = jv_member_at(v, i, &key);
		if ((patterns && keep_pattern(s, member, key, e) < 0) || read_schema(s, member, e) < 0)
			return -1;
	}
	return 0;
}

/* References may go round in circles: each schema is read once. */
static bool seen_before(JsonSchema *s, JsonVal v)
{
	for (size_t i = 0; i < s->seen_n; i++)
		if (s->seen[i] == v.node)
			return true;
	VEC_GROW(s->seen, s->seen_cap, s->seen_n + 1);
	s->seen[s->seen_n++] = v.node;
	return false;
}

static int read_schema(JsonSchema *s, JsonVal v, Err *e)
{
	JsonVal rule;

	if (jv_type(v) == JV_TRUE || jv_type(v) == JV_FALSE)
		return 0;
	if (jv_type(v) != JV_OBJECT)
		return jv_bad(v, "must be a schema: an object, true or false", e);
	if (jv_is_twice(v))
		return jv_bad(v, "given twice", e);
	if (seen_before(s, v))
		return 0;
	if (s->seen_n > SCHEMAS_MAX)
		return err_set(e, "it is made of more than %d schemas", (int)SCHEMAS_MAX);
	for (const JsonRule *r = json_rules; r->name; r++) {
		rule = jv_get(v, r->name);
		if (jv_type(rule) == JV_ABSENT)
			continue;
		if (jv_is_twice(rule))
			return jv_bad(rule, "given twice", e);
		if (read_rule(s, r, rule, e) < 0)
			return -1;
	}
	return 0;
}

/* --- what the rules look up --- */

static int by_node(const void *a, const void *b)
{
	uintptr_t x = (uintptr_t)((const JsonPattern *)a)->node, y = (uintptr_t)((const JsonPattern *)b)->node;

	return (x > y) - (x < y);
}

const Regex *jsonschema_regex(const JsonSchema *s, JsonVal node)
{
	const JsonPattern key = { .node = node.node };
	const JsonPattern *found = bsearch(&key, s->pattern, s->patterns, sizeof key, by_node);

	return found ? found->regex : NULL;
}

/* One step of a JSON pointer (RFC 6901), percent signs already decoded. */
static JsonVal step(JsonVal at, Str name)
{
	JsonVal next;
	Buf key = { 0 };
	int64_t index;

	if (jv_type(at) == JV_ARRAY)
		return str_i64(name, &index) == 0 && index >= 0 && (size_t)index < jv_count(at) ? jv_at(at, (size_t)index) : (JsonVal){ NULL };
	for (size_t i = 0; i < name.n; i++) {
		char next_char = i + 1 < name.n ? name.p[i + 1] : '\0';
		bool escape = name.p[i] == '~' && (next_char == '0' || next_char == '1');

		(void)buf_putc(&key, escape ? (next_char == '0' ? '~' : '/') : name.p[i]);
		i += escape;
	}
	next = jv_get_str(at, buf_str(&key));
	buf_done(&key);
	return next;
}

JsonVal jsonschema_target(const JsonSchema *s, Str ref)
{
	JsonVal at = s->root, nowhere = { NULL };
	Buf plain = { 0 };
	Str rest;

	if (uri_decode(&plain, str_sub(ref, 1, ref.n)) < 0)
		at = nowhere;
	rest = buf_str(&plain);
	if (rest.n && rest.p[0] != '/')
		at = nowhere;
	while (rest.n && at.node) {
		Str name;

		rest = str_sub(rest, 1, rest.n);
		name = rest;
		for (size_t i = 0; i < rest.n; i++)
			if (rest.p[i] == '/') {
				name = str_sub(rest, 0, i);
				break;
			}
		rest = str_sub(rest, name.n, rest.n);
		at = step(at, name);
	}
	buf_done(&plain);
	return at;
}

/* --- for everybody --- */

JsonSchema *jsonschema_new(Str text, Err *e)
{
	JsonSchema *s = xcalloc(1, sizeof *s);

	if (jv_parse(&s->arena, text, JSONSCHEMA_MAX_BYTES, &s->root, e) < 0 || read_schema(s, s->root, e) < 0) {
		(void)err_wrap(e, "the schema is wrong");
		jsonschema_free(s);
		return NULL;
	}
	if (s->patterns)
		qsort(s->pattern, s->patterns, sizeof *s->pattern, by_node);
	return s;
}

void jsonschema_free(JsonSchema *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->patterns; i++)
		regex_free(s->pattern[i].regex);
	free(s->pattern);
	free(s->seen);
	arena_done(&s->arena);
	free(s);
}

int jsonschema_fits(const JsonSchema *s, JsonVal v, const char *what, Err *e)
{
	JsonMisfit why = { 0 };

	if (jsonschema_check(s, v, &why) == JSON_FITS)
		return 0;
	return err_kind(e, ERR_REFUSED, "%s%s %s", why.path[0] ? "" : what, why.path, why.why);
}
