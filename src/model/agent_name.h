/* Services have no dashes in names of agents that have them elsewhere: "upsell-generator" and "upsell_generator" are one. Pure. */
#ifndef MODEL_AGENT_NAME_H
#define MODEL_AGENT_NAME_H

#include "base/str.h"

bool agent_same_name(Str a, Str b);

#endif
