/* A client and a server that answers as it is told, for tests of what a call goes through. */
#ifndef AWS_RIG_H
#define AWS_RIG_H

#include <uv.h>

#include "aws/aws.h"
#include "api/bedrock.h"
#include "api/converse.h"
#include "api/dynamodb.h"
#include "api/logs.h"
#include "api/sts.h"
#include "base/clock.h"
#include "net/httpd.h"

enum { STEPS = 24, REQUESTS = 32 };

typedef enum Kind { REPLY, STREAM, STREAM_TEAR, SILENT } Kind;
typedef struct Step { Kind kind; int status; HttpHeader header[4]; size_t headers; Str body; } Step;

typedef struct Rig {
	uv_loop_t loop;
	Httpd *server;
	Http *http;
	AwsClient *client;
	char url[64];
	Step step[STEPS];
	int steps, asked;
	int waiting, waiting_most;           /* requests that the server holds */
	HttpdConn *held[REQUESTS];
	char invocation[REQUESTS][64], sdk[REQUESTS][32], target[REQUESTS][64], host[REQUESTS][64], date[REQUESTS][32];
	char body[REQUESTS][512], path[REQUESTS][160];       /* the beginning */

	int done, events, retries;
	AwsFault fault;
	ErrKind kind;
	int status;
	char text[1024], code[96], request_id[80], sentence[200], got[256], order[64];
	int64_t wait_ms, now_offset_ms;
	bool cancel_at_event;
	int64_t total_ms;                    /* of each call; 0: longer than any machine stands still */
} Rig;

static inline void keep(char *out, size_t size, const HttpdRequest *rq, const char *name)
{
	for (size_t i = 0; i < rq->header_count; i++)
		if (str_is(rq->headers[i].name, name))
			(void)snprintf(out, size, "%.*s", STR_ARG(rq->headers[i].value));
}

static inline void nobody(void *arg)
{
	(void)arg;
}

