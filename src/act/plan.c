/* What a move rests on: which pointer is meant, whose keys these are, where the pointer is, where it shall go. Reads only. */
#include "act/move_own.h"

#include <stdarg.h>
#include <stdio.h>

#include "api/sts.h"
#include "base/xalloc.h"
#include "model/agent_name.h"

/* --- the plan --- */

/* Copies what a plan needs of a row beyond the answer that it came in. */
static LockRow keep_row(Move *m, const LockRow *r)
{
	LockRow k = *r;

	k.lock = lock_copy(&m->arena, &r->lock);
	k.routes = route_copy(&m->arena, r->routes);
	k.live = move_keep(m, r->live);
	k.updated_at = move_keep(m, r->updated_at);
	k.updated_by = move_keep(m, r->updated_by);
	k.reason = move_keep(m, r->reason);
	return k;
}

void plan_done(Move *m)
{
	if (move_action_stops(m->v.action))
		m->v.until_ms = m->v.started_ms + m->spec.stop_ms;
	move_tell_change(m);
	follow_plan(m);
	if (m->stopping)
		move_refuse(m, ERR_FAILED, "stopped before anything was sent");
	else
		m->spec.on_planned(m->spec.arg, m);
}

bool plan_may_serve(const Move *m, Str version, Str status, Err *why)
{
	if (!str_is(status, "draft") && !str_is(status, "rejected"))
		return true;
	(void)err_kind(why, ERR_REFUSED, "version %.*s of %.*s is %.*s, so nothing is pointed to it; approve it first, or name another%s",
	               STR_ARG(version), STR_ARG(m->v.name), STR_ARG(status), m->spec.on_card ? "" : " with --to");
	return false;
}

void move_version(Move *m, const Err *why)
{
	if (why)
		move_end(m, why->kind == ERR_REFUSED || why->kind == ERR_USAGE ? MOVE_REFUSED : MOVE_FAILED, why);
	else
		plan_done(m);
}

/* The pointer is elsewhere than where the table says that we left it. */
static void note_drift(Move *m)
{
	const LockRow *r = &m->seen;

	if (!m->b->route && !m->b->label && r->live.n && !str_eq(r->live, m->now.live))
		m->v.drift = arena_printf(&m->arena, "somebody moved %.*s outside seismo: it serves %.*s, and %.*s left it at %.*s on %.*s",
		                          STR_ARG(m->v.pointer), STR_ARG(m->now.live), STR_ARG(r->updated_by), STR_ARG(r->live), STR_ARG(r->updated_at));
	if (m->b->label && m->left_known && !str_eq(m->label_left, m->now.live))
		m->v.drift = arena_printf(&m->arena, "somebody moved %.*s outside seismo: it is at %.*s, and the last move left it at %.*s",
		                          STR_ARG(m->v.pointer), STR_ARG(m->now.live), STR_ARG(m->label_left.n ? m->label_left : STR("nothing")));
}

bool plan_stands(Move *m)
{
	MoveView *v = &m->v;
	const LockRow moved = { .routes = v->from, .updated_by = m->seen.updated_by, .updated_at = m->seen.updated_at, .reason = m->seen.reason };
	const LockRow outside = { .routes = v->from };

	note_drift(m);
	if ((m->ask.from.n && !route_share(v->from, m->ask.from)) || (m->ask.expect.n && !route_eq(m->ask.expect, v->from))) {
		bool ours = m->b->route || (str_eq(m->seen.live, m->now.live) && !v->drift.n);

		move_lost(m, ours ? &moved : &outside);
	} else if (v->drift.n && !m->ask.from.n) {
		move_refuse(m, ERR_REFUSED, "%.*s; look at it, and say with --from which version you saw", STR_ARG(v->drift));
	} else if (!m->b->route && !m->now.settled) {
		move_refuse(m, ERR_FAILED, "%.*s is %.*s: something is on its way there; try again when it is over", STR_ARG(v->pointer),
		       STR_ARG(m->now.status));
	}
	return !m->ended;
}

static void plan_pointer(Move *m)
{
	if (m->read_err.text[0]) {
		move_end(m, MOVE_FAILED, &m->read_err);
		return;
	}
	m->was_failed = m->now.failed;
	m->v.from = m->b->route ? m->seen.routes : m->now.routes.n ? m->now.routes : route_one(&m->arena, m->now.live);
	if (!m->v.from.n && !m->b->label)
		move_refuse(m, ERR_FAILED, "%.*s serves no version yet", STR_ARG(m->v.pointer));
	else
		m->a->plan(m);
}

