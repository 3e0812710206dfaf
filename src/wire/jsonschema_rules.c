/* One function for a keyword: whether the value fits. What does not fit is told where it is found first. */
#include "wire/jsonschema_own.h"

#include <stdarg.h>
#include <stdio.h>

enum { STEPS_MAX = 1000000, DEPTH_MAX = 200, PATTERN_STEPS = 200, QUOTE_MAX = 60 };

#define ON(type) (1u << (type))

/* --- what is told --- */

static void put_place(Buf *out, const JsonAt *at)
{
	if (!at)
		return;
	put_place(out, at->up);
	if (!at->key.p) {
		(void)buf_printf(out, "/%zu", at->index);
		return;
	}
	(void)buf_putc(out, '/');
	for (size_t i = 0; i < at->key.n; i++) {
		char c = at->key.p[i];

		(void)buf_puts(out, c == '~' ? "~0" : c == '/' ? "~1" : (char[]){ (unsigned char)c < 0x20 || c == 0x7f ? '?' : c, '\0' });
	}
}

/* Always false, so that failing is one line. */
bool look_misfit(JsonLook *l, const JsonAt *at, const char *fmt, ...)
{
	va_list args;
	Buf place;

	if (!l->why)
		return false;
	buf_init(&place, sizeof l->why->path - 1);
	put_place(&place, at);                /* one that does not fit is cut: it is for a reader */
	(void)snprintf(l->why->path, sizeof l->why->path, "%s", buf_cstr(&place));
	buf_done(&place);
	va_start(args, fmt);
	(void)vsnprintf(l->why->why, sizeof l->why->why, fmt, args);
	va_end(args);
	for (char *p = l->why->why; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	return false;
}

bool look_stuck(JsonLook *l, const JsonAt *at, const char *why)
{
	l->stuck = true;
	return look_misfit(l, at, "%s", why);
}

bool look_pay(JsonLook *l, const JsonAt *at, size_t steps)
{
	l->steps -= (long)steps;
	return l->steps >= 0 || look_stuck(l, at, "is too much to check: schema and value together ask for too many steps");
}

static const char *type_word(JsonVal v)
{
	static const char *const words[] = {
		[JV_ABSENT] = "nothing", [JV_NULL] = "null", [JV_FALSE] = "a boolean", [JV_TRUE] = "a boolean", [JV_NUMBER] = "a number",
		[JV_STRING] = "a string", [JV_ARRAY] = "an array", [JV_OBJECT] = "an object",
	};

	return words[jv_type(v)];
}

/* A value of the schema, short enough for a sentence. */
static void quote(JsonVal v, char *out, size_t size)
{
	Buf b;

	buf_init(&b, QUOTE_MAX);
	(void)jv_write(v, &b);
	(void)snprintf(out, size, "%s%s", buf_cstr(&b), b.full ? "…" : "");
	buf_done(&b);
}

/* --- any value --- */

static bool is_of_type(JsonVal v, Str name)
{
	JvType t = jv_type(v);
	Decimal d;

	if (t == JV_NUMBER && str_is(name, "integer")) {
		d = decimal_of(jv_number_text(v));
		return decimal_is_whole(&d);
	}
	return (t == JV_NULL && str_is(name, "null")) || ((t == JV_TRUE || t == JV_FALSE) && str_is(name, "boolean")) ||
	       (t == JV_NUMBER && str_is(name, "number")) || (t == JV_STRING && str_is(name, "string")) ||
	       (t == JV_ARRAY && str_is(name, "array")) || (t == JV_OBJECT && str_is(name, "object"));
}

static bool rule_type(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	bool list = jv_type(rule) == JV_ARRAY;
	char wanted[120];
	int n = 0;

	(void)self;
	wanted[0] = '\0';
	for (size_t i = 0; i < (list ? jv_count(rule) : 1); i++) {
		Str name = STR("");

		(void)jv_as_str(list ? jv_at(rule, i) : rule, &name, NULL);   /* read_types has seen to that */
		if (is_of_type(v, name))
			return true;
		if ((size_t)n < sizeof wanted)
			n += snprintf(wanted + n, sizeof wanted - (size_t)n, "%s%.*s", i ? " or " : "", STR_ARG(name));
	}
	if (jv_type(v) == JV_NUMBER && strstr(wanted, "integer"))
		return look_misfit(l, at, "must be %s, is a number that is not whole", wanted);
	return look_misfit(l, at, "must be %s, is %s", wanted, type_word(v));
}

static bool rule_enum(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	char all[QUOTE_MAX + 8];

	(void)self;
	for (size_t i = 0; i < jv_count(rule); i++) {
		if (json_same(jv_at(rule, i), v, &l->steps))
			return true;
		if (!look_pay(l, at, 1))
			return false;
	}
	quote(rule, all, sizeof all);
	return look_misfit(l, at, "must be one of %s", all);
}

static bool rule_const(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	char one[QUOTE_MAX + 8];

	(void)self;
	if (json_same(rule, v, &l->steps))
		return true;
	if (!look_pay(l, at, 1))
		return false;
	quote(rule, one, sizeof one);
	return look_misfit(l, at, "must be %s", one);
}

/* --- schemas within schemas --- */

/* Without a word about what does not fit. */
bool look_silently(JsonLook *l, JsonVal schema, JsonVal v, const JsonAt *at)
{
	JsonMisfit *why = l->why;
	bool holds;

	l->why = NULL;
	holds = jsonschema_holds(l, schema, v, at);
	l->why = why;
	return holds;
}

bool look_still_stuck(JsonLook *l, const JsonAt *at)
{
	return l->stuck && look_stuck(l, at, "cannot be checked: an alternative of the schema asks for too many steps");
}

static bool rule_ref(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	Str ref = STR("");

	(void)self;
	(void)jv_as_str(rule, &ref, NULL);          /* read_ref has seen to that, and that it leads somewhere */
	return jsonschema_holds(l, jsonschema_target(l->schema, ref), v, at);
}

static bool rule_all(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	for (size_t i = 0; i < jv_count(rule); i++)
		if (!jsonschema_holds(l, jv_at(rule, i), v, at))
			return false;
	return true;
}

static bool rule_any(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	for (size_t i = 0; i < jv_count(rule); i++) {
		if (look_silently(l, jv_at(rule, i), v, at))
			return true;
		if (l->stuck)
			return look_still_stuck(l, at);
	}
	if (jv_count(rule) == 1)
		return jsonschema_holds(l, jv_at(rule, 0), v, at);
	return look_misfit(l, at, "is %s that fits none of the %zu alternatives (anyOf)", type_word(v), jv_count(rule));
}

static bool rule_one(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	size_t fits = 0;

	(void)self;
	for (size_t i = 0; i < jv_count(rule); i++) {
		fits += look_silently(l, jv_at(rule, i), v, at);
		if (l->stuck)
			return look_still_stuck(l, at);
	}
	if (fits == 1)
		return true;
	return look_misfit(l, at, "is %s that fits %zu of the %zu alternatives, and must fit exactly one (oneOf)", type_word(v), fits, jv_count(rule));
}

static bool rule_not(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	bool fits = look_silently(l, rule, v, at);

	(void)self;
	if (l->stuck)
		return look_still_stuck(l, at);
	return !fits || look_misfit(l, at, "is what the schema rules out (not)");
}

static bool rule_if(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	JsonVal branch = jv_get(self, look_silently(l, rule, v, at) ? "then" : "else");

	if (l->stuck)
		return look_still_stuck(l, at);
	return jv_type(branch) == JV_ABSENT || jsonschema_holds(l, branch, v, at);
}

/* --- numbers --- */

static int cmp(JsonVal a, JsonVal b)
{
	Decimal x = decimal_of(jv_number_text(a)), y = decimal_of(jv_number_text(b));

	return decimal_cmp(&x, &y);
}

static bool number_bound(JsonLook *l, bool good, const char *what, JsonVal rule, const JsonAt *at)
{
	Str text = str_sub(jv_number_text(rule), 0, QUOTE_MAX);

	return good || look_misfit(l, at, "must be %s %.*s", what, STR_ARG(text));
}

static bool rule_minimum(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return number_bound(l, cmp(v, rule) >= 0, "at least", rule, at);
}

static bool rule_maximum(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return number_bound(l, cmp(v, rule) <= 0, "at most", rule, at);
}

static bool rule_above(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return number_bound(l, cmp(v, rule) > 0, "above", rule, at);
}

static bool rule_below(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return number_bound(l, cmp(v, rule) < 0, "below", rule, at);
}

static bool rule_multiple(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	Decimal x = decimal_of(jv_number_text(v)), unit = decimal_of(jv_number_text(rule));

	(void)self;
	return number_bound(l, decimal_is_multiple(&x, &unit) == 1, "a multiple of", rule, at);
}

/* --- strings --- */

Str look_text(JsonVal v)
{
	Str s = STR("");

	(void)jv_as_str(v, &s, NULL);               /* it is a string, and nothing on the way to it stands twice */
	return s;
}

static size_t characters(Str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += ((unsigned char)s.p[i] & 0xC0) != 0x80;
	return n;
}

/* A count of the schema beside one of the value. */
bool look_count(JsonLook *l, size_t n, bool least, JsonVal rule, const char *of, const JsonAt *at)
{
	Decimal bound = decimal_of(jv_number_text(rule));
	char text[24];
	Decimal have;

	(void)snprintf(text, sizeof text, "%zu", n);
	have = decimal_of(str_of(text));
	if (least ? decimal_cmp(&have, &bound) >= 0 : decimal_cmp(&have, &bound) <= 0)
		return true;
	return look_misfit(l, at, "must have at %s %.*s %s, has %zu", least ? "least" : "most",
	                   STR_ARG(str_sub(jv_number_text(rule), 0, QUOTE_MAX)), of, n);
}

static bool rule_min_length(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return look_count(l, characters(look_text(v)), true, rule, "characters", at);
}

static bool rule_max_length(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	(void)self;
	return look_count(l, characters(look_text(v)), false, rule, "characters", at);
}

RegexAnswer look_find(JsonLook *l, JsonVal node, Str text, const JsonAt *at)
{
	const Regex *r = jsonschema_regex(l->schema, node);
	RegexAnswer answer;

	if (!look_pay(l, at, PATTERN_STEPS + text.n / 16))
		return REGEX_UNDECIDED;
	answer = r ? regex_find(r, text) : REGEX_UNDECIDED;
	if (answer == REGEX_UNDECIDED)
		(void)look_stuck(l, at, "cannot be checked: the schema's pattern takes too long on it");
	return answer;
}

static bool rule_pattern(JsonLook *l, JsonVal self, JsonVal rule, JsonVal v, const JsonAt *at)
{
	RegexAnswer answer = look_find(l, rule, look_text(v), at);
	char pattern[QUOTE_MAX + 8];

	(void)self;
	if (answer != REGEX_NO)
		return answer == REGEX_YES;
	quote(rule, pattern, sizeof pattern);
	return look_misfit(l, at, "must match the pattern %s", pattern);
}

/* --- all of it --- */

bool jsonschema_holds(JsonLook *l, JsonVal schema, JsonVal v, const JsonAt *at)
{
	bool good = true;

	if (jv_type(schema) == JV_TRUE || jv_type(schema) == JV_FALSE)
		return jv_type(schema) == JV_TRUE || look_misfit(l, at, "is not allowed by the schema");
	if (l->depth >= DEPTH_MAX)
		return look_stuck(l, at, "cannot be checked: the schema refers to itself without end, or is too deep");
	l->depth++;
	for (const JsonRule *r = json_rules; r->name && good; r++) {
		JsonVal rule = r->holds && (!r->on || r->on & ON(jv_type(v))) ? jv_get(schema, r->name) : (JsonVal){ NULL };

		if (jv_type(rule) != JV_ABSENT)
			good = look_pay(l, at, 1) && r->holds(l, schema, rule, v, at);
	}
	l->depth--;
	return good;
}

/* A member that stands twice: whoever reads the value next may take the other one. */
static bool stands_once(JsonLook *l, JsonVal v, const JsonAt *at)
{
	Str key = { NULL, 0 };

	for (size_t i = 0; i < jv_count(v); i++) {
		JsonVal child = jv_type(v) == JV_OBJECT ? jv_member_at(v, i, &key) : jv_at(v, i);
		const JsonAt here = { at, key, i };

		if (jv_is_twice(child))
			return look_misfit(l, &here, "is given twice");
		if (!stands_once(l, child, &here))
			return false;
	}
	return true;
}

JsonVerdict jsonschema_check(const JsonSchema *s, JsonVal v, JsonMisfit *why)
{
	JsonLook l = { .schema = s, .why = why, .steps = STEPS_MAX };

	if (!stands_once(&l, v, NULL))
		return JSON_DOES_NOT_FIT;
	if (jsonschema_holds(&l, s->root, v, NULL))
		return JSON_FITS;
	return l.stuck ? JSON_UNDECIDED : JSON_DOES_NOT_FIT;
}

/* --- the keywords --- */

enum { NUMBER = 1u << JV_NUMBER, STRING = 1u << JV_STRING, ARRAY = 1u << JV_ARRAY, OBJECT = 1u << JV_OBJECT };

const JsonRule json_rules[] = {
	{ "$defs", RULE_SCHEMA_MAP, 0, NULL },
	{ "$ref", RULE_REF, 0, rule_ref },
	{ "type", RULE_TYPES, 0, rule_type },
	{ "const", RULE_ANY, 0, rule_const },
	{ "enum", RULE_LIST, 0, rule_enum },
	{ "minimum", RULE_NUMBER, NUMBER, rule_minimum },
	{ "maximum", RULE_NUMBER, NUMBER, rule_maximum },
	{ "exclusiveMinimum", RULE_NUMBER, NUMBER, rule_above },
	{ "exclusiveMaximum", RULE_NUMBER, NUMBER, rule_below },
	{ "multipleOf", RULE_UNIT, NUMBER, rule_multiple },
	{ "minLength", RULE_COUNT, STRING, rule_min_length },
	{ "maxLength", RULE_COUNT, STRING, rule_max_length },
	{ "pattern", RULE_PATTERN, STRING, rule_pattern },
	{ "required", RULE_NAMES, OBJECT, rule_required },
	{ "minProperties", RULE_COUNT, OBJECT, rule_min_members },
	{ "maxProperties", RULE_COUNT, OBJECT, rule_max_members },
	{ "propertyNames", RULE_SCHEMA, OBJECT, rule_property_names },
	{ "properties", RULE_SCHEMA_MAP, OBJECT, rule_properties },
	{ "patternProperties", RULE_PATTERN_MAP, OBJECT, rule_pattern_properties },
	{ "additionalProperties", RULE_SCHEMA, OBJECT, rule_additional },
	{ "dependentRequired", RULE_NAMES_MAP, OBJECT, rule_dependent_names },
	{ "dependentSchemas", RULE_SCHEMA_MAP, OBJECT, rule_dependent_schemas },
	{ "minItems", RULE_COUNT, ARRAY, rule_min_items },
	{ "maxItems", RULE_COUNT, ARRAY, rule_max_items },
	{ "prefixItems", RULE_SCHEMAS, ARRAY, rule_prefix },
	{ "items", RULE_ITEMS, ARRAY, rule_items },
	{ "additionalItems", RULE_SCHEMA, 0, NULL },
	{ "contains", RULE_SCHEMA, ARRAY, rule_contains },
	{ "minContains", RULE_COUNT, 0, NULL },
	{ "maxContains", RULE_COUNT, 0, NULL },
	{ "uniqueItems", RULE_FLAG, ARRAY, rule_unique },
	{ "allOf", RULE_SCHEMAS, 0, rule_all },
	{ "anyOf", RULE_SCHEMAS, 0, rule_any },
	{ "oneOf", RULE_SCHEMAS, 0, rule_one },
	{ "not", RULE_SCHEMA, 0, rule_not },
	{ "if", RULE_SCHEMA, 0, rule_if },
	{ "then", RULE_SCHEMA, 0, NULL },
	{ "else", RULE_SCHEMA, 0, NULL },
	{ NULL, RULE_ANY, 0, NULL },
};
