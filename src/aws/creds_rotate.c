/* Keys of the shared files while they are in use: whoever rotates them rewrites the files, sometimes half of them at first.
 * The old keys stay until the new ones can be read and AWS says that they belong to the same account. */
#include "aws/creds_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "api/sts.h"
#include "base/clock.h"
#include "base/file.h"

enum { LOOK_MS = 500 };         /* between two looks at the files */

static void stamp_one(const char *variable, const char *usual, uint64_t out[4])
{
	const char *set = getenv(variable);
	char *path = path_expand(set && *set ? set : usual);
	struct stat st;

	memset(out, 0, 4 * sizeof *out);
	if (stat(path, &st) == 0) {
		out[0] = (uint64_t)st.st_mtim.tv_sec * 1000000000u + (uint64_t)st.st_mtim.tv_nsec;
		out[1] = st.st_ino;
		out[2] = (uint64_t)st.st_size;
		out[3] = st.st_dev;
	}
	free(path);
}

FileStamp files_stamp(void)
{
	FileStamp s;

	stamp_one("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials", s.v[0]);
	stamp_one("AWS_CONFIG_FILE", "~/.aws/config", s.v[1]);
	return s;
}

static bool from_files(const AwsCreds *c)
{
	return c->provider->kind == FROM_FILES && c->keys;
}

static bool changed(AwsCreds *c)
{
	FileStamp now = files_stamp();

	c->looked_ms = clock_mono_ms();
	return memcmp(&now, &c->stamp, sizeof now) != 0;
}

bool rotate_due(AwsCreds *c)
{
	int64_t now = clock_mono_ms();

	return from_files(c) && !c->fetch && now - c->looked_ms >= LOOK_MS && (changed(c) || (c->recheck && now >= c->again_ms));
}

bool rotate_under_way(AwsCreds *c)
{
	return from_files(c) && (c->fetch || c->recheck || changed(c));
}

/* "arn:aws:sts::123456789012:assumed-role/admin/session" without the session: that changes with each renewal. */
static Str role_of(Str arn)
{
	const char *slash = str_has(arn, STR(":assumed-role/")) ? memrchr(arn.p, '/', arn.n) : NULL;

	return slash ? str_sub(arn, 0, (size_t)(slash - arn.p)) : arn;
}

void creds_note_identity(AwsCreds *c, Str access, Str account, Str arn)
{
	Str role = role_of(arn);

	if (!c->keys || !str_eq(c->keys->sig.access_key, access))
		return;                 /* said of keys that are gone already */
	if (str_is(account, c->account) && str_is(role, c->role))
		c->same_since = c->unsure_since;
	(void)snprintf(c->account, sizeof c->account, "%.*s", STR_ARG(account));
	(void)snprintf(c->role, sizeof c->role, "%.*s", STR_ARG(role));
	c->unsure_since = c->same_since;
}

bool creds_same_since(const AwsCreds *c, int generation)
{
	return generation >= c->same_since;
}

/* --- AWS is asked whose they are --- */

static void on_identity(AwsCall *call, const void *result, const AwsError *err, void *arg)
{
	Fetch *f = arg;
	AwsCreds *c = f->creds;
	const StsIdentity *id = result;
	KeySet *keys = f->source_keys;
	Err e = { 0 };

	(void)call;
	if (f->over)
		return;
	if (err) {
		e = err->err;
		(void)err_wrap(&e, "the new keys of %s in the shared files %s", f->p->source,
		               err->fault == AWS_BAD_CREDENTIALS || err->fault == AWS_EXPIRED || err->fault == AWS_DENIED ? "do not work"
		                                                                                                          : "could not be checked");
		c->recheck = true;        /* a new key takes a while to be known everywhere */
		fetch_end(f, NULL, &e);
		return;
	}
	if (c->account[0] && !str_is(id->account, c->account)) {
		fetch_fail(f, ERR_REFUSED, "the new keys of %s belong to account %.*s, not to %s; the old ones stay in use; start again to look "
		           "at the other account", f->p->source, STR_ARG(id->account), c->account);
		return;
	}
	c->next_is_same = str_is(id->account, c->account) && str_eq(role_of(id->arn), str_of(c->role));
	f->source_keys = NULL;
	fetch_end(f, keys, NULL);
}

void rotate_check(Fetch *f, KeySet *keys)
{
	AwsCreds *c = f->creds;
	AwsHandler h = { .on_done = on_identity, .arg = f };
	KeySet *copy;
	Err e = { 0 };

	if (f->p != c->provider || !c->keys || keyset_same(keys, c->keys)) {
		fetch_end(f, keys, NULL);
		return;
	}
	copy = keyset_new(keys->sig.access_key, keys->sig.secret_key, keys->sig.token, 0, f->p->source, &e);
	f->source_keys = keys;
	if (!copy || !fetch_client(f, c->net.region, copy, true, &e) || !aws_call(f->client, &op_sts_get_caller_identity, NULL, &h, &e))
		fetch_end(f, NULL, &e);
}
