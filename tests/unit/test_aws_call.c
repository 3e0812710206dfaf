/* The client against a server that answers as it is told: tries, faults, streams, cancel. */
#include "unit.h"

#include "aws_rig.h"

#include "wire/eventstream.h"
#include "wire/text.h"
#include "wire/time8601.h"

static void throttled_then_well(void **state)
{
	const Step steps[] = { THROTTLED, ITEM };
	Rig *r = script(steps, 2);

	(void)state;
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_OK);
	assert_string_equal(r->got, "ok");
	assert_string_equal(r->request_id, "REQ9");
	assert_int_equal(r->retries, 1);
	assert_true(strstr(r->sentence, "DynamoDB is busy, trying again"));
	assert_int_equal(r->asked, 2);
	assert_string_equal(r->invocation[0], r->invocation[1]);
	assert_int_equal(strlen(r->invocation[0]), 36);
	assert_string_equal(r->sdk[0], "attempt=1; max=3");
	assert_string_equal(r->sdk[1], "attempt=2; max=3");
	assert_string_equal(r->target[0], "DynamoDB_20120810.GetItem");
	assert_true(strstr(r->host[0], "127.0.0.1:"));
	assert_int_equal(aws_calls_made(r->client), 2);
	done(r);
}

static void gives_up_after_three(void **state)
{
	const Step steps[] = { { REPLY, 503, { { STR("content-type"), STR("text/html") } }, 1, STR("<html>down</html>") } };
	Rig *r = script(steps, 1);

	(void)state;
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_SERVER);
	assert_int_equal(r->asked, 3);
	assert_string_equal(r->text, "DynamoDB GetItem in 111122223333/eu-west-1 failed inside AWS after 3 tries (503); try again later");
	done(r);
}

static void writes_are_not_repeated(void **state)
{
	/* Only the service itself can say that it did not begin; a 503 alone may be a gateway's. */
	const struct { int status, asked; Str body; } rows[] = {
		{ 500, 1, STR("{}") }, { 502, 1, STR("{}") }, { 503, 1, STR("<html>down</html>") }, { 504, 1, STR("") },
		{ 503, 3, STR("{\"__type\":\"ServiceUnavailableException\"}") },
	};
	DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const Step step = { .kind = REPLY, .status = rows[i].status, .body = rows[i].body };
		Rig *r = script(&step, 1);

		run(r, &op_dynamodb_put_item, &put);
		assert_int_equal(r->asked, rows[i].asked);
		assert_int_equal(r->fault, AWS_SERVER);
		assert_int_equal(r->kind, ERR_UNKNOWN);     /* it may have been carried out */
		done(r);
	}
}

static void denied_names_what_is_missing(void **state)
{
	const Step steps[] = { { REPLY, 400, { { STR("x-amzn-requestid"), STR("1e5b") } }, 1,
	                         STR("{\"__type\":\"AccessDeniedException\",\"Message\":\"no \\u001b[2J\"}") } };
	Rig *r = script(steps, 1);

	(void)state;
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_DENIED);
	assert_string_equal(r->text, "DynamoDB GetItem in 111122223333/eu-west-1 was refused: the role lacks dynamodb:GetItem on table jobs "
	                    "(AccessDeniedException, request 1e5b); add it to the role's policy");
	done(r);
}

static void lost_condition_is_named(void **state)
{
	const Step steps[] = { { REPLY, 400, { { STR("x-amzn-requestid"), STR("C1") } }, 1, STR("{\"__type\":\"x#ConditionalCheckFailedException\"}") } };
	DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1, .condition = "attribute_not_exists(jobId)" };
	Rig *r = script(steps, 1);

	(void)state;
	run(r, &op_dynamodb_put_item, &put);
	assert_int_equal(r->fault, AWS_CONDITION);
	assert_int_equal(r->kind, ERR_FAILED);              /* it is known: nothing was written */
	assert_string_equal(r->text, "DynamoDB PutItem in 111122223333/eu-west-1: the item in table jobs is no longer as it was when it was read "
	                    "(ConditionalCheckFailedException, request C1); read it again");
	done(r);
}

