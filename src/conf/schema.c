#include "conf/schema.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "conf/source.h"
#include "conf/yaml.h"

enum { PATH_BYTES = 160, MAX_KNOWN = 64 };

typedef struct Reader {
	Arena        *arena;
	const char   *file, *where;
	const Schema *schema;
	char         *out;
	Err          *e;
} Reader;

int duration_parse(Str text, int64_t *ms)
{
	static const struct { char unit; int64_t ms; } units[] = {
		{ 's', 1000 }, { 'm', 60 * 1000 }, { 'h', 3600 * 1000 }, { 'd', 24 * 3600 * 1000 },
	};
	int64_t n;

	if (text.n < 2 || text.n > 10 || text.p[0] == '-' || str_i64(str_sub(text, 0, text.n - 1), &n) < 0)
		return -1;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (units[i].unit == text.p[text.n - 1]) {
			*ms = n * units[i].ms;       /* nine digits of days fit in 64 bits */
			return 0;
		}
	return -1;
}

static void put_duration(Buf *out, int64_t ms)
{
	static const struct { const char *unit; int64_t ms; } units[] = { { "d", 86400000 }, { "h", 3600000 }, { "m", 60000 } };

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (ms && ms % units[i].ms == 0) {
			(void)buf_printf(out, "%" PRId64 "%s", ms / units[i].ms, units[i].unit);
			return;
		}
	(void)buf_printf(out, "%" PRId64 "s", ms / 1000);
}

/* What a setting takes, in words. The texts are short: the buffer's cap is never near. */
static void put_wanted(Buf *b, const Setting *s)
{
	switch (s->type) {
	case SET_TEXT:
		if (s->want)
			(void)buf_puts(b, s->want);
		else
			(void)buf_printf(b, "text of %" PRId64 " to %" PRId64 " bytes", s->min, s->max);
		break;
	case SET_WORD:
		for (size_t i = 0; s->words[i]; i++)
			(void)buf_printf(b, "%s%s", i == 0 ? "" : s->words[i + 1] ? ", " : " or ", s->words[i]);
		break;
	case SET_BOOL:
		(void)buf_puts(b, "true or false, without quotes");
		break;
	case SET_INT:
		(void)buf_printf(b, "a whole number from %" PRId64 " to %" PRId64, s->min, s->max);
		break;
	case SET_DURATION:
		(void)buf_puts(b, "a duration such as 30s, 5m, 2h or 35d, from ");
		put_duration(b, s->min);
		(void)buf_puts(b, " to ");
		put_duration(b, s->max);
		break;
	case SET_TEXTS:
		(void)buf_printf(b, "a list of %" PRId64 " to %" PRId64 " values, each %s", s->min, s->max,
		                 s->want ? s->want : "text");
		break;
	case SET_SEQ:
		(void)buf_puts(b, "a list");
		break;
	case SET_MAP:
		(void)buf_puts(b, "a map of names to settings");
		break;
	}
}

static bool in_bounds(const Setting *s, int64_t v)
{
	return v >= s->min && v <= s->max;
}

/* A leading zero is refused: to some readers 010 is eight. */
static int read_int(Str text, int64_t *v)
{
	Str digits = text.n && text.p[0] == '-' ? str_sub(text, 1, text.n) : text;

	return (digits.n > 1 && digits.p[0] == '0') || str_i64(text, v) < 0 ? -1 : 0;
}

/* One scalar in its written form; quoted matters for numbers and flags only. Returns -1 when it is not what s wants. */
static int read_scalar(Arena *a, const Setting *s, Str text, bool quoted, char *out)
{
	char *at = out + s->offset;
	int64_t v;

	switch (s->type) {
	case SET_TEXT:
		if (!in_bounds(s, (int64_t)text.n) || (s->check && !s->check(text)))
			return -1;
		*(Str *)(void *)at = arena_str(a, text);
		return 0;
	case SET_WORD:
		for (int i = 0; s->words[i]; i++)
			if (str_is(text, s->words[i])) {
				*(int *)(void *)at = i;
				return 0;
			}
		return -1;
	case SET_BOOL:
		if (quoted || !(str_is(text, "true") || str_is(text, "false")))
			return -1;
		*(bool *)(void *)at = str_is(text, "true");
		return 0;
	case SET_INT:
	case SET_DURATION:
		if (s->type == SET_INT ? quoted || read_int(text, &v) < 0 : duration_parse(text, &v) < 0)
			return -1;
		if (!in_bounds(s, v))
			return -1;
		*(int64_t *)(void *)at = v;
		return 0;
	default:
		return -1;
	}
}

