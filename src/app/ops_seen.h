/* What is being done to pointers and was done to them, whoever did it, as far as one machine can know:
 *   - the journal that all processes of this user share for a context says everything, step by step, of what was sent from here;
 *   - of other machines the registry says who holds the lock of a pointer, since when, from which machine and to what (the #route item, the row
 *     of the lock table), and then where it was left and by whom. Their steps cannot be known, nor whether their process is still at work; a
 *     move without a claim is only a move outside; and all of it is as old as the last look at the registry.
 * Read on a worker. */
#ifndef APP_OPS_SEEN_H
#define APP_OPS_SEEN_H

#include "act/intent.h"
#include "act/move.h"
#include "app/registry.h"

typedef enum SeenBy { SEEN_IN_JOURNAL, SEEN_IN_REGISTRY } SeenBy;

/* A move of a pointer. */
typedef struct SeenMove {
	SeenBy how;
	/* What is known of it. Outcome MOVE_OPEN: under way. op empty, action MOVE_ACTIONS: the lock table's last word names neither. */
	MoveView v;
	Str  host, step;             /* step: the journal's last */
	int64_t pid;                 /* 0: not known */
	int64_t begun_ms;            /* wall clock of whoever sent it */
	bool own;                    /* by this very process */
	bool served;                 /* where the pointer was seen last it serves that, or nobody has looked since */
	int64_t left_ms;             /* when the pointer left again what it was moved to; INT64_MAX: it did not */
} SeenMove;

/* A stop that holds: of the rungs those that stay until somebody takes them back. (Sessions that were ended are over.) */
typedef struct SeenStop {
	MoveAction action;
	Str  op, name, pointer, pointer_name, by, host;
	int64_t begun_ms, until_ms;
	bool assumed;                /* another machine's: until when is this configuration's stops.ttl */
} SeenStop;

typedef struct OpsAsk {
	const char *journal;         /* path; NULL: none */
	ProcessId self;
	int64_t since_ms;            /* moves that ended before are past */
	int64_t looked_ms[CHANGE_SOURCES];           /* when the last look at a back end was whole; 0: there was none */
	int64_t ttl_ms;              /* stops.ttl */
} OpsAsk;

typedef struct OpsSeen {
	/* The one to be shown first comes first: of unknown end, because it waits for a person, then under way, then done, each the newest first.
	 * What was done is there until something later is done to its pointer, or may have been. */
	SeenMove *move; size_t moves;
	SeenStop *stop; size_t stops;                /* the one that ends first comes first */
} OpsSeen;
int seen_rank(const SeenMove *m);                /* of unknown end 0, under way 1, done 2 */
int ops_seen(Store *s, const OpsAsk *q, Arena *a, OpsSeen *out, Err *e);

/* moves_seen.c, stops_seen.c: from the journal's rows, the newest first, with what is in them. */
typedef struct OpsRow { JournalRow row; Intent x; } OpsRow;
typedef struct OpsFrom { const OpsAsk *q; const OpsRow *row; size_t rows; const Registry *r; } OpsFrom;
bool ops_looked_since(const OpsAsk *q, const RegPointer *p, int64_t ms);         /* with a look that cannot have begun before then */
void moves_seen(const OpsFrom *from, Arena *a, OpsSeen *out);
void stops_seen(const OpsFrom *from, Arena *a, OpsSeen *out);

#endif
