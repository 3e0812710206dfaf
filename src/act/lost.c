/* Somebody else was first: who, from where, since when, to what. The lock says it while it is held, then the newest audit item; what only
 * the pointer's own item knows (a move of before) is the least. */
#include "act/move_own.h"

#include "wire/time8601.h"

/* RACE_MS: what was done before then was done before anybody looked. */
enum { LAST_ITEMS = 20, RACE_MS = 10 * 60000 };

static void lost_to_lock(Move *m, const LockRow *row)
{
	MoveView *v = &m->v;
	Err why = { 0 };

	v->lost_to_lock = true;
	v->winner = lock_copy(&m->arena, &row->lock);
	if (m->a->moves)
		(void)err_kind(&why, ERR_LOST, "%.*s is being moved by %.*s on %.*s since %.*s (%.*s to %.*s); nothing was changed by you",
		               STR_ARG(v->pointer), STR_ARG(v->winner.by), STR_ARG(v->winner.host), STR_ARG(v->winner.since), STR_ARG(v->winner.action),
		               STR_ARG(route_text(v->winner.to, &m->arena)));
	else
		(void)err_kind(&why, ERR_LOST, "%.*s is being changed by %.*s on %.*s since %.*s (%.*s); nothing was changed by you", STR_ARG(v->pointer),
		               STR_ARG(v->winner.by), STR_ARG(v->winner.host), STR_ARG(v->winner.since), STR_ARG(v->winner.action));
	move_end(m, MOVE_LOST, &why);
}

/* As the view's winner has it. moved: what it did was a move. */
static void lost_to_item(Move *m, bool moved)
{
	MoveView *v = &m->v;
	Str by = v->winner.by.n ? v->winner.by : STR("somebody outside seismo");
	Str since = v->winner.since.n ? v->winner.since : STR("a time not known");
	Err why = { 0 };

	if (moved)
		(void)err_kind(&why, ERR_LOST, "%.*s was moved to %.*s by %.*s at %.*s; nothing was changed by you", STR_ARG(v->pointer),
		               STR_ARG(route_text(v->winner.to, &m->arena)), STR_ARG(by), STR_ARG(since));
	else
		(void)err_kind(&why, ERR_LOST, "%.*s was changed by %.*s at %.*s (%.*s); nothing was changed by you", STR_ARG(v->pointer), STR_ARG(by),
		               STR_ARG(since), STR_ARG(v->winner.action.n ? v->winner.action : STR("how is not known")));
	move_end(m, MOVE_LOST, &why);
}

/* Items are in the order of their writers' clocks, which need not agree: of a move the pointer's own item says when it was. */
static bool is_the_winner(const Move *m, const AuditSeen *seen)
{
	return !m->a->moves || !m->v.winner.since.n || str_eq(seen->time, m->v.winner.since);
}

/* There is nothing that the action could take back, and nobody has done so just now. */
static bool is_idle(const Move *m, const AuditSeen *last)
{
	int64_t ms;

	if (!m->a->takes_back || !str_eq(m->v.was, m->v.becomes))
		return false;
	return !str_is(last->action, m->a->name) || time_parse_iso(last->time, &ms) < 0 || m->v.started_ms - ms > RACE_MS;
}

static void idle(Move *m)
{
	move_refuse(m, ERR_REFUSED, "%.*s of %.*s is not %s: there is nothing to %s", STR_ARG(m->v.pointer_name), STR_ARG(m->v.name), m->a->from,
	            m->a->name);
}

static void on_audit(Move *m, const void *out, const AwsError *err)
{
	const DdbPage *page = out;
	AuditSeen seen = { 0 };
	bool found = false;

	for (size_t i = 0; !err && !found && i < jv_count(page->items); i++)
		found = audit_seen(&m->arena, &m->place, jv_at(page->items, i), &seen, NULL) == 0 && is_the_winner(m, &seen);
	if (!found)
		seen = (AuditSeen){ 0 };
	if (is_idle(m, &seen)) {
		idle(m);
		return;
	}
	if (found)
		m->v.winner = (Lock){ .op = move_keep(m, seen.op), .action = move_keep(m, seen.change.n ? seen.change : seen.action),
		                      .by = move_keep(m, seen.by), .host = move_keep(m, seen.host), .since = move_keep(m, seen.time),
		                      .reason = move_keep(m, seen.reason), .to = route_copy(&m->arena, seen.to) };
	lost_to_item(m, m->a->moves && !seen.change.n);
}

void move_lost(Move *m, const LockRow *row)
{
	DdbQueryIn q;

	if (row->locked) {
		lost_to_lock(m, row);
		return;
	}
	m->v.winner = (Lock){ .by = move_keep(m, row->updated_by), .since = move_keep(m, row->updated_at), .reason = move_keep(m, row->reason),
	                      .to = row->routes.n ? route_copy(&m->arena, row->routes) : route_one(&m->arena, row->live) };
	if (!row->there) {
		if (is_idle(m, &(AuditSeen){ 0 }))
			idle(m);
		else
			lost_to_item(m, true);
		return;
	}
	q = audit_query(&m->arena, &m->place);
	q.limit = LAST_ITEMS;
	move_call(m, &op_dynamodb_query, &q, on_audit);
}