static void missing_table_is_named(void **state)
{
	const Step steps[] = { { .kind = REPLY, .status = 400, .body = STR("{\"__type\":\"x#ResourceNotFoundException\"}") } };
	Rig *r = script(steps, 1);

	(void)state;
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_NOT_FOUND);
	assert_true(strstr(r->text, "table jobs does not exist there (ResourceNotFoundException); check the table names below `sources`"));
	done(r);
}

static void garbage_names_the_field(void **state)
{
	const Step steps[] = {
		{ .kind = REPLY, .body = STR("{\"Item\":{\"v\":{\"N\":\"five\"}}}") },
		{ .kind = REPLY, .body = STR("{\"Item\":") },
		{ REPLY, 200, { { STR("content-type"), STR("text/html") } }, 1, STR("<html>login</html>") },
		{ REPLY, 200, { { STR("content-type"), STR("text/html") } }, 1, STR("{\"Item\":{\"v\":{\"S\":\"ok\"}}}") },
	};
	Rig *r = script(steps, 4);

	(void)state;
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_GARBAGE);
	assert_true(strstr(r->text, "DynamoDB GetItem in") && strstr(r->text, "Item: attribute v: not a number"));
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_GARBAGE);
	assert_true(strstr(r->text, "line 1"));
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_GARBAGE);
	assert_true(strstr(r->text, "a web page came instead of an answer from AWS") && strstr(r->text, "HTTPS_PROXY"));
	run(r, &op_dynamodb_get_item, &get_a);              /* the wrong header over the right body */
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(r->asked, 4);
	done(r);
}

static void damaged_body_is_asked_again(void **state)
{
	char crc[16];
	Step steps[] = { ITEM, ITEM };
	Rig *r;

	(void)state;
	(void)snprintf(crc, sizeof crc, "%u", (unsigned)crc32_of(0, steps[0].body));
	steps[0].header[1] = (HttpHeader){ STR("x-amz-crc32"), STR("1") };
	steps[1].header[1] = (HttpHeader){ STR("x-amz-crc32"), str_of(crc) };
	steps[0].headers = steps[1].headers = 2;
	r = script(steps, 2);
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(r->asked, 2);
	assert_true(strstr(r->sentence, "the answer of DynamoDB broke off"));
	done(r);
}

static void torn_body(void **state)
{
	const Step steps[] = { { .kind = STREAM_TEAR, .status = 200, .body = STR("{\"Item\":{") }, ITEM };
	Rig *r = script(steps, 2);

	(void)state;
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(r->asked, 2);
	done(r);
}

static void no_answer_in_time(void **state)
{
	const Step steps[] = { { .kind = SILENT } };
	Rig *r = script(steps, 1);
	AwsHandler h = { .on_done = on_done, .arg = r, .total_ms = 300 };
	int64_t begin = clock_mono_ms();
	Err e = { 0 };

	(void)state;
	assert_non_null(aws_call(r->client, &op_dynamodb_get_item, &get_a, &h, &e));
	while (!r->done)
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	assert_int_equal(r->fault, AWS_NETWORK);
	assert_true(strstr(r->text, "got no answer in time"));
	assert_true(clock_mono_ms() - begin < 3000);
	done(r);
}

static void unreachable(void **state)
{
	const Step steps[] = { ITEM };
	Rig *r = calloc(1, sizeof *r);

	(void)state;
	memcpy(r->step, steps, sizeof steps);
	r->steps = 1;
	open_rig(r, &(AwsClientSpec){ .endpoint_url = STR("http://127.0.0.1:1") });
	run(r, &op_dynamodb_query, &(DdbQueryIn){ .table = "jobs" });
	assert_int_equal(r->fault, AWS_NETWORK);
	assert_int_equal(r->retries, 2);
	assert_true(strstr(r->text, "cannot reach http://127.0.0.1:1 for DynamoDB Query: "));
	assert_true(strstr(r->text, "; check --endpoint-url and that the server runs"));
	done(r);
}

