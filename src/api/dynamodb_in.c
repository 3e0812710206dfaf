#include "api/dynamodb_in.h"

#include "api/jsonout.h"

enum { BATCH_GET_MAX = 100, TRANSACT_MAX = 100 };

static int put_value(cJSON *attr, const DdbValue *v, Err *e);

static int put_fields(cJSON *object, const DdbField *field, size_t count, Err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (field[i].v.type == DDB_JSON) {
			jo_raw(object, field[i].name, field[i].v.s);
			continue;
		}
		if (put_value(jo_object(object, field[i].name), &field[i].v, e) < 0)
			return err_wrap(e, "%s", field[i].name);
	}
	return 0;
}

static int put_list(cJSON *array, const DdbValue *item, size_t count, Err *e)
{
	for (size_t i = 0; i < count; i++) {
		if (item[i].type == DDB_JSON) {
			jo_push_raw(array, item[i].s);
			continue;
		}
		if (put_value(jo_push(array), &item[i], e) < 0)
			return -1;
	}
	return 0;
}

static int put_number(cJSON *attr, Str s, Err *e)
{
	int64_t ignored;

	/* Only what this program sends: exact decimals in the range of its own counters. */
	if (str_scaled(s, 0, &ignored) < 0)
		return err_set(e, "not a number");
	return jo_str(attr, "N", s, e);
}

/* attr is the empty {} that becomes {"S": "…"}. */
static int put_value(cJSON *attr, const DdbValue *v, Err *e)
{
	switch (v->type) {
	case DDB_S:
		return jo_str(attr, "S", v->s, e);
	case DDB_N:
		return put_number(attr, v->s, e);
	case DDB_BOOL:
		jo_bool(attr, "BOOL", v->b);
		return 0;
	case DDB_NULL:
		jo_bool(attr, "NULL", true);
		return 0;
	case DDB_M:
		return put_fields(jo_object(attr, "M"), v->fields, v->count, e);
	case DDB_L:
		return put_list(jo_array(attr, "L"), v->items, v->count, e);
	case DDB_JSON:
		break;   /* written by the caller: a finished value has no {} of ours around it */
	}
	return err_set(e, "a finished attribute value where none can be");
}

static void put_names(cJSON *root, const DdbName *name, size_t count)
{
	cJSON *names = count ? jo_object(root, "ExpressionAttributeNames") : NULL;

	for (size_t i = 0; i < count; i++)
		jo_cstr(names, name[i].alias, name[i].name);
}

static int put_values(cJSON *root, const DdbField *value, size_t count, Err *e)
{
	return count ? put_fields(jo_object(root, "ExpressionAttributeValues"), value, count, e) : 0;
}

static int about_table(AwsParts *out, const char *table, Err *e)
{
	if (!table || !*table)
		return err_kind(e, ERR_USAGE, "no table name is given");
	return buf_printf(&out->about, "table %s", table);
}

/* What a read did cost, for the own-cost meter (charge.h). */
static void ask_units(cJSON *root)
{
	jo_cstr(root, "ReturnConsumedCapacity", "TOTAL");
}

int ddb_encode_query(const void *input, AwsParts *out, Err *e)
{
	const DdbQueryIn *in = input;
	cJSON *root;
	int rc;

	if (about_table(out, in->table, e) < 0)
		return -1;
	/* A GSI follows its table with a delay (Developer Guide, "Read consistency"): what decides reads the table itself. */
	if (in->consistent && in->index)
		return err_kind(e, ERR_USAGE, "index %s cannot be read consistently; ask the table", in->index);
	root = jo_new();
	jo_cstr(root, "TableName", in->table);
	jo_cstr(root, "IndexName", in->index);
	jo_cstr(root, "KeyConditionExpression", in->key_condition);
	jo_cstr(root, "FilterExpression", in->filter);
	jo_cstr(root, "ProjectionExpression", in->projection);
	put_names(root, in->names, in->name_count);
	rc = put_values(root, in->values, in->value_count, e);
	if (in->start_key_json.n)
		jo_raw(root, "ExclusiveStartKey", in->start_key_json);
	if (in->limit > 0)
		jo_i64(root, "Limit", in->limit);
	if (in->backward)
		jo_bool(root, "ScanIndexForward", false);
	if (in->consistent)
		jo_bool(root, "ConsistentRead", true);
	ask_units(root);
	return jo_finish(root, rc, &out->body, e);
}

