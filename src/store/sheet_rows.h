/* Sheets (sheet.h) as rows of a table. A row's id says from which key on cells belong on it; a sheet that grows too long for a page of the
 * file is cut into several. Inside the store only. */
#ifndef STORE_SHEET_ROWS_H
#define STORE_SHEET_ROWS_H

#include "store/db.h"
#include "store/sheet.h"

typedef struct SheetSql { const char *find, *next, *put, *drop, *reading, *writing; } SheetSql;
#define SHEET_SQL(table, bytes, what) { \
	"SELECT id, " bytes " FROM " table " WHERE id >= ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1", \
	"SELECT id, " bytes " FROM " table " WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT 1", \
	"INSERT OR REPLACE INTO " table " VALUES(?1, ?2)", "DELETE FROM " table " WHERE id = ?1", "cannot read " what, "cannot keep " what }

/* Cells that are ordered among each other and have their sheets side by side. */
typedef struct SheetGroup SheetGroup;
struct SheetGroup {
	const SheetSql *sql;
	int     numbers;                 /* of a key */
	int64_t first;                   /* id of the first sheet */
	int64_t (*id)(const SheetGroup *g, const SheetKey *key);       /* of a sheet that begins with it: ascends with the keys, not below first */
};

/* The group's last sheet with an id up to that one: 1 with its id and its bytes (borrowed until the next sheet is read, as sheet_copy makes
 * them), 0 there is none, -1 with *e set. */
int sheet_row_find(Store *s, const SheetGroup *g, int64_t until, int64_t *id, Str *bytes, Err *e);
/* The same of the first sheet with an id in [from, until), of whatever group. */
int sheet_row_next(Store *s, const SheetSql *sql, int64_t from, int64_t until, int64_t *id, Str *bytes, Err *e);
int sheet_row_put(Store *s, const SheetSql *sql, int64_t id, Str bytes, Err *e);
int sheet_row_drop(Store *s, const SheetSql *sql, int64_t id, Err *e);

/* Changes cells of one group as sheet_merge does. SHEET_CUT_EVEN leaves room on each of the sheets that one is cut into, SHEET_CUT_FULL fills
 * them: for cells that come in order. */
typedef enum SheetCut { SHEET_CUT_EVEN, SHEET_CUT_FULL } SheetCut;
int sheet_rows_change(Store *s, const SheetGroup *g, const SheetChange *c, SheetCut cut, Err *e);

#endif
