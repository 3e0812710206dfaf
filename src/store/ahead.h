/* While the rows of a large batch are written, another thread makes the bytes of its lines (line_pack_held), then puts its new calls into the
 * cells of the totals, brings these in order and makes the bytes of each: that needs nothing of the file, and is a fourth of the work. Inside the
 * store only. */
#ifndef STORE_AHEAD_H
#define STORE_AHEAD_H

#include "store/cells.h"

struct Store;

typedef struct Ahead Ahead;

/* From here until ahead_end or ahead_drop nobody touches the store's cells, nor changes the rows that wait. Nothing happens when these
 * are few. */
void            ahead_begin(struct Store *s);
void            ahead_packed(struct Store *s);                 /* waits until the lines are packed, or not at all when none are */
bool            ahead_end(struct Store *s);                    /* waits; false: it was not begun */
const uint32_t *ahead_order(const Ahead *a);                   /* after ahead_end, of cells_sort */
Str             ahead_sums(const Ahead *a, uint32_t cell);     /* the bytes of sums_write */
void            ahead_drop(struct Store *s);                   /* waits, and forgets what it made */

#endif
