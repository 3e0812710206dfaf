/* One answer in three forms. A command makes its JSON; tables and CSV are read off that JSON by columns. */
#ifndef CLI_EMIT_H
#define CLI_EMIT_H

#include "cli/options.h"
#include "base/buf.h"

typedef enum CellForm { CELL_TEXT, CELL_MONEY, CELL_COUNT, CELL_RATE, CELL_TAIL8, CELL_CLOCK, CELL_POINTERS } CellForm;
typedef struct EmitColumn {
	const char *path;              /* "tokens.input": the CSV column's name too */
	const char *title;             /* of the table; NULL: not in the table */
	CellForm form;
	bool right;
} EmitColumn;

/* rows: where the array is ("" = the document itself, "groups"). Prints to stdout. Returns the exit code. */
int emit(const Options *o, Buf *json, const char *rows, const EmitColumn *columns, size_t n);

#endif
