/* Moves of a pointer from one version to another: rollback, rollout, undo, and the last rung of the stop ladder. */
#include "act/move_own.h"

static Route wanted(Move *m, Str to)
{
	const MoveAsk *ask = &m->ask;
	RoutePart *p;

	if (ask->action == MOVE_UNDO)
		return route_copy(&m->arena, ask->exact);
	if (ask->action != MOVE_ROLLOUT || ask->percent >= 100 || !route_beside(m->v.from, to).n)
		return route_one(&m->arena, to);
	p = ARENA_ARRAY(&m->arena, RoutePart, 2);
	/* Of the others the one with most of the traffic, also when it has less than half by now. */
	p[0] = (RoutePart){ route_beside(m->v.from, to), 100 - ask->percent };
	p[1] = (RoutePart){ move_keep(m, to), ask->percent };
	return (Route){ p, 2 };
}

void act_move_plan(Move *m)
{
	MoveView *v = &m->v;
	Str to = m->ask.to;
	Err why = { 0 };

	if (!plan_stands(m))
		return;
	if (m->ask.action == MOVE_UNDO)
		to = route_main(m->ask.exact);
	/* Which of them is the bad one nobody but the operator can say. */
	if (!to.n && v->from.n > 1 && !m->ask.from.n) {
		move_refuse(m, ERR_USAGE, "the traffic of %.*s is divided (%.*s): say %s", STR_ARG(v->pointer), STR_ARG(route_text(v->from, &m->arena)),
		            m->spec.on_card ? "which version shall have all of it: :rollback AGENT POINTER VERSION"
		            : "with --to which version shall have all of it, or with --from which one it shall leave");
		return;
	}
	v->leaves = m->ask.from.n ? m->ask.from : route_main(v->from);
	if (to.n && m->ask.action == MOVE_ROLLBACK && m->spec.vouch)
		v->evidence = m->spec.vouch(m->spec.arg, v, to, &m->arena);
	if (!to.n && m->spec.choose(m->spec.arg, v, &m->arena, &to, &v->evidence, &why) < 0) {
		move_end(m, MOVE_REFUSED, &why);
		return;
	}
	v->to = wanted(m, to);
	if (route_check(v->to, &why) < 0)
		move_refuse(m, ERR_USAGE, "%s", why.text);
	else if (v->to.n > 1 && !m->b->splits)
		move_refuse(m, ERR_REFUSED, "%s cannot divide traffic: %.*s holds one version; give %s", m->b->name, STR_ARG(v->pointer),
		            m->spec.on_card ? "it all: :rollout AGENT VERSION 100" : "--percent 100");
	else if ((v->same = route_eq(v->from, v->to)))
		move_refuse(m, ERR_USAGE, "%.*s serves %.*s already", STR_ARG(v->pointer), STR_ARG(route_text(v->to, &m->arena)));
	else
		m->b->version(m, route_main(v->to));
}

unsigned act_move_stand(const Move *m)
{
	const PointerState *now = &m->now;
	Str from = route_main(m->v.from), to = route_main(m->v.to);
	unsigned bits = 0;

	if (now->settled && !now->failed && str_eq(now->live, to))
		bits |= IS_THERE;
	if (!now->failed && (str_eq(now->target, to) || str_eq(now->live, to)))
		bits |= IS_COMING;
	/* After a failure the old version serves on, whatever the target says. */
	if (now->settled && str_eq(now->live, from) && (now->failed || !now->target.n || str_eq(now->target, from)))
		bits |= IS_UNTOUCHED;
	return bits;
}

void act_move_finish(Move *m, Finish *f)
{
	f->touched = true;
	f->to = m->v.to;
	f->live = route_main(m->v.to);
	/* A version that is parked at is not in production. */
	if (!m->b->route || m->v.action == MOVE_STOP_PARK)
		return;
	for (size_t i = 0; m->v.action == MOVE_ROLLBACK && i < m->left_n; i++)
		f->status[f->statuses++] = (VersionStatus){ .version = m->left[i], .status = "rolled_back" };
	f->status[f->statuses++] = (VersionStatus){ .version = route_main(m->v.to), .status = "production" };
}
