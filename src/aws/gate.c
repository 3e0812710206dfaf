/* What a call must pass before it is sent, and what is learnt from how it ended. */
#include "aws/call.h"

#include <inttypes.h>
#include <stdio.h>

#include "api/charge.h"
#include "base/clock.h"
#include "model/money.h"

static bool is_known(const AwsOp *op)
{
	const AwsOp *const *row = aws_ops();

	while (*row && *row != op)
		row++;
	return *row != NULL;
}

void gate_identity(AwsClient *c, Str access, Str account)
{
	/* Said of keys that are gone already. */
	if (!str_eq(creds_get(c->creds).access_key, access))
		return;
	if (!c->expected[0])
		(void)snprintf(c->expected, sizeof c->expected, "%.*s", STR_ARG(account));
	c->found[0] = 0;
	c->confirmed = creds_generation(c->creds);
	if (str_is(account, c->expected))
		return;
	c->confirmed = -1;
	(void)snprintf(c->found, sizeof c->found, "%.*s", STR_ARG(account));
}

AwsIdentity aws_identity(const AwsClient *c)
{
	if (c->found[0])
		return IDENTITY_WRONG;
	return c->confirmed >= 0 && creds_same_since(c->creds, c->confirmed) ? IDENTITY_OK : IDENTITY_UNKNOWN;
}

/* What writes goes out only with keys of the account that the context names. */
static int guard(const AwsClient *c, const AwsOp *op, Err *e)
{
	AwsIdentity id = c->guarded ? aws_identity(c) : IDENTITY_OK;

	if (id == IDENTITY_WRONG)
		return err_kind(e, ERR_REFUSED, "%s %s would write, and these keys belong to account %s, not to %s; choose another profile or "
		                "correct account_id", op->service->name, op->name, c->found, c->expected);
	if (id == IDENTITY_UNKNOWN)
		return err_kind(e, ERR_REFUSED, "%s %s would write, and AWS has not said yet whose keys these are; try again when the header "
		                "shows RW", op->service->name, op->name);
	return 0;
}

/* Paid rows that are no model's: what they cost is the console's own, and has its own cap. */
static bool has_own_purse(const AwsClient *c, const AwsOp *op)
{
	return c->meter.today && charge_of(op);
}

int gate_allow(const AwsClient *c, const AwsOp *op, bool unlocked, Err *e)
{
	if (c->closing)
		return err_set(e, "%s %s: the connection to AWS is being closed", op->service->name, op->name);
	/* Whether it reads, costs or writes is then nobody's word. */
	if (!is_known(op))
		return err_kind(e, ERR_REFUSED, "%s %s is not in the list of operations, so it is refused; this is a bug of the program",
		                op->service->name, op->name);
	if (c->read_only && !(unlocked && c->unlockable) && op->cls == AWS_WRITE)
		return err_kind(e, ERR_REFUSED, "%s %s would write, and this context is read-only; set write: true in the context and "
		                "start with --write", op->service->name, op->name);
	if (op->cls == AWS_WRITE && guard(c, op, e) < 0)
		return -1;
	/* What has a price of its own was allowed where it is configured: the playground's switch is about models. */
	if (op->cls == AWS_PAID && c->paid.off && !has_own_purse(c, op))
		return err_kind(e, ERR_REFUSED, "%s %s costs money, and %s", op->service->name, op->name, c->paid.off);
	return 0;
}

static void spend(AwsCall *call, int64_t nusd)
{
	AwsClient *c = call->client;

	call->reserved_nusd += nusd;
	c->spent_nusd += nusd;
	if (nusd && c->paid.spend)
		c->paid.spend(c->paid.arg, nusd);
}

static int over(const AwsCall *call, int64_t cap, int64_t spent, const char *of, const char *key, Err *e)
{
	char may[MONEY_TEXT], was[MONEY_TEXT], max[MONEY_TEXT];

	money_screen(call->h.estimate_nusd, may);
	money_screen(spent, was);
	money_screen(cap, max);
	return err_kind(e, ERR_REFUSED, "%s %s may cost %s, and %s of the %s %s are spent; raise limits.playground.%s", call->op->service->name,
	                call->op->name, may, was, max, of, key);
}

