/* The least-privilege policy: what the table of needs becomes. */
#include "unit.h"

#include "app/policy.h"
#include "api/converse.h"
#include "api/dynamodb.h"
#include "api/logs.h"
#include "aws/partition.h"
#include "wire/jsonval.h"

#define FIXED(s) { s, sizeof s - 1 }
static Str groups[] = { FIXED("/seismo/jobs"), FIXED("arn:aws:logs:eu-west-1:444455556666:log-group:/x") };
static const ConfSources sources = { .backends = (1u << CONF_BACKENDS) - 1, .agents_table = FIXED("agents"), .jobs_table = FIXED("jobs"),
                                     .jobs_index = FIXED("by-status"), .log_groups = groups, .log_group_count = 2 };

static NeedFacts facts(bool write, bool playground)
{
	return (NeedFacts){ .account = STR("111122223333"), .region = STR("eu-west-1"), .src = &sources, .write = write, .playground = playground };
}

static JsonVal policy(const Need *need, size_t n, const NeedFacts *f, Arena *a, Buf *text)
{
	JsonVal v;
	Err e = { 0 };

	buf_reset(text);
	assert_true(policy_write(need, n, f, text) < POLICY_MAX);
	if (jv_parse(a, buf_str(text), 1 << 20, &v, &e) < 0)
		fail_msg("%s", e.text);
	return v;
}

static JsonVal statement(JsonVal policy, const char *sid)
{
	JsonVal all = jv_get(policy, "Statement");
	Str s;

	for (size_t i = 0; i < jv_count(all); i++)
		if (jv_str(jv_at(all, i), "Sid", &s, NULL) == 0 && str_is(s, sid))
			return jv_at(all, i);
	return (JsonVal){ 0 };
}

static void holds(JsonVal list, size_t at, const char *text)
{
	Str s = { 0 };

	assert_int_equal(jv_as_str(jv_at(list, at), &s, NULL), 0);
	if (!str_is(s, text))
		fail_msg("%.*s is not %s", STR_ARG(s), text);
}

/* Every row's action, never a wildcard, nothing written. */
static void rows_in_use(void **state)
{
	NeedFacts f = facts(false, true);
	Arena a = { 0 };
	Buf text = { 0 };
	size_t n;
	const Need *need = needs_all(&n);
	JsonVal p = policy(need, n, &f, &a, &text), s;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		char quoted[100];

		if (!need_counts(&need[i], &f))
			continue;
		(void)snprintf(quoted, sizeof quoted, "\"%s\"", need[i].op->permission);
		if (!strstr(need[i].op->permission, " and ") && !strstr(buf_cstr(&text), quoted))
			fail_msg("%s is not in the policy", quoted);
		for (size_t k = 0; k < i; k++)
			assert_false(need[k].op == need[i].op && need[k].on == need[i].on);
	}
	s = statement(p, "ReadJobsIndex");
	holds(jv_get(s, "Action"), 0, "dynamodb:Query");
	holds(jv_get(s, "Resource"), 0, "arn:aws:dynamodb:eu-west-1:111122223333:table/jobs/index/by-status");
	s = statement(p, "ReadJobLogs");
	holds(jv_get(s, "Resource"), 0, "arn:aws:logs:eu-west-1:111122223333:log-group:/seismo/jobs:*");
	holds(jv_get(s, "Resource"), 1, "arn:aws:logs:eu-west-1:444455556666:log-group:/x:*");
	buf_done(&text);
	arena_done(&a);
}

/* A transaction is two actions; what writes stands apart and only where the context may write. */
static void writes_stand_apart(void **state)
{
	static const Need need[] = {
		{ &op_dynamodb_scan, ON_AGENTS_TABLE, "agents", false },
		{ &op_dynamodb_transact_write_items, ON_AGENTS_TABLE, "rollback", false },
		{ &op_dynamodb_put_item, ON_AGENTS_TABLE, "register", false },
		{ &op_bedrock_converse_stream, ON_MODELS, "chat", false },
	};
	NeedFacts f = facts(true, false);
	Arena a = { 0 };
	Buf text = { 0 };
	JsonVal p = policy(need, 4, &f, &a, &text), s;

	(void)state;
	assert_int_equal(jv_count(jv_get(p, "Statement")), 2);
	assert_int_equal(jv_count(jv_get(statement(p, "ReadAgentsTable"), "Action")), 1);
	s = jv_get(statement(p, "WriteAgentsTable"), "Action");
	assert_int_equal(jv_count(s), 2);
	holds(s, 0, "dynamodb:PutItem");
	holds(s, 1, "dynamodb:UpdateItem");
	f = facts(false, true);
	p = policy(need, 4, &f, &a, &text);
	assert_true(jv_is_absent(statement(p, "WriteAgentsTable")));
	assert_false(jv_is_absent(statement(p, "UseModels")));
	buf_done(&text);
	arena_done(&a);
}

/* What is not configured is not asked for: a statement without resources would allow nothing, or not be taken. */
static void nothing_without_resources(void **state)
{
	static const ConfSources none;
	NeedFacts f = { .account = STR("111122223333"), .region = STR("cn-north-1"), .src = &none, .write = true, .playground = true };
	Arena a = { 0 };
	Buf text = { 0 };
	size_t n;
	const Need *need = needs_all(&n);
	JsonVal p = policy(need, n, &f, &a, &text);

	(void)state;
	assert_true(jv_is_absent(statement(p, "ReadJobLogs")));
	assert_true(jv_is_absent(statement(p, "ReadJobsTable")));
	assert_true(jv_is_absent(statement(p, "ReadAgentsTable")));
	holds(jv_get(statement(p, "ReadLogGroups"), "Resource"), 0, "arn:aws-cn:logs:cn-north-1:111122223333:log-group:*");
	buf_done(&text);
	arena_done(&a);
}

/* Of the partitions that the SDKs publish. */
static void partitions(void **state)
{
	(void)state;
	assert_string_equal(partition_name(STR("eu-west-1")), "aws");
	assert_string_equal(partition_name(STR("cn-northwest-1")), "aws-cn");
	assert_string_equal(partition_name(STR("us-gov-west-1")), "aws-us-gov");
	assert_string_equal(partition_name(STR("us-iso-east-1")), "aws-iso");
	assert_string_equal(partition_name(STR("us-isob-east-1")), "aws-iso-b");
	assert_string_equal(partition_name(STR("eu-isoe-west-1")), "aws-iso-e");
	assert_string_equal(partition_name(STR("us-isof-south-1")), "aws-iso-f");
	assert_string_equal(partition_name(STR("eusc-de-east-1")), "aws-eusc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_in_use), cmocka_unit_test(writes_stand_apart), cmocka_unit_test(nothing_without_resources),
		cmocka_unit_test(partitions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
