#include "wire/sigkey.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "wire/text.h"

/* Some fifteen services in a few regions and contexts; when all places are taken the oldest goes. */
enum { CACHE_KEYS = 64 };

typedef struct CachedKey {
	unsigned char id[SHA256_BYTES];
	HmacKey       key;
} CachedKey;

struct SigCache {
	CachedKey entry[CACHE_KEYS];
	size_t    count;
	size_t    next;         /* the place that is written next */
};

SigCache *sig_cache_new(void)
{
	return xcalloc(1, sizeof(SigCache));
}

void sig_cache_free(SigCache *c)
{
	if (!c)
		return;
	explicit_bzero(c, sizeof *c);
	free(c);
}

/* A digest over all that the key depends on, the secret included: after a rotation nothing stale can be found, and the
 * cache holds no secret in the clear. Lengths keep the parts apart. */
static void id_of(const SigCreds *creds, Str day, Str region, Str service, unsigned char id[SHA256_BYTES])
{
	const Str parts[] = { creds->access_key, creds->secret_key, day, region, service };
	Sha256 h;

	sha256_init(&h);
	for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
		sha256_add(&h, (Str){ (const char *)&parts[i].n, sizeof parts[i].n });
		sha256_add(&h, parts[i]);
	}
	sha256_end(&h, id);
	explicit_bzero(&h, sizeof h);
}

static Str bytes32(const unsigned char *p)
{
	return (Str){ (const char *)p, SHA256_BYTES };
}

/* HMAC chain over day, region, service and "aws4_request", begun with "AWS4" + secret. */
static void derive(Str secret, Str day, Str region, Str service, HmacKey *key)
{
	unsigned char link[SHA256_BYTES];
	Buf first = { 0 };

	(void)buf_puts(&first, "AWS4");
	(void)buf_put_str(&first, secret);
	hmac_sha256(buf_str(&first), day, link);
	buf_wipe_done(&first);
	hmac_sha256(bytes32(link), region, link);
	hmac_sha256(bytes32(link), service, link);
	hmac_sha256(bytes32(link), STR("aws4_request"), link);
	hmac_key_init(key, bytes32(link));
	explicit_bzero(link, sizeof link);
}

void sigkey_get(SigCache *cache, const SigCreds *creds, Str day, Str region, Str service, HmacKey *key)
{
	unsigned char id[SHA256_BYTES];
	CachedKey *slot;

	if (!cache) {
		derive(creds->secret_key, day, region, service, key);
		return;
	}
	id_of(creds, day, region, service, id);
	for (size_t i = 0; i < cache->count; i++) {
		if (memcmp(cache->entry[i].id, id, sizeof id) == 0) {
			*key = cache->entry[i].key;
			return;
		}
	}
	derive(creds->secret_key, day, region, service, key);
	slot = &cache->entry[cache->next];
	cache->next = (cache->next + 1) % CACHE_KEYS;
	if (cache->count < CACHE_KEYS)
		cache->count++;
	memcpy(slot->id, id, sizeof id);
	slot->key = *key;
}

Str sig_join(Arena *a, const Str *parts, size_t count)
{
	size_t n = 0;
	char *out, *at;

	for (size_t i = 0; i < count; i++)
		n += parts[i].n;
	at = out = arena_alloc(a, n + 1);
	for (size_t i = 0; i < count; i++) {
		if (parts[i].n)
			memcpy(at, parts[i].p, parts[i].n);
		at += parts[i].n;
	}
	return (Str){ out, n };
}

Str sigkey_scope(Arena *a, Str day, Str region, Str service)
{
	return SIG_JOIN(a, day, STR("/"), region, STR("/"), service, STR("/aws4_request"));
}

Str sig_hex(Arena *a, const unsigned char *p, size_t n)
{
	static const char digits[] = "0123456789abcdef";
	char *out = arena_alloc(a, 2 * n + 1);

	for (size_t i = 0; i < n; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	return (Str){ out, 2 * n };
}

Str sig_hex_sha256(Arena *a, Str s)
{
	unsigned char digest[SHA256_BYTES];

	sha256_of(s, digest);
	return sig_hex(a, digest, sizeof digest);
}

Str sigkey_string_to_sign(Arena *a, Str time, Str scope, Str canonical_request)
{
	Str hash = sig_hex_sha256(a, canonical_request);

	return SIG_JOIN(a, STR(SIG_ALGORITHM "\n"), time, STR("\n"), scope, STR("\n"), hash);
}