static void plan_row(Move *m, const LockRow *row)
{
	MoveView *v = &m->v;

	/* Whoever typed that there is nobody to ask is told when there is. */
	v->claim = row || !m->ask.no_claim;
	if (!row && m->b->label && v->no_table) {
		move_refuse(m, ERR_REFUSED, "labels of templates are kept in the table %s, which is not there; `seismo setup` makes it", m->place.table);
		return;
	}
	if (!row && (m->b->route || m->b->label)) {
		move_end(m, MOVE_FAILED, &m->read_err);
		return;
	}
	/* Without a lock table nothing is claimed; whether that is allowed the operator has to type. */
	if (!row && !m->ask.no_claim) {
		v->no_lock = true;
		move_refuse(m, ERR_REFUSED, "%s%s. `seismo setup` makes the table; %s\"%.*s unlocked-race\"%s moves without a claim",
		       v->no_table ? "there is no lock table, so two operators could move at once: " : "", m->read_err.text,
		       m->spec.on_card ? "" : "--confirm ", STR_ARG(v->name), m->spec.on_card ? " typed to confirm" : "");
		return;
	}
	if (row)
		m->seen = keep_row(m, row);
	v->rev_seen = v->rev_now = m->seen.rev;
	if (row && row->locked)
		move_lost(m, row);
	else
		move_reread(m, plan_pointer);
}

static void on_identity(Move *m, const void *out, const AwsError *err)
{
	const StsIdentity *id = out;

	if (err) {
		move_end(m, MOVE_FAILED, &err->err);
		return;
	}
	if (m->v.by.n && !str_eq(m->v.by, id->arn)) {
		move_refuse(m, ERR_REFUSED, "the keys that would sign are %.*s now, and the plan was made by %.*s; plan it again", STR_ARG(id->arn),
		       STR_ARG(m->v.by));
		return;
	}
	m->v.by = move_keep(m, id->arn);
	m->v.account = move_keep(m, id->account);
	if (!m->spec.account.n)
		m->spec.account = move_keep(m, id->account);
	if (!str_eq(m->spec.account, id->account))
		move_refuse(m, ERR_REFUSED, "these keys belong to account %.*s, not to %.*s", STR_ARG(id->account), STR_ARG(m->spec.account));
	else if (m->going)
		m->begin(m);
	else
		m->find(m);
}

void plan_identity(Move *m)
{
	move_call(m, &op_sts_get_caller_identity, NULL, on_identity);
}

LockPlace move_place(const Move *m)
{
	if (m->b->route)
		return (LockPlace){ .route = true, .table = m->spec.agents_table, .key = m->v.agent };
	return (LockPlace){ .table = m->spec.lock_table, .key = m->v.pointer, .label = m->b->label };
}

/* --- which pointer --- */

bool move_names(const Move *m, Str name, bool *exact)
{
	Str asked = m->ask.agent;

	*exact = str_eq(name, asked);
	return agent_same_name(name, asked);
}

static bool is_asked(const Move *m, const Backend *b, Str pointer, Str pointer_name)
{
	Str asked = m->ask.pointer, rest = asked, head = str_cut(asked, '/', &rest);

	return str_eq(asked, pointer_name) || str_eq(asked, pointer) || (str_is(head, b->name) && str_eq(rest, pointer_name));
}

void move_add_follower(Move *m, const Backend *b, Str name, Str pointer, Str pointer_name)
{
	if (!is_asked(m, b, pointer, pointer_name))
		return;
	m->follower = move_keep(m, pointer_name);
	m->follower_name = move_keep(m, name);
}

void move_add(Move *m, const Backend *b, Str agent, Str name, Str pointer, Str pointer_name)
{
	Candidate c = { b, move_keep(m, agent), move_keep(m, name), move_keep(m, pointer), move_keep(m, pointer_name), false };

	if (m->ask.pointer.n && !is_asked(m, b, pointer, pointer_name))
		return;
	(void)move_names(m, name, &c.exact);
	VEC_GROW(m->found, m->found_cap, m->founds + 1);
	m->found[m->founds++] = c;
}

static void ambiguous(Move *m)
{
	Str *choice = ARENA_ARRAY(&m->arena, Str, m->founds);
	Buf b = { 0 };

	for (size_t i = 0; i < m->founds; i++) {
		choice[i] = arena_printf(&m->arena, "%s/%.*s", m->found[i].b->name, STR_ARG(m->found[i].pointer_name));
		(void)buf_printf(&b, "%s%.*s", i ? ", " : "", STR_ARG(choice[i]));
	}
	m->v.choice = choice;
	m->v.choices = m->founds;
	move_refuse(m, ERR_USAGE, "%.*s has several pointers: %s; %s", STR_ARG(m->ask.agent), buf_cstr(&b),
	            m->spec.on_card ? "a number takes one" : "name one with --pointer");
	buf_done(&b);
}

