/* The simulator's flags, shared by `sim` and `demo`. */
#ifndef CLI_SIMSPEC_H
#define CLI_SIMSPEC_H

#include "cli/options.h"
#include "sim/sim.h"

int simspec_from(const Options *o, SimSpec *out, Err *e);

#endif
