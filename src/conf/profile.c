#include "conf/profile.h"

#include <string.h>

#include "conf/checks.h"
#include "conf/source.h"

enum { MAX_BYTES = 1 << 20, BUCKETS = 512 };

typedef struct IniKey IniKey;
struct IniKey {
	IniKey *next, *sub, **sub_tail;
	Str     name, value;
	size_t  room;                    /* bytes that value may grow to where it lies; 0: it is exact */
	int     line;
};

struct IniSection {
	IniSection *next, *same_bucket;
	const char *file;
	Str         whole, kind, name;   /* "profile dev", "profile", "dev" */
	IniKey     *key, **tail;
};

typedef struct Reader {
	Arena       *arena;
	const Source source;
	Err         *e;
	IniSection  *section, **tail;
	IniKey      *key;                /* the last one: indented lines belong to it */
	IniSection  *bucket[BUCKETS];    /* sections by name: a hostile file may have a hundred thousand */
	int          line;
} Reader;

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* Cuts a comment off: # or ; at the start of the line or behind a blank. */
static Str without_comment(Str line)
{
	for (size_t i = 0; i < line.n; i++)
		if ((line.p[i] == '#' || line.p[i] == ';') && (i == 0 || is_blank(line.p[i - 1])))
			return str_sub(line, 0, i);
	return line;
}

static Str unquoted(Str s)
{
	if (s.n >= 2 && (s.p[0] == '"' || s.p[0] == '\'') && s.p[s.n - 1] == s.p[0])
		return str_sub(s, 1, s.n - 2);
	return s;
}

static int fail(const Reader *r, const char *what)
{
	return source_error_bare(&r->source, r->line, 1, r->e, what);
}

/* [NAME] or [KIND NAME], the name perhaps in quotes. */
static void split_name(Str inside, Str *kind, Str *name)
{
	size_t i = 0;

	inside = str_trim(inside);
	*kind = STR("");
	*name = unquoted(inside);
	while (i < inside.n && !is_blank(inside.p[i]))
		i++;
	if (i == inside.n || name->n != inside.n)
		return;
	*kind = str_sub(inside, 0, i);
	*name = unquoted(str_trim(str_sub(inside, i, inside.n)));
}

static int take_section(Reader *r, Str line)
{
	const char *end = memchr(line.p, ']', line.n);
	Str inside, kind, name;
	IniSection **bucket, *s;

	if (!end)
		return fail(r, "the section's name is not closed: ] is missing");
	if (str_trim(str_sub(line, (size_t)(end - line.p) + 1, line.n)).n)
		return fail(r, "something stands behind the section's ]");
	inside = str_sub(line, 1, (size_t)(end - line.p) - 1);
	split_name(inside, &kind, &name);
	if (!name.n)
		return fail(r, "the section has no name");
	bucket = &r->bucket[str_hash(name) % BUCKETS];
	for (s = *bucket; s && !(str_eq(s->kind, kind) && str_eq(s->name, name));)
		s = s->same_bucket;
	if (!s) {
		s = ARENA_NEW(r->arena, IniSection);
		*s = (IniSection){ .same_bucket = *bucket, .file = r->source.file };
		s->whole = arena_str(r->arena, unquoted(str_trim(inside)));
		s->kind = arena_str(r->arena, kind);
		s->name = arena_str(r->arena, name);
		s->tail = &s->key;
		*bucket = s;
		*r->tail = s;
		r->tail = &s->next;
	}
	r->section = s;
	r->key = NULL;
	return 0;
}

/* Where the name ends: at the first of the separators. line.n when there is none. */
static size_t separator(Str line, const char *separators)
{
	size_t i = 0;

	while (i < line.n && !strchr(separators, line.p[i]))
		i++;
	return i;
}

static IniKey *new_key(const Reader *r, Str name, Str value)
{
	IniKey *k = ARENA_NEW(r->arena, IniKey);

	k->name = arena_str(r->arena, name);
	k->value = arena_str(r->arena, value);
	k->line = r->line;
	k->sub_tail = &k->sub;
	return k;
}

