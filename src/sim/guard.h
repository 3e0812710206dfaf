/* The simulated guardrail: every id and version is the same one, which knows a few words (docs/simulator.md). */
#ifndef SIM_GUARD_H
#define SIM_GUARD_H

#include "sim/service.h"
#include "wire/jsonw.h"

#define GUARD_REFUSAL "The simulated guardrail does not let this through."

bool guard_blocks(Str text);
bool guard_is_version(Str version);             /* DRAFT, or a number from 1 */
/* What it says of a text that a model is asked, as the value of a turn's "trace". */
void guard_put_trace(JsonW *w, Str guardrail, Str text);
/* POST /guardrail/{id}/version/{version}/apply */
void guard_apply(SimCall *c, Str version);

#endif
