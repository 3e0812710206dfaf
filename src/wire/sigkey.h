/* The signing key of Signature Version 4 and its cache, and the few pieces that signer and verifier share.
 * Source: AWS IAM User Guide, "Calculate the signature". */
#ifndef WIRE_SIGKEY_H
#define WIRE_SIGKEY_H

#include "wire/sha256.h"
#include "wire/sigv4.h"

#define SIG_ALGORITHM "AWS4-HMAC-SHA256"

enum { SIG_DAY_CHARS = 8 };          /* YYYYMMDD, the head of YYYYMMDDTHHMMSSZ */

/* The key of that day, ready to use. From the cache when there is one (which then keeps it), else derived.
 * The caller wipes *key with hmac_key_done. */
void sigkey_get(SigCache *cache, const SigCreds *creds, Str day, Str region, Str service, HmacKey *key);

/* "20150830/us-east-1/s3/aws4_request" */
Str sigkey_scope(Arena *a, Str day, Str region, Str service);
Str sigkey_string_to_sign(Arena *a, Str time, Str scope, Str canonical_request);
Str sig_hex_sha256(Arena *a, Str s);
Str sig_hex(Arena *a, const unsigned char *p, size_t n);
/* The parts one after the other; a tenth of what a format string costs, which is felt in every call. */
Str sig_join(Arena *a, const Str *parts, size_t count);
#define SIG_JOIN(a, ...) sig_join((a), (const Str[]){ __VA_ARGS__ }, sizeof((const Str[]){ __VA_ARGS__ }) / sizeof(Str))

#endif