static int wrong(const Reader *r, const Setting *s, const YamlNode *n)
{
	Buf want = { 0 };
	int rc;

	put_wanted(&want, s);
	rc = yaml_error(r->file, n, r->e, "%s%s%s must be %s", r->where, *r->where ? "." : "", s->path, buf_cstr(&want));
	buf_done(&want);
	return rc;
}

static int no_value(const Reader *r, const Setting *s, const YamlNode *n)
{
	Buf want = { 0 };
	int rc;

	put_wanted(&want, s);
	rc = yaml_error_key(r->file, n, r->e, "%s%s%s has no value: give it %s, or leave the line out", r->where,
	                    *r->where ? "." : "", s->path, buf_cstr(&want));
	buf_done(&want);
	return rc;
}

static int read_texts(const Reader *r, const Setting *s, const YamlNode *n)
{
	Str *list;
	size_t count = 0;

	if (n->kind != YAML_SEQ || !in_bounds(s, (int64_t)n->count))
		return wrong(r, s, n);
	list = ARENA_ARRAY(r->arena, Str, n->count + 1);
	for (const YamlNode *c = n->child; c; c = c->next) {
		if (c->kind != YAML_SCALAR || yaml_is_null(c) || (s->check && !s->check(c->text)))
			return wrong(r, s, c);
		list[count++] = arena_str(r->arena, c->text);
	}
	*(Str **)(void *)(r->out + s->offset) = list;
	*(size_t *)(void *)(r->out + s->count_offset) = count;
	return 0;
}

static int read_setting(const Reader *r, const Setting *s, const YamlNode *n)
{
	if (s->type == SET_SEQ || s->type == SET_MAP) {
		if (n->kind != (s->type == SET_SEQ ? YAML_SEQ : YAML_MAP))
			return wrong(r, s, n);
		*(const YamlNode **)(void *)(r->out + s->offset) = n;
		return 0;
	}
	if (n->kind == YAML_SCALAR && yaml_is_null(n))
		return no_value(r, s, n);
	if (s->type == SET_TEXTS)
		return read_texts(r, s, n);
	if (n->kind != YAML_SCALAR || read_scalar(r->arena, s, n->text, n->quoted, r->out) < 0)
		return wrong(r, s, n);
	return 0;
}

/* The names that may stand below prefix ("" or "sources."), each once, NULL-terminated. */
static void known_here(Arena *a, const Schema *s, Str prefix, const char **known)
{
	size_t n = 0;

	for (size_t i = 0; i < s->count && n + 1 < MAX_KNOWN; i++) {
		Str path = str_of(s->row[i].path), rest, name;
		bool twin = false;

		if (!str_starts(path, prefix))
			continue;
		name = str_cut(str_sub(path, prefix.n, path.n), '.', &rest);
		for (size_t k = 0; k < n; k++)
			twin = twin || str_is(name, known[k]);
		if (!twin)
			known[n++] = arena_cstr(a, name);
	}
	known[n] = NULL;
}

