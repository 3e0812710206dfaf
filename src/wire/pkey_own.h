/* Inner header of wire/pkey.c and wire/pkey_seed.c. */
#ifndef WIRE_PKEY_OWN_H
#define WIRE_PKEY_OWN_H

#include <stdlib.h>

#include "wire/crypto.h"
#include "wire/pkey.h"

struct Pkey { EVP_PKEY *evp; PkeySpec spec; bool secret; };

/* group: OpenSSL's name of the curve; NULL for RSA, whose modulus has so many bits. */
typedef struct PkeyShape { const char *group; int bits; } PkeyShape;
const PkeyShape *pkey_shape(PkeySpec spec);
/* "what: OpenSSL's reason", and an empty queue of errors; returns -1. */
int pkey_trouble(const char *what, Err *e);

#endif
