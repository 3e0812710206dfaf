/* A Bedrock guardrail beside a conversation: how one is named, and what it says of a question and an answer. Pure.
 * Sources: Amazon Bedrock API Reference, GuardrailAssessment, GuardrailTraceAssessment, ApplyGuardrail. */
#ifndef CHAT_GUARDRAIL_H
#define CHAT_GUARDRAIL_H

#include "api/bedrock_invoke.h"
#include "api/converse.h"
#include "model/flag.h"
#include "wire/jsonval.h"
#include "wire/jsonw.h"

enum { GUARD_ID = 256, GUARD_VERSION = 12, GUARD_FOUND = 8, GUARD_NAME = 48, GUARD_WORDS = 200 };

/* id: the guardrail's, or its ARN; empty: none. */
typedef struct Guardrail { char id[GUARD_ID], version[GUARD_VERSION]; } Guardrail;

/* "ID", "ID:VERSION", "ARN", "ARN:VERSION", "off" or nothing; without a version the draft is meant. ERR_USAGE: it is none of these. */
int guardrail_parse(Str spec, Guardrail *out, Err *e);
bool guardrail_is(const Guardrail *a, const Guardrail *b);       /* the same one */
/* "gr1abc:DRAFT"; of an ARN its last part. Borrowed from *room. */
const char *guardrail_name(const Guardrail *g, char room[GUARD_ID + GUARD_VERSION]);

/* What one policy did. policy: a table's text. name: the topic, the filter, the kind of data; never what was found. */
typedef struct GuardFound { const char *policy; bool output, masked; char name[GUARD_NAME]; } GuardFound;

typedef struct GuardSaid {
	bool here;                      /* a guardrail looked at it, and has said so */
	bool intervened;                /* it let not everything through: something was blocked, or masked */
	int64_t units;                  /* of text that AWS charges, over all policies; 0: none, or not said */
	int found;
	GuardFound find[GUARD_FOUND];   /* the first ones */
} GuardSaid;

/* Of an answer that has ended. Nothing that cannot be read is an error: the stop reason counts. */
void guardrail_said(const ConverseTurn *said, GuardSaid *out);
/* Of an ApplyGuardrail. */
void guardrail_applied(const BedrockApplyOut *a, GuardSaid *out);
bool guardrail_blocks(const GuardSaid *g);
void guardrail_add(GuardSaid *sum, const GuardSaid *one);
/* "input: content PROMPT_ATTACK, topic Investment advice; output: EMAIL masked"; empty: nothing was found. */
void guardrail_words(const GuardSaid *g, char out[GUARD_WORDS]);
/* The security events: one for each thing that was found. Returns how many. */
int  guardrail_flags(const GuardSaid *g, Str question, Str answer, int64_t time_ms, Flag out[GUARD_FOUND]);

/* {"intervened":true,"textUnits":3,"found":[{"policy","where":"input|output","name","masked"}]}; null when it has said nothing. */
void guardrail_put(JsonW *w, const GuardSaid *g);
int  guardrail_take(JsonVal v, GuardSaid *out, Err *e);

#endif
