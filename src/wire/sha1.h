/* SHA-1: names of the AWS CLI's cache files, nothing else. It protects nothing. */
#ifndef WIRE_SHA1_H
#define WIRE_SHA1_H

#include "base/str.h"

enum { SHA1_BYTES = 20 };

void sha1_of(Str s, unsigned char out[SHA1_BYTES]);

#endif
