#include "unit.h"

#include "api/bedrock.h"
#include "api/converse.h"
#include "api/dynamodb.h"
#include "api/cloudwatch.h"
#include "api/logs.h"
#include "api/sso.h"
#include "api/sts.h"
#include "aws_unit.h"
#include "wire/text.h"

#define SAMPLES SHARED_DIR "/aws/samples/"
#define ANSWERS SHARED_DIR "/corpora/config/authored_config.jsonl"

static void registry_page(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	DdbPage *page;
	int64_t rev = 0, usd = 0;
	bool on = false;
	Str s = STR("kept");
	JsonVal alias;

	(void)state;
	SKIP_WITHOUT(SAMPLES "dynamodb-registry-query.json");
	page = decoded(&a, &op_dynamodb_query, shared_file(&a, SAMPLES "dynamodb-registry-query.json"), &e);
	assert_non_null(page);
	assert_int_equal(page->count, 2);
	assert_str(page->last_key_json, "{\"pk\":{\"S\":\"AGENT#billing\"},\"sk\":{\"S\":\"VERSION#000006\"}}");
	assert_int_equal(ddb_i64(jv_at(page->items, 0), "revision", &rev, &e), 0);
	assert_int_equal(rev, 42);
	assert_int_equal(ddb_scaled(jv_at(page->items, 0), "budgetUsd", 9, &usd, &e), 0);
	assert_int_equal(usd, INT64_C(1250750000000));
	assert_int_equal(ddb_bool(jv_at(page->items, 0), "enabled", &on, &e), 0);
	assert_true(on);
	assert_int_equal(ddb_str(jv_at(page->items, 0), "owner", &s, &e), 0);      /* NULL: left alone */
	assert_str(s, "kept");
	assert_int_equal(ddb_i64(jv_at(page->items, 1), "updatedAt", &rev, &e), -1);
	assert_string_equal(e.text, "attribute updatedAt: not an integer of 64 bits");
	assert_int_equal(ddb_str(jv_at(page->items, 0), "revision", &s, &e), -1);
	assert_string_equal(e.text, "attribute revision: type N, not S");
	alias = jv_at(ddb_list(jv_at(page->items, 0), "aliases"), 0);
	assert_int_equal(ddb_str(jv_get(alias, "M"), "name", &s, &e), 0);
	assert_str(s, "prod");
	assert_true(jv_is_absent(ddb_map(jv_at(page->items, 0), "revision")));
	arena_done(&a);
}