static int take_key(Reader *r, Str line)
{
	size_t at = separator(line, "=:");
	Str name = str_trim(str_sub(line, 0, at));

	if (!r->section)
		return fail(r, "a setting before the first [section]");
	if (at == line.n || !name.n)
		return fail(r, "neither a [section] nor \"key = value\"");
	r->key = new_key(r, name, str_trim(str_sub(line, at + 1, line.n)));
	*r->section->tail = r->key;
	r->section->tail = &r->key->next;
	return 0;
}

/* Room doubles, so that a value of a hundred thousand lines is copied a few times, not once for each line. */
static void append_line(const Reader *r, IniKey *k, Str line)
{
	size_t need = k->value.n + 1 + line.n;
	char *p = (char *)(uintptr_t)k->value.p;     /* ours: arena_alloc gave it below */

	if (need > k->room) {
		k->room = 2 * need;
		p = arena_alloc(r->arena, k->room);
		memcpy(p, k->value.p, k->value.n);
	}
	p[k->value.n] = '\n';
	memcpy(p + k->value.n + 1, line.p, line.n);
	k->value = (Str){ p, need };
}

/* An indented line: a sub-key when its key has no value of its own, else more of the value. */
static int take_indented(Reader *r, Str line)
{
	size_t at = separator(line, "=");
	Str name = str_trim(str_sub(line, 0, at));
	IniKey *sub;

	if (r->key->value.n) {
		append_line(r, r->key, line);
		return 0;
	}
	if (at == line.n || !name.n)
		return fail(r, "an indented line must be \"key = value\"");
	sub = new_key(r, name, str_trim(str_sub(line, at + 1, line.n)));
	*r->key->sub_tail = sub;
	r->key->sub_tail = &sub->next;
	return 0;
}

static int take_line(Reader *r, Str line)
{
	bool indented = line.n && is_blank(line.p[0]);
	Str text = str_trim(without_comment(line));

	if (!text.n)
		return 0;
	if (indented && r->key)
		return take_indented(r, text);
	return text.p[0] == '[' ? take_section(r, text) : take_key(r, text);
}

int ini_parse(Arena *a, const char *file, Str text, IniFile *out, Err *e)
{
	const Source source = { arena_cstr(a, str_of(file)), source_without_bom(text) };
	Reader *r = ARENA_NEW(a, Reader);
	Str rest = source.text;

	out->section = NULL;
	if (text.n > MAX_BYTES)
		return source_error_bare(&source, 1, 1, e, "the file is larger than 1 MiB");
	if (source_check(&source, e) < 0)
		return -1;
	memcpy(r, &(Reader){ .arena = a, .source = source, .e = e, .tail = &out->section }, sizeof *r);
	while (rest.n) {
		Str line = str_cut(rest, '\n', &rest);

		r->line++;
		if (str_ends(line, STR("\r")))
			line.n--;
		if (memchr(line.p, '\r', line.n))
			return fail(r, "a carriage return inside the line");
		if (take_line(r, line) < 0)
			return -1;
	}
	return 0;
}

static const IniSection *section_exact(const IniFile *f, const char *kind, Str name)
{
	for (const IniSection *s = f->section; s; s = s->next)
		if (*kind ? str_is(s->kind, kind) && str_eq(s->name, name) : str_eq(s->whole, name))
			return s;
	return NULL;
}

const IniSection *ini_section(const IniFile *f, const char *kind, Str name)
{
	const IniSection *s = section_exact(f, kind, name);

	if (!s && strcmp(kind, "profile") == 0 && str_is(name, "default"))
		s = section_exact(f, "", name);
	return s;
}

/* The last one counts. NULL when absent. */
static const IniKey *find_key(const IniKey *first, const char *name)
{
	const IniKey *found = NULL;

	for (; first; first = first->next)
		if (str_eq_nocase(first->name, str_of(name)))
			found = first;
	return found;
}

Str ini_get(const IniSection *s, const char *key)
{
	const IniKey *k = s ? find_key(s->key, key) : NULL;

	return k ? k->value : STR("");
}

