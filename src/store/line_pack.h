/* What of a line no question of SQL is asked about, as bytes. Inside the store only. */
#ifndef STORE_LINE_PACK_H
#define STORE_LINE_PACK_H

#include "base/buf.h"
#include "model/job.h"
#include "store/held.h"

/* moved_ms: by how much the line's time differs from the one that its row's id says. names: their ids, in the order of line.c. */
void line_pack(Buf *b, const LogLine *l, int64_t moved_ms, const int64_t name[LINE_NAMES]);
/* Adds them to l, whose texts are borrowed from blob then. False: they are damaged. */
bool line_unpack(Str blob, LogLine *l, int64_t *moved_ms, int64_t name[LINE_NAMES]);

#endif
