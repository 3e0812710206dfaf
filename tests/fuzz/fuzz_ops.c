/* Any bytes as the answer to any operation, and as its input.
 *
 * An answer is decoded the same each time; what was read can be written and read back; a message repeats no text of the
 * answer. An input that can be sent makes a path, a query and headers without line ends, and a JSON body in which its
 * members are found again.
 * The first line names the operation (or two bytes of it choose one), the second is the value of all headers that the
 * operation looks at; the rest is the body. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/encode.h"
#include "wire/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RUN = 8, HEADERS = 32, DOC_MAX = 1 << 22, DEPTH = 40 };

static void need(bool holds)
{
	if (!holds)
		abort();
}

static const AwsOp *choose(Str line)
{
	const AwsOp *const *ops = aws_ops();
	size_t count = 0, at;

	for (; ops[count]; count++)
		if (str_is(line, ops[count]->name))
			return ops[count];
	at = line.n ? (unsigned char)line.p[0] : 0;
	at = line.n > 1 ? at << 8 | (unsigned char)line.p[1] : at;
	return ops[at % count];
}

/* Every header that a member wants, all with one value. */
static size_t make_headers(Arena *a, const Shape *s, Str value, HttpHeader *out)
{
	size_t n = 0;

	for (const ShapeMember *m = s ? s->member : NULL; m && m->name; m++) {
		Str name = str_of(m->wire ? m->wire : m->name);
		char *lower;

		if (m->place != PLACE_HEADER || n == HEADERS)
			continue;
		lower = arena_cstr(a, name);
		for (char *p = lower; *p; p++)
			*p = (char)tolower((unsigned char)*p);
		out[n++] = (HttpHeader){ { lower, name.n }, value };
	}
	return n;
}

/* --- no text of the answer in a message --- */

/* The document with an x for each letter and digit of its texts: what a message of it says, it has from elsewhere. */
static void put_masked(JsonVal v, JsonW *w)
{
	Buf text = { 0 };
	Str key, s = { 0 };

	switch (jv_type(v)) {
	case JV_OBJECT:
		jw_object(w);
		for (size_t i = 0; i < jv_count(v); i++) {
			JsonVal member = jv_member_at(v, i, &key);

			jw_key_str(w, key);
			put_masked(member, w);
		}
		jw_object_end(w);
		return;
	case JV_ARRAY:
		jw_array(w);
		for (size_t i = 0; i < jv_count(v); i++)
			put_masked(jv_at(v, i), w);
		jw_array_end(w);
		return;
	case JV_STRING:
		(void)jv_as_str(v, &s, NULL);
		for (size_t i = 0; i < s.n; i++)
			(void)buf_putc(&text, isalnum((unsigned char)s.p[i]) ? 'x' : s.p[i]);
		jw_str(w, buf_str(&text));
		buf_done(&text);
		return;
	default:
		(void)jv_write(v, &text);
		jw_raw(w, buf_str(&text));
		buf_done(&text);
	}
}

/* True when a run of letters and digits of s stands in `text` and in nothing of `known`. */
static bool leaks(Str s, Str text, Str known)
{
	for (size_t i = 0; i + RUN <= s.n; i++) {
		Str run = str_sub(s, i, RUN);
		bool word = true;

		for (size_t k = 0; k < RUN; k++)
			word = word && isalnum((unsigned char)run.p[k]);
		if (word && str_has(text, run) && !str_has(known, run))
			return true;
	}
	return false;
}

static void put_keys(JsonVal v, Buf *out)
{
	Str key;

	for (size_t i = 0; i < jv_count(v); i++) {
		JsonVal member = jv_type(v) == JV_ARRAY ? jv_at(v, i) : jv_member_at(v, i, &key);

		if (jv_type(v) == JV_OBJECT)
			(void)buf_put_str(out, key);
		(void)buf_putc(out, '\n');
		put_keys(member, out);
	}
}

static void check_texts(JsonVal v, Str text, Str known)
{
	Str s;

	if (jv_type(v) == JV_STRING && jv_as_str(v, &s, NULL) == 0)
		need(!leaks(s, text, known));
	for (size_t i = 0; i < jv_count(v); i++)
		check_texts(jv_type(v) == JV_ARRAY ? jv_at(v, i) : jv_member_at(v, i, NULL), text, known);
}

static void put_names(const Shape *s, int depth, Buf *out)
{
	for (const ShapeMember *m = s && depth < DEPTH ? s->member : NULL; m && m->name; m++) {
		(void)buf_printf(out, "%s\n%s\n", m->name, m->wire ? m->wire : "");
		put_names(m->of, depth + 1, out);
	}
}

