#include "aws/call.h"

#include <stdio.h>
#include <stdlib.h>

#include "aws/plain.h"
#include "wire/text.h"
#include "wire/time8601.h"

bool answer_shows_skew(const AwsCall *call, const HttpReply *reply, int64_t *skew_ms)
{
	int64_t theirs;

	if (time_parse_http(http_header(reply, "date"), &theirs) < 0)
		return false;
	*skew_ms = theirs - client_now_ms(call->client);
	return llabs(*skew_ms - call->signed_skew_ms) >= SKEW_MIN_MS;
}

static void garbage(Fault *f, const char *what)
{
	f->fault = AWS_GARBAGE;
	plain_copy(f->message, sizeof f->message, str_of(what));
}

/* DynamoDB sends the CRC-32 of each body. A body that does not match was damaged on the way. */
static bool crc_holds(const HttpReply *reply)
{
	Str text = http_header(reply, "x-amz-crc32");
	int64_t want;

	if (!text.n || str_i64(text, &want) < 0)
		return true;
	return crc32_of(0, reply->body) == (uint64_t)want;
}

static int parse_body(const AwsOp *op, const HttpReply *reply, Arena *a, AwsBody *body, Err *e)
{
	XmlNode *root;

	*body = (AwsBody){ .http = reply };
	if (op->service->protocol == AWS_QUERY) {
		if (xml_parse(a, reply->body, reply->body.n, &root, e) < 0)
			return -1;
		body->xml = root;
		return 0;
	}
	if (jv_parse(a, reply->body, reply->body.n, &body->json, e) < 0)
		return -1;
	return jv_type(body->json) == JV_OBJECT ? 0 : err_set(e, "not a JSON object");
}

static void read_success(const AwsCall *call, const HttpReply *reply, Arena *a, void **out, Fault *f)
{
	const AwsOp *op = call->op;
	AwsBody body;
	Err e = { 0 };

	if (fault_is_html(reply)) {
		f->html = true;
		garbage(f, "a web page");
		return;
	}
	if (!crc_holds(reply)) {
		*f = (Fault){ .fault = AWS_TORN, .retry = RETRY_IDEMPOTENT, .status = reply->status };
		fault_request_id(reply, f->request_id, sizeof f->request_id);
		(void)snprintf(f->message, sizeof f->message, "its checksum does not match");
		return;
	}
	if (parse_body(op, reply, a, &body, &e) < 0) {
		garbage(f, e.text);
		return;
	}
	if (!op->decode)
		return;
	*out = arena_alloc(a, op->out_size);
	if (op->decode(a, &body, *out, &e) < 0)
		garbage(f, e.text);
}

void answer_read(AwsCall *call, const HttpReply *reply, Arena *a, void **out, Fault *f)
{
	*f = (Fault){ .status = reply->status };
	*out = NULL;
	fault_request_id(reply, f->request_id, sizeof f->request_id);
	if (call->op->stream && reply->status == 200)
		stream_end(call, reply, f);
	else if (reply->fault != HTTP_OK)
		fault_transport(reply, f);
	else if (reply->status >= 200 && reply->status < 300)
		read_success(call, reply, a, out, f);
	else
		fault_read(call->op->service->protocol, reply, f);
	if (f->request_id[0])
		(void)snprintf(call->request_id, sizeof call->request_id, "%s", f->request_id);
}
