/* Moves of pointers: those of this machine's journal, then those of others that the registry tells of. */
#include "app/ops_seen.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "wire/time8601.h"

/* Of two words about one move, how far apart they may stand. */
enum { SAME_MS = 1200000 };

typedef struct Seeing {
	const OpsAsk *q;
	const Registry *r;
	Arena *a;
	SeenMove *v; size_t n, cap;
} Seeing;

static SeenMove *add(Seeing *s, SeenMove m)
{
	m.left_ms = INT64_MAX;
	m.served = true;
	VEC_GROW(s->v, s->cap, s->n + 1);
	s->v[s->n] = m;
	return &s->v[s->n++];
}

static const SeenMove *find_op(const Seeing *s, Str op)
{
	for (size_t i = 0; op.n && i < s->n; i++)
		if (str_eq(s->v[i].v.op, op))
			return &s->v[i];
	return NULL;
}

/* --- this machine's journal --- */

static MoveOutcome outcome_of(const JournalRow *row, const Intent *x, const ProcessId *self)
{
	static const MoveOutcome ends[] = { MOVE_DONE, MOVE_FAILED, MOVE_LOST, MOVE_RELEASED, MOVE_REFUSED };

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (str_is(row->outcome, move_outcome_name(ends[i])))
			return ends[i];
	/* Without an end: whoever sent it is at it, or nobody is any more. */
	return str_is(row->step, "unknown") || !x->process.pid || process_look(self, &x->process) == PROCESS_GONE ? MOVE_UNKNOWN : MOVE_OPEN;
}

static void take_row(Seeing *s, const JournalRow *row, const Intent *x)
{
	SeenMove m = { .how = SEEN_IN_JOURNAL, .step = row->step, .begun_ms = row->begun_ms };
	MoveView *v = &m.v;

	if (!move_action_of(x->action, &v->action) || !move_action_moves(v->action))
		return;
	v->outcome = outcome_of(row, x, &s->q->self);
	/* What did not move it, and is over, is nobody else's. */
	if (v->outcome != MOVE_OPEN && v->outcome != MOVE_UNKNOWN && (v->outcome != MOVE_DONE || row->at_ms < s->q->since_ms))
		return;
	v->op = row->op;
	v->backend = arena_cstr(s->a, x->backend);
	v->agent = x->agent;
	v->name = x->name;
	v->pointer = x->pointer;
	v->pointer_name = x->pointer_name;
	v->from = x->from;
	v->to = x->to;
	v->leaves = route_beside(x->from, route_main(x->to));
	v->reason = x->reason;
	v->by = x->by;
	v->claim = x->claim;
	v->started_ms = row->begun_ms;
	v->finished_ms = v->outcome == MOVE_OPEN ? 0 : row->at_ms;
	if (row->detail.n)
		(void)err_set(&v->err, "%.*s", STR_ARG(row->detail));
	m.host = arena_str(s->a, str_of(x->process.host));
	m.pid = x->process.pid;
	m.own = x->process.pid == s->q->self.pid && x->process.start == s->q->self.start && process_same_clock(&s->q->self, &x->process);
	(void)add(s, m);
}

/* --- the registry --- */

static MoveView view_of(const RegPointer *p)
{
	return (MoveView){ .backend = registry_backend(p->source), .agent = p->agent, .name = p->agent_name, .pointer = p->id,
	                   .pointer_name = p->name, .claim = true, .op = STR(""), .leaves = STR("") };
}

static void take_lock(Seeing *s, const RegPointer *p)
{
	SeenMove m = { .how = SEEN_IN_REGISTRY, .v = view_of(p), .step = STR(""), .host = p->lock.host, .pid = p->lock.pid };
	const SeenMove *known = find_op(s, p->lock.op);

	/* A look that began before its end still shows the lock: the journal knows better. */
	if (!p->locked || known || !move_action_of(p->lock.action, &m.v.action) || !move_action_moves(m.v.action) ||
	    time_parse_iso(p->lock.since, &m.begun_ms) < 0)
		return;
	m.v.op = p->lock.op;
	m.v.from = p->lock.from;
	m.v.to = p->lock.to;
	m.v.by = p->lock.by;
	m.v.reason = p->lock.reason;
	m.v.started_ms = m.begun_ms;
	(void)add(s, m);
}

static int64_t claimed_ms(const Registry *r, const RegMove *done)
{
	for (size_t i = 0; i < r->moves; i++)
		if (done->op.n && str_eq(r->move[i].op, done->op) && str_is(r->move[i].event, "claimed"))
			return r->move[i].at_ms;
	return done->at_ms;
}

/* The lock table's last word does not say what was done: it was a move when the pointer changed then. */
static const Change *change_of(const Registry *r, const RegMove *m)
{
	for (size_t i = 0; i < r->changes; i++)
		if (str_eq(r->change[i].object, m->object) && str_eq(r->change[i].to, route_main(m->to)) && llabs(r->change[i].time_ms - m->at_ms) < SAME_MS)
			return &r->change[i];
	return NULL;
}

