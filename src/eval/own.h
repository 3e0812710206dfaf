/* What the files of the engine share. */
#ifndef EVAL_OWN_H
#define EVAL_OWN_H

#include "api/converse.h"
#include "eval/eval.h"
#include "eval/results.h"

typedef struct Place { size_t one, cell, round; } Place;
Place eval_place(const Eval *x, size_t at);

/* What is to be done next for a question. */
typedef enum StepKind { STEP_NONE, STEP_ASK, STEP_JUDGE, STEP_WARM, STEP_PAIR } StepKind;
typedef struct Step {
	StepKind kind;
	char     key[RESULT_KEY];
	int64_t  attempt;
	EvalPrompt prompt;
	ConverseMessage *message; size_t messages;     /* STEP_ASK: of the rounds so far */
	const SuiteJudge *judge;
	Str      answer;                               /* STEP_JUDGE: what is judged */
	Str      two[2];                               /* STEP_PAIR: what is chosen from, in this order */
} Step;

/* advance.c: goes through what is known of the question, writes what it comes to into x->answer[at], and says what is missing. The step's texts
 * lie in the arena. -1: the prompt cannot be made. */
int  eval_advance(Eval *x, size_t at, Arena *a, Step *out, Err *e);
/* The question that warms the cell's cache. */
int  eval_warm_step(Eval *x, size_t cell, Arena *a, Step *out, Err *e);
/* pairwise.c: choices between answers, once these are there. Of so many; STEP_NONE: nothing is to be asked for this one. *at: the question that
 * they answer. */
size_t eval_choices(const Eval *x);
void eval_choice_step(Eval *x, size_t i, Step *out, size_t *at);
/* advance.c: whether a text looks like orders to a model. */
bool eval_gives_orders(Eval *x, EvalRecord *r);
/* Every judge of the suite in turn; NULL: no more. */
const SuiteJudge *eval_judge(const Suite *s, size_t i);

/* ask.c: asks what may be asked now; done comes when nothing is left. */
void eval_go_on(Eval *x);

#endif
