/* What was said in a call of the invocation log, to ask it again. Only that: bodies do not reach the store (invocation.c). */
#include "api/invocation.h"

#include "wire/jsonval.h"
#include "wire/jsonw.h"

enum { RECORD_MAX_BYTES = 4 << 20 };

/* Pictures and documents of a call stand in S3 of their own, or not at all. */
static bool is_whole(const ConverseBlock *b)
{
	if (b->image.format.n)
		return b->image.source.bytes.n > 0;
	if (b->document.format.n || b->document.name.n)
		return b->document.source.bytes.n > 0 || b->document.source.text.n > 0 || b->document.source.content.n > 0;
	return !b->video.n && !b->audio.n;
}

static bool is_all_whole(const ConverseIn *in)
{
	for (size_t i = 0; i < in->messages.n; i++)
		for (size_t k = 0; k < in->messages.v[i].content.n; k++)
			if (!is_whole(&in->messages.v[i].content.v[k]))
				return false;
	return true;
}

static void put_member(JsonW *w, Str key, JsonVal v)
{
	Buf one = { 0 };

	if (jv_write(v, &one) == 0) {
		jw_key_str(w, key);
		jw_raw(w, buf_str(&one));
	}
	buf_done(&one);
}

static void put_limits(JsonW *w, JsonVal limits)
{
	Str key;

	jw_key(w, "inferenceConfig");
	jw_object(w);
	for (size_t i = 0; i < jv_count(limits); i++) {
		JsonVal v = jv_member_at(limits, i, &key);

		if (!str_is(key, "maxTokens"))
			put_member(w, key, v);
	}
	if (jv_is_absent(jv_get(limits, "maxTokens")))
		jw_ki64(w, "maxTokens", 0);
	else
		put_member(w, STR("maxTokens"), jv_get(limits, "maxTokens"));
	jw_object_end(w);
}

/* The shape of what we ask wants a limit of the answer; others may call without one. It is 0 then. */
static int read_body(JsonVal body, Arena *a, ConverseIn *out, Err *e)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	JsonVal whole;
	Str key;
	int rc = -1;

	jw_object(&w);
	for (size_t i = 0; i < jv_count(body); i++) {
		JsonVal v = jv_member_at(body, i, &key);

		if (!str_is(key, "inferenceConfig"))
			put_member(&w, key, v);
	}
	put_limits(&w, jv_get(body, "inferenceConfig"));
	jw_object_end(&w);
	if (jv_parse(a, buf_str(&b), RECORD_MAX_BYTES, &whole, e) == 0)
		rc = shape_take_json(a, op_bedrock_converse.in, SHAPE_WIRE, whole, out, e);
	buf_done(&b);
	return rc;
}

/* Fills in c->in; why it cannot be asked again, else empty. */
static Str take_question(InvocationCall *c, JsonVal input, Arena *a)
{
	Str path = STR("");
	JsonVal body = jv_get(input, "inputBodyJson");
	Err e = { 0 };

	if (!str_is(c->operation, "Converse") && !str_is(c->operation, "ConverseStream"))
		return arena_printf(a, "%.*s has its body in the model's own form; only Converse and ConverseStream can be asked again",
		                    STR_ARG(c->operation));
	if (jv_opt_str(input, "inputBodyS3Path", &path, NULL) == 0 && path.n)
		return arena_printf(a, "what was asked stands in S3, at %.*s: the log itself carries bodies of up to 100 KB", STR_ARG(path));
	if (jv_type(body) != JV_OBJECT)
		return STR("the log does not hold what was asked: the delivery of text is off in Bedrock's settings");
	if (read_body(body, a, &c->in, &e) < 0)
		return arena_printf(a, "what was asked cannot be read: %s", e.text);
	if (!c->in.messages.n)
		return STR("what was asked has no messages");
	return is_all_whole(&c->in) ? STR("") : STR("a message holds an image, a document or sound that the log does not carry");
}

/* An answer that came as a stream is the list of its events. */
static void take_events(InvocationCall *c, JsonVal events, Arena *a)
{
	Buf text = { 0 };

	for (size_t i = 0; i < jv_count(events); i++) {
		JsonVal x = jv_at(events, i);
		Str part = STR("");

		if (jv_opt_str(jv_path(x, "contentBlockDelta.delta"), "text", &part, NULL) == 0)
			(void)buf_put_str(&text, part);
		(void)jv_opt_str(jv_get(x, "messageStop"), "stopReason", &c->stop, NULL);
	}
	c->text = arena_str(a, buf_str(&text));
	c->answered = c->stop.n > 0;
	buf_done(&text);
}

static void take_whole(InvocationCall *c, JsonVal body, Arena *a)
{
	ConverseOut out = { 0 };

	if (shape_take_json(a, op_bedrock_converse.out, SHAPE_WIRE, body, &out, NULL) < 0)
		return;
	c->text = converse_text(a, &out.answer.message);
	c->stop = out.stop_reason;
	c->answered = out.answer.message.content.n > 0;
}

static void take_answer(InvocationCall *c, JsonVal record, Arena *a)
{
	JsonVal output = jv_get(record, "output"), body = jv_get(output, "outputBodyJson");
	Str path = STR(""), code = STR("");

	if (jv_type(body) == JV_ARRAY)
		take_events(c, body, a);
	else if (jv_type(body) == JV_OBJECT)
		take_whole(c, body, a);
	if (c->answered)
		return;
	if (jv_opt_str(record, "errorCode", &code, NULL) == 0 && code.n)
		c->no_answer = arena_printf(a, "the call failed: %.*s", STR_ARG(code));
	else if (jv_opt_str(output, "outputBodyS3Path", &path, NULL) == 0 && path.n)
		c->no_answer = arena_printf(a, "its answer stands in S3, at %.*s", STR_ARG(path));
	else
		c->no_answer = STR("the log does not hold its answer");
}

int invocation_call(Arena *a, const LogsEvent *event, InvocationCall *out, Err *e)
{
	JsonVal record;

	*out = (InvocationCall){ .text = STR(""), .stop = STR(""), .lacks = STR(""), .no_answer = STR("") };
	record_invocation(a, event, &out->line);
	if (out->line.kind != LINE_INVOCATION || jv_parse(a, event->message, RECORD_MAX_BYTES, &record, NULL) < 0)
		return err_set(e, "a record of the invocation log cannot be read: it is cut off, or of another form");
	(void)jv_opt_str(record, "operation", &out->operation, NULL);
	take_answer(out, record, a);
	out->lacks = take_question(out, jv_get(record, "input"), a);
	return 0;
}
