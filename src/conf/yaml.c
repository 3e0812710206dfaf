#include "conf/yaml.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "conf/source.h"

enum { MAX_BYTES = 1 << 20, MAX_DEPTH = 64, MAX_NODES = 100000, MAX_ALIASES = 100 };

typedef struct Anchor Anchor;
struct Anchor {
	Anchor   *next;              /* the newest first: a name may be given again */
	Str       name;
	YamlNode *node;
	size_t    nodes;             /* in the tree below node, itself included, aliases expanded */
	int       height;
	bool      open;              /* its end was not seen yet: an alias to it would be a circle */
};

typedef struct Frame {
	YamlNode  *node, **tail;
	YamlNode  *key;              /* of a map: read, its value is awaited */
	Anchor    *anchor;
	size_t     nodes_before;
	int        height;           /* of the highest child */
} Frame;

typedef struct Build {
	Arena        *arena;
	const Source *source;
	Err          *e;
	YamlNode     *root;
	Anchor       *anchors;
	Frame         frame[MAX_DEPTH];
	int           depth, aliases, documents;
	size_t        nodes;
} Build;

static int mark_number(size_t n)
{
	return n < INT_MAX ? (int)n + 1 : INT_MAX;
}

static int fail_at(Build *b, yaml_mark_t at, const char *what)
{
	return source_error(b->source, mark_number(at.line), mark_number(at.column), b->e, what);
}

/* libyaml's problem in its own words, or in plainer ones where they are known. */
static int syntax_error(Build *b, const yaml_parser_t *p)
{
	static const struct { const char *theirs, *ours; } plain[] = {
		{ "found incompatible YAML document", "this YAML version is not known (1.1 and 1.2 are)" },
		{ "found invalid Unicode character escape code", "the escape names an invalid code point" },
		{ "found undefined tag handle", "tags are not allowed" },
		{ "found character that cannot start any token", "this character cannot start a value; put the value in quotes" },
		{ "mapping values are not allowed in this context", "a colon stands where no key can be; "
		  "put a value that contains \": \" in quotes" },
	};
	const char *what = p->problem ? p->problem : "not YAML";
	yaml_mark_t at = p->problem_mark;
	char text[256];

	if (p->error == YAML_MEMORY_ERROR)
		return err_set(b->e, "%s: out of memory", b->source->file);
	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (strcmp(what, plain[i].theirs) == 0)
			what = plain[i].ours;
	if (p->error == YAML_READER_ERROR) {
		(void)snprintf(text, sizeof text, "%s at byte offset %zu", what, p->problem_offset);
		at = p->mark;
	} else if (p->context && p->context_mark.line != at.line)
		(void)snprintf(text, sizeof text, "%s (%s that begins in line %d)", what, p->context,
		               mark_number(p->context_mark.line));
	else
		(void)snprintf(text, sizeof text, "%s", what);
	return fail_at(b, at, text);
}

/* Counts what the tree holds once aliases are followed: the size that every reader of it will meet. */
static int count_nodes(Build *b, size_t n, yaml_mark_t at)
{
	b->nodes += n;
	if (b->nodes > MAX_NODES)
		return fail_at(b, at, "more than 100000 values, aliases followed: the file is too large");
	return 0;
}

static YamlNode *new_node(Build *b, YamlKind kind, yaml_mark_t at)
{
	YamlNode *n = ARENA_NEW(b->arena, YamlNode);

	n->kind = kind;
	n->line = mark_number(at.line);
	n->column = mark_number(at.column);
	n->source = b->source;
	return n;
}

static int take_key(Build *b, Frame *f, YamlNode *n, yaml_mark_t at)
{
	if (n->kind != YAML_SCALAR)
		return fail_at(b, at, "string keys only: a key must be text, not a list or a map");
	if (!n->text.n && !n->quoted)
		return fail_at(b, at, "string keys only: this key is empty");
	if (!n->quoted && str_is(n->text, "<<"))
		return fail_at(b, at, "merge keys (<<) are not allowed; use an alias for the whole value");
	f->key = n;
	return 0;
}

static int add_node(Build *b, YamlNode *n, yaml_mark_t at)
{
	Frame *f = b->depth ? &b->frame[b->depth - 1] : NULL;

	if (!f) {
		b->root = n;
		return 0;
	}
	if (f->node->kind == YAML_MAP && !f->key)
		return take_key(b, f, n, at);
	if (f->key) {
		n->key = f->key->text;
		n->key_line = f->key->line;
		n->key_column = f->key->column;
		f->key = NULL;
	}
	*f->tail = n;
	f->tail = &n->next;
	f->node->count++;
	return 0;
}

