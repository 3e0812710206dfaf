#include "aws/call.h"

#include <stdio.h>
#include <stdlib.h>

#include "api/encode.h"
#include "api/sts.h"
#include "base/clock.h"
#include "base/xalloc.h"

static void on_timer(uv_timer_t *t);

void call_release(AwsCall *call)
{
	AwsClient *c = call->client;

	if (--call->holds)
		return;
	aws_parts_done(&call->parts);
	buf_done(&call->frames);
	free(call->endpoint);
	free(call);
	client_shell_gone(c);
}

void call_on_timer_closed(uv_handle_t *h)
{
	call_release(h->data);
}

/* Leaves the list, tells the owner, and lets the next one in. Memory goes when timer and request have let go. */
void call_finish(AwsCall *call, const void *out, const AwsError *err)
{
	AwsClient *c = call->client;

	if (call->state == CALL_DONE)
		return;
	call->state = CALL_DONE;
	gate_settle(call, err);
	gate_charge(call, out, err);
	client_unlink(call);
	c->shells++;              /* the client outlives this function, whatever on_done does */
	call->h.on_done(call, out, err, call->h.arg);
	uv_close((uv_handle_t *)&call->timer, call_on_timer_closed);
	client_start_queued(c);
	client_shell_gone(c);
}

static FaultPlace place_of(AwsCall *call)
{
	AwsClient *c = call->client;

	return (FaultPlace){ .op = call->op, .account = c->account, .region = *call->region ? call->region : c->region.p,
	                     .about = buf_cstr(&call->parts.about), .endpoint = call->endpoint ? call->endpoint : "the service",
	                     .creds_source = creds_source(c->creds), .attempts = call->attempt };
}

void call_fail(AwsCall *call, const Fault *f, HttpFault transport, Str body)
{
	AwsError err = { .fault = f->fault, .status = f->status, .body = body };
	FaultPlace place = place_of(call);

	call->unbegun = f->retry == RETRY_ALWAYS;
	(void)snprintf(err.code, sizeof err.code, "%s", f->code);
	(void)snprintf(err.request_id, sizeof err.request_id, "%s", call->request_id);
	fault_lacks(f, call->op, err.lacks);
	fault_sentence(f, transport, &place, &err.err);
	call_finish(call, NULL, &err);
}

void call_cancel_now(AwsCall *call)
{
	Fault f = { .fault = AWS_CANCELLED };
	bool sent = call->state == CALL_SENDING;

	if (sent)
		http_cancel(call->rq);
	call_fail(call, &f, sent ? HTTP_CANCELLED : HTTP_OK, STR(""));
}

static void wait_then_send(AwsCall *call, const Fault *f, int64_t wait_ms)
{
	char sentence[160];

	call->state = CALL_WAITING;
	(void)uv_timer_start(&call->timer, on_timer, (uint64_t)wait_ms, 0);
	fault_retry_sentence(f, call->op->service, wait_ms, sentence, sizeof sentence);
	if (call->h.on_retry)
		call->h.on_retry(call, sentence, wait_ms, call->h.arg);
}

/* Once for each call: an answer that our clock explains sets the offset and is tried again at once. */
static bool correct_skew(AwsCall *call, const Fault *f, const HttpReply *reply)
{
	int64_t skew;

	if (!f->may_be_skew || call->skew_corrected || !answer_shows_skew(call, reply, &skew) || llabs(skew) > SKEW_MAX_MS)
		return false;
	call->skew_corrected = true;
	call->client->skew_ms = skew;
	wait_then_send(call, f, 0);
	gate_alive(call);
	return true;
}

/* Once for each call: keys that AWS calls expired are fetched anew, and those that it does not know when the files that
 * they come from have changed. What a stream has delivered is not asked for twice. */
static bool renew(AwsCall *call, const Fault *f)
{
	AwsCreds *creds = call->client->creds;

	if (call->renewed || call->delivered || call->op->open)
		return false;
	if (!(f->fault == AWS_EXPIRED && creds_refuse(creds, str_of(call->key))) &&
	    !(f->fault == AWS_BAD_CREDENTIALS && creds_doubt(creds, str_of(call->key))))
		return false;
	call->renewed = true;
	wait_then_send(call, f, 0);
	gate_alive(call);               /* new keys may be long in coming: nobody need wait for that */
	return true;
}

