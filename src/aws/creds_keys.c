#include "aws/creds_own.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/wipe.h"
#include "base/xalloc.h"
#include "wire/time8601.h"

enum { SECRET_MAX_BYTES = 16 << 10, JSON_MAX_BYTES = 64 << 10 };

static int check(Str access, Str secret, Str token, const char *source, Err *e)
{
	const Str all[] = { access, secret, token };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (all[i].n > SECRET_MAX_BYTES)
			return err_kind(e, ERR_USAGE, "%s: a key of more than %d bytes", source, SECRET_MAX_BYTES);
		for (size_t k = 0; k < all[i].n; k++)
			if ((unsigned char)all[i].p[k] <= ' ' || (unsigned char)all[i].p[k] >= 0x7f)
				return err_kind(e, ERR_USAGE, "%s: a key has a blank or a control character in it", source);
	}
	return 0;
}

static Str put(char **at, Str s)
{
	char *p = *at;

	if (s.n)
		memcpy(p, s.p, s.n);
	*at += s.n;
	return (Str){ p, s.n };
}

KeySet *keyset_new(Str access, Str secret, Str token, int64_t expires_ms, const char *source, Err *e)
{
	size_t n = sizeof(KeySet) + access.n + secret.n + token.n + 1;
	KeySet *k;
	char *at;

	if (check(access, secret, token, source, e) < 0)
		return NULL;
	k = mmap(NULL, n, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (k == MAP_FAILED)
		return xmalloc(SIZE_MAX);       /* out of memory ends the program, as everywhere */
	/* Best effort: a small RLIMIT_MEMLOCK must not keep anybody from working. */
	(void)mlock(k, n);
	(void)madvise(k, n, MADV_DONTDUMP);
	at = (char *)(k + 1);
	k->bytes = n;
	k->expires_ms = expires_ms;
	k->sig.access_key = put(&at, access);
	k->sig.secret_key = put(&at, secret);
	k->sig.token = put(&at, token);
	return k;
}

void keyset_free(KeySet *k)
{
	size_t n = k ? k->bytes : 0;

	if (!k)
		return;
	explicit_bzero(k, n);
	(void)munmap(k, n);
	wipe_stack();
}

bool keyset_same(const KeySet *x, const KeySet *y)
{
	return str_eq(x->sig.access_key, y->sig.access_key) && str_eq(x->sig.secret_key, y->sig.secret_key) &&
	       str_eq(x->sig.token, y->sig.token);
}

int keyset_time(Str s, int64_t *ms)
{
	char text[40];

	if (!str_ends(s, STR("UTC")))
		return time_parse_iso(s, ms);
	s = str_trim(str_sub(s, 0, s.n - 3));
	if (s.n + 2 > sizeof text)
		return -1;
	memcpy(text, s.p, s.n);
	text[s.n] = 'Z';
	return time_parse_iso((Str){ text, s.n + 1 }, ms);
}

static int read_members(JsonVal v, const KeySetShape *shape, Str out[3], int64_t *expires_ms, Err *e)
{
	Str when = STR("");

	if (shape->inside && jv_object(v, shape->inside, &v, e) < 0)
		return -1;
	if (jv_name(v, shape->access, &out[0], e) < 0 || jv_name(v, shape->secret, &out[1], e) < 0 ||
	    jv_opt_str(v, shape->token, &out[2], e) < 0 || jv_opt_str(v, shape->expires, &when, e) < 0)
		return -1;
	if (when.n ? keyset_time(when, expires_ms) < 0 : shape->must_expire)
		return err_set(e, "%s: %s", shape->expires, when.n ? "not a time like 2026-11-21T06:00:00Z" : "missing");
	return 0;
}

KeySet *keyset_from_json(Str text, const KeySetShape *shape, const char *source, Err *e)
{
	Arena a = { 0 };
	JsonVal v;
	Str part[3] = { STR(""), STR(""), STR("") };
	int64_t expires_ms = 0, version = 0;
	KeySet *k = NULL;

	if (jv_parse(&a, text, JSON_MAX_BYTES, &v, e) < 0)
		goto out;
	if (jv_type(v) != JV_OBJECT) {
		(void)err_set(e, "not a JSON object");
		goto out;
	}
	if (shape->version_1 && (jv_i64(v, "Version", &version, e) < 0 || version != 1)) {
		(void)err_set(e, "Version: must be 1");
		goto out;
	}
	if (read_members(v, shape, part, &expires_ms, e) == 0)
		k = keyset_new(part[0], part[1], part[2], expires_ms, source, e);
out:
	arena_wipe_done(&a);
	return k;
}
