#include "cli/move_out.h"

#include <stdio.h>

#include "act/route_json.h"
#include "cli/get.h"
#include "ui/clean.h"
#include "wire/time8601.h"

/* Nothing is known of one that is not there: null, as everywhere. */
static void put_route(JsonW *w, const char *key, Route r)
{
	if (r.n)
		route_write(w, key, r);
	else
		jw_knull(w, key);
}

static void put_winner(JsonW *w, const MoveView *v)
{
	jw_key(w, "winner");
	if (v->outcome != MOVE_LOST) {
		jw_null(w);
		return;
	}
	jw_object(w);
	get_str(w, "op", v->winner.op);
	get_str(w, "by", v->winner.by);
	get_str(w, "host", v->winner.host);
	get_str(w, "since", v->winner.since);
	put_route(w, "to", v->winner.to);
	jw_object_end(w);
}

static void put_requests(JsonW *w, const MoveView *v)
{
	jw_key(w, "requestIds");
	jw_array(w);
	for (size_t i = 0; i < v->requests; i++) {
		jw_object(w);
		jw_kstr(w, "call", str_of(v->request[i].call));
		jw_kstr(w, "id", v->request[i].id);
		jw_object_end(w);
	}
	jw_array_end(w);
}

/* Of a plan, and of a move that was not made, none was done. */
static void put_follow_ups(JsonW *w, const MoveView *v)
{
	jw_key(w, "followUps");
	jw_array(w);
	for (size_t i = 0; v->outcome == MOVE_DONE && i < v->follows; i++) {
		jw_object(w);
		jw_kstr(w, "kind", str_of(v->follow[i].kind));
		jw_kbool(w, "ok", v->follow[i].ok);
		get_str(w, "message", v->follow[i].message);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void put_place_and_pointer(JsonW *w, const Session *s, const MoveView *v)
{
	get_str(w, "context", s->ctx->name);
	get_str(w, "stage", s->stage);
	get_str(w, "accountId", v->account);
	get_str(w, "region", session_region(s));
	get_str(w, "callerArn", v->by);
	get_str(w, "backend", str_of(v->backend));
	get_str(w, "agentId", v->agent);
	get_str(w, "pointer", v->pointer);
	put_route(w, "from", v->from);
	put_route(w, "to", v->to);
	get_str(w, "reason", v->reason);
	jw_kbool(w, "claim", v->claim);
	jw_key(w, "rev");
	jw_object(w);
	jw_ki64(w, "seen", v->rev_seen);
	jw_ki64(w, "now", v->rev_now);
	jw_object_end(w);
}

static void put_did(JsonW *w, const char *key, bool known, const Did *d)
{
	jw_key(w, key);
	if (!known) {
		jw_null(w);
		return;
	}
	jw_object(w);
	get_perf(w, d->jobs, d->failed, d->ended, d->p95_ms, did_each_nusd(d));
	jw_object_end(w);
}

static void put_traffic(JsonW *w, const MoveTold *t)
{
	jw_key(w, "traffic");
	if (!t->traffic) {
		jw_null(w);
		return;
	}
	jw_object(w);
	jw_knum(w, "oldVersionShare", (double)t->old_share_ppm / 1e6);
	jw_ki64(w, "waitedS", t->waited_ms / 1000);
	jw_object_end(w);
}

static Str message_of(const MoveView *v, const MoveTold *t)
{
	if (t->message && (t->exit || !v->exit))
		return str_of(t->message);
	return v->err.text[0] ? str_of(v->err.text) : v->change;
}

void move_out_json(const Session *s, const Move *m, const MoveTold *t)
{
	const MoveView *v = move_view(m);
	MoveAction undo;
	Arena a = { 0 };
	Buf b = { 0 };
	JsonW w = jw_to(&b);

	jw_object(&w);
	get_str(&w, "op", v->op);
	jw_kstr(&w, "action", str_of(move_action_name(v->action)));
	jw_kstr(&w, "outcome", str_of(move_outcome_name(v->outcome)));
	jw_ki64(&w, "exit", t->exit ? t->exit : v->exit);
	get_str(&w, "message", message_of(v, t));
	put_place_and_pointer(&w, s, v);
	get_time(&w, "startedAt", v->started_ms);
	get_time(&w, "finishedAt", v->finished_ms);
	jw_kbool(&w, "verified", v->verified);
	put_traffic(&w, t);
	put_did(&w, "before", t->before_known, &t->before);
	put_did(&w, "after", t->after_known, &t->after);
	put_winner(&w, v);
	put_requests(&w, v);
	put_follow_ups(&w, v);
	if (v->outcome == MOVE_DONE && move_action_undo(v->action, &undo))
		jw_kstr(&w, "undo", arena_printf(&a, "seismo undo %.*s", STR_ARG(v->op)));
	else
		jw_knull(&w, "undo");
	jw_object_end(&w);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	buf_done(&b);
	arena_done(&a);
}

static void line(Arena *a, const char *name, Str value)
{
	printf("%-8s %s\n", name, clean_text(a, value, 0).p);
}

void move_out_plan(const Session *s, const Move *m, const MoveTold *t)
{
	const MoveView *v = move_view(m);
	char until[TIME_TEXT];
	Arena a = { 0 };

	line(&a, "action", str_of(move_action_name(v->action)));
	if (v->resolution.n)
		line(&a, "found", v->resolution);
	line(&a, move_action_labels(v->action) ? "template" : "agent", v->name);
	line(&a, "pointer", arena_printf(&a, "%.*s (%s, %.*s)", STR_ARG(v->pointer_name), v->backend, STR_ARG(v->pointer)));
	if (v->change.n)
		line(&a, "change", v->change);
	line(&a, v->change.n ? "serves" : "from", route_text(v->from, &a));
	if (!v->change.n)
		line(&a, "to", v->evidence.n ? arena_printf(&a, "%.*s (%.*s)", STR_ARG(route_text(v->to, &a)), STR_ARG(v->evidence)) : route_text(v->to, &a));
	line(&a, "call", arena_printf(&a, "%s: reaches %s", v->call, v->reach));
	line(&a, "in", arena_printf(&a, "%.*s %.*s %.*s, stage %.*s", STR_ARG(s->ctx->name), STR_ARG(v->account),
	                               STR_ARG(session_region(s)), STR_ARG(s->stage)));
	line(&a, "as", v->by);
	line(&a, "reason", v->reason.n ? v->reason : STR("-"));
	line(&a, "claim", v->claim ? arena_printf(&a, "yes, at revision %lld", (long long)v->rev_seen)
	                           : STR("NO CLAIM: others can move it at the same time"));
	if (v->until_ms) {
		time_format_iso(v->until_ms, until);
		line(&a, "until", arena_printf(&a, "%s; it stays until it is undone", until));
	}
	for (size_t i = 0; i < v->follows; i++)
		line(&a, i ? "" : "then", v->follow[i].what);
	if (t->before_known && t->before.ended)
		line(&a, "before", arena_printf(&a, "%.*s failed %lld of %lld in the last 15 minutes", STR_ARG(route_main(v->from)),
		                                (long long)t->before.failed, (long long)t->before.ended));
	if (t->help)
		line(&a, "is it", str_of(t->help));
	if (v->drift.n)
		line(&a, "beware", v->drift);
	arena_done(&a);
}

void move_out_end(const Move *m)
{
	const MoveView *v = move_view(m);
	char at[TIME_TEXT];
	MoveAction undo;
	Arena a = { 0 };
	Str said;

	if (v->resolution.n) {
		printf("%s\n", clean_text(&a, v->resolution, 0).p);
		arena_done(&a);
		return;
	}
	time_format_iso(v->finished_ms, at);
	said = v->change.n ? arena_printf(&a, "%s done: %.*s", move_action_name(v->action), STR_ARG(v->change))
	                   : arena_printf(&a, "%s done: %.*s %.*s serves %.*s (was %.*s)", move_action_name(v->action), STR_ARG(v->name),
	                                  STR_ARG(v->pointer_name), STR_ARG(route_text(v->to, &a)), STR_ARG(route_text(v->from, &a)));
	if (move_action_labels(v->action))
		said = arena_printf(&a, "%s done: %.*s@%.*s is %.*s (was %.*s)", move_action_name(v->action), STR_ARG(v->name), STR_ARG(v->pointer_name),
		                    STR_ARG(route_text(v->to, &a)), STR_ARG(route_text(v->from, &a)));
	said = arena_printf(&a, "%.*s, read back at %s%s", STR_ARG(said), at, v->claim ? "" : ", NO CLAIM");
	if (move_action_undo(v->action, &undo))
		said = arena_printf(&a, "%.*s; undo: seismo undo %.*s", STR_ARG(said), STR_ARG(v->op));
	printf("%s\n", clean_text(&a, said, 0).p);
	arena_done(&a);
}
