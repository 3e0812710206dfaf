/* What evaluations (store/evals.h) know of a template's text, on the model of the agent that it is for. */
#ifndef APP_TEMPLATE_EVAL_H
#define APP_TEMPLATE_EVAL_H

#include "app/figures.h"

typedef struct TemplateEval {
	FigText model;                         /* of the version that serves the agent; empty: the registry does not say */
	bool    found;                         /* this text was asked of that model; where it is not known: of any */
	FigText suite, on;                     /* the newest run, also of another model; on empty: there is none at all */
	int64_t time_ms, n, passed, invalid, nusd;
	bool    compared;                      /* it was not the first cell of its run, beside which the others are counted */
	int64_t won, lost;
} TemplateEval;

/* agent: as the registry has it; empty: it is not known for whom the text is. Runs on a worker. */
int template_eval(Store *s, Str sha256, Str agent, TemplateEval *out, Err *e);

#endif
