/* Shapes as text: scalars of labels, queries, headers and forms; awsQuery's form bodies; XML both ways. */
#include "api/shape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "wire/text.h"
#include "wire/time8601.h"

/* --- scalars --- */

static int put_num(Buf *out, double v)
{
	JsonW w = jw_to(out);

	jw_num(&w, v);      /* the shortest text that reads back the same */
	return out->full ? -1 : 0;
}

static int put_time(Buf *out, int64_t ms, bool header)
{
	char text[TIME_TEXT];

	if (header)
		time_format_http(ms, text);
	else
		time_format_iso(ms, text);
	/* Whole seconds without a fraction, as the SDKs write them. */
	if (str_ends(str_of(text), STR(".000Z")))
		(void)snprintf(text + strlen(text) - (sizeof ".000Z" - 1), sizeof "Z", "Z");
	return buf_puts(out, text);
}

int shape_put_text(Buf *out, const ShapeMember *m, const void *value, bool header, Err *e)
{
	int rc = -1;

	switch (m->kind) {
	case SHAPE_STR: case SHAPE_DOC:
		if (!utf8_valid(*(const Str *)value) || str_has_nul(*(const Str *)value))
			return err_kind(e, ERR_USAGE, "%s: not valid UTF-8 text", m->name);
		rc = buf_put_str(out, *(const Str *)value);
		break;
	case SHAPE_BLOB: rc = b64_encode(out, *(const Str *)value); break;
	case SHAPE_I64: rc = buf_printf(out, "%" PRId64, *(const int64_t *)value); break;
	case SHAPE_OPT_I64: rc = buf_printf(out, "%" PRId64, ((const OptI64 *)value)->v); break;
	case SHAPE_NUM: rc = put_num(out, *(const double *)value); break;
	case SHAPE_OPT_NUM: rc = put_num(out, ((const OptNum *)value)->v); break;
	case SHAPE_BOOL: rc = buf_puts(out, *(const bool *)value ? "true" : "false"); break;
	case SHAPE_OPT_BOOL: rc = buf_puts(out, ((const OptBool *)value)->v ? "true" : "false"); break;
	case SHAPE_TIME: case SHAPE_TIME_ISO: rc = put_time(out, *(const int64_t *)value, header); break;
	case SHAPE_STRUCT: return err_set(e, "%s: a struct has no text form", m->name);
	}
	return rc < 0 ? err_set(e, "%s: too long", m->name) : 0;
}

static int take_bool(Str text, bool *out)
{
	if (!str_is(text, "true") && !str_is(text, "false"))
		return -1;
	*out = str_is(text, "true");
	return 0;
}

static int take_time(Str text, int64_t *ms)
{
	if (time_parse_iso(text, ms) == 0 || time_parse_http(text, ms) == 0)
		return 0;
	return str_scaled(text, 3, ms);
}

static int take_blob(Arena *a, Str text, Str *out)
{
	Buf bytes = { 0 };
	int rc = b64_decode(&bytes, text);

	if (rc == 0)
		*out = arena_str(a, buf_str(&bytes));
	buf_wipe_done(&bytes);
	return rc;
}

static bool is_name(Str s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return false;
	return s.n > 0;
}

int shape_take_text(Arena *a, const ShapeMember *m, Str text, void *value, Err *e)
{
	int rc = 0;

	if ((m->flags & SHAPE_NAME) && !is_name(text))
		return err_set(e, "%s: %s", m->name, text.n ? "has a control character" : "empty");
	switch (m->kind) {
	case SHAPE_STR: case SHAPE_DOC: *(Str *)value = arena_str(a, text); break;
	case SHAPE_BLOB: rc = take_blob(a, text, value); break;
	case SHAPE_I64: rc = str_i64(text, value); break;
	case SHAPE_OPT_I64: ((OptI64 *)value)->has = true; rc = str_i64(text, &((OptI64 *)value)->v); break;
	case SHAPE_NUM: rc = json_text_num(text, value); break;
	case SHAPE_OPT_NUM: ((OptNum *)value)->has = true; rc = json_text_num(text, &((OptNum *)value)->v); break;
	case SHAPE_BOOL: rc = take_bool(text, value); break;
	case SHAPE_OPT_BOOL: ((OptBool *)value)->has = true; rc = take_bool(text, &((OptBool *)value)->v); break;
	case SHAPE_TIME: case SHAPE_TIME_ISO: rc = take_time(text, value); break;
	case SHAPE_STRUCT: rc = -1; break;
	}
	return rc < 0 ? err_set(e, "%s: not the kind of value that belongs there", m->name) : 0;
}

