#include "aws/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "api/charge.h"
#include "api/encode.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/text.h"

/* Spec, environment, profile; nothing is guessed beyond that. */
static Str find_region(const AwsClientSpec *spec, const AwsCreds *creds)
{
	static const char *const variables[] = { "AWS_REGION", "AWS_DEFAULT_REGION" };

	if (spec->region.n)
		return spec->region;
	for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
		if (str_of(getenv(variables[i])).n)
			return str_of(getenv(variables[i]));
	return creds_profile_region(creds);
}

EndpointAsk client_ask(const AwsClient *c, const AwsService *s, const char *host_prefix, Str bucket)
{
	return (EndpointAsk){ .service = s, .host_prefix = host_prefix, .region = c->region, .given = c->endpoint_url,
	                      .creds = c->creds, .allow_foreign = c->allow_foreign, .fips = c->fips, .dualstack = c->dualstack,
	                      .bucket = bucket };
}

/* Every service's endpoint once, so that a refused one is told at the start and not in the middle of the work. The
 * operations of a service stand together in the table: a neighbour at the same host has been checked. */
static int check_endpoints(AwsClient *c, Err *e)
{
	const AwsOp *last = NULL;
	Arena a = { 0 };
	int rc = 0;

	for (const AwsOp *const *op = aws_ops(); *op && rc == 0; last = *op++) {
		EndpointAsk ask = client_ask(c, (*op)->service, (*op)->host_prefix, STR(""));
		Endpoint where;

		if (!last || last->service != (*op)->service || last->host_prefix != (*op)->host_prefix)
			rc = endpoint_find(&a, &ask, &where, e);
		if (c->endpoint_url.n)           /* one for all of them */
			break;
	}
	arena_done(&a);
	return rc;
}

static void client_destroy(AwsClient *c)
{
	sig_cache_free(c->keys);
	creds_free(c->creds);
	breakers_free(c->own_breakers);         /* its clients are gone with the credentials */
	arena_done(&c->arena);
	free(c);
}

AwsClient *aws_client_new(Http *http, const AwsClientSpec *spec, AwsCreds *creds, Err *e)
{
	AwsClient *c = xcalloc(1, sizeof *c);
	Str region = find_region(spec, creds);

	c->http = http;
	c->creds = creds;
	c->keys = sig_cache_new();
	c->region = arena_str(&c->arena, region);
	c->endpoint_url = arena_str(&c->arena, spec->endpoint_url);
	c->allow_foreign = spec->allow_foreign_endpoint;
	c->read_only = spec->read_only;
	c->unlockable = spec->unlockable;
	c->fetches_keys = spec->fetches_keys;
	c->guarded = spec->guarded;
	c->confirmed = -1;
	(void)snprintf(c->expected, sizeof c->expected, "%.*s", STR_ARG(spec->account));
	c->paid = spec->paid;
	c->meter = spec->meter;
	c->bucket = spec->bucket;
	c->concurrent = spec->concurrent > 0 ? spec->concurrent : CALLS_PER_SERVICE;
	c->now_ms = spec->now_ms;
	c->now_arg = spec->now_arg;
	retry_budget_init(&c->budget);
	c->own_breakers = spec->breakers ? NULL : breakers_new();
	c->breakers = spec->breakers ? spec->breakers : c->own_breakers;
	if (!region.n)
		(void)err_kind(e, ERR_USAGE, "context %.*s has no region; set region in the context, AWS_REGION, or region in the profile",
		               STR_ARG(spec->context));
	else if (!region_ok(region))
		(void)err_kind(e, ERR_USAGE, "\"%.*s\" is not a region like eu-west-1", region.n > 60 ? 60 : STR_ARG(region));
	else if (settings_read(c, spec, e) == 0 && (spec->check_late || check_endpoints(c, e) == 0)) {
		CredsNet net = { .http = http, .region = c->region, .endpoint_url = c->endpoint_url, .allow_foreign = c->allow_foreign,
		                 .ca_file = c->ca_file, .breakers = c->breakers, .now_ms = c->now_ms, .now_arg = c->now_arg };

		creds_attach(creds, &net, call_on_creds, c);
		if (c->bucket) {
			(void)uv_timer_init(http_loop(http), &c->pace);      /* cannot fail */
			c->pace.data = c;
			c->shells++;
		}
		return c;
	}
	client_destroy(c);
	return NULL;
}

void client_shell_gone(AwsClient *c)
{
	c->shells--;
	if (c->closing && !c->shells)
		client_destroy(c);
}

static void on_pace_closed(uv_handle_t *h)
{
	client_shell_gone(h->data);
}

