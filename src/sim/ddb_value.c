#include "sim/ddb_value.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/ddb_number.h"
#include "wire/text.h"

static const char *const type_names[] = { "S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS" };
enum { TYPES = sizeof type_names / sizeof *type_names };

int ddb_fail(DdbCall *c, const char *code, const char *fmt, ...)
{
	char text[2048];
	va_list ap;

	if (c->code)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);   /* a cut sentence is still a sentence */
	va_end(ap);
	c->code = code;
	c->message = arena_str(c->arena, str_of(text));
	return -1;
}

static Av *bad(DdbCall *c, const char *code, const char *text)
{
	(void)ddb_fail(c, code, "%s", text);
	return NULL;
}

const char *av_type_name(AvType t)
{
	return type_names[t];
}

Av *av_new(Arena *a, AvType type)
{
	Av *v = ARENA_NEW(a, Av);

	v->type = type;
	return v;
}

static void grow(Arena *a, Av *v)
{
	size_t cap = v->cap ? v->cap * 2 : 4;
	Av **items;
	Str *names;

	if (v->n < v->cap)
		return;
	items = ARENA_ARRAY(a, Av *, cap);
	names = v->type == AV_M ? ARENA_ARRAY(a, Str, cap) : NULL;
	if (v->n) {
		memcpy(items, v->items, v->n * sizeof *items);
		if (names)
			memcpy(names, v->names, v->n * sizeof *names);
	}
	v->items = items;
	v->names = names;
	v->cap = cap;
}

void av_push(Arena *a, Av *list, Av *v)
{
	grow(a, list);
	list->items[list->n++] = v;
}

/* For names that are known to be new. */
static void append_member(Arena *a, Av *m, Str name, Av *v)
{
	grow(a, m);
	m->names[m->n] = name;
	m->items[m->n++] = v;
}

static Av *scalar_text(DdbCall *c, AvType type, JsonVal v)
{
	Av *out = av_new(c->arena, type);
	Buf bytes = { 0 };
	const char *wrong;
	Dec d;
	Str s;

	if (jv_as_str(v, &s, NULL) < 0)
		return bad(c, "SerializationException", "Unexpected field type");
	out->text = s;
	if (type == AV_N) {
		if ((wrong = dec_parse(s, &d))) {
			(void)ddb_invalid(c, strstr(wrong, "cannot be converted") ? "%s: %.*s" : "%s", wrong, STR_ARG(str_sub(s, 0, 100)));
			return NULL;
		}
		out->text = dec_text(c->arena, &d);
	} else if (type == AV_B) {
		if (b64_decode(&bytes, s) < 0) {
			buf_done(&bytes);
			return bad(c, "SerializationException", "Base64 is not valid");
		}
		out->text = arena_str(c->arena, buf_str(&bytes));
		buf_done(&bytes);
	}
	return out;
}

static Av *list_from_json(DdbCall *c, AvType type, JsonVal v)
{
	Av *out = av_new(c->arena, type);

	if (jv_type(v) != JV_ARRAY)
		return bad(c, "SerializationException", "Unexpected field type");
	for (size_t i = 0; i < jv_count(v); i++) {
		AvType of = type == AV_SS ? AV_S : type == AV_NS ? AV_N : AV_B;
		Av *item = type == AV_L ? av_from_json(c, jv_at(v, i)) : scalar_text(c, of, jv_at(v, i));

		if (!item)
			return NULL;
		if (type != AV_L && av_has(out, item))
			return bad(c, "ValidationException", "One or more parameter values were invalid: Input collection contains duplicates.");
		av_push(c->arena, out, item);
	}
	if (type != AV_L && !out->n) {
		(void)ddb_invalid(c, "One or more parameter values were invalid: An %s set  may not be empty",
		                  type == AV_SS ? "string" : type == AV_NS ? "number" : "binary");
		return NULL;
	}
	return out;
}

static Av *flag_from_json(DdbCall *c, AvType type, JsonVal v)
{
	Av *out = av_new(c->arena, type);

	if (jv_type(v) != JV_TRUE && jv_type(v) != JV_FALSE)
		return bad(c, "SerializationException", "Unexpected field type");
	out->flag = jv_type(v) == JV_TRUE;
	if (type == AV_NULL && !out->flag)
		return bad(c, "ValidationException",
		           "One or more parameter values were invalid: Null attribute value types must have the value of true");
	return out;
}

Av *av_from_json(DdbCall *c, JsonVal v)
{
	size_t type = 0;
	JsonVal inner;
	Str key;

	if (jv_type(v) != JV_OBJECT)
		return bad(c, "SerializationException", "Unexpected value type in payload");
	if (jv_count(v) > 1)
		return bad(c, "ValidationException", "Supplied AttributeValue has more than one datatypes set, "
		                                     "must contain exactly one of the supported datatypes");
	inner = jv_member_at(v, 0, &key);
	while (inner.node && type < TYPES && !str_is(key, type_names[type]))
		type++;
	if (!inner.node || type == TYPES)
		return bad(c, "ValidationException",
		           "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes");
	switch ((AvType)type) {
	case AV_S:
	case AV_N:
	case AV_B:
		return scalar_text(c, (AvType)type, inner);
	case AV_BOOL:
	case AV_NULL:
		return flag_from_json(c, (AvType)type, inner);
	case AV_M:
		return av_item_from_json(c, inner);
	case AV_L:
	case AV_SS:
	case AV_NS:
	case AV_BS:
		break;
	}
	return list_from_json(c, (AvType)type, inner);
}