static Anchor *add_anchor(Build *b, const yaml_char_t *name, YamlNode *n)
{
	Anchor *anchor;

	if (!name)
		return NULL;
	anchor = ARENA_NEW(b->arena, Anchor);
	*anchor = (Anchor){ .next = b->anchors, .name = arena_str(b->arena, str_of((const char *)name)), .node = n };
	anchor->nodes = 1;
	b->anchors = anchor;
	return anchor;
}

static int take_scalar(Build *b, const yaml_event_t *ev)
{
	Str text = { (const char *)ev->data.scalar.value, ev->data.scalar.length };
	YamlNode *n;

	if (ev->data.scalar.tag)
		return fail_at(b, ev->start_mark, "tags are not allowed");
	/* Raw control characters never come this far; an escape in double quotes may still make one. */
	for (size_t i = 0; i < text.n;) {
		uint32_t c = 0;
		size_t step = source_utf8(str_sub(text, i, 4), &c);

		if (step == 0 || source_is_control(c))
			return fail_at(b, ev->start_mark, "the text holds an escape for a control character");
		i += step;
	}
	if (count_nodes(b, 1, ev->start_mark) < 0)
		return -1;
	n = new_node(b, YAML_SCALAR, ev->start_mark);
	n->text = arena_str(b->arena, text);
	n->quoted = ev->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
	(void)add_anchor(b, ev->data.scalar.anchor, n);
	return add_node(b, n, ev->start_mark);
}

static int take_alias(Build *b, const yaml_event_t *ev)
{
	Str name = str_of((const char *)ev->data.alias.anchor);
	const Frame *f = b->depth ? &b->frame[b->depth - 1] : NULL;
	Anchor *anchor = b->anchors;
	YamlNode *n;
	char what[160];

	while (anchor && !str_eq(anchor->name, name))
		anchor = anchor->next;
	(void)snprintf(what, sizeof what, anchor ? "cyclic alias: *%.*s stands inside the value that &%.*s names"
	               : "*%.*s refers to no anchor above it (there is no &%.*s)",
	               (int)(name.n < 40 ? name.n : 40), name.p, (int)(name.n < 40 ? name.n : 40), name.p);
	if (!anchor || anchor->open)
		return fail_at(b, ev->start_mark, what);
	if (f && f->node->kind == YAML_MAP && !f->key)
		return fail_at(b, ev->start_mark, "string keys only: an alias cannot be a key");
	if (++b->aliases > MAX_ALIASES)
		return fail_at(b, ev->start_mark, "more than 100 aliases");
	if (b->depth + anchor->height > MAX_DEPTH)
		return fail_at(b, ev->start_mark, "nested more than 64 deep once this alias is followed");
	if (count_nodes(b, anchor->nodes, ev->start_mark) < 0)
		return -1;
	n = new_node(b, anchor->node->kind, ev->start_mark);
	n->quoted = anchor->node->quoted;
	n->text = anchor->node->text;
	n->child = anchor->node->child;
	n->count = anchor->node->count;
	if (f && anchor->height > f->height)
		b->frame[b->depth - 1].height = anchor->height;
	return add_node(b, n, ev->start_mark);
}

static int open_collection(Build *b, YamlKind kind, const yaml_char_t *tag, const yaml_char_t *anchor, yaml_mark_t at)
{
	size_t nodes_before = b->nodes;
	YamlNode *n;
	Frame *f;

	if (tag)
		return fail_at(b, at, "tags are not allowed");
	if (b->depth == MAX_DEPTH)
		return fail_at(b, at, "nested more than 64 deep");
	if (count_nodes(b, 1, at) < 0)
		return -1;
	n = new_node(b, kind, at);
	if (add_node(b, n, at) < 0)
		return -1;
	f = &b->frame[b->depth++];
	*f = (Frame){ .node = n, .tail = &n->child, .anchor = add_anchor(b, anchor, n), .nodes_before = nodes_before };
	if (f->anchor)
		f->anchor->open = true;
	return 0;
}

static int by_key_then_place(const void *x, const void *y)
{
	const YamlNode *a = *(YamlNode *const *)x, *b = *(YamlNode *const *)y;
	int order = str_cmp(a->key, b->key);

	if (order)
		return order;
	return a->key_line != b->key_line ? (a->key_line > b->key_line) - (a->key_line < b->key_line)
	                                  : (a->key_column > b->key_column) - (a->key_column < b->key_column);
}

/* Sorting finds twins in a map of any size; comparing each with each would take a hostile file's hours. */
static int refuse_duplicates(Build *b, const YamlNode *map)
{
	YamlNode **sorted;
	size_t n = 0;
	int rc = 0;
	char name[200];

	if (map->count < 2)
		return 0;
	sorted = ARENA_ARRAY(b->arena, YamlNode *, map->count);
	for (YamlNode *c = map->child; c; c = c->next)
		sorted[n++] = c;
	qsort(sorted, n, sizeof *sorted, by_key_then_place);
	for (size_t i = 1; i < n && rc == 0; i++)
		if (str_eq(sorted[i - 1]->key, sorted[i]->key))
			rc = yaml_error_key(b->source->file, sorted[i], b->e, "the key \"%s\" stands twice (first in line %d)",
			                    source_show(sorted[i]->key, name, sizeof name), sorted[i - 1]->key_line);
	return rc;
}

