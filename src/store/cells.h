/* Sums by (dimension, key, hour or minute) in memory: a batch adds here and every touched row is written once. */
#ifndef STORE_CELLS_H
#define STORE_CELLS_H

#include "store/store.h"

enum { CELL_MINUTE = DIMS, SUM_FIELDS = 14 };     /* CELL_MINUTE: all calls by minute, key 0 */

typedef struct Cell {
	int     dim;
	int64_t key, at;
	Sums    s;
} Cell;
typedef struct Cells {
	Cell     *v;
	size_t    n, cap, slots;
	uint32_t *slot;
} Cells;

void  cells_done(Cells *c);
void  cells_reset(Cells *c);
Sums *cells_at(Cells *c, int dim, int64_t key, int64_t at);   /* made when it is new; valid until the next call */
void  cells_sort(Cells *c);                                   /* in the order of the tables; then only read v */

void    sums_move(Sums *to, const Sums *from, const Sums *minus);   /* to += from - minus */
bool    sums_zero(const Sums *s);
int64_t sums_field(const Sums *s, int i);
void    sums_set_field(Sums *s, int i, int64_t v);

#endif
