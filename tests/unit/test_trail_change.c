/* CloudTrail's events: which are changes of the fleet, and what of them can be told. */
#include "unit.h"

#include "api/trail_change.h"

#define BY "\"userIdentity\":{\"type\":\"AssumedRole\",\"arn\":\"arn:aws:sts::1:assumed-role/ops/ana\"}"
#define REQUEST(json) "{" BY ",\"requestParameters\":" json ",\"responseElements\":null}"
#define BOTH(json, response) "{" BY ",\"requestParameters\":" json ",\"responseElements\":" response "}"

typedef struct Row { const char *source, *name, *record, *want; } Row;

/* "kind object from>to" of each, and "id=name", in one line. */
static char *told(const char *source, const char *name, const char *record, const char *read_only)
{
	TrailEvent e = { .id = STR("ev-1"), .name = str_of(name), .source = str_of(source), .user = STR("ana"), .read_only = str_of(read_only),
	                 .record = str_of(record), .time_ms = 1790000000000 };
	TrailChanges found;
	Arena a = { 0 };
	Buf b = { 0 };

	trail_changes(&a, &e, STR("agents"), &found);
	for (size_t i = 0; i < found.n; i++) {
		const Change *c = &found.v[i];

		(void)buf_printf(&b, "%s%s %.*s %.*s>%.*s", i ? "; " : "", change_kind_name(c->kind), STR_ARG(c->object), STR_ARG(c->from), STR_ARG(c->to));
		assert_int_equal(c->source, CHANGE_BY_CLOUDTRAIL);
		assert_int_equal(c->time_ms, e.time_ms);
		assert_int_equal(c->since_ms, e.time_ms);
		assert_true(str_starts(c->id, e.id));
		for (size_t k = 0; k < i; k++)
			assert_false(str_eq(c->id, found.v[k].id));
	}
	if (found.has_known)
		(void)buf_printf(&b, " %.*s=%.*s", STR_ARG(found.known.id), STR_ARG(found.known.name));
	(void)buf_puts(&b, "");
	arena_done(&a);
	return buf_take(&b);
}

static void check(const Row *row, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char source[80], *have;

		(void)snprintf(source, sizeof source, "%s.amazonaws.com", row[i].source);
		have = told(source, row[i].name, row[i].record, "false");
		if (strcmp(have, row[i].want) != 0)
			fail_msg("%s: %s, not %s", row[i].name, have, row[i].want);
		free(have);
	}
}
#define CHECK(rows) check(rows, sizeof rows / sizeof *rows)