int ddb_encode_get(const void *input, AwsParts *out, Err *e)
{
	const DdbKeyIn *in = input;
	cJSON *root;
	int rc;

	if (about_table(out, in->table, e) < 0)
		return -1;
	root = jo_new();
	jo_cstr(root, "TableName", in->table);
	rc = put_fields(jo_object(root, "Key"), in->key, in->key_count, e);
	if (in->consistent)
		jo_bool(root, "ConsistentRead", true);
	ask_units(root);
	return jo_finish(root, rc, &out->body, e);
}

int ddb_encode_batch_get(const void *input, AwsParts *out, Err *e)
{
	const DdbBatchGetIn *in = input;
	cJSON *root, *keys;
	int rc = 0;

	if (about_table(out, in->table, e) < 0)
		return -1;
	if (!in->unprocessed_json.n && (!in->key_count || in->key_count > BATCH_GET_MAX))
		return err_set(e, "BatchGetItem takes 1 to %d keys, not %zu", BATCH_GET_MAX, in->key_count);
	root = jo_new();
	ask_units(root);
	if (in->unprocessed_json.n) {
		jo_raw(root, "RequestItems", in->unprocessed_json);
		return jo_finish(root, 0, &out->body, e);
	}
	keys = jo_array(jo_object(jo_object(root, "RequestItems"), in->table), "Keys");
	for (size_t i = 0; rc == 0 && i < in->key_count; i++)
		rc = put_fields(jo_push(keys), in->keys[i], in->fields_per_key, e);
	return jo_finish(root, rc, &out->body, e);
}

static int put_put(cJSON *root, const DdbPutIn *in, Err *e)
{
	jo_cstr(root, "TableName", in->table);
	if (put_fields(jo_object(root, "Item"), in->item, in->item_count, e) < 0)
		return -1;
	jo_cstr(root, "ConditionExpression", in->condition);
	put_names(root, in->names, in->name_count);
	return put_values(root, in->values, in->value_count, e);
}

static int put_update(cJSON *root, const DdbUpdateIn *in, bool check_only, Err *e)
{
	jo_cstr(root, "TableName", in->table);
	if (put_fields(jo_object(root, "Key"), in->key, in->key_count, e) < 0)
		return -1;
	if (!check_only)
		jo_cstr(root, "UpdateExpression", in->update);
	jo_cstr(root, "ConditionExpression", in->condition);
	put_names(root, in->names, in->name_count);
	if (in->return_old_on_failure)
		jo_cstr(root, "ReturnValuesOnConditionCheckFailure", "ALL_OLD");
	return put_values(root, in->values, in->value_count, e);
}

int ddb_encode_put(const void *input, AwsParts *out, Err *e)
{
	const DdbPutIn *in = input;
	cJSON *root;

	if (about_table(out, in->table, e) < 0)
		return -1;
	root = jo_new();
	return jo_finish(root, put_put(root, in, e), &out->body, e);
}

int ddb_encode_update(const void *input, AwsParts *out, Err *e)
{
	const DdbUpdateIn *in = input;
	cJSON *root;

	if (about_table(out, in->table, e) < 0)
		return -1;
	root = jo_new();
	jo_cstr(root, "ReturnValues", in->return_values);
	return jo_finish(root, put_update(root, in, false, e), &out->body, e);
}

