/* How `get` and its like answer: a row says which feeds the answer needs, what writes it, and how a table shows it. */
#ifndef CLI_GET_RUN_H
#define CLI_GET_RUN_H

#include "cli/emit.h"
#include "cli/get.h"

/* A kind of answer: which feeds it needs, and what writes it. */
typedef struct GetKind {
	const char *name;
	unsigned feeds;
	int64_t since_ms;              /* without --since */
	int (*write)(const Options *o, Ask *a, JsonW *w, Err *e);
	const char *rows;              /* where the array is, for emit */
	const EmitColumn *columns;
	size_t column_count;
	int64_t before_ms;             /* so far before the window the answer compares with; 0: not at all */
} GetKind;
#define GET_REGISTRY (FEED_BIT(FEED_AGENTS) | FEED_BIT(FEED_CHANGES))      /* all back ends */
int  get_run(const Options *o, const GetKind *k);         /* asks, prints; the exit code */

#endif
