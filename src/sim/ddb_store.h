/* Tables and items of the DynamoDB engine in SQLite, laid over the rows that are made on demand. */
#ifndef SIM_DDB_STORE_H
#define SIM_DDB_STORE_H

#include <sqlite3.h>

#include "sim/ddb_value.h"

typedef struct DdbKeyAttr {
	char  *name;             /* NULL: the table or index has no such key */
	AvType type;             /* S, N or B */
} DdbKeyAttr;

typedef struct DdbTable {
	char         *name;
	DdbKeyAttr    hash, range;
	char         *gsi;       /* NULL: no index */
	DdbKeyAttr    gsi_hash, gsi_range;
	const SimRows *rows;     /* NULL: only what clients wrote */
	int64_t       created_ms;
	const char   *stream;    /* label of its stream; NULL: it has none */
} DdbTable;

/* A change that waits for the end of its call. */
typedef struct DdbPending { DdbNews news; struct DdbPending *next; } DdbPending;

enum { DDB_STATEMENTS = 16 };

struct Ddb {
	sqlite3      *db;
	sqlite3_stmt *statements[DDB_STATEMENTS];   /* prepared on first use */
	char         *region, *account;
	DdbTable    **tables;
	size_t        n, cap;
	DdbNewsFn     watch;
	void         *watch_arg;
};

/* Primary key as bytes whose order is the service's order; rk is empty when the table has no range key. */
typedef struct DdbKey { Str hk, rk; } DdbKey;

typedef enum DdbSql {
	SQL_GET, SQL_PUT, SQL_DELETE, SQL_QUERY, SQL_QUERY_BACK, SQL_INDEX, SQL_INDEX_BACK, SQL_SCAN, SQL_TABLES, SQL_ADD_TABLE,
	SQL_TOKEN_GET, SQL_TOKEN_PUT, SQL_TOKEN_EXPIRE, SQL_BEGIN, SQL_COMMIT, SQL_ROLLBACK,
} DdbSql;

sqlite3_stmt *ddb_sql(Ddb *d, DdbSql which);                     /* reset and without bindings; NULL when SQLite fails */
int  ddb_sql_run(Ddb *d, DdbSql which);                          /* without results: 0 or -1 */
void ddb_bind(sqlite3_stmt *st, int i, Str bytes);               /* the bytes must live until the statement is reset */
Str  ddb_column(sqlite3_stmt *st, int i);                        /* until the next step */

DdbTable *ddb_find_table(const Ddb *d, Str name);
int  ddb_add_table(Ddb *d, const DdbTable *like, DdbTable **out, Err *e);   /* copies and stores it */
/* The table that the request's TableName names; a failure and NULL when it is not there. */
DdbTable *ddb_table_of(DdbCall *c, JsonVal request);

Str  ddb_key_bytes(DdbCall *c, const Av *v);
/* The key attributes of an item, checked against the schema. */
int  ddb_item_key(DdbCall *c, const DdbTable *t, const Av *item, DdbKey *out);
/* A request's key object: exactly the key attributes. */
int  ddb_request_key(DdbCall *c, const DdbTable *t, JsonVal v, Av **key, DdbKey *out);
/* 0 and *out (NULL: no such item), or -1. */
int  ddb_load(DdbCall *c, const DdbTable *t, DdbKey key, Av **out);
bool ddb_written(DdbCall *c, const DdbTable *t, DdbKey key);     /* a written row or tombstone hides what lies below */
bool ddb_has_base(DdbCall *c, const DdbTable *t, DdbKey key);
int  ddb_save(DdbCall *c, const DdbTable *t, DdbKey key, const Av *item);   /* item NULL: deletes */

/* Keeps what ddb_save is about to change, for a table with a stream. ddb_news_tell: when the call has succeeded. */
int  ddb_news_note(DdbCall *c, const DdbTable *t, DdbKey key, const Av *item);
void ddb_news_tell(DdbCall *c);

#endif
