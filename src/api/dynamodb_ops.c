#include "api/dynamodb_in.h"

#include "base/buf.h"

enum { MAX_ERROR_BYTES = 1 << 20 };

/* v as JSON text in the arena. */
static int text_of(Arena *a, JsonVal v, Str *out, Err *e)
{
	Buf b = { 0 };
	int rc = jv_write(v, &b);

	*out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return rc < 0 ? err_set(e, "too big to keep") : 0;
}

static int check_items(JsonVal items, const char *where, Err *e)
{
	for (size_t i = 0; i < jv_count(items); i++)
		if (ddb_check_item(jv_at(items, i), e) < 0)
			return err_wrap(e, "%s[%zu]", where, i);
	return 0;
}

static int64_t units_of(JsonVal capacity)
{
	double units = 0;

	/* Servers that do not say it are no reason to fail; nor is what no count can be. */
	if (jv_type(capacity) != JV_OBJECT || jv_opt_num(capacity, "CapacityUnits", &units, NULL) < 0 || !(units > 0 && units < 1e9))
		return 0;
	return (int64_t)(units * 1000 + 0.5);
}

static int decode_page(Arena *a, const AwsBody *body, void *out, Err *e)
{
	DdbPage *page = out;
	JsonVal last = { 0 };

	if (jv_array(body->json, "Items", &page->items, e) < 0 || check_items(page->items, "Items", e) < 0)
		return -1;
	page->count = jv_count(page->items);
	page->milli_units = units_of(jv_get(body->json, "ConsumedCapacity"));
	if (jv_opt_object(body->json, "LastEvaluatedKey", &last, e) < 0)
		return -1;
	if (jv_is_absent(last))
		return 0;
	if (ddb_check_item(last, e) < 0)
		return err_wrap(e, "LastEvaluatedKey");
	return text_of(a, last, &page->last_key_json, e);
}

static int decode_one(JsonVal root, const char *member, DdbItemOut *out, Err *e)
{
	if (jv_opt_object(root, member, &out->item, e) < 0)
		return -1;
	out->found = !jv_is_absent(out->item);
	if (out->found && ddb_check_item(out->item, e) < 0)
		return err_wrap(e, "%s", member);
	return 0;
}

static int decode_item(Arena *a, const AwsBody *body, void *out, Err *e)
{
	(void)a;
	((DdbItemOut *)out)->milli_units = units_of(jv_get(body->json, "ConsumedCapacity"));
	return decode_one(body->json, "Item", out, e);
}

static int decode_attributes(Arena *a, const AwsBody *body, void *out, Err *e)
{
	(void)a;
	return decode_one(body->json, "Attributes", out, e);
}

static int decode_batch(Arena *a, const AwsBody *body, void *output, Err *e)
{
	DdbBatchGetOut *out = output;
	JsonVal tables, left = { 0 }, taken = jv_get(body->json, "ConsumedCapacity");
	Str name;

	/* One for each table. */
	for (size_t i = 0; jv_type(taken) == JV_ARRAY && i < jv_count(taken); i++)
		out->milli_units += units_of(jv_at(taken, i));

	if (jv_object(body->json, "Responses", &tables, e) < 0)
		return -1;
	/* One table is asked, so one member answers; none of its items may have been found in time. */
	if (jv_count(tables)) {
		out->items = jv_member_at(tables, 0, &name);
		if (jv_type(out->items) != JV_ARRAY)
			return err_set(e, "Responses: not a list for its table");
		if (check_items(out->items, "Responses", e) < 0)
			return -1;
	}
	if (jv_opt_object(body->json, "UnprocessedKeys", &left, e) < 0)
		return -1;
	for (size_t i = 0; i < jv_count(left); i++)
		out->unprocessed += jv_count(jv_get(jv_member_at(left, i, &name), "Keys"));
	return out->unprocessed ? text_of(a, left, &out->unprocessed_json, e) : 0;
}

static int decode_table(JsonVal root, const char *member, DdbTableOut *out, Err *e)
{
	JsonVal table;

	if (jv_object(root, member, &table, e) < 0 || jv_name(table, "TableName", &out->name, e) < 0)
		return -1;
	if (jv_opt_i64(table, "ItemCount", &out->item_count, e) < 0)
		return -1;
	return jv_name(table, "TableStatus", &out->status, e);
}

static int decode_created(Arena *a, const AwsBody *body, void *out, Err *e)
{
	(void)a;
	return decode_table(body->json, "TableDescription", out, e);
}

static int decode_described(Arena *a, const AwsBody *body, void *out, Err *e)
{
	(void)a;
	return decode_table(body->json, "Table", out, e);
}