void aws_client_free(AwsClient *c)
{
	if (!c || c->closing)
		return;
	c->closing = true;
	c->shells++;
	while (c->first)
		call_cancel_now(c->first);
	if (c->bucket)
		uv_close((uv_handle_t *)&c->pace, on_pace_closed);
	client_shell_gone(c);
}

static void link_last(AwsCall *call)
{
	AwsClient *c = call->client;

	call->prev = c->last;
	if (c->last)
		c->last->next = call;
	else
		c->first = call;
	c->last = call;
	c->shells++;
}

void client_unlink(AwsCall *call)
{
	AwsClient *c = call->client;

	*(call->prev ? &call->prev->next : &c->first) = call->next;
	*(call->next ? &call->next->prev : &c->last) = call->prev;
	call->next = call->prev = NULL;
}

/* Room in its service and in the minute, and nobody waits for it who came earlier and is not less urgent. */
static bool may_start(const AwsCall *self)
{
	const AwsClient *c = self->client;
	bool before = true;
	int busy = 0;

	if (gate_must_wait(self) || gate_held(self))
		return false;
	for (const AwsCall *call = c->first; call; call = call->next) {
		before &= call != self;
		if (call->op->service != self->op->service)
			continue;
		if (before && call->state == CALL_QUEUED && !call->cancelled && call->h.rank <= self->h.rank)
			return false;
		busy += call->state != CALL_QUEUED;
	}
	return busy < c->concurrent;
}

void client_start_queued(AwsClient *c)
{
	AwsCall *call = c->closing ? NULL : c->first;

	while (call) {
		if (call->state != CALL_QUEUED || call->cancelled || !may_start(call)) {
			call = call->next;
			continue;
		}
		call_begin_queued(call);
		/* Beginning may have ended it and, through its handler, any other: start over. */
		call = c->closing ? NULL : c->first;
	}
	gate_pace(c);
}

void client_random(void *out, size_t n)
{
	if (getrandom(out, n, 0) != (ssize_t)n)
		memset(out, 0, n);
}

static void make_uuid(char out[UUID_TEXT])
{
	unsigned char b[16];

	client_random(b, sizeof b);
	uuid_text(b, out);
}

static void undo_call(AwsCall *call)
{
	gate_settle(call, NULL);
	client_unlink(call);
	call->state = CALL_DONE;
	uv_close((uv_handle_t *)&call->timer, call_on_timer_closed);
}

AwsCall *aws_call(AwsClient *c, const AwsOp *op, const void *in, const AwsHandler *h, Err *e)
{
	AwsCall *call;
	int64_t usual = op->total_s ? op->total_s * INT64_C(1000) : op->stream ? 0 : CALL_TOTAL_MS;
	int64_t total = h->total_ms ? h->total_ms : usual;

	if (gate_allow(c, op, h->unlocked, e) < 0)
		return NULL;
	call = xcalloc(1, sizeof *call);
	*call = (AwsCall){ .client = c, .op = op, .h = *h, .holds = 1, .deadline_ms = total > 0 ? clock_mono_ms() + total : 0 };
	call->generation = creds_generation(c->creds);
	make_uuid(call->invocation);
	(void)uv_timer_init(http_loop(c->http), &call->timer);   /* cannot fail */
	call->timer.data = call;
	link_last(call);
	call->charge_pusd = c->meter.note ? charge_asked(charge_of(op), in) : 0;
	if (aws_encode(op, in, &call->parts, e) < 0 || gate_find(call, e) < 0 || gate_reserve(call, e) < 0) {
		undo_call(call);
		return NULL;
	}
	if (may_start(call) && call_begin(call, e) < 0) {
		undo_call(call);
		return NULL;
	}
	gate_pace(c);
	return call;
}

Str aws_region(const AwsClient *c)
{
	return c->region;
}

Str aws_endpoint(const AwsClient *c, const AwsService *s, Arena *a)
{
	EndpointAsk ask = client_ask(c, s, NULL, STR(""));
	Endpoint where;

	/* Checked when the client was made, for every service of aws_ops(). */
	return endpoint_find(a, &ask, &where, NULL) < 0 ? STR("") : where.url;
}

const AwsCreds *aws_creds(const AwsClient *c)
{
	return c->creds;
}

AwsCreds *aws_creds_own(AwsClient *c)
{
	return c->creds;
}

void aws_set_account(AwsClient *c, Str account)
{
	(void)snprintf(c->account, sizeof c->account, "%.*s", STR_ARG(account));
}

int64_t aws_spent(const AwsClient *c)
{
	return c->spent_nusd;
}

int64_t aws_calls_made(const AwsClient *c)
{
	return c->calls_made;
}

int64_t aws_skew_ms(const AwsClient *c)
{
	return c->skew_ms;
}
