/* A cell of the cost view: some hours, and whose calls of them. Plain data; zero it first: it is compared by its bytes. */
#ifndef APP_CELL_H
#define APP_CELL_H

#include "base/buf.h"
#include "model/figures.h"
#include "store/store.h"

enum { CELL_KEYS = 3 };
typedef struct CellKey { int32_t dim, pad; FigKey key; } CellKey;      /* DIM_ALL: any */
typedef struct CostCell {
	int64_t from_hour, until_hour;     /* hours since 1970; until 0: any time */
	int32_t weekday, slot;             /* of these only: 1 + weekday (Sunday is 1), 1 + hour of the local day; 0: any */
	int32_t days, pad;                 /* 1: its hours are whole UTC days; those that are over count, each beside days like it */
	FigText context;                   /* empty: all that are watched */
	CellKey only[CELL_KEYS];           /* all of them must match */
} CostCell;

/* The hour after its last one that counts, running being the one that runs. */
int64_t cell_until(const CostCell *c, int64_t running);
bool    cell_has_hour(const CostCell *c, int64_t hour, int64_t offset_ms);
/* Adds a condition; false when there is no room for it or another key of that dimension is asked for already. */
bool    cell_narrow(CostCell *c, Dim dim, const char *key);
bool    cell_same(const CostCell *x, const CostCell *y);
bool    cell_anything(const CostCell *c);                     /* no condition at all */
/* "10 Mar 14:00", "02-08 Mar", "Tuesdays 14:00, 17 Feb to 09 Mar". */
void    cell_hours(const CostCell *c, int64_t offset_ms, Buf *out);
/* Whose, and when: "tenant t-saffron > 10 Mar 14:00". Raw text. */
void    cell_name(const CostCell *c, int64_t offset_ms, Buf *out);

#endif
