/* An action whose end is not known is taken up: by the process that began it, at its next start, or by anybody who has its id. What AWS
 * says decides. A lock is given back or its move finished; it is never broken because it is old. */
#include "act/move_own.h"

#include <stdio.h>

#include "act/audit.h"
#include "act/intent.h"
#include "base/clock.h"
#include "base/process.h"
#include "wire/time8601.h"

enum {
	LATE_CLAIM_MS = 10 * 60 * 1000,      /* how long a claim that was sent may still arrive, and its token is good */
	/* How long what a process asked for before it ended may still arrive; how long one that cannot be looked at may be at work before
	 * its lock is given back. */
	LATE_DEED_MS = 10 * 1000, AT_WORK_MS = 5 * 60 * 1000,
	LOOK_MS = 1000,
};

/* --- where it was --- */

static bool take_action(Move *m, Str name)
{
	MoveAction action;

	if (!move_action_of(name, &action))
		return false;
	m->v.action = action;
	m->a = &acts[action];
	return true;
}

static bool set_place(Move *m, const Backend *b)
{
	if (!b || !way_set(m, b))
		return false;
	m->place = move_place(m);
	return true;
}

/* Where the action is done that goes by that name in the journal. */
static bool set_named_place(Move *m, Str name)
{
	for (int i = 0; i < ACT_WAYS && m->a->way[i].in; i++)
		if (str_is(name, m->a->way[i].in->name))
			return set_place(m, m->a->way[i].in);
	return false;
}

static int from_journal(Move *m, const JournalRow *row, Err *e)
{
	MoveView *v = &m->v;
	Intent x;

	if (intent_take(&m->arena, row, &x, e) < 0)
		return -1;
	v->agent = x.agent;
	v->name = x.name;
	v->pointer = x.pointer;
	v->pointer_name = x.pointer_name;
	v->reason = x.reason;
	v->version = x.version;
	v->was = x.was;
	v->becomes = x.becomes;
	v->from = x.from;
	v->to = x.to;
	v->rev_seen = x.rev;
	v->claim = x.claim;
	if (!take_action(m, x.action) || !set_named_place(m, x.backend))
		return err_set(e, "the journal's row of %.*s is %.*s in %.*s, which this seismo does not know", STR_ARG(m->op), STR_ARG(x.action),
		               STR_ARG(x.backend));
	return 0;
}

/* Where the action is done whose lock has that key. */
static bool set_locked_place(Move *m, Str key, bool route)
{
	for (int i = 0; i < ACT_WAYS && m->a->way[i].in; i++)
		if (m->a->way[i].in->route == route && m->a->way[i].call && m->a->way[i].in->place(m, key))
			return set_place(m, m->a->way[i].in);
	return false;
}

Str place_behind(Move *m, Str arn, const char *before)
{
	char *text = arena_cstr(&m->arena, arn);
	const char *at = strstr(text, before);

	if (!at)
		return STR("");
	m->v.pointer = str_of(text);
	return str_of(at + strlen(before));
}

bool place_parts(Move *m, Str arn, const char *before, const char *between)
{
	Str rest = STR(""), agent = str_cut(place_behind(m, arn, before), '/', &rest);

	if (!agent.n || !str_starts(rest, str_of(between)))
		return false;
	m->v.agent = m->v.name = agent;
	m->v.pointer_name = str_sub(rest, strlen(between), rest.n);
	return m->v.pointer_name.n > 0;
}

/* --- what became of it --- */

static void tell(Move *m, bool forward, const char *text)
{
	m->forward = forward;
	move_tell_change(m);
	m->v.resolution = move_keep(m, str_of(text));
	m->spec.on_planned(m->spec.arg, m);
}

static void open_still(Move *m, const char *text)
{
	Err why = { 0 };

	(void)err_kind(&why, ERR_UNKNOWN, "%s", text);
	move_end(m, MOVE_UNKNOWN, &why);
}

/* It is over: only the journal has to learn that. */
static void was_over(Move *m, const char *outcome, const char *text)
{
	JournalRow row;
	bool found;
	Err why = { 0 };

	m->v.resolution = move_keep(m, str_of(text));
	if (journal_find(m->spec.journal, m->op, &m->arena, &row, &found, &why) < 0 ||
	    (found && !row.outcome.n && journal_end(m->spec.journal, m->op, outcome, m->v.resolution, clock_wall_ms(), &why) < 0))
		move_end(m, MOVE_FAILED, &why);
	else
		move_end(m, MOVE_DONE, NULL);
}

/* A claim that is on its way, as far as our own journal knows. */
static bool may_still_arrive(Move *m)
{
	JournalRow row;
	bool found;

	return journal_find(m->spec.journal, m->op, &m->arena, &row, &found, NULL) == 0 && found &&
	       clock_wall_ms() - row.begun_ms < LATE_CLAIM_MS && (str_is(row.step, "claiming") || str_is(row.step, "unknown"));
}

static void look_for_the_end(Move *m);