static int own_purse(const AwsCall *call, Err *e)
{
	const AwsMeter *m = &call->client->meter;
	/* What every request of it costs is known without anybody's estimate. */
	int64_t least = charge_nusd(charge_of(call->op)->request_pusd), today = m->today(m->arg);
	int64_t most = m->day_nusd - (call->h.estimate_nusd > least ? call->h.estimate_nusd : least);
	char was[MONEY_TEXT], max[MONEY_TEXT];

	if (today < m->day_nusd && today <= most)
		return 0;
	money_screen(today, was);
	money_screen(m->day_nusd, max);
	return err_kind(e, ERR_REFUSED, "%s %s costs money, and the program's own calls have cost %s of the %s for today (UTC); raise "
	                "limits.own_cost_usd_per_day", call->op->service->name, call->op->name, was, max);
}

int gate_reserve(AwsCall *call, Err *e)
{
	const AwsPaid *paid = &call->client->paid;
	int64_t estimate = call->h.estimate_nusd, session = call->client->spent_nusd, day = session;
	bool room;

	if (call->op->cls != AWS_PAID)
		return 0;
	if (has_own_purse(call->client, call->op))
		return own_purse(call, e);
	/* Without an estimate there is room as long as anything is left. */
	if (session >= paid->session_nusd || estimate > paid->session_nusd - session)
		return over(call, paid->session_nusd, session, "for one session", "usd_per_session", e);
	estimate = estimate > 0 ? estimate : 0;
	room = paid->claim ? paid->claim(paid->arg, estimate, paid->day_nusd, &day) : day < paid->day_nusd && estimate <= paid->day_nusd - day;
	if (!room)
		return over(call, paid->day_nusd, day, "for one day", "usd_per_day", e);
	call->reserved_nusd += estimate;
	call->client->spent_nusd += estimate;
	return 0;
}

/* An error of AWS's own is not charged; where the answer was lost, or a stream broke off, it may have been. */
static bool costs_nothing(const AwsCall *call, const AwsError *err)
{
	if (!call->sent || (call->unbegun && !call->delivered))
		return true;
	return err && err->status >= 300 && !call->delivered;
}

static void note(AwsCall *call, int64_t calls, int64_t nusd)
{
	const AwsMeter *m = &call->client->meter;

	if (m->note)
		m->note(m->arg, call->op, calls, nusd);
}

void gate_sent(AwsCall *call)
{
	AwsClient *c = call->client;

	c->calls_made++;
	if (c->bucket)
		bucket_take(c->bucket, clock_mono_ms());
	note(call, 1, 0);
}

void gate_charge(AwsCall *call, const void *out, const AwsError *err)
{
	const Charge *row = call->client->meter.note ? charge_of(call->op) : NULL;

	if (!row || row->minutes || costs_nothing(call, err))
		return;
	note(call, 0, charge_nusd(call->charge_pusd + charge_answered(row, out)));
}

/* Told as they begin: a stream may be open for hours, and what is told at its end is told too late. */
void gate_stream(AwsCall *call)
{
	const Charge *row = call->client->meter.note ? charge_of(call->op) : NULL;
	int64_t now = clock_mono_ms(), begun;

	if (!row || !row->minutes)
		return;
	call->opened_ms = call->opened_ms ? call->opened_ms : now;
	begun = (now - call->opened_ms) / 60000 + 1;
	if (begun > call->minutes)
		note(call, 0, charge_nusd((begun - call->minutes) * row->unit_pusd));
	call->minutes = begun;
}

bool gate_held(const AwsCall *call)
{
	Bucket *b = call->client->bucket;

	return b && call->attempt == 0 && !bucket_room(b, call->h.rank, clock_mono_ms());
}

static void on_pace(uv_timer_t *t)
{
	AwsClient *c = t->data;

	c->shells++;
	client_start_queued(c);
	client_shell_gone(c);
}

/* The first of each is told; one timer wakes all. */
void gate_pace(AwsClient *c)
{
	int64_t now = clock_mono_ms(), wait = -1;

	if (!c->bucket || c->closing)
		return;
	for (AwsCall *call = c->first; call; call = call->next) {
		int64_t ms;

		if (call->state != CALL_QUEUED || call->cancelled || !gate_held(call))
			continue;
		ms = bucket_wait_ms(c->bucket, call->h.rank, now);
		wait = wait < 0 || ms < wait ? ms : wait;
		c->bucket->held += !call->held_ms;
		call->held_ms = call->held_ms ? call->held_ms : now;
	}
	if (wait >= 0)
		(void)uv_timer_start(&c->pace, on_pace, (uint64_t)(wait > 0 ? wait : 1), 0);
}

