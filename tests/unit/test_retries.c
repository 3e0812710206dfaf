/* Who is asked again after what: each class of operation beside each fault, waits, and the settings. */
#include "unit.h"

#include <unistd.h>

#include "api/sso.h"
#include "aws/fault.h"
#include "aws/retry.h"
#include "aws_rig.h"
#include "wire/time8601.h"

static const AwsOp paid_question = { .name = "GetCostAndUsage", .cls = AWS_PAID, .idempotent = true };

/* A read; a read that is not idempotent; a write with a token; a write; a paid call; a paid call that only asks. */
static const AwsOp *const ops[] = {
	&op_dynamodb_get_item, &op_sso_oidc_create_token, &op_dynamodb_transact_write_items, &op_dynamodb_put_item,
	&op_bedrock_converse, &paid_question,
};
enum { OPS = sizeof ops / sizeof *ops };

/* transport, else status with a code. tried: a letter for each of ops, y or n. */
typedef struct Row { HttpFault transport; int status; const char *code, *tried; } Row;

static const Row table[] = {
	/* nothing was sent */
	{ HTTP_DNS, 0, "", "yyyyyy" }, { HTTP_CONNECT, 0, "", "yyyyyy" }, { HTTP_HANDSHAKE, 0, "", "yyyyyy" },
	/* nothing was sent, and it will not get better */
	{ HTTP_DNS_SILENT, 0, "", "nnnnnn" }, { HTTP_TLS, 0, "", "nnnnnn" }, { HTTP_PROXY_LOGIN, 0, "", "nnnnnn" },
	/* what came of it is not known */
	{ HTTP_TIMEOUT, 0, "", "ynynnn" }, { HTTP_SLOW, 0, "", "ynynnn" }, { HTTP_TORN, 0, "", "ynynnn" }, { HTTP_OTHER, 0, "", "ynynnn" },
	{ HTTP_OK, 500, "", "ynynnn" }, { HTTP_OK, 502, "", "ynynnn" }, { HTTP_OK, 503, "", "ynynnn" }, { HTTP_OK, 504, "", "ynynnn" },
	{ HTTP_OK, 500, "InternalServerError", "ynynnn" }, { HTTP_OK, 400, "RequestTimeout", "ynynnn" },
	{ HTTP_OK, 400, "TransactionInProgressException", "ynynnn" },
	/* the service says that it did not begin */
	{ HTTP_OK, 400, "ThrottlingException", "yyyyyy" }, { HTTP_OK, 429, "", "yyyyyy" }, { HTTP_OK, 503, "SlowDown", "yyyyyy" },
	{ HTTP_OK, 503, "ServiceUnavailableException", "yyyyyy" }, { HTTP_OK, 429, "ModelNotReadyException", "yyyyyy" },
	/* asked again it would say the same */
	{ HTTP_OK, 400, "ValidationException", "nnnnnn" }, { HTTP_OK, 403, "AccessDeniedException", "nnnnnn" },
	{ HTTP_OK, 404, "", "nnnnnn" }, { HTTP_OK, 501, "", "nnnnnn" }, { HTTP_OK, 301, "", "nnnnnn" },
	{ HTTP_OK, 400, "ConditionalCheckFailedException", "nnnnnn" }, { HTTP_OK, 400, "ServiceQuotaExceededException", "nnnnnn" },
	{ HTTP_OK, 408, "ModelTimeoutException", "nnnnnn" }, { HTTP_OK, 424, "ModelErrorException", "nnnnnn" },
	{ HTTP_TOO_BIG, 0, "", "nnnnnn" }, { HTTP_CANCELLED, 0, "", "nnnnnn" },
};

static void each_class_beside_each_fault(void **state)
{
	char body[120];

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		const Row *row = &table[i];
		HttpReply reply = { .fault = row->transport, .status = row->status };
		Fault f;

		(void)snprintf(body, sizeof body, "{\"__type\":\"%s\"}", row->code);
		reply.body = str_of(*row->code ? body : "");
		if (row->transport == HTTP_OK)
			fault_read(AWS_JSON10, &reply, &f);
		else
			fault_transport(&reply, &f);
		for (size_t k = 0; k < OPS; k++)
			if (fault_may_retry(&f, ops[k]) != (row->tried[k] == 'y'))
				fail_msg("%s after fault %d, status %d %s", ops[k]->name, row->transport, row->status, row->code);
	}
}

