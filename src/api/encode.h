/* Inputs to requests and answers to outputs, as the operation's row says. Pure but for the random idempotency tokens.
 * Source: Smithy protocol specifications (HTTP bindings, awsJson, restJson1, restXml, awsQuery). */
#ifndef API_ENCODE_H
#define API_ENCODE_H

#include "api/op.h"

/* Fills *out ({0}; the caller frees it with aws_parts_done). -1: the input is not complete or a text cannot be sent as it
 * is (ERR_USAGE); the error names operation and member. */
int  aws_encode(const AwsOp *op, const void *in, AwsParts *out, Err *e);
void aws_parts_done(AwsParts *p);

/* Reads a successful answer. *out: the decoded struct in the arena, NULL for rows without one. The reply must live as
 * long as *out: payloads are borrowed from it. The error names the path in the answer. */
int aws_decode(Arena *a, const AwsOp *op, const HttpReply *reply, void **out, Err *e);

#endif
