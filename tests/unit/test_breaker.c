#include "unit.h"

#include "aws_rig.h"
#include "wire/time8601.h"

enum { HALF = 0x80000000u };

static void fail_times(Breaker *b, int n, int64_t now)
{
	for (int i = 0; i < n; i++)
		breaker_tell(b, false, BREAKER_FAILED, "it is down", HALF, now);
}

static void opens_after_a_run(void **state)
{
	Breaker b = { 0 };

	(void)state;
	fail_times(&b, BREAKER_RUN - 1, 0);
	assert_int_equal(breaker_ask(&b, NULL, 0), BREAKER_PASS);
	breaker_tell(&b, false, BREAKER_NEITHER, "", HALF, 0);
	assert_int_equal(b.failures, BREAKER_RUN - 1);
	breaker_tell(&b, false, BREAKER_ALIVE, "", HALF, 0);             /* an answer ends the run */
	fail_times(&b, BREAKER_RUN - 1, 0);
	assert_int_equal(b.state, BREAKER_CLOSED);
	fail_times(&b, 1, 1000);
	assert_int_equal(b.state, BREAKER_OPEN);
	assert_string_equal(b.why, "it is down");
	assert_int_equal(b.until_ms, 1000 + BREAKER_HOLD_MS * 3 / 4);
	assert_int_equal(breaker_ask(&b, NULL, b.until_ms - 1), BREAKER_REFUSE);
}

/* Another run and another hold, which survive that it is well again. */
static void with_its_own_figures(void **state)
{
	Breaker b = { .run = 3, .hold_ms = 30000 };

	(void)state;
	for (int round = 0; round < 2; round++) {
		fail_times(&b, 2, 0);
		assert_int_equal(b.state, BREAKER_CLOSED);
		fail_times(&b, 1, 0);
		assert_int_equal(b.state, BREAKER_OPEN);
		assert_int_equal(b.until_ms, 30000 * 3 / 4);
		breaker_tell(&b, false, BREAKER_ALIVE, "", HALF, 0);
	}
}

static void one_probe_decides(void **state)
{
	Breaker b = { 0 };
	int me, other;

	(void)state;
	fail_times(&b, BREAKER_RUN, 0);
	assert_int_equal(breaker_peek(&b, &me, 5000), BREAKER_PROBE);
	assert_int_equal(b.state, BREAKER_OPEN);                         /* looking takes nothing */
	assert_int_equal(breaker_ask(&b, &me, 5000), BREAKER_PROBE);
	assert_int_equal(breaker_ask(&b, &me, 5000), BREAKER_WAIT);
	assert_int_equal(breaker_ask(&b, &other, 5000), BREAKER_REFUSE);
	breaker_tell(&b, false, BREAKER_FAILED, "a late one", 0, 5000);  /* not the probe */
	assert_int_equal(b.state, BREAKER_HALF_OPEN);
	breaker_tell(&b, true, BREAKER_NEITHER, "", 0, 5000);            /* cancelled: the next one probes, now */
	assert_int_equal(breaker_ask(&b, &other, 5000), BREAKER_PROBE);
	breaker_tell(&b, true, BREAKER_FAILED, "still down", 0, 6000);
	assert_int_equal(b.until_ms, 6000 + BREAKER_HOLD_MS);            /* twice the hold, its sure half */
	assert_int_equal(breaker_ask(&b, &me, 9000), BREAKER_PROBE);
	breaker_tell(&b, true, BREAKER_ALIVE, "", 0, 9000);
	assert_int_equal(b.state, BREAKER_CLOSED);
	assert_int_equal(b.failures, 0);
	fail_times(&b, BREAKER_RUN, 10000);
	assert_int_equal(b.until_ms, 10000 + BREAKER_HOLD_MS * 3 / 4);   /* and the hold is short again */
}

static void the_hold_ends_at_a_minute(void **state)
{
	Breaker b = { 0 };
	int64_t now = 0, last = 0;

	(void)state;
	fail_times(&b, BREAKER_RUN, now);
	for (int i = 0; i < 20; i++) {
		now = b.until_ms;
		assert_int_equal(breaker_ask(&b, NULL, now), BREAKER_PROBE);
		breaker_tell(&b, true, BREAKER_FAILED, "", UINT32_MAX, now);
		assert_true(b.until_ms - now >= last && b.until_ms - now <= BREAKER_HOLD_MAX_MS);
		last = b.until_ms - now;
	}
	assert_true(last >= BREAKER_HOLD_MAX_MS - 1);
}