/* The same through the client and a server, for what a server can say: the tries that it counts. */
static void each_class_beside_each_answer(void **state)
{
	const DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1 };
	const DdbTransactItem items[] = { { .kind = DDB_T_PUT, .put = put } };
	const DdbTransactIn transact = { .token = STR("0123456789"), .item = items, .count = 1 };
	const SsoTokenIn token = { .client_id = STR("a"), .client_secret = STR("b"), .grant = SSO_GRANT_REFRESH, .refresh = STR("c") };
	const void *const in[OPS - 1] = { &get_a, &token, &transact, &put, &turn_in };

	(void)state;
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		char body[120];
		Step step = { .kind = REPLY, .status = table[i].status, .header = { { STR("x-amz-retry-after"), STR("0") } } };

		if (table[i].transport != HTTP_OK || table[i].status == 501)
			continue;
		(void)snprintf(body, sizeof body, "{\"__type\":\"%s\"}", table[i].code);
		step.body = str_of(*table[i].code ? body : "");
		for (size_t k = 0; k < OPS - 1; k++) {
			Rig *r;

			/* The waits of a throttled call are long, and one class of them is like the other. */
			if (!strcmp(table[i].code, "SlowDown") ? k != 3 : table[i].tried[k] == 'y' && table[i].status < 500)
				continue;
			r = script(&step, 1);
			run(r, ops[k], in[k]);
			if (r->asked != (table[i].tried[k] == 'y' ? 3 : 1))
				fail_msg("%s was sent %d times (%d %s)", ops[k]->name, r->asked, table[i].status, table[i].code);
			done(r);
		}
	}
}

static void what_the_answer_asks_for(void **state)
{
	static const Str none = { "", 0 }, date = { "Sat, 21 Nov 2026 03:55:50 GMT", 29 };
	const struct { Str amz, after, date; int64_t amz_ms, http_ms; } rows[] = {
		{ none, none, none, -1, -1 }, { STR("700"), STR("9"), none, 700, -1 }, { STR("-1"), STR("9"), none, -1, 9000 },
		{ STR("soon"), none, none, -1, -1 }, { none, STR("0"), none, -1, 0 }, { none, STR("-5"), none, -1, -1 },
		{ none, STR("99999999999999"), none, -1, RETRY_MAX_MS }, { none, STR("Sat, 21 Nov 2026 03:55:53 GMT"), date, -1, 3000 },
		{ none, STR("Sat, 21 Nov 2026 03:55:40 GMT"), date, -1, 0 }, { none, STR("later"), date, -1, -1 },
	};
	const RetryAsk both = { 100, -1 }, minute = { -1, 60000 }, two = { -1, 2000 };
	int64_t now;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		RetryAsk ask = retry_ask(rows[i].amz, rows[i].after, rows[i].date, 0);

		assert_int_equal(ask.amz_ms, rows[i].amz_ms);
		assert_int_equal(ask.http_ms, rows[i].http_ms);
	}
	assert_int_equal(time_parse_http(date, &now), 0);
	assert_int_equal(retry_ask(none, STR("Sat, 21 Nov 2026 03:55:53 GMT"), none, now).http_ms, 3000);
	assert_int_equal(retry_wait_ms(0, false, 0, 0, &both), 100);
	assert_int_equal(retry_wait_ms(0, false, 0, 0, &two), 2000);
	assert_int_equal(retry_wait_ms(0, false, 0, 0, &minute), RETRY_MAX_MS);
	assert_int_equal(retry_wait_ms(2, true, 0, UINT32_MAX, &two), 3999);             /* never earlier than ours */
}

static void retry_after_is_obeyed(void **state)
{
	const Step steps[] = {
		{ REPLY, 503, { { STR("retry-after"), STR("1") } }, 1, STR("{\"__type\":\"ServiceUnavailableException\"}") }, ITEM,
	};
	Rig *r = script(steps, 2);
	int64_t began = clock_mono_ms();

	(void)state;
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(r->wait_ms, 1000);
	assert_true(clock_mono_ms() - began >= 995);
	done(r);
}

