#include "aws/call.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"

enum { HEADERS_MAX = 16 + AWS_HEADERS_MAX };

typedef struct Headers { HttpHeader v[HEADERS_MAX]; size_t n; } Headers;

int64_t client_now_ms(const AwsClient *c)
{
	return c->now_ms ? c->now_ms(c->now_arg) : clock_wall_ms();
}

static void add(Headers *h, const char *name, Str value)
{
	h->v[h->n++] = (HttpHeader){ str_of(name), value };
}

static bool given(const AwsParts *parts, const char *name)
{
	for (size_t i = 0; i < parts->header_count; i++)
		if (str_is(parts->header[i].name, name))
			return true;
	return false;
}

static void add_type(Headers *h, const AwsOp *op, const AwsParts *parts)
{
	if (parts->no_type || given(parts, "content-type"))
		return;
	switch (op->service->protocol) {
	case AWS_JSON10:
		add(h, "content-type", STR("application/x-amz-json-1.0"));
		break;
	case AWS_JSON11:
		add(h, "content-type", STR("application/x-amz-json-1.1"));
		break;
	case AWS_REST_JSON:
		if (!str_is(str_of(op->method), "GET"))
			add(h, "content-type", STR("application/json"));
		break;
	case AWS_REST_XML:
		add(h, "content-type", STR("application/xml"));
		break;
	case AWS_QUERY:
		add(h, "content-type", STR("application/x-www-form-urlencoded; charset=utf-8"));
		break;
	}
}

static void add_protocol(Headers *h, const AwsOp *op, const AwsParts *parts, Arena *a)
{
	const AwsService *s = op->service;

	add_type(h, op, parts);
	for (size_t i = 0; i < parts->header_count; i++)
		h->v[h->n++] = parts->header[i];
	if (s->protocol == AWS_JSON10 || s->protocol == AWS_JSON11)
		add(h, "x-amz-target", arena_printf(a, "%s.%s", s->target_prefix, op->name));
	if (s->query_mode)
		add(h, "x-amzn-query-mode", STR("true"));
	if (op->stream && !op->raw && !given(parts, "accept"))
		add(h, "accept", STR("application/vnd.amazon.eventstream"));
}

/* Signed again on every try: a signature ages while a call waits. */
static int sign(AwsCall *call, Arena *a, Headers *h, Str path, Str query, Str region, Err *e)
{
	AwsClient *c = call->client;
	const AwsService *s = call->op->service;
	SigCreds creds = creds_get(c->creds);
	SigScope scope = { region, str_of(s->signing_name), client_now_ms(c) + c->skew_ms };
	SigHeader headers[HEADERS_MAX];
	SigResult result;
	SigRequest rq = { .method = str_of(call->op->method), .path = path, .query = query, .headers = headers, .header_count = h->n,
	                  .body = buf_str(&call->parts.body),
	                  .flags = s->protocol == AWS_REST_XML ? SIG_S3_PATH | SIG_BODY_HEADER : 0 };

	call->signed_skew_ms = c->skew_ms;
	(void)snprintf(call->key, sizeof call->key, "%.*s", creds.access_key.n > 130 ? 130 : STR_ARG(creds.access_key));
	for (size_t i = 0; i < h->n; i++)
		headers[i] = (SigHeader){ h->v[i].name, h->v[i].value };
	if (sig_sign(a, c->keys, &creds, &scope, &rq, &result, e) < 0)
		return -1;
	for (size_t i = 0; i < result.add_count; i++)
		h->v[h->n++] = (HttpHeader){ result.add[i].name, result.add[i].value };
	return 0;
}

static int on_piece(HttpRequest *rq, Str piece, void *arg)
{
	(void)rq;
	return stream_piece(arg, piece);
}

Str call_bearer(const AwsCall *call)
{
	return call->op->service->bearer && call->op->cls != AWS_WRITE ? creds_bearer(call->client->creds) : STR("");
}

/* What lets the call in: a signature, an API key of the models, the token of a login, or nothing. */
static int authorize(AwsCall *call, Arena *a, Headers *h, Str path, Str query, const Endpoint *where, Err *e)
{
	Str bearer = call_bearer(call);

	if (call->op->open)
		return 0;
	if (!bearer.n)
		return sign(call, a, h, path, query, where->region, e);
	/* A signature is good for one request; this is good for all of them until it ends. */
	if (!where->confidential)
		return err_kind(e, ERR_REFUSED, "AWS_BEARER_TOKEN_BEDROCK is not sent to %.*s without encryption; use https",
		                STR_ARG(where->url));
	add(h, "authorization", arena_printf(a, "Bearer %.*s", STR_ARG(bearer)));
	return 0;
}

/* What is left of the call's time; -1: no limit. */
static long time_left(const AwsCall *call)
{
	int64_t left = call->deadline_ms - clock_mono_ms();

	if (!call->deadline_ms)
		return -1;
	return left > 1 ? (long)left : 1;
}

static int start(AwsCall *call, const Headers *h, const char *url, void (*on_done)(HttpRequest *, const HttpReply *, void *), Err *e)
{
	HttpSpec spec = {
		.method = call->op->method, .url = url, .headers = h->v, .header_count = h->n, .body = buf_str(&call->parts.body),
		.max_body_bytes = call->op->body_max ? call->op->body_max : BODY_MAX,
		.total_ms = time_left(call), .quiet_s = call->op->quiet_s, .ca_file = call->client->ca_file,
		.once = !call->op->idempotent || call->op->cls == AWS_PAID || call->elsewhere,
		.on_body = call->op->stream ? on_piece : NULL, .on_done = on_done, .arg = call,
	};

	call->rq = http_start(call->client->http, &spec, e);
	if (!call->rq)
		return -1;
	call->holds++;
	call->sent = true;
	gate_sent(call);
	return 0;
}

int call_send(AwsCall *call, void (*on_done)(HttpRequest *, const HttpReply *, void *), Err *e)
{
	AwsClient *c = call->client;
	EndpointAsk ask = client_ask(c, call->op->service, call->op->host_prefix, buf_str(&call->parts.bucket));
	Arena a = { 0 };
	Headers h = { 0 };
	Endpoint where;
	Str path, query = buf_str(&call->parts.query), url;
	int rc = -1;

	if (endpoint_find(&a, &ask, &where, e) < 0)
		goto out;
	free(call->endpoint);
	call->endpoint = xstrndup(where.url.p, where.url.n);
	(void)snprintf(call->region, sizeof call->region, "%.*s", STR_ARG(where.region));     /* region_ok: 40 at most */
	path = call->parts.path.n ? buf_str(&call->parts.path) : str_of(call->op->path);
	/* "/bucket", not "/bucket/", which would be asked as another path. */
	if (call->parts.bucket.n && str_is(path, "/") && where.path.n)
		path = STR("");
	url = arena_printf(&a, "%.*s%.*s%s%.*s", STR_ARG(where.url), STR_ARG(path), query.n ? "?" : "", STR_ARG(query));
	path = arena_printf(&a, "%.*s%.*s", STR_ARG(where.path), STR_ARG(path));
	add(&h, "host", where.host);
	add_protocol(&h, call->op, &call->parts, &a);
	add(&h, "amz-sdk-invocation-id", str_of(call->invocation));
	add(&h, "amz-sdk-request", arena_printf(&a, "attempt=%d; max=%d", call->attempt, c->max_attempts));
	if (authorize(call, &a, &h, path, query, &where, e) < 0)
		goto out;
	add(&h, "user-agent", STR("seismo"));
	rc = start(call, &h, url.p, on_done, e);
out:
	arena_wipe_done(&a);
	return rc;
}
