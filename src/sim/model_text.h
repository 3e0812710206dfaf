/* The simulated models: what they are asked, and answers that follow from seed, model and prompt alone. */
#ifndef SIM_MODEL_TEXT_H
#define SIM_MODEL_TEXT_H

#include "sim/service.h"

enum { PROMPT_MARKS = 64, MODEL_BLOCKS = 3 };

/* Prompt prefixes that were written to the cache. */
typedef struct CacheMark { uint64_t hash; int64_t until_ms; } CacheMark;

/* A request of any dialect: Converse (Nova's own bodies are the same but for small things), Anthropic's Messages. */
typedef struct ModelAsk {
	uint64_t hash, cached_hash;      /* of the prompt, and of it up to the last cache point */
	int64_t  tokens, cached;
	bool     long_lived;             /* the cache point holds an hour */
	int64_t  max_tokens;
	bool     reasoning;
	Str      last_text;              /* of the last message */
	Str      tool;                   /* that the answer must use; empty: none */
	JsonVal  schema;                 /* of its input */
	bool     guarded, traced;        /* by a guardrail, which says what it found */
	Str      guardrail, tier;        /* tier: the one that was asked for; empty: none */
} ModelAsk;

typedef enum BlockKind { BLOCK_REASONING, BLOCK_TEXT, BLOCK_TOOL } BlockKind;
typedef struct ModelBlock {
	BlockKind kind;
	Str       text;                  /* a tool's: its input, a JSON object */
	Str       id, name;              /* of a tool use; a reasoning's signature is its id */
} ModelBlock;

typedef enum ModelStop { STOP_END, STOP_TOOL, STOP_LENGTH, STOP_GUARDRAIL, STOPS } ModelStop;

typedef struct ModelTurn {
	int        model;                /* row of the fleet's models */
	ModelBlock block[MODEL_BLOCKS];  /* in the call's arena */
	int        blocks;
	int        tokens;               /* of the answer */
	ModelStop  stop;
	int64_t    input, cache_read, cache_write_5m, cache_write_1h;
	int32_t    first_ms, token_us;
	Str        tier, trace;          /* trace: JSON, of the guardrail; empty: none. Both in the call's arena */
} ModelTurn;

/* Row of the model that the id, inference profile or ARN names; -1: none. */
int  model_find(Str id);
/* Reads the body of a request. -1: it is not valid, e says why. */
int  model_ask_converse(JsonVal body, ModelAsk *out, Err *e);
int  model_ask_anthropic(JsonVal body, ModelAsk *out, Err *e);
/* Makes the answer, and what the cache has to do with it. */
void model_answer(SimCall *c, int model, const ModelAsk *ask, ModelTurn *out);
/* Bytes of the text's token that begins at byte *at; 0 at the end. */
size_t model_token(Str text, size_t *at);
int64_t model_latency_ms(const ModelTurn *t);

#endif
