/* A blind vote: pairs of answers in an order and on sides that chance chose, without names; these come at the end. */
#ifndef PANES_EVALVOTE_H
#define PANES_EVALVOTE_H

#include "panes/evalpair.h"

typedef struct EvalBallot { char one[EVALS_ID]; EvalsPairAsk ask; bool swapped; int choice; bool cast; } EvalBallot;

typedef struct EvalVoting {
	EvalBallot *v; size_t n, at;
	EvalsPlace to;
	char  name[EVALS_NAME], first[EVALS_NAME];
} EvalVoting;

/* Pairs of that cell's answers with the first cell's. Returns how many there are. */
size_t evalvote_begin(EvalVoting *x, const EvalsSeen *of, int cell, uint64_t seed);
void   evalvote_done(EvalVoting *x);
/* Shows the pair that is voted on; false: there is none left. */
bool   evalvote_show(const EvalVoting *x, EvalPairView *v);
/* side: -1 the left one, 1 the right one, 0 neither; returns the choice as it is kept (EvalVote). */
int    evalvote_cast(EvalVoting *x, int side);
void   evalvote_pass(EvalVoting *x);           /* the two say the same, or one is missing */
/* The tally with names, p and each choice. */
void   evalvote_tally(const EvalVoting *x, Buf *out);

#endif
