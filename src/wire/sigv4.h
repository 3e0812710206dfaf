/* AWS Signature Version 4, header form. Pure: bytes and the time in, bytes out.
 * Source: AWS IAM User Guide, "Create a signed AWS API request". */
#ifndef WIRE_SIGV4_H
#define WIRE_SIGV4_H

#include "base/arena.h"
#include "base/buf.h"

typedef struct SigHeader { Str name, value; } SigHeader;

typedef struct SigCreds {
	Str access_key, secret_key, token;      /* token empty: none */
} SigCreds;

typedef struct SigScope {
	Str region, service;
	int64_t time_ms;                        /* of signing, UTC */
} SigScope;

enum {
	SIG_S3_PATH     = 1 << 0,   /* path exactly as on the wire: no normalisation, no second encoding */
	SIG_NO_NORMALIZE = 1 << 1,  /* keep dot segments and double slashes (still encoded once more) */
	SIG_BODY_HEADER = 1 << 2,   /* add and sign x-amz-content-sha256 (always so for s3) */
	SIG_OMIT_TOKEN  = 1 << 3,   /* x-amz-security-token is added after signing */
	SIG_UNSIGNED_BODY = 1 << 4, /* payload hash is UNSIGNED-PAYLOAD */
};

typedef struct SigRequest {
	Str method, path, query;                /* as on the wire (already percent-encoded once); query without '?' */
	const SigHeader *headers;               /* host must be among them */
	size_t header_count;
	Str body;
	unsigned flags;
} SigRequest;

/* Derived keys by day, region, service and credentials (a changed secret never finds an old key). For one thread;
 * wiped by sig_cache_free. */
typedef struct SigCache SigCache;
SigCache *sig_cache_new(void);
void      sig_cache_free(SigCache *c);

typedef struct SigResult {
	Str canonical_request, string_to_sign, signature, authorization;
	/* Headers to send besides the request's own: x-amz-date, authorization, and where they apply
	 * x-amz-security-token and x-amz-content-sha256. */
	SigHeader add[4];
	size_t add_count;
} SigResult;

/* Signs every header of rq but those that a proxy or the HTTP library may touch (connection, expect, user-agent, ...).
 * A query that is not encoded yet is encoded. Headers that it would add may be there already when their value is the
 * same. Results live in the arena (values given are borrowed). cache may be NULL.
 * Fails when the host header or a credential is missing, or a name or value holds CR, LF or NUL. */
int sig_sign(Arena *a, SigCache *cache, const SigCreds *creds, const SigScope *scope, const SigRequest *rq, SigResult *out, Err *e);

/* The server's side: parses Authorization, recomputes over exactly the headers that it lists, and compares in constant
 * time. What differs is told apart so that a server can answer with the service's own error; e says what in words.
 * now: the region, service and time of the server. creds: the caller that is known; a token there must be in the request.
 * MALFORMED is also a request whose signed parts are missing; MISMATCH also a body that is not the one announced. */
typedef enum SigVerdict { SIG_OK, SIG_MISSING, SIG_MALFORMED, SIG_UNKNOWN_KEY, SIG_BAD_SCOPE, SIG_SKEWED, SIG_MISMATCH } SigVerdict;
SigVerdict sig_verify(Arena *a, const SigCreds *creds, const SigScope *now, int64_t max_skew_ms, const SigRequest *rq, Err *e);

#endif
