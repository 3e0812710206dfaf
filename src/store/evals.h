/* Runs of suites (eval/eval.h): one row for each cell, and how each of its cases went. Kept for good: a run is few rows, and what a template was
 * found to be worth is asked for long after. */
#ifndef STORE_EVALS_H
#define STORE_EVALS_H

#include "model/paired.h"
#include "store/store.h"

/* All rounds of one case in one cell. n: answers that count; invalid, unjudged and missing ones do not. */
typedef struct EvalCaseRow {
	Str     id;
	int64_t passed, n;
	Str     key;                   /* of the answer to show (eval/results.h): the first that did not pass, else the first; may be cut */
	Str     why;                   /* what that one was not; empty: it passed */
} EvalCaseRow;

typedef struct EvalCellRow {
	Str     name, model;
	Str     template, version, sha256;     /* empty: it has none */
	int64_t n, passed;             /* answers that count, and those of them that passed */
	int64_t invalid, unjudged, missing;
	int64_t nusd, unpriced;        /* what the cell's answers did cost, and how many of them have no price */
	int64_t judge_nusd;            /* and what judging them did */
	int64_t p50_ms, p95_ms;        /* -1: too few answers */
	int64_t won, lost, tied;       /* beside the run's first cell; of that one they are 0 */
	double  p;                     /* the same; -1 for the first cell */
	Str     differs;               /* from the first cell in: "model, template"; empty: in nothing */
	EvalCaseRow *one; size_t cases;        /* evals_cases only */
} EvalCellRow;

typedef struct EvalRun {
	int64_t id, time_ms;           /* id is the store's; the newer the higher */
	Str     suite;
	Str     plan;                  /* hash of everything that was asked: two runs of one plan asked the same */
	Str     results;               /* absolute path of the file with the answers */
	Str     stopped;               /* why not everything was asked; empty: it was */
	int64_t spent_nusd;            /* by this run, judges included; what came from before is not in it */
	EvalCellRow *cell; size_t cells;
} EvalRun;

/* One transaction. r->id 0: a new run, and id is set; else it takes that run's place. */
int evals_put(Store *s, EvalRun *r, Err *e);
/* The newest first, with their cells and without cases. suite empty: of all; limit 0: all. */
int evals_runs(Store *s, Str suite, size_t limit, Arena *a, EvalRun **out, size_t *n, Err *e);
/* Fills in the cases of every cell of a run that evals_runs gave, in the order of the suite. */
int evals_cases(Store *s, Arena *a, EvalRun *r, Err *e);

/* What a person chose, not knowing which was which, between a cell's answer to a case and the first cell's: 1 the cell's, -1 the first one's,
 * 0 neither. A later choice takes its place. One transaction. */
typedef struct EvalVote { int64_t run; size_t place; Str id; int choice; int64_t time_ms; } EvalVote;
int evals_vote(Store *s, const EvalVote *v, Err *e);
int evals_votes(Store *s, int64_t run, size_t place, Paired *out, Err *e);

/* The newest finished run in which a template's text (its SHA-256 in hex) was asked of a model: *cell is what it did there, beside run->cell[0]'s
 * figures in won, lost, tied, p. model empty: of any model. */
int evals_find(Store *s, Str sha256, Str model, Arena *a, EvalRun *run, EvalCellRow *cell, bool *found, Err *e);

#endif