static void on_audit(Move *m, const void *out, const AwsError *err)
{
	const DdbPage *page = out;
	Str event = STR(""), op, time = STR("");
	char text[300];

	if (err) {
		move_end(m, MOVE_FAILED, &err->err);
		return;
	}
	for (size_t i = 0; i < jv_count(page->items) && !event.n; i++) {
		JsonVal item = jv_at(page->items, i);

		op = STR("");
		if (ddb_str(item, "op", &op, NULL) < 0 || !str_eq(op, m->op) || ddb_str(item, "event", &event, NULL) < 0)
			continue;
		m->was_claimed |= str_is(event, "claimed");
		(void)ddb_str(item, "version", &time, NULL);
		if (str_is(event, "claimed"))
			event = STR("");
	}
	if (event.n) {
		(void)snprintf(text, sizeof text, "it ended: the table says %.*s", STR_ARG(event));
		was_over(m, str_is(event, "done") ? "done" : str_is(event, "released") ? "released" : "failed", text);
	} else if (page->last_key_json.n) {
		m->scanned = move_keep(m, page->last_key_json);
		look_for_the_end(m);
	} else if (m->was_claimed) {
		was_over(m, "released", "its lock was broken by somebody; nothing of it is under way any more");
	} else if (may_still_arrive(m)) {
		open_still(m, "nothing holds the lock, but what was sent may still arrive: ask again ten minutes after it began");
	} else {
		was_over(m, "failed", "it never got the lock: nothing was moved");
	}
}

static void look_for_the_end(Move *m)
{
	DdbQueryIn q = audit_query(&m->arena, &m->place);

	q.start_key_json = m->scanned;
	move_call(m, &op_dynamodb_query, &q, on_audit);
}

/* Since when nothing of it can arrive any more, as far as can be seen from here. A route is moved by the transaction that gives the lock
 * back, and that one has its condition. */
static int64_t quiet_from_ms(const Move *m)
{
	int64_t since = 0;

	(void)time_parse_iso(m->mine.since, &since);
	if (m->holder_gone && m->step.n)
		return str_is(m->step, "acting") || str_is(m->step, "unknown") ? m->step_ms + LATE_DEED_MS : 0;
	return since + (m->holder_gone || !m->way->ask ? LATE_DEED_MS : AT_WORK_MS);
}

static void look(Move *m);

/* It was not done, and the lock would be given back: not under the hands of whoever holds it. False: not yet. */
static bool may_let_go(Move *m)
{
	int64_t from = m->v.claim ? quiet_from_ms(m) : 0, now = clock_wall_ms();
	char text[400], at[TIME_TEXT];

	if (now >= from)
		return true;
	if (from - now <= LATE_DEED_MS) {
		move_say(m, "what was asked last may still arrive: looking again");
		move_wait(m, LOOK_MS, look);
		return false;
	}
	time_format_iso(from, at);
	(void)snprintf(text, sizeof text, "process %lld on %.*s took the lock at %.*s and may still be at work: end it there, or ask again after %s",
	               (long long)m->mine.pid, STR_ARG(m->mine.host), STR_ARG(m->mine.since), at);
	open_still(m, text);
	return false;
}

static void judge(Move *m)
{
	unsigned stand;
	char text[600];

	if (m->read_err.text[0]) {
		move_end(m, MOVE_FAILED, &m->read_err);
		return;
	}
	if (m->a->blind) {
		tell(m, false, m->a->blind);
		return;
	}
	/* With a way that asks nothing the lock is given back by what does it. */
	stand = m->way->ask ? m->a->stand(m) : IS_UNTOUCHED;
	if (stand & IS_THERE) {
		tell(m, true, m->a->moves ? "the pointer is where it was to go: the move is finished" : "it is as it was to become: the action is finished");
	} else if (stand & IS_UNTOUCHED) {
		if (may_let_go(m))
			tell(m, false, !m->a->moves ? "nothing of it was done yet: the lock is given back"
			     : m->b->route ? "the route was not moved yet: the lock is given back"
			     : m->b->label ? "the label was not moved yet: the lock is given back"
			     : "the pointer is where it was before: the lock is given back");
	} else {
		(void)snprintf(text, sizeof text, "%.*s is %.*s: it serves %.*s and goes to %.*s; the action was to take it from %.*s to %.*s. "
		               "Wait, or put it where it belongs and ask again", STR_ARG(m->v.pointer), STR_ARG(m->now.status), STR_ARG(m->now.live),
		               STR_ARG(m->now.target), STR_ARG(m->a->moves ? route_main(m->v.from) : m->v.was),
		               STR_ARG(m->a->moves ? route_main(m->v.to) : m->v.becomes));
		open_still(m, text);
	}
}

static void look(Move *m)
{
	move_reread(m, judge);
}

