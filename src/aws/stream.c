#include "aws/call.h"

#include <stdio.h>

#include "aws/plain.h"

enum { FRAMES_MAX = ES_MAX_FRAME + (1 << 20) };

void stream_reset(AwsCall *call)
{
	buf_done(&call->frames);
	buf_init(&call->frames, FRAMES_MAX);
	call->stream_fault = (Fault){ 0 };
	call->delivered = call->saw_last = false;
}

static int stop(AwsCall *call, AwsFault fault, const char *why)
{
	call->stream_fault = (Fault){ .fault = fault, .status = 200 };
	plain_copy(call->stream_fault.message, sizeof call->stream_fault.message, str_of(why));
	return -1;
}

/* The first answer of awsJson streams, and kinds of event that the row does not ask for. */
static bool unwanted(const AwsOp *op, Str type)
{
	return str_is(type, "initial-response") || (op->only_event && !str_is(type, op->only_event));
}

static int take_frame(AwsCall *call, const EsFrame *f)
{
	Str kind = es_header_str(f, ":message-type"), type = es_header_str(f, ":event-type");

	if (str_is(kind, "exception")) {
		fault_stream(es_header_str(f, ":exception-type"), f->payload, &call->stream_fault);
		return -1;
	}
	if (str_is(kind, "error")) {
		fault_stream(es_header_str(f, ":error-code"), STR(""), &call->stream_fault);
		plain_copy(call->stream_fault.message, sizeof call->stream_fault.message, es_header_str(f, ":error-message"));
		return -1;
	}
	if (!str_is(kind, "event"))
		return stop(call, AWS_GARBAGE, "a frame of the event stream has no message type");
	if (unwanted(call->op, type))
		return 0;
	call->saw_last |= call->op->last_event && str_is(type, call->op->last_event);
	if (!call->delivered) {
		call->delivered = true;
		gate_alive(call);
		if (call->cancelled || call->state == CALL_DONE)
			return -1;
	}
	gate_stream(call);
	if (call->h.on_event)
		call->h.on_event(call, type, f->payload, call->h.arg);
	/* The handler may have cancelled; then nothing more is delivered. */
	return call->cancelled || call->state == CALL_DONE ? -1 : 0;
}

int stream_piece(AwsCall *call, Str piece)
{
	size_t used = 0;
	int rc = 0;

	if (call->state != CALL_SENDING || call->cancelled || call->stream_fault.fault != AWS_OK)
		return -1;
	if (call->op->raw) {
		call->delivered = true;
		if (call->h.on_event)
			call->h.on_event(call, STR(""), piece, call->h.arg);
		return call->cancelled || call->state == CALL_DONE ? -1 : 0;
	}
	if (buf_put_str(&call->frames, piece) < 0)
		return stop(call, AWS_GARBAGE, "a frame of the event stream is too big");
	while (rc == 0) {
		EsFrame frame;
		Err e = { 0 };
		long n = es_decode(str_sub(buf_str(&call->frames), used, call->frames.n), &frame, &e);

		if (n == ES_MORE)
			break;
		if (n < 0)
			return stop(call, call->delivered ? AWS_TORN : AWS_GARBAGE, e.text);
		used += (size_t)n;
		rc = take_frame(call, &frame);
	}
	buf_shift(&call->frames, used);
	return rc;
}

void stream_end(AwsCall *call, const HttpReply *reply, Fault *f)
{
	*f = call->stream_fault;
	fault_request_id(reply, f->request_id, sizeof f->request_id);
	if (f->fault == AWS_GARBAGE && !call->delivered && fault_is_html(reply)) {
		f->html = true;
		return;
	}
	if (f->fault != AWS_OK)
		return;
	if (reply->fault != HTTP_OK) {
		fault_transport(reply, f);
		return;
	}
	if (call->frames.n || (call->op->last_event && !call->saw_last)) {
		*f = (Fault){ .fault = AWS_TORN, .retry = RETRY_IDEMPOTENT, .status = 200 };
		fault_request_id(reply, f->request_id, sizeof f->request_id);
		(void)snprintf(f->message, sizeof f->message, "the stream ended before its last event");
	}
}
