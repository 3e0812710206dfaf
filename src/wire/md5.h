/* MD5: entity tags and Content-MD5 of S3, MD5OfBody of SQS. It finds accidents, it protects nothing. */
#ifndef WIRE_MD5_H
#define WIRE_MD5_H

#include "base/str.h"

enum { MD5_BYTES = 16 };

/* -1: this OpenSSL refuses it, as in FIPS mode. */
int md5_of(Str s, unsigned char out[MD5_BYTES]);

#endif
