#include "conf/themes.h"

#include <stdio.h>
#include <string.h>

#include "conf/checks.h"
#include "conf/folder.h"
#include "conf/schema.h"
#include "conf/yaml_pack.h"

typedef struct RoleRead { Str fg, bg; Str *attrs; size_t attr_count; } RoleRead;
typedef struct ThemeRead { Str id, name, inherits; int background; const YamlNode *roles, *ramp; } ThemeRead;

/* A theme as its file gives it; what it leaves out comes from the one that it inherits. */
typedef struct Draft {
	Theme       theme;
	const char *file;
	const YamlNode *inherits;        /* NULL: stands alone */
	bool        given[ROLE_COUNT];
	enum { DRAFT_READ, DRAFT_OPEN, DRAFT_DONE } state;
} Draft;

static const char *const background_words[] = { [BACKGROUND_ANY] = "any", [BACKGROUND_DARK] = "dark",
                                                [BACKGROUND_LIGHT] = "light", NULL };
static const char *const role_names[] = {
#define X(up, low) #low,
	THEME_ROLES(X)
#undef X
	NULL
};
/* In the order of their numbers at every terminal (ECMA-48 colours, then the bright ones). */
static const char *const colour_names[] = {
	"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white", "bright_black", "bright_red", "bright_green",
	"bright_yellow", "bright_blue", "bright_magenta", "bright_cyan", "bright_white", NULL,
};
static const struct { const char *name; unsigned bit; } attr_names[] = {
	{ "bold", ATTR_BOLD }, { "dim", ATTR_DIM }, { "underline", ATTR_UNDERLINE }, { "reverse", ATTR_REVERSE },
};

static bool parse_hex(Str s, Colour *out)
{
	uint32_t v = 0;

	if (s.n != 7 || s.p[0] != '#')
		return false;
	for (size_t i = 1; i < s.n; i++) {
		static const char digits[] = "0123456789abcdef";
		char c = s.p[i] >= 'A' && s.p[i] <= 'F' ? (char)(s.p[i] - 'A' + 'a') : s.p[i];
		const char *at = c ? strchr(digits, c) : NULL;

		if (!at)
			return false;
		v = v << 4 | (uint32_t)(at - digits);
	}
	*out = (Colour){ COLOUR_RGB, v };
	return true;
}

static bool parse_colour(Str s, Colour *out)
{
	int64_t v;

	if (str_is(s, "default")) {
		*out = (Colour){ COLOUR_DEFAULT, 0 };
		return true;
	}
	for (uint32_t i = 0; colour_names[i]; i++)
		if (str_is(s, colour_names[i])) {
			*out = (Colour){ COLOUR_16, i };
			return true;
		}
	if (str_i64(s, &v) == 0 && v >= 0 && v <= 255) {
		*out = (Colour){ COLOUR_256, (uint32_t)v };
		return true;
	}
	return parse_hex(s, out);
}

static bool check_colour(Str s)
{
	Colour c;

	return parse_colour(s, &c);
}

static unsigned attr_bit(Str s)
{
	for (size_t i = 0; i < sizeof attr_names / sizeof *attr_names; i++)
		if (str_is(s, attr_names[i].name))
			return attr_names[i].bit;
	return 0;
}

static bool check_attr(Str s)
{
	return attr_bit(s) != 0;
}

#define COLOUR_WANT "a colour: \"#rrggbb\" in quotes, 0 to 255, default, or a name such as bright_red"

