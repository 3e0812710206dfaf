/* The client against a server that answers as it is told: tries, faults, streams, cancel. */
#include "unit.h"

#include <uv.h>

#include "aws/dynamodb.h"
#include "aws/services.h"
#include "base/clock.h"
#include "net/httpd.h"
#include "wire/eventstream.h"
#include "wire/text.h"
#include "wire/time8601.h"

enum { STEPS = 24, REQUESTS = 32 };

typedef enum Kind { REPLY, STREAM, STREAM_TEAR, SILENT } Kind;
typedef struct Step { Kind kind; int status; HttpHeader header[4]; size_t headers; Str body; } Step;

typedef struct Rig {
	uv_loop_t loop;
	Httpd *server;
	Http *http;
	AwsClient *client;
	Step step[STEPS];
	int steps, asked;
	int waiting, waiting_most;           /* requests that the server holds */
	HttpdConn *held[REQUESTS];
	char invocation[REQUESTS][64], sdk[REQUESTS][32], target[REQUESTS][64], host[REQUESTS][64], date[REQUESTS][32];

	int done, events, retries;
	AwsFault fault;
	ErrKind kind;
	int status;
	char text[1024], code[96], request_id[80], sentence[200], got[256], order[64];
	int64_t wait_ms, now_offset_ms;
	bool cancel_at_event;
} Rig;

static void keep(char *out, size_t size, const HttpdRequest *rq, const char *name)
{
	for (size_t i = 0; i < rq->header_count; i++)
		if (str_is(rq->headers[i].name, name))
			(void)snprintf(out, size, "%.*s", STR_ARG(rq->headers[i].value));
}

static void nobody(void *arg)
{
	(void)arg;
}

static void on_request(HttpdConn *c, const HttpdRequest *rq, void *arg)
{
	Rig *r = arg;
	const Step *s = &r->step[r->asked < r->steps ? r->asked : r->steps - 1];
	HttpdReply reply = { s->status ? s->status : 200, s->header, s->headers, s->body };
	int n = r->asked++ % REQUESTS;

	keep(r->invocation[n], sizeof r->invocation[n], rq, "amz-sdk-invocation-id");
	keep(r->sdk[n], sizeof r->sdk[n], rq, "amz-sdk-request");
	keep(r->target[n], sizeof r->target[n], rq, "x-amz-target");
	keep(r->host[n], sizeof r->host[n], rq, "host");
	keep(r->date[n], sizeof r->date[n], rq, "x-amz-date");
	if (s->kind == SILENT) {
		r->held[r->waiting++] = c;
		return;
	}
	if (s->kind == REPLY) {
		httpd_reply(c, &reply);
		return;
	}
	reply.body = STR("");
	httpd_stream_begin(c, &reply, nobody, NULL);
	(void)httpd_stream_put(c, s->body);
	if (s->kind == STREAM)
		httpd_stream_end(c);
	else
		httpd_stream_tear(c);
}

static int64_t shifted(void *arg)
{
	return clock_wall_ms() + ((Rig *)arg)->now_offset_ms;
}

static void open_rig(Rig *r, const AwsClientSpec *more)
{
	AwsClientSpec spec = *more;
	char url[64];
	Err e = { 0 };

	unsetenv("AWS_MAX_ATTEMPTS");
	assert_int_equal(uv_loop_init(&r->loop), 0);
	r->server = httpd_open(&r->loop, 0, 1 << 20, on_request, r, &e);
	if (!r->server)
		fail_msg("%s", e.text);
	r->http = http_new(&r->loop, &e);
	assert_non_null(r->http);
	(void)snprintf(url, sizeof url, "http://127.0.0.1:%d", httpd_port(r->server));
	spec.context = STR("dev");
	spec.region = STR("eu-west-1");
	if (!spec.endpoint_url.n)
		spec.endpoint_url = str_of(url);
	spec.now_ms = shifted;
	spec.now_arg = r;
	r->client = aws_client_new(r->http, &spec, creds_static(STR("AKIDEXAMPLE"), STR("secretEXAMPLE"), STR("")), &e);
	if (!r->client)
		fail_msg("%s", e.text);
	aws_set_account(r->client, STR("111122223333"));
}

static void close_rig(Rig *r)
{
	HttpdReply empty = { .status = 200, .body = STR("{}") };

	aws_client_free(r->client);
	http_close(r->http, NULL, NULL);
	for (int i = 0; i < r->waiting; i++)
		httpd_reply(r->held[i], &empty);
	(void)uv_run(&r->loop, UV_RUN_NOWAIT);
	httpd_close(r->server);
	(void)uv_run(&r->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&r->loop), 0);
}

