/* The file of a run: a line of JSON before a question is asked, and one with its answer. What a key says is everything that the answer
 * depends on, so a suite that was changed asks anew what has changed, and only that. */
#ifndef EVAL_RESULTS_H
#define EVAL_RESULTS_H

#include "eval/eval.h"

enum { RESULT_KEY = 65 };

/* An answer or a judge's verdict, as it stands in the file. */
typedef struct EvalRecord {
	char    key[RESULT_KEY];
	bool    again;                 /* of an earlier run */
	bool    verdict;
	Str     text, stop;            /* an answer's */
	int64_t first_ms;
	bool    pair;                  /* a verdict on two answers: fault is "A", "B" or "tie" */
	bool    judged, pass;          /* a verdict's; not judged: the reason says why */
	int64_t score;
	Str     reason, fault;
	bool    scanned, orders;       /* by the guards: an answer that looks like orders to a model */
	Tokens  tokens;
	bool    priced;
	int64_t nusd, total_ms;
} EvalRecord;

/* What a line is about. round counts repeats, attempt the tries after a rejection. */
typedef struct ResultNames { Str cell, one; int64_t round, attempt; Str judge /* model; empty: the cell is asked */; bool warm_up; } ResultNames;

/* SHA-256 of model, parameters, instructions, question and round, as hex. */
void result_key(const SuiteCell *cell, const EvalPrompt *p, const SuiteCase *one, int64_t round, char out[RESULT_KEY]);
/* Of the question that follows when the answer to `key` was rejected for that reason. */
void result_key_after(const char *key, Str answer, Str reason, char out[RESULT_KEY]);
/* Of the question that warms a cell's prompt cache: it is asked as that one, and its answer is in no figure. */
void result_key_warm(const char *key, char out[RESULT_KEY]);
/* SHA-256 of the parts, each with its length before it, so that no two different lists have the same bytes. */
void result_hash(const Str *part, size_t n, char out[RESULT_KEY]);

/* All lines by their keys; the last one of a key counts. */
typedef struct EvalRecords EvalRecords;
EvalRecords *records_new(void);
void         records_free(EvalRecords *r);
EvalRecord  *records_find(const EvalRecords *r, const char *key);
/* One whose key begins so; NULL: none. Looks through all of them. */
const EvalRecord *records_begins(const EvalRecords *r, Str beginning);
EvalRecord  *records_put(EvalRecords *r, Arena *a, const EvalRecord *x);       /* a copy in the arena, in place of one with that key */
/* Asked, and without an answer: of an earlier run, or under way now. */
bool         records_is_open(const EvalRecords *r, const char *key);
void         records_open(EvalRecords *r, const char *key);
void         records_shut(EvalRecords *r, const char *key);            /* it will have no answer; NULL: all of them */

/* Opens it for more, reads what it holds, and makes it (0600) when it is not there. A last line that is not whole was being written when the
 * program ended: it is cut off. The descriptor, locked against a second run, or -1. */
int  results_open(const char *path, Arena *a, EvalRecords *r, Err *e);
int  results_begin(int fd, const char *key, const ResultNames *n, Err *e);
int  results_put(int fd, const ResultNames *n, const EvalRecord *x, Err *e);           /* down to the disk */
/* The answers of a file that somebody else may be writing to, to look at. */
int  results_look(const char *path, Arena *a, EvalRecords *r, Err *e);

#endif
