#include "api/shape.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "wire/text.h"
#include "wire/time8601.h"

/* Three bytes "{}," become a struct of hundreds: a page of any service is far below, and only a hostile answer above. */
enum { LISTS_MAX_BYTES = 128 << 20 };

typedef struct ListHead { void *v; size_t n; } ListHead;
typedef struct Put { JsonW *w; ShapeForm form; Err *e; } Put;
typedef struct Take { Arena *a; ShapeForm form; Err *e; size_t room; } Take;

size_t shape_list(const ShapeMember *m, const void *base, const char **elements)
{
	ListHead head;

	memcpy(&head, (const char *)base + m->at, sizeof head);     /* any LIST_OF() is laid out like this */
	*elements = head.v;
	return head.n;
}

char *shape_list_new(Arena *a, const ShapeMember *m, void *base, size_t n)
{
	ListHead head = { arena_alloc_array(a, n ? n : 1, m->size), n };

	memcpy((char *)base + m->at, &head, sizeof head);
	return head.v;
}

const ShapeMember *shape_payload(const Shape *s)
{
	for (const ShapeMember *m = s->member; m->name; m++)
		if (m->place == PLACE_PAYLOAD)
			return m;
	return NULL;
}

static bool struct_empty(const Shape *s, const void *base)
{
	for (const ShapeMember *m = s->member; m->name; m++)
		if (!shape_empty(m, base))
			return false;
	return true;
}

bool shape_empty(const ShapeMember *m, const void *base)
{
	const void *p = (const char *)base + m->at;
	const char *elements;

	if (m->flags & (SHAPE_LIST | SHAPE_MAP))
		return shape_list(m, base, &elements) == 0;
	switch (m->kind) {
	case SHAPE_STR: case SHAPE_BLOB: case SHAPE_DOC: return ((const Str *)p)->n == 0;
	case SHAPE_I64: case SHAPE_TIME: case SHAPE_TIME_ISO: return *(const int64_t *)p == 0;
	case SHAPE_NUM: return *(const double *)p == 0;
	case SHAPE_BOOL: return !*(const bool *)p;
	case SHAPE_OPT_I64: return !((const OptI64 *)p)->has;
	case SHAPE_OPT_NUM: return !((const OptNum *)p)->has;
	case SHAPE_OPT_BOOL: return !((const OptBool *)p)->has;
	case SHAPE_STRUCT: return struct_empty(m->of, p);
	}
	return true;
}

/* --- out --- */

static int put_shape(Put *x, const Shape *s, const void *base);

static int put_str(Put *x, const char *name, Str s)
{
	if (str_has_nul(s) || !utf8_valid(s))
		return err_kind(x->e, ERR_USAGE, "%s: not valid UTF-8 text", name);
	jw_str(x->w, s);
	return 0;
}

static int put_blob(Put *x, const char *name, Str s)
{
	Buf text = { 0 };
	int rc = b64_encode(&text, s);

	if (rc == 0)
		jw_str(x->w, buf_str(&text));
	buf_wipe_done(&text);
	return rc < 0 ? err_set(x->e, "%s: too big", name) : 0;
}

static int put_doc(Put *x, const char *name, Str s)
{
	if (!s.n)
		s = STR("null");
	if (json_check(s, s.n, x->e) < 0)
		return err_wrap(x->e, "%s", name);
	jw_raw(x->w, s);
	return 0;
}

static void put_time(Put *x, const ShapeMember *m, int64_t ms)
{
	char text[TIME_TEXT];

	if (x->form == SHAPE_PLAIN) {
		jw_i64(x->w, ms);
	} else if (m->kind == SHAPE_TIME_ISO) {
		time_format_iso(ms, text);
		jw_cstr(x->w, text);
	} else if (ms % 1000) {
		(void)snprintf(text, sizeof text, "%s%" PRId64 ".%03" PRId64, ms < 0 ? "-" : "", ms < 0 ? -(ms / 1000) : ms / 1000,
		               ms < 0 ? -(ms % 1000) : ms % 1000);
		jw_raw(x->w, str_of(text));
	} else {
		jw_i64(x->w, ms / 1000);
	}
}

static int put_value(Put *x, const ShapeMember *m, const void *p)
{
	switch (m->kind) {
	case SHAPE_STR: return put_str(x, m->name, *(const Str *)p);
	case SHAPE_BLOB: return put_blob(x, m->name, *(const Str *)p);
	case SHAPE_DOC: return put_doc(x, m->name, *(const Str *)p);
	case SHAPE_STRUCT: return put_shape(x, m->of, p);
	case SHAPE_I64: jw_i64(x->w, *(const int64_t *)p); break;
	case SHAPE_NUM: jw_num(x->w, *(const double *)p); break;
	case SHAPE_BOOL: jw_bool(x->w, *(const bool *)p); break;
	case SHAPE_OPT_I64: jw_i64(x->w, ((const OptI64 *)p)->v); break;
	case SHAPE_OPT_NUM: jw_num(x->w, ((const OptNum *)p)->v); break;
	case SHAPE_OPT_BOOL: jw_bool(x->w, ((const OptBool *)p)->v); break;
	case SHAPE_TIME: case SHAPE_TIME_ISO: put_time(x, m, *(const int64_t *)p); break;
	}
	return 0;
}

