/* A run of a suite: every case asked of every cell, a few at a time, each answer checked and written to a file at once, so that a run that
 * was broken off goes on where it was and pays for nothing again that it has an answer to. Everything is on the loop's thread.
 *
 * Caches, routing and fallbacks have no part in it: a cell's model answers, or nobody does. */
#ifndef EVAL_EVAL_H
#define EVAL_EVAL_H

#include "aws/aws.h"
#include "conf/suite.h"
#include "model/flag.h"
#include "model/paired.h"
#include "model/price.h"

enum { EVAL_FAULTS = 16 };

/* What came of a question, with all its tries when a judge rejected some (SuiteCell.rounds). */
typedef struct EvalAnswer {
	bool    have;                  /* it was answered; else nothing else holds */
	bool    passed, invalid;       /* invalid: cut off at max_tokens, which says nothing about the model */
	bool    unjudged;              /* a judge was to say whether it passes, and did not; never passed */
	bool    again;                 /* taken from the file of an earlier run */
	Str     why;                   /* the first thing that it was not; empty: it passed */
	Str     key;                   /* of the last try, in the file of results */
	Str     text, stop;            /* so */
	Tokens  tokens;                /* here and below: of all tries together */
	bool    priced;
	int64_t nusd, first_ms, total_ms;      /* first_ms: of the first */
	int64_t judge_nusd;
	bool    judge_priced;
	int64_t score;                 /* of the last one that was judged, of ten, in millionths; -1: none was */
	int     tries;
	uint8_t rejected[EVAL_FAULTS]; /* tries that a judge rejected, by Eval.fault */
} EvalAnswer;

/* The instructions that a case is asked of a cell with: the cell's own, or its template filled with the case's values. sha256 is that of the
 * template's text, and empty with id and version when there is none. */
typedef struct EvalPrompt { Str system, sha256, id, version; } EvalPrompt;
typedef int EvalPromptOf(void *arg, Arena *a, const SuiteCell *cell, const SuiteCase *one, EvalPrompt *out, Err *e);

/* The first question to a cell whose instructions go to the prompt cache is asked once more, before the others and for no figure: so that none
 * of them pays for what the first one writes. */
typedef enum EvalWarm { WARM_NOT, WARM_WANTED, WARM_ASKED, WARM_DONE } EvalWarm;

typedef struct EvalSpec {
	const Suite *suite;
	AwsClient   *aws;
	const PriceTable *prices;
	const char  *results;          /* file: one line of JSON for each question and answer; made when it is not there */
	EvalPromptOf *prompt; void *prompt_arg;
	void (*told)(void *arg);       /* after each answer; may be NULL */
	void (*done)(void *arg);       /* once: nothing is left to ask, or nothing more may be asked */
	void *arg;
} EvalSpec;

typedef struct Eval {
	EvalSpec spec;
	Arena    arena;
	EvalAnswer *answer;            /* [(case x cells + cell) x repeat + round] */
	size_t   total, answered, again, failed;      /* failed: asked, and AWS gave no answer; the next run asks again */
	size_t   open;                 /* were under way when an earlier run ended: asked again, and perhaps paid twice */
	int64_t  spent_nusd;           /* of this run, judges included */
	int64_t  judge_nusd;           /* the judges' part of it */
	int64_t  unpriced;             /* its answers without a price */
	char     stopped[512];         /* why it did not ask everything; empty: it did */
	char     failure[512];         /* the first one */
	char     plan[65];             /* hash of all questions: what is asked */
	Str      fault[EVAL_FAULTS]; size_t faults;   /* what judges may reject for */
	Flag    *flag; size_t flags;   /* what the guards say of answers that judges were to see; of this run */
	struct { EvalWarm state; bool have, priced; int64_t nusd; } warm[SUITE_CELLS];         /* have: what the last one did cost */
	/* the engine's own (own.h) */
	struct EvalRecords *records;
	struct EvalCheck *compiled;
	struct Inject *guard;
	size_t  *parked, parks, parks_cap, flags_cap;
	int      fd;
	size_t   next, next_choice, under_way;
	int64_t  reserved_nusd;
	bool     ending, over;
} Eval;

/* Reads what an earlier run has left. -1: the file cannot be used, a pattern or schema of the suite is wrong, a judge is of the family of
 * what it judges (ERR_REFUSED). */
int  eval_open(Eval *x, const EvalSpec *spec, Err *e);
void eval_start(Eval *x);          /* done may come at once */
void eval_stop(Eval *x, const char *why);      /* asks nothing more; done comes once what is under way has ended */
void eval_close(Eval *x);

const EvalAnswer *eval_answer(const Eval *x, size_t one, size_t cell, size_t round);
/* Whether it says anything about the cell: there is one, and it is neither invalid nor unjudged. */
bool eval_counts(const EvalAnswer *v);
/* -1: a template that cannot be filled or may not be sent. */
int  eval_prompt(const Eval *x, size_t one, size_t cell, Arena *a, EvalPrompt *out, Err *e);

/* What a cell did, over all its answers. */
typedef struct EvalCell {
	int64_t n, passed, invalid, unjudged, missing;
	int64_t nusd, unpriced, p50_ms, p95_ms;        /* -1: too few answers */
	int64_t judge_nusd;            /* what judging them did cost: a verdict that two cells share stands with both */
	int64_t judge_unpriced;
	int64_t cached, cached_nusd;   /* answers that read the prompt cache, and what they did cost; those without a price left out */
	int64_t tries, mended;         /* of all answers; passed after at least one rejection */
	int64_t rejected[EVAL_FAULTS];
	int64_t low_ppm, high_ppm;     /* of passed, 95 % (model/interval.h) */
} EvalCell;
EvalCell eval_cell(const Eval *x, size_t cell);
/* The cell beside the first one, case by case; answers of either that do not count are left out. */
Paired   eval_pair(const Eval *x, size_t cell);
/* What the judge of Suite.pairwise has chosen between the cell's answers and the first one's, asked in both orders. Only what it chose twice is won
 * or lost; wavered: those of the tied ones where it chose by place. */
typedef struct EvalChoices { Paired p; int64_t wavered, unjudged, nusd, unpriced; } EvalChoices;
EvalChoices eval_chosen(const Eval *x, size_t cell);
/* In what the cell differs from the first one, "model, template": what a comparison can be laid to. Returns in how many things. */
int      eval_differs(const Eval *x, size_t cell, Buf *out);
/* Of those pairs: the cases that the first one passed and this one did not. */
size_t   eval_regressions(const Eval *x, size_t cell, size_t *one, size_t most);

#endif
