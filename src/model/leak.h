/* Whether a model's answer gives its system prompt away: word for word for a stretch, or by a canary, a mark that was put into the
 * prompt and has no business anywhere else. What the answer says in disguise (model/inject_text.h) counts as well. Pure. */
#ifndef MODEL_LEAK_H
#define MODEL_LEAK_H

#include "model/inject_text.h"

enum { LEAK_GRAM = 5, CANARY_MIN = 8, CANARY_MAX = 64 };

typedef struct Leak Leak;

typedef struct LeakResult {
	bool     leaked, canary;
	double   share;                /* of the prompt's groups of LEAK_GRAM words, how many stand in the answer: 0 .. 1 */
	uint32_t run;                  /* words of the longest stretch that is the prompt's */
	uint32_t from, to;             /* bytes of the answer: that stretch, or the canary */
	ViewKind view;
} LeakResult;

/* canary: at least CANARY_MIN letters and digits, others are not looked at; shorter or empty: none. */
Leak *leak_new(Str prompt, Str canary);
void  leak_free(Leak *l);
/* answer: the answer's readings. Allocates nothing. */
void  leak_check(Leak *l, const InjectText *answer, LeakResult *r);

#endif