static void the_set(void **state)
{
	Breakers *set = breakers_new();
	const char *service, *endpoint;
	const Breaker *b;
	Breaker *logs = breakers_get(set, "CloudWatch Logs", STR("https://logs"));

	(void)state;
	assert_ptr_not_equal(logs, breakers_get(set, "CloudWatch Logs", STR("https://stream-logs")));
	assert_ptr_equal(logs, breakers_get(set, "CloudWatch Logs", STR("https://logs")));
	assert_true(breakers_at(set, 1, &service, &endpoint, &b));
	assert_string_equal(endpoint, "https://stream-logs");
	assert_false(breakers_at(set, 2, &service, &endpoint, &b));
	fail_times(logs, BREAKER_RUN, 1000);
	assert_int_equal(breaker_peek(logs, NULL, 1001), BREAKER_REFUSE);
	breakers_hurry(set);
	assert_int_equal(breaker_ask(logs, NULL, 1001), BREAKER_PROBE);
	breakers_hurry(set);                                             /* a second key does not make a second probe */
	assert_int_equal(breaker_ask(logs, set, 1001), BREAKER_REFUSE);
	breaker_tell(logs, true, BREAKER_FAILED, "", 0, 1001);
	assert_int_equal(logs->until_ms, 1001 + BREAKER_HOLD_MS);
	breakers_free(set);
	breakers_free(NULL);
}

/* --- through the client --- */

static bool refused_with(Rig *r, const AwsOp *op, const void *in, const char *says)
{
	AwsHandler h = { .on_done = on_done, .on_event = on_event, .on_retry = on_retry, .arg = r, .total_ms = 15000 };
	Err e = { 0 };

	if (aws_call(r->client, op, in, &h, &e))
		return false;
	if (!strstr(e.text, says))
		fail_msg("%s", e.text);
	return true;
}

static Rig *opened(Step then)
{
	Step steps[STEPS] = { { 0 } };
	Rig *r;

	for (int i = 0; i < BREAKER_RUN; i++)
		steps[i] = (Step){ .kind = REPLY, .status = 501, .body = STR("{}") };       /* a 5xx that is not tried again */
	steps[BREAKER_RUN] = then;
	r = script(steps, BREAKER_RUN + 1);
	for (int i = 0; i < BREAKER_RUN; i++)
		run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->asked, BREAKER_RUN);
	assert_true(refused_with(r, &op_dynamodb_get_item, &get_a,
	                         "DynamoDB in 111122223333/eu-west-1 is not asked for another 1 s: 5 calls in a row failed, the last one: "
	                         "DynamoDB GetItem in 111122223333/eu-west-1 failed inside AWS after 1 try"));
	return r;
}

static void pass_the_hold(Rig *r)
{
	AwsBreaker view[4];

	assert_int_equal(aws_breakers(r->client, view, 4), 1);
	assert_string_equal(view[0].service, "DynamoDB");
	assert_int_equal(view[0].state, BREAKER_OPEN);
	assert_int_equal(view[0].failures, BREAKER_RUN);
	assert_true(view[0].wait_ms > 0 && view[0].wait_ms <= BREAKER_HOLD_MS);
	uv_sleep((unsigned)view[0].wait_ms + 2);
}

static void others_wait_for_the_probe(void **state)
{
	Rig *r = opened((Step){ .kind = REPLY, .status = 200, .body = STR("{\"Item\":{\"v\":{\"S\":\"ok\"}}}") });
	AwsBreaker view[4];

	(void)state;
	assert_int_equal(r->asked, BREAKER_RUN);
	pass_the_hold(r);
	for (int i = 0; i < 3; i++)
		(void)start(r, &op_dynamodb_get_item, &get_a);
	while (r->done < BREAKER_RUN + 1)
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	while (r->done < BREAKER_RUN + 3)
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(r->asked, BREAKER_RUN + 3);
	assert_int_equal(aws_breakers(r->client, view, 4), 1);
	assert_int_equal(view[0].state, BREAKER_CLOSED);
	done(r);
}

static void a_failed_probe_refuses_the_others(void **state)
{
	Rig *r = opened((Step){ .kind = REPLY, .status = 503, .body = STR("{}") });      /* would be tried again, but for a probe */

	(void)state;
	pass_the_hold(r);
	for (int i = 0; i < 3; i++)
		(void)start(r, &op_dynamodb_get_item, &get_a);
	while (r->done < BREAKER_RUN + 3)
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	assert_int_equal(r->asked, BREAKER_RUN + 1);
	assert_true(strstr(r->text, "is not asked for another") != NULL);
	assert_int_equal(r->kind, ERR_FAILED);                                           /* nothing was sent: the outcome is known */
	done(r);
}

