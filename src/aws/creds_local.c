/* Keys of the place that the program runs in: the container's endpoint (ECS, EKS) and the instance's metadata (EC2).
 * Neither is ever asked through a proxy. */
#include "aws/creds_own.h"

#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"
#include "base/clock.h"
#include "base/file.h"

enum { BODY_MAX_BYTES = 64 << 10, CONTAINER_TRIES = 3, CONTAINER_WAIT_MS = 1000, CONTAINER_LIMIT_MS = 2000, TOKEN_MAX_BYTES = 16 << 10,
       ROLE_MAX_BYTES = 256 };

static const KeySetShape shape = { .access = "AccessKeyId", .secret = "SecretAccessKey", .token = "Token", .expires = "Expiration",
                                 .must_expire = true };

static void ask_container(Fetch *f);
static void next_of_instance(Fetch *f);

static int get(Fetch *f, const char *method, const char *url, const HttpHeader *h, size_t n, long limit_ms,
               void (*on_done)(HttpRequest *, const HttpReply *, void *), Err *e)
{
	HttpSpec spec = { .method = method, .url = url, .headers = h, .header_count = n, .max_body_bytes = BODY_MAX_BYTES,
	                  .connect_ms = limit_ms, .total_ms = limit_ms, .proxy = "", .on_done = on_done, .arg = f };

	f->rq = http_start(f->creds->net.http, &spec, e);
	if (!f->rq)
		return -1;
	f->holds++;
	return 0;
}

/* "connection refused" or "status 404" */
static const char *outcome(Fetch *f, const HttpReply *r)
{
	return r->fault != HTTP_OK ? arena_printf(&f->arena, "%s", r->fault_text).p : arena_printf(&f->arena, "status %d", r->status).p;
}

/* --- container --- */

/* Keys come over plain http from this machine and from the container services' own addresses, from others by https. */
static bool may_ask(Str url)
{
	static const char *const hosts[] = { "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]" };
	Str rest, host;
	size_t n = 0;

	if (str_starts(url, STR("https://")))
		return true;
	if (!str_starts(url, STR("http://")))
		return false;
	rest = str_sub(url, 7, url.n);
	while (n < rest.n && !strchr("/?#", rest.p[n]))
		n++;
	host = str_sub(rest, 0, n);
	if (memchr(host.p, '@', host.n))
		return false;
	if (str_starts(host, STR("["))) {
		host = str_cut(host, ']', &rest);
		host.n++;
	} else {
		host = str_cut(host, ':', &rest);
	}
	for (size_t i = 0; i < sizeof hosts / sizeof *hosts; i++)
		if (str_eq_nocase(host, str_of(hosts[i])))
			return true;
	return host_is_loopback(host);
}

/* The token for the endpoint, in the fetch's arena; empty when none is configured. */
static int container_token(Fetch *f, Str *out, Err *e)
{
	const char *file = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"), *value = getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN");
	Buf text = { 0 };
	int rc = 0;

	*out = arena_str(&f->arena, str_of(value));
	if (file && *file) {
		/* Read each time: it is rewritten. */
		rc = file_read(file, &text, TOKEN_MAX_BYTES, e);
		*out = arena_str(&f->arena, buf_str(&text));
		buf_wipe_done(&text);
	}
	for (size_t i = 0; rc == 0 && i < out->n; i++)
		if (out->p[i] == '\r' || out->p[i] == '\n' || out->p[i] == 0)
			rc = err_kind(e, ERR_USAGE, "the container's authorization token has a line end in it; write it without one");
	return rc;
}

static void on_container_timer(uv_timer_t *t)
{
	ask_container(t->data);
}

static void on_container(HttpRequest *rq, const HttpReply *r, void *arg)
{
	Fetch *f = arg;
	KeySet *keys;
	Err e = { 0 };

	(void)rq;
	f->rq = NULL;
	if (f->over) {
		fetch_release(f);
		return;
	}
	if (r->fault == HTTP_OK && r->status == 200) {
		keys = keyset_from_json(r->body, &shape, "container", &e);
		if (keys)
			fetch_end(f, keys, NULL);
		else
			fetch_fail(f, ERR_FAILED, "the container's credential endpoint answered with something else: %s", e.text);
	} else if (++f->attempt < CONTAINER_TRIES) {
		(void)uv_timer_start(&f->timer, on_container_timer, CONTAINER_WAIT_MS, 0);
	} else {
		fetch_fail(f, ERR_FAILED, "the container's credential endpoint gave no keys after %d tries: %s; check the task's or pod's role",
		           CONTAINER_TRIES, outcome(f, r));
	}
	fetch_release(f);
}

