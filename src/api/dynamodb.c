#include "api/dynamodb.h"

#include <string.h>

/* The attribute's one type tag. 0: absent or {"NULL": true}; 1: *tag and *attr are set; -1. */
static int attribute(JsonVal item, const char *name, Str *tag, JsonVal *attr, Err *e)
{
	*attr = (JsonVal){ 0 };
	if (jv_opt_object(item, name, attr, e) < 0)
		return -1;
	if (jv_is_absent(*attr))
		return 0;
	if (jv_count(*attr) != 1)
		return err_set(e, "attribute %s: not one value with one type", name);
	(void)jv_member_at(*attr, 0, tag);
	return str_is(*tag, "NULL") ? 0 : 1;
}

static int wrong_type(const char *name, const char *want, Str tag, Err *e)
{
	return err_set(e, "attribute %s: type %.*s, not %s", name, tag.n > 4 ? 4 : STR_ARG(tag), want);
}

static int typed(JsonVal item, const char *name, const char *want, JsonVal *attr, Err *e)
{
	Str tag = { 0 };
	int there = attribute(item, name, &tag, attr, e);

	if (there > 0 && !str_is(tag, want))
		return wrong_type(name, want, tag, e);
	return there;
}

static int number_text(JsonVal item, const char *name, Str *out, Err *e)
{
	JsonVal attr;
	int there = typed(item, name, "N", &attr, e);

	if (there > 0 && jv_str(attr, "N", out, e) < 0)
		return -1;
	return there;
}

int ddb_str(JsonVal item, const char *name, Str *out, Err *e)
{
	JsonVal attr;
	int there = typed(item, name, "S", &attr, e);

	if (there <= 0)
		return there;
	return jv_str(attr, "S", out, e) < 0 ? err_wrap(e, "attribute %s", name) : 0;
}

static bool all_zeros(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] != '0')
			return false;
	return true;
}

/* "42", "42.00" and "4E+1" are integers; "4.2" is not, and nothing is rounded. */
static int exact_i64(Str s, int64_t *out)
{
	Str fraction, head = str_cut(s, '.', &fraction);

	if (memchr(s.p, 'e', s.n) || memchr(s.p, 'E', s.n)) {
		if (fraction.n || memchr(s.p, '.', s.n) || str_has(s, STR("e-")) || str_has(s, STR("E-")))
			return -1;
		return str_scaled(s, 0, out);
	}
	return all_zeros(fraction) ? str_i64(head, out) : -1;
}

int ddb_i64(JsonVal item, const char *name, int64_t *out, Err *e)
{
	Str text = { 0 };
	int there = number_text(item, name, &text, e);

	if (there <= 0)
		return there;
	return text.n && exact_i64(text, out) == 0 ? 0 : err_set(e, "attribute %s: not an integer of 64 bits", name);
}

int ddb_scaled(JsonVal item, const char *name, int scale, int64_t *out, Err *e)
{
	Str text = { 0 };
	int there = number_text(item, name, &text, e);

	if (there <= 0)
		return there;
	return str_scaled(text, scale, out) == 0 ? 0 : err_set(e, "attribute %s: not a number in range", name);
}

int ddb_bool(JsonVal item, const char *name, bool *out, Err *e)
{
	JsonVal attr;
	int there = typed(item, name, "BOOL", &attr, e);

	if (there <= 0)
		return there;
	return jv_bool(attr, "BOOL", out, e) < 0 ? err_wrap(e, "attribute %s", name) : 0;
}

int ddb_opt_map(JsonVal item, const char *name, JsonVal *out, Err *e)
{
	JsonVal attr;
	int there = typed(item, name, "M", &attr, e);

	if (there <= 0)
		return there;
	return jv_object(attr, "M", out, e) < 0 ? err_wrap(e, "attribute %s", name) : 0;
}

JsonVal ddb_map(JsonVal item, const char *name)
{
	JsonVal out = { 0 };

	(void)ddb_opt_map(item, name, &out, NULL);   /* of another type: absent, as the header says */
	return out;
}

JsonVal ddb_list(JsonVal item, const char *name)
{
	JsonVal attr, out = { 0 };

	if (typed(item, name, "L", &attr, NULL) > 0)
		(void)jv_array(attr, "L", &out, NULL);
	return out;
}

bool ddb_has(JsonVal item, const char *name)
{
	return !jv_is_absent(jv_get(item, name));
}

/* Decimal text as DynamoDB writes it. The value may be far beyond 64 bits: 38 digits. */
static bool is_decimal(Str s)
{
	size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+'), digits = 0;

	for (; i < s.n && ((s.p[i] >= '0' && s.p[i] <= '9') || s.p[i] == '.'); i++)
		digits += s.p[i] != '.';
	if (!digits)
		return false;
	if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) {
		int64_t exp;
		Str rest = str_sub(s, i + 1, s.n);

		if (rest.n && rest.p[0] == '+')
			rest = str_sub(rest, 1, rest.n);
		return str_i64(rest, &exp) == 0;
	}
	return i == s.n;
}

static int check_value(JsonVal attr, Err *e);

static int check_string(JsonVal v, Err *e)
{
	return jv_type(v) == JV_STRING ? 0 : err_set(e, "not a string");
}

static int check_number(JsonVal v, Err *e)
{
	Str s;

	if (jv_as_str(v, &s, e) < 0)
		return -1;
	return is_decimal(s) ? 0 : err_set(e, "not a number");
}

static int check_bool(JsonVal v, Err *e)
{
	return jv_type(v) == JV_TRUE || jv_type(v) == JV_FALSE ? 0 : err_set(e, "not a boolean");
}

static int each(JsonVal list, int (*check)(JsonVal, Err *), Err *e)
{
	if (jv_type(list) != JV_ARRAY)
		return err_set(e, "not a list");
	for (size_t i = 0; i < jv_count(list); i++)
		if (check(jv_at(list, i), e) < 0)
			return -1;
	return 0;
}

static int check_strings(JsonVal v, Err *e) { return each(v, check_string, e); }
static int check_numbers(JsonVal v, Err *e) { return each(v, check_number, e); }
static int check_list(JsonVal v, Err *e) { return each(v, check_value, e); }

static const struct { const char *tag; int (*check)(JsonVal, Err *); } types[] = {
	{ "S", check_string }, { "N", check_number }, { "BOOL", check_bool }, { "NULL", check_bool }, { "M", ddb_check_item },
	{ "L", check_list }, { "B", check_string }, { "SS", check_strings }, { "NS", check_numbers }, { "BS", check_strings },
};

static int check_value(JsonVal attr, Err *e)
{
	JsonVal v;
	Str tag;

	if (jv_type(attr) != JV_OBJECT || jv_count(attr) != 1)
		return err_set(e, "not one value with one type");
	v = jv_member_at(attr, 0, &tag);
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		if (str_is(tag, types[i].tag))
			return types[i].check(v, e);
	return err_set(e, "of a type that DynamoDB does not have");
}

int ddb_check_item(JsonVal item, Err *e)
{
	if (jv_type(item) != JV_OBJECT)
		return err_set(e, "not an item");
	for (size_t i = 0; i < jv_count(item); i++) {
		Str name;
		JsonVal attr = jv_member_at(item, i, &name);

		if (check_value(attr, e) < 0)
			return err_wrap(e, "attribute %.*s", name.n > 80 ? 80 : STR_ARG(name));
	}
	return 0;
}
