/* What the view of evaluations asks the stores: a run with its cells and cases beside the run before, and two answers of its file. Text in it is
 * raw: panes clean it before they draw. */
#ifndef APP_ASK_EVALS_H
#define APP_ASK_EVALS_H

#include "app/pane.h"
#include "conf/suite.h"
#include "model/paired.h"

enum { EVALS_LINES = 2000, EVALS_NAME = 80, EVALS_MODEL = 200, EVALS_ID = 160, EVALS_WHY = 320, EVALS_KEY = 20, EVALS_PATH = 512, EVALS_WORDS = 96 };

typedef struct EvalsCell {
	char    name[EVALS_NAME], model[EVALS_MODEL], template[EVALS_MODEL], differs[EVALS_WORDS];
	int64_t n, passed, invalid, unjudged, missing, nusd, unpriced, judge_nusd, p95_ms, won, lost, tied, low_ppm, high_ppm;
	int64_t vote_won, vote_lost, vote_tied;        /* by people who did not know which was which */
	double  p;                     /* -1: of the first cell */
	int32_t then, no_longer, newly;        /* then: it was in the run before */
	int64_t then_n, then_passed;
} EvalsCell;

/* How a case went in a cell; the worst first. LOST: the first cell passes it. NO_LONGER: the same cell did, in the run before. */
typedef enum EvalsKind { EVALS_LOST, EVALS_NO_LONGER, EVALS_FAILED, EVALS_OPEN, EVALS_WON, EVALS_PASSED, EVALS_KINDS } EvalsKind;

typedef struct EvalsLine {
	char    one[EVALS_ID], why[EVALS_WHY];
	int32_t kind, cell;
	int32_t beside_then;           /* the other answer is the same cell's, of the run before; else the first cell's, of this one */
	int32_t pad;
	char    other[EVALS_KEY], key[EVALS_KEY];
	char    first[EVALS_KEY];      /* of the first cell's answer; empty: this is the first cell */
} EvalsLine;

typedef struct EvalsSeen {
	int32_t runs, nth;             /* how many are kept; which one this is, the newest is 0; runs 0: nothing else holds */
	int32_t cells, n, total;       /* total: lines, of which the first n are here */
	int32_t has_before;
	FigText context;               /* empty: the only one */
	int64_t run, time_ms, before_ms, spent_nusd;
	char    suite[EVALS_NAME], stopped[EVALS_WHY], results[EVALS_PATH], before[EVALS_PATH];
	EvalsCell cell[SUITE_CELLS];
	EvalsLine line[];
} EvalsSeen;

typedef struct EvalsAsk { int64_t nth; } EvalsAsk;
extern const AskClass ask_evals;       /* in: EvalsAsk, out: EvalsSeen */

/* Keeps what a person chose between two answers that were shown without names (store/evals.h): of that cell and of the first one. */
typedef struct EvalsPlace { FigText context; int64_t run; int cell; } EvalsPlace;
void app_eval_vote(App *a, const EvalsPlace *to, const char *one, int choice);

/* Two answers by their files and the beginnings of their keys. */
typedef struct EvalsPairAsk { char path[2][EVALS_PATH], key[2][EVALS_KEY]; } EvalsPairAsk;
typedef struct EvalsSide {
	int32_t found, priced;
	int64_t nusd, total_ms, in_tok, out_tok;
	char    stop[48];
	Str     text;
} EvalsSide;
typedef struct EvalsPair { EvalsSide side[2]; char bytes[]; } EvalsPair;
extern const AskClass ask_evals_pair;  /* in: EvalsPairAsk, out: EvalsPair */

#endif
