#include "sim/serve.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wire/jsonw.h"
#include "wire/text.h"

enum { BODY_MAX_BYTES = 16 << 20, HEADERS_MAX = 48, FORM_FIELDS_MAX = 1000 };

SimProto sim_proto_of(const AwsService *s)
{
	switch (s->protocol) {
	case AWS_JSON10: return PROTO_JSON10;
	case AWS_JSON11: return PROTO_JSON11;
	case AWS_REST_JSON: return PROTO_REST;
	case AWS_REST_XML: return PROTO_XML;
	case AWS_QUERY: return PROTO_QUERY;
	}
	return PROTO_REST;
}

/* --- forms --- */

typedef struct Field { Str name, value; } Field;
typedef struct Form { Arena *a; Field *field; size_t n; Err *e; } Form;

static Str decoded(Arena *a, Str s, bool plus)
{
	char *copy = arena_cstr(a, s);
	Buf out = { 0 };
	Str result;

	for (size_t i = 0; plus && i < s.n; i++)
		copy[i] = copy[i] == '+' ? ' ' : copy[i];
	result = uri_decode(&out, (Str){ copy, s.n }) == 0 ? arena_str(a, buf_str(&out)) : STR("");
	buf_done(&out);
	return result;
}

static void read_pairs(Form *f, Str text, bool plus)
{
	f->field = ARENA_ARRAY(f->a, Field, FORM_FIELDS_MAX);
	while (text.n && f->n < FORM_FIELDS_MAX) {
		Str value = str_cut(text, '&', &text), name = str_cut(value, '=', &value);

		f->field[f->n++] = (Field){ decoded(f->a, name, plus), decoded(f->a, value, plus) };
	}
}

static const Field *field_of(const Form *f, Str name)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_eq(f->field[i].name, name))
			return &f->field[i];
	return NULL;
}

static bool below(const Form *f, Str path)
{
	for (size_t i = 0; i < f->n; i++)
		if (str_starts(f->field[i].name, path) &&
		    (f->field[i].name.n == path.n || f->field[i].name.p[path.n] == '.'))
			return true;
	return false;
}

static int take_form(Form *f, const Shape *s, Str prefix, void *out);

static int take_field(Form *f, const ShapeMember *m, Str path, void *value)
{
	const Field *field = field_of(f, path);

	if (m->kind == SHAPE_STRUCT)
		return take_form(f, m->of, path, value);
	return field ? shape_take_text(f->a, m, field->value, value, f->e) : 0;
}

/* "Name.member.3", "Name.3" when flat, "Name.entry.3" of a map. */
static Str element_path(const Form *f, const ShapeMember *m, Str path, size_t i)
{
	const char *item = m->flags & SHAPE_MAP ? "entry" : m->item ? m->item : "member";

	if (m->flags & SHAPE_FLAT)
		return arena_printf(f->a, "%.*s.%zu", STR_ARG(path), i + 1);
	return arena_printf(f->a, "%.*s.%s.%zu", STR_ARG(path), item, i + 1);
}

static int take_elements(Form *f, const ShapeMember *m, Str path, void *base)
{
	size_t n = 0;
	char *to;
	int rc = 0;

	while (n < FORM_FIELDS_MAX && below(f, element_path(f, m, path, n)))
		n++;
	to = shape_list_new(f->a, m, base, n);
	for (size_t i = 0; rc == 0 && i < n; i++, to += m->size) {
		Str one = element_path(f, m, path, i);
		const Field *key;

		if (!(m->flags & SHAPE_MAP)) {
			rc = take_field(f, m, one, to);
			continue;
		}
		if ((key = field_of(f, arena_printf(f->a, "%.*s.key", STR_ARG(one)))))
			*(Str *)(void *)to = key->value;
		rc = take_field(f, m, arena_printf(f->a, "%.*s.value", STR_ARG(one)), to + sizeof(Str));
	}
	return rc;
}

static int take_form(Form *f, const Shape *s, Str prefix, void *out)
{
	int rc = 0;

	for (const ShapeMember *m = s->member; rc == 0 && m->name; m++) {
		Str path = arena_printf(f->a, "%.*s%s%s", STR_ARG(prefix), prefix.n ? "." : "", m->wire ? m->wire : m->name);

		rc = m->flags & (SHAPE_LIST | SHAPE_MAP) ? take_elements(f, m, path, out)
		                                         : take_field(f, m, path, (char *)out + m->at);
	}
	return rc;
}

/* --- requests --- */

