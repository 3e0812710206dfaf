/* What an evaluation has come to: a table with the sentence first, JSON, Markdown, JUnit. */
#ifndef CLI_EVAL_OUT_H
#define CLI_EVAL_OUT_H

#include "cli/options.h"
#include "eval/history.h"

/* Prints it as asked and writes --junit. The exit code: 1 when not everything has an answer or a verdict, or a cell has lost more cases than it
 * won beside the first one with p < 0.05; 3 when a limit ended it. */
int eval_out(const Options *o, const Eval *x, const EvalHistory *h);

#endif
