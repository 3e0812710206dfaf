#include <string.h>

#include "wire/jsonval.h"
#include "wire/jsonval_node.h"

/* A getter's three outcomes; -1 carries an Err. */
enum { GOT = 1, ABSENT = 0, BAD = -1 };

static void put_step(Buf *path, const JvNode *node)
{
	const JvNode *parent = node->parent;
	size_t i = (size_t)(node - jv_kids(parent));

	if (parent->type == JV_ARRAY)
		(void)buf_printf(path, "[%zu]", i);   /* a path that does not fit is cut: it is for a reader */
	else
		(void)buf_printf(path, "%s%.*s", path->n ? "." : "", STR_ARG(str_sub(parent->u.members->keys[i], 0, 64)));
}

/* "Items[3].tokens"; keys come from outside: control characters become '?'. */
static void path_of(const JvNode *node, Buf *path)
{
	const JvNode *chain[JSON_DEPTH_MAX + 1];
	size_t n = 0;

	for (; node && node->parent; node = node->parent)
		chain[n++] = node;
	while (n)
		put_step(path, chain[--n]);
}

static int bad_at(const JvNode *node, const char *key, const char *what, Err *e)
{
	Buf path;

	buf_init(&path, 480);
	path_of(node, &path);
	if (key)
		(void)buf_printf(&path, "%s%s", path.n ? "." : "", key);
	for (size_t i = 0; i < path.n; i++)
		if ((unsigned char)path.p[i] < 0x20 || path.p[i] == 0x7F)
			path.p[i] = '?';
	if (path.n)
		err_set(e, "%s: %s", buf_cstr(&path), what);
	else
		err_set(e, "%s", what);
	buf_done(&path);
	return BAD;
}

/* The outermost thing on the way to node that stands there twice, or NULL. */
static const JvNode *find_twice(const JvNode *node)
{
	const JvNode *found = NULL;

	for (; node; node = node->parent)
		if (node->twice)
			found = node;
	return found;
}

bool jv_is_twice(JsonVal v)
{
	return find_twice(v.node) != NULL;
}

/* The member, checked for the mistakes that all getters refuse. */
static int member(JsonVal object, const char *key, bool needed, JsonVal *out, Err *e)
{
	const JvNode *twice;

	*out = jv_get(object, key);
	if ((twice = find_twice(out->node ? out->node : object.node)))
		return bad_at(twice, NULL, "given twice", e);
	if (object.node && object.node->type != JV_OBJECT && (needed || object.node->type != JV_NULL))
		return bad_at(object.node, NULL, "not an object", e);
	if (!jv_is_absent(*out))
		return GOT;
	return needed ? bad_at(object.node, key, "missing", e) : ABSENT;
}

static int as_str(JsonVal v, Str *out, Err *e)
{
	if (jv_type(v) != JV_STRING)
		return bad_at(v.node, NULL, "not a string", e);
	*out = (Str){ v.node->u.text, v.node->n };
	return 0;
}

static int as_name(JsonVal v, Str *out, Err *e)
{
	Str s;

	if (as_str(v, &s, e) < 0)
		return BAD;
	if (!s.n)
		return bad_at(v.node, NULL, "empty", e);
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 0x20 || s.p[i] == 0x7F)
			return bad_at(v.node, NULL, "has a control character", e);
	*out = s;
	return 0;
}

static int as_i64(JsonVal v, int64_t *out, Err *e)
{
	if (jv_type(v) != JV_NUMBER || json_text_i64(jv_number_text(v), out) < 0)
		return bad_at(v.node, NULL, "not an integer", e);
	return 0;
}

static int as_bool(JsonVal v, bool *out, Err *e)
{
	if (jv_type(v) != JV_TRUE && jv_type(v) != JV_FALSE)
		return bad_at(v.node, NULL, "not true or false", e);
	*out = jv_type(v) == JV_TRUE;
	return 0;
}

