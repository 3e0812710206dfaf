#include "conf/schema.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "conf/source.h"
#include "conf/yaml.h"
#include "model/money.h"

enum { PATH_BYTES = 160, MAX_KNOWN = 64, DECIMALS = 6 };

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

int day_parse(Str text, int64_t *ms)
{
	struct tm tm = { 0 }, back;
	int64_t year, month, day;
	time_t t;

	if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' || str_i64(str_sub(text, 0, 4), &year) < 0 ||
	    str_i64(str_sub(text, 5, 2), &month) < 0 || str_i64(str_sub(text, 8, 2), &day) < 0 || year < 1970)
		return -1;
	tm.tm_year = (int)year - 1900;
	tm.tm_mon = (int)month - 1;
	tm.tm_mday = (int)day;
	t = timegm(&tm);
	/* timegm carries 31 September over into October: a day that does not come back is none. */
	if (!gmtime_r(&t, &back) || back.tm_mon != month - 1 || back.tm_mday != day)
		return -1;
	*ms = (int64_t)t * 1000;
	return 0;
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

static void put_usd(Buf *out, int64_t nusd)
{
	char text[MONEY_TEXT];

	money_exact(nusd, text);
	(void)buf_puts(out, text);
}

static void put_decimal(Buf *out, int64_t micro)
{
	int64_t part = micro % 1000000;
	int digits = DECIMALS;

	while (digits > 1 && part % 10 == 0) {
		part /= 10;
		digits--;
	}
	(void)buf_printf(out, "%" PRId64, micro / 1000000);
	if (part)
		(void)buf_printf(out, ".%0*" PRId64, digits, part);
}

/* Digits, perhaps a dot and digits: no exponent, and no third meaning for a leading zero. */
static int read_decimal(Str text, int scale, int64_t *out)
{
	Str part, whole = str_cut(text, '.', &part);
	int64_t n;

	if (!whole.n || (whole.n > 1 && whole.p[0] == '0') || str_i64(whole, &n) < 0 || n < 0 || part.n > (size_t)scale)
		return -1;
	if (whole.n < text.n && (!part.n || str_i64(part, &n) < 0 || n < 0))
		return -1;
	return str_scaled(text, scale, out);
}