/* A wait that is longer than the call's own time is not begun. */
static void no_wait_past_the_end(void **state)
{
	const Step steps[] = { { REPLY, 429, { { STR("retry-after"), STR("19") } }, 1, STR("{}") } };
	Rig *r = script(steps, 1);
	int64_t began = clock_mono_ms();

	(void)state;
	r->total_ms = 15000;
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_THROTTLED);
	assert_int_equal(r->asked, 1);
	assert_true(clock_mono_ms() - began < 5000);
	done(r);
}

/* --- settings --- */

static char config_path[] = "/tmp/seismo-config-XXXXXX";

static int profile_says(void **state)
{
	int fd = mkstemp(config_path);

	(void)state;
	if (fd < 0)
		return -1;
	(void)dprintf(fd, "[default]\nmax_attempts = 2\nretry_mode = adaptive\n[profile odd]\nretry_mode = eager\n[profile none]\nmax_attempts = 0\n");
	close(fd);
	setenv("AWS_CONFIG_FILE", config_path, 1);
	setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent", 1);
	setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE", 1);
	setenv("AWS_SECRET_ACCESS_KEY", "secretEXAMPLE", 1);
	setenv("AWS_EC2_METADATA_DISABLED", "true", 1);
	return 0;
}

static int forget(void **state)
{
	(void)state;
	unsetenv("AWS_RETRY_MODE");
	unsetenv("AWS_MAX_ATTEMPTS");
	return unlink(config_path);
}

/* The tries of a call against a server that is always down, or the sentence that the client is refused with. */
static int tries(const char *profile, int spec_tries, char *says, size_t size)
{
	const Step steps[] = { { .kind = REPLY, .status = 500, .body = STR("{}") } };
	Rig *r = calloc(1, sizeof *r);
	AwsClientSpec spec = { .context = STR("dev"), .region = STR("eu-west-1"), .max_attempts = spec_tries };
	CredsAsk who = { .profile = str_of(profile) };
	Err e = { 0 };
	int n = -1;

	memcpy(r->step, steps, sizeof steps);
	r->steps = 1;
	open_server(r);
	spec.endpoint_url = str_of(r->url);
	r->client = aws_client_new(r->http, &spec, creds_load(&who, &e), &e);
	if (r->client) {
		run(r, &op_dynamodb_get_item, &get_a);
		n = r->asked;
	} else {
		assert_int_equal(e.kind, ERR_USAGE);
		(void)snprintf(says, size, "%.200s", e.text);
	}
	done(r);
	return n;
}

static void settings(void **state)
{
	char says[256] = "";

	(void)state;
	assert_int_equal(tries(NULL, 0, says, sizeof says), 2);
	assert_int_equal(tries(NULL, 1, says, sizeof says), 1);          /* the program's own word counts most */
	setenv("AWS_MAX_ATTEMPTS", "4", 1);
	setenv("AWS_RETRY_MODE", "legacy", 1);
	assert_int_equal(tries(NULL, 0, says, sizeof says), 4);
	setenv("AWS_MAX_ATTEMPTS", "many", 1);
	assert_int_equal(tries(NULL, 0, says, sizeof says), -1);
	assert_string_equal(says, "AWS_MAX_ATTEMPTS must be a whole number from 1, the tries of one call");
	unsetenv("AWS_MAX_ATTEMPTS");
	unsetenv("AWS_RETRY_MODE");
	assert_int_equal(tries("none", 0, says, sizeof says), -1);
	assert_true(strstr(says, "max_attempts must be") == says);
	assert_int_equal(tries("odd", 0, says, sizeof says), -1);
	assert_true(strstr(says, "retry_mode must be standard, legacy or adaptive") == says);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_class_beside_each_fault), cmocka_unit_test(each_class_beside_each_answer),
		cmocka_unit_test(what_the_answer_asks_for), cmocka_unit_test(retry_after_is_obeyed),
		cmocka_unit_test(no_wait_past_the_end), cmocka_unit_test_setup_teardown(settings, profile_says, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