static inline void on_request(HttpdConn *c, const HttpdRequest *rq, void *arg)
{
	Rig *r = arg;
	const Step *s = &r->step[r->asked < r->steps ? r->asked : r->steps - 1];
	HttpdReply reply = { .status = s->status ? s->status : 200, .headers = s->header, .header_count = s->headers, .body = s->body };
	int n = r->asked++ % REQUESTS;

	keep(r->invocation[n], sizeof r->invocation[n], rq, "amz-sdk-invocation-id");
	keep(r->sdk[n], sizeof r->sdk[n], rq, "amz-sdk-request");
	keep(r->target[n], sizeof r->target[n], rq, "x-amz-target");
	keep(r->host[n], sizeof r->host[n], rq, "host");
	keep(r->date[n], sizeof r->date[n], rq, "x-amz-date");
	(void)snprintf(r->path[n], sizeof r->path[n], "%.*s", rq->path.n < 159 ? (int)rq->path.n : 159, rq->path.p);
	(void)snprintf(r->body[n], sizeof r->body[n], "%.*s", rq->body.n < 511 ? (int)rq->body.n : 511, rq->body.p);
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

static inline int64_t shifted(void *arg)
{
	return clock_wall_ms() + ((Rig *)arg)->now_offset_ms;
}

/* Without an endpoint_url in the spec calls go to r->url; empty: where the environment says. */
static inline void open_client(Rig *r, const AwsClientSpec *more)
{
	AwsClientSpec spec = *more;
	Err e = { 0 };

	unsetenv("AWS_MAX_ATTEMPTS");
	spec.context = STR("dev");
	spec.region = STR("eu-west-1");
	if (!spec.endpoint_url.n)
		spec.endpoint_url = str_of(r->url);
	if (!spec.paid.session_nusd && !spec.paid.off)
		spec.paid = (AwsPaid){ .session_nusd = 1000000000, .day_nusd = 1000000000 };
	spec.now_ms = shifted;
	spec.now_arg = r;
	r->client = aws_client_new(r->http, &spec, creds_static(STR("AKIDEXAMPLE"), STR("secretEXAMPLE"), STR("")), &e);
	if (!r->client)
		fail_msg("%s", e.text);
	aws_set_account(r->client, STR("111122223333"));
}

static inline void open_server(Rig *r)
{
	Err e = { 0 };

	assert_int_equal(uv_loop_init(&r->loop), 0);
	r->server = httpd_open(&r->loop, 0, 1 << 20, on_request, r, &e);
	if (!r->server)
		fail_msg("%s", e.text);
	r->http = http_new(&r->loop, &e);
	assert_non_null(r->http);
	(void)snprintf(r->url, sizeof r->url, "http://127.0.0.1:%d", httpd_port(r->server));
}

static inline void open_rig(Rig *r, const AwsClientSpec *more)
{
	open_server(r);
	open_client(r, more);
}

static inline void close_rig(Rig *r)
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

static inline void on_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
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

static inline void on_event(AwsCall *call, Str type, Str payload, void *arg)
{
	Rig *r = arg;
	Arena a = { 0 };
	ConverseTurn turn = { 0 };
	ConversePiece piece;
	Err e = { 0 };

	r->events++;
	if (aws_call_op(call) == &op_bedrock_converse_stream && converse_event(&a, type, payload, &turn, &piece, &e) == 0)
		(void)snprintf(r->got + strlen(r->got), sizeof r->got - strlen(r->got), "%.*s", STR_ARG(piece.text));
	converse_turn_done(&turn);
	arena_done(&a);
	if (r->cancel_at_event)
		aws_cancel(call);
}

static inline void on_retry(AwsCall *call, const char *sentence, int64_t wait_ms, void *arg)
{
	Rig *r = arg;

	(void)call;
	r->retries++;
	r->wait_ms = wait_ms;
	(void)snprintf(r->sentence, sizeof r->sentence, "%s", sentence);
}

static const DdbField key_a[] = { { "jobId", { .type = DDB_S, .s = { "a", 1 } } } };
static const DdbKeyIn get_a = { .table = "jobs", .key = key_a, .key_count = 1 };
static ConverseBlock hello_block = { .text = { "hi", 2 } };
static ConverseMessage hello = { { "user", 4 }, { &hello_block, 1 } };
static const ConverseIn turn_in = { .model = { "m:0", 3 }, .messages = { &hello, 1 }, .limits.max_tokens = 10 };

static inline AwsCall *start(Rig *r, const AwsOp *op, const void *in)
{
	AwsHandler h = { .on_done = on_done, .on_event = on_event, .on_retry = on_retry, .arg = r, .total_ms = r->total_ms ? r->total_ms : 60000 };
	Err e = { 0 };
	AwsCall *call = aws_call(r->client, op, in, &h, &e);

	if (!call)
		fail_msg("%s", e.text);
	return call;
}

static inline void run(Rig *r, const AwsOp *op, const void *in)
{
	int before = r->done;

	(void)start(r, op, in);
	assert_int_equal(r->done, before);         /* never from inside aws_call */
	while (r->done == before)
		(void)uv_run(&r->loop, UV_RUN_DEFAULT);
}

static inline Rig *script(const Step *steps, int n)
{
	Rig *r = calloc(1, sizeof *r);

	memcpy(r->step, steps, (size_t)n * sizeof *steps);
	r->steps = n;
	open_rig(r, &(AwsClientSpec){ 0 });
	return r;
}

static inline void done(Rig *r)
{
	close_rig(r);
	free(r);
}

#define THROTTLED { REPLY, 400, { { STR("x-amzn-requestid"), STR("REQ1") }, { STR("x-amz-retry-after"), STR("20") } }, 2, \
	STR("{\"__type\":\"com.amazonaws.dynamodb.v20120810#ThrottlingException\",\"message\":\"slow\"}") }
#define ITEM { REPLY, 200, { { STR("x-amzn-requestid"), STR("REQ9") } }, 1, STR("{\"Item\":{\"v\":{\"S\":\"ok\"}}}") }

#endif
