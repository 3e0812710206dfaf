/* What a run leaves in the store, and how it compares with the run of the same suite before it. */
#ifndef EVAL_HISTORY_H
#define EVAL_HISTORY_H

#include "eval/eval.h"
#include "store/evals.h"

typedef struct EvalHistory {
	Arena   arena;
	EvalRun now;
	EvalRun before;                /* with its cases; before.id 0: there is no earlier run */
	bool    again;                 /* now is a run that was kept before: nothing was asked, and nothing came out otherwise */
	char    lost[512];             /* why it is not kept; empty: it is */
} EvalHistory;

/* Keeps a run that has ended in the store at that path and finds the one before it. A run that goes on with one that was not finished takes its
 * place; one that only shows again what is known is not kept twice. results: the run's file. It does not fail: what could not be kept is said. */
void history_keep(EvalHistory *h, Eval *x, const char *store_path, const char *results, int64_t now_ms);
void history_done(EvalHistory *h);

/* The cell of that name in the run before; NULL: it had none. */
const EvalCellRow *history_cell(const EvalHistory *h, Str name);
/* Indexes into now's cases of the cell: those that passed then and do not now (gained: the other way round). Cases that either run has no
 * answer to that counts are left out. */
size_t history_changed(const EvalCellRow *then, const EvalCellRow *now, bool gained, size_t *one, size_t most);

#endif
