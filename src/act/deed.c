/* What AWS is asked to do, and the proof. Its calls have no condition: an answer that does not come is never followed by the call
 * again, but by a look at what it was about. */
#include "act/move_own.h"

#include "base/clock.h"

enum { POLL_MS = 1000, POLL_MOST_MS = 5000, LATE_MS = 3000, DEEDS = 3, LOOKS = 30,
	SHOW_MS = 60000,            /* AWS promises of neither pointer that a read shows what was just taken */
	OLD_READS = 5               /* a failure that was there before may still be shown for a moment */ };

static void deed_ask(Move *m);
static void verify(Move *m);

static Str target(const Move *m)
{
	return route_main(m->v.to);
}

static bool stands(const Move *m, unsigned bit)
{
	return m->a->stand(m) & bit;
}

static void give_up(Move *m, const Err *why)
{
	claim_finish(m, false, MOVE_FAILED, why, "failed");
}

static void elsewhere(Move *m)
{
	Err why = { 0 };

	if (m->a->moves)
		(void)err_set(&why, "somebody else moved %.*s while this action ran: it serves %.*s and goes to %.*s, not to %.*s. Look at it before "
		              "anything else", STR_ARG(m->v.pointer), STR_ARG(m->now.live), STR_ARG(m->now.target.n ? m->now.target : m->now.live),
		              STR_ARG(target(m)));
	else
		(void)err_set(&why, "somebody else changed %.*s while this action ran: it is %.*s and serves %.*s. Look at it before anything else",
		              STR_ARG(m->v.pointer), STR_ARG(m->now.status), STR_ARG(m->now.live));
	give_up(m, &why);
}

static void not_known(Move *m, ErrKind kind, const char *what)
{
	Err why = { 0 };

	(void)err_kind(&why, kind, "%.*s: %s%s%s. The lock stays" MOVE_LOOK_AGAIN "%.*s", STR_ARG(m->v.pointer), what,
	               m->read_err.text[0] ? ": " : "", m->read_err.text, STR_ARG(m->v.op));
	move_end(m, MOVE_UNKNOWN, &why);
}

/* --- proof --- */

static int64_t poll_ms(const Move *m)
{
	int64_t ms = POLL_MS * (1 + m->reads / 5);

	return ms < POLL_MOST_MS ? ms : POLL_MOST_MS;
}

static void verified(Move *m)
{
	if (move_note(m, "verified", STR("")) == 0)
		claim_finish(m, true, MOVE_DONE, NULL, "done");
}

static void on_verify(Move *m)
{
	bool late = clock_mono_ms() - m->deed_ms > m->spec.verify_ms;
	Err why = { 0 };

	m->reads++;
	if (m->read_err.text[0]) {
		if (late)
			not_known(m, ERR_UNKNOWN, "whether it has moved cannot be read");
		else
			move_wait(m, poll_ms(m), verify);
	} else if (stands(m, IS_THERE)) {
		verified(m);
	} else if (m->now.failed && m->was_failed && m->reads < OLD_READS) {
		move_wait(m, poll_ms(m), verify);
	} else if (m->now.failed) {
		(void)err_set(&why, "AWS could not %s %.*s%s%.*s: %.*s%s%.*s; it serves %.*s. Read the reason, then try again%s",
		              m->a->moves ? "move" : "change", STR_ARG(m->v.pointer), m->a->moves ? " to " : "",
		              STR_ARG(m->a->moves ? target(m) : STR("")), STR_ARG(m->now.status), m->now.why.n ? ", " : "", STR_ARG(m->now.why),
		              STR_ARG(m->now.live), m->a->moves ? " or choose another version" : "");
		give_up(m, &why);
	} else if (stands(m, IS_UNTOUCHED) && !late && clock_mono_ms() - m->deed_ms < SHOW_MS) {
		move_wait(m, poll_ms(m), verify);
	} else if (stands(m, IS_UNTOUCHED)) {
		not_known(m, ERR_UNKNOWN, "AWS took it and does not show it");
	} else if (!stands(m, IS_COMING)) {
		elsewhere(m);
	} else if (late) {
		not_known(m, ERR_LATE, m->a->moves ? "AWS took the move and has not finished it in time" : "AWS took it and has not finished it in time");
	} else {
		move_say(m, "%.*s: %.*s, serves %.*s, goes to %.*s", STR_ARG(m->v.pointer), STR_ARG(m->now.status), STR_ARG(m->now.live),
		         STR_ARG(m->a->moves ? target(m) : m->v.becomes));
		move_wait(m, poll_ms(m), verify);
	}
}

static void verify(Move *m)
{
	move_reread(m, on_verify);
}

static void begin_verify(Move *m)
{
	if (move_note(m, "verifying", STR("")) < 0)
		return;
	m->reads = 0;
	verify(m);
}

/* --- the call --- */

static bool may_be_repeated(const Move *m)
{
	AwsFault f = m->deed_fault;

	return f == AWS_THROTTLED || f == AWS_CONDITION || f == AWS_SERVER || f == AWS_NETWORK || f == AWS_TORN || f == AWS_GARBAGE || f == AWS_OTHER;
}

