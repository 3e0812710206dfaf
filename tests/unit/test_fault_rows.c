/* What the request layer does with the faults of transactions, whatever is built on it later: the claim of a rollback must
 * never be in two minds about them. */
#include "unit.h"

#include "aws_rig.h"
#include "aws_unit.h"
#include "model/prompt_seal.h"
#include "wire/pkey.h"

static const DdbTransactItem claim_item = { .kind = DDB_T_PUT, .put = { .table = "audit", .item = key_a, .item_count = 1 } };
static const DdbTransactIn claim = { .item = &claim_item, .count = 1, .token = { "0f8e6f0e-1111-4222-8333-944455556666", 36 } };

#define DONE { REPLY, 200, { { STR("x-amzn-requestid"), STR("REQ9") } }, 1, STR("{}") }
#define REFUSAL(code) { REPLY, 400, { { STR("x-amzn-requestid"), STR("REQ1") } }, 1, \
	STR("{\"__type\":\"com.amazonaws.dynamodb.v20120810#" code "\",\"message\":\"m\"}") }

/* The token is in the body, which is encoded once for all tries; the invocation id shows that it was one call. */
static void same_call(const Rig *r, int tries)
{
	assert_int_equal(r->asked, tries);
	for (int i = 1; i < tries; i++) {
		assert_string_equal(r->invocation[i], r->invocation[0]);
		assert_string_equal(r->body[i], r->body[0]);
	}
	assert_non_null(strstr(r->body[0], "0f8e6f0e-1111-4222-8333-944455556666"));
}

static void test_a02_lost_answer_of_a_claim_is_asked_again_with_its_token(void **state)
{
	const Step steps[] = { { .kind = STREAM_TEAR, .status = 200, .body = STR("{\"par") }, DONE };
	Rig *r = script(steps, 2);

	(void)state;
	run(r, &op_dynamodb_transact_write_items, &claim);
	assert_int_equal(r->fault, AWS_OK);
	same_call(r, 2);
	done(r);
}

static void test_a02_lost_answer_of_a_write_without_token_is_not_asked_again(void **state)
{
	const Step steps[] = { { .kind = STREAM_TEAR, .status = 200, .body = STR("{\"par") }, DONE };
	DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1 };
	Rig *r = script(steps, 2);

	(void)state;
	run(r, &op_dynamodb_put_item, &put);
	assert_int_equal(r->asked, 1);
	assert_int_equal(r->kind, ERR_UNKNOWN);
	done(r);
}

/* The caller knows how many items it sent: what is missing here is unknown, and is not made up. */
static void test_a03_each_reason_and_no_more(void **state)
{
	static const struct { const char *body; int n; const char *codes[3]; } rows[] = {
		{ "{\"CancellationReasons\":[{\"Code\":\"None\"},{\"Code\":\"ConditionalCheckFailed\",\"Message\":\"m\"},"
		  "{\"Code\":\"TransactionConflict\"}]}", 3, { "None", "ConditionalCheckFailed", "TransactionConflict" } },
		{ "{\"CancellationReasons\":[{\"Code\":\"ThrottlingError\"}]}", 1, { "ThrottlingError" } },
		{ "{\"CancellationReasons\":[{\"Code\":\"SomethingNew\"}]}", 1, { "SomethingNew" } },
		{ "{\"CancellationReasons\":[]}", 0, { NULL } },
		{ "{\"CancellationReasons\":null}", -1, { NULL } }, { "{\"message\":\"[None, ConditionalCheckFailed]\"}", -1, { NULL } },
		{ "{\"CancellationReasons\":[7]}", -1, { NULL } }, { "{\"CancellationReasons\":[{\"Code\":\"None\"", -1, { NULL } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Arena a = { 0 };
		DdbReason *reason = NULL;
		size_t n = 0;
		Err e = { 0 };
		int rc = ddb_reasons(&a, str_of(rows[i].body), &reason, &n, &e);

		if ((rc < 0) != (rows[i].n < 0))
			fail_msg("%s: %d %s", rows[i].body, rc, e.text);
		if (rc == 0)
			assert_int_equal(n, rows[i].n);
		for (size_t k = 0; rc == 0 && k < n; k++)
			assert_true(str_is(reason[k].code, rows[i].codes[k]));
		arena_done(&a);
	}
}

static void test_a04_transaction_in_progress_is_asked_again_with_its_token(void **state)
{
	const Step steps[] = { REFUSAL("TransactionInProgressException"), REFUSAL("TransactionInProgressException"), DONE };
	Rig *r = script(steps, 3);

	(void)state;
	run(r, &op_dynamodb_transact_write_items, &claim);
	assert_int_equal(r->fault, AWS_OK);
	same_call(r, 3);
	done(r);
	r = script(steps, 1);               /* for ever */
	run(r, &op_dynamodb_transact_write_items, &claim);
	assert_int_equal(r->fault, AWS_THROTTLED);
	same_call(r, 3);
	done(r);
}

/* Nothing was done: DynamoDB refused the write because a transaction holds the item. */
static void test_a04_a_conflict_is_asked_again(void **state)
{
	const Step steps[] = { REFUSAL("TransactionConflictException"), DONE };
	DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1 };
	Rig *r = script(steps, 2);

	(void)state;
	run(r, &op_dynamodb_put_item, &put);
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(r->asked, 2);
	done(r);
	r = script(steps, 1);
	run(r, &op_dynamodb_put_item, &put);
	assert_int_equal(r->fault, AWS_CONDITION);
	assert_int_equal(r->asked, 3);
	done(r);
}

