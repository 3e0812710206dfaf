/* Pause and resume: the pointer stays where it is and lets nothing through. */
#include "act/move_own.h"

static bool is_paused(const Move *m)
{
	return m->b->route ? m->seen.paused : alias_paused(m);
}

static bool pauses(const Move *m)
{
	return str_is(m->v.becomes, "paused");
}

void act_pause_plan(Move *m)
{
	MoveView *v = &m->v;

	v->becomes = str_of(m->a->becomes);
	v->to = v->from;
	if (!plan_stands(m))
		return;
	v->was = is_paused(m) ? STR("paused") : STR("serving");
	/* Whoever comes second to it is told of the first, whether that one still runs or not. */
	if (str_eq(v->was, v->becomes))
		move_lost(m, &m->seen);
	else
		plan_done(m);
}

unsigned act_pause_stand(const Move *m)
{
	const PointerState *now = &m->now;
	bool same = str_eq(now->live, route_main(m->v.from)), as_asked = alias_paused(m) == pauses(m);

	return (now->settled && !now->failed && same && as_asked ? IS_THERE : 0u) | (!now->failed && as_asked ? IS_COMING : 0u) |
	       (now->settled && same && !as_asked ? IS_UNTOUCHED : 0u);
}

void act_pause_finish(Move *m, Finish *f)
{
	f->touched = true;
	f->live = route_main(m->v.from);
	if (m->b->route)
		f->pause = pauses(m) ? PAUSE_ON : PAUSE_OFF;
}
