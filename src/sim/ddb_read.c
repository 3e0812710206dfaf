#include "sim/ddb_ops.h"

enum { BATCH_GET_MAX = 100, BATCH_WRITE_MAX = 25, BATCH_BYTES_MAX = 16 << 20 };

int ddb_flag(DdbCall *c, JsonVal request, const char *key, bool *out)
{
	return jv_opt_bool(request, key, out, NULL) < 0 ? ddb_fail(c, "SerializationException", "Unexpected field type") : 0;
}

void ddb_answer_capacity(DdbCall *c, JsonVal request, const DdbTable *t, double units)
{
	Str want = STR("NONE");

	if (jv_opt_str(request, "ReturnConsumedCapacity", &want, NULL) < 0 || (!str_is(want, "TOTAL") && !str_is(want, "INDEXES")))
		return;
	jw_key(&c->w, "ConsumedCapacity");
	jw_object(&c->w);
	jw_kstr(&c->w, "TableName", str_of(t->name));
	jw_knum(&c->w, "CapacityUnits", units);
	jw_object_end(&c->w);
}

/* Projection of a GetItem, or of one table of a BatchGetItem. */
static int open_projection(DdbCall *c, JsonVal request, PathList **out)
{
	DdbNames names;

	if (jv_has(request, "AttributesToGet"))
		return ddb_invalid(c, "AttributesToGet is a legacy parameter that the simulated region does not have; use ProjectionExpression");
	if (ddb_names_open(c, request, &names) < 0 || ddb_parse_projection(c, &names, request, out) < 0)
		return -1;
	return ddb_names_all_used(c, &names);
}

int ddb_op_get_item(DdbCall *c)
{
	const DdbTable *t;
	PathList *paths;
	bool consistent = false;
	Av *key, *item;
	DdbKey k;

	if (open_projection(c, c->body, &paths) < 0 || ddb_flag(c, c->body, "ConsistentRead", &consistent) < 0 ||
	    !(t = ddb_table_of(c, c->body)))
		return -1;
	if (ddb_request_key(c, t, jv_get(c->body, "Key"), &key, &k) < 0 || ddb_load(c, t, k, &item) < 0)
		return -1;
	jw_object(&c->w);
	if (item) {
		jw_key(&c->w, "Item");
		av_write_item(&c->w, paths ? ddb_project(c, paths, item) : item);
	}
	ddb_answer_capacity(c, c->body, t, consistent ? 1 : 0.5);
	jw_object_end(&c->w);
	return 0;
}

static DdbTable *batch_table(DdbCall *c, Str name)
{
	DdbTable *t = ddb_find_table(c->ddb, name);

	if (!t)
		(void)ddb_fail(c, "ResourceNotFoundException", "Requested resource not found");
	return t;
}

/* The keys of one table. Returns how many of them were answered before the answer became too long, or -1. */
static int64_t get_keys(DdbCall *c, const DdbTable *t, JsonVal request, JsonVal keys)
{
	PathList *paths;
	DdbKey *seen = ARENA_ARRAY(c->arena, DdbKey, jv_count(keys));
	size_t i;

	if (open_projection(c, request, &paths) < 0)
		return -1;
	for (i = 0; i < jv_count(keys) && c->w.out->n < BATCH_BYTES_MAX; i++) {
		Av *key, *item;

		if (ddb_request_key(c, t, jv_at(keys, i), &key, &seen[i]) < 0)
			return -1;
		for (size_t k = 0; k < i; k++)
			if (str_eq(seen[k].hk, seen[i].hk) && str_eq(seen[k].rk, seen[i].rk))
				return ddb_invalid(c, "Provided list of item keys contains duplicates");
		if (ddb_load(c, t, seen[i], &item) < 0)
			return -1;
		if (item)
			av_write_item(&c->w, paths ? ddb_project(c, paths, item) : item);
	}
	return (int64_t)i;
}

static void put_unprocessed(JsonW *w, Str name, JsonVal request, JsonVal keys, size_t from)
{
	Str key;

	jw_key_str(w, name);
	jw_object(w);
	for (size_t i = 0; i < jv_count(request); i++) {
		JsonVal v = jv_member_at(request, i, &key);
		Buf copy = { 0 };

		if (str_is(key, "Keys"))
			continue;
		(void)jv_write(v, &copy);   /* part of the request, which was under the cap */
		jw_key_str(w, key);
		jw_raw(w, buf_str(&copy));
		buf_done(&copy);
	}
	jw_key(w, "Keys");
	jw_array(w);
	for (size_t i = from; i < jv_count(keys); i++) {
		Buf copy = { 0 };

		(void)jv_write(jv_at(keys, i), &copy);
		jw_raw(w, buf_str(&copy));
		buf_done(&copy);
	}
	jw_array_end(w);
	jw_object_end(w);
}