/* An answer that only asks for another signature is an answer: the probe is over, though its call is not. */
static void a_probe_with_the_wrong_time(void **state)
{
	Step steps[STEPS] = { { 0 } };
	char date[TIME_TEXT];
	Rig *r;

	(void)state;
	for (int i = 0; i < BREAKER_RUN; i++)
		steps[i] = (Step){ .kind = REPLY, .status = 501, .body = STR("{}") };
	time_format_http(clock_wall_ms() + 3600000, date);
	steps[BREAKER_RUN] = (Step){ REPLY, 403, { { STR("date"), str_of(date) } }, 1, STR("{\"__type\":\"RequestTimeTooSkewed\"}") };
	steps[BREAKER_RUN + 1] = (Step){ .kind = REPLY, .status = 500, .body = STR("{}") };         /* tried again, as by no probe */
	steps[BREAKER_RUN + 2] = (Step){ .kind = REPLY, .status = 200, .body = STR("{}") };
	r = script(steps, BREAKER_RUN + 3);
	for (int i = 0; i < BREAKER_RUN; i++)
		run(r, &op_dynamodb_get_item, &get_a);
	pass_the_hold(r);
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(r->asked, BREAKER_RUN + 3);
	assert_true(aws_skew_ms(r->client) > 3000000);
	done(r);
}

static void a_cancelled_probe_leaves_room(void **state)
{
	Rig *r = opened((Step){ .kind = SILENT });

	(void)state;
	pass_the_hold(r);
	for (int i = 0; i < 2; i++) {
		AwsCall *call = start(r, &op_dynamodb_get_item, &get_a);

		aws_cancel(call);
		while (r->done < BREAKER_RUN + 1 + i)
			(void)uv_run(&r->loop, UV_RUN_DEFAULT);
		assert_int_equal(r->fault, AWS_CANCELLED);
	}
	done(r);
}

static void what_is_no_failure(void **state)
{
	const Step rows[] = {
		{ REPLY, 400, { { { 0 }, { 0 } } }, 0, STR("{\"__type\":\"ValidationException\"}") },
		{ REPLY, 400, { { { 0 }, { 0 } } }, 0, STR("{\"__type\":\"AccessDeniedException\"}") },
		{ REPLY, 400, { { { 0 }, { 0 } } }, 0, STR("{\"__type\":\"ProvisionedThroughputExceededException\"}") },
		{ REPLY, 503, { { { 0 }, { 0 } } }, 0, STR("{\"__type\":\"SlowDown\"}") },
		{ REPLY, 404, { { { 0 }, { 0 } } }, 0, STR("{\"__type\":\"ResourceNotFoundException\"}") },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Rig *r = script(&rows[i], 1);
		DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1 };

		aws_client_free(r->client);
		r->client = NULL;
		open_client(r, &(AwsClientSpec){ .max_attempts = 1 });
		for (int k = 0; k <= BREAKER_RUN; k++)
			run(r, &op_dynamodb_put_item, &put);
		assert_int_equal(r->asked, BREAKER_RUN + 1);
		done(r);
	}
}

/* Other endpoints are not held back, and a dead address counts like a 5xx. */
static void each_endpoint_for_itself(void **state)
{
	const Step steps[] = { ITEM };
	Rig *r = script(steps, 1);
	AwsBreaker view[4];

	(void)state;
	setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1", 1);
	aws_client_free(r->client);
	r->client = NULL;
	(void)snprintf(r->url, sizeof r->url, "http://127.0.0.1:%d", httpd_port(r->server));
	setenv("AWS_ENDPOINT_URL_DYNAMODB", r->url, 1);
	r->url[0] = 0;
	open_client(r, &(AwsClientSpec){ .max_attempts = 1 });
	for (int k = 0; k < BREAKER_RUN; k++) {
		run(r, &op_sts_get_caller_identity, NULL);
		assert_int_equal(r->fault, AWS_NETWORK);
	}
	assert_true(refused_with(r, &op_sts_get_caller_identity, NULL, "STS in 111122223333/eu-west-1 is not asked for another 1 s"));
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(aws_breakers(r->client, view, 4), 2);
	assert_string_equal(view[0].endpoint, "http://127.0.0.1:1");
	unsetenv("AWS_ENDPOINT_URL_STS");
	unsetenv("AWS_ENDPOINT_URL_DYNAMODB");
	done(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_after_a_run), cmocka_unit_test(with_its_own_figures), cmocka_unit_test(one_probe_decides), cmocka_unit_test(the_hold_ends_at_a_minute),
		cmocka_unit_test(the_set), cmocka_unit_test(others_wait_for_the_probe),
		cmocka_unit_test(a_failed_probe_refuses_the_others), cmocka_unit_test(a_cancelled_probe_leaves_room),
		cmocka_unit_test(a_probe_with_the_wrong_time),
		cmocka_unit_test(what_is_no_failure), cmocka_unit_test(each_endpoint_for_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
