/* Taking the lock and giving it back: the two transactions. Their answers can be lost; then the item is read, and the same
 * bytes go out again under the same token as long as DynamoDB remembers it (ten minutes; Developer Guide, "TransactWriteItems",
 * idempotency). */
#include "act/move_own.h"

#include <stdio.h>

#include "act/audit.h"
#include "base/clock.h"
#include "wire/time8601.h"

enum { TOKEN_MS = 9 * 60 * 1000, TRIES = 6, READS = 4, PAUSE_MS = 500 };

static void claim_send(Move *m);
static void finish_send(Move *m);

static int64_t pause_ms(const Move *m)
{
	return PAUSE_MS << (m->tries < 4 ? m->tries : 4);
}

static bool may_resend(const Move *m)
{
	return m->tries < TRIES && clock_boot_ms() - m->txn_from_ms < TOKEN_MS;
}

/* What a refusal of the whole transaction says; n items were sent. Reasons that are fewer, or none, say nothing. */
typedef enum Reason { REASON_UNCLEAR, REASON_CONDITION, REASON_BUSY } Reason;

static Reason reason_of(Move *m, const AwsError *err, size_t *at, LockRow *row, bool *has_row)
{
	DdbReason *r;
	size_t n;
	Err bad = { 0 };

	*has_row = false;
	if (strcmp(err->code, "TransactionCanceledException") != 0 || ddb_reasons(&m->arena, err->body, &r, &n, &bad) < 0 || n != m->txn.count)
		return REASON_UNCLEAR;
	for (size_t i = 0; i < n; i++) {
		if (!str_is(r[i].code, "ConditionalCheckFailed"))
			continue;
		*at = i;
		*has_row = i == 0 && r[0].has_item && lock_row_of(&m->arena, r[0].item, row, &bad) == 0;
		return REASON_CONDITION;
	}
	for (size_t i = 0; i < n; i++)
		if (!str_is(r[i].code, "None") && !str_is(r[i].code, "TransactionConflict") && !str_is(r[i].code, "ThrottlingError") &&
		    !str_is(r[i].code, "ProvisionedThroughputExceeded"))
			return REASON_UNCLEAR;
	return REASON_BUSY;
}

/* AWS has said no, and nothing was done: whoever hears this need not look. */
static bool is_plain_no(const AwsError *err)
{
	return err->fault == AWS_DENIED || err->fault == AWS_VALIDATION || err->fault == AWS_NOT_FOUND || err->fault == AWS_REFUSED ||
	       err->fault == AWS_BAD_CREDENTIALS || err->fault == AWS_EXPIRED;
}

static void unknown(Move *m, const char *what, const Err *why)
{
	Err e = { 0 };

	(void)err_kind(&e, ERR_UNKNOWN, "it is not known whether %s: %s. Look again with: seismo op resolve %.*s", what, why->text, STR_ARG(m->v.op));
	move_end(m, MOVE_UNKNOWN, &e);
}

/* --- the claim --- */

static void claimed(Move *m)
{
	m->v.rev_now = m->seen.rev + 1;
	memcpy(m->hash, m->hash_next, sizeof m->hash);
	if (move_note(m, "claimed", STR("")) < 0)
		return;
	move_audit(m, "claimed");
	move_say(m, "claimed");
	deed_begin(m);
}

/* Whoever writes the item by hand leaves the revision alone. */
static bool same_routes(const Move *m, const LockRow *row)
{
	return (!m->place.route || route_eq(row->routes, m->seen.routes)) && (!m->place.label || str_eq(row->live, m->seen.live));
}

/* The lock may be free again by now. */
static bool somebody_was_here(const Move *m, const LockRow *row)
{
	return row->locked || row->rev != m->seen.rev || row->has_rev != m->seen.has_rev || !same_routes(m, row);
}

static void claim_saw(Move *m, const LockRow *row)
{
	if (!row) {
		if (++m->reads < READS)
			move_wait(m, PAUSE_MS << m->reads, claim_send);
		else
			unknown(m, "the lock was taken", &m->read_err);
	} else if (row->locked && str_eq(row->lock.op, m->mine.op)) {
		claimed(m);
	} else if (somebody_was_here(m, row)) {
		move_lost(m, row);
	} else if (m->no != MOVE_OPEN) {
		move_end(m, m->no, &m->deed_err);
	} else if (may_resend(m)) {
		move_wait(m, pause_ms(m), claim_send);
	} else {
		/* It may still be on its way. */
		unknown(m, "the lock will be taken", &m->deed_err);
	}
}

static void claim_look(Move *m)
{
	move_row(m, claim_saw);
}

static void claim_refused(Move *m, const LockRow *row)
{
	Err why = { 0 };

	if (somebody_was_here(m, row)) {
		move_lost(m, row);
		return;
	}
	(void)err_set(&why, "the route of %.*s holds more than versions and weights, which this program would lose: nothing was moved; look at the "
	              "item in the table %s", STR_ARG(m->v.name), m->place.table);
	move_end(m, MOVE_FAILED, &why);
}

