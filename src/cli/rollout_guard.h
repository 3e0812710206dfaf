/* `seismo rollout AGENT V --guard`: the configured shares one after the other, each when the one before has proved itself (model/guard.h). The
 * process that does it holds a lease in the snapshot: it moves nothing unless the lease is its own, and without a process nothing moves at
 * all. Ends at the last step, at one that it must not leave (exit 1), or when it is told to: the pointer stays where it is then. */
#ifndef CLI_ROLLOUT_GUARD_H
#define CLI_ROLLOUT_GUARD_H

#include "cli/acting.h"

/* ask: of a rollout; percent is chosen here. spec is copied. Ends in acting_finish or acting_leave. */
void rollout_guard(Acting *r, const MoveSpec *spec, const MoveAsk *ask);

#endif