static void services(void **state)
{
	static const Row rows[] = {
		{ "bedrock-agentcore", "UpdateAgentRuntimeEndpoint", REQUEST("{\"agentRuntimeId\":\"up-ABCDEFGHIJ\",\"endpointName\":\"prod\",\"agentRuntimeVersion\":\"3\"}"),
		  "pointer up-ABCDEFGHIJ/prod >3" },
		{ "bedrock-agentcore", "UpdateAgentRuntime", BOTH("{\"agentRuntimeId\":\"up-ABCDEFGHIJ\"}", "{\"agentRuntimeVersion\":\"4\"}"),
		  "config up-ABCDEFGHIJ >4" },
		{ "bedrock", "UpdateAgentAlias", REQUEST("{\"agentId\":\"AGENT12345\",\"agentAliasId\":\"ALIAS12345\",\"agentAliasName\":\"prod\","
		  "\"routingConfiguration\":[{\"agentVersion\":\"2\"}]}"), "pointer AGENT12345/ALIAS12345 >2 ALIAS12345=prod" },
		/* AWS hides names that people chose. */
		{ "bedrock", "UpdateAgentAlias", REQUEST("{\"agentId\":\"AGENT12345\",\"agentAliasId\":\"ALIAS12345\",\"agentAliasName\":\"***\"}"),
		  "pointer AGENT12345/ALIAS12345 >" },
		{ "bedrock", "UpdateAgentActionGroup", REQUEST("{\"agentId\":\"AGENT12345\",\"actionGroupId\":\"G\",\"actionGroupName\":\"book\"}"),
		  "tool AGENT12345/book > G=book" },
		{ "bedrock", "CreatePromptVersion", BOTH("{\"promptIdentifier\":\"arn:aws:bedrock:eu-west-1:1:prompt/PROMPT1234\"}", "{\"version\":\"7\"}"),
		  "prompt PROMPT1234 >7" },
		{ "bedrock", "UpdatePrompt", REQUEST("{\"promptIdentifier\":\"PROMPT1234\",\"name\":\"vc\"}"), "prompt PROMPT1234 >DRAFT PROMPT1234=vc" },
		{ "bedrock", "UpdateGuardrail", REQUEST("{\"guardrailIdentifier\":\"arn:aws:bedrock:eu-west-1:1:guardrail/g1\",\"name\":\"kind\"}"),
		  "guardrail g1 > g1=kind" },
		{ "bedrock", "PutModelInvocationLoggingConfiguration", REQUEST("{\"loggingConfig\":{}}"), "config invocation log >" },
		{ "ssm", "PutParameter", BOTH("{\"name\":\"/agents/up/version\",\"value\":\"HIDDEN_DUE_TO_SECURITY_REASONS\"}", "{\"version\":12}"),
		  "ssm /agents/up/version >12" },
		{ "ssm", "DeleteParameter", REQUEST("{\"name\":\"arn:aws:ssm:eu-west-1:1:parameter/agents/up\"}"), "ssm /agents/up >" },
		{ "secretsmanager", "PutSecretValue", REQUEST("{\"secretId\":\"arn:aws:secretsmanager:eu-west-1:1:secret:prompts/up-AbCdEf\"}"),
		  "prompt prompts/up >" },
		{ "secretsmanager", "UpdateSecretVersionStage", REQUEST("{\"secretId\":\"prompts/up\",\"versionStage\":\"production\","
		  "\"removeFromVersionId\":\"a\",\"moveToVersionId\":\"b\"}"), "label prompts/up/production a>b" },
		{ "secretsmanager", "PutSecretValue", REQUEST("{\"secretId\":\"database/password\"}"), "" },
		{ "lambda", "UpdateAlias20150331", REQUEST("{\"functionName\":\"arn:aws:lambda:eu-west-1:1:function:agent-tools\",\"name\":\"live\","
		  "\"functionVersion\":\"5\"}"), "tool agent-tools/live >5" },
		{ "lambda", "UpdateFunctionCode20150331v2", REQUEST("{\"functionName\":\"agent-tools\"}"), "tool agent-tools >" },
		{ "lambda", "UpdateFunctionCode20150331v2", REQUEST("{\"functionName\":\"thumbnails\"}"), "" },
		{ "lambda", "UpdateAliasses", REQUEST("{\"functionName\":\"agent-tools\",\"name\":\"live\"}"), "" },
		{ "ec2", "RunInstances", REQUEST("{}"), "" },
		{ "ssm", "UpdateAgentAlias", REQUEST("{\"agentId\":\"a\",\"agentAliasId\":\"b\"}"), "" },
	};

	(void)state;
	CHECK(rows);
}

#define KEY(v) "\"key\":{\"agentId\":{\"S\":\"up\"},\"version\":{\"S\":\"" v "\"}}"
#define UPDATE(v, expression, names) "{\"tableName\":\"agents\"," KEY(v) ",\"updateExpression\":\"" expression "\",\"expressionAttributeNames\":{" names "}}"

/* Values are not told; which attributes are written is. */
static void the_agents_table(void **state)
{
	static const Row rows[] = {
		{ "dynamodb", "UpdateItem", REQUEST(UPDATE("#route", "SET #r = :r, #v = #v + :1", "\"#r\":\"routes\",\"#v\":\"rev\"")), "pointer up/route >" },
		/* A claim: the lock and rev; routes is only asked for. */
		{ "dynamodb", "UpdateItem", REQUEST(UPDATE("#route", "SET #l = :l, #v = :v", "\"#l\":\"lock\",\"#v\":\"rev\",\"#r\":\"routes\"")), "" },
		{ "dynamodb", "UpdateItem", REQUEST(UPDATE("#route", "SET paused = :p", "")), "pointer up/route >" },
		{ "dynamodb", "UpdateItem", REQUEST(UPDATE("2.1", "SET #s = :s, #c.#t = :t REMOVE #x", "\"#s\":\"status\",\"#c\":\"config\",\"#t\":\"temperature\",\"#x\":\"note\"")),
		  "label up@2.1 >; config up@2.1 >" },
		{ "dynamodb", "UpdateItem", REQUEST(UPDATE("2.1", "SET #r1 = :r", "\"#r\":\"status\",\"#r1\":\"note\"")), "" },
		{ "dynamodb", "PutItem", REQUEST("{\"tableName\":\"agents\"," KEY("#route") ",\"item\":\"HIDDEN_DUE_TO_SECURITY_REASONS\"}"), "pointer up/route >" },
		{ "dynamodb", "PutItem", REQUEST("{\"tableName\":\"arn:aws:dynamodb:eu-west-1:1:table/agents\"," KEY("2.3") "}"), "config up@2.3 >" },
		{ "dynamodb", "PutItem", REQUEST("{\"tableName\":\"jobs\"," KEY("2.3") "}"), "" },
		{ "dynamodb", "PutItem", REQUEST("{\"tableName\":\"agents\"," KEY("#audit#x") "}"), "" },
		{ "dynamodb", "PutItem", REQUEST("{\"tableName\":\"agents\"}"), "" },
		{ "dynamodb", "TransactWriteItems", REQUEST("{\"transactItems\":[{\"Update\":{\"TableName\":\"agents\",\"Key\":{\"agentId\":{\"S\":\"up\"},"
		  "\"version\":{\"S\":\"#route\"}},\"UpdateExpression\":\"SET #r = :r REMOVE #l\",\"ExpressionAttributeNames\":{\"#r\":\"routes\",\"#l\":\"lock\"}}},"
		  "{\"Update\":{\"TableName\":\"agents\",\"Key\":{\"agentId\":{\"S\":\"up\"},\"version\":{\"S\":\"2.1\"}},\"UpdateExpression\":\"SET #s = :s\","
		  "\"ExpressionAttributeNames\":{\"#s\":\"status\"}}},{\"ConditionCheck\":{\"TableName\":\"agents\"}}]}"),
		  "pointer up/route >; label up@2.1 >" },
	};

	(void)state;
	CHECK(rows);
}

