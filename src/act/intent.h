/* What a row of the journal is about (JournalRow.facts): what was to be done to what, by whom, and by which process. Written once, before the
 * first byte goes out; enough to take the action up again from another process, and to tell other consoles of it. */
#ifndef ACT_INTENT_H
#define ACT_INTENT_H

#include "base/process.h"
#include "model/route.h"
#include "store/journal.h"
#include "wire/jsonw.h"

typedef struct Intent {
	Str  action, backend, agent, name, pointer, pointer_name;      /* as in MoveView */
	Route from, to;
	Str  version, was, becomes, reason, by, account, region;
	int64_t until_ms;            /* of a stop; 0: it is none */
	int64_t rev;
	bool claim;
	ProcessId process;           /* pid 0: the row does not say (its host it does) */
} Intent;

void intent_write(JsonW *w, const Intent *x);
/* For telling of it. Text in a. Members that are missing or of another type are left empty: -1 only for what is no JSON object. */
int  intent_read(Arena *a, Str facts, Intent *out, Err *e);
/* For acting on it: -1 also when one is of another type, or one is missing that an action needs; the sentence names the row and the member. */
int  intent_take(Arena *a, const JournalRow *row, Intent *out, Err *e);

#endif
