#include "act/route_json.h"

void route_write(JsonW *w, const char *key, Route r)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < r.n; i++) {
		jw_object(w);
		jw_kstr(w, "version", r.part[i].version);
		jw_ki64(w, "weight", r.part[i].weight);
		jw_object_end(w);
	}
	jw_array_end(w);
}

int route_read(Arena *a, JsonVal object, const char *key, Route *out, Err *e)
{
	JsonVal list;
	RoutePart *p;

	if (jv_array(object, key, &list, e) < 0)
		return -1;
	*out = (Route){ p = ARENA_ARRAY(a, RoutePart, jv_count(list) + 1), jv_count(list) };
	for (size_t i = 0; i < out->n; i++)
		if (jv_str(jv_at(list, i), "version", &p[i].version, e) < 0 || jv_i64(jv_at(list, i), "weight", &p[i].weight, e) < 0)
			return -1;
	return 0;
}
