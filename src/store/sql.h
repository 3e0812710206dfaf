/* Questions in SQL over the snapshot, for people and scripts: reading only. Names that stay stand as views beside the tables of the
 * layout, which may change: jobs, lines, cost_hours, cost_hours_by_model, cost_days, latency_hours, metrics, agents. */
#ifndef STORE_SQL_H
#define STORE_SQL_H

#include "store/store.h"

typedef enum SqlType { SQL_NULL, SQL_INT, SQL_REAL, SQL_TEXT, SQL_BLOB } SqlType;
typedef struct SqlCell { SqlType type; int64_t i; double r; Str text; } SqlCell;       /* text: of SQL_TEXT and SQL_BLOB */

typedef struct SqlSink {
	void (*columns)(void *arg, const char *const *name, int n);       /* once, before the rows; names are unique */
	int  (*row)(void *arg, const SqlCell *cell, int n);               /* borrowed; other than 0 ends it */
	void *arg;
} SqlSink;

/* Asks one statement that only reads; anything else (writes, PRAGMA, ATTACH, a second statement) is refused with a sentence.
 * It is ended after limit_ms. s: opened for reading, and used for this alone. */
int store_sql(Store *s, Str text, int64_t limit_ms, const SqlSink *sink, Err *e);

#endif
