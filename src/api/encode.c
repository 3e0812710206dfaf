#include "api/encode.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "wire/text.h"

static const char s3_namespace[] = "http://s3.amazonaws.com/doc/2006-03-01/";

void aws_parts_done(AwsParts *p)
{
	buf_done(&p->path);
	buf_done(&p->query);
	buf_wipe_done(&p->body);      /* of calls that fetch credentials it holds tokens */
	buf_wipe_done(&p->secret);
	buf_done(&p->bucket);
	buf_done(&p->about);
	arena_wipe_done(&p->arena);
}

/* --- the input itself --- */

static Str token(Arena *a)
{
	unsigned char b[16];
	char text[UUID_TEXT];

	if (getrandom(b, sizeof b, 0) != (ssize_t)sizeof b)
		memset(b, 0, sizeof b);      /* no randomness: the service then sees one token for all, and refuses a second body */
	uuid_text(b, text);
	return arena_str(a, str_of(text));
}

/* The input with its idempotency tokens. */
static const void *with_tokens(const Shape *s, const void *in, Arena *a)
{
	char *copy = NULL;

	for (const ShapeMember *m = s->member; m->name; m++) {
		if (!(m->flags & SHAPE_TOKEN) || !shape_empty(m, in))
			continue;
		if (!copy)
			in = copy = memcpy(arena_alloc(a, s->size), in, s->size);
		*(Str *)(void *)(copy + m->at) = token(a);
	}
	return in;
}

/* What no message may repeat, however deep it stands in the input. */
static void gather_secrets(const Shape *s, const void *in, Buf *out)
{
	for (const ShapeMember *m = s->member; m->name; m++) {
		bool text = m->kind == SHAPE_STR || m->kind == SHAPE_BLOB || m->kind == SHAPE_DOC, many = m->flags & (SHAPE_LIST | SHAPE_MAP);
		const char *v = (const char *)in + m->at;
		size_t n = many ? shape_list(m, in, &v) : 1;

		for (size_t i = 0; i < n; i++, v += m->size) {
			const void *value = m->flags & SHAPE_MAP ? v + sizeof(Str) : v;

			if (m->kind == SHAPE_STRUCT) {
				gather_secrets(m->of, value, out);
			} else if (text && (m->flags & SHAPE_SECRET)) {
				(void)buf_put_str(out, *(const Str *)value);
				(void)buf_putc(out, '\n');
			}
		}
	}
}

static int complete(const Shape *s, const void *in, AwsParts *out, Err *e)
{
	gather_secrets(s, in, &out->secret);
	for (const ShapeMember *m = s->member; m->name; m++) {
		bool text = m->kind == SHAPE_STR || m->kind == SHAPE_BLOB;

		if ((m->flags & SHAPE_MUST) && (text || m->flags & SHAPE_LIST) && m->place != PLACE_PAYLOAD && shape_empty(m, in))
			return err_kind(e, ERR_USAGE, "%s is missing", m->name);
		if (m->about && !shape_empty(m, in) && !out->about.n) {
			Str s_in = *(const Str *)(const void *)((const char *)in + m->at);

			(void)buf_printf(&out->about, "%s %.*s", m->about, s_in.n > 200 ? 200 : STR_ARG(s_in));
		}
	}
	return 0;
}

/* --- places --- */

static const ShapeMember *find_label(const Shape *s, Str name)
{
	for (const ShapeMember *m = s->member; m->name; m++)
		if (m->place == PLACE_LABEL && str_is(name, m->wire ? m->wire : m->name))
			return m;
	return NULL;
}

static int put_label(const Shape *s, const void *in, Str label, Buf *path, Err *e)
{
	bool greedy = str_ends(label, STR("+"));
	const ShapeMember *m = find_label(s, str_sub(label, 0, label.n - greedy));
	Buf text = { 0 };
	int rc;

	if (!m)
		return err_set(e, "the path names %.*s, which the input does not have", STR_ARG(label));
	rc = shape_put_text(&text, m, (const char *)in + m->at, false, e);
	/* An empty label, or one of dots, would name another resource. */
	if (rc == 0 && (!text.n || (!greedy && (str_is(buf_str(&text), ".") || str_is(buf_str(&text), "..")))))
		rc = err_kind(e, ERR_USAGE, "%s is missing", m->name);
	if (rc == 0)
		rc = uri_encode(path, buf_str(&text), greedy);
	buf_done(&text);
	return rc;
}