Av *av_item_from_json(DdbCall *c, JsonVal v)
{
	Av *m = av_new(c->arena, AV_M), *item;
	JsonVal inner;
	Str name;

	if (jv_type(v) != JV_OBJECT)
		return bad(c, "SerializationException", "Unexpected field type");
	for (size_t i = 0; i < jv_count(v); i++) {
		inner = jv_member_at(v, i, &name);
		if (jv_is_twice(inner))
			return bad(c, "SerializationException", "A member is given twice");
		if (!(item = av_from_json(c, inner)))
			return NULL;
		append_member(c->arena, m, name, item);
	}
	return m;
}

Av *av_item_from_text(DdbCall *c, Str json)
{
	JsonVal v;
	Err e = { 0 };

	if (jv_parse(c->arena, json, BUF_DEFAULT_MAX, &v, &e) < 0) {
		(void)ddb_fail(c, "InternalServerError", "stored item: %s", e.text);
		return NULL;
	}
	return av_item_from_json(c, v);
}

static void write_scalar(JsonW *w, const Av *v)
{
	Buf b64 = { 0 };

	if (v->type != AV_B) {
		jw_str(w, v->text);
		return;
	}
	(void)b64_encode(&b64, v->text);   /* an item is at most 400 KB */
	jw_str(w, buf_str(&b64));
	buf_done(&b64);
}

void av_write(JsonW *w, const Av *v)
{
	jw_object(w);
	jw_key(w, type_names[v->type]);
	switch (v->type) {
	case AV_S:
	case AV_N:
	case AV_B:
		write_scalar(w, v);
		break;
	case AV_BOOL:
	case AV_NULL:
		jw_bool(w, v->flag);
		break;
	case AV_M:
		av_write_item(w, v);
		break;
	case AV_L:
	case AV_SS:
	case AV_NS:
	case AV_BS:
		jw_array(w);
		for (size_t i = 0; i < v->n; i++) {
			if (v->type == AV_L)
				av_write(w, v->items[i]);
			else
				write_scalar(w, v->items[i]);
		}
		jw_array_end(w);
	}
	jw_object_end(w);
}

void av_write_item(JsonW *w, const Av *m)
{
	jw_object(w);
	for (size_t i = 0; i < m->n; i++) {
		jw_key_str(w, m->names[i]);
		av_write(w, m->items[i]);
	}
	jw_object_end(w);
}

Av *av_copy(Arena *a, const Av *v)
{
	Av *out = av_new(a, v->type);

	out->text = v->text;
	out->flag = v->flag;
	for (size_t i = 0; i < v->n; i++) {
		if (v->type == AV_M)
			append_member(a, out, v->names[i], av_copy(a, v->items[i]));
		else
			av_push(a, out, av_copy(a, v->items[i]));
	}
	return out;
}

static size_t index_of(const Av *m, Str name)
{
	size_t i = 0;

	while (i < m->n && !str_eq(m->names[i], name))
		i++;
	return i;
}

Av *av_get(const Av *m, Str name)
{
	size_t i;

	if (!m || m->type != AV_M)
		return NULL;
	i = index_of(m, name);
	return i < m->n ? m->items[i] : NULL;
}

void av_set(Arena *a, Av *m, Str name, Av *v)
{
	size_t i = index_of(m, name);

	if (i < m->n)
		m->items[i] = v;
	else
		append_member(a, m, name, v);
}

void av_take_at(Av *list, size_t i)
{
	if (i >= list->n)
		return;
	list->n--;
	memmove(list->items + i, list->items + i + 1, (list->n - i) * sizeof *list->items);
	if (list->names)
		memmove(list->names + i, list->names + i + 1, (list->n - i) * sizeof *list->names);
}

void av_remove(Av *m, Str name)
{
	av_take_at(m, index_of(m, name));
}

bool av_is_set(const Av *v)
{
	return v->type == AV_SS || v->type == AV_NS || v->type == AV_BS;
}

bool av_has(const Av *list, const Av *v)
{
	for (size_t i = 0; i < list->n; i++)
		if (av_equal(list->items[i], v))
			return true;
	return false;
}

bool av_equal(const Av *a, const Av *b)
{
	const Av *other;

	if (a->type != b->type || a->n != b->n || a->flag != b->flag || !str_eq(a->text, b->text))
		return false;
	for (size_t i = 0; i < a->n; i++) {
		if (av_is_set(a) ? !av_has(b, a->items[i]) : a->type == AV_L && !av_equal(a->items[i], b->items[i]))
			return false;
		if (a->type == AV_M && (!(other = av_get(b, a->names[i])) || !av_equal(a->items[i], other)))
			return false;
	}
	return true;
}

bool av_order(const Av *a, const Av *b, int *out)
{
	Dec x, y;

	if (a->type != b->type || (a->type != AV_S && a->type != AV_N && a->type != AV_B))
		return false;
	if (a->type == AV_N) {
		if (dec_parse(a->text, &x) || dec_parse(b->text, &y))
			return false;
		*out = dec_cmp(&x, &y);
	} else {
		*out = str_cmp(a->text, b->text);
	}
	return true;
}

size_t av_size(const Av *v)
{
	size_t sum = 0;

	switch (v->type) {
	case AV_S:
	case AV_B:
		return v->text.n;
	case AV_N:
		return v->text.n / 2 + 2;   /* about one byte for two digits */
	case AV_BOOL:
	case AV_NULL:
		return 1;
	case AV_M:
	case AV_L:
		sum = 3;
		break;
	case AV_SS:
	case AV_NS:
	case AV_BS:
		break;
	}
	for (size_t i = 0; i < v->n; i++)
		sum += av_size(v->items[i]) + (v->type == AV_M ? v->names[i].n : 0) + (sum && (v->type == AV_M || v->type == AV_L));
	return sum;
}
