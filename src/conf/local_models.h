/* The list `local_models` of config.yaml: models that are asked over HTTP without AWS, on this machine unless it is said otherwise. A model is
 * named local/ID wherever a model is named. */
#ifndef CONF_LOCAL_MODELS_H
#define CONF_LOCAL_MODELS_H

#include "conf/schema.h"
#include "model/price.h"

/* What is spoken: OpenAI's chat completions with server-sent events, or Ollama's chat with lines of JSON. */
typedef enum LocalKind { LOCAL_OPENAI, LOCAL_OLLAMA } LocalKind;

typedef struct ConfLocalModel {
	Str  id;                             /* the ID of local/ID */
	int  kind;                           /* LocalKind */
	Str  url;                            /* what comes before /chat/completions, or before /api/chat */
	Str  model;                          /* what the server calls it */
	Str  key_env;                        /* empty: none */
	bool allow_remote;
	int64_t micro_usd[2];                /* for a million tokens in and out; 0 */
	int64_t quiet_ms;                    /* 120 s */
} ConfLocalModel;

enum { LOCAL_MODELS_MAX = 32 };
extern const SettingList local_model_list;           /* of ConfLocalModel */

/* NULL: none has this name. */
const ConfLocalModel *local_model_find(const ConfLocalModel *v, size_t n, Str name);
bool local_model_is(Str name);                       /* begins with local/ */
/* What they cost. Not a part of the fleet's prices: nothing of theirs is ever booked. */
PriceTable local_model_prices(Arena *a, const ConfLocalModel *v, size_t n);

#endif
