/* Promote: a label of a template goes to a version, or is made there; unpromote puts back what one of the two has replaced, also nothing. */
#include "act/move_own.h"

void act_promote_plan(Move *m)
{
	MoveView *v = &m->v;
	const bool back = v->action == MOVE_UNPROMOTE;

	if (m->ask.from.n && !v->from.n && !m->seen.there) {
		move_refuse(m, ERR_USAGE, "template %.*s has no label %.*s yet; leave out --from and it is made", STR_ARG(v->name), STR_ARG(v->pointer_name));
		return;
	}
	if (!plan_stands(m))
		return;
	/* What is undone had left it at nothing, and somebody has made it again. */
	if (back && !m->ask.expect.n && v->from.n) {
		move_lost(m, &m->seen);
		return;
	}
	v->leaves = route_main(v->from);
	v->to = back ? route_copy(&m->arena, m->ask.exact) : route_one(&m->arena, m->ask.to);
	if ((v->same = route_eq(v->from, v->to)))
		move_refuse(m, ERR_USAGE, "label %.*s of %.*s points at %.*s already", STR_ARG(v->pointer_name), STR_ARG(v->name),
		            STR_ARG(route_text(v->to, &m->arena)));
	else if (v->to.n)
		m->b->version(m, route_main(v->to));
	else
		plan_done(m);
}

void act_promote_finish(Move *m, Finish *f)
{
	f->touched = true;
	f->to = m->v.to;
	f->live = route_main(m->v.to);
	f->gone = !m->v.to.n;
}
