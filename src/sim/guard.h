/* The simulated guardrail: every id and version is the same one, which knows a few words (docs/simulator.md). */
#ifndef SIM_GUARD_H
#define SIM_GUARD_H

#include "sim/service.h"

#define GUARD_REFUSAL "The simulated guardrail does not let this through."

bool guard_blocks(Str text);
/* POST /guardrail/{id}/version/{version}/apply */
void guard_apply(SimCall *c, Str version);

#endif
