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
/* Makes a table (ACTIVE at once). gsi NULL: none. rows may be NULL; borrowed. */
int  ddb_make_table(Ddb *d, const char *name, const char *hash, const char *range,
                    const char *gsi, const char *gsi_hash, const char *gsi_range, const SimRows *rows, Err *e);
int  ddb_put_json(Ddb *d, const char *table, Str item_json, Err *e);          /* for the fleet's own registry */
/* One call. Appends the JSON answer to *out and returns the HTTP status: 200, or 400 with
 * {"__type":"com.amazonaws.dynamodb.v20120810#…","message":"…"} and whatever else the error carries. */
int  ddb_call(Ddb *d, Str operation, Str body, int64_t now_ms, Buf *out);

#endif