void aws_settle(AwsCall *call, int64_t nusd)
{
	if (has_own_purse(call->client, call->op))
		return;
	if (call->op->cls == AWS_PAID)
		spend(call, nusd - call->reserved_nusd);
}

int gate_find(AwsCall *call, Err *e)
{
	AwsClient *c = call->client;
	EndpointAsk ask = client_ask(c, call->op->service, call->op->host_prefix, STR(""));
	Arena a = { 0 };
	Endpoint where;
	int rc = endpoint_find(&a, &ask, &where, e);

	/* All buckets of a Region are one service behind one front. */
	if (rc == 0)
		call->breaker = breakers_get(c->breakers, call->op->service->name, where.url);
	arena_done(&a);
	return rc;
}

bool gate_must_wait(const AwsCall *call)
{
	return call->attempt == 0 && call->breaker && breaker_peek(call->breaker, call->client, clock_mono_ms()) == BREAKER_WAIT;
}

int gate_pass(AwsCall *call, Err *e)
{
	const AwsClient *c = call->client;
	const Breaker *b = call->breaker;
	int64_t now = clock_mono_ms(), left;

	/* Tries after the first belong to a call that was let in. */
	if (call->attempt)
		return 0;
	switch (breaker_ask(call->breaker, c, now)) {
	case BREAKER_PASS:
		return 0;
	case BREAKER_PROBE:
		call->probe = true;
		return 0;
	case BREAKER_WAIT: case BREAKER_REFUSE:
		break;
	}
	left = b->until_ms > now ? (b->until_ms - now + 999) / 1000 : 1;
	return err_set(e, "%s in %s%s%.*s is not asked for another %" PRId64 " s: %d calls in a row failed, the last one: %s",
	               call->op->service->name, c->account, *c->account ? "/" : "", STR_ARG(c->region), left, b->failures, b->why);
}

/* Throttled, denied, not found: an endpoint that says so is alive. What a proxy says or what is unreadable says nothing. */
static BreakerResult result_of(const AwsCall *call, const AwsError *err)
{
	if (!call->sent || (err && (err->fault == AWS_CANCELLED || err->fault == AWS_GARBAGE || err->fault == AWS_REFUSED)))
		return call->delivered ? BREAKER_ALIVE : BREAKER_NEITHER;
	if (err && !call->delivered && (err->fault == AWS_NETWORK || err->fault == AWS_TORN))
		return BREAKER_FAILED;
	return err && err->fault == AWS_SERVER && err->status >= 500 ? BREAKER_FAILED : BREAKER_ALIVE;
}

void gate_settle(AwsCall *call, const AwsError *err)
{
	uint32_t chance;

	if (call->reserved_nusd && costs_nothing(call, err))
		spend(call, -call->reserved_nusd);
	if (!call->breaker)
		return;
	client_random(&chance, sizeof chance);
	breaker_tell(call->breaker, call->probe, result_of(call, err), err ? err->err.text : "", chance, clock_mono_ms());
	call->probe = false;
}

void gate_alive(AwsCall *call)
{
	AwsClient *c = call->client;

	if (!call->breaker || call->breaker->state == BREAKER_CLOSED)
		return;
	breaker_tell(call->breaker, call->probe, BREAKER_ALIVE, "", 0, clock_mono_ms());
	call->probe = false;
	c->shells++;
	client_start_queued(c);
	client_shell_gone(c);
}

void aws_hurry(AwsClient *c)
{
	breakers_hurry(c->breakers);
}

size_t aws_breakers(const AwsClient *c, AwsBreaker *out, size_t max)
{
	const Breaker *b;
	size_t n = 0;
	int64_t now = clock_mono_ms();
	AwsBreaker row;

	for (size_t i = 0; n < max && breakers_at(c->breakers, i, &row.service, &row.endpoint, &b); i++) {
		row.state = b->state;
		row.failures = b->failures;
		row.wait_ms = b->state == BREAKER_OPEN && b->until_ms > now ? b->until_ms - now : 0;
		row.why = b->why;
		out[n++] = row;
	}
	return n;
}
