/* How a version is made, in one form for all back ends. */
#include "app/registry.h"
#include "wire/jsonw.h"

enum { DEEPEST = 24 };

/* A value of an item, {"M": {"maxTokens": {"N": "500"}}}, as plain JSON. */
static void plain(JsonW *w, JsonVal value, int depth)
{
	Str type = STR(""), text = STR(""), key;
	JsonVal v = jv_count(value) == 1 ? jv_member_at(value, 0, &type) : (JsonVal){ 0 };

	if (depth > DEEPEST) {
		jw_null(w);
	} else if (str_is(type, "M")) {
		jw_object(w);
		for (size_t i = 0; i < jv_count(v); i++) {
			JsonVal one = jv_member_at(v, i, &key);

			jw_key_str(w, key);
			plain(w, one, depth + 1);
		}
		jw_object_end(w);
	} else if (str_is(type, "L")) {
		jw_array(w);
		for (size_t i = 0; i < jv_count(v); i++)
			plain(w, jv_at(v, i), depth + 1);
		jw_array_end(w);
	} else if (str_is(type, "N") && jv_as_str(v, &text, NULL) == 0) {
		jw_raw(w, text);
	} else if (str_is(type, "BOOL")) {
		jw_bool(w, jv_type(v) == JV_TRUE);
	} else if (jv_as_str(v, &text, NULL) == 0) {
		jw_str(w, text);
	} else if (jv_type(v) == JV_ARRAY) {             /* a set */
		jw_array(w);
		for (size_t i = 0; i < jv_count(v); i++)
			if (jv_as_str(jv_at(v, i), &text, NULL) == 0)
				jw_str(w, text);
		jw_array_end(w);
	} else {
		jw_null(w);
	}
}

static void member(JsonW *w, const char *key, JsonVal value)
{
	jw_key(w, key);
	if (jv_is_absent(value))
		jw_null(w);
	else
		plain(w, value, 0);
}

Str registry_detail(Arena *a, JsonVal item)
{
	JsonVal tools = jv_get(item, "tools");
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	jw_object(&w);
	member(&w, "config", jv_get(item, "config"));
	member(&w, "prompt", jv_get(item, "promptTemplate"));
	member(&w, "tools", jv_is_absent(tools) ? jv_get(ddb_map(item, "config"), "tools") : tools);
	jw_object_end(&w);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}