#define CANCELLED(reasons) { REPLY, 400, { { STR("x-amzn-requestid"), STR("REQ1") } }, 1, \
	STR("{\"__type\":\"com.amazonaws.dynamodb.v20120810#TransactionCanceledException\",\"Message\":\"m\"," \
	    "\"CancellationReasons\":" reasons "}") }

/* Nothing was done either, and what stood in the way passes; a reason that does not pass, or is not known, decides. */
static void test_a04_a_conflict_inside_a_transaction_is_asked_again_with_its_token(void **state)
{
	static const struct { Step first; bool again; } rows[] = {
		{ CANCELLED("[{\"Code\":\"None\"},{\"Code\":\"TransactionConflict\"}]"), true },
		{ CANCELLED("[{\"Code\":\"ThrottlingError\"},{\"Code\":\"TransactionConflict\"}]"), true },
		{ CANCELLED("[{\"Code\":\"ProvisionedThroughputExceeded\"}]"), true },
		{ CANCELLED("[{\"Code\":\"ConditionalCheckFailed\"},{\"Code\":\"TransactionConflict\"}]"), false },
		{ CANCELLED("[{\"Code\":\"SomethingNew\"},{\"Code\":\"TransactionConflict\"}]"), false },
		{ CANCELLED("[{\"Code\":\"TransactionConflict\"},{}]"), false },
		{ CANCELLED("[{\"Code\":\"None\"}]"), false }, { CANCELLED("[]"), false }, { CANCELLED("null"), false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const Step steps[] = { rows[i].first, DONE };
		Rig *r = script(steps, 2);

		run(r, &op_dynamodb_transact_write_items, &claim);
		if (r->fault != (rows[i].again ? AWS_OK : AWS_CONDITION) || r->asked != (rows[i].again ? 2 : 1))
			fail_msg("row %zu: fault %d after %d", i, (int)r->fault, r->asked);
		if (rows[i].again)
			same_call(r, 2);
		done(r);
	}
}

/* What was decided is decided: whoever lost reads why and does not ask again. */
static void test_a01_a_lost_claim_is_not_asked_again(void **state)
{
	const Step steps[] = { { REPLY, 400, { { STR("x-amzn-requestid"), STR("REQ1") } }, 1,
	                         STR("{\"__type\":\"com.amazonaws.dynamodb.v20120810#TransactionCanceledException\",\"Message\":\"m\","
	                             "\"CancellationReasons\":[{\"Code\":\"ConditionalCheckFailed\"}]}") } };
	Rig *r = script(steps, 1);

	(void)state;
	run(r, &op_dynamodb_transact_write_items, &claim);
	assert_int_equal(r->fault, AWS_CONDITION);
	assert_int_equal(r->asked, 1);
	done(r);
}

/* What decides is read from the table itself, consistently; from an index that cannot be had, and is refused before it is sent. */
static void test_a07_decisions_read_the_table_consistently(void **state)
{
	const DdbKeyIn get = { .table = "agents", .key = key_a, .key_count = 1, .consistent = true };
	DdbQueryIn query = { .table = "agents", .key_condition = "agentId = :a", .consistent = true };
	AwsParts p;

	(void)state;
	assert_non_null(strstr(encoded(&op_dynamodb_get_item, &get, &p), "\"ConsistentRead\":true"));
	parts_done(&p);
	assert_non_null(strstr(encoded(&op_dynamodb_query, &query, &p), "\"ConsistentRead\":true"));
	parts_done(&p);
	query.index = "status-updatedAt-index";
	assert_non_null(strstr(encoded(&op_dynamodb_query, &query, &p), "cannot be read consistently"));
	parts_done(&p);
}

static bool sealed(const Pkey *key, const PkeyScheme *scheme, const PromptSeal *seal, Str signature)
{
	unsigned char digest[PKEY_DIGEST_MAX];
	Buf bytes = { 0 };
	bool valid = false;
	Err e = { 0 };

	assert_int_equal(prompt_seal_put(&bytes, seal, &e), 0);
	assert_int_equal(pkey_digest(scheme, buf_str(&bytes), digest, &e), 0);
	assert_int_equal(pkey_verify(key, scheme, (Str){ (const char *)digest, scheme->digest_bytes }, signature, &valid, &e), 0);
	buf_done(&bytes);
	return valid;
}

/* A good signature of one template does not fit another version, agent, environment, name or text. */
static void test_a18_a_replayed_signature_does_not_fit(void **state)
{
	const PromptSeal seal = { STR("upsell"), STR("2.1"), STR("upsell-generator"), STR("prod"),
	                          STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855") };
	PromptSeal other[] = { seal, seal, seal, seal, seal };
	const PkeyScheme *scheme = pkey_scheme_find(STR("ECDSA_SHA_256"));
	unsigned char digest[PKEY_DIGEST_MAX];
	Buf bytes = { 0 }, signature = { 0 };
	Err e = { 0 };
	Pkey *key = pkey_from_seed(PKEY_P256, STR("a18"), &e);

	(void)state;
	assert_true(key && scheme);
	assert_int_equal(prompt_seal_put(&bytes, &seal, &e), 0);
	assert_int_equal(pkey_digest(scheme, buf_str(&bytes), digest, &e), 0);
	assert_int_equal(pkey_sign(key, scheme, (Str){ (const char *)digest, scheme->digest_bytes }, &signature, &e), 0);
	assert_true(sealed(key, scheme, &seal, buf_str(&signature)));
	other[0].id = STR("judge");
	other[1].version = STR("2.0");
	other[2].agent = STR("upsell-judge");
	other[3].environment = STR("test");
	other[4].sha256 = STR("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b856");
	for (size_t i = 0; i < sizeof other / sizeof other[0]; i++)
		assert_false(sealed(key, scheme, &other[i], buf_str(&signature)));
	buf_done(&bytes);
	buf_done(&signature);
	pkey_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a01_a_lost_claim_is_not_asked_again),
		cmocka_unit_test(test_a02_lost_answer_of_a_claim_is_asked_again_with_its_token),
		cmocka_unit_test(test_a02_lost_answer_of_a_write_without_token_is_not_asked_again),
		cmocka_unit_test(test_a03_each_reason_and_no_more),
		cmocka_unit_test(test_a04_transaction_in_progress_is_asked_again_with_its_token),
		cmocka_unit_test(test_a04_a_conflict_is_asked_again),
		cmocka_unit_test(test_a07_decisions_read_the_table_consistently),
		cmocka_unit_test(test_a18_a_replayed_signature_does_not_fit),
		cmocka_unit_test(test_a04_a_conflict_inside_a_transaction_is_asked_again_with_its_token),
	};

	return cmocka_run_group_tests_name("fault rows", tests, NULL, NULL);
}
