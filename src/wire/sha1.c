#include "wire/sha1.h"

#include "wire/crypto_calls.h"

void sha1_of(Str s, unsigned char out[SHA1_BYTES])
{
	(void)SHA1((const unsigned char *)s.p, s.n, out);
}