static int put_list(Put *x, const ShapeMember *m, const void *base)
{
	const char *v;
	size_t n = shape_list(m, base, &v);
	int rc = 0;

	jw_array(x->w);
	for (size_t i = 0; rc == 0 && i < n; i++)
		rc = put_value(x, m, v + i * m->size);
	if (rc == 0)
		jw_array_end(x->w);
	return rc;
}

static int put_map(Put *x, const ShapeMember *m, const void *base)
{
	const char *v;
	size_t n = shape_list(m, base, &v);
	int rc = 0;

	jw_object(x->w);
	for (size_t i = 0; rc == 0 && i < n; i++) {
		Str key = *(const Str *)(const void *)(v + i * m->size);

		if (str_has_nul(key) || !utf8_valid(key))
			return err_kind(x->e, ERR_USAGE, "%s: a key is not valid UTF-8 text", m->name);
		jw_key_str(x->w, key);
		rc = put_value(x, m, v + i * m->size + sizeof(Str));
	}
	if (rc == 0)
		jw_object_end(x->w);
	return rc;
}

static int put_member(Put *x, const ShapeMember *m, const void *base)
{
	if (m->flags & SHAPE_LIST)
		return put_list(x, m, base);
	if (m->flags & SHAPE_MAP)
		return put_map(x, m, base);
	return put_value(x, m, (const char *)base + m->at);
}

static int put_shape(Put *x, const Shape *s, const void *base)
{
	int rc = 0;

	if (s->bare)
		return put_member(x, s->member, base);
	jw_object(x->w);
	for (const ShapeMember *m = s->member; rc == 0 && m->name; m++) {
		if (x->form == SHAPE_WIRE && m->place != PLACE_BODY)
			continue;
		if (!(m->flags & (SHAPE_MUST | SHAPE_ALWAYS)) && shape_empty(m, base))
			continue;
		jw_key(x->w, x->form == SHAPE_WIRE && m->wire ? m->wire : m->name);
		rc = put_member(x, m, base);
	}
	if (rc == 0)
		jw_object_end(x->w);
	return rc;
}

int shape_put_json(const Shape *s, ShapeForm form, const void *in, JsonW *w, Err *e)
{
	Put x = { w, form, e };

	return put_shape(&x, s, in);
}

/* --- in --- */

static int take_shape(Take *x, const Shape *s, JsonVal v, void *base);

static int take_blob(Take *x, JsonVal v, Str *out)
{
	Buf bytes = { 0 };
	Str text;
	int rc = -1;

	if (jv_as_str(v, &text, x->e) < 0)
		return -1;
	if (b64_decode(&bytes, text) == 0) {
		*out = arena_str(x->a, buf_str(&bytes));
		rc = 0;
	}
	buf_wipe_done(&bytes);
	return rc < 0 ? jv_bad(v, "not base64", x->e) : 0;
}

static void take_doc(Take *x, JsonVal v, Str *out)
{
	Buf text = { 0 };

	(void)jv_write(v, &text);      /* no longer than the document that it came from, which had a cap */
	*out = arena_str(x->a, buf_str(&text));
	buf_done(&text);
}

