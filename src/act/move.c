#include "act/move_own.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "act/audit.h"
#include "act/intent.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/text.h"
#include "wire/time8601.h"

enum { VERIFY_MS = 15 * 60 * 1000, STOP_MS = 30 * 60 * 1000 };

static const char *const outcome_names[] = {
	[MOVE_OPEN] = "planned", [MOVE_DONE] = "done", [MOVE_FAILED] = "failed", [MOVE_REFUSED] = "refused", [MOVE_LOST] = "lost",
	[MOVE_UNKNOWN] = "unknown", [MOVE_RELEASED] = "released",
};

const char *move_outcome_name(MoveOutcome o)
{
	return outcome_names[o];
}

const MoveView *move_view(const Move *m)
{
	return &m->v;
}

Str move_keep(Move *m, Str s)
{
	return arena_str(&m->arena, s);
}

void move_say(Move *m, const char *fmt, ...)
{
	char text[400];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	if (m->spec.on_step)
		m->spec.on_step(m->spec.arg, m, text);
}

void move_uuid(char out[UUID_TEXT])
{
	unsigned char b[16] = { 0 };

	/* Without randomness two operators could share an id; the kernel always has some once it is up. */
	if (uv_random(NULL, NULL, b, sizeof b, 0, NULL) != 0)
		xalloc_die("the kernel gives no random numbers");
	uuid_text(b, out);
}

/* --- waiting and asking --- */

static void on_timer(uv_timer_t *t)
{
	Move *m = t->data;
	void (*waited)(Move *) = m->waited;

	m->waited = NULL;
	waited(m);
}

void move_wait(Move *m, int64_t ms, void (*then)(Move *m))
{
	m->waited = then;
	(void)uv_timer_start(&m->timer, on_timer, (uint64_t)ms, 0);
}

static void note_request(Move *m, const AwsOp *op, Str id)
{
	if (op->cls != AWS_WRITE || !id.n || m->v.requests >= REQUESTS_MAX)
		return;
	m->request[m->v.requests++] = (MoveRequest){ op->name, move_keep(m, id) };
	m->v.request = m->request;
}

static void on_call(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	Move *m = arg;
	MoveThen *then = m->then;

	m->call = NULL;
	note_request(m, aws_call_op(call), aws_call_request_id(call));
	if (m->stopping && !m->going)
		move_refuse(m, ERR_FAILED, "stopped before anything was sent");
	else
		then(m, out, err);
}

void move_call(Move *m, const AwsOp *op, const void *in, MoveThen *then)
{
	const AwsHandler h = { .on_done = on_call, .arg = m, .rank = RANK_PERSON, .unlocked = m->unlocked };
	AwsError unsent = { .fault = AWS_VALIDATION };

	m->then = then;
	if ((m->call = aws_call(m->spec.aws, op, in, &h, &unsent.err)))
		return;
	if (unsent.err.kind == ERR_REFUSED)
		unsent.fault = AWS_REFUSED;
	then(m, NULL, &unsent);
}

/* --- journal and audit --- */

static Str facts(Move *m, Buf *b)
{
	const MoveView *v = &m->v;
	Intent x = { .action = str_of(move_action_name(v->action)), .backend = str_of(v->backend), .agent = v->agent, .name = v->name,
	             .pointer = v->pointer, .pointer_name = v->pointer_name, .from = v->from, .to = v->to, .version = v->version, .was = v->was,
	             .becomes = v->becomes, .until_ms = v->until_ms, .reason = v->reason, .by = v->by, .account = m->spec.account,
	             .region = aws_region(m->spec.aws), .rev = v->rev_seen, .claim = v->claim };
	JsonW w = jw_to(b);

	process_self(&x.process);
	intent_write(&w, &x);
	return buf_str(b);
}

int move_note(Move *m, const char *step, Str detail)
{
	Err why = { 0 }, unknown = { 0 };

	if (journal_step(m->spec.journal, m->v.op, step, detail, clock_wall_ms(), &why) == 0)
		return 0;
	if (!m->risky) {
		move_end(m, MOVE_FAILED, &why);
		return -1;
	}
	/* The lock may be ours and the pointer on its way: nothing can be said of the end. */
	(void)err_kind(&unknown, ERR_UNKNOWN, "%s. What was begun is not undone" MOVE_LOOK_AGAIN "%.*s", why.text, STR_ARG(m->v.op));
	move_end(m, MOVE_UNKNOWN, &unknown);
	return -1;
}

