/* What the simulated agents answer, on whichever platform they are asked. */
#ifndef SIM_AGENT_SAY_H
#define SIM_AGENT_SAY_H

#include "sim/model_text.h"

/* The text that the model (a row of the fleet's models) answers a prompt with; *turn has what it used. */
Str  agent_say(SimCall *c, int model, Str prompt, ModelTurn *turn);
int  agent_model(unsigned agent);
/* True when this session meets the bad release: version is a platform's number. */
bool agent_breaks(SimCall *c, unsigned agent, int version, Str session);

/* An answer in pieces, one token for each tick. put appends what carries a token (its bytes are passed on as they are),
 * end what comes behind the last one. All texts are copied. */
typedef struct AgentPieces {
	Str  text, before;                        /* before: bytes to be sent first */
	void (*put)(Buf *out, Str token);
	Str  after;
	const HttpHeader *header; size_t header_count;     /* of the answer, the content type among them */
} AgentPieces;
void agent_stream(SimCall *c, const AgentPieces *p);

#endif
