/* The rows of one hash key, or of a whole table, in order: what clients wrote laid over what is made on demand. */
#ifndef SIM_DDB_ROWS_H
#define SIM_DDB_ROWS_H

#include "sim/ddb_store.h"

typedef struct DdbRow {
	Str    sort;      /* range key of the table or index as bytes */
	DdbKey key;       /* primary key */
	Av    *item;
} DdbRow;

/* true: go on. */
typedef bool (*DdbRowFn)(void *arg, const DdbRow *row);

typedef struct DdbRange {
	const DdbTable *table;
	bool   index;             /* the GSI instead of the table */
	Str    hash;              /* bytes of the hash key */
	bool   backward;
	bool   has_low, has_high;
	Str    low, high;         /* of the sort bytes, inclusive; the caller filters exactly */
	bool   has_start;         /* ExclusiveStartKey: rows up to and including this one are left out */
	Str    start_sort;
	DdbKey start;
} DdbRange;

/* Both return 0, or -1 with a failure. */
int ddb_each_in_range(DdbCall *c, const DdbRange *r, DdbRowFn fn, void *arg);
int ddb_each_in_table(DdbCall *c, const DdbTable *t, const DdbKey *start, DdbRowFn fn, void *arg);

#endif
