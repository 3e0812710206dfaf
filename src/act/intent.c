#include "act/intent.h"

#include <stddef.h>
#include <stdio.h>

#include "act/route_json.h"

static const struct { const char *name; size_t at; } texts[] = {
	{ "action", offsetof(Intent, action) }, { "backend", offsetof(Intent, backend) }, { "agent", offsetof(Intent, agent) },
	{ "name", offsetof(Intent, name) }, { "pointer", offsetof(Intent, pointer) }, { "pointerName", offsetof(Intent, pointer_name) },
	{ "version", offsetof(Intent, version) }, { "was", offsetof(Intent, was) }, { "becomes", offsetof(Intent, becomes) },
	{ "reason", offsetof(Intent, reason) }, { "by", offsetof(Intent, by) }, { "account", offsetof(Intent, account) },
	{ "region", offsetof(Intent, region) },
};
enum { TEXTS = sizeof texts / sizeof *texts };

static const struct { const char *name; size_t at, size; } words[] = {
	{ "host", offsetof(Intent, process.host), sizeof((ProcessId *)0)->host },
	{ "boot", offsetof(Intent, process.boot), sizeof((ProcessId *)0)->boot },
	{ "space", offsetof(Intent, process.space), sizeof((ProcessId *)0)->space },
};
enum { WORDS = sizeof words / sizeof *words };

void intent_write(JsonW *w, const Intent *x)
{
	jw_object(w);
	for (int i = 0; i < TEXTS; i++)
		jw_kstr(w, texts[i].name, *(const Str *)(const void *)((const char *)x + texts[i].at));
	route_write(w, "from", x->from);
	route_write(w, "to", x->to);
	if (x->until_ms)
		jw_ki64(w, "untilMs", x->until_ms);
	jw_ki64(w, "rev", x->rev);
	jw_kbool(w, "claim", x->claim);
	for (int i = 0; i < WORDS; i++)
		jw_kstr(w, words[i].name, str_of((const char *)x + words[i].at));
	jw_ki64(w, "pid", x->process.pid);
	jw_ki64(w, "start", x->process.start);
	jw_object_end(w);
}

int intent_read(Arena *a, Str facts, Intent *out, Err *e)
{
	JsonVal v;

	*out = (Intent){ 0 };
	for (int i = 0; i < TEXTS; i++)
		*(Str *)(void *)((char *)out + texts[i].at) = STR("");
	if (jv_parse(a, facts, facts.n + 1, &v, e) < 0)
		return -1;
	if (jv_type(v) != JV_OBJECT)
		return jv_bad(v, "no object", e);
	/* A row of another version of this program may lack some: what it has is told. */
	for (int i = 0; i < TEXTS; i++)
		(void)jv_opt_str(v, texts[i].name, (Str *)(void *)((char *)out + texts[i].at), NULL);
	(void)route_read(a, v, "from", &out->from, NULL);
	(void)route_read(a, v, "to", &out->to, NULL);
	(void)jv_opt_i64(v, "untilMs", &out->until_ms, NULL);
	(void)jv_opt_i64(v, "rev", &out->rev, NULL);
	(void)jv_opt_bool(v, "claim", &out->claim, NULL);
	for (int i = 0; i < WORDS; i++) {
		Str s = STR("");

		(void)jv_opt_str(v, words[i].name, &s, NULL);
		(void)snprintf((char *)out + words[i].at, words[i].size, "%.*s", STR_ARG(s));
	}
	(void)jv_opt_i64(v, "pid", &out->process.pid, NULL);
	(void)jv_opt_i64(v, "start", &out->process.start, NULL);
	return 0;
}