static void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Rig *r = arg;

	r->done++;
	r->fault = err ? err->fault : AWS_OK;
	(void)snprintf(r->request_id, sizeof r->request_id, "%.*s", STR_ARG(aws_call_request_id(call)));
	if (err) {
		r->kind = err->err.kind;
		r->status = err->status;
		(void)snprintf(r->text, sizeof r->text, "%s", err->err.text);
		(void)snprintf(r->code, sizeof r->code, "%s", err->code);
		assert_true(err->err.text[0]);
		assert_null(strstr(err->err.text, "secretEXAMPLE"));
	} else if (aws_call_op(call) == &op_dynamodb_get_item) {
		const DdbItemOut *item = out;
		Str s = { 0 };

		if (item->found && ddb_str(item->item, "v", &s, NULL) == 0)
			(void)snprintf(r->got, sizeof r->got, "%.*s", STR_ARG(s));
	}
	uv_stop(&r->loop);
}

static void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Rig *r = arg;
	Arena a = { 0 };
	ConverseTurn turn = { 0 };
	Str delta;
	Err e = { 0 };

	r->events++;
	if (aws_call_op(call) == &op_bedrock_converse_stream && converse_event(&a, type, payload, &turn, &delta, &e) == 0)
		(void)snprintf(r->got + strlen(r->got), sizeof r->got - strlen(r->got), "%.*s", STR_ARG(delta));
	arena_done(&a);
	if (r->cancel_at_event)
		aws_cancel(call);
}

static void on_retry(AwsCall *call, const char *sentence, int64_t wait_ms, void *arg)
{
	Rig *r = arg;

	(void)call;
	r->retries++;
	r->wait_ms = wait_ms;
	(void)snprintf(r->sentence, sizeof r->sentence, "%s", sentence);
}

static const DdbField key_a[] = { { "jobId", { .type = DDB_S, .s = { "a", 1 } } } };
static const DdbKeyIn get_a = { .table = "jobs", .key = key_a, .key_count = 1 };
static const ConverseMessage hello[] = { { false, { "hi", 2 } } };
static const ConverseIn turn_in = { .model = { "m:0", 3 }, .message = hello, .count = 1, .max_tokens = 10 };

static AwsCall *start(Rig *r, const AwsOp *op, const void *in)
{
	AwsHandler h = { on_done, on_event, on_retry, r, 15000 };
	Err e = { 0 };
	AwsCall *call = aws_call(r->client, op, in, &h, &e);

	if (!call)
		fail_msg("%s", e.text);
	return call;
}

static void run(Rig *r, const AwsOp *op, const void *in)
{
	int before = r->done;

	(void)start(r, op, in);
	assert_int_equal(r->done, before);         /* never from inside aws_call */
	while (r->done == before)
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
}

static Rig *script(const Step *steps, int n)
{
	Rig *r = calloc(1, sizeof *r);

	memcpy(r->step, steps, (size_t)n * sizeof *steps);
	r->steps = n;
	open_rig(r, &(AwsClientSpec){ 0 });
	return r;
}

static void done(Rig *r)
{
	close_rig(r);
	free(r);
}

#define THROTTLED { REPLY, 400, { { STR("x-amzn-requestid"), STR("REQ1") }, { STR("x-amz-retry-after"), STR("20") } }, 2, \
	STR("{\"__type\":\"com.amazonaws.dynamodb.v20120810#ThrottlingException\",\"message\":\"slow\"}") }
#define ITEM { REPLY, 200, { { STR("x-amzn-requestid"), STR("REQ9") } }, 1, STR("{\"Item\":{\"v\":{\"S\":\"ok\"}}}") }

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
	AwsHandler h = { on_done, NULL, NULL, r, 300 };
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
	const char *const arns[] = { "arn:aws:logs:eu-west-1:111122223333:log-group:/seismo/jobs" };
	const char *const events[] = { "initial-response", "{}", "sessionStart", "{\"sessionId\":\"x\"}", "sessionUpdate", "{\"sessionResults\":[]}",
	                               "sessionUpdate", "{}", "!SessionTimeoutException", "{\"message\":\"3 hours\"}", NULL };
	LogsTailIn in = { .group_arns = arns, .count = 1 };
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
		cmocka_unit_test(wrong_secret_is_not_skew), cmocka_unit_test(read_only_refuses), cmocka_unit_test(whole_stream),
		cmocka_unit_test(exception_midway), cmocka_unit_test(tail_shows_updates_only), cmocka_unit_test(stream_without_its_end), cmocka_unit_test(cancelled),
		cmocka_unit_test(eight_at_once), cmocka_unit_test(free_cancels_all), cmocka_unit_test(identity),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
