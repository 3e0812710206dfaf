#include "wire/sha256.h"

#include <string.h>

#include "wire/crypto_calls.h"
#include "wire/text.h"

_Static_assert(sizeof(SHA256_CTX) == sizeof(Sha256) && _Alignof(SHA256_CTX) <= _Alignof(Sha256), "Sha256 holds a SHA256_CTX");

static SHA256_CTX *ctx(Sha256 *h)
{
	return (SHA256_CTX *)(void *)h;
}

/* The three calls below return 1 always; OpenSSL's sources have no other path. */

void sha256_init(Sha256 *h)
{
	(void)SHA256_Init(ctx(h));
}

void sha256_add(Sha256 *h, Str s)
{
	if (s.n)
		(void)SHA256_Update(ctx(h), s.p, s.n);
}

void sha256_end(Sha256 *h, unsigned char out[SHA256_BYTES])
{
	(void)SHA256_Final(out, ctx(h));
}

void sha256_of(Str s, unsigned char out[32])
{
	Sha256 h;

	sha256_init(&h);
	sha256_add(&h, s);
	sha256_end(&h, out);
}

void hmac_key_init(HmacKey *k, Str key)
{
	unsigned char pad[SHA256_CBLOCK] = { 0 };

	if (key.n > sizeof pad)
		sha256_of(key, pad);
	else if (key.n)
		memcpy(pad, key.p, key.n);
	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] ^= 0x36;
	sha256_init(&k->inner);
	sha256_add(&k->inner, (Str){ (const char *)pad, sizeof pad });
	for (size_t i = 0; i < sizeof pad; i++)
		pad[i] ^= 0x36 ^ 0x5c;
	sha256_init(&k->outer);
	sha256_add(&k->outer, (Str){ (const char *)pad, sizeof pad });
	explicit_bzero(pad, sizeof pad);
}

void hmac_key_of(const HmacKey *k, Str s, unsigned char out[SHA256_BYTES])
{
	Sha256 h = k->inner;

	sha256_add(&h, s);
	sha256_end(&h, out);
	h = k->outer;
	sha256_add(&h, (Str){ (const char *)out, SHA256_BYTES });
	sha256_end(&h, out);
	explicit_bzero(&h, sizeof h);
}

void hmac_key_done(HmacKey *k)
{
	explicit_bzero(k, sizeof *k);
}

void hmac_sha256(Str key, Str s, unsigned char out[32])
{
	HmacKey k;

	hmac_key_init(&k, key);
	hmac_key_of(&k, s, out);
	hmac_key_done(&k);
}