static int read_reason(JsonVal v, DdbReason *out, Err *e)
{
	if (jv_type(v) != JV_OBJECT)
		return err_set(e, "not an object");
	if (jv_opt_str(v, "Code", &out->code, e) < 0 || jv_opt_str(v, "Message", &out->message, e) < 0 ||
	    jv_opt_object(v, "Item", &out->item, e) < 0)
		return -1;
	out->has_item = !jv_is_absent(out->item);
	return out->has_item ? ddb_check_item(out->item, e) : 0;
}

int ddb_reasons(Arena *a, Str error_body, DdbReason **out, size_t *n, Err *e)
{
	JsonVal root, list;

	*out = NULL;
	*n = 0;
	if (jv_parse(a, error_body, MAX_ERROR_BYTES, &root, e) < 0 || jv_array(root, "CancellationReasons", &list, e) < 0)
		return -1;
	*n = jv_count(list);
	*out = ARENA_ARRAY(a, DdbReason, *n ? *n : 1);
	for (size_t i = 0; i < *n; i++)
		if (read_reason(jv_at(list, i), &(*out)[i], e) < 0)
			return err_wrap(e, "CancellationReasons[%zu]", i);
	return 0;
}

static const AwsService dynamodb = {
	.id = "dynamodb", .host_prefix = "dynamodb", .signing_name = "dynamodb", .protocol = AWS_JSON10,
	.target_prefix = "DynamoDB_20120810", .name = "DynamoDB", .backoff_ms = 25,
	.missing_hint = "check the table names below `sources` (agents.table, agents.lock_table, jobs.table, jobs.index) and the region",
};

const AwsOp op_dynamodb_query = {
	.service = &dynamodb, .name = "Query", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "dynamodb:Query", .encode = ddb_encode_query, .decode = decode_page, .out_size = sizeof(DdbPage),
	.page_token = "LastEvaluatedKey",
};
const AwsOp op_dynamodb_scan = {
	.service = &dynamodb, .name = "Scan", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "dynamodb:Scan", .encode = ddb_encode_query, .decode = decode_page, .out_size = sizeof(DdbPage),
	.page_token = "LastEvaluatedKey",
};
const AwsOp op_dynamodb_get_item = {
	.service = &dynamodb, .name = "GetItem", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "dynamodb:GetItem", .encode = ddb_encode_get, .decode = decode_item, .out_size = sizeof(DdbItemOut),
};
const AwsOp op_dynamodb_batch_get_item = {
	.service = &dynamodb, .name = "BatchGetItem", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "dynamodb:BatchGetItem", .encode = ddb_encode_batch_get, .decode = decode_batch,
	.out_size = sizeof(DdbBatchGetOut), .page_token = "UnprocessedKeys",
	.body_max = 32 << 20,                   /* up to 16 MB of items, and more as JSON */
};
/* Not idempotent: with its condition a repeated Put that had worked would be refused and look like a lost race. */
const AwsOp op_dynamodb_put_item = {
	.service = &dynamodb, .name = "PutItem", .method = "POST", .path = "/", .cls = AWS_WRITE,
	.permission = "dynamodb:PutItem", .encode = ddb_encode_put,
};
const AwsOp op_dynamodb_update_item = {
	.service = &dynamodb, .name = "UpdateItem", .method = "POST", .path = "/", .cls = AWS_WRITE,
	.permission = "dynamodb:UpdateItem", .encode = ddb_encode_update, .decode = decode_attributes, .out_size = sizeof(DdbItemOut),
};
/* Idempotent by its ClientRequestToken, which the encoder insists on. */
const AwsOp op_dynamodb_transact_write_items = {
	.service = &dynamodb, .name = "TransactWriteItems", .method = "POST", .path = "/", .cls = AWS_WRITE, .idempotent = true,
	.permission = "dynamodb:PutItem and dynamodb:UpdateItem", .encode = ddb_encode_transact,
};
const AwsOp op_dynamodb_create_table = {
	.service = &dynamodb, .name = "CreateTable", .method = "POST", .path = "/", .cls = AWS_WRITE,
	.permission = "dynamodb:CreateTable", .encode = ddb_encode_create_table, .decode = decode_created, .out_size = sizeof(DdbTableOut),
};
const AwsOp op_dynamodb_describe_table = {
	.service = &dynamodb, .name = "DescribeTable", .method = "POST", .path = "/", .cls = AWS_READ, .idempotent = true,
	.permission = "dynamodb:DescribeTable", .encode = ddb_encode_describe_table, .decode = decode_described,
	.out_size = sizeof(DdbTableOut),
};