Str ini_get_nested(const IniSection *s, const char *key, const char *sub)
{
	const IniKey *k = s ? find_key(s->key, key) : NULL, *inner = k ? find_key(k->sub, sub) : NULL;

	return inner ? inner->value : STR("");
}

const IniSection *ini_next(const IniSection *s)
{
	return s->next;
}

Str ini_kind(const IniSection *s)
{
	return s->kind;
}

Str ini_name(const IniSection *s)
{
	return s->name;
}

Profile profile_find(const IniFile *config, const IniFile *credentials, Str name)
{
	return (Profile){ ini_section(config, "profile", name), ini_section(credentials, "", name) };
}

bool profile_exists(const Profile *p)
{
	return p->config || p->credentials;
}

/* The key's row, from the credentials file when it is there. *s is the section that it stands in. */
static const IniKey *profile_key(const Profile *p, const char *key, const IniSection **s)
{
	const IniKey *k = p->credentials ? find_key(p->credentials->key, key) : NULL;

	*s = p->credentials;
	if (!k && p->config) {
		k = find_key(p->config->key, key);
		*s = p->config;
	}
	return k;
}

Str profile_get(const Profile *p, const char *key)
{
	const IniSection *s;
	const IniKey *k = profile_key(p, key, &s);

	return k ? k->value : STR("");
}

/* An error at a key of the profile. The profile's name is the operator's own word; the key's value is not shown. */
static int refuse(const Profile *p, const char *key, Str name, Err *e, const char *what)
{
	const IniSection *s;
	const IniKey *k = profile_key(p, key, &s);
	char shown[200];

	(void)source_show(name, shown, sizeof shown);
	return err_kind(e, ERR_USAGE, "%s:%d: profile \"%s\": %s", s->file, k ? k->line : 0, shown, what);
}

static int check_keys(const Profile *p, Str name, Err *e)
{
	static const char id[] = "aws_access_key_id", secret[] = "aws_secret_access_key";
	const IniSection *s;
	bool has_id = profile_get(p, id).n, has_secret = profile_get(p, secret).n;

	if (profile_key(p, id, &s) && !has_secret)
		return refuse(p, id, name, e, "aws_access_key_id is there, aws_secret_access_key is missing or empty");
	if (profile_key(p, secret, &s) && !has_id)
		return refuse(p, secret, name, e, "aws_secret_access_key is there, aws_access_key_id is missing or empty");
	if (profile_key(p, "region", &s) && !check_host_label(profile_get(p, "region")))
		return refuse(p, "region", name, e, "region is not the name of a Region");
	if (profile_get(p, "source_profile").n && profile_get(p, "credential_source").n)
		return refuse(p, "credential_source", name, e, "source_profile and credential_source exclude each other");
	return 0;
}

int profile_check(const IniFile *config, const IniFile *credentials, Str name, Err *e)
{
	Str at = name;
	char shown[200];

	/* Each step names another profile; more steps than any real chain has are a circle. */
	for (int steps = 0; steps < 16; steps++) {
		Profile p = profile_find(config, credentials, at), source;
		Str next = profile_get(&p, "source_profile");

		if (!profile_exists(&p))
			return err_kind(e, ERR_USAGE, "there is no profile \"%s\" in the AWS config and credentials files",
			                source_show(at, shown, sizeof shown));
		if (check_keys(&p, at, e) < 0)
			return -1;
		/* A profile may name itself when it holds keys: they are then the source. */
		if (!next.n || (str_eq(next, at) && profile_get(&p, "aws_access_key_id").n))
			return 0;
		source = profile_find(config, credentials, next);
		if (!profile_exists(&source))
			return refuse(&p, "source_profile", at, e, "source_profile names a profile that does not exist");
		if (str_eq(next, name))
			return refuse(&p, "source_profile", at, e, "source_profile leads back to where it began");
		at = next;
	}
	return err_kind(e, ERR_USAGE, "profile \"%s\": source_profile leads round in a circle",
	                source_show(name, shown, sizeof shown));
}