static bool try_again(AwsCall *call, const Fault *f, const HttpReply *reply)
{
	AwsClient *c = call->client;
	RetryAsk ask;
	int64_t wait;
	uint32_t chance;

	/* A probe is one try: others wait for what comes of it. */
	if (call->probe || !fault_may_retry(f, call->op) || call->delivered)
		return false;
	if (call->attempt >= c->max_attempts || !retry_take(&c->budget, f->throttled, &call->retry_cost))
		return false;
	client_random(&chance, sizeof chance);
	ask = retry_ask(http_header(reply, "x-amz-retry-after"), http_header(reply, "retry-after"), http_header(reply, "date"),
	                client_now_ms(c) + c->skew_ms);
	wait = retry_wait_ms(call->attempt - 1, f->throttled, call->op->service->backoff_ms, chance, &ask);
	if (call->deadline_ms && clock_mono_ms() + wait >= call->deadline_ms)
		return false;
	call->elsewhere = f->misdirected;
	wait_then_send(call, f, wait);
	return true;
}

/* A clock fault that could not be corrected is told as such, not as a wrong key. */
static void name_skew(const AwsCall *call, const HttpReply *reply, Fault *f)
{
	int64_t skew;

	if (f->may_be_skew && reply->fault == HTTP_OK && answer_shows_skew(call, reply, &skew))
		f->fault = AWS_SKEWED;
}

/* Only here is it known which keys the answer speaks of. */
static void note_identity(AwsCall *call, const void *out)
{
	const StsIdentity *id = out;

	if (call->op != &op_sts_get_caller_identity || !id)
		return;
	creds_note_identity(call->client->creds, str_of(call->key), id->account, id->arn);
	gate_identity(call->client, str_of(call->key), id->account);
}

/* What let the call in, and for calls that fetch keys all that they said: none of it comes back in a sentence. */
static void hide_sent(const AwsCall *call, Fault *f)
{
	const AwsClient *c = call->client;
	SigCreds keys = creds_get(c->creds);

	fault_hide(f, keys.token);
	fault_hide(f, keys.secret_key);
	fault_hide(f, creds_bearer(c->creds));
	fault_hide(f, buf_str(&call->parts.secret));
	if (c->fetches_keys)
		fault_hide(f, buf_str(&call->parts.body));
}

static void on_reply(HttpRequest *rq, const HttpReply *reply, void *arg)
{
	AwsCall *call = arg;
	Arena a = { 0 };
	void *out = NULL;
	Fault f;

	(void)rq;
	call->rq = NULL;
	if (call->state == CALL_DONE)
		goto out;
	if (call->cancelled) {
		f = (Fault){ .fault = AWS_CANCELLED };
		call_fail(call, &f, HTTP_CANCELLED, STR(""));
		goto out;
	}
	seen_note(call, reply);
	answer_read(call, reply, &a, &out, &f);
	hide_sent(call, &f);
	if (f.fault == AWS_OK) {
		retry_give_back(&call->client->budget, call->retry_cost);
		note_identity(call, out);
		call_finish(call, out, NULL);
	} else if (!correct_skew(call, &f, reply) && !renew(call, &f) && !try_again(call, &f, reply)) {
		/* A stream that we ended ourselves shows as a cancelled transfer; what counts is why we ended it. */
		HttpFault transport = call->stream_fault.fault != AWS_OK ? HTTP_OK : reply->fault;

		name_skew(call, reply, &f);
		call_fail(call, &f, transport, reply->body);
	}
out:
	arena_wipe_done(&a);      /* the answer may have been keys */
	call_release(call);
}

/* Rows that are signed wait for keys; an API key for the models stands in for them. */
static bool needs_keys(const AwsCall *call)
{
	return !call->op->open && !call_bearer(call).n;
}

/* What was decided on with one identity is not done with another. */
static int same_identity(const AwsCall *call, Err *e)
{
	const AwsCreds *c = call->client->creds;

	if (call->op->cls != AWS_WRITE || !call->generation || creds_same_since(c, call->generation))
		return 0;
	return err_kind(e, ERR_REFUSED, "%s %s was not sent: the keys from %s changed meanwhile, and AWS has not said that they belong to the "
	                "same account and role; look again and repeat it", call->op->service->name, call->op->name, creds_source(c));
}

