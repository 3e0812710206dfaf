#include "conf/views.h"

#include <string.h>

#include "conf/checks.h"
#include "conf/folder.h"
#include "conf/schema.h"
#include "conf/source.h"
#include "conf/yaml_pack.h"

enum { SECOND = 1000, HOUR = 3600 * SECOND, MAX_CHILDREN = 16 };

typedef struct Reader {
	Arena      *arena;
	const char *file;
	const char *const *pane_kinds;
	Err        *e;
} Reader;

/* A view, a split, a pane and a column as they stand in the file. */
typedef struct ViewRead { Str id, name, description, key; const YamlNode *layout; Str *tools; size_t tool_count; } ViewRead;
typedef struct SplitRead { int rows, when; Str size, from; const YamlNode *children; } SplitRead;
typedef struct PaneRead { int when; Str pane, size, from, title, sort, filter, refresh; const YamlNode *columns, *options; } PaneRead;
typedef struct ColumnRead { Str name, title; int64_t width; int align; } ColumnRead;

static const char *const split_words[] = { "cols", "rows", NULL };
static const char *const when_words[] = { "always", "firing", "quiet", NULL };
static const char *const align_words[] = { "left", "right", NULL };

/* "local:NAME" or "SERVER/TOOL", each by its full name: a wildcard would let a server add tools to a view by itself. */
static bool check_tool(Str s)
{
	Str rest, server;

	if (str_starts(s, STR("local:")))
		return check_name(str_sub(s, 6, s.n));
	server = str_cut(s, '/', &rest);
	return check_name(server) && check_name(rest);
}

static bool check_digit(Str s)
{
	return s.n == 1 && s.p[0] >= '0' && s.p[0] <= '9';
}

static bool check_sort(Str s)
{
	return check_name(str_starts(s, STR("-")) ? str_sub(s, 1, s.n) : s);
}

static bool parse_size(Str s, SizeKind *kind, int *size)
{
	bool percent = str_ends(s, STR("%"));
	int64_t v;

	if (str_is(s, "*")) {
		*kind = SIZE_STAR;
		*size = 0;
		return true;
	}
	if (str_i64(percent ? str_sub(s, 0, s.n - 1) : s, &v) < 0 || v < 1 || v > (percent ? 100 : 500))
		return false;
	*kind = percent ? SIZE_PERCENT : SIZE_CELLS;
	*size = (int)v;
	return true;
}

static bool check_size(Str s)
{
	SizeKind kind;
	int size;

	return parse_size(s, &kind, &size);
}

/* "120x40" */
static bool parse_from(Str s, int *w, int *h)
{
	Str rest, first = str_cut(s, 'x', &rest);
	int64_t x, y;

	if (str_i64(first, &x) < 0 || str_i64(rest, &y) < 0 || x < 1 || y < 1 || x > 9999 || y > 9999)
		return false;
	*w = (int)x;
	*h = (int)y;
	return true;
}

static bool check_from(Str s)
{
	int w, h;

	return parse_from(s, &w, &h);
}

static bool parse_refresh(Str s, int64_t *ms)
{
	if (str_is(s, "off")) {
		*ms = -1;
		return true;
	}
	return duration_parse(s, ms) == 0 && *ms >= SECOND && *ms <= HOUR;
}

static bool check_refresh(Str s)
{
	int64_t ms;

	return parse_refresh(s, &ms);
}

#define SIZE_WANT "a number of cells (1 to 500), a share such as \"40%\", or \"*\" for what is left"

#define FROM_WANT "the size of a window such as \"120x40\""

