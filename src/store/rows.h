/* Rows of the program as a table of SQL: a statement "INSERT INTO t SELECT c0, c1 FROM rows WHERE true" writes all of them at once. A
 * statement for each row spends a third of its time on beginning and ending. Inside the store only. */
#ifndef STORE_ROWS_H
#define STORE_ROWS_H

#include "store/db.h"

enum { ROWS_COLUMNS = 40 };              /* c0 to c39 */

struct Rows {
	size_t n;
	/* Gives the value of a column (sqlite3_result_*); bytes must last until the next row. */
	void (*column)(sqlite3_context *ctx, void *arg, size_t row, int column);
	void *arg;
};

int rows_register(Store *s, Err *e);                             /* once for a connection */
/* sql: as for db_stmt. */
int rows_write(Store *s, const char *sql, const Rows *rows, const char *doing, Err *e);

#endif
