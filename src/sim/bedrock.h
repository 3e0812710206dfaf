/* Bedrock's runtime: one answer in three dialects, whole or as a stream. */
#ifndef SIM_BEDROCK_H
#define SIM_BEDROCK_H

#include "sim/model_text.h"
#include "wire/jsonw.h"

typedef enum Dialect { DIALECT_CONVERSE, DIALECT_ANTHROPIC, DIALECT_NOVA } Dialect;

void bedrock_answer_whole(SimCall *c, Dialect dialect, const ModelTurn *t);
void bedrock_answer_stream(SimCall *c, Dialect dialect, const ModelTurn *t);

/* Parts that whole answers and streams share. */
Str  bedrock_stop_reason(Dialect dialect, const ModelTurn *t);
void bedrock_put_usage(JsonW *w, Dialect dialect, const ModelTurn *t);      /* the member "usage" */
void bedrock_put_metrics(JsonW *w, int64_t latency_ms);                     /* the member "metrics" */
void bedrock_put_served(JsonW *w, const ModelTurn *t);                      /* the members "serviceTier" and, of a guardrail, "trace" */
/* Opens an Anthropic message up to its content: the object stays open. */
void bedrock_put_message(JsonW *w, const ModelTurn *t, Str request_id);
Str  bedrock_bare_model(const ModelTurn *t);                                /* without "us." */

#endif