/* Names that are alike are one agent (model/agent_name.h). Where one back end has both, the one that is the same counts alone. */
static bool is_outdone(const Move *m, const Candidate *c)
{
	for (size_t i = 0; i < m->founds && !c->exact; i++)
		if (m->found[i].exact && m->found[i].b == c->b)
			return true;
	return false;
}

static void only_exact(Move *m)
{
	Candidate *kept = ARENA_ARRAY(&m->arena, Candidate, m->founds + 1);
	size_t n = 0;

	for (size_t i = 0; i < m->founds; i++)
		if (!is_outdone(m, &m->found[i]))
			kept[n++] = m->found[i];
	for (size_t i = 0; i < n; i++)
		m->found[i] = kept[i];
	m->founds = n;
}

static void chosen(Move *m)
{
	const Candidate *c = &m->found[0];
	MoveView *v = &m->v;

	(void)way_set(m, c->b);              /* it was looked for there */
	v->agent = c->agent;
	v->name = c->name;
	v->pointer = c->pointer;
	v->pointer_name = c->pointer_name;
	m->place = move_place(m);
	if (!m->way->call)
		move_refuse(m, ERR_REFUSED, "%s cannot %s %.*s: %s", c->b->name, m->a->name, STR_ARG(c->pointer_name), m->way->text);
	else
		move_row(m, plan_row);
}

static bool looks_in(const Move *m, const Backend *b)
{
	if (b->label)
		return true;
	return str_is(str_of(b->name), "dynamodb") ? m->spec.dynamodb : str_is(str_of(b->name), "agentcore") ? m->spec.agentcore : m->spec.classic;
}

/* "agentcore/prod": elsewhere there can be no other of that name. */
static bool names_backend(const Move *m)
{
	for (int i = 0; i < ACT_WAYS && m->a->way[i].in; i++)
		if (m->ask.pointer.n && (str_eq(m->ask.pointer, m->found[0].pointer) ||
		    str_is(str_cut(m->ask.pointer, '/', &(Str){ 0 }), m->a->way[i].in->name)))
			return true;
	return false;
}

void plan_find(Move *m)
{
	Err why = { 0 };

	if (m->stopping) {
		move_refuse(m, ERR_FAILED, "stopped before anything was sent");
		return;
	}
	while (m->finder < ACT_WAYS && m->a->way[m->finder].in && !looks_in(m, m->a->way[m->finder].in))
		m->finder++;
	if (m->finder < ACT_WAYS && m->a->way[m->finder].in) {
		m->a->way[m->finder].in->find(m);
		return;
	}
	only_exact(m);
	if (m->founds && m->find_unsure && !names_backend(m))
		(void)err_set(&why, "%.*s was found, but not every back end could be searched: %s; name the back end too: %s%s/%.*s",
		              STR_ARG(m->found[0].name), m->find_err.text, m->spec.on_card ? "" : "--pointer ", m->found[0].b->name,
		              STR_ARG(m->found[0].pointer_name));
	if (why.text[0])
		move_end(m, MOVE_FAILED, &why);
	else if (m->founds == 1)
		chosen(m);
	else if (m->founds > 1)
		ambiguous(m);
	else if (m->follower.n)
		move_refuse(m, ERR_REFUSED, "%.*s of %.*s follows each new version by itself: nobody can move it back. Make what shall serve the newest "
		            "version again (`seismo register`), or name a pointer that is moved by hand", STR_ARG(m->follower), STR_ARG(m->follower_name));
	else if (m->find_failed)
		move_end(m, MOVE_FAILED, &m->find_err);
	else if (m->a->way[0].in == &backend_ab_tests)
		move_refuse(m, ERR_REFUSED, "no A/B test's name begins with %.*s, and only AgentCore has such tests; %s",
		            STR_ARG(m->ask.agent), m->spec.on_card ? "`seismo stop --rung pause-ab --pointer TEST` takes one of another name"
		            : "name one with --pointer");
	else
		move_refuse(m, ERR_USAGE, "no agent %.*s%s%.*s in this account and Region%s; `seismo get agents` lists them", STR_ARG(m->ask.agent),
		       m->ask.pointer.n ? " with the pointer " : "", STR_ARG(m->ask.pointer),
		       m->spec.dynamodb && m->spec.agentcore && m->spec.classic ? "" : ", as far as sources.agents.backends lets look");
}

void move_found(Move *m, const AwsError *err)
{
	if (err && !m->find_unsure) {
		m->find_err = err->err;
		m->find_failed = true;
	}
	/* Whoever may not look there has no agents there. */
	m->find_unsure |= err && err->fault != AWS_DENIED;
	m->finder++;
	plan_find(m);
}
