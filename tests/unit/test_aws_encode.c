#include "unit.h"

#include "api/agentcore.h"
#include "api/agentcore_data.h"
#include "api/converse.h"
#include "api/dynamodb.h"
#include "api/cloudwatch.h"
#include "api/logs.h"
#include "api/sts.h"
#include "aws_unit.h"

static void ddb_query(void **state)
{
	const DdbName names[] = { { "#s", "status" }, { "#u", "updatedAt" } };
	const DdbField values[] = { { ":s", { .type = DDB_S, .s = STR("running") } }, { ":u", { .type = DDB_S, .s = STR("2026") } } };
	DdbQueryIn in = { .table = "jobs", .index = "status-updatedAt-index", .key_condition = "#s = :s AND #u > :u", .names = names,
	                  .name_count = 2, .values = values, .value_count = 2, .limit = 50, .backward = true };
	AwsParts p;

	(void)state;
	assert_string_equal(encoded(&op_dynamodb_query, &in, &p),
	                    "{\"TableName\":\"jobs\",\"IndexName\":\"status-updatedAt-index\",\"KeyConditionExpression\":\"#s = :s AND #u > :u\","
	                    "\"ExpressionAttributeNames\":{\"#s\":\"status\",\"#u\":\"updatedAt\"},"
	                    "\"ExpressionAttributeValues\":{\":s\":{\"S\":\"running\"},\":u\":{\"S\":\"2026\"}},"
	                    "\"Limit\":50,\"ScanIndexForward\":false,\"ReturnConsumedCapacity\":\"TOTAL\"}");
	assert_string_equal(buf_cstr(&p.about), "table jobs");
	parts_done(&p);
	in = (DdbQueryIn){ .table = "jobs", .start_key_json = STR("{\"jobId\":{\"S\":\"a\"}}"), .consistent = true };
	assert_string_equal(encoded(&op_dynamodb_scan, &in, &p),
	                    "{\"TableName\":\"jobs\",\"ExclusiveStartKey\":{\"jobId\":{\"S\":\"a\"}},\"ConsistentRead\":true,\"ReturnConsumedCapacity\":\"TOTAL\"}");
	parts_done(&p);
	in = (DdbQueryIn){ 0 };
	assert_string_equal(encoded(&op_dynamodb_scan, &in, &p), "DynamoDB Scan: no table name is given");
	parts_done(&p);
}

static void ddb_values(void **state)
{
	const DdbField weight[] = { { "version", { .type = DDB_S, .s = STR("2.1.0") } }, { "weight", { .type = DDB_N, .s = STR("100") } } };
	const DdbValue routes[] = { { .type = DDB_M, .fields = weight, .count = 2 }, { .type = DDB_JSON, .s = STR("{\"N\":\"7\"}") } };
	const DdbField item[] = {
		{ "agentId", { .type = DDB_S, .s = STR("a\"b\\ü") } }, { "rev", { .type = DDB_N, .s = STR("9007199254740993") } },
		{ "paused", { .type = DDB_BOOL, .b = true } }, { "gone", { .type = DDB_NULL } },
		{ "routes", { .type = DDB_L, .items = routes, .count = 2 } }, { "raw", { .type = DDB_JSON, .s = STR("{\"SS\":[\"x\"]}") } },
	};
	DdbPutIn in = { .table = "agents", .item = item, .item_count = 6, .condition = "attribute_not_exists(#pk)" };
	AwsParts p;

	(void)state;
	assert_string_equal(encoded(&op_dynamodb_put_item, &in, &p),
	                    "{\"TableName\":\"agents\",\"Item\":{\"agentId\":{\"S\":\"a\\\"b\\\\ü\"},\"rev\":{\"N\":\"9007199254740993\"},"
	                    "\"paused\":{\"BOOL\":true},\"gone\":{\"NULL\":true},"
	                    "\"routes\":{\"L\":[{\"M\":{\"version\":{\"S\":\"2.1.0\"},\"weight\":{\"N\":\"100\"}}},{\"N\":\"7\"}]},"
	                    "\"raw\":{\"SS\":[\"x\"]}},\"ConditionExpression\":\"attribute_not_exists(#pk)\"}");
	parts_done(&p);
}

