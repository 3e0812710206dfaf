/* What the snapshot knows about a move that is planned: how the version that serves did of late, and whether a rollback will help. */
#ifndef CLI_MOVE_FACTS_H
#define CLI_MOVE_FACTS_H

#include "cli/move_out.h"

/* Into `before` and `help` of t. Without a snapshot, or with a damaged one, nothing is known: a plan does not fail for it. */
void move_facts(const Session *s, const MoveView *v, MoveTold *t);

#endif