static void cancelled_transaction(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	JsonVal root;
	Str body;
	DdbReason *reason;
	size_t n;
	int64_t rev = 0;

	(void)state;
	SKIP_WITHOUT(SAMPLES "dynamodb-transaction-cancelled.json");
	assert_int_equal(jv_parse(&a, shared_file(&a, SAMPLES "dynamodb-transaction-cancelled.json"), 1 << 20, &root, &e), 0);
	assert_int_equal(jv_str(root, "body", &body, &e), 0);
	assert_int_equal(ddb_reasons(&a, body, &reason, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_str(reason[0].code, "None");
	assert_false(reason[0].has_item);
	assert_str(reason[1].code, "ConditionalCheckFailed");
	assert_int_equal(ddb_i64(reason[1].item, "revision", &rev, &e), 0);
	assert_int_equal(rev, 43);
	assert_int_equal(ddb_reasons(&a, STR("{\"message\":\"x\"}"), &reason, &n, &e), -1);
	assert_int_equal(ddb_reasons(&a, STR("<html>"), &reason, &n, &e), -1);
	arena_done(&a);
}

static void batch_and_tables(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	DdbBatchGetOut *b;
	DdbTableOut *t;
	DdbItemOut *i;

	(void)state;
	b = decoded(&a, &op_dynamodb_batch_get_item, STR("{\"Responses\":{\"jobs\":[{\"jobId\":{\"S\":\"a\"}}]},\"UnprocessedKeys\":{\"jobs\":{\"Keys\":"
	            "[{\"jobId\":{\"S\":\"b\"}},{\"jobId\":{\"S\":\"c\"}}]}}}"), &e);
	assert_non_null(b);
	assert_int_equal(jv_count(b->items), 1);
	assert_int_equal(b->unprocessed, 2);
	assert_str(b->unprocessed_json, "{\"jobs\":{\"Keys\":[{\"jobId\":{\"S\":\"b\"}},{\"jobId\":{\"S\":\"c\"}}]}}");
	t = decoded(&a, &op_dynamodb_describe_table, STR("{\"Table\":{\"TableName\":\"jobs\",\"TableStatus\":\"ACTIVE\",\"ItemCount\":7}}"), &e);
	assert_non_null(t);
	assert_int_equal(t->item_count, 7);
	assert_str(t->status, "ACTIVE");
	i = decoded(&a, &op_dynamodb_get_item, STR("{}"), &e);
	assert_non_null(i);
	assert_false(i->found);
	assert_null(decoded(&a, &op_dynamodb_query, STR("{\"Count\":0}"), &e));
	assert_non_null(strstr(e.text, "Items"));
	arena_done(&a);
}

static void metric_data(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	CwDataOut *out;
	CwListOut *list;

	(void)state;
	list = decoded(&a, &op_cloudwatch_list_metrics, STR("{\"Metrics\":[{\"Namespace\":\"AWS/Bedrock\",\"MetricName\":\"Invocations\",\"Dimensions\":"
	               "[{\"Name\":\"ModelId\",\"Value\":\"m\"}]}],\"NextToken\":\"n\"}"), &e);
	assert_non_null(list);
	assert_str(list->metrics.v[0].dims.v[0].value, "m");
	assert_str(list->next_token, "n");
	assert_null(decoded(&a, &op_cloudwatch_get_metric_data, STR("{\"MetricDataResults\":[{\"Id\":\"a\",\"Timestamps\":[1e400],\"Values\":[1]}]}"), &e));
	SKIP_WITHOUT(SAMPLES "get-metric-data-response.json");
	out = decoded(&a, &op_cloudwatch_get_metric_data, shared_file(&a, SAMPLES "get-metric-data-response.json"), &e);
	assert_non_null(out);
	assert_int_equal(out->series.n, 3);
	assert_str(out->series.v[2].status, "PartialData");
	assert_int_equal(out->series.v[1].t.v[0], INT64_C(1773500400000));
	assert_true(out->series.v[1].v.v[2] == 1999.875);
	assert_str(out->next_token, "eyJvIjoxfQ==");
	arena_done(&a);
}

static void identity(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	StsIdentity *id;

	(void)state;
	assert_null(decoded(&a, &op_sts_get_caller_identity, STR("<GetCallerIdentityResponse><GetCallerIdentityResult><Account>12345</Account>"
	            "<Arn>a</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>"), &e));
	assert_non_null(strstr(e.text, "Account"));
	SKIP_WITHOUT(SAMPLES "sts-get-caller-identity.xml");
	id = decoded(&a, &op_sts_get_caller_identity, shared_file(&a, SAMPLES "sts-get-caller-identity.xml"), &e);
	assert_non_null(id);
	assert_str(id->account, "123456789012");
	assert_str(id->arn, "arn:aws:sts::123456789012:assumed-role/demo/console");
	arena_done(&a);
}

static void log_events(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	LogsFilterOut *out = decoded(&a, &op_logs_filter_log_events, STR("{\"events\":[{\"eventId\":\"1\",\"logStreamName\":\"s\",\"message\":\"a\\u0000b\","
	                             "\"timestamp\":1773500966123,\"ingestionTime\":9007199254740993}],\"searchedLogStreams\":[]}"), &e);

	(void)state;
	assert_non_null(out);
	assert_int_equal(out->events.n, 1);
	assert_int_equal(out->events.v[0].message.n, 3);
	assert_int_equal(out->events.v[0].ingested_ms, INT64_C(9007199254740993));
	assert_int_equal(out->next_token.n, 0);
	assert_null(decoded(&a, &op_logs_filter_log_events, STR("{\"events\":[{\"timestamp\":\"x\"}]}"), &e));
	assert_non_null(strstr(e.text, "events[0].timestamp"));
	arena_done(&a);
}

static void models_and_answers(void **state)
{
	Arena a = { 0 };
	Err e = { 0 };
	BedrockModelsOut *m = decoded(&a, &op_bedrock_list_foundation_models, STR("{\"modelSummaries\":[{\"modelId\":\"x\",\"modelName\":\"X\","
	                              "\"inferenceTypesSupported\":[\"PROVISIONED\",\"ON_DEMAND\"],\"modelLifecycle\":{\"status\":\"LEGACY\"}},{\"modelId\":\"y\"}]}"), &e);
	ConverseOut *out;
	Tokens tokens;

	(void)state;
	assert_non_null(m);
	assert_true(bedrock_on_demand(&m->models.v[0]) && !bedrock_on_demand(&m->models.v[1]));
	assert_str(m->models.v[0].life.status, "LEGACY");
	SKIP_WITHOUT(SAMPLES "converse-response.json");
	out = decoded(&a, &op_bedrock_converse, shared_file(&a, SAMPLES "converse-response.json"), &e);
	assert_non_null(out);
	assert_str(converse_text(&a, &out->answer.message), "Checking.");
	assert_str(out->stop_reason, "tool_use");
	assert_int_equal(converse_tokens(&out->usage, &tokens, &e), 0);
	assert_int_equal(tokens.input, 212);
	assert_int_equal(out->metrics.latency_ms, 1180);
	arena_done(&a);
}

/* Calls on_frame for each event of a recorded stream. */
static void each_frame(Arena *a, const char *path, void (*on_frame)(Arena *, Str, Str, void *), void *arg)
{
	Str bytes = shared_file(a, path);
	Err e = { 0 };
	EsFrame f;
	long n;

	while ((n = es_decode(bytes, &f, &e)) > 0) {
		on_frame(a, es_header_str(&f, ":event-type"), f.payload, arg);
		bytes = str_sub(bytes, (size_t)n, bytes.n);
	}
	assert_int_equal(n, 0);
}

typedef struct Folded { ConverseTurn turn; Buf text; int updates, events, sampled; Str last; } Folded;

static void fold(Arena *a, Str type, Str payload, void *arg)
{
	Folded *t = arg;
	ConversePiece piece;
	Err e = { 0 };

	if (converse_event(a, type, payload, &t->turn, &piece, &e) < 0)
		fail_msg("%s", e.text);
	if (piece.kind == CONVERSE_TEXT)
		(void)buf_put_str(&t->text, piece.text);
}

static void converse_stream(void **state)
{
	Arena a = { 0 };
	Folded t = { 0 };
	ConversePiece delta;
	ConverseMessage message;
	Err e = { 0 };

	(void)state;
	assert_int_equal(converse_event(&a, STR("metadata"), STR("{\"usage\":{\"inputTokens\":-1}}"), &t.turn, &delta, &e), -1);
	assert_non_null(strstr(e.text, "usage: a count is negative"));
	assert_int_equal(converse_event(&a, STR("contentBlockDelta"), STR("{\"delta\":{\"text\":5}}"), &t.turn, &delta, &e), -1);
	assert_int_equal(converse_event(&a, STR("metadata"), STR("{\"usage\":{\"cacheWriteInputTokens\":10,\"cacheDetails\":[{\"ttl\":\"1h\","
	                                "\"inputTokens\":4},{\"ttl\":\"5m\",\"inputTokens\":6}]}}"), &t.turn, &delta, &e), 0);
	assert_int_equal(t.turn.tokens.cache_write_1h, 4);
	assert_int_equal(t.turn.tokens.cache_write_5m, 6);
	converse_turn_done(&t.turn);
	SKIP_WITHOUT(SAMPLES "converse-stream-text-tool.bin");
	each_frame(&a, SAMPLES "converse-stream-text-tool.bin", fold, &t);
	assert_string_equal(buf_cstr(&t.text), "Let me look that up — one moment ⏳.");
	assert_string_equal(t.turn.stop_reason, "tool_use");
	assert_true(t.turn.has_usage);
	assert_int_equal(t.turn.tokens.input, 212);
	assert_int_equal(t.turn.tokens.cache_read, 10240);
	assert_int_equal(t.turn.tokens.cache_write_5m + t.turn.tokens.cache_write_1h, 2048);
	assert_true(t.turn.tokens.cache_write_1h > 0);
	assert_int_equal(t.turn.latency_ms, 2417);
	assert_int_equal(converse_turn_message(&t.turn, &a, &message, &e), 0);
	assert_int_equal(message.content.n, 3);
	assert_str(message.content.v[0].reasoning.text.text, "The user asks for the p95 latency of the billing agent. I should call the metrics tool.");
	assert_str(message.content.v[0].reasoning.text.signature, "RXhhbXBsZVNpZ25hdHVyZU5vdFJlYWw=");
	assert_str(message.content.v[1].text, "Let me look that up — one moment ⏳.");
	assert_str(message.content.v[2].tool_use.name, "get_metric");
	assert_str(message.content.v[2].tool_use.input, "{\"agent\": \"billing\", \"metric\": \"InvocationLatency\", \"stat\": \"p95\"}");
	converse_turn_done(&t.turn);
	buf_done(&t.text);
	arena_done(&a);
}

static void tail(Arena *a, Str type, Str payload, void *arg)
{
	Folded *t = arg;
	LogsTailUpdate u;
	Err e = { 0 };

	if (!str_is(type, "sessionUpdate"))
		return;
	if (logs_tail_update(a, payload, &u, &e) < 0)
		fail_msg("%s", e.text);
	t->updates++;
	t->events += (int)u.events.n;
	t->sampled += u.meta.sampled;
	for (size_t i = 0; i < u.events.n; i++) {
		assert_false(str_eq(t->last, u.events.v[i].id));
		t->last = u.events.v[i].id;
		assert_true(u.events.v[i].time_ms > 0 && str_starts(u.events.v[i].id, STR("tail-")));
		assert_str(u.events.v[i].group, "123456789012:/agents/billing");
	}
}

static void live_tail(void **state)
{
	Arena a = { 0 };
	Folded t = { 0 };
	LogsTailUpdate u;
	Err e = { 0 };

	(void)state;
	assert_int_equal(logs_tail_update(&a, STR("[]"), &u, &e), -1);
	assert_non_null(strstr(e.text, "CloudWatch Logs StartLiveTail sessionUpdate"));
	SKIP_WITHOUT(SAMPLES "live-tail.bin");
	each_frame(&a, SAMPLES "live-tail.bin", tail, &t);
	assert_true(t.updates >= 3 && t.events >= 2 && t.sampled >= 1);
	arena_done(&a);
}

/* Which operation a sample of the corpus is an answer of; NULL: of a part that is not here. */
static const AwsOp *op_of(Str name, Str kind)
{
	static const struct { const char *prefix; const AwsOp *op; } rows[] = {
		{ "json-ddb-", &op_dynamodb_get_item }, { "json-metric-", &op_cloudwatch_get_metric_data }, { "json-big-exp", &op_cloudwatch_get_metric_data },
		{ "json-empty", &op_dynamodb_get_item }, { "json-html-error", &op_dynamodb_get_item }, { "json-truncated", &op_dynamodb_get_item },
		{ "json-bom", &op_dynamodb_get_item }, { "json-proto", &op_dynamodb_get_item }, { "json-int", &op_logs_filter_log_events },
		{ "json-esc", &op_logs_filter_log_events }, { "json-nul-escape", &op_logs_filter_log_events },
		{ "json-lone-surrogate", &op_logs_filter_log_events }, { "json-huge-string", &op_logs_filter_log_events },
		{ "json-insights-", &op_logs_get_query_results },
	};

	if (str_is(kind, "xml"))
		return &op_sts_get_caller_identity;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (str_starts(name, str_of(rows[i].prefix)))
			return rows[i].op;
	return NULL;
}

static void hostile_answers(void **state)
{
	Arena a = { 0 };
	Str rest;
	int tried = 0;

	(void)state;
	SKIP_WITHOUT(ANSWERS);
	rest = shared_file(&a, ANSWERS);
	while (rest.n) {
		JsonVal row;
		Str line = str_cut(rest, '\n', &rest), name = { 0 }, kind = { 0 }, expect = { 0 }, b64 = { 0 };
		Buf bytes = { 0 };
		Err e = { 0 };
		const AwsOp *op;
		void *out;

		assert_int_equal(jv_parse(&a, line, 16 << 20, &row, &e), 0);
		assert_int_equal(jv_str(row, "name", &name, &e) | jv_str(row, "kind", &kind, &e) | jv_str(row, "expect", &expect, &e) |
		                 jv_str(row, "bytes_b64", &b64, &e), 0);
		op = str_is(kind, "json") || str_is(kind, "xml") ? op_of(name, kind) : NULL;
		if (!op)
			continue;
		assert_int_equal(b64_decode(&bytes, b64), 0);
		out = decoded(&a, op, buf_str(&bytes), &e);
		if (str_is(expect, "reject") && out)
			fail_msg("%.*s: accepted", STR_ARG(name));
		if (str_is(expect, "accept") && !out)
			fail_msg("%.*s: %s", STR_ARG(name), e.text);
		assert_true(out || e.text[0]);
		tried++;
		buf_done(&bytes);
	}
	assert_true(tried >= 25);
	arena_done(&a);
}

/* Times that would overflow, and keys that would never end. */
static void times_of_sso(void **state)
{
	static const char *const bad[] = { "9223372036854775807", "-9223372036854775808", "0", "-1", "253402300800000" };
	char text[256];
	Arena a = { 0 };
	Err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		(void)snprintf(text, sizeof text, "{\"roleCredentials\":{\"accessKeyId\":\"A\",\"secretAccessKey\":\"s\",\"sessionToken\":\"t\","
		               "\"expiration\":%s}}", bad[i]);
		assert_null(decoded(&a, &op_sso_get_role_credentials, str_of(text), &e));
		assert_non_null(strstr(e.text, "expiration: not a time"));
		(void)snprintf(text, sizeof text, "{\"clientId\":\"c\",\"clientSecret\":\"s\",\"clientSecretExpiresAt\":%s}", bad[i]);
		assert_null(decoded(&a, &op_sso_oidc_register_client, str_of(text), &e));
		assert_non_null(strstr(e.text, "clientSecretExpiresAt: not a time"));
	}
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(registry_page), cmocka_unit_test(cancelled_transaction), cmocka_unit_test(batch_and_tables),
		cmocka_unit_test(metric_data), cmocka_unit_test(identity), cmocka_unit_test(log_events), cmocka_unit_test(models_and_answers),
		cmocka_unit_test(converse_stream), cmocka_unit_test(live_tail), cmocka_unit_test(hostile_answers),
		cmocka_unit_test(times_of_sso),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