static void ddb_refuses_bad_text(void **state)
{
	const DdbField bad[] = { { "x", { .type = DDB_S, .s = STR("\xff") } } }, nul[] = { { "x", { .type = DDB_S, .s = STR("a\0b") } } },
	               number[] = { { "n", { .type = DDB_N, .s = STR("five") } } };
	const DdbField *const all[] = { bad, nul, number };
	AwsParts p;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		DdbPutIn in = { .table = "t", .item = all[i], .item_count = 1 };
		const char *text = encoded(&op_dynamodb_put_item, &in, &p);

		assert_true(strstr(text, i < 2 ? "not valid UTF-8" : "not a number"));
		assert_int_equal(p.body.n, 0);
		parts_done(&p);
	}
}

static void ddb_transaction(void **state)
{
	const DdbField key[] = { { "agentId", { .type = DDB_S, .s = STR("a") } } }, one[] = { { ":r", { .type = DDB_N, .s = STR("4") } } };
	const DdbTransactItem items[] = {
		{ .kind = DDB_T_UPDATE, .update = { .table = "agents", .key = key, .key_count = 1, .update = "SET #r = :r", .condition = "#r < :r",
		  .values = one, .value_count = 1, .return_old_on_failure = true } },
		{ .kind = DDB_T_PUT, .put = { .table = "agents", .item = key, .item_count = 1 } },
		{ .kind = DDB_T_CHECK, .update = { .table = "agents", .key = key, .key_count = 1, .update = "never sent", .condition = "c" } },
	};
	DdbTransactIn in = { .item = items, .count = 3, .token = STR("op-1") };
	AwsParts p;

	(void)state;
	assert_string_equal(encoded(&op_dynamodb_transact_write_items, &in, &p),
	                    "{\"TransactItems\":[{\"Update\":{\"TableName\":\"agents\",\"Key\":{\"agentId\":{\"S\":\"a\"}},"
	                    "\"UpdateExpression\":\"SET #r = :r\",\"ConditionExpression\":\"#r < :r\","
	                    "\"ReturnValuesOnConditionCheckFailure\":\"ALL_OLD\",\"ExpressionAttributeValues\":{\":r\":{\"N\":\"4\"}}}},"
	                    "{\"Put\":{\"TableName\":\"agents\",\"Item\":{\"agentId\":{\"S\":\"a\"}}}},"
	                    "{\"ConditionCheck\":{\"TableName\":\"agents\",\"Key\":{\"agentId\":{\"S\":\"a\"}},\"ConditionExpression\":\"c\"}}],"
	                    "\"ClientRequestToken\":\"op-1\"}");
	parts_done(&p);
	in.token = STR("");
	assert_true(strstr(encoded(&op_dynamodb_transact_write_items, &in, &p), "ClientRequestToken"));
	parts_done(&p);
}

static void ddb_tables_and_batches(void **state)
{
	const DdbField key[] = { { "jobId", { .type = DDB_S, .s = STR("a") } } }, *const keys[] = { key, key };
	DdbCreateTableIn create = { .table = "jobs", .hash = "jobId", .gsi = "g", .gsi_hash = "status", .gsi_range = "jobId" };
	DdbBatchGetIn batch = { .table = "jobs", .keys = keys, .key_count = 2, .fields_per_key = 1 };
	DdbKeyIn get = { .table = "jobs", .key = key, .key_count = 1, .consistent = true };
	DdbUpdateIn update = { .table = "jobs", .key = key, .key_count = 1, .update = "REMOVE #l", .return_values = "ALL_NEW" };
	AwsParts p;

	(void)state;
	assert_string_equal(encoded(&op_dynamodb_create_table, &create, &p),
	                    "{\"TableName\":\"jobs\",\"BillingMode\":\"PAY_PER_REQUEST\",\"AttributeDefinitions\":["
	                    "{\"AttributeName\":\"jobId\",\"AttributeType\":\"S\"},{\"AttributeName\":\"status\",\"AttributeType\":\"S\"}],"
	                    "\"KeySchema\":[{\"AttributeName\":\"jobId\",\"KeyType\":\"HASH\"}],\"GlobalSecondaryIndexes\":[{\"IndexName\":\"g\","
	                    "\"KeySchema\":[{\"AttributeName\":\"status\",\"KeyType\":\"HASH\"},{\"AttributeName\":\"jobId\",\"KeyType\":\"RANGE\"}],"
	                    "\"Projection\":{\"ProjectionType\":\"ALL\"}}]}");
	parts_done(&p);
	assert_string_equal(encoded(&op_dynamodb_batch_get_item, &batch, &p),
	                    "{\"ReturnConsumedCapacity\":\"TOTAL\",\"RequestItems\":{\"jobs\":{\"Keys\":[{\"jobId\":{\"S\":\"a\"}},"
	                    "{\"jobId\":{\"S\":\"a\"}}]}}}");
	parts_done(&p);
	batch.key_count = 101;
	assert_true(strstr(encoded(&op_dynamodb_batch_get_item, &batch, &p), "1 to 100 keys, not 101"));
	parts_done(&p);
	assert_string_equal(encoded(&op_dynamodb_get_item, &get, &p),
	                    "{\"TableName\":\"jobs\",\"Key\":{\"jobId\":{\"S\":\"a\"}},\"ConsistentRead\":true,\"ReturnConsumedCapacity\":\"TOTAL\"}");
	parts_done(&p);
	assert_string_equal(encoded(&op_dynamodb_update_item, &update, &p),
	                    "{\"ReturnValues\":\"ALL_NEW\",\"TableName\":\"jobs\",\"Key\":{\"jobId\":{\"S\":\"a\"}},\"UpdateExpression\":\"REMOVE #l\"}");
	parts_done(&p);
	assert_string_equal(encoded(&op_dynamodb_describe_table, "jobs", &p), "{\"TableName\":\"jobs\"}");
	parts_done(&p);
}

