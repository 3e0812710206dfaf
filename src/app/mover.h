/* What everybody who moves pointers for a context needs, be it a command or the console: where it is written down, how a move is
 * specified, and which target is proposed. On the loop thread. */
#ifndef APP_MOVER_H
#define APP_MOVER_H

#include "act/move.h"
#include "app/session.h"
#include "base/process.h"

typedef struct Mover {
	const Session *s;
	Journal *journal;
	char *audit_path;
	ProcessId self;
	bool on_card;                            /* as in MoveSpec; set by whoever opened it */
} Mover;

/* Opens the journal and finds the audit file of the session's context. -1: nothing may be sent; there is nothing to close then. */
int  mover_open(Mover *m, const Session *s, Err *e);
void mover_close(Mover *m);
/* Everything but the callbacks. Borrows from m and its session. */
MoveSpec mover_spec(const Mover *m, uv_loop_t *loop);
/* What undo takes back: the action of that id, or (op empty) the last one in the journal that can be undone. Fills in ask but its reason;
 * lives in a. */
int  mover_undo(const Mover *m, Str op, Arena *a, MoveAsk *ask, Err *e);
/* For MoveSpec.choose: the last version that has proved itself. from NULL: the session's snapshot as it lies on the disk. */
int  mover_choose(const Mover *m, Store *from, const MoveView *v, Arena *a, Str *to, Str *evidence, Err *e);
/* For MoveSpec.vouch. Empty also when it cannot be read. */
Str  mover_vouch(const Mover *m, Store *from, const MoveView *v, Str to, Arena *a);

#endif