static int take_query(SimCall *c, const Form *query, const ShapeMember *m, void *in, Err *e)
{
	const char *name = m->wire ? m->wire : m->name;
	size_t n = 0;
	char *to;

	if (!(m->flags & SHAPE_LIST)) {
		const Field *field = field_of(query, str_of(name));

		return field ? shape_take_text(c->arena, m, field->value, (char *)in + m->at, e) : 0;
	}
	for (size_t i = 0; i < query->n; i++)
		n += str_is(query->field[i].name, name);
	to = shape_list_new(c->arena, m, in, n);
	for (size_t i = 0; i < query->n; i++) {
		if (!str_is(query->field[i].name, name))
			continue;
		if (shape_take_text(c->arena, m, query->field[i].value, to, e) < 0)
			return -1;
		to += m->size;
	}
	return 0;
}

/* Headers of one prefix. */
static void take_header_map(SimCall *c, const ShapeMember *m, void *in)
{
	Str prefix = str_of(m->wire);
	size_t n = 0;
	ShapePair *to;

	for (size_t i = 0; i < c->rq->header_count; i++)
		n += str_starts(c->rq->headers[i].name, prefix);
	to = (void *)shape_list_new(c->arena, m, in, n);
	for (size_t i = 0; i < c->rq->header_count; i++)
		if (str_starts(c->rq->headers[i].name, prefix))
			*to++ = (ShapePair){ str_sub(c->rq->headers[i].name, prefix.n, SIZE_MAX), c->rq->headers[i].value };
}

static int take_place(SimCall *c, const AwsOp *op, const Form *query, const ShapeMember *m, void *in, Err *e)
{
	const char *name = m->wire ? m->wire : m->name;
	void *to = (char *)in + m->at;
	char lower[96];
	Str text;
	XmlNode *root;

	switch (m->place) {
	case PLACE_LABEL:
		return shape_take_text(c->arena, m, decoded(c->arena, sim_label(op, c->path, name), false), to, e);
	case PLACE_QUERY:
		return take_query(c, query, m, in, e);
	case PLACE_HEADER:
		if (m->flags & SHAPE_MAP) {
			take_header_map(c, m, in);
			return 0;
		}
		(void)snprintf(lower, sizeof lower, "%s", name);
		for (char *p = lower; *p; p++)
			*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
		text = sim_header(c->rq, lower);
		return text.n ? shape_take_text(c->arena, m, text, to, e) : 0;
	case PLACE_PAYLOAD:
		if (m->kind != SHAPE_STRUCT)
			*(Str *)to = c->rq->body;
		else if (op->service->protocol == AWS_REST_XML)
			return xml_parse(c->arena, c->rq->body, BODY_MAX_BYTES, &root, e) < 0 ? -1 : shape_take_xml(c->arena, m->of, root, to, e);
		else
			return shape_parse_json(c->arena, m->of, c->rq->body, BODY_MAX_BYTES, to, e);
		return 0;
	case PLACE_BODY: case PLACE_STATUS:
		break;
	}
	return 0;
}

static int take_body(SimCall *c, const AwsOp *op, void *in, Err *e)
{
	Form form = { .a = c->arena, .e = e };

	if (op->service->protocol == AWS_QUERY) {
		read_pairs(&form, c->rq->body, true);
		return take_form(&form, op->in, STR(""), in);
	}
	if (op->service->protocol == AWS_REST_XML || shape_payload(op->in))
		return 0;
	if (jv_parse(c->arena, c->rq->body.n ? c->rq->body : STR("{}"), BODY_MAX_BYTES, &c->body, e) < 0)
		return -1;
	return shape_take_json(c->arena, op->in, SHAPE_WIRE, c->body, in, e);
}

static int complete(const AwsOp *op, const void *in, Err *e)
{
	for (const ShapeMember *m = op->in->member; m->name; m++)
		if ((m->flags & SHAPE_MUST) && (m->kind == SHAPE_STR || m->flags & SHAPE_LIST) && shape_empty(m, in))
			return err_set(e, "1 validation error detected: Value at '%s' failed to satisfy constraint: Member must not be null",
			               m->name);
	return 0;
}

static int take_request(SimCall *c, const AwsOp *op, void *in, Err *e)
{
	Form query = { .a = c->arena, .e = e };
	int rc = 0;

	read_pairs(&query, c->rq->query, false);
	for (const ShapeMember *m = op->in->member; rc == 0 && m->name; m++)
		rc = take_place(c, op, &query, m, in, e);
	/* A member of the body that MUST be there and is not is this error too: the client's table says the same. */
	return rc < 0 || take_body(c, op, in, e) < 0 ? -1 : complete(op, in, e);
}

/* --- answers --- */

static void put_header(SimCall *c, const ShapeMember *m, const char *name, const void *value, HttpHeader *out)
{
	Buf text = { 0 };

	(void)shape_put_text(&text, m, value, true, NULL);
	*out = (HttpHeader){ str_of(name), arena_str(c->arena, buf_str(&text)) };
	buf_done(&text);
}