#define AT(member) .offset = offsetof(ThemeRead, member)
static const Setting theme_rows[] = {
	{ "id", SET_TEXT, AT(id), .min = 1, .max = 64, .check = check_id, .want = "a-z, 0-9 and -, the same as the file's name" },
	{ "name", SET_TEXT, AT(name), .min = 1, .max = 40 },
	{ "background", SET_WORD, AT(background), .words = background_words, .fallback = "any" },
	{ "inherits", SET_TEXT, AT(inherits), .min = 1, .max = 64, .check = check_id, .want = "the id of a theme" },
	{ "roles", SET_MAP, AT(roles) },
	{ "ramp", SET_SEQ, AT(ramp) },
};
#undef AT
#define AT(member) .offset = offsetof(RoleRead, member)
static const Setting style_rows[] = {
	{ "fg", SET_TEXT, AT(fg), .min = 1, .max = 20, .check = check_colour, .want = COLOUR_WANT, .fallback = "default" },
	{ "bg", SET_TEXT, AT(bg), .min = 1, .max = 20, .check = check_colour, .want = COLOUR_WANT, .fallback = "default" },
	{ "attrs", SET_TEXTS, AT(attrs), offsetof(RoleRead, attr_count), 0, 4, .check = check_attr,
	  .want = "bold, dim, underline or reverse" },
};
#undef AT
static const Schema theme_schema = SCHEMA(theme_rows), style_schema = SCHEMA(style_rows);

static int find_role(Str name)
{
	for (int i = 0; i < ROLE_COUNT; i++)
		if (str_is(name, role_names[i]))
			return i;
	return -1;
}

static int no_such_role(const YamlNode *n, const Draft *d, Err *e)
{
	const char *near = nearest_word(n->key, role_names);

	if (near)
		return yaml_error_key(d->file, n, e, "there is no role of this name: did you mean \"%s\"?", near);
	return yaml_error_key(d->file, n, e, "there is no role of this name; themes/dark.yaml lists them all");
}

static int read_role(Arena *a, const YamlNode *n, Draft *d, Err *e)
{
	int role = find_role(n->key);
	RoleRead r = { 0 };
	RoleStyle *style;
	char where[100];

	if (role < 0)
		return no_such_role(n, d, e);
	(void)snprintf(where, sizeof where, "roles.%s", role_names[role]);
	schema_defaults(a, &style_schema, &r);
	if (schema_read(a, d->file, &style_schema, n, where, &r, e) < 0)
		return -1;
	style = &d->theme.role[role];
	(void)parse_colour(r.fg, &style->fg);            /* both checked when they were read */
	(void)parse_colour(r.bg, &style->bg);
	for (size_t i = 0; i < r.attr_count; i++)
		style->attrs |= attr_bit(r.attrs[i]);
	d->given[role] = true;
	return 0;
}

static int read_ramp(const YamlNode *list, Draft *d, Err *e)
{
	if (list->count < RAMP_MIN || list->count > RAMP_MAX)
		return yaml_error(d->file, list, e, "a ramp has %d to %d colours, from low to high", RAMP_MIN, RAMP_MAX);
	for (const YamlNode *n = list->child; n; n = n->next)
		if (n->kind != YAML_SCALAR || !parse_colour(n->text, &d->theme.ramp[d->theme.ramp_count++]))
			return yaml_error(d->file, n, e, "ramp: " COLOUR_WANT);
	return 0;
}

static int read_draft(Arena *a, const ConfFile *f, Draft *d, Err *e)
{
	YamlNode *root = NULL;
	ThemeRead t = { 0 };

	d->file = f->file;
	if (yaml_tree(a, f->file, f->text, f->tree, &root, e) < 0 || schema_read(a, f->file, &theme_schema, root, "", &t, e) < 0)
		return -1;
	if (!t.id.n || !t.name.n)
		return yaml_error(f->file, root, e, "a theme needs id and name; %s is missing", t.id.n ? "name" : "id");
	if (!str_eq(t.id, f->id))
		return yaml_error(f->file, yaml_get(root, "id"), e, "the id must be the file's name, %.*s", STR_ARG(f->id));
	if (!t.ramp && !t.inherits.n)
		return yaml_error(f->file, root, e, "a theme that inherits none needs a ramp of %d to %d colours", RAMP_MIN, RAMP_MAX);
	d->theme.id = t.id;
	d->theme.name = t.name;
	d->theme.background = (Background)t.background;
	d->inherits = t.inherits.n ? yaml_get(root, "inherits") : NULL;
	for (const YamlNode *n = t.roles ? t.roles->child : NULL; n; n = n->next)
		if (read_role(a, n, d, e) < 0)
			return -1;
	return t.ramp ? read_ramp(t.ramp, d, e) : 0;
}

