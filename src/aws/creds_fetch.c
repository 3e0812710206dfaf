/* One provider on its way to its keys: what all of them share, and those that only read files. */
#include "aws/creds_own.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/xalloc.h"

enum { CACHE_MAX_BYTES = 64 << 10 };

static const FetchClass *const classes[PROVIDER_KINDS];

void fetch_release(Fetch *f)
{
	if (--f->holds)
		return;
	arena_wipe_done(&f->arena);
	free(f);
}

static void on_timer_closed(uv_handle_t *h)
{
	fetch_release(h->data);
}

Fetch *fetch_start(AwsCreds *c, const Provider *p, void (*on_done)(void *, KeySet *, const Err *), void *arg)
{
	Fetch *f = xcalloc(1, sizeof *f);

	*f = (Fetch){ .creds = c, .p = p, .on_done = on_done, .arg = arg, .holds = 2 };     /* the timer's and ours */
	(void)uv_timer_init(http_loop(c->net.http), &f->timer);
	f->timer.data = f;
	classes[p->kind]->start(f);
	if (f->over) {
		fetch_release(f);
		return NULL;
	}
	f->holds--;
	return f;
}

static void close_all(Fetch *f)
{
	f->over = true;
	if (f->source)
		fetch_stop(f->source);
	f->source = NULL;
	if (classes[f->p->kind]->stop)
		classes[f->p->kind]->stop(f);
	if (f->rq)
		http_cancel(f->rq);
	aws_client_free(f->client);
	f->client = NULL;
	keyset_free(f->source_keys);
	f->source_keys = NULL;
	uv_close((uv_handle_t *)&f->timer, on_timer_closed);
}

void fetch_stop(Fetch *f)
{
	if (!f->over)
		close_all(f);
}

void fetch_end(Fetch *f, KeySet *keys, const Err *why)
{
	if (f->over) {
		keyset_free(keys);
		return;
	}
	f->holds++;
	close_all(f);
	f->on_done(f->arg, keys, why);
	fetch_release(f);
}

void fetch_fail(Fetch *f, ErrKind kind, const char *fmt, ...)
{
	Err e = { .kind = kind };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(e.text, sizeof e.text, fmt, ap);
	va_end(ap);
	fetch_end(f, NULL, &e);
}

AwsClient *fetch_client(Fetch *f, Str region, KeySet *keys, bool inherit, Err *e)
{
	const CredsNet *net = &f->creds->net;
	AwsClientSpec spec = {
		.context = str_of(f->p->source), .region = region, .endpoint_url = inherit ? net->endpoint_url : STR(""),
		.allow_foreign_endpoint = inherit && net->allow_foreign, .read_only = true, .check_late = true, .fetches_keys = true,
		.breakers = net->breakers,
		.now_ms = net->now_ms, .now_arg = net->now_arg,
	};
	const char *source = f->p->from ? f->p->from->source : f->p->source;

	f->client = aws_client_new(net->http, &spec, creds_of(keys, source, f->creds), e);
	return f->client;
}

/* --- providers that are files --- */

static void files_start(Fetch *f)
{
	Files files = { 0 };
	KeySet *keys = NULL;
	Err e = { 0 };

	/* Taken before: what is written while we read shows as a change. */
	f->creds->stamp = files_stamp();
	f->creds->recheck = false;
	/* Tools that renew keys rewrite the files; one that is read half-written leaves the old keys alone. */
	if (files_read(&files, &e) == 0)
		(void)plan_keys(&files, f->p, &keys, &e);
	files_done(&files);
	if (keys)
		rotate_check(f, keys);
	else
		fetch_end(f, NULL, &e);
}

static void environment_start(Fetch *f)
{
	Files none = { 0 };
	KeySet *keys = NULL;
	Err e = { 0 };

	(void)plan_keys(&none, f->p, &keys, &e);
	fetch_end(f, keys, keys ? NULL : &e);
}

static void login_start(Fetch *f)
{
	static const KeySetShape shape = { .inside = "accessToken", .access = "accessKeyId", .secret = "secretAccessKey",
	                                 .token = "sessionToken", .expires = "expiresAt", .must_expire = true };
	const char *profile = f->p->profile;
	Buf text = { 0 };
	KeySet *keys = NULL;
	Err e = { 0 };

	if (file_read(f->p->file, &text, CACHE_MAX_BYTES, &e) == 0)
		keys = keyset_from_json(buf_str(&text), &shape, f->p->source, &e);
	buf_wipe_done(&text);
	if (!keys)
		fetch_fail(f, ERR_FAILED, "profile %s: there is no usable login session (%s); run `aws login --profile %s`", profile, e.text,
		           profile);
	else if (keys->expires_ms <= creds_now(f->creds)) {
		keyset_free(keys);
		fetch_fail(f, ERR_FAILED, "profile %s: its login session has expired; run `aws login --profile %s`", profile, profile);
	} else {
		fetch_end(f, keys, NULL);
	}
}

static const FetchClass from_files = { files_start, NULL }, from_environment = { environment_start, NULL },
                        from_login = { login_start, NULL };

static const FetchClass *const classes[PROVIDER_KINDS] = {
	[FROM_ENVIRONMENT] = &from_environment, [FROM_FILES] = &from_files, [FROM_ROLE] = &fetch_role, [FROM_WEB] = &fetch_web,
	[FROM_SSO] = &fetch_sso, [FROM_LOGIN] = &from_login, [FROM_PROCESS] = &fetch_process, [FROM_CONTAINER] = &fetch_container,
	[FROM_IMDS] = &fetch_imds,
};
