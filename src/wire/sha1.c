#include "wire/sha1.h"

/* Deprecated in OpenSSL 3 like the other low-level hashes; it needs no lookup and cannot fail. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

void sha1_of(Str s, unsigned char out[SHA1_BYTES])
{
	(void)SHA1((const unsigned char *)s.p, s.n, out);
}
