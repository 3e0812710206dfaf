/* Which sets of totals the file holds, and how the dimensions are read from them. Inside the store only. */
#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include "store/dim.h"

/* Their numbers in the file, which never change. */
typedef enum Rollup {
	ROLLUP_ALL, ROLLUP_TENANT, ROLLUP_PERSONA, ROLLUP_AGENT, ROLLUP_VERSION, ROLLUP_MODEL, ROLLUP_MINUTE, ROLLUP_TENANT_MODEL, ROLLUP_VERSION_MODEL,
	ROLLUP_TENANT_PERSONA_MODEL, ROLLUP_RECENT_TENANT, ROLLUP_RECENT_PERSONA, ROLLUP_RECENT_VERSION, ROLLUP_RECENT_MODEL,
	ROLLUP_DAY, ROLLUP_DAY_TENANT, ROLLUP_DAY_AGENT, ROLLUP_DAY_VERSION, ROLLUP_DAY_MODEL, ROLLUPS,
} Rollup;

typedef struct RollupKind {
	int64_t span_ms;
	bool    latency;               /* has sketches by the time of the booking */
	bool    recent;                /* only of the last hours (recent.h) */
	bool    only_latency;          /* has sketches and no totals: what the hours' of a day add up to */
	int     spans[2];              /* of that many the cells stand on one sheet (sheets.h): of totals, of sketches; 0: of one */
	Dim     part[DIM_PARTS];       /* the names in its key; DIM_ALL: none */
} RollupKind;

const RollupKind *rollup_kind(Rollup r);
Rollup            dim_rollup(Dim d);                        /* from which one it is read */
int             dim_minutes(Dim d);                     /* in which its minutes are kept; -1: they are not */
/* The ids of the dimension's names, from the key of its rollup, or from the ids of the simple dimensions (id[DIM_ALL] = 0). */
void            dim_key_of_rollup(Dim d, const int64_t kept[DIM_PARTS], int64_t key[DIM_PARTS]);
void            dim_key_of_call(Dim d, const int64_t id[DIM_SIMPLE], int64_t key[DIM_PARTS]);

#endif
