/* Who we are and by which keys, what of the environment has a say in it, and whether the files that hold secrets are
 * closed to others. No value of a variable that may be a secret is shown. */
#include "app/doctor_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "api/dynamodb.h"
#include "api/sts.h"
#include "aws/sso_cache.h"
#include "base/clock.h"
#include "base/file.h"
#include "wire/time8601.h"

enum { SOON_MS = 15 * 60000 };

typedef struct Identity { void (*then)(Doctor *d, bool go_on); DoctorLine *account, *caller, *keys; } Identity;

extern char **environ;

/* --- environment --- */

static bool counts(const char *variable)
{
	static const char *const names[] = { "AWS_", "SEISMO_READ_ONLY=1", NULL };

	for (size_t i = 0; names[i]; i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0 && strchr(variable, '=') && strchr(variable, '=')[1])
			return true;
	return false;
}

static void say_environment(Doctor *d)
{
	DoctorLine *line = doctor_add(d, DOCTOR_IDENTITY, "environment", "environment");
	const Session *s = d->session;
	const char *cut = strstr(s->notice, ": ");
	Buf names = { 0 };

	buf_init(&names, 900);
	for (char **v = environ; *v; v++)
		if (counts(*v))
			(void)buf_printf(&names, "%s%.*s", names.n ? ", " : "", (int)(strchr(*v, '=') - *v), *v);
	if (s->grave)
		doctor_say(d, line, DOCTOR_WARN, "if that is not your own server, unset the variable or the setting that names it", "%s", s->notice);
	else if (s->notice[0])
		doctor_say(d, line, DOCTOR_WARN, cut ? cut + 2 : "unset it, or choose in the context", "%.*s",
		           cut ? (int)(cut - s->notice) : (int)strlen(s->notice), s->notice);
	else
		doctor_say(d, line, DOCTOR_OK, NULL, names.n ? "%s set; nothing chosen is overridden" : "no AWS variable is set%s", buf_cstr(&names));
	buf_done(&names);
}

/* --- files --- */

typedef struct PrivateFile { const char *variable, *path; unsigned wrong; const char *what; } PrivateFile;

static const PrivateFile private_files[] = {
	{ "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", 077, "keys" },
	{ "AWS_CONFIG_FILE", "~/.aws/config", 022, "profiles" },
	{ NULL, "~/.aws/sso/cache", 077, "tokens of logins" },
	{ NULL, "~/.aws/cli/cache", 077, "keys of roles" },
};

/* Returns whether the file is there. */
static bool check_file(Doctor *d, const char *path, unsigned wrong, const char *what, int *bad)
{
	struct stat st;
	DoctorLine *line;

	if (stat(path, &st) < 0)
		return false;
	if ((st.st_mode & wrong) == 0 && (st.st_uid == geteuid() || st.st_uid == 0))
		return true;
	++*bad;
	line = doctor_add(d, DOCTOR_IDENTITY, "files", "files");
	if (st.st_uid != geteuid() && st.st_uid != 0)
		doctor_say(d, line, DOCTOR_WARN, "make it yours", "%s (%s) belongs to another user", path, what);
	else
		doctor_say(d, line, DOCTOR_WARN, arena_cstr(&d->arena, arena_printf(&d->arena, "chmod %s %s", S_ISDIR(st.st_mode) ? "700" : "600", path)),
		           "%s (%s) can be %s by others (mode %03o)", path, what, wrong & 044 ? "read" : "written", (unsigned)st.st_mode & 0777);
	return true;
}