static int put_path(const AwsOp *op, const void *in, AwsParts *out, Err *e)
{
	Str fixed, rest = str_cut(str_of(op->path), '?', &fixed);

	/* A bucket is part of the host or of the path, which the endpoint's rules decide. */
	if (op->service->protocol == AWS_REST_XML && str_starts(rest, STR("/{Bucket}"))) {
		if (put_label(op->in, in, STR("Bucket"), &out->bucket, e) < 0)
			return -1;
		rest = str_sub(rest, sizeof "/{Bucket}" - 1, rest.n);
		if (!rest.n)
			(void)buf_putc(&out->path, '/');
	}
	while (rest.n) {
		Str literal = str_cut(rest, '{', &rest), label;

		(void)buf_put_str(&out->path, literal);
		if (!rest.n)
			break;
		label = str_cut(rest, '}', &rest);
		if (put_label(op->in, in, label, &out->path, e) < 0)
			return -1;
	}
	if (fixed.n && out->query.n)
		(void)buf_putc(&out->query, '&');
	(void)buf_put_str(&out->query, fixed);
	return 0;
}

static int put_pair(AwsParts *out, Str name, Str value)
{
	if (out->query.n)
		(void)buf_putc(&out->query, '&');
	(void)uri_encode(&out->query, name, false);
	(void)buf_putc(&out->query, '=');
	return uri_encode(&out->query, value, false);
}

static int put_query(const ShapeMember *m, const void *in, AwsParts *out, Err *e)
{
	const char *v = (const char *)in + m->at;
	size_t n = m->flags & (SHAPE_LIST | SHAPE_MAP) ? shape_list(m, in, &v) : 1;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++, v += m->size) {
		bool map = m->flags & SHAPE_MAP;
		Buf text = { 0 };

		rc = shape_put_text(&text, m, map ? v + sizeof(Str) : v, false, e);
		if (rc == 0)
			rc = put_pair(out, map ? *(const Str *)(const void *)v : str_of(m->wire ? m->wire : m->name), buf_str(&text));
		buf_done(&text);
	}
	return rc;
}

static bool header_safe(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (((unsigned char)s.p[i] < 0x20 && s.p[i] != '\t') || s.p[i] == 0x7F)
			return false;
	return true;
}

/* RFC 9110 section 5.6.2: token. */
static bool header_name(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!isalnum((unsigned char)s.p[i]) && (!s.p[i] || !strchr("!#$%&'*+-.^_`|~", s.p[i])))
			return false;
	return s.n > 0;
}

static int add_header(AwsParts *out, const char *name, Str value, Err *e)
{
	char *lower = arena_cstr(&out->arena, str_of(name));

	if (!header_safe(value))
		return err_kind(e, ERR_USAGE, "%s: has a control character", name);
	if (out->header_count == AWS_HEADERS_MAX)
		return err_set(e, "too many headers");
	for (char *p = lower; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
	out->header[out->header_count++] = (HttpHeader){ str_of(lower), arena_str(&out->arena, value) };
	return 0;
}

/* A map is headers of one prefix: its name on the wire, and behind it the key. */
static int put_header_map(const ShapeMember *m, const void *in, AwsParts *out, Err *e)
{
	const char *v;
	size_t n = shape_list(m, in, &v);
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++, v += m->size) {
		const ShapePair *pair = (const void *)v;
		const char *name = arena_printf(&out->arena, "%s%.*s", m->wire, STR_ARG(pair->key)).p;

		if (!header_name(str_of(name)) || strlen(name) != strlen(m->wire) + pair->key.n)
			rc = err_kind(e, ERR_USAGE, "%s: a key has characters that a header's name cannot have", m->name);
		else
			rc = add_header(out, name, pair->value, e);
	}
	return rc;
}

static int put_header(const ShapeMember *m, const void *in, AwsParts *out, Err *e)
{
	Buf text = { 0 };
	int rc;

	if (m->flags & SHAPE_MAP)
		return put_header_map(m, in, out, e);
	rc = shape_put_text(&text, m, (const char *)in + m->at, true, e);
	if (rc == 0)
		rc = add_header(out, m->wire ? m->wire : m->name, buf_str(&text), e);
	buf_wipe_done(&text);
	return rc;
}

static int put_payload(const AwsOp *op, const ShapeMember *m, const void *in, AwsParts *out, Err *e)
{
	const void *p = (const char *)in + m->at;
	JsonW w = jw_to(&out->body);

	if (m->kind != SHAPE_STRUCT)
		return buf_put_str(&out->body, *(const Str *)p) < 0 ? err_set(e, "%s: too big", m->name) : 0;
	if (op->service->protocol != AWS_REST_XML)
		return shape_put_json(m->of, SHAPE_WIRE, p, &w, e);
	(void)buf_printf(&out->body, "<%s xmlns=\"%s\">", m->wire ? m->wire : m->name, s3_namespace);
	if (shape_put_xml(m->of, p, &out->body, e) < 0)
		return -1;
	return buf_printf(&out->body, "</%s>", m->wire ? m->wire : m->name);
}