/* The service said that it did nothing. */
static bool was_refused(const Move *m)
{
	AwsFault f = m->deed_fault;

	return f == AWS_DENIED || f == AWS_VALIDATION || f == AWS_NOT_FOUND || f == AWS_REFUSED || f == AWS_BAD_CREDENTIALS || f == AWS_EXPIRED ||
	       f == AWS_THROTTLED || f == AWS_CONDITION;
}

static void look_again(Move *m);

static void after_failure(Move *m)
{
	bool late = clock_mono_ms() - m->fault_ms >= LATE_MS;

	if (m->read_err.text[0]) {
		if (++m->reads < LOOKS)
			move_wait(m, POLL_MS, look_again);
		else
			not_known(m, ERR_UNKNOWN, "AWS's answer was lost and the pointer cannot be read");
	} else if (stands(m, IS_COMING)) {
		begin_verify(m);
	} else if (!stands(m, IS_UNTOUCHED)) {
		elsewhere(m);
	} else if (!m->answered_no && !late) {
		/* What was sent may arrive late: it is looked for until that is out of the question. */
		move_wait(m, POLL_MS, look_again);
	} else if (may_be_repeated(m) && m->deeds < DEEDS && !m->stopping) {
		move_say(m, "nothing has changed: asking again");
		deed_ask(m);
	} else if (m->deed_unsure) {
		/* An earlier one may still arrive, and must not meet somebody else's move. */
		not_known(m, ERR_UNKNOWN, "AWS's answer was lost; the pointer has not moved, and what was asked may still arrive");
	} else {
		give_up(m, &m->deed_err);
	}
}

static void look_again(Move *m)
{
	move_reread(m, after_failure);
}

void deed_asked(Move *m, const AwsError *err)
{
	if (!err) {
		begin_verify(m);
		return;
	}
	m->deed_err = err->err;
	m->deed_fault = err->fault;
	m->fault_ms = clock_mono_ms();
	m->answered_no = was_refused(m) || (err->fault == AWS_OTHER && err->status >= 400 && err->status < 500 && err->code[0]);
	m->deed_unsure |= !m->answered_no;
	m->reads = 0;
	move_say(m, "%s", err->err.text);
	move_wait(m, m->answered_no && may_be_repeated(m) ? POLL_MS * m->deeds : 0, look_again);
}

static void deed_ask(Move *m)
{
	if (move_note(m, "acting", STR("")) < 0)
		return;
	m->deeds++;
	m->deed_ms = clock_mono_ms();
	move_say(m, "%s: %.*s to %.*s", m->a->name, STR_ARG(m->v.pointer), STR_ARG(m->a->moves ? target(m) : m->v.becomes));
	m->way->ask(m);
}

/* The plan may be old by now: what it rests on is read once more, under the lock. */
static void ready(Move *m)
{
	Err why = { 0 };

	if (m->read_err.text[0]) {
		give_up(m, &m->read_err);
	} else if (!stands(m, IS_UNTOUCHED)) {
		(void)err_kind(&why, ERR_LOST, "%.*s was %s outside seismo since the plan: it serves %.*s (%.*s); nothing was changed by you",
		               STR_ARG(m->v.pointer), m->a->moves ? "moved" : "changed", STR_ARG(m->now.live), STR_ARG(m->now.status));
		m->v.winner = (Lock){ .to = route_one(&m->arena, m->now.target.n ? m->now.target : m->now.live) };
		claim_finish(m, false, MOVE_LOST, &why, "released");
	} else {
		deed_ask(m);
	}
}

void deed_begin(Move *m)
{
	Err why = { 0 };

	m->deeds = 0;
	m->deed_unsure = false;
	if (m->stopping) {
		(void)err_set(&why, "stopped before anything was changed; the lock was given back");
		claim_finish(m, false, MOVE_FAILED, &why, "released");
	} else if (!m->way->ask) {
		claim_finish(m, true, MOVE_DONE, NULL, "done");
	} else {
		move_reread(m, ready);
	}
}

/* --- where is it now --- */

static void seen_route(Move *m, const LockRow *row)
{
	m->looked(m->looked_arg, m, !row ? MOVE_SEEN_UNKNOWN
	              : route_eq(lock_row_points(&m->arena, &m->place, row), m->v.to) ? MOVE_SEEN_THERE : MOVE_SEEN_AWAY);
}

static void seen_pointer(Move *m)
{
	bool known = !m->read_err.text[0];

	m->looked(m->looked_arg, m, known && stands(m, IS_THERE) ? MOVE_SEEN_THERE : !known || stands(m, IS_COMING) ? MOVE_SEEN_UNKNOWN : MOVE_SEEN_AWAY);
}

void move_look(Move *m, MoveLooked *looked, void *arg)
{
	m->looked = looked;
	m->looked_arg = arg;
	if (m->b->route || m->b->label)
		move_row(m, seen_route);
	else
		move_reread(m, seen_pointer);
}
