/* The simulated fleet's prompt templates: the same texts wherever they are kept (S3, Secrets Manager). Most are signed with
 * the templates' key over the bytes of model/prompt_seal.h, and some are what an operator should find: without a signature,
 * changed after signing, signed with a key that is disabled by now. */
#ifndef SIM_PROMPTS_H
#define SIM_PROMPTS_H

#include "sim/service.h"

#define PROMPT_ENVIRONMENT "prod"

typedef struct SimPrompt {
	Str id, agent, version, text;
	Str sha256;                    /* of text, hex */
	Str signature;                 /* base64; empty: unsigned */
	Str key_arn, algorithm;        /* of the signature */
	int64_t created_ms;
} SimPrompt;

/* Of the fleet's own versions (version < FLEET_VERSIONS). Lives in the arena. */
SimPrompt prompt_of(Sim *s, Arena *a, unsigned agent, unsigned version);
/* The document that Secrets Manager keeps: the members above and environment, as JSON. */
Str prompt_document(Arena *a, const SimPrompt *p);

#endif
