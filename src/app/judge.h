/* From readings to alerts: each rule's state machine goes one step, budgets are compared with their thresholds. Plain data in and out. */
#ifndef APP_JUDGE_H
#define APP_JUDGE_H

#include "app/measure.h"
#include "store/alerts.h"

typedef struct JudgeIn {
	const MeasureAsk *ask;
	const Measures *m;
	const BudgetSpent *spent;      /* by budget of ask; those of other contexts are passed over */
	const AlertRow *row; size_t rows;              /* as the store has them */
	const BudgetRow *budget; size_t budgets;
} JudgeIn;

typedef struct Judged {
	AlertRow *row; size_t rows, cap;               /* to be written; xalloc, judged_done */
	BudgetRow *budget; size_t budgets, budget_cap;
	int64_t firing;                /* alerts after this look, whether or not somebody said something about them */
	bool    changed;               /* one began, ended, or a budget reached more */
	int64_t dropped;               /* keys beyond JUDGE_KEYS of one rule */
} Judged;

/* A rule that is breached by more keys than that has another trouble: the first ones tell of it. */
enum { JUDGE_KEYS = 200 };
#define BUDGET_RULE "budget"       /* the rule of a budget's alert; its key is the budget's id, or "ID/TRACE" */

void judge(const JudgeIn *in, Arena *a, Judged *out);
void judged_done(Judged *j);

#endif