/* The journal has told of it, perhaps by another clock. */
static bool is_told(const Seeing *s, const RegPointer *p, const RegMove *m)
{
	for (size_t i = 0; i < s->n; i++) {
		const SeenMove *x = &s->v[i];

		if (str_eq(x->v.pointer, p->id) && route_eq(x->v.to, m->to) && llabs(x->v.finished_ms - m->at_ms) < SAME_MS)
			return true;
	}
	return find_op(s, m->op) != NULL;
}

static void take_done(Seeing *s, const RegMove *x)
{
	const RegPointer *p = registry_pointer_of(s->r, x->object);
	SeenMove m = { .how = SEEN_IN_REGISTRY, .step = STR(""), .host = x->host };
	const Change *c;

	if (!p || !str_is(x->event, "done") || x->at_ms < s->q->since_ms || is_told(s, p, x))
		return;
	m.v = view_of(p);
	m.v.from = x->from;
	if (x->action.n && (!move_action_of(x->action, &m.v.action) || !move_action_moves(m.v.action)))
		return;
	if (!x->action.n) {
		if (!(c = change_of(s->r, x)))
			return;
		m.v.from = route_one(s->a, c->from);
		m.v.action = MOVE_ACTIONS;                   /* not known */
	}
	m.v.outcome = MOVE_DONE;
	m.v.op = x->op;
	m.v.to = x->to;
	m.v.leaves = route_beside(m.v.from, route_main(x->to));
	m.v.by = x->by;
	m.v.reason = x->reason;
	m.begun_ms = m.v.started_ms = claimed_ms(s->r, x);
	m.v.finished_ms = x->at_ms;
	(void)add(s, m);
}

/* --- together --- */

static void see_pointer(Seeing *s, SeenMove *m)
{
	const RegPointer *p = registry_pointer(s->r, m->v.pointer);
	Str to = route_main(m->v.to);

	if (!p || m->v.outcome != MOVE_DONE)
		return;
	if (ops_looked_since(s->q, p, m->v.finished_ms) && !str_eq(route_main(p->live), to)) {
		m->served = false;
		m->left_ms = s->q->looked_ms[p->source];
	}
	for (size_t i = 0; i < s->r->changes; i++) {
		const Change *c = &s->r->change[i];
		Str rest, now = str_cut(str_cut(c->to, ' ', &rest), ':', &rest);

		if (str_eq(c->object, p->object) && c->since_ms >= m->v.finished_ms && now.n && !str_eq(now, to) && c->time_ms < m->left_ms)
			m->left_ms = c->time_ms;
	}
}

int seen_rank(const SeenMove *m)
{
	return m->v.outcome == MOVE_UNKNOWN ? 0 : m->v.outcome == MOVE_OPEN ? 1 : 2;
}

static int first_first(const void *x, const void *y)
{
	const SeenMove *a = x, *b = y;

	if (seen_rank(a) != seen_rank(b))
		return seen_rank(a) - seen_rank(b);
	if (a->begun_ms != b->begun_ms)
		return a->begun_ms < b->begun_ms ? 1 : -1;
	return str_cmp(a->v.op, b->v.op);
}

static bool came_after(const SeenMove *x, const SeenMove *done)
{
	return x->v.outcome == MOVE_DONE ? x->v.finished_ms > done->v.finished_ms : x->begun_ms >= done->v.finished_ms;
}

/* A later move of the pointer has taken the place of what was done before: also one whose end nobody knows, for it may have moved it. */
static bool is_past(const Seeing *s, size_t at)
{
	const SeenMove *m = &s->v[at];

	for (size_t i = 0; i < s->n && m->v.outcome == MOVE_DONE; i++)
		if (i != at && str_eq(s->v[i].v.pointer, m->v.pointer) && came_after(&s->v[i], m))
			return true;
	return false;
}

void moves_seen(const OpsFrom *from, Arena *a, OpsSeen *out)
{
	Seeing s = { .q = from->q, .r = from->r, .a = a };

	for (size_t i = 0; i < from->rows; i++)
		take_row(&s, &from->row[i].row, &from->row[i].x);
	for (size_t i = 0; i < s.r->pointers; i++)
		take_lock(&s, &s.r->pointer[i]);
	for (size_t i = 0; i < s.r->moves; i++)
		take_done(&s, &s.r->move[i]);
	out->move = ARENA_ARRAY(a, SeenMove, s.n + 1);
	for (size_t i = 0; i < s.n; i++) {
		see_pointer(&s, &s.v[i]);
		if (!is_past(&s, i))
			out->move[out->moves++] = s.v[i];
	}
	if (out->moves)
		qsort(out->move, out->moves, sizeof *out->move, first_first);
	free(s.v);
}