static void put_words(Buf *b, const Setting *s)
{
	for (size_t i = 0; s->words[i]; i++)
		(void)buf_printf(b, "%s%s", i == 0 ? "" : s->words[i + 1] ? ", " : " or ", s->words[i]);
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
		put_words(b, s);
		break;
	case SET_BOOL:
		(void)buf_puts(b, "true or false, without quotes");
		break;
	case SET_INT:
		(void)buf_printf(b, "a whole number from %" PRId64 " to %" PRId64, s->min, s->max);
		break;
	case SET_USD:
		(void)buf_puts(b, "a sum in USD such as 2.50, from ");
		put_usd(b, s->min);
		(void)buf_puts(b, " to ");
		put_usd(b, s->max);
		break;
	case SET_DECIMAL:
		(void)buf_puts(b, "a decimal number such as 0.05, from ");
		put_decimal(b, s->min);
		(void)buf_puts(b, " to ");
		put_decimal(b, s->max);
		break;
	case SET_DURATION:
		(void)buf_puts(b, "a duration such as 30s, 5m, 2h or 35d, from ");
		put_duration(b, s->min);
		(void)buf_puts(b, " to ");
		put_duration(b, s->max);
		break;
	case SET_DAY:
		(void)buf_puts(b, "a day such as 2026-01-31");
		break;
	case SET_TEXTS:
		(void)buf_printf(b, "a list of %" PRId64 " to %" PRId64 " values, each %s", s->min, s->max,
		                 s->want ? s->want : "text");
		break;
	case SET_INTS:
		(void)buf_printf(b, "a list of at most %d rising whole numbers from %" PRId64 " to %" PRId64, SET_INTS_MAX, s->min, s->max);
		break;
	case SET_DURATIONS:
		(void)buf_printf(b, "a list of at most %d rising durations such as 30s or 5m, from ", SET_INTS_MAX);
		put_duration(b, s->min);
		(void)buf_puts(b, " to ");
		put_duration(b, s->max);
		break;
	case SET_WORDS:
		(void)buf_puts(b, "a list of at least one of ");
		put_words(b, s);
		(void)buf_puts(b, ", each once");
		break;
	case SET_LIST:
		(void)buf_printf(b, "a list of %" PRId64 " to %" PRId64 " maps", s->min, s->max);
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

/* A scalar that is kept as an int64_t, in its bounds. */
static int read_number(const Setting *s, Str text, bool quoted, int64_t *v)
{
	int rc = -1;

	if (s->type == SET_DAY)
		return day_parse(text, v);
	if (s->type == SET_USD)
		rc = read_decimal(text, 9, v);
	else if (s->type == SET_DECIMAL)
		rc = quoted ? -1 : read_decimal(text, DECIMALS, v);
	else if (s->type == SET_DURATION || s->type == SET_DURATIONS)
		rc = duration_parse(text, v);
	else if (s->type == SET_INT || s->type == SET_INTS)
		rc = quoted ? -1 : read_int(text, v);
	return rc < 0 || !in_bounds(s, *v) ? -1 : 0;
}

static int word_at(const Setting *s, Str text)
{
	for (int i = 0; s->words[i]; i++)
		if (str_is(text, s->words[i]))
			return i;
	return -1;
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
		if ((v = word_at(s, text)) < 0)
			return -1;
		*(int *)(void *)at = (int)v;
		return 0;
	case SET_BOOL:
		if (quoted || !(str_is(text, "true") || str_is(text, "false")))
			return -1;
		*(bool *)(void *)at = str_is(text, "true");
		return 0;
	default:
		if (read_number(s, text, quoted, &v) < 0)
			return -1;
		*(int64_t *)(void *)at = v;
		return 0;
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

static int read_ints(const Reader *r, const Setting *s, const YamlNode *n)
{
	int64_t *list;
	size_t count = 0;

	if (n->kind != YAML_SEQ || n->count > SET_INTS_MAX)
		return wrong(r, s, n);
	list = ARENA_ARRAY(r->arena, int64_t, n->count + 1);
	for (const YamlNode *c = n->child; c; c = c->next, count++)
		if (c->kind != YAML_SCALAR || read_number(s, c->text, c->quoted, &list[count]) < 0 ||
		    (count && list[count] <= list[count - 1]))
			return wrong(r, s, c);
	*(int64_t **)(void *)(r->out + s->offset) = list;
	*(size_t *)(void *)(r->out + s->count_offset) = count;
	return 0;
}

static int read_words(const Reader *r, const Setting *s, const YamlNode *n)
{
	unsigned bits = 0;

	if (n->kind != YAML_SEQ || !in_bounds(s, (int64_t)n->count))
		return wrong(r, s, n);
	for (const YamlNode *c = n->child; c; c = c->next) {
		int at = c->kind == YAML_SCALAR && !yaml_is_null(c) ? word_at(s, c->text) : -1;

		if (at < 0 || bits & 1u << at)
			return wrong(r, s, c);
		bits |= 1u << at;
	}
	*(unsigned *)(void *)(r->out + s->offset) = bits;
	return 0;
}

/* Whether path ("scope.agent") stands in map. */
static bool is_given(const YamlNode *map, Str path)
{
	while (map && path.n) {
		Str name = str_cut(path, '.', &path);
		const YamlNode *n = map->kind == YAML_MAP ? map->child : NULL;

		while (n && !str_eq(n->key, name))
			n = n->next;
		map = n;
	}
	return map != NULL;
}

/* The entry's musts, and its unique texts against the entries before it (list, at). */
static int check_entry(const Reader *r, const SettingList *l, const YamlNode *n, const char *list, size_t at)
{
	for (size_t i = 0; i < l->item.count; i++) {
		const Setting *s = &l->item.row[i];
		const Str *mine = (const Str *)(const void *)(list + at * l->size + s->offset);

		if (s->must && !is_given(n, str_of(s->path)))
			return yaml_error(r->file, n, r->e, "%s has no \"%s\"", r->where, s->path);
		for (size_t k = 0; s->unique && k < at; k++)
			if (str_eq(*mine, *(const Str *)(const void *)(list + k * l->size + s->offset)))
				return yaml_error(r->file, n, r->e, "%s has the %s \"%.*s\" of an entry before it", r->where, s->path,
				                  STR_ARG(*mine));
	}
	return 0;
}

/* The array grows into the arena at once: the file's limits bound it. An entry is called by its place, from 1. */
static int read_list(const Reader *r, const Setting *s, const YamlNode *n)
{
	const SettingList *l = s->list;
	char where[PATH_BYTES], *list;
	size_t at = 0;

	if (n->kind != YAML_SEQ || !in_bounds(s, (int64_t)n->count))
		return wrong(r, s, n);
	list = arena_alloc_array(r->arena, n->count + 1, l->size);
	for (const YamlNode *c = n->child; c; c = c->next, at++) {
		Reader entry = { .arena = r->arena, .file = r->file, .where = where, .schema = &l->item, .out = list + at * l->size, .e = r->e };

		(void)snprintf(where, sizeof where, "%s%s%s[%zu]", r->where, *r->where ? "." : "", s->path, at + 1);
		schema_defaults(r->arena, &l->item, entry.out);
		if (l->start)
			l->start(c, entry.out);
		if (schema_read(r->arena, r->file, &l->item, c, where, entry.out, r->e) < 0 || check_entry(&entry, l, c, list, at) < 0 ||
		    (l->check && l->check(r->file, c, entry.out, r->e) < 0))
			return -1;
	}
	*(void **)(void *)(r->out + s->offset) = list;
	*(size_t *)(void *)(r->out + s->count_offset) = at;
	return 0;
}

static int read_setting(const Reader *r, const Setting *s, const YamlNode *n)
{
	if (s->type == SET_LIST)
		/* A list whose lines are all commented out is as good as none. */
		return n->kind == YAML_SCALAR && yaml_is_null(n) && !s->min ? 0 : read_list(r, s, n);
	if (s->type == SET_INTS || s->type == SET_DURATIONS)
		return read_ints(r, s, n);
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
	if (s->type == SET_WORDS)
		return read_words(r, s, n);
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

static int default_ints(Arena *a, const Setting *s, char *out)
{
	Str rest = str_of(s->fallback);
	int64_t *list = ARENA_ARRAY(a, int64_t, SET_INTS_MAX + 1);
	size_t n = 0;

	while (rest.n && n < SET_INTS_MAX)
		if (read_number(s, str_trim(str_cut(rest, ',', &rest)), false, &list[n++]) < 0)
			return -1;
	*(int64_t **)(void *)(out + s->offset) = list;
	*(size_t *)(void *)(out + s->count_offset) = n;
	return 0;
}

static int default_words(const Setting *s, char *out)
{
	Str rest = str_of(s->fallback);
	unsigned bits = 0;

	while (rest.n) {
		int at = word_at(s, str_trim(str_cut(rest, ',', &rest)));

		if (at < 0)
			return -1;
		bits |= 1u << at;
	}
	*(unsigned *)(void *)(out + s->offset) = bits;
	return 0;
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
		else if (row->type == SET_INTS || row->type == SET_DURATIONS)
			rc = default_ints(a, row, out);
		else if (row->type == SET_WORDS)
			rc = default_words(row, out);
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
		(void)buf_printf(out, " | %s%s%s | %s |\n", row->fallback ? "`" : "",
		                 row->fallback ? row->fallback : row->must ? "must be given" : "-", row->fallback ? "`" : "", row->help);
		if (row->type == SET_LIST) {
			char inner[PATH_BYTES];

			(void)snprintf(inner, sizeof inner, "%s%s[].", where, row->path);
			schema_describe(&row->list->item, inner, out);
		}
	}
}