static void check_message(Arena *a, const AwsOp *op, const HttpReply *reply, const Err *e)
{
	Buf known = { 0 }, masked = { 0 };
	JsonW w = jw_to(&masked);
	HttpReply twin = *reply;
	JsonVal doc;
	Err other = { 0 };
	void *out;

	if (jv_parse(a, reply->body, DOC_MAX, &doc, NULL) < 0)
		return;
	put_masked(doc, &w);
	twin.body = buf_str(&masked);
	if (aws_decode(a, op, &twin, &out, &other) < 0)
		(void)buf_puts(&known, other.text);
	put_keys(doc, &known);
	put_names(op->out, 0, &known);
	check_texts(doc, str_of(e->text), buf_str(&known));
	buf_done(&known);
	buf_done(&masked);
}

/* --- answers --- */

/* The struct as text; false when it holds what JSON cannot. */
static bool as_plain(const Shape *s, const void *value, Buf *out)
{
	JsonW w;

	buf_reset(out);
	w = jw_to(out);
	return shape_put_json(s, SHAPE_PLAIN, value, &w, NULL) == 0 && !out->full;
}

static void check_value(Arena *a, const Shape *s, const void *value, const void *twin)
{
	Buf one = { 0 }, two = { 0 };
	JsonVal doc;
	void *back = arena_alloc(a, s->size);
	bool whole = as_plain(s, value, &one);

	need(as_plain(s, twin, &two) == whole && str_eq(buf_str(&one), buf_str(&two)));
	if (whole) {
		need(jv_parse(a, buf_str(&one), DOC_MAX, &doc, NULL) == 0);
		need(shape_take_json(a, s, SHAPE_PLAIN, doc, back, NULL) == 0);
		need(as_plain(s, back, &two) && str_eq(buf_str(&one), buf_str(&two)));
	}
	buf_done(&one);
	buf_done(&two);
}

static void check_answer(const AwsOp *op, Str header, Str body)
{
	Arena a = { 0 };
	HttpHeader headers[HEADERS];
	HttpReply reply = { .status = 200, .headers = headers, .body = body };
	Err e = { 0 }, second = { 0 };
	void *out = NULL, *twin = NULL;
	int rc;

	reply.header_count = make_headers(&a, op->out, header, headers);
	rc = aws_decode(&a, op, &reply, &out, &e);
	need(aws_decode(&a, op, &reply, &twin, &second) == rc && strcmp(e.text, second.text) == 0);
	if (rc < 0) {
		need(e.text[0]);
		check_message(&a, op, &reply, &e);
	} else if (op->out) {
		check_value(&a, op->out, out, twin);
	}
	arena_done(&a);
}

/* --- inputs --- */

static bool is_line(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return false;
	return true;
}

static bool in_body_alone(const Shape *s)
{
	for (const ShapeMember *m = s->member; m->name; m++)
		if (m->place != PLACE_BODY || m->flags & SHAPE_TOKEN)
			return false;
	return true;
}

/* Members without a value are not sent, so the body need not be the input; but it is what it decodes to. */
static void check_body(Arena *a, const AwsOp *op, Str body)
{
	void *one = arena_alloc(a, op->in->size);
	AwsParts again = { 0 };
	JsonVal doc;
	Err e = { 0 };

	need(jv_parse(a, body, DOC_MAX, &doc, NULL) == 0);
	if (!in_body_alone(op->in))
		return;
	need(shape_take_json(a, op->in, SHAPE_WIRE, doc, one, &e) == 0);
	need(aws_encode(op, one, &again, &e) == 0 && str_eq(buf_str(&again.body), body));
	aws_parts_done(&again);
}

static void check_input(const AwsOp *op, Str text)
{
	Arena a = { 0 };
	AwsParts parts = { 0 };
	JsonVal doc;
	Err e = { 0 };
	void *in = arena_alloc(&a, op->in->size);

	if (jv_parse(&a, text, DOC_MAX, &doc, NULL) == 0 && shape_take_json(&a, op->in, SHAPE_PLAIN, doc, in, NULL) == 0) {
		if (aws_encode(op, in, &parts, &e) < 0) {
			need(e.text[0]);
		} else {
			need(is_line(buf_str(&parts.path)) && is_line(buf_str(&parts.query)));
			need(!parts.path.n || parts.path.p[0] == '/');
			for (size_t i = 0; i < parts.header_count; i++)
				need(is_line(parts.header[i].name) && is_line(parts.header[i].value));
			if (op->service->protocol == AWS_JSON10 || op->service->protocol == AWS_JSON11)
				check_body(&a, op, buf_str(&parts.body));
		}
		aws_parts_done(&parts);
	}
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str rest = { (const char *)data, size };
	const AwsOp *op = choose(str_cut(rest, '\n', &rest));
	Str header = str_cut(rest, '\n', &rest);

	check_answer(op, header, rest);
	if (op->in)
		check_input(op, rest);
	return 0;
}