void move_audit_note(Move *m, const char *event, Str note)
{
	const MoveView *v = &m->v;
	Str ids[REQUESTS_MAX];
	AuditRow r = { .at_ms = clock_wall_ms(), .event = event, .op = v->op, .action = str_of(move_action_name(v->action)), .by = v->by,
	               .host = m->spec.host, .context = m->spec.context, .account = m->spec.account, .region = aws_region(m->spec.aws),
	               .backend = str_of(v->backend), .agent = v->name, .pointer = v->pointer, .reason = v->reason, .from = v->from, .to = v->to,
	               .note = note, .claim = v->claim, .request = ids, .requests = v->requests };
	Err why = { 0 };

	for (size_t i = 0; i < v->requests; i++)
		ids[i] = v->request[i].id;
	if (audit_append(m->spec.audit_path, &r, NULL, &why) < 0)
		move_say(m, "%s", why.text);
}

void move_tell_change(Move *m)
{
	MoveView *v = &m->v;

	if (!m->a->moves)
		v->change = arena_printf(&m->arena, "%.*s %.*s: %.*s > %.*s", STR_ARG(v->name), STR_ARG(v->version.n ? v->version : v->pointer_name),
		                         STR_ARG(v->was.n ? v->was : STR("-")), STR_ARG(v->becomes));
}

void move_audit(Move *m, const char *event)
{
	move_audit_note(m, event, m->v.err.text[0] ? str_of(m->v.err.text) : m->v.change);
}

/* --- the end --- */

static int exit_of(MoveOutcome o, const Err *why)
{
	switch (o) {
	case MOVE_DONE: case MOVE_RELEASED:
		return 0;
	case MOVE_REFUSED:
		return why->kind == ERR_USAGE ? ERR_USAGE : ERR_REFUSED;
	case MOVE_LOST:
		return ERR_LOST;
	case MOVE_UNKNOWN:
		return why->kind == ERR_LATE ? ERR_LATE : ERR_UNKNOWN;
	default:
		return ERR_FAILED;
	}
}

static void keep_outcome(Move *m)
{
	const MoveView *v = &m->v;
	Err why = { 0 };
	int rc = v->outcome == MOVE_UNKNOWN
		? journal_step(m->spec.journal, v->op, "unknown", str_of(v->err.text), v->finished_ms, &why)
		: journal_end(m->spec.journal, v->op, move_outcome_name(v->outcome), str_of(v->err.text), v->finished_ms, &why);

	if (rc < 0)
		move_say(m, "%s", why.text);
	move_audit(m, move_outcome_name(v->outcome));
}

static void tell_end(Move *m)
{
	m->spec.on_done(m->spec.arg, m);
}

void move_end(Move *m, MoveOutcome o, const Err *why)
{
	if (m->ended)
		return;
	m->ended = true;
	m->v.outcome = o;
	if (why)
		m->v.err = *why;
	m->v.exit = exit_of(o, &m->v.err);
	m->v.finished_ms = clock_wall_ms();
	/* One that is taken up keeps its row until its own end is known, whatever stopped whoever took it up. */
	if (m->v.op.n && m->going && (!m->op.n || m->risky))
		keep_outcome(m);
	/* What follows is no part of the move: that has ended, and the journal says so. */
	if (o == MOVE_DONE && m->moved && m->a->moves)
		follow_begin(m, tell_end);
	else     /* from the loop, so that whoever called may still look at m */
		move_wait(m, 0, tell_end);
}

void move_refuse(Move *m, ErrKind kind, const char *fmt, ...)
{
	char text[900];
	va_list ap;
	Err why = { 0 };

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof text, fmt, ap);
	va_end(ap);
	(void)err_kind(&why, kind, "%s", text);
	move_end(m, kind == ERR_FAILED ? MOVE_FAILED : MOVE_REFUSED, &why);
}

/* --- reading --- */

static void on_row(Move *m, const void *out, const AwsError *err)
{
	LockRow row;

	m->read_err = (Err){ 0 };
	if (err)
		m->read_err = err->err;
	m->v.no_table = err && err->fault == AWS_NOT_FOUND;
	if (err || lock_row(&m->arena, out, &row, &m->read_err) < 0) {
		m->after_row(m, NULL);
		return;
	}
	m->after_row(m, &row);
}

