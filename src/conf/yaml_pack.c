#include "conf/yaml_pack.h"

#include "base/varint.h"
#include "base/xalloc.h"
#include "conf/source.h"

/* A node: a byte of flags; its key with the key's place, in a map; its own place; then its text, or how many children it has, and they. A
 * text is its length, its bytes and a NUL. */
enum { KIND = 3, QUOTED = 4, KEYED = 8 };

static int put_number(Buf *out, uint64_t v)
{
	unsigned char bytes[VARINT_MAX];

	return buf_put(out, (const char *)bytes, varint_put(bytes, v));
}

static int put_place(Buf *out, int line, int column)
{
	return put_number(out, (uint64_t)line) < 0 ? -1 : put_number(out, (uint64_t)column);
}

static int put_text(Buf *out, Str s)
{
	return put_number(out, s.n) < 0 || buf_put_str(out, s) < 0 ? -1 : buf_putc(out, 0);
}

/* keyed: it is a map's member. */
static int put_node(Buf *out, const YamlNode *n, bool keyed)
{
	if (buf_putc(out, (char)((unsigned)n->kind | (n->quoted ? QUOTED : 0) | (keyed ? KEYED : 0))) < 0)
		return -1;
	if (keyed && (put_place(out, n->key_line, n->key_column) < 0 || put_text(out, n->key) < 0))
		return -1;
	if (put_place(out, n->line, n->column) < 0)
		return -1;
	if (n->kind == YAML_SCALAR)
		return put_text(out, n->text);
	if (put_number(out, n->count) < 0)
		return -1;
	for (const YamlNode *c = n->child; c; c = c->next)
		if (put_node(out, c, n->kind == YAML_MAP) < 0)
			return -1;
	return 0;
}

int yaml_pack(const YamlNode *root, Buf *out)
{
	return put_node(out, root, false);
}

typedef struct Unpack { Arena *arena; const Source *source; Str rest; } Unpack;

static uint64_t take_number(Unpack *u)
{
	uint64_t v;

	if (varint_take(&u->rest, &v) < 0)
		xalloc_die(u->source->file);
	return v;
}

static Str take_text(Unpack *u)
{
	uint64_t n = take_number(u);
	Str s = { u->rest.p, n };

	if (n >= u->rest.n || s.p[n])
		xalloc_die(u->source->file);
	u->rest = str_sub(u->rest, n + 1, u->rest.n);
	return s;
}

static YamlNode *take_node(Unpack *u)
{
	YamlNode *n = ARENA_NEW(u->arena, YamlNode), **tail = &n->child;
	unsigned flags;

	if (!u->rest.n)
		xalloc_die(u->source->file);
	flags = (unsigned char)u->rest.p[0];
	u->rest = str_sub(u->rest, 1, u->rest.n);
	n->kind = (YamlKind)(flags & KIND);
	n->quoted = flags & QUOTED;
	n->source = u->source;
	if (flags & KEYED) {
		n->key_line = (int)take_number(u);
		n->key_column = (int)take_number(u);
		n->key = take_text(u);
	}
	n->line = (int)take_number(u);
	n->column = (int)take_number(u);
	if (n->kind == YAML_SCALAR) {
		n->text = take_text(u);
		return n;
	}
	n->count = take_number(u);
	for (size_t i = 0; i < n->count; i++) {
		*tail = take_node(u);
		tail = &(*tail)->next;
	}
	return n;
}

YamlNode *yaml_unpack(Arena *a, const char *file, Str text, Str tree)
{
	Source *source = ARENA_NEW(a, Source);
	Unpack u = { a, source, tree };
	YamlNode *root;

	*source = (Source){ file, source_without_bom(text) };
	root = take_node(&u);
	if (u.rest.n)
		xalloc_die(source->file);
	return root;
}

int yaml_tree(Arena *a, const char *file, Str text, Str tree, YamlNode **root, Err *e)
{
	if (!tree.n)
		return yaml_parse(a, file, text, root, e);
	*root = yaml_unpack(a, file, text, tree);
	return 0;
}
