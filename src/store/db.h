/* Inside the store: the connection, its kept statements, interned names. */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/ahead.h"
#include "store/cells.h"
#include "store/held.h"
#include "store/index.h"
#include "store/line_shape.h"
#include "store/links.h"
#include "store/names.h"
#include "store/sheet.h"
#include "store/store.h"

typedef struct Rows Rows;        /* rows.h */
typedef struct Kept { const char *sql; sqlite3_stmt *stmt; } Kept;

struct Store {
	sqlite3 *db;
	StoreMode mode;
	char    *path;
	Kept    *kept;
	size_t   kept_n, kept_cap;
	Names    names;          /* what this connection has looked up; emptied when a transaction is undone */
	Pairs    versions;       /* ids of agent and version to that of "agent@version"; emptied with the names */
	Cells    cells;          /* differences of the batch under way */
	Ahead   *ahead;          /* what is made of them meanwhile; NULL: nothing */
	Held     held;           /* its rows that wait to be written */
	Index    index;          /* of the new calls in the file */
	Links    links;          /* of its lines to their jobs and traces */
	LineShapes   shapes;         /* of what its lines say */
	Buf      said;           /* one of them */
	int64_t  recent_from;    /* during it: the first minute that is kept by key */
	Buf      scratch;
	struct Books *books;     /* books.c: the store's prices, once they were needed */
	int      failed;         /* SQLite's code of the last failure */
	int      log_pages;      /* of the log after the last commit, once there is a store_beside */
	Buf      merged;         /* of an SQL function */
	Buf      old, sheet, body;       /* a sheet that was read, the one that is written, and a cell of it (sheets.c) */
	SheetKey *keys;          /* of the cells that go on it */
	size_t   keys_cap;
	const Rows *rows;        /* that a statement reads just now */
	struct Gather *gather;   /* where one hands its rows to (gather.h) */
};

#define DB_WRITER_CACHE "PRAGMA cache_size = -16384"     /* KiB of pages */

/* Opens the file or the memory and sets nothing. */
Store *db_connect(const char *path, StoreMode mode, int more_flags, Err *e);
/* The statement for this text (found again by its address: pass a static string), reset and without values.
 * NULL with *e set when it cannot be prepared. Owned by the store. */
sqlite3_stmt *db_stmt(Store *s, const char *sql, Err *e);
int db_fail(Store *s, const char *doing, Err *e);                /* -1; says what SQLite says and a remedy if known */
int db_exec(Store *s, const char *sql, Err *e);
int db_done(Store *s, sqlite3_stmt *st, const char *doing, Err *e);   /* steps a statement without rows, resets it */
int db_int(Store *s, const char *sql, int64_t *out, Err *e);     /* first column of the first row; 0 when none */
/* A question whose answer is rows: each of them to `row`, which returns 0, or -1 with *e set. */
typedef int DbRow(Store *s, sqlite3_stmt *st, void *arg, Err *e);
typedef struct DbQuery { const char *sql /* static, see db_stmt */, *doing; DbRow *row; int64_t bind[5]; int binds; } DbQuery;
int db_each(Store *s, const DbQuery *q, void *arg, Err *e);
int db_begin(Store *s, Err *e);
int db_commit(Store *s, Err *e);
/* Between these all that is read is of one moment, also while another connection writes. *begun: for the end of it. */
int  db_view(Store *s, bool *begun, Err *e);
void db_view_end(Store *s, bool begun);
void db_undo(Store *s);                                          /* rolls back and forgets what was looked up */
int db_functions(Store *s, Err *e);                              /* SQL functions of the totals (functions.c) */
int db_bind_str(sqlite3_stmt *st, int at, Str text);             /* borrowed until the statement is reset */
Str db_col_str(sqlite3_stmt *st, int at);                        /* borrowed until the next step */

/* name(id, text): 0 is the empty text. */
int  db_name_id(Store *s, Str text, int64_t *id, Err *e);        /* makes it when it is new: writers only */
int  db_name_find(Store *s, Str text, int64_t *id, Err *e);      /* -2 in *id when there is none */
int  db_name_text(Store *s, int64_t id, Str *text, Err *e);      /* borrowed from the store, until it is closed or undone */

int schema_check(Store *s, bool *foreign, Err *e);               /* application id and version */
int64_t schema_newest(void);                                      /* layout that this program makes */
bool schema_is_ours(int64_t application);
int schema_make(Store *s, Err *e);                               /* all migrations that are missing, in one transaction */

#endif