static void clock_is_corrected_once(void **state)
{
	char date[TIME_TEXT], first[TIME_TEXT];
	Step steps[] = { { REPLY, 400, { { STR("date"), STR("") } }, 1, STR("{\"__type\":\"InvalidSignatureException\",\"message\":\"Signature expired\"}") }, ITEM };
	Rig *r;

	(void)state;
	time_format_http(clock_wall_ms(), date);
	steps[0].header[0].value = str_of(date);
	r = script(steps, 2);
	r->now_offset_ms = -12 * 60 * 1000;
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(r->asked, 2);
	assert_true(llabs(aws_skew_ms(r->client) - 12 * 60 * 1000) < 5000);
	assert_true(strstr(r->sentence, "clock is off"));
	time_format_basic(clock_wall_ms() + r->now_offset_ms + aws_skew_ms(r->client), first);
	assert_memory_equal(r->date[1], first, 11);                 /* signed with the corrected time */
	assert_string_not_equal(r->date[0], r->date[1]);
	done(r);
}

/* Calls that were under way when the offset was found failed for the same reason and are signed again as well. */
static void clock_is_corrected_for_all(void **state)
{
	char date[TIME_TEXT];
	const Step late = { REPLY, 400, { { STR("date"), STR("") } }, 1, STR("{\"__type\":\"InvalidSignatureException\"}") };
	Step steps[] = { late, late, late, ITEM };
	Rig *r;

	(void)state;
	time_format_http(clock_wall_ms(), date);
	for (int i = 0; i < 3; i++)
		steps[i].header[0].value = str_of(date);
	r = script(steps, 4);
	r->now_offset_ms = -12 * 60 * 1000;
	for (int i = 0; i < 3; i++)
		(void)start(r, &op_dynamodb_get_item, &get_a);
	while (r->done < 3) {
		(void)uv_run(&r->loop, UV_RUN_ONCE);
		if (r->fault != AWS_OK)
			fail_msg("%s", r->text);
	}
	assert_int_equal(r->asked, 6);
	done(r);
}

static void wrong_secret_is_not_skew(void **state)
{
	char date[TIME_TEXT];
	Step steps[] = { { REPLY, 400, { { STR("date"), STR("") } }, 1, STR("{\"__type\":\"InvalidSignatureException\"}") } };
	Rig *r;

	(void)state;
	time_format_http(clock_wall_ms(), date);
	steps[0].header[0].value = str_of(date);
	r = script(steps, 1);
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_BAD_CREDENTIALS);
	assert_int_equal(r->asked, 1);
	assert_true(strstr(r->text, "the signature is wrong"));
	assert_int_equal(aws_skew_ms(r->client), 0);
	done(r);
}

static void read_only_refuses(void **state)
{
	const Step steps[] = { ITEM };
	DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1 };
	Rig *r = calloc(1, sizeof *r);
	AwsHandler h = { .on_done = on_done, .arg = r };
	Err e = { 0 };

	(void)state;
	memcpy(r->step, steps, sizeof steps);
	r->steps = 1;
	open_rig(r, &(AwsClientSpec){ .read_only = true });
	assert_null(aws_call(r->client, &op_dynamodb_put_item, &put, &h, &e));
	assert_int_equal(e.kind, ERR_REFUSED);
	assert_int_equal(aws_calls_made(r->client), 0);
	run(r, &op_dynamodb_get_item, &get_a);
	assert_int_equal(r->fault, AWS_OK);
	assert_int_equal(r->asked, 1);
	done(r);
}

static Step whose(const char *account)
{
	static char text[3][400];
	static int n;
	char *out = text[n++ % 3];

	(void)snprintf(out, sizeof text[0], "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::%s:user/x</Arn><UserId>u"
	               "</UserId><Account>%s</Account></GetCallerIdentityResult></GetCallerIdentityResponse>", account, account);
	return (Step){ .kind = REPLY, .status = 200, .body = str_of(out) };
}

static int put_refused(Rig *r, const char *because)
{
	DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1 };
	AwsHandler h = { .on_done = on_done, .arg = r };
	Err e = { 0 };

	if (aws_call(r->client, &op_dynamodb_put_item, &put, &h, &e))
		return 0;
	assert_int_equal(e.kind, ERR_REFUSED);
	if (!strstr(e.text, because))
		fail_msg("%s", e.text);
	return 1;
}

