/* Stop sessions: those whose ids are given, for AWS lists none (they stand in traces and logs). Each under a token of its own, so that it
 * may be asked again; what ended by itself has ended. */
#include "act/move_own.h"

#include "api/agentcore_data.h"

static void next(Move *m);

void act_sessions_plan(Move *m)
{
	MoveView *v = &m->v;

	v->becomes = str_of(m->a->becomes);
	v->was = arena_printf(&m->arena, "%zu session%s", m->ask.sessions, m->ask.sessions == 1 ? "" : "s");
	v->to = v->from;
	if (plan_stands(m))
		plan_done(m);
}

unsigned act_sessions_stand(const Move *m)
{
	return m->sessions_ended ? IS_THERE | IS_COMING : m->now.settled && str_eq(m->now.live, route_main(m->v.from)) ? IS_UNTOUCHED : 0;
}

void act_sessions_finish(Move *m, Finish *f)
{
	f->touched = true;
	f->live = route_main(m->v.from);
}

static void on_stopped(Move *m, const void *out, const AwsError *err)
{
	(void)out;
	if (err && err->fault != AWS_NOT_FOUND) {
		deed_asked(m, err);
		return;
	}
	if (err)
		move_say(m, "session %.*s had ended", STR_ARG(m->ask.session[m->session_at]));
	m->session_at++;
	next(m);
}

/* The token is the action's id and the number of the session: the same at each try. */
static void next(Move *m)
{
	static const char behind[] = "/runtime-endpoint/";
	const char *at = strstr(arena_cstr(&m->arena, m->v.pointer), behind);
	char *arn = arena_cstr(&m->arena, m->v.pointer);
	AcStopIn in = { .endpoint = m->v.pointer_name };

	if (m->session_at == m->ask.sessions) {
		m->sessions_ended = true;
		deed_asked(m, NULL);
		return;
	}
	if (at)
		arn[strlen(arn) - strlen(at)] = 0;
	in.runtime_arn = str_of(arn);
	in.session = m->ask.session[m->session_at];
	in.token = arena_printf(&m->arena, "%.*s-%zu", STR_ARG(m->v.op), m->session_at);
	move_call(m, &op_agentcore_stop_session, &in, on_stopped);
}

void endpoint_stop_sessions(Move *m)
{
	next(m);
}
