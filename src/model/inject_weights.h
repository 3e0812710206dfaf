/* Within inject: the file of weights. Lines "name value" and, behind "table", one character for each hashed feature. */
#ifndef MODEL_INJECT_WEIGHTS_H
#define MODEL_INJECT_WEIGHTS_H

#include "base/err.h"
#include "model/inject_features.h"
#include "model/inject_terms.h"
#include "model/inject_text.h"

enum { SHORT_BYTES = 400 };        /* what a rule says counts for more where there is little else */

typedef struct NamedWeights { double rule[INJECT_RULES_MAX], term[TERMS], trick[TRICKS]; } NamedWeights;
typedef struct Weights {
	double bias, scale;            /* scale: of one step of the table */
	NamedWeights always, if_short; /* if_short: in addition, where the first reading has at most SHORT_BYTES */
	int8_t table[FEATURES];
} Weights;

int weights_read(Weights *w, Str file, Err *e);
const char *term_name(Term t);     /* "drop" */

#endif
