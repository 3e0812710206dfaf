#include "aws/call.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/encode.h"
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

/* S3's is of the object in base64. It is not of this body when only a part was asked for, nor when the object was put
 * together from parts ("…-3"). */
static bool object_crc_holds(const AwsCall *call, const HttpReply *reply)
{
	Str text = http_header(reply, "x-amz-checksum-crc32");
	uint32_t crc = crc32_of(0, reply->body), want = 0;
	Buf bytes = { 0 };
	bool holds = true;

	if (!text.n || reply->status != 200 || !str_is(str_of(call->op->method), "GET"))
		return true;
	if (b64_decode(&bytes, text) == 0 && bytes.n == 4) {
		for (int i = 0; i < 4; i++)
			want = want << 8 | (unsigned char)bytes.p[i];
		holds = want == crc;
	}
	buf_done(&bytes);
	return holds;
}

/* DynamoDB sends the CRC-32 of each body. A body that does not match was damaged on the way. */
static bool crc_holds(const AwsCall *call, const HttpReply *reply)
{
	Str text = http_header(reply, "x-amz-crc32");
	int64_t want;

	if (!text.n || str_i64(text, &want) < 0)
		return object_crc_holds(call, reply);
	return crc32_of(0, reply->body) == (uint64_t)want;
}

/* A page of a proxy in place of the answer. What has a request id is from the service: an object may well be a page, and
 * where no body belongs its type says nothing. */
static bool is_foreign_page(const AwsCall *call, const HttpReply *reply, const Fault *f)
{
	if (!fault_is_html(reply))
		return false;
	return reply->body.n ? !f->request_id[0] || !call->op->out || !shape_payload(call->op->out) : !f->request_id[0];
}

static void read_success(const AwsCall *call, const HttpReply *reply, Arena *a, void **out, Fault *f)
{
	Err e = { 0 };

	if (is_foreign_page(call, reply, f)) {
		f->html = true;
		garbage(f, "a web page");
		return;
	}
	if (!crc_holds(call, reply)) {
		*f = (Fault){ .fault = AWS_TORN, .retry = RETRY_IDEMPOTENT, .status = reply->status };
		fault_request_id(reply, f->request_id, sizeof f->request_id);
		(void)snprintf(f->message, sizeof f->message, "its checksum does not match");
		return;
	}
	if (aws_decode(a, call->op, reply, out, &e) < 0)
		garbage(f, e.text);
}

/* S3 says some failures with a status of 200 (S3 API Reference, CopyObject and others): the root element tells. */
static bool answer_is_error(const AwsOp *op, const HttpReply *reply)
{
	const ShapeMember *payload = op->out ? shape_payload(op->out) : NULL;
	Str body = str_trim(reply->body), rest;

	if (op->service->protocol != AWS_REST_XML || (payload && payload->kind != SHAPE_STRUCT))
		return false;
	if (str_starts(body, STR("<?xml"))) {
		(void)str_cut(body, '>', &rest);
		body = str_trim(rest);
	}
	return str_starts(body, STR("<Error>"));
}

/* The body has gone to the handler; what its row decodes are headers. */
static void read_stream_end(AwsCall *call, const HttpReply *reply, Arena *a, void **out, Fault *f)
{
	Err e = { 0 };

	stream_end(call, reply, f);
	if (f->fault == AWS_OK && call->op->out && aws_decode(a, call->op, reply, out, &e) < 0)
		garbage(f, e.text);
}

void answer_read(AwsCall *call, const HttpReply *reply, Arena *a, void **out, Fault *f)
{
	*f = (Fault){ .status = reply->status };
	*out = NULL;
	fault_request_id(reply, f->request_id, sizeof f->request_id);
	if (call->op->stream && reply->status == 200)
		read_stream_end(call, reply, a, out, f);
	else if (reply->fault != HTTP_OK)
		fault_transport(reply, f);
	else if (reply->status >= 200 && reply->status < 300 && !answer_is_error(call->op, reply))
		read_success(call, reply, a, out, f);
	else
		fault_read(call->op->service->protocol, reply, f);
	if (f->request_id[0])
		(void)snprintf(call->request_id, sizeof call->request_id, "%s", f->request_id);
}