/* A card's typed name opens a read-only session for its own calls, where the configuration allows writing; whose keys these are is asked all the same. */
static void one_action_may_be_unlocked(void **state)
{
	static const struct { bool unlockable, unlocked, guarded, goes; } rows[] = {
		{ false, false, false, false }, { false, true, false, false }, { true, false, false, false }, { true, true, false, true }, { true, true, true, false },
	};
	DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1 };

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		Rig *r = calloc(1, sizeof *r);
		AwsHandler h = { .on_done = on_done, .arg = r, .unlocked = rows[i].unlocked };
		Err e = { 0 };

		r->step[0] = (Step){ .kind = REPLY, .status = 200, .body = STR("{}") };
		r->steps = 1;
		open_rig(r, &(AwsClientSpec){ .read_only = true, .unlockable = rows[i].unlockable, .guarded = rows[i].guarded, .account = STR("1") });
		assert_int_equal(aws_call(r->client, &op_dynamodb_put_item, &put, &h, &e) != NULL, rows[i].goes);
		assert_int_equal(e.kind, rows[i].goes ? 0 : ERR_REFUSED);
		while (rows[i].goes && !r->asked)
			(void)uv_run(&r->loop, UV_RUN_ONCE);
		done(r);
	}
}

/* M1: nothing is written before AWS has named the configured account for the keys that sign. */
static void m1_writes_wait_for_the_identity(void **state)
{
	const Step steps[] = { whose("444455556666"), whose("111122223333"), { .kind = REPLY, .status = 200, .body = STR("{}") } };
	Rig *r = calloc(1, sizeof *r);

	(void)state;
	memcpy(r->step, steps, sizeof steps);
	r->steps = 3;
	open_rig(r, &(AwsClientSpec){ .guarded = true, .account = STR("111122223333") });
	assert_int_equal(aws_identity(r->client), IDENTITY_UNKNOWN);
	assert_true(put_refused(r, "AWS has not said yet whose keys these are"));
	run(r, &op_sts_get_caller_identity, NULL);
	assert_int_equal(aws_identity(r->client), IDENTITY_WRONG);
	assert_true(put_refused(r, "these keys belong to account 444455556666, not to 111122223333"));
	run(r, &op_sts_get_caller_identity, NULL);
	assert_int_equal(aws_identity(r->client), IDENTITY_OK);
	assert_false(put_refused(r, ""));
	(void)uv_run(&r->loop, UV_RUN_ONCE);
	done(r);
}

static Str frames(Buf *b, const char *const *type_and_payload)
{
	for (; *type_and_payload; type_and_payload += 2)
		(void)(**type_and_payload == '!' ? es_encode_exception(b, type_and_payload[0] + 1, str_of(type_and_payload[1]))
		                                 : es_encode_event(b, type_and_payload[0], str_of(type_and_payload[1])));
	return buf_str(b);
}

#define DELTA(t) "contentBlockDelta", "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"" t "\"},\"p\":\"abc\"}"
#define STREAM_HEAD { { STR("content-type"), STR("application/vnd.amazon.eventstream") }, { STR("x-amzn-requestid"), STR("S1") } }, 2

static void whole_stream(void **state)
{
	const char *const events[] = { "messageStart", "{\"role\":\"assistant\"}", DELTA("Hel"), DELTA("lo"), "futureEvent", "{\"x\":1}",
	                               "messageStop", "{\"stopReason\":\"end_turn\"}", "metadata", "{\"usage\":{\"inputTokens\":3}}", NULL };
	Buf b = { 0 };
	const Step steps[] = { { REPLY, 429, { { STR("x-amzn-errortype"), STR("ThrottlingException:http://x") } }, 1, STR("{}") },
	                       { STREAM, 200, STREAM_HEAD, frames(&b, events) } };
	Rig *r = script(steps, 2);

	(void)state;
	run(r, &op_bedrock_converse_stream, &turn_in);
	assert_int_equal(r->fault, AWS_OK);
	assert_string_equal(r->got, "Hello");
	assert_int_equal(r->events, 6);
	assert_int_equal(r->retries, 1);
	assert_true(strstr(r->sentence, "the AI service is busy, trying again"));
	assert_string_equal(r->request_id, "S1");
	buf_done(&b);
	done(r);
}