static void what_is_no_change(void **state)
{
	static const char good[] = REQUEST("{\"name\":\"/x\"}");
	static const char *const bad[] = {
		"", "null", "[]", "{", "{\"requestParameters\":null}", "{\"requestParameters\":[]}", "{\"requestParameters\":{\"name\":{}}}",
		"{\"errorCode\":\"AccessDenied\",\"requestParameters\":{\"name\":\"/x\"}}", "{\"requestParameters\":{\"name\":\"a\",\"name\":\"b\"}}",
	};
	char *have = told("ssm.amazonaws.com", "PutParameter", good, "false");

	(void)state;
	assert_string_equal(have, "ssm /x >");
	free(have);
	have = told("ssm.amazonaws.com", "PutParameter", good, "true");
	assert_string_equal(have, "");
	free(have);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		have = told("ssm.amazonaws.com", "PutParameter", bad[i], "false");
		assert_string_equal(have, "");
		free(have);
	}
}

static void who(void **state)
{
	static const struct { const char *record, *want; } rows[] = {
		{ REQUEST("{\"name\":\"/x\"}"), "arn:aws:sts::1:assumed-role/ops/ana" },
		{ "{\"userIdentity\":{\"type\":\"AWSService\",\"invokedBy\":\"cloudformation.amazonaws.com\"},\"requestParameters\":{\"name\":\"/x\"}}",
		  "cloudformation.amazonaws.com" },
		{ "{\"requestParameters\":{\"name\":\"/x\"}}", "ana" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		TrailEvent e = { .id = STR("e"), .name = STR("PutParameter"), .source = STR("ssm.amazonaws.com"), .user = STR("ana"),
		                 .record = str_of(rows[i].record) };
		TrailChanges found;
		Arena a = { 0 };

		trail_changes(&a, &e, STR("agents"), &found);
		assert_int_equal(found.n, 1);
		if (!str_is(found.v[0].by, rows[i].want))
			fail_msg("%.*s is not %s", STR_ARG(found.v[0].by), rows[i].want);
		arena_done(&a);
	}
}

static void actors_in_few_letters(void **state)
{
	static const char *const rows[][2] = {
		{ "arn:aws:sts::1:assumed-role/release-pipeline/deploy", "release-pipeline/deploy" }, { "arn:aws:iam::1:user/team/ana", "ana" },
		{ "arn:aws:iam::1:role/service-role/ops", "ops" }, { "arn:aws:iam::1:root", "root" }, { "ana", "ana" }, { "", "" },
		{ "cloudformation.amazonaws.com", "cloudformation.amazonaws.com" }, { "arn:aws", "arn:aws" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!str_is(change_actor(str_of(rows[i][0])), rows[i][1]))
			fail_msg("%s is %.*s", rows[i][0], STR_ARG(change_actor(str_of(rows[i][0]))));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services), cmocka_unit_test(the_agents_table), cmocka_unit_test(what_is_no_change), cmocka_unit_test(who),
		cmocka_unit_test(actors_in_few_letters),
	};

	return cmocka_run_group_tests_name("trail_change", tests, NULL, NULL);
}
