#include "wire/md5.h"

#include "wire/crypto_calls.h"

int md5_of(Str s, unsigned char out[MD5_BYTES])
{
	const EVP_MD *md = EVP_get_digestbyname("MD5");

	return md && EVP_Digest(s.p, s.n, out, NULL, md, NULL) == 1 ? 0 : -1;
}
