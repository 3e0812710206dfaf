/* The simulated models: text that follows from seed, model and prompt alone. */
#ifndef SIM_MODEL_TEXT_H
#define SIM_MODEL_TEXT_H

#include "sim/service.h"

enum { PROMPT_MARKS = 64 };

/* Prompt prefixes that were written to the cache. */
typedef struct CacheMark { uint64_t hash; int64_t until_ms; } CacheMark;

typedef struct ModelTurn {
	int     model;                   /* row of the fleet's models */
	Str     text;                    /* the answer, in the call's arena */
	int     tokens;                  /* of the answer */
	bool    cut;                     /* max_tokens was reached */
	int64_t input, cache_read, cache_write_5m, cache_write_1h;
	int32_t first_ms, token_us;
} ModelTurn;

/* Row of the model that the id, inference profile or ARN names; -1: none. */
int  model_find(Str id);
/* Reads a Converse request (its body) and makes the answer. -1: the request is not valid, e says why. */
int  model_answer(SimCall *c, int model, ModelTurn *out, Err *e);
/* Bytes of the answer's token number i, beginning at byte *at; 0 at the end. */
size_t model_token(const ModelTurn *t, size_t *at);

#endif
