#include "wire/jsonval.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "wire/jsonval_node.h"
#include "wire/jsonw.h"

/* Nodes wait in `kids` (keys beside them in `keys`) until their container ends; then they are copied side by side
 * into the arena, where an element is found by its index. */
typedef struct Builder {
	Arena  *arena;
	JvNode *kids;
	Str    *keys;
	size_t  n, kids_cap, keys_cap;
	size_t  start[JSON_DEPTH_MAX];   /* where each open container's first child waits */
	int     depth;
	char   *text;                    /* room for all strings and numbers: never more than the document itself */
} Builder;

/* A copy with a terminator. What it takes is paid by the quotes around it or the byte behind it. */
static Str keep_text(Builder *b, Str s)
{
	char *p = b->text;

	if (s.n)
		memcpy(p, s.p, s.n);
	p[s.n] = 0;
	b->text += s.n + 1;
	return (Str){ p, s.n };
}

static void push(Builder *b, JvNode node, Str key)
{
	VEC_GROW(b->kids, b->kids_cap, b->n + 1);
	VEC_GROW(b->keys, b->keys_cap, b->n + 1);
	b->kids[b->n] = node;
	b->keys[b->n++] = key;
}

static int by_key(const void *a, const void *b, void *keys)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	int c = str_cmp(((Str *)keys)[x], ((Str *)keys)[y]);

	return c ? c : (x > y) - (x < y);
}

/* Marks members that are there twice. Large objects get a sorted index, so that neither this nor a later look-up
 * is quadratic in what somebody sends. */
static void find_twins(Arena *a, JvMembers *m, uint32_t n)
{
	if (n <= JV_SMALL_OBJECT) {
		for (uint32_t i = 1; i < n; i++)
			for (uint32_t k = 0; k < i; k++)
				if (str_eq(m->keys[i], m->keys[k]))
					m->kids[i].twice = m->kids[k].twice = true;
		return;
	}
	m->order = ARENA_ARRAY(a, uint32_t, n);
	for (uint32_t i = 0; i < n; i++)
		m->order[i] = i;
	qsort_r(m->order, n, sizeof *m->order, by_key, m->keys);
	for (uint32_t i = 1; i < n; i++)
		if (str_eq(m->keys[m->order[i]], m->keys[m->order[i - 1]]))
			m->kids[m->order[i]].twice = m->kids[m->order[i - 1]].twice = true;
}

/* Children know their parent for the path in an error; a node that moves tells them its new place. */
static void adopt(JvNode *parent)
{
	JvNode *kids = jv_kids(parent);

	for (uint32_t i = 0; kids && i < parent->n; i++)
		kids[i].parent = parent;
}

static void open_container(Builder *b)
{
	b->start[b->depth++] = b->n;
}

static JvNode close_container(Builder *b, JvType type)
{
	size_t first = b->start[--b->depth], n = b->n - first;
	JvNode node = { .type = (uint8_t)type, .n = (uint32_t)n };
	JvNode *kids = ARENA_ARRAY(b->arena, JvNode, n);

	if (n)
		memcpy(kids, b->kids + first, n * sizeof *kids);
	for (size_t i = 0; i < n; i++)
		adopt(&kids[i]);
	b->n = first;
	if (type == JV_ARRAY) {
		node.u.items = kids;
		return node;
	}
	node.u.members = ARENA_NEW(b->arena, JvMembers);
	node.u.members->kids = kids;
	node.u.members->keys = ARENA_ARRAY(b->arena, Str, n);
	if (n)
		memcpy(node.u.members->keys, b->keys + first, n * sizeof(Str));
	find_twins(b->arena, node.u.members, (uint32_t)n);
	return node;
}

static JvNode scalar(Builder *b, const Json *j, JsonTok t)
{
	JvNode node = { .type = t == JSON_TRUE ? JV_TRUE : t == JSON_FALSE ? JV_FALSE : t == JSON_NULL ? JV_NULL :
	                        t == JSON_NUMBER ? JV_NUMBER : JV_STRING };

	if (t == JSON_NUMBER || t == JSON_STRING) {
		Str s = keep_text(b, json_text(j));

		node.n = (uint32_t)s.n;
		node.u.text = s.p;
	}
	return node;
}

static JsonTok build(Builder *b, Json *j)
{
	Str keys[JSON_DEPTH_MAX + 1] = { { "", 0 } };   /* of the member that is being read, by depth */
	JsonTok t;

	while ((t = json_next(j)) > JSON_MORE && t != JSON_END) {
		switch (t) {
		case JSON_OBJECT:
		case JSON_ARRAY:
			open_container(b);
			break;
		case JSON_KEY:
			keys[b->depth] = keep_text(b, json_text(j));
			break;
		case JSON_OBJECT_END:
		case JSON_ARRAY_END: {
			JvNode node = close_container(b, t == JSON_OBJECT_END ? JV_OBJECT : JV_ARRAY);

			push(b, node, keys[b->depth]);
			break;
		}
		default:
			push(b, scalar(b, j, t), keys[b->depth]);
		}
	}
	return t;
}