static void exception_midway(void **state)
{
	const char *const events[] = { DELTA("Hel"), "!throttlingException", "{\"message\":\"Too many tokens\"}", NULL };
	Buf b = { 0 };
	const Step steps[] = { { STREAM, 200, STREAM_HEAD, frames(&b, events) } };
	Rig *r = script(steps, 1);

	(void)state;
	run(r, &op_bedrock_converse_stream, &turn_in);
	assert_int_equal(r->fault, AWS_THROTTLED);
	assert_string_equal(r->got, "Hel");
	assert_string_equal(r->code, "throttlingException");
	assert_int_equal(r->asked, 1);                      /* something was shown: not begun again behind the reader's back */
	assert_true(strstr(r->text, "request S1"));
	buf_done(&b);
	done(r);
}

static void tail_shows_updates_only(void **state)
{
	Str arn = STR("arn:aws:logs:eu-west-1:111122223333:log-group:/seismo/jobs");
	const char *const events[] = { "initial-response", "{}", "sessionStart", "{\"sessionId\":\"x\"}", "sessionUpdate", "{\"sessionResults\":[]}",
	                               "sessionUpdate", "{}", "!SessionTimeoutException", "{\"message\":\"3 hours\"}", NULL };
	LogsTailIn in = { .groups = { &arn, 1 } };
	Buf b = { 0 };
	const Step steps[] = { { STREAM, 200, STREAM_HEAD, frames(&b, events) } };
	Rig *r = script(steps, 1);

	(void)state;
	run(r, &op_logs_start_live_tail, &in);
	assert_int_equal(r->events, 2);
	assert_string_equal(r->code, "SessionTimeoutException");
	assert_string_equal(r->target[0], "Logs_20140328.StartLiveTail");
	assert_true(strstr(r->text, "CloudWatch Logs StartLiveTail") && strstr(r->text, "3 hours"));
	assert_int_equal(r->asked, 1);
	buf_done(&b);
	done(r);
}

static void stream_without_its_end(void **state)
{
	const char *const events[] = { DELTA("Hel"), "messageStop", "{\"stopReason\":\"end_turn\"}", NULL };
	Buf b = { 0 };
	Str bytes = frames(&b, events);
	const Step steps[] = { { STREAM, 200, STREAM_HEAD, bytes }, { STREAM_TEAR, 200, STREAM_HEAD, bytes } };
	Rig *r = script(steps, 2);

	(void)state;
	run(r, &op_bedrock_converse_stream, &turn_in);
	assert_int_equal(r->fault, AWS_TORN);
	assert_string_equal(r->got, "Hel");
	run(r, &op_bedrock_converse_stream, &turn_in);
	assert_int_equal(r->fault, AWS_TORN);
	assert_int_equal(r->asked, 2);
	buf_done(&b);
	done(r);
}

static void cancelled(void **state)
{
	const char *const events[] = { DELTA("a"), DELTA("b"), NULL };
	Buf b = { 0 };
	const Step steps[] = { { STREAM, 200, STREAM_HEAD, frames(&b, events) }, { .kind = SILENT } };
	Rig *r = script(steps, 2);
	AwsCall *call;

	(void)state;
	r->cancel_at_event = true;
	run(r, &op_bedrock_converse_stream, &turn_in);
	assert_int_equal(r->fault, AWS_CANCELLED);
	assert_int_equal(r->events, 1);
	call = start(r, &op_dynamodb_get_item, &get_a);
	while (!r->waiting)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	aws_cancel(call);
	aws_cancel(call);
	assert_int_equal(r->done, 1);
	while (r->done < 2)
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	assert_int_equal(r->fault, AWS_CANCELLED);
	buf_done(&b);
	done(r);
}

static void eight_at_once(void **state)
{
	const Step steps[] = { { .kind = SILENT } };
	HttpdReply item = { .status = 200, .body = STR("{\"Item\":{\"v\":{\"S\":\"ok\"}}}") };
	Rig *r = script(steps, 1);
	int answered = 0;

	(void)state;
	for (int i = 0; i < 20; i++)
		(void)start(r, &op_dynamodb_get_item, &get_a);
	while (r->waiting < 8)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	for (int i = 0; i < 5; i++)
		(void)uv_run(&r->loop, UV_RUN_NOWAIT);
	assert_int_equal(r->waiting, 8);
	while (r->done < 20) {
		while (answered < r->waiting)
			httpd_reply(r->held[answered++], &item);
		(void)uv_run(&r->loop, UV_RUN_ONCE);
		assert_true(r->waiting - r->done <= 8);
	}
	r->waiting = 0;
	assert_int_equal(r->asked, 20);
	done(r);
}

