/* Public keys: signatures of RSA and of the NIST curves, as KMS makes them. A signature can be checked here, without the
 * network, when the public key is known. Sources: RFC 8017 (PKCS #1), RFC 5280 section 4.1 (SubjectPublicKeyInfo), RFC 3279
 * section 2.2.3 (ECDSA signatures in DER), KMS Developer Guide, "Key spec reference". */
#ifndef WIRE_PKEY_H
#define WIRE_PKEY_H

#include "base/buf.h"

enum { PKEY_DIGEST_MAX = 64 };

typedef enum PkeySpec { PKEY_RSA_2048, PKEY_RSA_3072, PKEY_RSA_4096, PKEY_P256, PKEY_P384, PKEY_SPECS } PkeySpec;

/* A way to sign, by KMS's name for it. */
typedef struct PkeyScheme {
	const char *name;          /* "RSASSA_PSS_SHA_256" */
	const char *hash;          /* OpenSSL's name */
	size_t digest_bytes;
	bool rsa, pss;
	PkeySpec curve;            /* not rsa */
} PkeyScheme;

/* The i-th scheme, in KMS's order; NULL behind the last. */
const PkeyScheme *pkey_scheme(size_t i);
const PkeyScheme *pkey_scheme_find(Str name);      /* NULL: not one of them */
bool pkey_scheme_fits(const PkeyScheme *s, PkeySpec spec);
const char *pkey_spec_name(PkeySpec spec);         /* "RSA_2048", "ECC_NIST_P256" */

/* The hash that the scheme signs; out holds scheme->digest_bytes. */
int pkey_digest(const PkeyScheme *s, Str message, unsigned char out[PKEY_DIGEST_MAX], Err *e);

typedef struct Pkey Pkey;
/* A private key that follows from the seed: whoever knows the seed has the key. For simulators and tests; RSA takes a
 * tenth of a second and more. */
Pkey *pkey_from_seed(PkeySpec spec, Str seed, Err *e);
/* A public key: DER, SubjectPublicKeyInfo. An error also for keys that are not of one of the specs. */
Pkey *pkey_from_der(Str der, Err *e);
void  pkey_free(Pkey *k);
PkeySpec pkey_spec(const Pkey *k);
int   pkey_put_der(const Pkey *k, Buf *out, Err *e);       /* its public half */

/* digest: of scheme->digest_bytes. An error when scheme and key do not fit, or the key has no private half. */
int  pkey_sign(const Pkey *k, const PkeyScheme *s, Str digest, Buf *out, Err *e);
/* 0 and *valid. -1: it could not be checked, which is not the same as a signature that does not hold. */
int  pkey_verify(const Pkey *k, const PkeyScheme *s, Str digest, Str signature, bool *valid, Err *e);

#endif