static void logs(void **state)
{
	Str arn = STR("arn:aws:logs:eu-west-1:111122223333:log-group:/seismo/jobs:*"), name = STR("/seismo/jobs"), cut = logs_tail_arn(arn);
	LogsFilterIn in = { .group = name, .pattern = STR("COST_TRACKING"), .start_ms = 1773500966123, .next_token = STR("t"), .limit = 10 };
	LogsTailIn tail = { .groups = { &cut, 1 }, .pattern = STR("x") };
	AwsParts p;

	(void)state;
	assert_string_equal(encoded(&op_logs_filter_log_events, &in, &p),
	                    "{\"logGroupName\":\"/seismo/jobs\",\"filterPattern\":\"COST_TRACKING\",\"startTime\":1773500966123,"
	                    "\"nextToken\":\"t\",\"limit\":10}");
	assert_string_equal(buf_cstr(&p.about), "log group /seismo/jobs");
	parts_done(&p);
	assert_string_equal(encoded(&op_logs_start_live_tail, &tail, &p),
	                    "{\"logGroupIdentifiers\":[\"arn:aws:logs:eu-west-1:111122223333:log-group:/seismo/jobs\"],\"logEventFilterPattern\":\"x\"}");
	parts_done(&p);
	tail.groups.v = &name;
	assert_true(strstr(encoded(&op_logs_start_live_tail, &tail, &p), "wants the ARN"));
	parts_done(&p);
	tail.groups.n = 0;
	assert_true(strstr(encoded(&op_logs_start_live_tail, &tail, &p), "1 to 10 log groups, not 0"));
	parts_done(&p);
}

static void metrics(void **state)
{
	CwDimension dim = { STR("ModelId"), STR("m") };
	CwQuery query[] = {
		{ .id = STR("inv"), .stat = { { STR("AWS/Bedrock"), STR("Invocations"), { &dim, 1 } }, 300, STR("Sum"), STR("") } },
		{ .id = STR("thr"), .expression = STR("FILL(inv,0)") },
	};
	CwDataIn in = { .queries = { query, 2 }, .start_ms = 1773500400000, .end_ms = 1773501300999, .scan_by = STR("TimestampAscending") };
	CwListIn list = { .ns = STR("AWS/Bedrock") };
	AwsParts p;

	(void)state;
	assert_string_equal(encoded(&op_cloudwatch_get_metric_data, &in, &p),
	                    "{\"MetricDataQueries\":[{\"Id\":\"inv\",\"MetricStat\":{\"Metric\":{\"Namespace\":\"AWS/Bedrock\","
	                    "\"MetricName\":\"Invocations\",\"Dimensions\":[{\"Name\":\"ModelId\",\"Value\":\"m\"}]},\"Period\":300,"
	                    "\"Stat\":\"Sum\"}},{\"Id\":\"thr\",\"Expression\":\"FILL(inv,0)\"}],\"StartTime\":1773500400,"
	                    "\"EndTime\":1773501300.999,\"ScanBy\":\"TimestampAscending\"}");
	parts_done(&p);
	assert_string_equal(encoded(&op_cloudwatch_list_metrics, &list, &p), "{\"Namespace\":\"AWS/Bedrock\"}");
	parts_done(&p);
	in.queries.n = 0;
	assert_true(strstr(encoded(&op_cloudwatch_get_metric_data, &in, &p), "1 to 500 queries"));
	parts_done(&p);
}

