#include "aws/call.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "aws/endpoint.h"
#include "base/clock.h"
#include "base/xalloc.h"

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

/* Every service's endpoint once, so that a refused one is told at the start and not in the middle of the work. */
static int check_endpoints(AwsClient *c, Err *e)
{
	Arena a = { 0 };
	int rc = 0;

	for (const AwsOp *const *op = aws_ops(); *op && rc == 0; op++) {
		EndpointAsk ask = { (*op)->service, (*op)->host_prefix, c->region, c->endpoint_url, c->creds, c->allow_foreign };
		Endpoint where;

		rc = endpoint_find(&a, &ask, &where, e);
	}
	arena_done(&a);
	return rc;
}

static int max_attempts(const AwsClientSpec *spec)
{
	int64_t n;

	if (spec->max_attempts > 0)
		return spec->max_attempts;
	return str_i64(str_of(getenv("AWS_MAX_ATTEMPTS")), &n) == 0 && n >= 1 && n <= 10 ? (int)n : RETRY_ATTEMPTS;
}

static void client_destroy(AwsClient *c)
{
	sig_cache_free(c->keys);
	creds_free(c->creds);
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
	if (str_of(getenv("AWS_CA_BUNDLE")).n)
		c->ca_file = arena_cstr(&c->arena, str_of(getenv("AWS_CA_BUNDLE")));
	c->allow_foreign = spec->allow_foreign_endpoint;
	c->read_only = spec->read_only;
	c->max_attempts = max_attempts(spec);
	c->concurrent = spec->concurrent > 0 ? spec->concurrent : CALLS_PER_SERVICE;
	c->now_ms = spec->now_ms;
	c->now_arg = spec->now_arg;
	retry_budget_init(&c->budget);
	if (!region.n)
		(void)err_kind(e, ERR_USAGE, "context %.*s has no region; set region in the context, AWS_REGION, or region in the profile",
		               STR_ARG(spec->context));
	else if (!region_ok(region))
		(void)err_kind(e, ERR_USAGE, "\"%.*s\" is not a region like eu-west-1", region.n > 60 ? 60 : STR_ARG(region));
	else if (spec->check_late || check_endpoints(c, e) == 0) {
		CredsNet net = { .http = http, .region = c->region, .endpoint_url = c->endpoint_url, .allow_foreign = c->allow_foreign,
		                 .ca_file = c->ca_file, .now_ms = c->now_ms, .now_arg = c->now_arg };

		creds_attach(creds, &net, call_on_creds, c);
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

void aws_client_free(AwsClient *c)
{
	if (!c || c->closing)
		return;
	c->closing = true;
	c->shells++;
	while (c->first)
		call_cancel_now(c->first);
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

/* Room in its service, and nobody who came earlier waits for it. */
static bool may_start(const AwsCall *self)
{
	const AwsClient *c = self->client;
	bool before = true;
	int busy = 0;

	for (const AwsCall *call = c->first; call; call = call->next) {
		before &= call != self;
		if (call->op->service != self->op->service)
			continue;
		if (before && call->state == CALL_QUEUED && !call->cancelled)
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
}

void client_random(void *out, size_t n)
{
	if (getrandom(out, n, 0) != (ssize_t)n)
		memset(out, 0, n);
}

/* RFC 9562, version 4. */
static void make_uuid(char out[INVOCATION_TEXT])
{
	unsigned char b[16];

	client_random(b, sizeof b);
	b[6] = (b[6] & 0x0f) | 0x40;
	b[8] = (b[8] & 0x3f) | 0x80;
	(void)snprintf(out, INVOCATION_TEXT, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0], b[1], b[2],
	               b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]);
}

static int encode(AwsCall *call, const void *in, Err *e)
{
	const AwsService *s = call->op->service;

	if (s->protocol == AWS_QUERY)
		(void)buf_printf(&call->parts.body, "Action=%s&Version=%s", call->op->name, s->target_prefix);
	if (call->op->encode && call->op->encode(in, &call->parts, e) < 0)
		return err_wrap(e, "%s %s", s->name, call->op->name);
	if (!call->parts.body.n && (s->protocol == AWS_JSON10 || s->protocol == AWS_JSON11))
		(void)buf_puts(&call->parts.body, "{}");
	return 0;
}

static int allowed(const AwsClient *c, const AwsOp *op, Err *e)
{
	if (c->closing)
		return err_set(e, "%s %s: the connection to AWS is being closed", op->service->name, op->name);
	if (c->read_only && op->cls == AWS_WRITE)
		return err_kind(e, ERR_REFUSED, "%s %s would write, and this context is read-only; set write: true in the context and "
		                "start with --write", op->service->name, op->name);
	return 0;
}

static void undo_call(AwsCall *call)
{
	client_unlink(call);
	call->state = CALL_DONE;
	uv_close((uv_handle_t *)&call->timer, call_on_timer_closed);
}

AwsCall *aws_call(AwsClient *c, const AwsOp *op, const void *in, const AwsHandler *h, Err *e)
{
	AwsCall *call;
	int64_t usual = op->total_s ? op->total_s * INT64_C(1000) : op->stream ? 0 : CALL_TOTAL_MS;
	int64_t total = h->total_ms ? h->total_ms : usual;

	if (allowed(c, op, e) < 0)
		return NULL;
	call = xcalloc(1, sizeof *call);
	*call = (AwsCall){ .client = c, .op = op, .h = *h, .holds = 1, .deadline_ms = total > 0 ? clock_mono_ms() + total : 0 };
	make_uuid(call->invocation);
	(void)uv_timer_init(http_loop(c->http), &call->timer);   /* cannot fail */
	call->timer.data = call;
	link_last(call);
	if (encode(call, in, e) < 0) {
		undo_call(call);
		return NULL;
	}
	if (may_start(call) && call_begin(call, e) < 0) {
		undo_call(call);
		return NULL;
	}
	return call;
}

Str aws_region(const AwsClient *c)
{
	return c->region;
}

Str aws_endpoint(const AwsClient *c, const AwsService *s, Arena *a)
{
	EndpointAsk ask = { s, NULL, c->region, c->endpoint_url, c->creds, c->allow_foreign };
	Endpoint where;

	/* Checked when the client was made, for every service of aws_ops(). */
	return endpoint_find(a, &ask, &where, NULL) < 0 ? STR("") : where.url;
}

const AwsCreds *aws_creds(const AwsClient *c)
{
	return c->creds;
}

void aws_set_account(AwsClient *c, Str account)
{
	(void)snprintf(c->account, sizeof c->account, "%.*s", STR_ARG(account));
}

int64_t aws_calls_made(const AwsClient *c)
{
	return c->calls_made;
}

int64_t aws_skew_ms(const AwsClient *c)
{
	return c->skew_ms;
}
