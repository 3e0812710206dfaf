/* What lets less through, or nothing, where the pointer stays where it is: pause and resume, and the rungs of the stop ladder that are
 * switches. The back end says in which state the thing is, in a word. */
#include "act/move_own.h"

void act_pause_plan(Move *m)
{
	MoveView *v = &m->v;

	v->becomes = str_of(m->a->becomes);
	v->to = v->from;
	if (!plan_stands(m))
		return;
	v->was = m->now.word;
	/* Whoever comes second to it is told of the first, whether that one still runs or not. */
	if (str_eq(v->was, v->becomes))
		move_lost(m, &m->seen);
	else if (!str_is(v->was, m->a->from))
		move_refuse(m, ERR_REFUSED, "%.*s is %.*s, not %s: there is nothing to do", STR_ARG(v->pointer_name), STR_ARG(v->was), m->a->from);
	else
		plan_done(m);
}

/* Somebody else may have moved it meanwhile. */
static bool is_same(const Move *m)
{
	return m->now.routes.n ? route_eq(m->now.routes, m->v.from) : str_eq(m->now.live, route_main(m->v.from));
}

unsigned act_pause_stand(const Move *m)
{
	const PointerState *now = &m->now;
	bool same = is_same(m), as_asked = str_is(now->word, m->a->becomes);

	return (now->settled && !now->failed && same && as_asked ? IS_THERE : 0u) | (!now->failed && as_asked ? IS_COMING : 0u) |
	       (now->settled && same && str_is(now->word, m->a->from) ? IS_UNTOUCHED : 0u);
}

void act_pause_finish(Move *m, Finish *f)
{
	f->touched = true;
	if (!m->now.routes.n)
		f->live = route_main(m->v.from);
	if (m->b->route)
		f->pause = str_is(m->v.becomes, "paused") ? PAUSE_ON : PAUSE_OFF;
}
