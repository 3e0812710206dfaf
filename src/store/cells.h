/* Sums and latencies by place in memory: a batch adds here, and every touched row is written once. */
#ifndef STORE_CELLS_H
#define STORE_CELLS_H

#include "store/rollup.h"
#include "store/sums.h"

typedef struct Place { int64_t rollup, at, key[DIM_PARTS]; } Place;      /* at: in spans of the rollup since 1970 */
typedef struct Cell {
	Place    place;
	Sums     s;
	uint32_t first, count;         /* after cells_sort: its latencies in Cells.latency */
} Cell;
typedef struct CellLatency { uint32_t cell; uint16_t bucket; int16_t sign; } CellLatency;
typedef struct Cells {
	Cell        *v;
	size_t       n, cap, slots;
	uint32_t    *slot;
	CellLatency *latency;          /* after cells_sort: by cell, then bucket */
	size_t       latencies, latency_cap;
} Cells;

void  cells_done(Cells *c);
void  cells_reset(Cells *c);
Cell *cells_at(Cells *c, const Place *p);                             /* made when it is new; valid until the next call */
void  cells_latency(Cells *c, const Cell *at, int bucket, int sign);  /* one more (1) or one less (-1); bucket: model/sketch.h */
void  cells_sort(Cells *c, uint32_t *order);                         /* order: the n cells in the order of the tables; then only read */

#endif