/* Of a process that took a lock on this machine. Its start is not known: a number that was given out again counts as alive. */
static ProcessState holder(Move *m)
{
	ProcessId self, other = { .pid = m->mine.pid };
	JournalRow row;
	bool found;

	process_self(&self);
	if (!str_is(m->mine.host, self.host))
		return PROCESS_UNKNOWN;
	if (journal_find(m->spec.journal, m->op, &m->arena, &row, &found, NULL) == 0 && found) {
		m->step = row.step;
		m->step_ms = row.at_ms;
	}
	if (m->mine.pid == self.pid)
		return PROCESS_GONE;
	memcpy(other.host, self.host, sizeof other.host);
	memcpy(other.boot, self.boot, sizeof other.boot);
	memcpy(other.space, self.space, sizeof other.space);
	return process_look(&self, &other);
}

static void keep_lock(Move *m, const LockRow *row)
{
	m->mine = lock_copy(&m->arena, &row->lock);
	if (m->a->becomes)
		m->v.becomes = str_of(m->a->becomes);
	m->v.from = m->mine.from;
	m->v.to = m->mine.to;
	m->v.reason = m->mine.reason;
	/* The claim has added one. */
	m->seen.rev = row->rev - 1;
	m->seen.routes = route_copy(&m->arena, row->routes);
	m->seen.live = move_keep(m, row->live);
	m->v.rev_seen = m->seen.rev;
	m->v.rev_now = row->rev;
	m->v.claim = true;
}

static void on_row(Move *m, const LockRow *row)
{
	ProcessState state;
	char text[300];

	if (!row) {
		move_end(m, MOVE_FAILED, &m->read_err);
	} else if (!row->locked || !str_eq(row->lock.op, m->op)) {
		look_for_the_end(m);
	} else if (!take_action(m, row->lock.action) || !way_set(m, m->b)) {
		(void)snprintf(text, sizeof text, "the lock is held by a %.*s, which this seismo does not know", STR_ARG(row->lock.action));
		open_still(m, text);
	} else {
		keep_lock(m, row);
		state = holder(m);
		m->holder_gone = state == PROCESS_GONE;
		if (state == PROCESS_ALIVE) {
			(void)snprintf(text, sizeof text, "process %lld on this machine still works on it; wait for it or end it first", (long long)m->mine.pid);
			open_still(m, text);
		} else {
			look(m);
		}
	}
}

/* --- finding it --- */

static void scan(Move *m);

static void on_scan(Move *m, const void *out, const AwsError *err)
{
	const DdbPage *page = out;
	Str key = STR("");
	LockRow row;
	bool agents = m->finder == 1;

	if (err && err->fault != AWS_NOT_FOUND) {
		move_end(m, MOVE_FAILED, &err->err);
		return;
	}
	if (!err && page->count && ddb_str(jv_at(page->items, 0), agents ? "agentId" : "pointer", &key, NULL) == 0 && key.n &&
	    lock_row_of(&m->arena, jv_at(page->items, 0), &row, NULL) == 0 && row.locked && take_action(m, row.lock.action) &&
	    set_locked_place(m, key, agents)) {
		m->scanned = STR("");
		move_row(m, on_row);
		return;
	}
	m->scanned = err ? STR("") : move_keep(m, page->last_key_json);
	m->finder += !m->scanned.n;
	scan(m);
}

static void scan(Move *m)
{
	DdbQueryIn in = lock_scan(&m->arena, m->finder == 0 ? m->spec.lock_table : m->spec.agents_table, m->op);

	if (m->finder > 1) {
		move_refuse(m, ERR_USAGE, "nothing holds a lock for %.*s, and the journal does not know it", STR_ARG(m->op));
		return;
	}
	in.start_key_json = m->scanned;
	move_call(m, &op_dynamodb_scan, &in, on_scan);
}

void resolve_find(Move *m)
{
	JournalRow row;
	bool found;
	Err why = { 0 };

	m->v.op = m->op;
	if (journal_find(m->spec.journal, m->op, &m->arena, &row, &found, &why) < 0 || (found && from_journal(m, &row, &why) < 0)) {
		move_end(m, MOVE_FAILED, &why);
		return;
	}
	if (found && row.outcome.n) {
		m->v.resolution = arena_printf(&m->arena, "it ended: %.*s", STR_ARG(row.outcome));
		move_end(m, MOVE_DONE, NULL);
	} else if (!found) {
		scan(m);
	} else if (!m->v.claim) {
		move_reread(m, judge);
	} else {
		move_row(m, on_row);
	}
}

void resolve_begin(Move *m)
{
	JournalRow row;
	bool found;
	Err why = { 0 };

	/* Somebody else's: from here on it is in this journal too. */
	if (journal_find(m->spec.journal, m->op, &m->arena, &row, &found, &why) < 0 ||
	    (!found && move_journal(m, &why) < 0) || (m->v.claim && audit_last(m->spec.audit_path, m->hash, &why) < 0)) {
		move_end(m, MOVE_FAILED, &why);
		return;
	}
	m->risky = true;
	if (m->forward) {
		claim_finish(m, true, MOVE_DONE, NULL, "done");
		return;
	}
	(void)err_set(&why, "it was let go: nothing was moved");
	claim_finish(m, false, MOVE_RELEASED, &why, "released");
}
