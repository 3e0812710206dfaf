#include "sim/roles.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sim/rng.h"

void keys_letters(char *at, size_t n, uint64_t seed)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	Rng r = { seed };

	for (size_t i = 0; i < n; i++)
		at[i] = letters[rng_below(&r, 32)];
	at[n] = 0;
}

static void session_free(RoleSession *s)
{
	free(s->account);
	free(s->arn);
	free(s->user_id);
	free(s);
}

const RoleSession *roles_add(Roles *r, uint64_t seed, Str account, Str arn, Str user_id, int64_t expires_ms)
{
	RoleSession *s = xcalloc(1, sizeof *s);
	uint64_t key = rng_join(rng_join(seed, UINT64_C(0x57a7e)), ++r->made);

	if (r->n == SESSIONS_MAX) {
		session_free(r->session[0]);
		memmove(r->session, r->session + 1, --r->n * sizeof *r->session);
	}
	memcpy(s->access, "ASIASIM", 7);
	keys_letters(s->access + 7, KEY_TEXT - 8, rng_join(key, 1));
	memcpy(s->secret, "SIMULATED/", 10);
	keys_letters(s->secret + 10, SECRET_TEXT - 11, rng_join(key, 2));
	/* Like the real ones it holds what a form and a header must encode. */
	memcpy(s->token, "SimulatedToken//+=", 18);
	keys_letters(s->token + 18, TOKEN_TEXT - 19, rng_join(key, 3));
	s->account = xstrndup(account.p, account.n);
	s->arn = xstrndup(arn.p, arn.n);
	s->user_id = xstrndup(user_id.p, user_id.n);
	s->expires_ms = expires_ms;
	VEC_GROW(r->session, r->cap, r->n + 1);
	r->session[r->n++] = s;
	return s;
}

const RoleSession *roles_find(const Roles *r, Str access_key)
{
	for (size_t i = r->n; i > 0; i--)
		if (str_is(access_key, r->session[i - 1]->access))
			return r->session[i - 1];
	return NULL;
}

void roles_done(Roles *r)
{
	for (size_t i = 0; i < r->n; i++)
		session_free(r->session[i]);
	free(r->session);
	*r = (Roles){0};
}

static bool is_account(Str s)
{
	int64_t n;

	return s.n == 12 && s.p[0] != '-' && str_i64(s, &n) == 0;
}

bool role_arn_parse(Str arn, RoleArn *out)
{
	Str rest = arn, kind, service;

	if (!str_is(str_cut(rest, ':', &rest), "arn"))
		return false;
	out->partition = str_cut(rest, ':', &rest);
	service = str_cut(rest, ':', &rest);
	if (!str_starts(out->partition, STR("aws")) || !str_is(service, "iam") || str_cut(rest, ':', &rest).n)
		return false;
	out->account = str_cut(rest, ':', &rest);
	kind = str_cut(rest, '/', &rest);
	while (str_has(rest, STR("/")))
		(void)str_cut(rest, '/', &rest);
	out->name = rest;
	return is_account(out->account) && str_is(kind, "role") && rest.n >= 1 && rest.n <= 64;
}
