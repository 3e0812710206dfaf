/* Whether an answer is what it must be. */
#ifndef EVAL_CHECK_H
#define EVAL_CHECK_H

#include "eval/eval.h"

/* Patterns and schemas of a suite, made once. */
typedef struct EvalCheck EvalCheck;
int  check_compile(const Suite *s, EvalCheck **out, Err *e);
void check_free(EvalCheck *c);
/* Sets passed, invalid and why of the answer, by everything that needs no judge. */
void check_answer(const EvalCheck *c, const Suite *s, const SuiteCase *one, EvalAnswer *x, Arena *a);

#endif
