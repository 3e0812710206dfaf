/* SHA-256 and HMAC-SHA256 as plain values: on the stack, copied by assignment, nothing allocated. For hashing piece by
 * piece and for one HMAC key used many times; text.h has the one-shot forms. */
#ifndef WIRE_SHA256_H
#define WIRE_SHA256_H

#include "base/str.h"

enum { SHA256_BYTES = 32 };

typedef struct Sha256 {
	uint32_t state[28];        /* OpenSSL's SHA256_CTX */
} Sha256;

void sha256_init(Sha256 *h);
void sha256_add(Sha256 *h, Str s);
void sha256_end(Sha256 *h, unsigned char out[SHA256_BYTES]);

/* The states after the padded key: saves two of the four blocks of every short HMAC. Secret: wipe it with done. */
typedef struct HmacKey {
	Sha256 inner, outer;
} HmacKey;

void hmac_key_init(HmacKey *k, Str key);
void hmac_key_of(const HmacKey *k, Str s, unsigned char out[SHA256_BYTES]);
void hmac_key_done(HmacKey *k);

#endif