void move_row(Move *m, void (*then)(Move *m, const LockRow *row))
{
	DdbKeyIn key = lock_key(&m->arena, &m->place);

	m->after_row = then;
	move_call(m, &op_dynamodb_get_item, &key, on_row);
}

void move_reread(Move *m, void (*after)(Move *m))
{
	m->after_read = after;
	m->b->read(m);
}

void move_read(Move *m, const AwsError *err)
{
	m->read_err = err ? err->err : (Err){ 0 };
	m->after_read(m);
}

/* --- from outside --- */

static MoveAsk keep_ask(Move *m, const MoveAsk *ask)
{
	MoveAsk k = *ask;
	Str *session;

	k.agent = move_keep(m, ask->agent);
	k.pointer = move_keep(m, ask->pointer);
	k.from = move_keep(m, ask->from);
	k.to = move_keep(m, ask->to);
	k.version = move_keep(m, ask->version);
	k.reason = move_keep(m, ask->reason);
	k.exact = route_copy(&m->arena, ask->exact);
	k.expect = route_copy(&m->arena, ask->expect);
	k.session = session = ARENA_ARRAY(&m->arena, Str, ask->sessions + 1);
	for (size_t i = 0; i < ask->sessions; i++)
		session[i] = move_keep(m, ask->session[i]);
	return k;
}

static Move *make(const MoveSpec *spec, const MoveAsk *ask)
{
	Move *m = xcalloc(1, sizeof *m);

	m->spec = *spec;
	m->spec.stop_ms = spec->stop_ms ? spec->stop_ms : STOP_MS;
	m->spec.verify_ms = spec->verify_ms ? spec->verify_ms : VERIFY_MS;
	m->ask = keep_ask(m, ask);
	m->a = &acts[ask->action];
	m->v = (MoveView){ .action = ask->action, .reason = m->ask.reason, .backend = "", .thing = "", .leaves = STR(""),
	                   .version = STR(""), .was = STR(""), .becomes = STR(""),
	                   .change = STR(""), .started_ms = clock_wall_ms() };
	(void)uv_timer_init(spec->loop, &m->timer);
	m->timer.data = m;
	move_wait(m, 0, plan_identity);
	return m;
}

Move *move_start(const MoveSpec *spec, const MoveAsk *ask)
{
	Move *m = make(spec, ask);

	m->begin = claim_begin;
	m->find = plan_find;
	return m;
}

Move *move_resolve(const MoveSpec *spec, Str op)
{
	Move *m = make(spec, &(MoveAsk){ 0 });

	m->op = move_keep(m, op);
	m->begin = resolve_begin;
	m->find = resolve_find;
	return m;
}

int move_journal(Move *m, Err *e)
{
	Buf b = { 0 };
	int rc = journal_begin(m->spec.journal, m->v.op, facts(m, &b), clock_wall_ms(), e);

	buf_done(&b);
	return rc;
}

void move_consent(Move *m, Str reason, bool unlocked)
{
	if (reason.p)
		m->v.reason = m->ask.reason = move_keep(m, reason);
	m->unlocked = unlocked;
}

void move_go(Move *m)
{
	char op[UUID_TEXT];
	Err why = { 0 };

	m->going = true;
	if (!m->op.n) {                      /* else it has its row, or gets one when it is taken up */
		move_uuid(op);
		m->v.op = move_keep(m, str_of(op));
		if (move_journal(m, &why) < 0) {
			m->v.op = STR("");
			move_end(m, MOVE_FAILED, &why);
			return;
		}
	}
	plan_identity(m);
}

void move_stop(Move *m)
{
	m->stopping = true;
	/* A plan only reads: nobody waits for its answer. */
	if (!m->going && m->call)
		aws_cancel(m->call);
	if (!m->going && !m->call && !m->waited)
		move_refuse(m, ERR_FAILED, "stopped before anything was sent");
}

static void on_closed(uv_handle_t *h)
{
	Move *m = h->data;

	free(m->found);
	arena_done(&m->arena);
	free(m);
}

void move_free(Move *m)
{
	if (!m || m->closing)
		return;
	m->closing = true;
	uv_close((uv_handle_t *)&m->timer, on_closed);
}