static int put_places(const AwsOp *op, const void *in, AwsParts *out, bool *body, bool *payload, Err *e)
{
	int rc = 0;

	for (const ShapeMember *m = op->in->member; rc == 0 && m->name; m++) {
		bool there = (m->flags & SHAPE_ALWAYS) || !shape_empty(m, in);

		if (m->place == PLACE_BODY)
			*body = true;
		else if (m->place == PLACE_QUERY && there)
			rc = put_query(m, in, out, e);
		else if (m->place == PLACE_HEADER && there)
			rc = put_header(m, in, out, e);
		else if (m->place == PLACE_PAYLOAD) {
			*payload = true;
			rc = there ? put_payload(op, m, in, out, e) : 0;
		}
	}
	return rc;
}

/* A body of any bytes is no JSON and no XML. Without a word curl would call it a form. */
static int type_bytes(const AwsOp *op, AwsParts *out, Err *e)
{
	const ShapeMember *m = shape_payload(op->in);

	if (!m || m->kind == SHAPE_STRUCT || !out->body.n)
		return 0;
	for (size_t i = 0; i < out->header_count; i++)
		if (str_is(out->header[i].name, "content-type"))
			return 0;
	return add_header(out, "content-type", STR("application/octet-stream"), e);
}

/* S3: Content-MD5 or one of its newer checksums (User Guide, "Checking object integrity"); CRC-32 is what the SDKs send. */
static int put_checksum(const AwsOp *op, AwsParts *out, Err *e)
{
	uint32_t crc;
	Buf text = { 0 };
	int rc;

	if (!op->checksum)
		return 0;
	crc = crc32_of(0, buf_str(&out->body));
	(void)b64_encode(&text, (Str){ (const char[]){ (char)(crc >> 24), (char)(crc >> 16), (char)(crc >> 8), (char)crc }, 4 });
	rc = add_header(out, "x-amz-sdk-checksum-algorithm", STR("CRC32"), e);
	rc = rc < 0 ? rc : add_header(out, "x-amz-checksum-crc32", buf_str(&text), e);
	buf_done(&text);
	return rc;
}

static int put_shape(const AwsOp *op, const void *in, AwsParts *out, Err *e)
{
	bool body = false, payload = false;
	JsonW w = jw_to(&out->body);

	in = with_tokens(op->in, in, &out->arena);
	if (complete(op->in, in, out, e) < 0 || put_path(op, in, out, e) < 0 || put_places(op, in, out, &body, &payload, e) < 0 ||
	    type_bytes(op, out, e) < 0)
		return -1;
	switch (op->service->protocol) {
	case AWS_QUERY:
		return shape_put_form(op->in, in, &out->body, e);
	case AWS_REST_JSON: case AWS_REST_XML:
		out->no_type = payload ? !out->body.n || shape_payload(op->in)->kind != SHAPE_STRUCT : !body;
		if (payload || !body)
			return 0;
		break;
	case AWS_JSON10: case AWS_JSON11:
		break;
	}
	return shape_put_json(op->in, SHAPE_WIRE, in, &w, e);
}

int aws_encode(const AwsOp *op, const void *in, AwsParts *out, Err *e)
{
	const AwsService *s = op->service;

	if (s->protocol == AWS_QUERY)
		(void)buf_printf(&out->body, "Action=%s&Version=%s", op->name, s->target_prefix);
	if (op->in && !in)
		in = arena_alloc(&out->arena, op->in->size);      /* no input: nothing of it is given */
	if ((op->encode && op->encode(in, out, e) < 0) || (op->in && put_shape(op, in, out, e) < 0) ||
	    put_checksum(op, out, e) < 0)
		return err_wrap(e, "%s %s", s->name, op->name);
	if (!out->body.n && (s->protocol == AWS_JSON10 || s->protocol == AWS_JSON11))
		(void)buf_puts(&out->body, "{}");
	if (out->body.full || out->query.full || out->path.full)
		return err_set(e, "%s %s: the request is too big", s->name, op->name);
	return 0;
}

/* --- answers --- */

/* Headers of one prefix, as a map without it. */
static void take_header_map(Arena *a, const ShapeMember *m, const HttpReply *reply, void *out)
{
	Str prefix = str_of(m->wire);
	size_t n = 0;
	ShapePair *to;

	for (size_t i = 0; i < reply->header_count; i++)
		n += str_starts(reply->headers[i].name, prefix);
	to = (void *)shape_list_new(a, m, out, n);
	for (size_t i = 0; i < reply->header_count; i++)
		if (str_starts(reply->headers[i].name, prefix))
			*to++ = (ShapePair){ str_sub(reply->headers[i].name, prefix.n, SIZE_MAX), reply->headers[i].value };
}

