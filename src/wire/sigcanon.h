/* The canonical request of Signature Version 4: what signer and verifier must spell alike to the byte.
 * Source: AWS IAM User Guide, "Create a canonical request". */
#ifndef WIRE_SIGCANON_H
#define WIRE_SIGCANON_H

#include "wire/sigv4.h"

/* How the path becomes the canonical URI. */
typedef enum SigPath { SIG_PATH_NORMAL, SIG_PATH_AS_IS_ENCODED, SIG_PATH_ON_WIRE } SigPath;

bool    sigcanon_is_s3(Str service);
SigPath sigcanon_path_of(Str service, unsigned flags);   /* S3 by its service name or by SIG_S3_PATH */
Str     sigcanon_lower(Arena *a, Str s);                 /* a copy, ASCII letters in lower case */

typedef struct SigCanon {
	Str text;            /* the canonical request */
	Str signed_names;    /* "host;x-amz-date" */
} SigCanon;

/* headers: those to sign, names in lower case, any order (sorted in place; equal names keep their order and become one
 * line). rq gives method, path and query only. Results live in the arena. Fails on a path without a leading slash. */
int sigcanon_build(Arena *a, const SigRequest *rq, SigPath how, SigHeader *headers, size_t count, Str payload_hash,
                   SigCanon *out, Err *e);

#endif