#define AT(member) .offset = offsetof(ViewRead, member)
static const Setting view_rows[] = {
	{ "id", SET_TEXT, AT(id), .min = 1, .max = 64, .check = check_id, .want = "a-z, 0-9 and -, the same as the file's name" },
	{ "name", SET_TEXT, AT(name), .min = 1, .max = 40 },
	{ "description", SET_TEXT, AT(description), .min = 1, .max = 200 },
	{ "key", SET_TEXT, AT(key), .min = 1, .max = 1, .check = check_digit, .want = "one digit, \"0\" to \"9\"" },
	{ "layout", SET_MAP, AT(layout) },
	{ "availableTools", SET_TEXTS, AT(tools), offsetof(ViewRead, tool_count), 0, 100, .check = check_tool,
	  .want = "\"local:NAME\" or \"SERVER/TOOL\", without wildcards" },
};
#undef AT
#define AT(member) .offset = offsetof(SplitRead, member)
static const Setting split_rows[] = {
	{ "split", SET_WORD, AT(rows), .words = split_words },
	{ "size", SET_TEXT, AT(size), .min = 1, .max = 8, .check = check_size, .want = SIZE_WANT, .fallback = "*" },
	{ "from", SET_TEXT, AT(from), .min = 3, .max = 9, .check = check_from, .want = FROM_WANT },
	{ "when", SET_WORD, AT(when), .words = when_words },
	{ "children", SET_SEQ, AT(children) },
};
#undef AT
#define AT(member) .offset = offsetof(PaneRead, member)
static const Setting pane_rows[] = {
	{ "pane", SET_TEXT, AT(pane), .min = 1, .max = 64, .check = check_name, .want = "the kind of pane" },
	{ "size", SET_TEXT, AT(size), .min = 1, .max = 8, .check = check_size, .want = SIZE_WANT, .fallback = "*" },
	{ "from", SET_TEXT, AT(from), .min = 3, .max = 9, .check = check_from, .want = FROM_WANT },
	{ "when", SET_WORD, AT(when), .words = when_words },
	{ "title", SET_TEXT, AT(title), .min = 0, .max = 80 },
	{ "columns", SET_SEQ, AT(columns) },
	{ "sort", SET_TEXT, AT(sort), .min = 1, .max = 65, .check = check_sort, .want = "a column, or \"-column\" for descending" },
	{ "filter", SET_TEXT, AT(filter), .min = 0, .max = 1000 },
	{ "refresh", SET_TEXT, AT(refresh), .min = 1, .max = 10, .check = check_refresh,
	  .want = "a duration from 1s to 1h such as 30s, or off" },
	{ "options", SET_MAP, AT(options) },
};
#undef AT
#define AT(member) .offset = offsetof(ColumnRead, member)
static const Setting column_rows[] = {
	{ "name", SET_TEXT, AT(name), .min = 1, .max = 64, .check = check_name, .want = "a column's name" },
	{ "title", SET_TEXT, AT(title), .min = 0, .max = 80 },
	{ "width", SET_INT, AT(width), .min = 1, .max = 300 },
	{ "align", SET_WORD, AT(align), .words = align_words },
};
#undef AT
static const Schema view_schema = SCHEMA(view_rows), split_schema = SCHEMA(split_rows), pane_schema = SCHEMA(pane_rows),
                    column_schema = SCHEMA(column_rows);

static int read_node(const Reader *r, const YamlNode *n, ViewNode *out);

static int read_split(const Reader *r, const YamlNode *n, ViewNode *out)
{
	SplitRead s = { 0 };
	ViewNode **tail = &out->child;

	schema_defaults(r->arena, &split_schema, &s);
	if (schema_read(r->arena, r->file, &split_schema, n, "", &s, r->e) < 0)
		return -1;
	if (!s.children || !s.children->count || s.children->count > MAX_CHILDREN)
		return yaml_error(r->file, s.children ? s.children : n, r->e, "a split needs 1 to %d children", MAX_CHILDREN);
	out->is_split = true;
	out->rows = s.rows;
	(void)parse_size(s.size, &out->size_kind, &out->size);    /* checked when they were read */
	(void)parse_from(s.from, &out->from_w, &out->from_h);
	out->when = (ViewWhen)s.when;
	for (const YamlNode *c = s.children->child; c; c = c->next) {
		*tail = ARENA_NEW(r->arena, ViewNode);
		if (read_node(r, c, *tail) < 0)
			return -1;
		tail = &(*tail)->next;
	}
	return 0;
}

static int read_columns(const Reader *r, const YamlNode *list, ViewNode *out)
{
	out->columns = ARENA_ARRAY(r->arena, ViewColumn, list->count + 1);
	for (const YamlNode *n = list->child; n; n = n->next) {
		ColumnRead c = { 0 };

		if (n->kind == YAML_SCALAR && check_name(n->text))
			c.name = n->text;
		else if (n->kind != YAML_MAP)
			return yaml_error(r->file, n, r->e, "a column is its name, or {name, title, width, align}");
		else if (schema_read(r->arena, r->file, &column_schema, n, "columns", &c, r->e) < 0)
			return -1;
		if (!c.name.n)
			return yaml_error(r->file, n, r->e, "this column has no name");
		for (size_t i = 0; i < out->column_count; i++)
			if (str_eq(out->columns[i].name, c.name))
				return yaml_error(r->file, n, r->e, "the column %.*s stands twice", STR_ARG(c.name));
		out->columns[out->column_count++] = (ViewColumn){ c.name, c.title, (int)c.width, c.align == 1 };
	}
	return 0;
}

static int read_options(const Reader *r, const YamlNode *map, ViewNode *out)
{
	out->options = ARENA_ARRAY(r->arena, ViewOption, map->count + 1);
	for (const YamlNode *n = map->child; n; n = n->next) {
		if (n->kind != YAML_SCALAR || yaml_is_null(n))
			return yaml_error_key(r->file, n, r->e, "an option is one value");
		out->options[out->option_count++] = (ViewOption){ n->key, n->text, n->line, n->column };
	}
	return 0;
}

static int check_pane_kind(const Reader *r, const YamlNode *n, Str kind)
{
	const char *near;

	if (!r->pane_kinds)
		return 0;
	for (size_t i = 0; r->pane_kinds[i]; i++)
		if (str_is(kind, r->pane_kinds[i]))
			return 0;
	near = nearest_word(kind, r->pane_kinds);
	if (near)
		return yaml_error(r->file, n, r->e, "there is no pane \"%.*s\": did you mean \"%s\"?", STR_ARG(kind), near);
	return yaml_error(r->file, n, r->e, "there is no pane \"%.*s\"", STR_ARG(kind));
}

