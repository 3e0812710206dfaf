/* Two answers to one question, side by side, for the pane of evaluations. What models wrote is drawn as untrusted text; nothing in it acts. */
#ifndef PANES_EVALPAIR_H
#define PANES_EVALPAIR_H

#include "app/ask_evals.h"
#include "ui/markdown.h"

typedef struct EvalPairView {
	EvalsPairAsk ask;              /* which answers */
	char   title[EVALS_ID + EVALS_NAME], head[2][EVALS_NAME + 40], why[EVALS_WHY];
	bool   blind;                  /* names and figures are not shown */
	int    top;
	/* made in update */
	Clean  shown_title, shown_head[2], figures[2], shown_why, state;
	bool   ready, same;            /* both are there; and say the same */
	MdRow *row[2]; size_t n[2];
	int    body;                   /* rows of text that fit */
} EvalPairView;

/* Asks for the answers and lays them out. */
void evalpair_update(EvalPairView *v, Pane *p, const World *w);
void evalpair_draw(const EvalPairView *v, const Pane *p, Box b);
/* Scrolling; PANE_*. */
int  evalpair_key(EvalPairView *v, Key k);

#endif
