/* What came of the calls of a cell, by persona: how their jobs ended, and what agents and the application say of them. */
#ifndef APP_ASK_OUTCOMES_H
#define APP_ASK_OUTCOMES_H

#include "app/pane.h"
#include "store/store.h"

enum { OUTCOME_ROWS = 64 };
typedef struct OutcomeRow { FigText context; FigKey persona; Sums s; } OutcomeRow;       /* context: empty when one is watched */
typedef struct Outcomes {
	int64_t hours;                 /* of the cell that have begun */
	Sums    all;                   /* also of personas that there is no row for */
	int32_t n, total;              /* rows; how many there are in all */
	OutcomeRow row[OUTCOME_ROWS];  /* most jobs first */
} Outcomes;
extern const AskClass ask_outcomes;            /* in: CostCell, out: Outcomes */

#endif