static void say_files(Doctor *d)
{
	const Config *c = &d->shared->conf;
	int there = 0, bad = 0;
	DoctorLine *line;

	for (size_t i = 0; i < sizeof private_files / sizeof *private_files; i++) {
		const char *own = private_files[i].variable ? getenv(private_files[i].variable) : NULL;
		char *path = path_expand(own && *own ? own : private_files[i].path);

		there += path && check_file(d, path, private_files[i].wrong, private_files[i].what, &bad);
		free(path);
	}
	there += c->path.n && check_file(d, arena_cstr(&d->arena, c->path), 022, "configuration", &bad);
	if (bad)
		return;
	line = doctor_add(d, DOCTOR_IDENTITY, "files", "files");
	doctor_say(d, line, DOCTOR_OK, NULL, there ? "%d with keys, logins or settings, all closed to others" : "none with keys or settings", there);
}

/* --- credentials --- */

static void span_text(int64_t ms, char out[40])
{
	int64_t min = ms / 60000;

	if (min < 120)
		(void)snprintf(out, 40, "%lld min", (long long)min);
	else if (min < 72 * 60)
		(void)snprintf(out, 40, "%lld h %lld min", (long long)(min / 60), (long long)(min % 60));
	else
		(void)snprintf(out, 40, "%lld d", (long long)(min / 1440));
}

static void say_keys(Doctor *d, DoctorLine *line)
{
	const AwsCreds *c = aws_creds(d->session->aws);
	int64_t until = creds_expires_ms(c), left = until - clock_wall_ms();
	const char *notice = creds_notice(c);
	char when[TIME_TEXT], span[40];

	if (!until) {
		doctor_say(d, line, *notice ? DOCTOR_WARN : DOCTOR_OK, *notice ? notice : NULL, "%s (%s), without an end that is known",
		           creds_source(c), creds_kind(c));
		return;
	}
	time_format_iso(until, when);
	span_text(left > 0 ? left : 0, span);
	doctor_say(d, line, left < SOON_MS || *notice ? DOCTOR_WARN : DOCTOR_OK,
	           *notice ? notice : left < SOON_MS ? "log in again, or see that the source renews them in time" : NULL,
	           "%s (%s), until %s (%s)", creds_source(c), creds_kind(c), when, left > 0 ? span : "over");
}

/* The login of an SSO profile, from the AWS CLI's own cache. */
static void say_login(Doctor *d)
{
	const AwsCreds *c = aws_creds(d->session->aws);
	SsoPlace place = { .session = creds_profile_get(c, "sso_session"), .start_url = creds_profile_get(c, "sso_start_url") };
	SsoToken token = { 0 };
	Arena secret = { 0 };
	DoctorLine *line;
	int64_t left;
	char span[40];
	Err e = { 0 };

	if (!place.session.n && !place.start_url.n)
		return;
	line = doctor_add(d, DOCTOR_IDENTITY, "login", "SSO login");
	if (sso_token_read(&secret, sso_token_file(&secret, &place), &token, &e) < 0) {
		doctor_say(d, line, DOCTOR_WARN, "run seismo login", "nobody is logged in at %.*s",
		           STR_ARG(place.session.n ? place.session : place.start_url));
	} else {
		left = token.expires_ms - clock_wall_ms();
		span_text(left > 0 ? left : 0, span);
		if (left <= 0 && !token.refresh.n)
			doctor_say(d, line, DOCTOR_WARN, "run seismo login", "the login at %.*s is over",
			           STR_ARG(place.session.n ? place.session : place.start_url));
		else
			doctor_say(d, line, left < SOON_MS && !token.refresh.n ? DOCTOR_WARN : DOCTOR_OK,
			           left < SOON_MS && !token.refresh.n ? "run seismo login" : NULL,
			           "%s%s", left > 0 ? "holds for another " : "renews itself at the next call", left > 0 ? span : "");
	}
	arena_wipe_done(&secret);
}

static void say_mfa(Doctor *d)
{
	Str serial = d->session->ctx->mfa_serial.n ? d->session->ctx->mfa_serial : creds_profile_get(aws_creds(d->session->aws), "mfa_serial");

	if (serial.n)
		doctor_say(d, doctor_add(d, DOCTOR_IDENTITY, "mfa", "MFA"), DOCTOR_OK, NULL, "the role wants a code of %.*s: asked for in the console, "
		           "--mfa-code elsewhere", STR_ARG(serial));
}