static int take_headers(Arena *a, const Shape *s, const HttpReply *reply, void *out, Err *e)
{
	for (const ShapeMember *m = s->member; m->name; m++) {
		char name[96];
		Str value;

		if (m->place == PLACE_STATUS)
			*(int64_t *)(void *)((char *)out + m->at) = reply->status;
		if (m->place == PLACE_HEADER && (m->flags & SHAPE_MAP))
			take_header_map(a, m, reply, out);
		if (m->place != PLACE_HEADER || (m->flags & SHAPE_MAP))
			continue;
		(void)snprintf(name, sizeof name, "%s", m->wire ? m->wire : m->name);
		for (char *p = name; *p; p++)
			*p = *p >= 'A' && *p <= 'Z' ? (char)(*p - 'A' + 'a') : *p;
		value = http_header(reply, name);
		if (value.n && shape_take_text(a, m, value, (char *)out + m->at, e) < 0)
			return -1;
		if (!value.n && (m->flags & SHAPE_MUST))
			return err_set(e, "header %s: missing", name);
	}
	return 0;
}

/* The element that the members are in: awsQuery wraps them in <NameResult>; S3 does not. */
static const XmlNode *xml_members(const AwsOp *op, const XmlNode *root, Err *e)
{
	static const XmlNode empty;
	char name[96];
	const XmlNode *result;

	if (op->service->protocol == AWS_REST_XML)
		return root;
	(void)snprintf(name, sizeof name, "%sResponse", op->name);
	if (!str_is(root->name, name)) {
		(void)err_set(e, "%s: missing", name);
		return NULL;
	}
	(void)snprintf(name, sizeof name, "%sResult", op->name);
	result = xml_find(root, name);
	return result ? result : &empty;
}

static int parse_body(Arena *a, const AwsOp *op, const HttpReply *reply, AwsBody *body, Err *e)
{
	bool xml = op->service->protocol == AWS_QUERY || op->service->protocol == AWS_REST_XML;
	XmlNode *root = NULL;

	*body = (AwsBody){ .http = reply };
	if (xml) {
		if (xml_parse(a, reply->body, reply->body.n, &root, e) < 0)
			return -1;
		body->xml = root;
		return 0;
	}
	if (jv_parse(a, reply->body, reply->body.n, &body->json, e) < 0)
		return -1;
	return jv_type(body->json) == JV_OBJECT ? 0 : err_set(e, "not a JSON object");
}

static int take_body(Arena *a, const AwsOp *op, const Shape *s, const HttpReply *reply, void *out, Err *e)
{
	AwsBody body;
	const XmlNode *members;

	if (parse_body(a, op, reply, &body, e) < 0)
		return -1;
	if (!body.xml)
		return shape_take_json(a, s, SHAPE_WIRE, body.json, out, e);
	members = xml_members(op, body.xml, e);
	return members ? shape_take_xml(a, s, members, out, e) : -1;
}

static bool has_body_members(const Shape *s)
{
	for (const ShapeMember *m = s->member; m->name; m++)
		if (m->place == PLACE_BODY)
			return true;
	return false;
}

static int take_shape(Arena *a, const AwsOp *op, const HttpReply *reply, void *out, Err *e)
{
	const ShapeMember *payload = shape_payload(op->out);

	if (take_headers(a, op->out, reply, out, e) < 0)
		return -1;
	if (payload && payload->kind != SHAPE_STRUCT)
		*(Str *)(void *)((char *)out + payload->at) = reply->body;
	else if (payload && reply->body.n)
		return take_body(a, op, payload->of, reply, (char *)out + payload->at, e);
	else if (!payload && has_body_members(op->out))
		return take_body(a, op, op->out, reply, out, e);
	return 0;
}

int aws_decode(Arena *a, const AwsOp *op, const HttpReply *reply, void **out, Err *e)
{
	AwsBody body;

	*out = NULL;
	if (op->out) {
		*out = arena_alloc(a, op->out->size);
		return take_shape(a, op, reply, *out, e) < 0 || (op->finish && op->finish(a, *out, e) < 0) ? -1 : 0;
	}
	/* A row that decodes nothing still wants the protocol's answer, not anything with status 200. */
	if (!op->decode && !reply->body.n)
		return 0;
	if (parse_body(a, op, reply, &body, e) < 0)
		return -1;
	if (!op->decode)
		return 0;
	*out = arena_alloc(a, op->out_size);
	return op->decode(a, &body, *out, e);
}