static void ask_container(Fetch *f)
{
	const char *relative = getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"), *full = getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI");
	HttpHeader h[2] = { { STR("accept"), STR("application/json") } };
	size_t n = 1;
	Str url, token;
	Err e = { 0 };

	if (relative && *relative)
		url = arena_printf(&f->arena, "http://169.254.170.2%s", relative);
	else
		url = arena_str(&f->arena, str_of(full));
	if (!may_ask(url)) {
		fetch_fail(f, ERR_REFUSED, "AWS_CONTAINER_CREDENTIALS_FULL_URI: its host is not this machine nor a container service's "
		           "address; use https, or one of those");
		return;
	}
	if (container_token(f, &token, &e) < 0) {
		fetch_end(f, NULL, &e);
		return;
	}
	if (token.n)
		h[n++] = (HttpHeader){ STR("authorization"), token };
	if (get(f, "GET", url.p, h, n, CONTAINER_LIMIT_MS, on_container, &e) < 0)
		fetch_end(f, NULL, &e);
}

const FetchClass fetch_container = { ask_container, NULL };

/* --- instance: token, role, keys --- */

typedef struct Instance { Str token, role; int tries; long limit_ms; } Instance;

static void instance_failed(Fetch *f, const HttpReply *r)
{
	static const char *const what[] = { "a token (IMDSv2)", "the role's name", "the role's keys" };

	if (f->step == 1 && r->fault == HTTP_OK && r->status == 404)
		fetch_fail(f, ERR_FAILED, "this instance has no role; attach one, or run `aws configure sso`");
	else if (f->step == 0)
		fetch_fail(f, ERR_FAILED, "no AWS credentials: nothing is configured, and the instance metadata service gave no token (%s); run "
		           "`aws configure sso`, name a profile, or allow IMDSv2 (a hop limit of 2 in containers)", outcome(f, r));
	else
		fetch_fail(f, ERR_FAILED, "the instance metadata service did not give %s: %s", what[f->step], outcome(f, r));
}

static int take_answer(Fetch *f, Instance *in, const HttpReply *r)
{
	Str body = str_trim(r->body), rest;
	KeySet *keys;
	Err e = { 0 };

	if (f->step == 2) {
		keys = keyset_from_json(r->body, &shape, "instance role", &e);
		if (keys)
			fetch_end(f, keys, NULL);
		else
			fetch_fail(f, ERR_FAILED, "the instance metadata service gave no keys for its role: %s", e.text);
		return 1;
	}
	if (f->step == 1)
		body = str_trim(str_cut(body, '\n', &rest));
	for (size_t i = 0; i < body.n; i++)
		if (body.p[i] <= ' ' || body.p[i] >= 0x7f || (f->step == 1 && strchr("/?#%", body.p[i])))
			return -1;
	if (!body.n || (f->step == 1 && body.n > ROLE_MAX_BYTES))
		return -1;
	*(f->step ? &in->role : &in->token) = arena_str(&f->arena, body);
	return 0;
}

static void on_instance(HttpRequest *rq, const HttpReply *r, void *arg)
{
	Fetch *f = arg;
	Instance *in = f->own;
	int rc = -1;

	(void)rq;
	f->rq = NULL;
	if (f->over) {
		fetch_release(f);
		return;
	}
	if (r->fault == HTTP_OK && r->status == 200)
		rc = take_answer(f, in, r);
	if (rc == 0) {
		f->step++;
		f->attempt = 0;
		next_of_instance(f);
	} else if (rc < 0 && ++f->attempt < in->tries && !(r->fault == HTTP_OK && r->status < 500)) {
		next_of_instance(f);
	} else if (rc < 0) {
		instance_failed(f, r);
	}
	fetch_release(f);
}

/* Version 1, which asks without a token, is not spoken: whoever can make the program fetch a URL could read keys with it. */
static void next_of_instance(Fetch *f)
{
	static const char path[] = "/latest/meta-data/iam/security-credentials/";
	Instance *in = f->own;
	HttpHeader h = { STR("x-aws-ec2-metadata-token"), in->token };
	Str url;
	Err e = { 0 };

	if (f->step == 0) {
		url = arena_printf(&f->arena, "%.*s/latest/api/token", STR_ARG(f->p->endpoint));
		h = (HttpHeader){ STR("x-aws-ec2-metadata-token-ttl-seconds"), STR("21600") };
	} else {
		url = arena_printf(&f->arena, "%.*s%s%.*s", STR_ARG(f->p->endpoint), path, STR_ARG(in->role));
	}
	if (get(f, f->step == 0 ? "PUT" : "GET", url.p, &h, 1, in->limit_ms, on_instance, &e) < 0)
		fetch_end(f, NULL, &e);
}

static void instance_start(Fetch *f)
{
	Instance *in = ARENA_NEW(&f->arena, Instance);

	in->role = STR("");
	in->tries = f->p->imds_tries;
	in->limit_ms = 1000L * f->p->imds_limit_s;
	f->own = in;
	next_of_instance(f);
}

const FetchClass fetch_imds = { instance_start, NULL };