static int read_pane(const Reader *r, const YamlNode *n, ViewNode *out)
{
	PaneRead p = { 0 };

	schema_defaults(r->arena, &pane_schema, &p);
	if (schema_read(r->arena, r->file, &pane_schema, n, "", &p, r->e) < 0 ||
	    check_pane_kind(r, yaml_get(n, "pane"), p.pane) < 0)
		return -1;
	out->pane = p.pane;
	out->title = p.title;
	out->sort = p.sort;
	out->filter = p.filter;
	(void)parse_size(p.size, &out->size_kind, &out->size);    /* checked when they were read */
	(void)parse_from(p.from, &out->from_w, &out->from_h);
	out->when = (ViewWhen)p.when;
	if (p.refresh.n)
		(void)parse_refresh(p.refresh, &out->refresh_ms);
	if (p.columns && read_columns(r, p.columns, out) < 0)
		return -1;
	return p.options ? read_options(r, p.options, out) : 0;
}

/* The depth of the file is limited by the YAML reader, so recursion is too. */
static int read_node(const Reader *r, const YamlNode *n, ViewNode *out)
{
	bool split = yaml_get(n, "split") != NULL, pane = yaml_get(n, "pane") != NULL;

	out->line = n->line;
	out->column = n->column;
	if (split == pane)
		return yaml_error(r->file, n, r->e, "a layout's node is {split: rows|cols, children: [...]} or {pane: KIND, ...}");
	return split ? read_split(r, n, out) : read_pane(r, n, out);
}

static int check_complete(const Reader *r, const YamlNode *root, const ViewRead *v)
{
	Str expected = folder_file_id(str_of(r->file));

	if (!v->id.n || !v->name.n || !v->description.n || !v->layout)
		return yaml_error(r->file, root, r->e, "a view needs id, name, description and layout; %s is missing",
		                  !v->id.n ? "id" : !v->name.n ? "name" : !v->description.n ? "description" : "layout");
	if (!str_eq(v->id, expected))
		return yaml_error(r->file, yaml_get(root, "id"), r->e, "the id must be the file's name, %.*s", STR_ARG(expected));
	return 0;
}

static int read_view(Arena *a, const ConfFile *f, const char *const *pane_kinds, View *out, Err *e)
{
	Reader r = { a, f->file, pane_kinds, e };
	YamlNode *root = NULL;
	ViewRead v = { 0 };

	*out = (View){ 0 };
	if (yaml_tree(a, f->file, f->text, f->tree, &root, e) < 0 || schema_read(a, f->file, &view_schema, root, "", &v, e) < 0 ||
	    check_complete(&r, root, &v) < 0)
		return -1;
	out->id = v.id;
	out->name = v.name;
	out->description = v.description;
	out->file = arena_str(a, str_of(f->file));
	out->key = v.key.n ? v.key.p[0] : 0;
	out->tools = v.tools;
	out->tool_count = v.tool_count;
	out->layout = ARENA_NEW(a, ViewNode);
	return read_node(&r, v.layout, out->layout);
}

int view_parse(Arena *a, const char *file, Str text, const char *const *pane_kinds, View *out, Err *e)
{
	return read_view(a, &(ConfFile){ .file = file, .text = text }, pane_kinds, out, e);
}

/* The later of two views with one key is told, unless only it is built in: then the user's file is the one to change. */
static int refuse_same_keys(const ConfFolder *files, const Views *v, Err *e)
{
	for (size_t i = 0; i < v->count; i++)
		for (size_t k = 0; k < i; k++)
			if (v->view[i].key && v->view[i].key == v->view[k].key) {
				bool earlier = files->file[k].user && !files->file[i].user;

				return err_kind(e, ERR_USAGE, "%s: the key %c is taken by %s", files->file[earlier ? k : i].file,
				                v->view[i].key, files->file[earlier ? i : k].file);
			}
	return 0;
}

int views_load(Arena *a, const char *user_dir, const char *const *pane_kinds, Views *out, Err *e)
{
	ConfFolder files;

	*out = (Views){ 0 };
	if (folder_read(a, "views", user_dir, &files, e) < 0)
		return -1;
	out->view = ARENA_ARRAY(a, View, files.count + 1);
	for (size_t i = 0; i < files.count; i++)
		if (read_view(a, &files.file[i], pane_kinds, &out->view[out->count++], e) < 0)
			return -1;
	return refuse_same_keys(&files, out, e);
}

const View *views_find(const Views *v, Str id)
{
	for (size_t i = 0; i < v->count; i++)
		if (str_eq(v->view[i].id, id))
			return &v->view[i];
	return NULL;
}

const View *views_by_key(const Views *v, char key)
{
	for (size_t i = 0; key && i < v->count; i++)
		if (v->view[i].key == key)
			return &v->view[i];
	return NULL;
}