static int unknown_key(const Reader *r, const YamlNode *n, Str prefix)
{
	const char *known[MAX_KNOWN], *near;
	char name[200], section[PATH_BYTES + 200];
	Buf list = { 0 };
	int rc;

	known_here(r->arena, r->schema, prefix, known);
	near = nearest_word(n->key, known);
	(void)source_show(n->key, name, sizeof name);
	(void)snprintf(section, sizeof section, "%s%s%.*s", r->where, *r->where && prefix.n ? "." : "",
	               (int)(prefix.n ? prefix.n - 1 : 0), prefix.p);
	for (size_t i = 0; known[i]; i++)
		(void)buf_printf(&list, "%s%s", i ? ", " : "", known[i]);
	if (near)
		rc = yaml_error_key(r->file, n, r->e, "unknown key \"%s\"%s%s: did you mean \"%s\"?", name,
		                    *section ? " in " : "", section, near);
	else
		rc = yaml_error_key(r->file, n, r->e, "unknown key \"%s\"%s%s; known here: %s", name, *section ? " in " : "",
		                    section, buf_cstr(&list));
	buf_done(&list);
	return rc;
}

/* prefix is the path of map with its dot, "" at the root. Recursion ends with the longest path of the table. */
static int read_map(const Reader *r, const YamlNode *map, Str prefix)
{
	for (const YamlNode *n = map->child; n; n = n->next) {
		char path[PATH_BYTES];
		const Setting *row = NULL;
		bool section = false;
		Str with_dot;
		int len = snprintf(path, sizeof path, "%.*s%.*s.", STR_ARG(prefix), (int)(n->key.n < 99 ? n->key.n : 99), n->key.p);

		/* A dot in a key would walk the table's paths sideways. */
		if (len < 1 || len >= (int)sizeof path || memchr(n->key.p, '.', n->key.n))
			return unknown_key(r, n, prefix);
		with_dot = (Str){ path, (size_t)len };
		for (size_t i = 0; i < r->schema->count && !row; i++) {
			Str p = str_of(r->schema->row[i].path);

			if (str_eq(p, str_sub(with_dot, 0, with_dot.n - 1)))
				row = &r->schema->row[i];
			section = section || str_starts(p, with_dot);
		}
		if (!row && !section)
			return unknown_key(r, n, prefix);
		if (!row && yaml_is_null(n))
			continue;                    /* a section whose lines are all commented out */
		if (!row && n->kind != YAML_MAP)
			return yaml_error(r->file, n, r->e, "%s%s%.*s must be a map of settings", r->where, *r->where ? "." : "",
			                  len - 1, path);
		if ((row ? read_setting(r, row, n) : read_map(r, n, with_dot)) < 0)
			return -1;
	}
	return 0;
}

int schema_read(Arena *a, const char *file, const Schema *s, const YamlNode *map, const char *where, void *out, Err *e)
{
	Reader r = { .arena = a, .file = file, .where = where, .schema = s, .out = out, .e = e };

	if (map->kind != YAML_MAP)
		return yaml_error(file, map, e, "mapping expected: %s must be lines of \"key: value\"", *where ? where : "the file");
	return read_map(&r, map, STR(""));
}

static void default_texts(Arena *a, const Setting *s, char *out)
{
	Str rest = str_of(s->fallback);
	Str *list = ARENA_ARRAY(a, Str, rest.n + 1);
	size_t n = 0;

	while (rest.n)
		/* Like what is read from a file, each has a terminator of its own. */
		list[n++] = arena_str(a, str_trim(str_cut(rest, ',', &rest)));
	*(Str **)(void *)(out + s->offset) = list;
	*(size_t *)(void *)(out + s->count_offset) = n;
}

void schema_defaults(Arena *a, const Schema *s, void *out)
{
	for (size_t i = 0; i < s->count; i++) {
		const Setting *row = &s->row[i];
		int rc = 0;

		if (!row->fallback)
			continue;
		if (row->type == SET_TEXTS)
			default_texts(a, row, out);
		else
			rc = read_scalar(a, row, str_of(row->fallback), false, out);
		assert(rc == 0);
		(void)rc;
	}
}

void schema_describe(const Schema *s, const char *where, Buf *out)
{
	for (size_t i = 0; i < s->count; i++) {
		const Setting *row = &s->row[i];

		(void)buf_printf(out, "| `%s%s` | ", where, row->path);
		put_wanted(out, row);
		(void)buf_printf(out, " | %s%s%s | %s |\n", row->fallback ? "`" : "", row->fallback ? row->fallback : "-",
		                 row->fallback ? "`" : "", row->help);
	}
}