static int close_collection(Build *b)
{
	Frame *f = &b->frame[--b->depth];
	int height = f->height + 1;

	if (f->anchor) {
		f->anchor->open = false;
		f->anchor->nodes = b->nodes - f->nodes_before;
		f->anchor->height = height;
	}
	if (b->depth && b->frame[b->depth - 1].height < height)
		b->frame[b->depth - 1].height = height;
	return f->node->kind == YAML_MAP ? refuse_duplicates(b, f->node) : 0;
}

static int take_event(Build *b, const yaml_event_t *ev)
{
	switch (ev->type) {
	case YAML_DOCUMENT_START_EVENT:
		if (b->documents++)
			return fail_at(b, ev->start_mark, "only one document is allowed in a file");
		if (ev->data.document_start.tag_directives.start != ev->data.document_start.tag_directives.end)
			return fail_at(b, ev->start_mark, "tags are not allowed");
		return 0;
	case YAML_ALIAS_EVENT:
		return take_alias(b, ev);
	case YAML_SCALAR_EVENT:
		return take_scalar(b, ev);
	case YAML_SEQUENCE_START_EVENT:
		return open_collection(b, YAML_SEQ, ev->data.sequence_start.tag, ev->data.sequence_start.anchor, ev->start_mark);
	case YAML_MAPPING_START_EVENT:
		return open_collection(b, YAML_MAP, ev->data.mapping_start.tag, ev->data.mapping_start.anchor, ev->start_mark);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return close_collection(b);
	default:
		return 0;        /* the stream's start and end, a document's end */
	}
}

static int read_events(Build *b)
{
	yaml_parser_t parser;
	yaml_event_t ev;
	int rc = 0;

	if (!yaml_parser_initialize(&parser))
		return err_set(b->e, "%s: out of memory", b->source->file);
	yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&parser, (const unsigned char *)b->source->text.p, b->source->text.n);
	for (bool more = true; more && rc == 0;) {
		if (!yaml_parser_parse(&parser, &ev)) {
			rc = syntax_error(b, &parser);
			break;
		}
		more = ev.type != YAML_STREAM_END_EVENT;
		rc = take_event(b, &ev);
		yaml_event_delete(&ev);
	}
	yaml_parser_delete(&parser);
	return rc;
}

int yaml_parse(Arena *a, const char *file, Str text, YamlNode **root, Err *e)
{
	Source *source = ARENA_NEW(a, Source);
	Build *b = ARENA_NEW(a, Build);

	*root = NULL;
	source->file = arena_cstr(a, str_of(file));
	if (text.n > MAX_BYTES)
		return source_error_bare(source, 1, 1, e, "the file is larger than 1 MiB");
	source->text = arena_str(a, source_without_bom(text));
	*b = (Build){ .arena = a, .source = source, .e = e };
	if (source_check(source, e) < 0 || read_events(b) < 0)
		return -1;
	if (!b->root || yaml_is_null(b->root))
		b->root = new_node(b, YAML_MAP, (yaml_mark_t){ 0 });
	*root = b->root;
	return 0;
}

const YamlNode *yaml_get(const YamlNode *map, const char *key)
{
	if (map->kind == YAML_MAP)
		for (const YamlNode *c = map->child; c; c = c->next)
			if (str_is(c->key, key))
				return c;
	return NULL;
}

bool yaml_is_null(const YamlNode *n)
{
	return n->kind == YAML_SCALAR && !n->quoted &&
	       (!n->text.n || str_is(n->text, "~") || str_eq_nocase(n->text, STR("null")));
}

__attribute__((format(printf, 6, 0)))
static int error_at(const char *file, const YamlNode *n, int line, int column, Err *e, const char *fmt, va_list ap)
{
	Source source = { file, n->source ? n->source->text : STR("") };
	char what[sizeof e->text];

	(void)vsnprintf(what, sizeof what, fmt, ap);
	return source_error(&source, line, column, e, what);
}

int yaml_error(const char *file, const YamlNode *n, Err *e, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = error_at(file, n, n->line, n->column, e, fmt, ap);
	va_end(ap);
	return rc;
}

int yaml_error_key(const char *file, const YamlNode *n, Err *e, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = error_at(file, n, n->key_line, n->key_column, e, fmt, ap);
	va_end(ap);
	return rc;
}
