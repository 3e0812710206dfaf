/* DynamoDB requests as JSON: one encoder for each operation. Inner header of dynamodb_in.c and dynamodb_ops.c. */
#ifndef API_DYNAMODB_IN_H
#define API_DYNAMODB_IN_H

#include "api/dynamodb.h"

int ddb_encode_query(const void *in, AwsParts *out, Err *e);
int ddb_encode_get(const void *in, AwsParts *out, Err *e);
int ddb_encode_batch_get(const void *in, AwsParts *out, Err *e);
int ddb_encode_put(const void *in, AwsParts *out, Err *e);
int ddb_encode_update(const void *in, AwsParts *out, Err *e);
int ddb_encode_transact(const void *in, AwsParts *out, Err *e);
int ddb_encode_create_table(const void *in, AwsParts *out, Err *e);
int ddb_encode_describe_table(const void *in, AwsParts *out, Err *e);   /* in: const char *, the table */

#endif
