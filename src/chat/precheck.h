/* A guardrail's look at a question before that is sent: one ApplyGuardrail, which AWS charges. On the loop's thread. */
#ifndef CHAT_PRECHECK_H
#define CHAT_PRECHECK_H

#include "aws/aws.h"
#include "chat/guardrail.h"

enum { PRECHECK_SENTENCE = 400 };

/* Exactly once, never from inside precheck_ask. err NULL: said is what it says. */
typedef void PrecheckDone(void *arg, const GuardSaid *said, const AwsError *err);
/* NULL and an error when it cannot be asked. */
AwsCall *precheck_ask(AwsClient *aws, const Guardrail *g, Str question, PrecheckDone *done, void *arg, Err *e);
/* Why a question that it blocks was not sent. */
void precheck_refusal(const Guardrail *g, const GuardSaid *said, char out[PRECHECK_SENTENCE]);

#endif