/* --- awsQuery --- */

/* The path of the member under way, "Filters.member.1.Name"; steps are appended and cut off again. */
typedef struct Form { Buf path, *out; Err *e; } Form;

static int put_fields(Form *x, const Shape *s, const void *in);

static void cut_path(Form *x, size_t n)
{
	x->path.n = n;
	if (x->path.p)
		x->path.p[n] = 0;
}

static int put_field(Form *x, const ShapeMember *m, const void *value)
{
	Buf text = { 0 };
	int rc;

	if (m->kind == SHAPE_STRUCT)
		return put_fields(x, m->of, value);
	rc = shape_put_text(&text, m, value, false, x->e);
	if (rc == 0 && (buf_printf(x->out, "&%s=", buf_cstr(&x->path)) < 0 || uri_encode(x->out, buf_str(&text), false) < 0))
		rc = err_set(x->e, "%s: too long", m->name);
	buf_wipe_done(&text);
	return rc;
}

static int put_entry(Form *x, const ShapeMember *m, const char *element, size_t i)
{
	const ShapeMember key = { .name = m->name, .kind = SHAPE_STR };
	size_t mark;

	(void)buf_printf(&x->path, ".entry.%zu", i + 1);
	mark = x->path.n;
	(void)buf_puts(&x->path, ".key");
	if (put_field(x, &key, element) < 0)
		return -1;
	cut_path(x, mark);
	(void)buf_puts(&x->path, ".value");
	return put_field(x, m, element + sizeof(Str));
}

static int put_elements(Form *x, const ShapeMember *m, const void *base)
{
	const char *v;
	size_t n = shape_list(m, base, &v), mark = x->path.n;
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < n; i++, v += m->size) {
		if (m->flags & SHAPE_MAP) {
			rc = put_entry(x, m, v, i);
		} else {
			if (!(m->flags & SHAPE_FLAT))
				(void)buf_printf(&x->path, ".%s", m->item ? m->item : "member");
			(void)buf_printf(&x->path, ".%zu", i + 1);
			rc = put_field(x, m, v);
		}
		cut_path(x, mark);
	}
	return rc;
}

static int put_fields(Form *x, const Shape *s, const void *in)
{
	size_t mark = x->path.n;
	int rc = 0;

	for (const ShapeMember *m = s->member; rc == 0 && m->name; m++) {
		if (!(m->flags & (SHAPE_MUST | SHAPE_ALWAYS)) && shape_empty(m, in))
			continue;
		(void)buf_printf(&x->path, "%s%s", mark ? "." : "", m->wire ? m->wire : m->name);
		rc = m->flags & (SHAPE_LIST | SHAPE_MAP) ? put_elements(x, m, in) : put_field(x, m, (const char *)in + m->at);
		cut_path(x, mark);
	}
	return rc;
}

int shape_put_form(const Shape *s, const void *in, Buf *out, Err *e)
{
	Form x = { .out = out, .e = e };
	int rc = put_fields(&x, s, in);

	buf_done(&x.path);
	return rc;
}

/* --- XML in --- */

static int take_node(Arena *a, const ShapeMember *m, const XmlNode *n, void *value, Err *e)
{
	if (m->kind == SHAPE_STRUCT)
		return shape_take_xml(a, m->of, n, value, e);
	/* Blanks around a text belong to it, as around a key of S3; around a number they mean nothing. */
	return shape_take_text(a, m, m->kind == SHAPE_STR ? n->text : str_trim(n->text), value, e);
}

static const XmlNode *next_named(const XmlNode *n, const char *name)
{
	while (n && name && !str_is(n->name, name))
		n = n->next;
	return n;
}

static int take_list(Arena *a, const ShapeMember *m, const XmlNode *first, const char *name, void *base, Err *e)
{
	size_t n = 0;
	char *to;

	for (const XmlNode *i = next_named(first, name); i; i = next_named(i->next, name))
		n++;
	to = shape_list_new(a, m, base, n);
	for (const XmlNode *i = next_named(first, name); i; i = next_named(i->next, name), to += m->size)
		if (take_node(a, m, i, to, e) < 0)
			return -1;
	return 0;
}

