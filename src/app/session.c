#include "app/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "conf/prices.h"

/* One file per place that numbers come from. The default context has no account in its configuration, so its file is
 * told apart by what is known before the first answer: endpoint, region and key id. */
static char *store_path_of(const Session *s, const SessionSpec *spec)
{
	Buf name = { 0 }, id = { 0 };
	char *path;

	if (s->demo)
		(void)buf_printf(&name, "demo-%ld.db", (long)getpid());
	else if (s->ctx->from_file && !spec->endpoint_url.n && !spec->region.n && !spec->profile.n)
		(void)buf_printf(&name, "%.*s.db", STR_ARG(s->ctx->name));
	else {
		const char *env = getenv("AWS_ENDPOINT_URL");

		(void)buf_printf(&id, "%.*s|%s|%.*s|%.*s|%.*s|%.*s", STR_ARG(spec->endpoint_url), env ? env : "",
						 STR_ARG(s->ctx->endpoint_url), STR_ARG(session_region(s)),
						 STR_ARG(creds_id(aws_creds(s->aws))), STR_ARG(spec->profile));
		(void)buf_printf(&name, "%.*s-%08x.db", STR_ARG(s->ctx->name), (unsigned)str_hash(buf_str(&id)));
	}
	path = xdg_path(XDG_DATA, buf_cstr(&name));
	buf_done(&name);
	buf_done(&id);
	return path;
}

static int client_open(Session *s, const SessionSpec *spec, Err *e)
{
	CredsAsk ask = { .profile = spec->profile.n ? spec->profile : s->ctx->profile, .mfa_code = spec->mfa_code };
	AwsClientSpec cs = {
		.context = s->ctx->name,
		.region = spec->region.n ? spec->region : s->ctx->region,
		.endpoint_url = spec->endpoint_url.n ? spec->endpoint_url : s->ctx->endpoint_url,
		.allow_foreign_endpoint = s->ctx->allow_foreign_endpoint,
		.read_only = s->read_only,
		.concurrent = (int)s->conf.limits.concurrent_requests_per_service,
	};
	AwsCreds *creds;

	ask.profile_given = ask.profile.n > 0;
	creds = s->demo ? creds_static(spec->access_key, spec->secret_key, STR("")) : creds_load(&ask, e);
	if (!creds)
		return -1;
	s->aws = aws_client_new(s->http, &cs, creds, e);
	return s->aws ? 0 : -1;
}

/* The configuration must allow it and the person must ask for it; a configured context that does not name its account
 * never writes, because there would be nothing to compare the caller's identity with. */
static bool may_write(const ConfContext *c, bool asked)
{
	return c->write && asked && (!c->from_file || c->account_id.n);
}

static int open_all(Session *s, const SessionSpec *spec, Err *e)
{
	if (spec->demo ? config_parse(&s->arena, "demo", STR(""), &s->conf, e) < 0
	               : config_load(&s->arena, spec->config_path, &s->conf, e) < 0)
		return -1;
	if (!(s->ctx = config_context(&s->conf, spec->context, e)))
		return -1;
	s->ledger = s->ctx->src.ledger == CONF_LEDGER_REPORTED ? LEDGER_REPORTED : LEDGER_COMPUTED;
	s->stage = spec->demo ? STR("prod") : s->ctx->stage;
	s->read_only = spec->read_only || !(spec->demo || may_write(s->ctx, spec->write));
	if (!(s->http = http_new(s->loop, e)) || client_open(s, spec, e) < 0)
		return -1;
	s->store_path = store_path_of(s, spec);
	return 0;
}

int session_open(Session *s, uv_loop_t *loop, const SessionSpec *spec, Err *e)
{
	*s = (Session){ .loop = loop, .demo = spec->demo };
	if (open_all(s, spec, e) == 0)
		return 0;
	session_close(s);
	session_done(s);
	return -1;
}

void session_close(Session *s)
{
	if (s->aws)
		aws_client_free(s->aws);
	if (s->http)
		http_close(s->http, NULL, NULL);
	s->aws = NULL;
	s->http = NULL;
}

void session_done(Session *s)
{
	free(s->store_path);
	s->store_path = NULL;
	arena_done(&s->arena);
}

Str session_region(const Session *s)
{
	return aws_region(s->aws);
}

const PriceTable *session_prices(Session *s)
{
	Err e = { 0 };
	int rc = s->prices.row ? 0 : prices_builtin(&s->arena, &s->prices, &e);

	/* It is part of the program: a table that cannot be read is a bug of the build, and its test fails. */
	assert(rc == 0);
	(void)rc;
	return &s->prices;
}
