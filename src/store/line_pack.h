/* A line as bytes. Inside the store only. */
#ifndef STORE_LINE_PACK_H
#define STORE_LINE_PACK_H

#include "base/buf.h"
#include "model/job.h"
#include "store/held.h"

/* What is only shown. moved_ms: by how much the line's time differs from the one that its row's id says. names: their ids, in the order of line.c. */
void line_pack(Buf *b, const LogLine *l, int64_t moved_ms, const int64_t name[LINE_NAMES]);
/* Adds them to l, whose texts are borrowed from blob then. False: they are damaged. */
bool line_unpack(Str blob, LogLine *l, int64_t *moved_ms, int64_t name[LINE_NAMES]);

/* A line on its sheet (line_sheets.h). call: whose cost it carries, 0: no call's. rest: line_pack's. text: as it is, or by its shape (line_own.h). */
typedef struct LineCell { int64_t id, event_hash, call; LineKind kind; int flags; Str rest, text; } LineCell;

void line_cell_put(Buf *b, const LineCell *c);                   /* all but its id */
bool line_cell_take(Str bytes, LineCell *c);                     /* borrowed. False: they are damaged */

#endif