void doctor_identity_local(Doctor *d)
{
	say_login(d);
	say_mfa(d);
	say_environment(d);
	say_files(d);
}

/* --- whose keys they are --- */

static bool say_account(Doctor *d, DoctorLine *line, Str account)
{
	const ConfContext *c = d->session->ctx;
	bool mine = !c->from_file;

	if (c->account_id.n && !str_eq(c->account_id, account)) {
		doctor_say(d, line, DOCTOR_FAIL, "choose another profile, or correct account_id",
		           "the keys belong to account %.*s, and context %.*s is configured "
		           "for %.*s", STR_ARG(account), STR_ARG(c->name), STR_ARG(c->account_id));
		return false;
	}
	if (c->account_id.n)
		doctor_say(d, line, DOCTOR_OK, NULL, "%.*s, as configured", STR_ARG(account));
	else
		doctor_say(d, line, mine ? DOCTOR_OK : DOCTOR_WARN, mine ? NULL : "write account_id into the context: without it nothing can ever be written",
		           "%.*s%s", STR_ARG(account), mine ? "" : ", which the context does not name");
	return true;
}

/* One service that is down or out of reach says nothing of the others, unless all of them are at one place; keys that are
 * wrong are wrong everywhere. */
static bool may_go_on(Doctor *d, const AwsError *err)
{
	Str sts = aws_endpoint(d->session->aws, op_sts_get_caller_identity.service, &d->arena);
	bool apart = !str_eq(sts, aws_endpoint(d->session->aws, op_dynamodb_query.service, &d->arena));

	switch (err->fault) {
	case AWS_SERVER: case AWS_THROTTLED: case AWS_TORN: case AWS_GARBAGE: case AWS_NOT_FOUND: case AWS_DENIED:
		return true;
	case AWS_NETWORK: case AWS_CANCELLED:
		return apart && creds_get(aws_creds(d->session->aws)).access_key.n > 0;
	default:
		return aws_is_unserved(err);
	}
}

static void on_identity(Doctor *d, const void *out, const AwsError *err, int64_t ms, void *arg)
{
	const StsIdentity *id = out;
	Identity *i = arg;
	bool go_on = false;

	i->account->ms = ms;
	if (err && err->fault == AWS_CANCELLED && !creds_get(aws_creds(d->session->aws)).access_key.n)
		doctor_say(d, i->account, DOCTOR_FAIL, "look at that source by itself: a credential_process may wait for an answer",
		           "no keys came from %s within %d s", creds_source(aws_creds(d->session->aws)), DOCTOR_LIMIT_MS / 1000);
	else if (err)
		doctor_say_err(d, i->account, DOCTOR_FAIL, &err->err);
	if (err) {
		go_on = may_go_on(d, err);
		doctor_say(d, i->caller, DOCTOR_SKIPPED, NULL, "not known");
	} else {
		go_on = say_account(d, i->account, id->account);
		(void)snprintf(d->session->account, sizeof d->session->account, "%.*s", STR_ARG(id->account));
		d->report.account = arena_str(&d->arena, id->account);
		aws_set_account(d->session->aws, id->account);
		doctor_say(d, i->caller, DOCTOR_OK, NULL, "%.*s", STR_ARG(id->arn));
	}
	say_keys(d, i->keys);
	i->then(d, go_on);
}

void doctor_identity_ask(Doctor *d, void (*then)(Doctor *d, bool go_on))
{
	Identity *i = ARENA_NEW(&d->arena, Identity);

	*i = (Identity){ then, doctor_add(d, DOCTOR_IDENTITY, "account", "account"), doctor_add(d, DOCTOR_IDENTITY, "caller", "caller"),
	                 doctor_add(d, DOCTOR_IDENTITY, "credentials", "credentials") };
	doctor_call(d, &op_sts_get_caller_identity, NULL, on_identity, i);
}