/* A write whose turn comes too late would be sent with no time left to hear what became of it. */
static void too_late_is_not_sent(void **state)
{
	const Step steps[] = { { .kind = SILENT } };
	HttpdReply item = { .status = 200, .body = STR("{}") };
	DdbPutIn put = { .table = "jobs", .item = key_a, .item_count = 1 };
	Rig *r = calloc(1, sizeof *r);
	AwsHandler h = { .on_done = on_done, .arg = r, .total_ms = 20 };
	Err e = { 0 };

	(void)state;
	memcpy(r->step, steps, sizeof steps);
	r->steps = 1;
	open_rig(r, &(AwsClientSpec){ .concurrent = 1 });
	(void)start(r, &op_dynamodb_get_item, &get_a);
	assert_non_null(aws_call(r->client, &op_dynamodb_put_item, &put, &h, &e));
	while (r->waiting < 1)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	uv_sleep(25);
	httpd_reply(r->held[0], &item);
	r->waiting = 0;
	while (r->done < 2)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	assert_int_equal(r->asked, 1);
	assert_int_equal(r->kind, ERR_FAILED);               /* it is known: nothing was sent */
	assert_string_equal(r->text, "DynamoDB PutItem was not sent: all its time was spent waiting behind other calls to DynamoDB; try again");
	done(r);
}

static void free_cancels_all(void **state)
{
	const Step steps[] = { { .kind = SILENT } };
	Rig *r = script(steps, 1);

	(void)state;
	for (int i = 0; i < 12; i++)
		(void)start(r, &op_dynamodb_get_item, &get_a);
	while (r->waiting < 8)
		(void)uv_run(&r->loop, UV_RUN_ONCE);
	aws_client_free(r->client);
	assert_int_equal(r->done, 12);              /* all told before it returned */
	assert_int_equal(r->fault, AWS_CANCELLED);
	r->client = NULL;
	done(r);
}

static void identity(void **state)
{
	const Step steps[] = { { .kind = REPLY, .body = STR("<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/x</Arn>"
	                         "<UserId>U</UserId><Account>111122223333</Account></GetCallerIdentityResult></GetCallerIdentityResponse>") },
	                       { .kind = REPLY, .status = 403, .body = STR("<ErrorResponse><Error><Code>ExpiredToken</Code><Message>m</Message></Error>"
	                         "<RequestId>Q7</RequestId></ErrorResponse>") } };
	Rig *r = script(steps, 2);

	(void)state;
	run(r, &op_sts_get_caller_identity, NULL);
	assert_int_equal(r->fault, AWS_OK);
	run(r, &op_sts_get_caller_identity, NULL);
	assert_int_equal(r->fault, AWS_EXPIRED);
	assert_string_equal(r->text, "STS GetCallerIdentity in 111122223333/eu-west-1: the session token from given keys has expired "
	                    "(ExpiredToken, request Q7); log in again");
	done(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(throttled_then_well), cmocka_unit_test(gives_up_after_three), cmocka_unit_test(writes_are_not_repeated),
		cmocka_unit_test(denied_names_what_is_missing), cmocka_unit_test(lost_condition_is_named),
		cmocka_unit_test(missing_table_is_named),
		cmocka_unit_test(garbage_names_the_field), cmocka_unit_test(damaged_body_is_asked_again), cmocka_unit_test(torn_body),
		cmocka_unit_test(no_answer_in_time), cmocka_unit_test(unreachable), cmocka_unit_test(clock_is_corrected_once),
		cmocka_unit_test(clock_is_corrected_for_all),
		cmocka_unit_test(wrong_secret_is_not_skew), cmocka_unit_test(read_only_refuses), cmocka_unit_test(one_action_may_be_unlocked), cmocka_unit_test(m1_writes_wait_for_the_identity), cmocka_unit_test(whole_stream),
		cmocka_unit_test(exception_midway), cmocka_unit_test(tail_shows_updates_only), cmocka_unit_test(stream_without_its_end), cmocka_unit_test(cancelled),
		cmocka_unit_test(eight_at_once), cmocka_unit_test(too_late_is_not_sent), cmocka_unit_test(free_cancels_all), cmocka_unit_test(identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