/* Its turn came when its time was over. What is sent with no time left for an answer may be carried out, and nobody would
 * hear of it. */
static int still_in_time(const AwsCall *call, Err *e)
{
	if (!call->deadline_ms || call->attempt || clock_mono_ms() < call->deadline_ms)
		return 0;
	return err_set(e, "%s %s was not sent: all its time was spent waiting behind other calls to %s; try again", call->op->service->name,
	               call->op->name, call->op->service->name);
}

static int next_try(AwsCall *call, Err *e)
{
	if (needs_keys(call) && !creds_ready(call->client->creds)) {
		call->state = CALL_KEYLESS;
		call->keyless_ms = clock_mono_ms();
		return 0;
	}
	if (still_in_time(call, e) < 0 || same_identity(call, e) < 0)
		return -1;
	if (gate_must_wait(call)) {
		call->state = CALL_QUEUED;
		return 0;
	}
	if (gate_pass(call, e) < 0)
		return -1;
	call->attempt++;
	call->state = CALL_SENDING;
	stream_reset(call);
	return call_send(call, on_reply, e);
}

/* A try that cannot even begin, on the loop: there is no caller to return to. */
static void fail_to_begin(AwsCall *call, const Err *why)
{
	AwsError err = { .fault = why->kind == ERR_REFUSED ? AWS_REFUSED : AWS_OTHER, .err = *why };

	call_finish(call, NULL, &err);
}

static void on_timer(uv_timer_t *t)
{
	AwsCall *call = t->data;
	Err e = { 0 };

	if (call->state == CALL_DONE)
		return;
	if (call->cancelled)
		call_cancel_now(call);
	else if (call->state == CALL_WAITING && next_try(call, &e) < 0)
		fail_to_begin(call, &e);
}

/* The first call that still waits for keys; on_done of others may have changed the list. */
static AwsCall *first_keyless(const AwsClient *c)
{
	AwsCall *call = c->first;

	while (call && (call->state != CALL_KEYLESS || call->cancelled))
		call = call->next;
	return call;
}

static int count_keyless(const AwsClient *c)
{
	int n = 0;

	for (const AwsCall *call = c->first; call; call = call->next)
		n += call->state == CALL_KEYLESS && !call->cancelled;
	return n;
}

void call_on_creds(void *client, const Err *why)
{
	AwsClient *c = client;
	AwsCall *call;

	c->shells++;
	/* Those that wait now: what a handler begins anew waits for the next word, or this would come to no end. */
	for (int left = count_keyless(c); left > 0 && !c->closing && (call = first_keyless(c)); left--) {
		Err e = { 0 };
		AwsError err = { .fault = AWS_BAD_CREDENTIALS };

		/* Its time does not run while somebody logs in or types a code. */
		if (call->deadline_ms)
			call->deadline_ms += clock_mono_ms() - call->keyless_ms;
		if (why) {
			err.err = *why;
			call_finish(call, NULL, &err);
		} else if (next_try(call, &e) < 0) {
			fail_to_begin(call, &e);
		} else if (call->state == CALL_KEYLESS) {
			break;      /* gone again already: another round is on its way */
		}
	}
	client_shell_gone(c);
}

int call_begin(AwsCall *call, Err *e)
{
	return next_try(call, e);
}

void call_begin_queued(AwsCall *call)
{
	Err e = { 0 };

	/* Waiting for a minute with room is not its fault. */
	if (call->held_ms && call->deadline_ms)
		call->deadline_ms += clock_mono_ms() - call->held_ms;
	call->held_ms = 0;
	if (next_try(call, &e) < 0)
		fail_to_begin(call, &e);
}

void aws_cancel(AwsCall *call)
{
	if (call->cancelled || call->state == CALL_DONE)
		return;
	call->cancelled = true;
	if (call->state == CALL_SENDING)
		http_cancel(call->rq);
	else
		(void)uv_timer_start(&call->timer, on_timer, 0, 0);
}

const AwsOp *aws_call_op(const AwsCall *call)
{
	return call->op;
}

Str aws_call_request_id(const AwsCall *call)
{
	return str_of(call->request_id);
}
