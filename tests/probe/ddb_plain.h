/* DynamoDB's inputs and outputs, which have types of their own instead of shapes, from and to plain JSON: for aws_probe. */
#ifndef DDB_PLAIN_H
#define DDB_PLAIN_H

#include "api/dynamodb.h"

typedef struct DdbFields { const DdbField *v; size_t n; } DdbFields;

static Str plain_text(Arena *a, JsonVal v)
{
	Buf b = { 0 };
	Str s;

	if (jv_is_absent(v))
		return STR("");
	(void)jv_write(v, &b);
	s = arena_str(a, buf_str(&b));
	buf_done(&b);
	return s;
}

static const char *plain_cstr(Arena *a, JsonVal in, const char *key)
{
	Str s = { 0 };

	(void)jv_opt_str(in, key, &s, NULL);
	return s.p ? arena_cstr(a, s) : NULL;
}

static bool plain_bool(JsonVal in, const char *key)
{
	bool v = false;

	(void)jv_opt_bool(in, key, &v, NULL);
	return v;
}

/* The members of an object, each a finished attribute value. */
static DdbFields plain_fields(Arena *a, JsonVal object)
{
	size_t n = jv_count(object);
	DdbField *v = ARENA_ARRAY(a, DdbField, n + 1);

	for (size_t i = 0; i < n; i++) {
		Str key;
		JsonVal one = jv_member_at(object, i, &key);

		v[i] = (DdbField){ arena_cstr(a, key), { .type = DDB_JSON, .s = plain_text(a, one) } };
	}
	return (DdbFields){ v, n };
}

static const DdbName *plain_names(Arena *a, JsonVal object, size_t *count)
{
	DdbName *v = ARENA_ARRAY(a, DdbName, jv_count(object) + 1);

	*count = jv_count(object);
	for (size_t i = 0; i < *count; i++) {
		Str key, value = { 0 };

		(void)jv_as_str(jv_member_at(object, i, &key), &value, NULL);
		v[i] = (DdbName){ arena_cstr(a, key), arena_cstr(a, value) };
	}
	return v;
}

static DdbPutIn plain_put(Arena *a, JsonVal in)
{
	DdbFields item = plain_fields(a, jv_get(in, "Item")), values = plain_fields(a, jv_get(in, "ExpressionAttributeValues"));
	DdbPutIn put = { .table = plain_cstr(a, in, "TableName"), .item = item.v, .item_count = item.n,
	                 .condition = plain_cstr(a, in, "ConditionExpression"), .values = values.v, .value_count = values.n };

	put.names = plain_names(a, jv_get(in, "ExpressionAttributeNames"), &put.name_count);
	return put;
}

static DdbUpdateIn plain_update(Arena *a, JsonVal in)
{
	DdbFields key = plain_fields(a, jv_get(in, "Key")), values = plain_fields(a, jv_get(in, "ExpressionAttributeValues"));
	DdbUpdateIn up = { .table = plain_cstr(a, in, "TableName"), .key = key.v, .key_count = key.n,
	                   .update = plain_cstr(a, in, "UpdateExpression"), .condition = plain_cstr(a, in, "ConditionExpression"),
	                   .values = values.v, .value_count = values.n, .return_values = plain_cstr(a, in, "ReturnValues"),
	                   .return_old_on_failure = jv_has(in, "ReturnValuesOnConditionCheckFailure") };

	up.names = plain_names(a, jv_get(in, "ExpressionAttributeNames"), &up.name_count);
	return up;
}

static DdbQueryIn plain_query(Arena *a, JsonVal in)
{
	DdbFields values = plain_fields(a, jv_get(in, "ExpressionAttributeValues"));
	int64_t limit = 0;
	DdbQueryIn q = { .table = plain_cstr(a, in, "TableName"), .index = plain_cstr(a, in, "IndexName"),
	                 .key_condition = plain_cstr(a, in, "KeyConditionExpression"), .filter = plain_cstr(a, in, "FilterExpression"),
	                 .projection = plain_cstr(a, in, "ProjectionExpression"), .values = values.v, .value_count = values.n,
	                 .start_key_json = plain_text(a, jv_get(in, "ExclusiveStartKey")),
	                 .backward = jv_has(in, "ScanIndexForward") && !plain_bool(in, "ScanIndexForward"),
	                 .consistent = plain_bool(in, "ConsistentRead") };

	(void)jv_opt_i64(in, "Limit", &limit, NULL);
	q.limit = (int)limit;
	q.names = plain_names(a, jv_get(in, "ExpressionAttributeNames"), &q.name_count);
	return q;
}

