/* `seismo history AGENT`: the moves of its pointers, the newest first. */
#include "cli/acting.h"
#include "cli/cli.h"
#include "cli/get_run.h"

#include <stdlib.h>

#include "act/route_json.h"
#include "app/agent_history.h"
#include "base/xalloc.h"

typedef struct Row { const HistoryRow *h; const AskPart *part; } Row;

static int newest_first(const void *x, const void *y)
{
	const Row *a = x, *b = y;

	if (a->h->m.at_ms != b->h->m.at_ms)
		return a->h->m.at_ms < b->h->m.at_ms ? 1 : -1;
	return a->part != b->part ? (a->part > b->part) - (a->part < b->part) : (a->h > b->h) - (a->h < b->h);
}

static void one(JsonW *w, const Ask *a, const Row *x)
{
	const RegMove *m = &x->h->m;

	jw_object(w);
	if (a->n > 1)
		get_place(w, x->part);
	get_str(w, "op", m->op);
	get_time(w, "time", m->at_ms);
	get_str(w, "by", m->by);
	get_str(w, "host", m->host);
	get_str(w, "action", m->action);
	get_str(w, "pointer", x->h->pointer);
	route_write(w, "from", m->from);
	route_write(w, "to", m->to);
	get_str(w, "reason", m->reason);
	jw_kstr(w, "outcome", str_of(x->h->outcome));
	jw_kstr(w, "origin", x->h->elsewhere ? STR("elsewhere") : STR("seismo"));
	jw_object_end(w);
}

static int read_part(const Ask *a, const AskPart *p, Str name, Arena *arena, HistoryRow **row, size_t *n, bool *known, Err *e)
{
	HistoryAsk q = { .name = name, .since_ms = a->since_ms, .until_ms = a->until_ms };
	char *journal = NULL;
	int rc = session_state_path(&p->watch->session, "journal.db", &journal, e);

	q.journal = journal;
	if (rc == 0)
		rc = agent_history(p->store, &q, arena, row, n, known, e);
	free(journal);
	return rc;
}

int get_history(const Options *o, Ask *a, JsonW *w, Err *e)
{
	Row *found = NULL;
	Arena arena = { 0 };
	size_t n = 0, cap = 0, rows;
	bool known = false, here;
	HistoryRow *row;
	int rc = 0;

	for (size_t i = 0; i < a->n && rc == 0; i++) {
		if (!a->part[i].store || (rc = read_part(a, &a->part[i], str_of(o->arg[0]), &arena, &row, &rows, &here, e)) < 0)
			continue;
		known |= here;
		VEC_GROW(found, cap, n + rows + 1);
		for (size_t k = 0; k < rows; k++)
			found[n++] = (Row){ &row[k], &a->part[i] };
	}
	if (n)
		qsort(found, n, sizeof *found, newest_first);
	jw_array(w);
	for (size_t i = 0; rc == 0 && i < n; i++)
		one(w, a, &found[i]);
	jw_array_end(w);
	if (rc == 0 && !known && !n)
		rc = err_kind(e, ERR_USAGE, "no back end has an agent %s, and nothing is on record of it; seismo get agents lists them", o->arg[0]);
	free(found);
	arena_done(&arena);
	return rc;
}

static const EmitColumn columns[] = {
	{ "time", "TIME", CELL_CLOCK, false },
	{ "pointer", "POINTER", CELL_TEXT, false },
	{ "from", "FROM", CELL_ROUTE, false },
	{ "to", "TO", CELL_ROUTE, false },
	{ "action", "ACTION", CELL_TEXT, false },
	{ "outcome", "OUTCOME", CELL_TEXT, false },
	{ "origin", "ORIGIN", CELL_TEXT, false },
	{ "by", "BY", CELL_ACTOR, false },
	{ "host", "HOST", CELL_TEXT, false },
	{ "reason", "REASON", CELL_TEXT, false },
	{ "op", "OP", CELL_TEXT, false },
};

static const GetKind history = { "history", GET_REGISTRY, INT64_C(35) * 86400000, get_history, "", columns, sizeof columns / sizeof *columns, 0 };

int cmd_history(const Options *o)
{
	if (o->args != 1)
		return acting_usage("history takes one agent: seismo history AGENT");
	return get_run(o, &history);
}