static int take_map(Arena *a, const ShapeMember *m, const XmlNode *first, void *base, Err *e)
{
	size_t n = 0;
	char *to;

	for (const XmlNode *i = next_named(first, "entry"); i; i = next_named(i->next, "entry"))
		n++;
	to = shape_list_new(a, m, base, n);
	for (const XmlNode *i = next_named(first, "entry"); i; i = next_named(i->next, "entry"), to += m->size) {
		const XmlNode *key = xml_find(i, "key"), *value = xml_find(i, "value");

		*(Str *)(void *)to = key ? arena_str(a, key->text) : STR("");
		if (value && take_node(a, m, value, to + sizeof(Str), e) < 0)
			return -1;
	}
	return 0;
}

int shape_take_xml(Arena *a, const Shape *s, const XmlNode *n, void *out, Err *e)
{
	for (const ShapeMember *m = s->member; m->name; m++) {
		const char *name = m->wire ? m->wire : m->name;
		const XmlNode *found = xml_find(n, name);
		int rc;

		if (m->place != PLACE_BODY)
			continue;
		if (!found && (m->flags & SHAPE_MUST))
			return err_set(e, "%.*s/%s: missing", n->name.n > 40 ? 40 : STR_ARG(n->name), name);
		if (!found)
			continue;
		if (m->flags & SHAPE_MAP)
			rc = take_map(a, m, found->child, out, e);
		else if (m->flags & SHAPE_LIST)
			rc = m->flags & SHAPE_FLAT ? take_list(a, m, n->child, name, out, e)
			                           : take_list(a, m, found->child, m->item ? m->item : "member", out, e);
		else if (next_named(found->next, name))
			rc = err_set(e, "%s: there twice", name);
		else
			rc = take_node(a, m, found, (char *)out + m->at, e);
		if (rc < 0)
			return err_wrap(e, "%.*s", n->name.n > 40 ? 40 : STR_ARG(n->name));
	}
	return 0;
}

/* --- XML out --- */

static void put_escaped(Buf *out, Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		switch (s.p[i]) {
		case '&': (void)buf_puts(out, "&amp;"); break;
		case '<': (void)buf_puts(out, "&lt;"); break;
		case '>': (void)buf_puts(out, "&gt;"); break;
		case '"': (void)buf_puts(out, "&quot;"); break;
		case '\r': (void)buf_puts(out, "&#13;"); break;
		default: (void)buf_putc(out, s.p[i]);
		}
	}
}

static int put_element(const ShapeMember *m, const char *name, const void *value, Buf *out, Err *e)
{
	Buf text = { 0 };
	int rc;

	(void)buf_printf(out, "<%s>", name);
	if (m->kind == SHAPE_STRUCT) {
		rc = shape_put_xml(m->of, value, out, e);
	} else {
		rc = shape_put_text(&text, m, value, false, e);
		put_escaped(out, buf_str(&text));
	}
	buf_wipe_done(&text);
	(void)buf_printf(out, "</%s>", name);
	return rc;
}

static int put_xml_list(const ShapeMember *m, const char *name, const void *base, Buf *out, Err *e)
{
	const char *item = m->flags & SHAPE_FLAT ? name : m->item ? m->item : "member", *v;
	size_t n = shape_list(m, base, &v);
	ShapeMember key = { .name = m->name, .kind = SHAPE_STR };
	int rc = 0;

	if (!(m->flags & SHAPE_FLAT))
		(void)buf_printf(out, "<%s>", name);
	for (size_t i = 0; rc == 0 && i < n; i++, v += m->size) {
		if (!(m->flags & SHAPE_MAP)) {
			rc = put_element(m, item, v, out, e);
			continue;
		}
		(void)buf_puts(out, "<entry>");
		rc = put_element(&key, "key", v, out, e) < 0 || put_element(m, "value", v + sizeof(Str), out, e) < 0 ? -1 : 0;
		(void)buf_puts(out, "</entry>");
	}
	if (!(m->flags & SHAPE_FLAT))
		(void)buf_printf(out, "</%s>", name);
	return rc;
}

int shape_put_xml(const Shape *s, const void *in, Buf *out, Err *e)
{
	int rc = 0;

	for (const ShapeMember *m = s->member; rc == 0 && m->name; m++) {
		const char *name = m->wire ? m->wire : m->name;

		if (m->place != PLACE_BODY || (!(m->flags & (SHAPE_MUST | SHAPE_ALWAYS)) && shape_empty(m, in)))
			continue;
		rc = m->flags & (SHAPE_LIST | SHAPE_MAP) ? put_xml_list(m, name, in, out, e)
		                                         : put_element(m, name, (const char *)in + m->at, out, e);
	}
	return rc == 0 && out->full ? err_set(e, "the XML is too big") : rc;
}
