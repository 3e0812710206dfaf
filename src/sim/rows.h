/* Rows that are made on demand: the fleet's 35 days of jobs are never stored, each hour is a pure function of
 * (seed, hour). The DynamoDB engine asks for them through this, below what clients have written. */
#ifndef SIM_ROWS_H
#define SIM_ROWS_H

#include "base/buf.h"

/* item_json: the attribute-value object {"jobId":{"S":"…"},…}. Return false to stop. */
typedef bool (*SimRowFn)(void *arg, Str range_key, Str item_json);

typedef struct SimRows {
	void *arg;
	/* Rows of one hash key in index order ("" = the table itself), starting at `from` (inclusive; empty = from the end
	 * that the direction starts at), until fn returns false. For the table itself with an empty hash: all rows, in
	 * any order that stays; `from` is then the hash key of a row before which everything may be left out. */
	void (*each)(void *arg, const char *index, Str hash, Str from, bool backward, SimRowFn fn, void *fn_arg);
	/* One row by its primary key; false when there is none. */
	bool (*get)(void *arg, Str hash, Str range, Buf *item_json);
} SimRows;

#endif