static size_t put_headers(SimCall *c, const Shape *s, const void *out, HttpHeader *headers, size_t n)
{
	for (const ShapeMember *m = s->member; m->name && n < HEADERS_MAX; m++) {
		const char *name = m->wire ? m->wire : m->name, *v;
		size_t count;

		if (m->place != PLACE_HEADER || shape_empty(m, out))
			continue;
		if (!(m->flags & SHAPE_MAP)) {
			put_header(c, m, name, (const char *)out + m->at, &headers[n++]);
			continue;
		}
		count = shape_list(m, out, &v);
		for (size_t i = 0; i < count && n < HEADERS_MAX; i++, v += m->size)
			put_header(c, m, arena_printf(c->arena, "%s%.*s", name, STR_ARG(*(const Str *)(const void *)v)).p, v + sizeof(Str), &headers[n++]);
	}
	return n;
}

static int put_xml(SimCall *c, const SimRow *row, const Shape *s, const void *out, Buf *body, Err *e)
{
	const AwsOp *op = row->op;
	const char *root = row->xml_root ? row->xml_root : arena_printf(c->arena, "%sResult", op->name).p;
	bool query = op->service->protocol == AWS_QUERY;

	if (query)
		(void)buf_printf(body, "<%sResponse xmlns=\"http://%s.amazonaws.com/doc/%s/\"><%s>", op->name, op->service->host_prefix,
		                 op->service->target_prefix, root);
	else
		(void)buf_printf(body, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<%s xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">", root);
	if (s && shape_put_xml(s, out, body, e) < 0)
		return -1;
	(void)buf_printf(body, "</%s>", root);
	if (query)
		(void)buf_printf(body, "<ResponseMetadata><RequestId>%s</RequestId></ResponseMetadata></%sResponse>", c->request_id, op->name);
	return 0;
}

static bool any_body(const Shape *s)
{
	for (const ShapeMember *m = s->member; m->name; m++)
		if (m->place == PLACE_BODY)
			return true;
	return false;
}

static int put_body(SimCall *c, const SimRow *row, const void *out, Buf *body, Err *e)
{
	const Shape *s = row->op->out;
	const ShapeMember *payload = s ? shape_payload(s) : NULL;
	JsonW w = jw_to(body);

	if (payload && payload->kind != SHAPE_STRUCT)
		return buf_put_str(body, *(const Str *)(const void *)((const char *)out + payload->at));
	if (payload) {
		s = payload->of;
		out = (const char *)out + payload->at;
	}
	switch (row->op->service->protocol) {
	case AWS_QUERY:
		return put_xml(c, row, s, out, body, e);
	case AWS_REST_XML:
		return s && (payload || any_body(s)) ? put_xml(c, row, s, out, body, e) : 0;
	case AWS_REST_JSON: case AWS_JSON10: case AWS_JSON11:
		break;
	}
	return s ? shape_put_json(s, SHAPE_WIRE, out, &w, e) : buf_puts(body, "{}");
}

static int status_of(const SimCall *c, const Shape *s, const void *out)
{
	for (const ShapeMember *m = s ? s->member : NULL; m && m->name; m++)
		if (m->place == PLACE_STATUS && *(const int64_t *)(const void *)((const char *)out + m->at))
			return (int)*(const int64_t *)(const void *)((const char *)out + m->at);
	return c->status ? c->status : 200;
}

static void answer(SimCall *c, const SimRow *row, const void *out)
{
	HttpHeader headers[HEADERS_MAX + 2] = {
		{ STR("x-amzn-requestid"), str_of(c->request_id) }, { STR("x-amz-request-id"), str_of(c->request_id) } };
	size_t n = 2;
	Buf body = { 0 };
	Err e = { 0 };

	if (row->op->out)
		n = put_headers(c, row->op->out, out, headers, n);
	if (put_body(c, row, out, &body, &e) < 0)
		sim_fail(c, 500, "InternalFailure", e.text);
	else
		sim_reply(c, status_of(c, row->op->out, out), headers, n, c->head_body.n && !body.n ? c->head_body : buf_str(&body));
	buf_done(&body);
}

void sim_serve(SimCall *c, const SimRow *row)
{
	const AwsOp *op = row->op;
	void *in = arena_alloc(c->arena, op->in ? op->in->size : 1), *out = arena_alloc(c->arena, op->out ? op->out->size : 1);
	Err e = { 0 };

	c->input = in;
	if (op->in && take_request(c, op, in, &e) < 0)
		sim_fail_err(c, c->proto == PROTO_QUERY ? "ValidationError" : c->proto == PROTO_XML ? "MalformedXML" : "ValidationException", &e);
	else if (row->run(c, in, out) == 0)
		answer(c, row, out);
}