static Draft *find_draft(Draft *d, size_t count, Str id)
{
	for (size_t i = 0; i < count; i++)
		if (str_eq(d[i].theme.id, id))
			return &d[i];
	return NULL;
}

/* Completes d from what it inherits, that one first. The depth is the number of themes at most: an open one is a loop. */
static int resolve(Draft *all, size_t count, Draft *d, Err *e)
{
	Draft *base;

	if (d->state == DRAFT_DONE || !d->inherits) {
		d->state = DRAFT_DONE;
		return 0;
	}
	base = find_draft(all, count, d->inherits->text);
	if (!base)
		return yaml_error(d->file, d->inherits, e, "there is no theme %.*s to inherit", STR_ARG(d->inherits->text));
	if (base->state == DRAFT_OPEN || base == d)
		return yaml_error(d->file, d->inherits, e, "themes inherit each other in a circle");
	d->state = DRAFT_OPEN;
	if (resolve(all, count, base, e) < 0)
		return -1;
	for (int i = 0; i < ROLE_COUNT; i++)
		if (!d->given[i])
			d->theme.role[i] = base->theme.role[i];
	if (!d->theme.ramp_count) {
		memcpy(d->theme.ramp, base->theme.ramp, sizeof d->theme.ramp);
		d->theme.ramp_count = base->theme.ramp_count;
	}
	d->state = DRAFT_DONE;
	return 0;
}

static const ConfFile *find_file(const ConfFolder *files, Str id)
{
	for (size_t i = 0; i < files->count; i++)
		if (str_eq(files->file[i].id, id))
			return &files->file[i];
	return NULL;
}

/* All files, or one theme's and those of what it inherits from. */
static int read_needed(Arena *a, const ConfFolder *files, Str only, Draft *draft, size_t *n, Err *e)
{
	const ConfFile *f;

	for (size_t i = 0; !only.n && i < files->count; i++)
		if (read_draft(a, &files->file[i], &draft[(*n)++], e) < 0)
			return -1;
	while (only.n && !find_draft(draft, *n, only) && (f = find_file(files, only))) {
		Draft *d = &draft[(*n)++];

		if (read_draft(a, f, d, e) < 0)
			return -1;
		only = d->inherits ? d->inherits->text : STR("");
	}
	return 0;
}

static int load(Arena *a, const char *user_dir, Str only, Themes *out, Err *e)
{
	ConfFolder files;
	Draft *draft;
	size_t n = 0;

	*out = (Themes){ 0 };
	if (folder_read(a, "themes", user_dir, &files, e) < 0)
		return -1;
	draft = ARENA_ARRAY(a, Draft, files.count + 1);
	if (read_needed(a, &files, only, draft, &n, e) < 0)
		return -1;
	out->theme = ARENA_ARRAY(a, Theme, n + 1);
	for (size_t i = 0; i < n; i++) {
		if (resolve(draft, n, &draft[i], e) < 0)
			return -1;
		out->theme[out->count++] = draft[i].theme;
	}
	return 0;
}

int themes_load(Arena *a, const char *user_dir, Themes *out, Err *e)
{
	return load(a, user_dir, STR(""), out, e);
}

int themes_load_one(Arena *a, const char *user_dir, Str id, Themes *out, Err *e)
{
	return load(a, user_dir, id, out, e);
}

const Theme *themes_find(const Themes *t, Str id)
{
	for (size_t i = 0; i < t->count; i++)
		if (str_eq(t->theme[i].id, id))
			return &t->theme[i];
	return NULL;
}