static int put_action(cJSON *entry, const DdbTransactItem *item, Err *e)
{
	switch (item->kind) {
	case DDB_T_PUT:
		return put_put(jo_object(entry, "Put"), &item->put, e);
	case DDB_T_UPDATE:
		return put_update(jo_object(entry, "Update"), &item->update, false, e);
	case DDB_T_CHECK:
		return put_update(jo_object(entry, "ConditionCheck"), &item->update, true, e);
	}
	return err_set(e, "a transaction item of no known kind");
}

int ddb_encode_transact(const void *input, AwsParts *out, Err *e)
{
	const DdbTransactIn *in = input;
	cJSON *root, *items;
	const char *table;
	int rc;

	if (!in->count || in->count > TRANSACT_MAX)
		return err_set(e, "a transaction has 1 to %d items, not %zu", TRANSACT_MAX, in->count);
	/* Without the token a repeated request could act twice, and the row says that it may be repeated. */
	if (!in->token.n || in->token.n > 36)
		return err_set(e, "a transaction needs a ClientRequestToken of 1 to 36 characters");
	table = in->item[0].kind == DDB_T_PUT ? in->item[0].put.table : in->item[0].update.table;
	if (about_table(out, table, e) < 0)
		return -1;
	root = jo_new();
	items = jo_array(root, "TransactItems");
	rc = jo_str(root, "ClientRequestToken", in->token, e);
	for (size_t i = 0; rc == 0 && i < in->count; i++)
		rc = put_action(jo_push(items), &in->item[i], e);
	return jo_finish(root, rc, &out->body, e);
}

static void put_key_schema(cJSON *object, const char *hash, const char *range)
{
	cJSON *schema = jo_array(object, "KeySchema"), *one = jo_push(schema);

	jo_cstr(one, "AttributeName", hash);
	jo_cstr(one, "KeyType", "HASH");
	if (!range)
		return;
	one = jo_push(schema);
	jo_cstr(one, "AttributeName", range);
	jo_cstr(one, "KeyType", "RANGE");
}

/* Each key attribute once, however many keys it is part of. */
static void put_attributes(cJSON *root, const char *const *name, size_t count)
{
	cJSON *defs = jo_array(root, "AttributeDefinitions");

	for (size_t i = 0; i < count; i++) {
		bool seen = !name[i];
		cJSON *one;

		for (size_t k = 0; k < i && !seen; k++)
			seen = name[k] && str_is(str_of(name[k]), name[i]);
		if (seen)
			continue;
		one = jo_push(defs);
		jo_cstr(one, "AttributeName", name[i]);
		jo_cstr(one, "AttributeType", "S");
	}
}

int ddb_encode_create_table(const void *input, AwsParts *out, Err *e)
{
	const DdbCreateTableIn *in = input;
	const char *const names[] = { in->hash, in->range, in->gsi ? in->gsi_hash : NULL, in->gsi ? in->gsi_range : NULL };
	cJSON *root, *gsi;

	if (about_table(out, in->table, e) < 0)
		return -1;
	root = jo_new();
	jo_cstr(root, "TableName", in->table);
	jo_cstr(root, "BillingMode", "PAY_PER_REQUEST");
	put_attributes(root, names, sizeof names / sizeof *names);
	put_key_schema(root, in->hash, in->range);
	if (in->gsi) {
		gsi = jo_push(jo_array(root, "GlobalSecondaryIndexes"));
		jo_cstr(gsi, "IndexName", in->gsi);
		put_key_schema(gsi, in->gsi_hash, in->gsi_range);
		jo_cstr(jo_object(gsi, "Projection"), "ProjectionType", "ALL");
	}
	return jo_finish(root, 0, &out->body, e);
}

int ddb_encode_describe_table(const void *input, AwsParts *out, Err *e)
{
	const char *table = input;
	cJSON *root;

	if (about_table(out, table, e) < 0)
		return -1;
	root = jo_new();
	jo_cstr(root, "TableName", table);
	return jo_finish(root, 0, &out->body, e);
}
