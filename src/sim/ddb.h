/* DynamoDB as far as the console uses it: tables with one optional GSI, key conditions, filters, projections,
 * condition and update expressions, transactions with client request tokens. What is not supported answers with the
 * service's own ValidationException or UnknownOperationException, never a 500. State is SQLite, in memory or in a file.
 * Source: Amazon DynamoDB API Reference 2012-08-10 and Developer Guide "Expressions". */
#ifndef SIM_DDB_H
#define SIM_DDB_H

#include "sim/rows.h"

typedef struct Ddb Ddb;

Ddb *ddb_open(const char *path /* NULL: memory */, Str region, Str account, Err *e);
void ddb_close(Ddb *d);
/* Region and account that the ARNs of the following answers name. */
void ddb_set_home(Ddb *d, Str region, Str account);
/* Makes a table (ACTIVE at once). gsi NULL: none. rows may be NULL; borrowed. */
int  ddb_make_table(Ddb *d, const char *name, const char *hash, const char *range,
                    const char *gsi, const char *gsi_hash, const char *gsi_range, const SimRows *rows, Err *e);
int  ddb_put_json(Ddb *d, const char *table, Str item_json, Err *e);          /* for the fleet's own registry */
/* One call. Appends the JSON answer to *out and returns the HTTP status: 200, or 400 with
 * {"__type":"com.amazonaws.dynamodb.v20120810#…","message":"…"} and whatever else the error carries. */
int  ddb_call(Ddb *d, Str operation, Str body, int64_t now_ms, Buf *out);

/* A change that a call made. Items are JSON; old or now is empty where there was, or is, none. */
typedef struct DdbNews { const char *table; Str keys, old, now; } DdbNews;
typedef void (*DdbNewsFn)(void *arg, const DdbNews *news);
/* Told of each change of the tables with a stream, in order, after the call has succeeded. */
void ddb_watch(Ddb *d, DdbNewsFn fn, void *arg);
/* DescribeTable then shows a stream with that label. label: static. */
void ddb_set_stream(Ddb *d, const char *table, const char *label);

#endif