static int batch_get_tables(DdbCall *c, JsonVal tables, JsonW *left)
{
	for (size_t i = 0; i < jv_count(tables); i++) {
		Str name;
		JsonVal request = jv_member_at(tables, i, &name), keys;
		const DdbTable *t = batch_table(c, name);
		int64_t done;

		if (!t)
			return -1;
		if (jv_array(request, "Keys", &keys, NULL) < 0)
			return ddb_fail(c, "SerializationException", "Unexpected field type");
		jw_key_str(&c->w, name);
		jw_array(&c->w);
		done = get_keys(c, t, request, keys);
		jw_array_end(&c->w);
		if (done < 0)
			return -1;
		if ((size_t)done < jv_count(keys))
			put_unprocessed(left, name, request, keys, (size_t)done);
	}
	return 0;
}

static int count_batch(DdbCall *c, JsonVal tables, const char *list, size_t max)
{
	size_t total = 0;
	Str name;

	for (size_t i = 0; i < jv_count(tables); i++) {
		JsonVal v = jv_member_at(tables, i, &name);

		total += jv_count(list ? jv_get(v, list) : v);
	}
	if (!total || total > max)
		return ddb_invalid(c, "1 validation error detected: Value at 'requestItems' failed to satisfy constraint: Member must have "
		                      "length less than or equal to %zu and greater than or equal to 1", max);
	return 0;
}

int ddb_op_batch_get(DdbCall *c)
{
	JsonVal tables = { NULL };
	Buf left = { 0 };
	JsonW w = jw_to(&left);
	int rc;

	if (jv_opt_object(c->body, "RequestItems", &tables, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	if (count_batch(c, tables, "Keys", BATCH_GET_MAX) < 0)
		return -1;
	jw_object(&c->w);
	jw_key(&c->w, "Responses");
	jw_object(&c->w);
	jw_object(&w);
	rc = batch_get_tables(c, tables, &w);
	jw_object_end(&w);
	jw_object_end(&c->w);
	jw_key(&c->w, "UnprocessedKeys");
	jw_raw(&c->w, buf_str(&left));
	jw_object_end(&c->w);
	buf_done(&left);
	return rc;
}

static int batch_write_one(DdbCall *c, const DdbTable *t, JsonVal action, DdbKey *key, Av **item)
{
	Str kind;
	JsonVal v = jv_member_at(action, 0, &kind);

	*item = NULL;
	if (jv_count(action) == 1 && str_is(kind, "PutRequest"))
		return (*item = av_item_from_json(c, jv_get(v, "Item"))) ? ddb_item_key(c, t, *item, key) : -1;
	if (jv_count(action) == 1 && str_is(kind, "DeleteRequest")) {
		Av *key_item;

		return ddb_request_key(c, t, jv_get(v, "Key"), &key_item, key);
	}
	return ddb_invalid(c, "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes");
}

typedef struct BatchWrite {
	const DdbTable *table;
	DdbKey          key;
	Av             *item;   /* NULL: delete */
} BatchWrite;

static int batch_write_prepare(DdbCall *c, JsonVal tables, BatchWrite *writes)
{
	size_t n = 0;

	for (size_t i = 0; i < jv_count(tables); i++) {
		Str name;
		JsonVal actions = jv_member_at(tables, i, &name);
		const DdbTable *t = batch_table(c, name);

		if (!t)
			return -1;
		for (size_t k = 0; k < jv_count(actions); k++, n++) {
			writes[n].table = t;
			if (batch_write_one(c, t, jv_at(actions, k), &writes[n].key, &writes[n].item) < 0)
				return -1;
			for (size_t m = 0; m < n; m++)
				if (writes[m].table == t && str_eq(writes[m].key.hk, writes[n].key.hk) && str_eq(writes[m].key.rk, writes[n].key.rk))
					return ddb_invalid(c, "Provided list of item keys contains duplicates");
		}
	}
	return 0;
}

int ddb_op_batch_write(DdbCall *c)
{
	BatchWrite writes[BATCH_WRITE_MAX] = { { 0 } };
	JsonVal tables = { NULL };

	if (jv_opt_object(c->body, "RequestItems", &tables, NULL) < 0)
		return ddb_fail(c, "SerializationException", "Unexpected field type");
	if (count_batch(c, tables, NULL, BATCH_WRITE_MAX) < 0 || batch_write_prepare(c, tables, writes) < 0)
		return -1;
	for (size_t i = 0; i < BATCH_WRITE_MAX && writes[i].table; i++)
		if (writes[i].item && ddb_item_fits(c, writes[i].table, writes[i].item) < 0)
			return -1;
	for (size_t i = 0; i < BATCH_WRITE_MAX && writes[i].table; i++)
		if (ddb_save(c, writes[i].table, writes[i].key, writes[i].item) < 0)
			return -1;
	jw_object(&c->w);
	jw_key(&c->w, "UnprocessedItems");
	jw_object(&c->w);
	jw_object_end(&c->w);
	jw_object_end(&c->w);
	return 0;
}
