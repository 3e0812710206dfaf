#include "act/audit.h"

#include <string.h>

#include "act/route_json.h"
#include "base/file.h"
#include "model/agent_name.h"
#include "wire/time8601.h"

enum { FILE_MAX = 256 << 20, LINE_MAX_BYTES = 1 << 20 };

char *audit_path(Str context)
{
	Buf name = { 0 };
	char *path;

	(void)buf_printf(&name, "%.*s.audit.jsonl", STR_ARG(context));
	path = xdg_path(XDG_STATE, buf_cstr(&name));
	buf_done(&name);
	return path;
}

static int take_ids(Arena *a, JsonVal v, AuditRow *r, Err *e)
{
	JsonVal list;
	Str *ids;

	if (jv_array(v, "requestIds", &list, e) < 0)
		return -1;
	r->request = ids = ARENA_ARRAY(a, Str, jv_count(list) + 1);
	for (r->requests = 0; r->requests < jv_count(list); r->requests++)
		if (jv_as_str(jv_at(list, r->requests), &ids[r->requests], e) < 0)
			return -1;
	return 0;
}

static int take_row(Arena *a, Str line, AuditRow *r, Err *e)
{
	Str time, event;
	JsonVal v;
	const struct { const char *key; Str *to; } texts[] = {
		{ "time", &time }, { "event", &event }, { "op", &r->op }, { "action", &r->action }, { "by", &r->by }, { "host", &r->host },
		{ "context", &r->context }, { "account", &r->account }, { "region", &r->region }, { "backend", &r->backend }, { "agent", &r->agent },
		{ "pointer", &r->pointer }, { "reason", &r->reason }, { "note", &r->note },
	};

	*r = (AuditRow){ 0 };
	if (jv_parse(a, line, LINE_MAX_BYTES, &v, e) < 0)
		return -1;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (jv_str(v, texts[i].key, texts[i].to, e) < 0)
			return -1;
	if (time_parse_iso(time, &r->at_ms) < 0)
		return err_set(e, "its time cannot be read");
	r->event = arena_str(a, event).p;
	return route_read(a, v, "from", &r->from, e) < 0 || route_read(a, v, "to", &r->to, e) < 0 || jv_bool(v, "claim", &r->claim, e) < 0 ?
	       -1 : take_ids(a, v, r, e);
}

int audit_list(const char *path, const AuditAsk *ask, Arena *a, AuditRow **out, size_t *n, Err *e)
{
	Buf all = { 0 };
	Str rest, text;
	size_t lines = 1;

	*n = 0;
	*out = NULL;
	if (!file_exists(path))
		return 0;
	if (file_read(path, &all, FILE_MAX, e) < 0) {
		buf_done(&all);
		return -1;
	}
	text = arena_str(a, buf_str(&all));
	buf_done(&all);
	for (size_t i = 0; i < text.n; i++)
		lines += text.p[i] == '\n';
	*out = ARENA_ARRAY(a, AuditRow, lines);
	for (rest = text; rest.n;) {
		AuditRow *r = &(*out)[*n];

		/* A line that cannot be read is for audit_verify to name. */
		if (take_row(a, str_cut(rest, '\n', &rest), r, NULL) == 0 && r->at_ms >= ask->from_ms && r->at_ms < ask->until_ms &&
		    (!ask->agent.n || agent_same_name(r->agent, ask->agent)))
			(*n)++;
	}
	return 0;
}