static DdbTransactIn plain_transact(Arena *a, JsonVal in)
{
	JsonVal list = jv_get(in, "TransactItems");
	DdbTransactItem *item = ARENA_ARRAY(a, DdbTransactItem, jv_count(list) + 1);
	DdbTransactIn out = { .item = item, .count = jv_count(list) };

	(void)jv_opt_str(in, "ClientRequestToken", &out.token, NULL);
	for (size_t i = 0; i < out.count; i++) {
		JsonVal one = jv_at(list, i);

		if (jv_has(one, "Put"))
			item[i] = (DdbTransactItem){ .kind = DDB_T_PUT, .put = plain_put(a, jv_get(one, "Put")) };
		else if (jv_has(one, "Update"))
			item[i] = (DdbTransactItem){ .kind = DDB_T_UPDATE, .update = plain_update(a, jv_get(one, "Update")) };
		else
			item[i] = (DdbTransactItem){ .kind = DDB_T_CHECK, .update = plain_update(a, jv_get(one, "ConditionCheck")) };
	}
	return out;
}

static DdbBatchGetIn plain_batch(Arena *a, JsonVal in)
{
	Str table;
	JsonVal one = jv_member_at(jv_get(in, "RequestItems"), 0, &table), keys = jv_get(one, "Keys");
	const DdbField **v = ARENA_ARRAY(a, const DdbField *, jv_count(keys) + 1);
	DdbBatchGetIn out = { .table = arena_cstr(a, table), .keys = v, .key_count = jv_count(keys) };

	for (size_t i = 0; i < out.key_count; i++) {
		DdbFields key = plain_fields(a, jv_at(keys, i));

		v[i] = key.v;
		out.fields_per_key = key.n;
	}
	return out;
}

/* {"TableName","hash","range","gsi","gsi_hash","gsi_range"}: what the row can make. */
static DdbCreateTableIn plain_create(Arena *a, JsonVal in)
{
	return (DdbCreateTableIn){ plain_cstr(a, in, "TableName"), plain_cstr(a, in, "hash"), plain_cstr(a, in, "range"),
	                           plain_cstr(a, in, "gsi"), plain_cstr(a, in, "gsi_hash"), plain_cstr(a, in, "gsi_range") };
}

/* The input of a DynamoDB row, or NULL when the row is none. */
static const void *ddb_plain_in(Arena *a, const AwsOp *op, JsonVal in)
{
	if (op == &op_dynamodb_query || op == &op_dynamodb_scan) {
		DdbQueryIn *q = ARENA_NEW(a, DdbQueryIn);

		*q = plain_query(a, in);
		return q;
	}
	if (op == &op_dynamodb_get_item) {
		DdbKeyIn *k = ARENA_NEW(a, DdbKeyIn);
		DdbFields key = plain_fields(a, jv_get(in, "Key"));

		*k = (DdbKeyIn){ plain_cstr(a, in, "TableName"), key.v, key.n, plain_bool(in, "ConsistentRead") };
		return k;
	}
	if (op == &op_dynamodb_put_item) {
		DdbPutIn *p = ARENA_NEW(a, DdbPutIn);

		*p = plain_put(a, in);
		return p;
	}
	if (op == &op_dynamodb_update_item) {
		DdbUpdateIn *u = ARENA_NEW(a, DdbUpdateIn);

		*u = plain_update(a, in);
		return u;
	}
	if (op == &op_dynamodb_transact_write_items) {
		DdbTransactIn *t = ARENA_NEW(a, DdbTransactIn);

		*t = plain_transact(a, in);
		return t;
	}
	if (op == &op_dynamodb_batch_get_item) {
		DdbBatchGetIn *b = ARENA_NEW(a, DdbBatchGetIn);

		*b = plain_batch(a, in);
		return b;
	}
	if (op == &op_dynamodb_create_table) {
		DdbCreateTableIn *c = ARENA_NEW(a, DdbCreateTableIn);

		*c = plain_create(a, in);
		return c;
	}
	return op == &op_dynamodb_describe_table ? plain_cstr(a, in, "TableName") : NULL;
}

static void plain_put_raw(JsonW *w, const char *key, Str json)
{
	jw_key(w, key);
	if (json.n)
		jw_raw(w, json);
	else
		jw_null(w);
}

/* Writes the decoded answer of a DynamoDB row. */
static void ddb_plain_out(Arena *a, const AwsOp *op, const void *out, JsonW *w)
{
	jw_object(w);
	if (op == &op_dynamodb_query || op == &op_dynamodb_scan) {
		const DdbPage *page = out;

		plain_put_raw(w, "Items", plain_text(a, page->items));
		plain_put_raw(w, "LastEvaluatedKey", page->last_key_json);
	} else if (op == &op_dynamodb_get_item || op == &op_dynamodb_update_item) {
		const DdbItemOut *item = out;

		plain_put_raw(w, op == &op_dynamodb_get_item ? "Item" : "Attributes", item->found ? plain_text(a, item->item) : STR(""));
	} else if (op == &op_dynamodb_batch_get_item) {
		const DdbBatchGetOut *batch = out;

		plain_put_raw(w, "Items", plain_text(a, batch->items));
		plain_put_raw(w, "UnprocessedKeys", batch->unprocessed_json);
	} else if (op == &op_dynamodb_create_table || op == &op_dynamodb_describe_table) {
		const DdbTableOut *table = out;

		jw_kstr(w, "TableName", table->name);
		jw_kstr(w, "TableStatus", table->status);
		jw_ki64(w, "ItemCount", table->item_count);
	}
	jw_object_end(w);
}

#endif
