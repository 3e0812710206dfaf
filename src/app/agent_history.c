#include "app/agent_history.h"

#include <stdlib.h>

#include "act/intent.h"
#include "base/file.h"
#include "base/xalloc.h"
#include "model/agent_name.h"
#include "store/journal.h"

enum { JOURNAL_MAX = 10000, SAME_MS = 1200000 };

typedef struct Rows { HistoryRow *v; size_t n, cap; Arena *a; const HistoryAsk *q; Str name; Registry g; } Rows;

static void add(Rows *r, HistoryRow row)
{
	if (row.m.at_ms < r->q->since_ms || (r->q->until_ms && row.m.at_ms >= r->q->until_ms))
		return;
	VEC_GROW(r->v, r->cap, r->n + 1);
	r->v[r->n++] = row;
}

static bool has_op(const Rows *r, Str op)
{
	for (size_t i = 0; i < r->n; i++)
		if (op.n && str_eq(r->v[i].m.op, op))
			return true;
	return false;
}

static const char *outcome_of(Str event)
{
	static const char *const known[] = { "done", "failed", "released", "lost" };

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (str_is(event, known[i]))
			return known[i];
	return "unknown";
}

static Str pointer_id(const Registry *g, Str object)
{
	const RegPointer *p = registry_pointer_of(g, object);

	return p ? p->id : object;
}

static bool is_of(Str object, Str name)
{
	Str rest, agent = str_cut(object, '/', &rest);

	return agent_same_name(agent, name);
}

/* --- seismo's own --- */

/* What this machine's journal says; the audit items say the same of a route, and of other machines. */
static int take_journal(Rows *r, Err *e)
{
	Journal *j = NULL;
	JournalRow *row;
	size_t n = 0;
	int rc = 0;

	if (r->q->journal && file_exists(r->q->journal)) {
		j = journal_open(r->q->journal, e);
		rc = j ? journal_list(j, false, JOURNAL_MAX, r->a, &row, &n, e) : -1;
	}
	for (size_t i = 0; rc == 0 && i < n; i++) {
		Intent it;

		if (intent_read(r->a, row[i].facts, &it, NULL) < 0 || !agent_same_name(it.name, r->name))
			continue;
		add(r, (HistoryRow){ .m = { .op = row[i].op, .action = it.action, .by = it.by, .host = arena_str(r->a, str_of(it.process.host)),
		                            .reason = it.reason, .from = it.from, .to = it.to, .at_ms = row[i].at_ms },
		                     .pointer = it.pointer, .outcome = outcome_of(row[i].outcome) });
	}
	journal_close(j);
	return rc;
}

/* The newest first: of one action the end comes before the claim. */
static void take_moves(Rows *r)
{
	const Registry *g = &r->g;

	for (size_t i = 0; i < g->moves; i++) {
		const RegMove *m = &g->move[i];
		Str pointer = pointer_id(g, m->object);
		bool known = has_op(r, m->op);

		/* The lock table's last word has no id of its action: the journal may have more to say about it. */
		for (size_t k = 0; k < r->n && !m->op.n && !known; k++)
			known = str_eq(r->v[k].pointer, pointer) && route_eq(r->v[k].m.to, m->to) && llabs(r->v[k].m.at_ms - m->at_ms) < SAME_MS;
		if (!known && is_of(m->object, r->name))
			add(r, (HistoryRow){ .m = *m, .pointer = pointer, .outcome = outcome_of(m->event) });
	}
}

/* --- everybody else's --- */

static bool is_told(const Rows *r, const Change *c, Str pointer, Route to)
{
	for (size_t i = 0; i < r->n; i++) {
		const HistoryRow *x = &r->v[i];

		if (!x->elsewhere && str_eq(x->pointer, pointer) && (!to.n || route_eq(x->m.to, to)) && llabs(x->m.at_ms - c->time_ms) < SAME_MS)
			return true;
	}
	return false;
}

static void take_changes(Rows *r)
{
	const Registry *g = &r->g;

	for (size_t i = 0; i < g->changes; i++) {
		const Change *c = &g->change[i];
		bool paused;
		Route from = registry_route(c->from, r->a, &paused), to = registry_route(c->to, r->a, &paused);
		Str pointer = pointer_id(g, c->object);

		if (!is_of(c->object, r->name) || registry_ours(g, c) || is_told(r, c, pointer, to))
			continue;
		add(r, (HistoryRow){ .m = { .by = c->by, .from = from, .to = to, .at_ms = c->time_ms }, .pointer = pointer, .outcome = "done",
		                      .elsewhere = true });
	}
}

/* --- together --- */

static int newest_first(const void *x, const void *y)
{
	const HistoryRow *a = x, *b = y;

	if (a->m.at_ms != b->m.at_ms)
		return a->m.at_ms < b->m.at_ms ? 1 : -1;
	return str_cmp(a->pointer, b->pointer);
}

int agent_history(Store *s, const HistoryAsk *q, Arena *a, HistoryRow **out, size_t *n, bool *known, Err *e)
{
	Rows r = { .a = a, .q = q, .name = q->name };
	const RegAgent *found;
	int rc = registry_read(s, q->since_ms, a, &r.g, e);

	*n = 0;
	*known = false;
	if (rc == 0 && (found = registry_find(&r.g, q->name, NULL))) {
		*known = true;
		r.name = found->name;
	}
	if (rc == 0 && (rc = take_journal(&r, e)) == 0) {
		take_moves(&r);
		take_changes(&r);
	}
	if (r.n)
		qsort(r.v, r.n, sizeof *r.v, newest_first);
	*out = ARENA_ARRAY(a, HistoryRow, r.n + 1);
	for (size_t i = 0; i < r.n; i++)
		(*out)[i] = r.v[i];
	*n = r.n;
	free(r.v);
	return rc;
}
