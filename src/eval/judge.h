/* A model that judges answers by a rubric: what it is asked, and what its answer says. What it judges is text of another model, and data: it
 * stands between marks that it cannot contain, and the judge is told so. Pure. */
#ifndef EVAL_JUDGE_H
#define EVAL_JUDGE_H

#include "api/converse.h"
#include "conf/suite.h"
#include "eval/results.h"
#include "model/price.h"

enum { JUDGE_TOP = 10 * 1000000 };

/* Its request, with texts in the arena. */
void judge_ask(const SuiteJudge *j, Str question, Str answer, Arena *a, ConverseIn *in);
/* Everything that the verdict depends on: model, parameters, rubric, faults, question and answer; not pass_at. */
void judge_key(const SuiteJudge *j, Str question, Str answer, char out[RESULT_KEY]);
/* What it said: *out gets judged with score, pass, reason and fault, or not judged with the reason why not. Strings in the arena. */
void judge_read(const SuiteJudge *j, const ConverseTurn *said, Arena *a, EvalRecord *out);
/* Whether that lets an answer pass. */
bool judge_passes(const SuiteJudge *j, const EvalRecord *verdict);

/* The same of two answers to one question: which of them is the better one. Whoever is asked so is asked twice, with the answers in either order. */
void judge_ask_pair(const SuiteJudge *j, Str question, const Str answer[2], Arena *a, ConverseIn *in);
void judge_key_pair(const SuiteJudge *j, Str question, const Str answer[2], char out[RESULT_KEY]);
void judge_read_pair(const ConverseTurn *said, Arena *a, EvalRecord *out);

/* Who makes a model ("amazon", "anthropic"); empty: its name does not tell. An application inference profile goes by the aliases. */
Str  judge_family(const PriceTable *prices, Str model);
/* -1, ERR_REFUSED: the judge is of the family of that cell's model, or it cannot be told. */
int  judge_may(const SuiteJudge *j, const SuiteCell *cell, const PriceTable *prices, Err *e);

#endif