static void on_claim(Move *m, const void *out, const AwsError *err)
{
	LockRow row;
	bool has_row;
	size_t at = 0;

	(void)out;
	if (!err) {
		claimed(m);
		return;
	}
	m->deed_err = err->err;
	m->no = MOVE_OPEN;
	switch (reason_of(m, err, &at, &row, &has_row)) {
	case REASON_CONDITION:
		if (at == 0 && has_row && !(row.locked && str_eq(row.lock.op, m->mine.op))) {
			claim_refused(m, &row);
			return;
		}
		break;
	case REASON_BUSY:
		break;
	case REASON_UNCLEAR:
		/* The layer below may have asked before, and have lost that answer: only the item knows. */
		if (is_plain_no(err) && !m->unsure)
			m->no = err->fault == AWS_REFUSED ? MOVE_REFUSED : MOVE_FAILED;
		else
			m->unsure = true;
	}
	claim_look(m);
}

static void claim_send(Move *m)
{
	m->tries++;
	move_call(m, &op_dynamodb_transact_write_items, &m->txn, on_claim);
}

/* The audit item's hashes: each item of a move carries that of the one before it, the first one that of the local file. */
static AuditItem audit_item(Move *m, int n, const char *event, const char *time)
{
	Str *ids = ARENA_ARRAY(&m->arena, Str, m->v.requests + 1);
	AuditItem it = { .n = n, .event = event, .time = time, .by = m->v.by, .host = m->spec.host, .request = ids, .requests = m->v.requests };
	Str text;

	for (size_t i = 0; i < m->v.requests; i++)
		ids[i] = m->v.request[i].id;
	it.prev = move_keep(m, str_of(m->hash));
	it.change = m->v.change;
	text = arena_printf(&m->arena, "%s %s %.*s %s %.*s %.*s %.*s > %.*s%s%.*s: %.*s", time, event, STR_ARG(m->v.op), m->a->name,
	                    STR_ARG(m->v.by), STR_ARG(m->v.pointer), STR_ARG(route_text(m->v.from, &m->arena)),
	                    STR_ARG(route_text(m->v.to, &m->arena)), it.change.n ? ", " : "", STR_ARG(it.change), STR_ARG(m->v.reason));
	audit_hash(it.prev, text, m->hash_next);
	it.hash = move_keep(m, str_of(m->hash_next));
	return it;
}

void claim_begin(Move *m)
{
	char *time = arena_alloc(&m->arena, TIME_TEXT);
	AuditItem audit;
	Err why = { 0 };

	if (m->stopping) {
		(void)err_set(&why, "stopped before anything was sent");
		move_end(m, MOVE_FAILED, &why);
		return;
	}
	time_format_iso(clock_wall_ms(), time);
	m->mine = (Lock){ .op = m->v.op, .action = str_of(m->a->name), .by = m->v.by, .host = m->spec.host, .pid = uv_os_getpid(),
	                  .since = str_of(time), .reason = m->v.reason, .from = m->v.from, .to = m->v.to };
	if (!m->v.claim) {
		m->risky = true;
		deed_begin(m);
		return;
	}
	if (audit_last(m->spec.audit_path, m->hash, &why) < 0) {
		move_end(m, MOVE_FAILED, &why);
		return;
	}
	if (move_note(m, "claiming", STR("")) < 0)
		return;
	m->risky = true;
	move_audit(m, "claiming");
	audit = audit_item(m, 1, "claimed", time);
	m->txn = claim_items(&m->arena, &m->place, &m->seen, &m->mine, m->v.op, &audit);
	m->tries = m->reads = 0;
	m->unsure = false;
	m->txn_from_ms = clock_boot_ms();
	move_say(m, "claiming %.*s", STR_ARG(m->v.pointer));
	claim_send(m);
}

/* --- giving it back --- */

void claim_proved(Move *m, const Err *why)
{
	if (why) {
		move_end(m, MOVE_UNKNOWN, why);
		return;
	}
	m->v.verified = m->moved && m->end == MOVE_DONE;
	move_end(m, m->end, m->end == MOVE_DONE ? NULL : &m->end_err);
}

static void finished(Move *m)
{
	m->v.rev_now = m->seen.rev + 2;
	if (m->moved && m->a->prove)
		m->a->prove(m);
	else
		claim_proved(m, NULL);
}

static bool is_where_it_should(const Move *m, const LockRow *row)
{
	const Finish *f = &m->fin;

	if (f->pause != PAUSE_STAYS && row->paused != (f->pause == PAUSE_ON))
		return false;
	if (m->place.route)
		return !f->to.n || route_eq(row->routes, f->to);
	if (f->gone)
		return !row->live.n;
	return !f->live.n || str_eq(row->live, f->live);
}

