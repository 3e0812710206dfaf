#include "app/notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/endpoint.h"
#include "conf/checks.h"

static Str env(const char *name)
{
	return str_of(getenv(name));
}

/* The first service that goes to neither AWS nor this machine. */
static bool goes_elsewhere(const Session *s, Str given, Arena *a, Str *url)
{
	for (const AwsOp *const *op = aws_ops(); *op; op++) {
		EndpointAsk ask = { .service = (*op)->service, .region = session_region(s), .given = given, .creds = aws_creds(s->aws),
		                    .allow_foreign = s->ctx->allow_foreign_endpoint };
		Endpoint at;
		Str host;

		if (op > aws_ops() && (given.n || op[-1]->service == (*op)->service))
			continue;                    /* one that is given is one for all */
		if (endpoint_find(a, &ask, &at, NULL) < 0 || !at.overridden || url_is_loopback(at.url))
			continue;
		host = str_cut(at.host, ':', &(Str){ 0 });
		if (at.confidential && (str_ends(host, STR(".amazonaws.com")) || str_ends(host, STR(".amazonaws.com.cn")) ||
		                        str_ends(host, STR(".api.aws"))))
			continue;
		*url = at.url;
		return true;
	}
	return false;
}

/* AWS_ENDPOINT_URL or one of a single service, unless they are switched off. */
static const char *endpoint_variable(void)
{
	extern char **environ;
	static const char name[] = "AWS_ENDPOINT_URL";

	if (str_eq_nocase(env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), STR("true")))
		return NULL;
	for (char **v = environ; *v; v++)
		if (strncmp(*v, name, sizeof name - 1) == 0 && strchr("=_", (*v)[sizeof name - 1]) && strchr(*v, '=')[1])
			return *v;
	return NULL;
}

/* Chosen here: in the configuration file, or by AWS_PROFILE. */
static bool keys_overridden(Session *s, const SessionSpec *spec)
{
	const char *named = env("AWS_DEFAULT_PROFILE").n ? "AWS_DEFAULT_PROFILE" : "AWS_PROFILE";
	const ConfContext *c = s->ctx;

	if (spec->profile.n || c->profile.n || strcmp(creds_source(aws_creds(s->aws)), "environment") != 0)
		return false;
	if (env(named).n)
		(void)snprintf(s->notice, sizeof s->notice, "AWS_ACCESS_KEY_ID overrides %s=%.60s: unset it, or choose with --profile", named,
		               env(named).p);
	else if (c->from_file && !c->role_arn.n)
		(void)snprintf(s->notice, sizeof s->notice, "keys come from AWS_ACCESS_KEY_ID: context %.60s names no profile and no role",
		               c->name.p);
	else
		return false;
	return true;
}

static bool endpoint_overridden(Session *s, const SessionSpec *spec)
{
	const char *set = endpoint_variable(), *value = set ? strchr(set, '=') : NULL;

	if (!set || !s->ctx->from_file || s->ctx->endpoint_url.n || spec->endpoint_url.n)
		return false;
	(void)snprintf(s->notice, sizeof s->notice, "%.*s overrides where context %.60s goes: %.80s", (int)(value - set), set, s->ctx->name.p,
	               value + 1);
	return true;
}

static bool region_overridden(Session *s, const SessionSpec *spec)
{
	Str profile = creds_profile_region(aws_creds(s->aws));

	if (!s->ctx->from_file || s->ctx->region.n || spec->region.n || !profile.n || str_eq(profile, session_region(s)))
		return false;
	(void)snprintf(s->notice, sizeof s->notice, "AWS_REGION=%.40s overrides region %.*s of the profile of context %.60s",
	               session_region(s).p, STR_ARG(profile), s->ctx->name.p);
	return true;
}

void notice_find(Session *s, const SessionSpec *spec)
{
	bool mild = str_is(s->stage, "dev") || str_is(s->stage, "test");
	Str given = spec->endpoint_url.n ? spec->endpoint_url : s->ctx->endpoint_url, url;
	Arena a = { 0 };

	if (s->demo)
		return;
	if (goes_elsewhere(s, given, &a, &url)) {
		s->grave = true;
		(void)snprintf(s->notice, sizeof s->notice, "SIGNED REQUESTS GO TO %.160s", url.p);
	} else if (keys_overridden(s, spec) || endpoint_overridden(s, spec)) {
		s->read_only |= !mild;
		s->unlockable &= mild;
	} else {
		(void)region_overridden(s, spec);
	}
	arena_done(&a);
}
