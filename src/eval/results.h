/* The file of a run: a line of JSON before a question is asked, and one with its answer. What a key says is everything that the answer
 * depends on, so a suite that was changed asks anew what has changed, and only that. */
#ifndef EVAL_RESULTS_H
#define EVAL_RESULTS_H

#include "eval/eval.h"

enum { RESULT_KEY = 65 };

/* SHA-256 of model, parameters, instructions, question and round, as hex. */
void result_key(const SuiteCell *cell, const EvalPrompt *p, const SuiteCase *one, int64_t round, char out[RESULT_KEY]);

/* Reads the file and hands over each answer; `begun` of those that were asked and have none. A last line that is not whole was being written
 * when the program ended: it is cut off. */
typedef struct ResultsReader {
	void (*answer)(void *arg, Str key, const EvalAnswer *x);
	void (*begun)(void *arg, Str key);
	void *arg;
} ResultsReader;
/* Opens it for more, and makes it (0600) when it is not there. The descriptor, locked against a second run, or -1. */
int  results_open(const char *path, Arena *a, const ResultsReader *r, Err *e);
int  results_begin(int fd, const char *key, Str cell, Str one, int64_t round, Err *e);
int  results_answer(int fd, const char *key, Str cell, Str one, int64_t round, const EvalAnswer *x, Err *e);    /* down to the disk */

#endif