static void converse(void **state)
{
	ConverseBlock hi = { .text = STR("hi\n") }, hello = { .text = STR("hello") };
	ConverseMessage messages[] = { { STR("user"), { &hi, 1 } }, { STR("assistant"), { &hello, 1 } } };
	ConverseSystem brief = { .text = STR("be brief") };
	ConverseIn in = { .model = STR("us.anthropic.claude-sonnet-4-5-20250929-v1:0"), .system = { &brief, 1 }, .messages = { messages, 2 },
	                  .limits = { .max_tokens = 256, .temperature = { 0.05, true } } };
	AwsParts p;

	(void)state;
	assert_string_equal(encoded(&op_bedrock_converse_stream, &in, &p),
	                    "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"hi\\n\"}]},{\"role\":\"assistant\",\"content\":[{\"text\":\"hello\"}]}],"
	                    "\"system\":[{\"text\":\"be brief\"}],\"inferenceConfig\":{\"maxTokens\":256,\"temperature\":0.05}}");
	assert_string_equal(buf_cstr(&p.path), "/model/us.anthropic.claude-sonnet-4-5-20250929-v1%3A0/converse-stream");
	parts_done(&p);
	in.limits.max_tokens = 0;
	assert_true(strstr(encoded(&op_bedrock_converse, &in, &p), "max_tokens"));
	parts_done(&p);
}

/* Also those of maps, of lists and of structs in the input: no message may repeat them. */
static void secrets_are_known(void **state)
{
	ShapePair pairs[] = { { STR("MODE"), STR("plain-enough") }, { STR("TOKEN"), STR("hush-of-the-runtime") } };
	AcRuntime runtime = { .id = STR("r"), .artifact = STR("{}"), .role = STR("arn"), .network = STR("{}"), .environment = { pairs, 2 } };
	Str span = STR("{\"text\":\"hush-of-a-span\"}");
	AcEvaluateIn evaluate = { .evaluator = STR("e"), .input.spans = { &span, 1 } };
	AwsParts p;

	(void)state;
	(void)encoded(&op_agentcore_update_runtime, &runtime, &p);
	assert_str(buf_str(&p.secret), "plain-enough\nhush-of-the-runtime\n");
	parts_done(&p);
	(void)encoded(&op_agentcore_evaluate, &evaluate, &p);
	assert_str(buf_str(&p.secret), "{\"text\":\"hush-of-a-span\"}\n");
	parts_done(&p);
}

/* A row that lacks what the client needs would fail only when it is called. */
static void every_row_is_whole(void **state)
{
	(void)state;
	for (const AwsOp *const *op = aws_ops(); *op; op++) {
		const AwsService *s = (*op)->service;

		assert_true(s->id && s->host_prefix && s->signing_name && s->name);
		assert_true((*op)->name && (*op)->method && (*op)->path && ((*op)->permission || (*op)->open));
		assert_true((*op)->cls == AWS_READ || (*op)->cls == AWS_PAID || (*op)->cls == AWS_WRITE);
		assert_true(s->protocol == AWS_REST_JSON || s->protocol == AWS_REST_XML || s->target_prefix);
		assert_true(!(*op)->decode == !(*op)->out_size && !((*op)->decode && (*op)->out));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ddb_query), cmocka_unit_test(ddb_values), cmocka_unit_test(ddb_refuses_bad_text),
		cmocka_unit_test(ddb_transaction), cmocka_unit_test(ddb_tables_and_batches), cmocka_unit_test(logs),
		cmocka_unit_test(metrics), cmocka_unit_test(converse), cmocka_unit_test(secrets_are_known), cmocka_unit_test(every_row_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
