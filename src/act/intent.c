#include "act/intent.h"

#include <stddef.h>
#include <stdio.h>

#include "act/route_json.h"

typedef enum Kind { TEXT, WORD, NUMBER, FLAG, ROUTE } Kind;      /* WORD: a text in the struct itself */

/* needed: nothing can be done with a row that lacks it. A number that is not needed and 0 is left out. */
typedef struct Member { const char *name; Kind kind; size_t at, size; bool needed; } Member;

#define MEMBER(name, kind, field, needed) { name, kind, offsetof(Intent, field), sizeof((Intent *)0)->field, needed }
static const Member members[] = {
	MEMBER("action", TEXT, action, true), MEMBER("backend", TEXT, backend, true), MEMBER("agent", TEXT, agent, true),
	MEMBER("name", TEXT, name, true), MEMBER("pointer", TEXT, pointer, true), MEMBER("pointerName", TEXT, pointer_name, true),
	MEMBER("version", TEXT, version, false), MEMBER("was", TEXT, was, false), MEMBER("becomes", TEXT, becomes, false),
	MEMBER("reason", TEXT, reason, true), MEMBER("by", TEXT, by, false), MEMBER("account", TEXT, account, false),
	MEMBER("region", TEXT, region, false), MEMBER("from", ROUTE, from, true), MEMBER("to", ROUTE, to, true),
	MEMBER("untilMs", NUMBER, until_ms, false), MEMBER("rev", NUMBER, rev, true), MEMBER("claim", FLAG, claim, true),
	MEMBER("host", WORD, process.host, false), MEMBER("boot", WORD, process.boot, false), MEMBER("space", WORD, process.space, false),
	MEMBER("pid", NUMBER, process.pid, false), MEMBER("start", NUMBER, process.start, false),
};
enum { MEMBERS = sizeof members / sizeof *members };

static void write_number(JsonW *w, const Member *m, int64_t value)
{
	if (m->needed || value)
		jw_ki64(w, m->name, value);
}

void intent_write(JsonW *w, const Intent *x)
{
	jw_object(w);
	for (const Member *m = members; m < members + MEMBERS; m++) {
		const void *at = (const char *)x + m->at;

		switch (m->kind) {
		case TEXT:   jw_kstr(w, m->name, *(const Str *)at); break;
		case WORD:   jw_kstr(w, m->name, str_of(at)); break;
		case NUMBER: write_number(w, m, *(const int64_t *)at); break;
		case FLAG:   jw_kbool(w, m->name, *(const bool *)at); break;
		case ROUTE:  route_write(w, m->name, *(const Route *)at); break;
		}
	}
	jw_object_end(w);
}

static int read_word(JsonVal v, const Member *m, char *to, Err *e)
{
	Str s;

	if (jv_as_str(v, &s, e) < 0)
		return -1;
	(void)snprintf(to, m->size, "%.*s", STR_ARG(s));       /* a name longer than any of this machine is no process of it */
	return 0;
}

static int read_member(Arena *a, JsonVal facts, const Member *m, Intent *out, Err *e)
{
	void *at = (char *)out + m->at;
	JsonVal v;
	int got = jv_member(facts, m->name, m->needed, &v, e);

	if (got <= 0)
		return got;
	switch (m->kind) {
	case TEXT:   return jv_as_str(v, at, e);
	case WORD:   return read_word(v, m, at, e);
	case NUMBER: return jv_as_i64(v, at, e);
	case FLAG:   return jv_as_bool(v, at, e);
	case ROUTE:  return route_read(a, facts, m->name, at, e);
	}
	return 0;
}

static int parse_facts(Arena *a, Str facts, JsonVal *v, Intent *out, Err *e)
{
	*out = (Intent){ 0 };
	for (const Member *m = members; m < members + MEMBERS; m++)
		if (m->kind == TEXT)
			*(Str *)(void *)((char *)out + m->at) = STR("");
	if (jv_parse(a, facts, facts.n + 1, v, e) < 0)
		return -1;
	return jv_type(*v) == JV_OBJECT ? 0 : jv_bad(*v, "no object", e);
}

int intent_read(Arena *a, Str facts, Intent *out, Err *e)
{
	JsonVal v;

	if (parse_facts(a, facts, &v, out, e) < 0)
		return -1;
	/* A row of another version of this program may lack some: what it has is told. */
	for (const Member *m = members; m < members + MEMBERS; m++)
		(void)read_member(a, v, m, out, NULL);
	return 0;
}

int intent_take(Arena *a, const JournalRow *row, Intent *out, Err *e)
{
	JsonVal v;
	int rc = parse_facts(a, row->facts, &v, out, e);

	for (const Member *m = members; rc == 0 && m < members + MEMBERS; m++)
		rc = read_member(a, v, m, out, e);
	return rc < 0 ? err_wrap(e, "the journal's row of %.*s", STR_ARG(row->op)) : 0;
}
