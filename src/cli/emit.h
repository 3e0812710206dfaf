/* One answer in three forms. A command makes its JSON; tables and CSV are read off that JSON by columns. */
#ifndef CLI_EMIT_H
#define CLI_EMIT_H

#include "cli/options.h"
#include "base/arena.h"
#include "base/buf.h"

/* CELL_MEMBER: text, and path is the name of one member, dots and all. */
typedef enum CellForm { CELL_TEXT, CELL_MONEY, CELL_PRICE, CELL_COUNT, CELL_RATE, CELL_TAIL8, CELL_CLOCK, CELL_DAY, CELL_POINTERS, CELL_MEMBER,
	CELL_ACTOR, CELL_ROUTE, CELL_WORDS } CellForm;
typedef struct EmitColumn {
	const char *path;              /* "tokens.input": the CSV column's name too */
	const char *title;             /* of the table; NULL: not in the table */
	CellForm form;
	bool right;
} EmitColumn;

/* rows: where the array is ("" = the document itself, "groups"). Prints to stdout. Returns the exit code. */
int emit(const Options *o, Buf *json, const char *rows, const EmitColumn *columns, size_t n);

/* One cell of a CSV: cleaned, quoted where it must be; text that a spreadsheet would take for a formula is disarmed. */
void csv_put(Buf *out, Str s, bool is_text, Arena *a);

#endif
