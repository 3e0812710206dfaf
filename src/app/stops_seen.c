/* Stops that hold: done, and not taken back since, as far as the journal and the registry tell. Whether another machine rejects calls at an
 * alias by a stop or by a pause nobody can see from here: that is a pointer that is paused (the agents view says so). */
#include "app/ops_seen.h"

#include <stdlib.h>

static bool is_done(const OpsRow *r, MoveAction *action)
{
	return str_is(r->row.outcome, "done") && move_action_of(r->x.action, action);
}

/* Of the same pointer: what puts that stop back, or moves it away from where it is parked. */
static bool ends(const OpsRow *later, const OpsRow *stop, MoveAction action)
{
	MoveAction done, undo;

	if (!is_done(later, &done) || !str_eq(later->x.pointer, stop->x.pointer))
		return false;
	return action == MOVE_STOP_PARK ? move_action_moves(done) : move_action_undo(action, &undo) && done == undo;
}

/* By whatever hand: what was looked at before it was stopped says nothing. */
static bool ended_outside(const OpsFrom *from, const OpsRow *stop, MoveAction action)
{
	const RegPointer *p = registry_pointer(from->r, stop->x.pointer);

	if (!p || !ops_looked_since(from->q, p, stop->row.at_ms))
		return false;
	return action == MOVE_STOP_PARK ? !str_eq(route_main(p->live), route_main(stop->x.to)) : action == MOVE_STOP_REJECT && !p->paused;
}

static void take_row(const OpsFrom *from, size_t at, Arena *a, OpsSeen *out)
{
	const OpsRow *r = &from->row[at];
	MoveAction action;

	if (!is_done(r, &action) || !move_action_stops(action) || action == MOVE_STOP_SESSIONS || !r->x.until_ms || ended_outside(from, r, action))
		return;
	for (size_t i = 0; i < at; i++)
		if (ends(&from->row[i], r, action))
			return;
	out->stop[out->stops++] = (SeenStop){ action, r->row.op, r->x.name, r->x.pointer, r->x.pointer_name, r->x.by,
	                                      arena_str(a, str_of(r->x.process.host)), r->row.at_ms, r->x.until_ms, false };
}

static bool is_told(const OpsFrom *from, Str op)
{
	for (size_t i = 0; i < from->rows; i++)
		if (str_eq(from->row[i].row.op, op))
			return true;
	return false;
}

/* Another machine's: an audit item of the route. It holds while it is the last of that route, and the route is there. */
static void take_pointer(const OpsFrom *from, const RegPointer *p, OpsSeen *out)
{
	for (size_t i = 0; i < from->r->moves; i++) {
		const RegMove *m = &from->r->move[i];

		if (!str_eq(m->object, p->object) || !str_is(m->event, "done") || !m->to.n)
			continue;
		if (str_is(m->action, move_action_name(MOVE_STOP_PARK)) && route_eq(m->to, p->live) && !is_told(from, m->op))
			out->stop[out->stops++] = (SeenStop){ MOVE_STOP_PARK, m->op, p->agent_name, p->id, p->name, m->by, m->host, m->at_ms,
			                                      m->at_ms + from->q->ttl_ms, true };
		return;
	}
}

static int first_end(const void *x, const void *y)
{
	const SeenStop *a = x, *b = y;

	return a->until_ms != b->until_ms ? a->until_ms < b->until_ms ? -1 : 1 : str_cmp(a->op, b->op);
}

void stops_seen(const OpsFrom *from, Arena *a, OpsSeen *out)
{
	out->stop = ARENA_ARRAY(a, SeenStop, from->rows + from->r->pointers + 1);
	for (size_t i = 0; i < from->rows; i++)
		take_row(from, i, a, out);
	for (size_t i = 0; i < from->r->pointers; i++)
		if (from->r->pointer[i].source == CHANGE_BY_DYNAMODB)
			take_pointer(from, &from->r->pointer[i], out);
	if (out->stops)
		qsort(out->stop, out->stops, sizeof *out->stop, first_end);
}
