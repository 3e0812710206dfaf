/* Roles: STS AssumeRole with the keys of another provider, and AssumeRoleWithWebIdentity with a token from a file. */
#include "aws/creds_own.h"

#include <stdio.h>
#include <string.h>

#include "api/sts.h"
#include "base/clock.h"
#include "base/file.h"

enum { TOKEN_MAX_BYTES = 64 << 10, CACHE_MAX_BYTES = 64 << 10, CACHE_AHEAD_MS = 15 * 60000, CHAINED_S = 3600 };

static void on_role(AwsCall *call, const void *result, const AwsError *err, void *arg)
{
	Fetch *f = arg;
	const StsRoleOut *out = result;
	KeySet *keys;
	Err e = { 0 };

	(void)call;
	if (f->over)
		return;
	if (err) {
		e = err->err;
		/* IAM User Guide, "Role chaining". */
		if (f->p->from && f->p->from->kind == FROM_ROLE && f->p->duration_s > CHAINED_S)
			(void)err_wrap(&e, "duration_seconds is %lld, and a role taken with the keys of a role holds for at most %d",
			               (long long)f->p->duration_s, CHAINED_S);
		(void)err_wrap(&e, "%s, role %.*s with keys from %s", f->p->source, f->p->role_arn.n > 200 ? 200 : STR_ARG(f->p->role_arn),
		               f->p->from ? f->p->from->source : "its token file");
		fetch_end(f, NULL, &e);
		return;
	}
	keys = keyset_new(out->keys.access, out->keys.secret, out->keys.token, out->keys.expires_ms, f->p->source, &e);
	fetch_end(f, keys, keys ? NULL : &e);
}

static void ask_sts(Fetch *f, const AwsOp *op, StsRoleIn *in, KeySet *with)
{
	AwsHandler h = { .on_done = on_role, .arg = f };
	char session[48];
	Err e = { 0 };

	(void)snprintf(session, sizeof session, "seismo-%lld", (long long)(clock_wall_ms() / 1000));
	in->role_arn = f->p->role_arn;
	in->session_name = f->p->session_name.n ? f->p->session_name : str_of(session);
	in->external_id = f->p->external_id;
	in->duration_s = f->p->duration_s;
	if (!fetch_client(f, f->creds->net.region, with, true, &e) || !aws_call(f->client, op, in, &h, &e))
		fetch_end(f, NULL, &e);
}

static void assume(Fetch *f)
{
	AwsCreds *c = f->creds;
	StsRoleIn in = { .mfa_serial = f->p->mfa_serial };
	KeySet *with = f->source_keys;
	char code[sizeof c->mfa_code];

	f->source_keys = NULL;
	(void)snprintf(code, sizeof code, "%s", c->mfa_code);
	if (f->p->mfa_serial.n) {
		in.mfa_code = str_of(code);
		explicit_bzero(c->mfa_code, sizeof c->mfa_code);        /* each code is good once */
	}
	ask_sts(f, &op_sts_assume_role, &in, with);
	explicit_bzero(code, sizeof code);
}

void role_mfa_given(Fetch *f)
{
	if (f->creds->mfa_code[0])
		assume(f);
	else
		fetch_fail(f, ERR_REFUSED, "%s: no code was given for the MFA device %.*s", f->p->source, STR_ARG(f->p->mfa_serial));
}

static void on_source(void *arg, KeySet *keys, const Err *why)
{
	Fetch *f = arg;
	AwsCreds *c = f->creds;
	Err e;

	f->source = NULL;
	if (!keys) {
		e = *why;
		(void)err_wrap(&e, "%s needs the keys of %s", f->p->source, f->p->from->source);
		fetch_end(f, NULL, &e);
		return;
	}
	f->source_keys = keys;
	if (!f->p->mfa_serial.n || c->mfa_code[0]) {
		assume(f);
	} else if (c->on_mfa) {
		c->mfa_waits = f;
		c->on_mfa(c->mfa_arg, f->p->mfa_serial.p);
	} else {
		fetch_fail(f, ERR_USAGE, "%s: the role needs a code of the MFA device %.*s; start with --mfa-code CODE", f->p->source,
		           f->p->mfa_serial.n > 120 ? 120 : STR_ARG(f->p->mfa_serial));
	}
}

/* The AWS CLI keeps the answers of AssumeRole in ~/.aws/cli/cache, each in a file named by a digest over what was asked
 * for (botocore's AssumeRoleCredentialFetcher). Reading them saves a call, and a code of the MFA device; writing is left to
 * the CLI. */
static void put_member(Buf *out, const char *name, Str value)
{
	if (!value.n)
		return;
	(void)buf_printf(out, "%s\"%s\": ", out->n > 1 ? ", " : "", name);
	cli_cache_string(out, value);
}

static KeySet *cached(Fetch *f)
{
	static const KeySetShape shape = { .inside = "Credentials", .access = "AccessKeyId", .secret = "SecretAccessKey",
	                                   .token = "SessionToken", .expires = "Expiration", .must_expire = true };
	const Provider *p = f->p;
	Buf key = { 0 }, text = { 0 };
	const char *file;
	KeySet *keys = NULL;

	(void)buf_puts(&key, "{");
	if (p->duration_s)
		(void)buf_printf(&key, "\"DurationSeconds\": %lld", (long long)p->duration_s);
	put_member(&key, "ExternalId", p->external_id);
	put_member(&key, "RoleArn", p->role_arn);
	put_member(&key, "RoleSessionName", p->session_name);
	put_member(&key, "SerialNumber", p->mfa_serial);
	(void)buf_puts(&key, "}");
	file = cli_cache_file(&f->arena, "~/.aws/cli/cache", buf_str(&key));
	if (file_exists(file) && file_read(file, &text, CACHE_MAX_BYTES, NULL) == 0)
		keys = keyset_from_json(buf_str(&text), &shape, p->source, NULL);
	buf_wipe_done(&text);
	buf_done(&key);
	if (keys && keys->expires_ms - creds_now(f->creds) < CACHE_AHEAD_MS) {
		keyset_free(keys);
		keys = NULL;
	}
	return keys;
}

static void role_start(Fetch *f)
{
	/* Keys that AWS refused may be those of the cache. */
	KeySet *keys = f->creds->refused ? NULL : cached(f);
	Fetch *source;

	if (keys) {
		fetch_end(f, keys, NULL);
		return;
	}
	source = fetch_start(f->creds, f->p->from, on_source, f);
	/* NULL: on_source has been called already. */
	if (source)
		f->source = source;
}

static void web_start(Fetch *f)
{
	StsRoleIn in = { 0 };
	Buf token = { 0 };
	Err e = { 0 };

	/* Read each time: it is rewritten before it runs out. */
	if (file_read(f->p->file, &token, TOKEN_MAX_BYTES, &e) < 0) {
		(void)err_wrap(&e, "%s: the web identity token", f->p->source);
		fetch_end(f, NULL, &e);
	} else {
		in.web_token = str_trim(buf_str(&token));
		ask_sts(f, &op_sts_assume_role_with_web_identity, &in, NULL);
	}
	buf_wipe_done(&token);
}

const FetchClass fetch_role = { role_start, NULL };
const FetchClass fetch_web = { web_start, NULL };
