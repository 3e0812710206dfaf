/* The part of an evaluation's output that says what has changed since the run of the same suite before it. */
#ifndef CLI_EVAL_THEN_H
#define CLI_EVAL_THEN_H

#include "eval/history.h"
#include "wire/jsonw.h"

/* A reason as one line of a list: it may be a judge's, with line ends of its own. */
void then_put_reason(Buf *b, Str reason);
/* A line for each cell, and what it no longer passes; "no earlier run" when there is none. */
void then_text(Buf *b, const EvalHistory *h, bool markdown);
/* "before": {…} or null. */
void then_json(JsonW *w, const EvalHistory *h);
/* <properties> of a cell's test suite. */
void then_junit(Buf *b, const EvalHistory *h, size_t cell);
/* Indexes of the cases that passed in that cell in the run before and do not now, in order; to free. */
size_t *then_regressions(const EvalHistory *h, size_t cell, size_t *n);

#endif