int jv_parse(Arena *a, Str text, size_t max_bytes, JsonVal *out, Err *e)
{
	Json *j;
	Builder b = { .arena = a };
	JvNode *root;
	int rc = 0;

	if (text.n > max_bytes || text.n >= UINT32_MAX)
		return err_set(e, "the JSON document is larger than allowed");
	j = json_new(max_bytes);
	b.text = arena_alloc(a, text.n + 1);
	json_feed(j, text);
	json_finish(j);
	if (build(&b, j) == JSON_END) {
		root = ARENA_NEW(a, JvNode);
		*root = b.kids[0];
		adopt(root);
		*out = (JsonVal){ root };
	} else {
		rc = json_error(j, e);
	}
	free(b.kids);
	free(b.keys);
	json_free(j);
	return rc;
}

JvType jv_type(JsonVal v)
{
	return v.node ? (JvType)v.node->type : JV_ABSENT;
}

bool jv_is_absent(JsonVal v)
{
	return !v.node || v.node->type == JV_NULL;
}

static bool is_container(JsonVal v)
{
	return jv_type(v) == JV_ARRAY || jv_type(v) == JV_OBJECT;
}

size_t jv_count(JsonVal v)
{
	return is_container(v) ? v.node->n : 0;
}

JsonVal jv_at(JsonVal array, size_t i)
{
	if (jv_type(array) != JV_ARRAY || i >= array.node->n)
		return (JsonVal){ NULL };
	return (JsonVal){ &array.node->u.items[i] };
}

JsonVal jv_member_at(JsonVal object, size_t i, Str *key)
{
	if (jv_type(object) != JV_OBJECT || i >= object.node->n)
		return (JsonVal){ NULL };
	if (key)
		*key = object.node->u.members->keys[i];
	return (JsonVal){ &object.node->u.members->kids[i] };
}

static const JvNode *find_sorted(const JvMembers *m, uint32_t n, Str key)
{
	uint32_t lo = 0, hi = n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (str_cmp(m->keys[m->order[mid]], key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < n && str_eq(m->keys[m->order[lo]], key) ? &m->kids[m->order[lo]] : NULL;
}

JsonVal jv_get_str(JsonVal object, Str key)
{
	const JvMembers *m;

	if (jv_type(object) != JV_OBJECT)
		return (JsonVal){ NULL };
	m = object.node->u.members;
	if (m->order)
		return (JsonVal){ find_sorted(m, object.node->n, key) };
	for (uint32_t i = 0; i < object.node->n; i++)
		if (str_eq(m->keys[i], key))
			return (JsonVal){ &m->kids[i] };
	return (JsonVal){ NULL };
}

JsonVal jv_get(JsonVal object, const char *key)
{
	return jv_get_str(object, str_of(key));
}

bool jv_has(JsonVal object, const char *key)
{
	return jv_get(object, key).node != NULL;
}

JsonVal jv_path(JsonVal v, const char *dotted)
{
	Str rest = str_of(dotted);

	while (rest.n && v.node)
		v = jv_get_str(v, str_cut(rest, '.', &rest));
	return v;
}

static void write_value(JsonW *w, const JvNode *node)
{
	switch ((JvType)node->type) {
	case JV_OBJECT:
		jw_object(w);
		for (uint32_t i = 0; i < node->n; i++) {
			jw_key_str(w, node->u.members->keys[i]);
			write_value(w, &node->u.members->kids[i]);
		}
		jw_object_end(w);
		break;
	case JV_ARRAY:
		jw_array(w);
		for (uint32_t i = 0; i < node->n; i++)
			write_value(w, &node->u.items[i]);
		jw_array_end(w);
		break;
	case JV_STRING:
		jw_str(w, (Str){ node->u.text, node->n });
		break;
	case JV_NUMBER:
		jw_raw(w, (Str){ node->u.text, node->n });
		break;
	case JV_TRUE:
	case JV_FALSE:
		jw_bool(w, node->type == JV_TRUE);
		break;
	case JV_NULL:
	case JV_ABSENT:
		jw_null(w);
	}
}

int jv_write(JsonVal v, Buf *out)
{
	JsonW w = jw_to(out);

	if (v.node)
		write_value(&w, v.node);
	else
		jw_null(&w);
	return out->full ? -1 : 0;
}