/* Somebody broke our lock. The move of a pointer that AWS keeps is done all the same. */
static void broken(Move *m, const LockRow *row)
{
	Err why = { 0 };

	(void)err_kind(&why, ERR_UNKNOWN, "the lock on %.*s is not ours any more: %.*s took it or broke it at %.*s; look at the pointer before "
	               "anything else", STR_ARG(m->v.pointer), STR_ARG(row->locked ? row->lock.by : row->updated_by),
	               STR_ARG(row->locked ? row->lock.since : row->updated_at));
	move_end(m, MOVE_UNKNOWN, &why);
}

static void finish_saw(Move *m, const LockRow *row)
{
	if (!row) {
		if (++m->reads < READS)
			move_wait(m, PAUSE_MS << m->reads, finish_send);
		else
			unknown(m, "it was finished", &m->read_err);
	} else if (row->locked && str_eq(row->lock.op, m->mine.op)) {
		if (may_resend(m))
			move_wait(m, pause_ms(m), finish_send);
		else
			unknown(m, "it will be finished", &m->deed_err);
	} else if ((!row->locked && row->rev == m->seen.rev + 2 && is_where_it_should(m, row)) || (m->taken && row->rev > m->seen.rev + 2)) {
		/* Or DynamoDB had said yes, and the next one was here before we looked. */
		finished(m);
	} else {
		broken(m, row);
	}
}

static void finish_look(Move *m)
{
	move_row(m, finish_saw);
}

/* What the finish would have changed is not what it was. True: the lock is given back without it. */
static bool finish_refused(Move *m, const AwsError *err)
{
	LockRow row;
	bool has_row;
	size_t at = 0;
	Err why = { 0 };

	if (reason_of(m, err, &at, &row, &has_row) != REASON_CONDITION)
		return false;
	if (at == 0 && has_row && row.locked && str_eq(row.lock.op, m->mine.op) && !same_routes(m, &row) && m->moved) {
		(void)err_kind(&why, ERR_LOST, "%.*s was moved outside seismo to %.*s in the meantime; nothing was changed by you", STR_ARG(m->v.pointer),
		               STR_ARG(route_text(lock_row_points(&m->arena, &m->place, &row), &m->arena)));
		m->v.winner = (Lock){ .to = route_copy(&m->arena, lock_row_points(&m->arena, &m->place, &row)) };
		claim_finish(m, false, MOVE_LOST, &why, "released");
	} else if (at > 0 && at + 1 < m->txn.count && m->a->moves) {
		(void)err_set(&why, "a version of %.*s has lost its item in the meantime; nothing was moved", STR_ARG(m->v.name));
		claim_finish(m, false, MOVE_FAILED, &why, "failed");
	} else if (at > 0 && at + 1 < m->txn.count) {
		(void)err_kind(&why, ERR_LOST, "%.*s of %.*s was changed outside seismo in the meantime; nothing was changed by you",
		               STR_ARG(m->v.version), STR_ARG(m->v.name));
		claim_finish(m, false, MOVE_LOST, &why, "released");
	} else {
		return false;
	}
	return true;
}

/* "Verified" is what a consistent read says afterwards, not that the transaction was taken. */
static void on_finish(Move *m, const void *out, const AwsError *err)
{
	(void)out;
	m->taken = !err;
	if (err)
		m->deed_err = err->err;
	if (err && finish_refused(m, err))
		return;
	if (err && is_plain_no(err) && !m->unsure) {
		unknown(m, "the lock can be given back", &err->err);
		return;
	}
	m->unsure |= err != NULL;
	finish_look(m);
}

static void finish_send(Move *m)
{
	m->tries++;
	move_call(m, &op_dynamodb_transact_write_items, &m->txn, on_finish);
}

static Finish finish_of(Move *m, const char *time)
{
	Finish f = { .mine = &m->mine, .rev = m->seen.rev + 2, .at = str_of(time), .by = m->v.by, .reason = m->v.reason, .agent = m->v.agent };
	char token[UUID_TEXT];

	move_uuid(token);
	f.token = move_keep(m, str_of(token));
	f.was = lock_row_points(&m->arena, &m->place, &m->seen);
	if (m->moved)
		m->a->finish(m, &f);
	return f;
}

void claim_finish(Move *m, bool moved, MoveOutcome end, const Err *why, const char *event)
{
	char *time = arena_alloc(&m->arena, TIME_TEXT);
	AuditItem audit;

	m->moved = moved;
	m->end = end;
	m->end_err = why ? *why : (Err){ 0 };
	if (!m->v.claim) {
		m->v.verified = moved && end == MOVE_DONE;
		move_end(m, end, end == MOVE_DONE ? NULL : &m->end_err);
		return;
	}
	time_format_iso(clock_wall_ms(), time);
	audit = audit_item(m, 2, event, time);
	m->fin = finish_of(m, time);
	if (move_note(m, moved ? "finishing" : "releasing", m->fin.token) < 0)
		return;
	m->txn = finish_items(&m->arena, &m->place, &m->fin, &audit);
	m->tries = m->reads = 0;
	m->unsure = false;
	m->txn_from_ms = clock_boot_ms();
	finish_send(m);
}
