/* Any JSON as a DynamoDB item. What a getter reads is read once more from the text of the document by other means; an
 * item that is accepted has one value of a known type in each attribute, and is accepted again when it is written. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/dynamodb.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SCALE = 3, DOC_MAX = 1 << 20 };

static void need(bool holds)
{
	if (!holds)
		abort();
}

static bool is_near(int64_t v, double want)
{
	return fabs(want) > 1e15 || fabs((double)v - want) <= 1;
}

/* Getters of one attribute against the document itself. */
static void check_getters(JsonVal item, const char *name)
{
	JsonVal value = jv_get(item, name);
	Str text = { 0 }, number = { 0 }, inner = { 0 };
	int64_t v = INT64_MIN, scaled = INT64_MIN;
	JsonVal map = { 0 }, list = ddb_list(item, name);
	bool yes = false;

	(void)jv_opt_str(value, "N", &number, NULL);
	(void)jv_opt_str(value, "S", &inner, NULL);
	if (ddb_i64(item, name, &v, NULL) == 0 && v != INT64_MIN)
		need(is_near(v, strtod(number.p, NULL)));
	if (ddb_scaled(item, name, SCALE, &scaled, NULL) == 0 && scaled != INT64_MIN)
		need(is_near(scaled, strtod(number.p, NULL) * 1000));
	if (ddb_str(item, name, &text, NULL) == 0 && text.p)
		need(str_eq(text, inner));
	if (ddb_bool(item, name, &yes, NULL) == 0 && yes)
		need(jv_type(jv_get(value, "BOOL")) == JV_TRUE);
	if (ddb_opt_map(item, name, &map, NULL) == 0 && !jv_is_absent(map))
		need(map.node == jv_get(value, "M").node);
	need(jv_is_absent(list) || list.node == jv_get(value, "L").node);
	need(!ddb_has(item, name) || jv_has(item, name));
}

static void check_types(JsonVal item)
{
	static const char *const types[] = { "S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS" };
	Str key;

	for (size_t i = 0; i < jv_count(item); i++) {
		JsonVal value = jv_member_at(item, i, &key);
		size_t known = 0;

		for (size_t k = 0; k < sizeof types / sizeof *types; k++)
			known += jv_has(value, types[k]);
		need(jv_count(value) == 1 && known == 1);
	}
}

static void check_item(Arena *a, JsonVal item)
{
	Err e = { 0 };
	Buf again = { 0 };
	JsonVal second;
	Str key;
	int rc = ddb_check_item(item, &e);

	need(rc == 0 || e.text[0]);
	if (rc == 0)
		check_types(item);
	for (size_t i = 0; i < jv_count(item) && i < 64; i++) {
		if (jv_is_absent(jv_member_at(item, i, &key)) || str_has_nul(key))
			continue;
		check_getters(item, arena_cstr(a, key));
	}
	if (jv_write(item, &again) == 0) {
		need(jv_parse(a, buf_str(&again), DOC_MAX, &second, NULL) == 0);
		need(ddb_check_item(second, NULL) == rc);
	}
	buf_done(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str text = { (const char *)data, size };
	DdbReason *reasons = NULL;
	Arena a = { 0 };
	Err e = { 0 };
	JsonVal item;
	size_t n = 0;

	if (jv_parse(&a, text, DOC_MAX, &item, NULL) == 0 && jv_type(item) == JV_OBJECT)
		check_item(&a, item);
	if (ddb_reasons(&a, text, &reasons, &n, &e) == 0)
		need(n == 0 || reasons);
	else
		need(e.text[0]);
	arena_done(&a);
	return 0;
}