static int as_num(JsonVal v, double *out, Err *e)
{
	if (jv_type(v) != JV_NUMBER)
		return bad_at(v.node, NULL, "not a number", e);
	if (json_text_num(jv_number_text(v), out) < 0)
		return bad_at(v.node, NULL, "a number too large to hold", e);
	return 0;
}

static int as_scaled(JsonVal v, int scale, int64_t *out, Err *e)
{
	if ((jv_type(v) != JV_NUMBER && jv_type(v) != JV_STRING) ||
	    str_scaled((Str){ v.node->u.text, v.node->n }, scale, out) < 0)
		return bad_at(v.node, NULL, "not a decimal number, or too large", e);
	return 0;
}

static int as_object(JsonVal v, JsonVal *out, Err *e)
{
	if (jv_type(v) != JV_OBJECT)
		return bad_at(v.node, NULL, "not an object", e);
	*out = v;
	return 0;
}

static int as_array(JsonVal v, JsonVal *out, Err *e)
{
	if (jv_type(v) != JV_ARRAY)
		return bad_at(v.node, NULL, "not a list", e);
	*out = v;
	return 0;
}

/* jv_NAME and jv_opt_NAME: the member, then its reader above. */
#define GETTERS(name, type) \
	int jv_##name(JsonVal object, const char *key, type *out, Err *e) \
	{ \
		JsonVal v; \
		return member(object, key, true, &v, e) < 0 ? BAD : as_##name(v, out, e); \
	} \
	int jv_opt_##name(JsonVal object, const char *key, type *out, Err *e) \
	{ \
		JsonVal v; \
		int got = member(object, key, false, &v, e); \
		return got == GOT ? as_##name(v, out, e) : got; \
	}

GETTERS(str, Str)
GETTERS(name, Str)
GETTERS(i64, int64_t)
GETTERS(bool, bool)
GETTERS(num, double)
GETTERS(object, JsonVal)
GETTERS(array, JsonVal)

int jv_scaled(JsonVal object, const char *key, int scale, int64_t *out, Err *e)
{
	JsonVal v;

	return member(object, key, true, &v, e) < 0 ? BAD : as_scaled(v, scale, out, e);
}

int jv_opt_scaled(JsonVal object, const char *key, int scale, int64_t *out, Err *e)
{
	JsonVal v;
	int got = member(object, key, false, &v, e);

	return got == GOT ? as_scaled(v, scale, out, e) : got;
}

/* For a handle that a caller holds already: absent and given twice are refused as in the getters by key. */
static int present(JsonVal v, Err *e)
{
	const JvNode *twice = find_twice(v.node);

	if (twice)
		return bad_at(twice, NULL, "given twice", e);
	return v.node ? 0 : bad_at(NULL, NULL, "missing", e);
}

int jv_as_str(JsonVal v, Str *out, Err *e)
{
	return present(v, e) < 0 ? BAD : as_str(v, out, e);
}

int jv_as_name(JsonVal v, Str *out, Err *e)
{
	return present(v, e) < 0 ? BAD : as_name(v, out, e);
}

int jv_as_i64(JsonVal v, int64_t *out, Err *e)
{
	return present(v, e) < 0 ? BAD : as_i64(v, out, e);
}

int jv_as_num(JsonVal v, double *out, Err *e)
{
	return present(v, e) < 0 ? BAD : as_num(v, out, e);
}

int jv_as_bool(JsonVal v, bool *out, Err *e)
{
	return present(v, e) < 0 ? BAD : as_bool(v, out, e);
}

int jv_member(JsonVal object, const char *key, bool needed, JsonVal *out, Err *e)
{
	return member(object, key, needed, out, e);
}

int jv_bad(JsonVal v, const char *what, Err *e)
{
	return v.node ? bad_at(v.node, NULL, what, e) : err_set(e, "%s", what);
}

Str jv_number_text(JsonVal v)
{
	return jv_type(v) == JV_NUMBER ? (Str){ v.node->u.text, v.node->n } : STR("");
}
