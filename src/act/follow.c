/* What is done after a verified move of a pointer, as configured: a parameter, an event. In order; what fails is told and changes nothing
 * about the move, which is over. */
#include "act/move_own.h"

#include "act/route_json.h"
#include "api/events.h"
#include "api/ssm.h"
#include "wire/time8601.h"

static void next(Move *m);

static void say(Move *m, bool ok, Str text)
{
	MoveFollow *f = &m->follow[m->following];

	f->ok = ok;
	f->message = move_keep(m, text);
	move_audit_note(m, ok ? "followed" : "follow-up failed",
	                arena_printf(&m->arena, "%.*s%s%.*s", STR_ARG(f->what), text.n ? ": " : "", STR_ARG(text)));
	if (!ok)
		move_say(m, "follow-up %.*s failed: %.*s", STR_ARG(f->what), STR_ARG(text));
	m->following++;
	next(m);
}

static const ConfFollowUp *current(const Move *m)
{
	return &m->spec.follow_up[m->following];
}

static Str expand(Move *m, Str text)
{
	const MoveView *v = &m->v;
	const Str value[FOLLOW_WORDS] = { v->name, v->pointer_name, route_main(v->from), route_main(v->to), str_of(m->a->name), v->op };

	return follow_expand(&m->arena, text, value);
}

/* --- a parameter --- */

/* An answer to a write that was lost: what is there now says whether it was done. */
static void on_reread(Move *m, const void *out, const AwsError *err)
{
	const SsmGetOut *got = out;

	if (!err && str_eq(got->parameter.value, expand(m, current(m)->value)))
		say(m, true, STR(""));
	else
		say(m, false, str_of(m->deed_err.text));
}

static void on_put(Move *m, const void *out, const AwsError *err)
{
	SsmGetIn in = { .name = expand(m, current(m)->name) };

	(void)out;
	if (!err) {
		say(m, true, STR(""));
		return;
	}
	m->deed_err = err->err;
	move_call(m, &op_ssm_get_parameter, &in, on_reread);
}

/* The type of a parameter that is there stays as it is. */
static void on_get(Move *m, const void *out, const AwsError *err)
{
	SsmPutIn in = { .name = expand(m, current(m)->name), .value = expand(m, current(m)->value), .overwrite = true };

	(void)out;
	if (err && err->fault != AWS_NOT_FOUND) {
		say(m, false, str_of(err->err.text));
		return;
	}
	if (err)
		in.type = STR("String");
	move_call(m, &op_ssm_put_parameter, &in, on_put);
}

static void set_parameter(Move *m)
{
	SsmGetIn in = { .name = expand(m, current(m)->name) };

	move_call(m, &op_ssm_get_parameter, &in, on_get);
}

static Str parameter_text(Move *m, const ConfFollowUp *f)
{
	return arena_printf(&m->arena, "PutParameter %.*s = %.*s", STR_ARG(expand(m, f->name)), STR_ARG(expand(m, f->value)));
}

/* --- an event --- */

static void on_event(Move *m, const void *out, const AwsError *err)
{
	const EventsPutOut *o = out;

	if (err)
		say(m, false, str_of(err->err.text));
	else if (o->failed)
		say(m, false, o->results.n ? arena_printf(&m->arena, "%.*s: %.*s", STR_ARG(o->results.v[0].code), STR_ARG(o->results.v[0].message))
		                           : STR("EventBridge did not take it"));
	else
		say(m, true, STR(""));
}

static void put_detail(Move *m, Buf *b)
{
	const MoveView *v = &m->v;
	char at[TIME_TEXT];
	JsonW w = jw_to(b);

	time_format_iso(v->finished_ms, at);
	jw_object(&w);
	jw_kstr(&w, "op", v->op);
	jw_kstr(&w, "action", str_of(m->a->name));
	jw_kstr(&w, "accountId", v->account);
	jw_kstr(&w, "region", aws_region(m->spec.aws));
	jw_kstr(&w, "backend", str_of(v->backend));
	jw_kstr(&w, "agentId", v->agent);
	jw_kstr(&w, "agent", v->name);
	jw_kstr(&w, "pointer", v->pointer);
	route_write(&w, "from", v->from);
	route_write(&w, "to", v->to);
	jw_kstr(&w, "by", v->by);
	jw_kstr(&w, "reason", v->reason);
	jw_kstr(&w, "at", str_of(at));
	jw_object_end(&w);
}

static void send_event(Move *m)
{
	const ConfFollowUp *f = current(m);
	Buf detail = { 0 };
	EventEntry entry = { .source = f->source, .detail_type = f->detail_type, .bus = f->bus };
	EventsPutIn in = { 0 };

	put_detail(m, &detail);
	entry.detail = move_keep(m, buf_str(&detail));
	buf_done(&detail);
	in.entries.v = &entry;
	in.entries.n = 1;
	move_call(m, &op_events_put_events, &in, on_event);
}

static Str event_text(Move *m, const ConfFollowUp *f)
{
	return arena_printf(&m->arena, "PutEvents %.*s from %.*s to bus %.*s", STR_ARG(f->detail_type), STR_ARG(f->source), STR_ARG(f->bus));
}

/* --- all of them --- */

static const struct { void (*run)(Move *m); Str (*text)(Move *m, const ConfFollowUp *f); } kinds[FOLLOW_KINDS] = {
	[FOLLOW_SSM] = { set_parameter, parameter_text },
	[FOLLOW_EVENTBRIDGE] = { send_event, event_text },
};

void follow_plan(Move *m)
{
	if (!m->a->moves)
		return;
	for (size_t i = 0; i < m->spec.follow_ups && i < FOLLOW_UPS_MAX; i++) {
		const ConfFollowUp *f = &m->spec.follow_up[i];

		m->follow[i] = (MoveFollow){ .kind = follow_kinds[f->kind], .what = kinds[f->kind].text(m, f), .message = STR("") };
		m->v.follows = i + 1;
	}
	m->v.follow = m->follow;
}

static void next(Move *m)
{
	if (m->following >= m->v.follows)
		move_wait(m, 0, m->after_follow);
	else if (m->stopping)
		say(m, false, STR("stopped before it was begun"));
	else
		kinds[current(m)->kind].run(m);
}

void follow_begin(Move *m, void (*then)(Move *m))
{
	m->after_follow = then;
	follow_plan(m);                      /* the id of the action is known by now */
	next(m);
}