/* What is not a finite number comes as text (Smithy, "JSON number"). */
static int take_num(Take *x, JsonVal v, double *out)
{
	static const struct { const char *text; double v; } words[] = { { "NaN", NAN }, { "Infinity", INFINITY }, { "-Infinity", -INFINITY } };
	Str text;

	if (jv_type(v) != JV_STRING)
		return jv_as_num(v, out, x->e);
	if (jv_as_str(v, &text, x->e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		if (str_is(text, words[i].text)) {
			*out = words[i].v;
			return 0;
		}
	}
	return jv_bad(v, "not a number", x->e);
}

/* Epoch seconds with or without a fraction, or ISO 8601: services differ, and some within one answer. */
static int take_time(Take *x, JsonVal v, int64_t *out)
{
	Str text;

	if (x->form == SHAPE_PLAIN)
		return jv_as_i64(v, out, x->e);
	if (jv_type(v) == JV_NUMBER)
		return str_scaled(jv_number_text(v), 3, out) < 0 ? jv_bad(v, "not a time", x->e) : 0;
	if (jv_as_str(v, &text, x->e) < 0)
		return -1;
	return time_parse_iso(text, out) < 0 ? jv_bad(v, "not a time", x->e) : 0;
}

static int take_value(Take *x, const ShapeMember *m, JsonVal v, void *p)
{
	switch (m->kind) {
	case SHAPE_STR: return m->flags & SHAPE_NAME ? jv_as_name(v, p, x->e) : jv_as_str(v, p, x->e);
	case SHAPE_I64: return jv_as_i64(v, p, x->e);
	case SHAPE_NUM: return take_num(x, v, p);
	case SHAPE_BOOL: return jv_as_bool(v, p, x->e);
	case SHAPE_OPT_I64: ((OptI64 *)p)->has = true; return jv_as_i64(v, &((OptI64 *)p)->v, x->e);
	case SHAPE_OPT_NUM: ((OptNum *)p)->has = true; return take_num(x, v, &((OptNum *)p)->v);
	case SHAPE_OPT_BOOL: ((OptBool *)p)->has = true; return jv_as_bool(v, &((OptBool *)p)->v, x->e);
	case SHAPE_TIME: case SHAPE_TIME_ISO: return take_time(x, v, p);
	case SHAPE_BLOB: return take_blob(x, v, p);
	case SHAPE_DOC: take_doc(x, v, p); return 0;
	case SHAPE_STRUCT: return take_shape(x, m->of, v, p);
	}
	return 0;
}

/* Room for the elements of v; NULL when all lists of this answer together take too much. */
static char *list_room(Take *x, const ShapeMember *m, JsonVal v, void *base)
{
	if (jv_count(v) > x->room / m->size) {
		(void)jv_bad(v, "more elements than this program takes", x->e);
		return NULL;
	}
	x->room -= jv_count(v) * m->size;
	return shape_list_new(x->a, m, base, jv_count(v));
}

static int take_list(Take *x, const ShapeMember *m, JsonVal v, void *base)
{
	char *to;
	size_t n = 0;

	if (jv_type(v) != JV_ARRAY)
		return jv_bad(v, "not a list", x->e);
	if (!(to = list_room(x, m, v, base)))
		return -1;
	for (size_t i = 0; i < jv_count(v); i++) {
		if (jv_is_absent(jv_at(v, i)) && m->kind != SHAPE_DOC)
			continue;      /* a null in a list that is not sparse: as absent */
		if (take_value(x, m, jv_at(v, i), to + n++ * m->size) < 0)
			return -1;
	}
	((ListHead *)(void *)((char *)base + m->at))->n = n;
	return 0;
}

static int take_map(Take *x, const ShapeMember *m, JsonVal v, void *base)
{
	char *to;

	if (jv_type(v) != JV_OBJECT)
		return jv_bad(v, "not an object", x->e);
	if (!(to = list_room(x, m, v, base)))
		return -1;
	for (size_t i = 0; i < jv_count(v); i++, to += m->size) {
		JsonVal one = jv_member_at(v, i, (Str *)(void *)to);

		if (!jv_is_absent(one) && take_value(x, m, one, to + sizeof(Str)) < 0)
			return -1;
	}
	return 0;
}

static int take_member(Take *x, const ShapeMember *m, JsonVal v, void *base)
{
	if (m->flags & SHAPE_LIST)
		return take_list(x, m, v, base);
	if (m->flags & SHAPE_MAP)
		return take_map(x, m, v, base);
	return take_value(x, m, v, (char *)base + m->at);
}

static int take_shape(Take *x, const Shape *s, JsonVal v, void *base)
{
	if (s->bare)
		return take_member(x, s->member, v, base);
	if (jv_type(v) != JV_OBJECT)
		return jv_bad(v, "not an object", x->e);
	for (const ShapeMember *m = s->member; m->name; m++) {
		JsonVal one;
		int found;

		if (x->form == SHAPE_WIRE && m->place != PLACE_BODY)
			continue;
		found = jv_member(v, x->form == SHAPE_WIRE && m->wire ? m->wire : m->name, m->flags & SHAPE_MUST, &one, x->e);
		if (found < 0 || (found && take_member(x, m, one, base) < 0))
			return -1;
	}
	return 0;
}

int shape_take_json(Arena *a, const Shape *s, ShapeForm form, JsonVal v, void *out, Err *e)
{
	Take x = { a, form, e, LISTS_MAX_BYTES };

	return take_shape(&x, s, v, out);
}

int shape_parse_json(Arena *a, const Shape *s, Str text, size_t max_bytes, void *out, Err *e)
{
	JsonVal root;

	return jv_parse(a, text, max_bytes, &root, e) < 0 ? -1 : shape_take_json(a, s, SHAPE_WIRE, root, out, e);
}
