/* The items by which two operators know of each other: the #route item of an agent, or for pointers that AWS keeps itself a row of the
 * lock table; and the transactions that change them. Every attribute goes through a name of its own: many of ours are
 * reserved words. Source: Amazon DynamoDB API Reference, TransactWriteItems. */
#ifndef ACT_ITEMS_H
#define ACT_ITEMS_H

#include "api/dynamodb.h"
#include "model/route.h"

/* Where the lock of a pointer stands. */
typedef struct LockPlace {
	bool route;                  /* the pointer itself: agents table, "#route". Else the lock table, "#lock" */
	const char *table;
	Str  key;                    /* the agent's id; the pointer's ARN or "template/ID/LABEL" */
	bool label;                  /* a row of the lock table whose `live` is the pointer itself: a template's label */
} LockPlace;

typedef struct Lock { Str op, action, by, host, since, reason; int64_t pid; Route from, to; } Lock;

/* The item, as one consistent read saw it. Borrowed from the answer. */
typedef struct LockRow {
	bool  there, has_rev, locked, paused;
	int64_t rev;                 /* 0 when it has none */
	Lock  lock;
	Route routes;                /* of a #route item */
	Str   live;                  /* of a lock row: where we moved it last; of a label: where it is */
	Str   updated_at, updated_by, reason;
} LockRow;

Lock lock_copy(Arena *a, const Lock *l);
/* A consistent GetItem of it. */
DdbKeyIn lock_key(Arena *a, const LockPlace *p);
/* -1: an attribute of another type than ours; *e names it. */
int lock_row(Arena *a, const DdbItemOut *out, LockRow *row, Err *e);
int lock_row_of(Arena *a, JsonVal item, LockRow *row, Err *e);       /* of an item, as a refused condition returns it */
/* One version's item: its status. */
DdbKeyIn version_key(Arena *a, const char *table, Str agent, Str version);

/* by, host: of who writes it, which need not be who took the lock. */
/* change: what happened when no pointer moved; may be empty. */
typedef struct AuditItem {
	int n;
	const char *event, *time;
	Str by, host, prev, hash, change;
	const Str *request; size_t requests;
} AuditItem;
/* Of an action: all audit items of the pointer, the newest first; those of one action are told by their `op`. */
DdbQueryIn audit_query(Arena *a, const LockPlace *p);
/* One of them as it was read, borrowed from the answer. time: when it was written. */
typedef struct AuditSeen { Str op, event, action, by, host, reason, change, time; Route from, to; } AuditSeen;
int audit_seen(Arena *a, const LockPlace *p, JsonVal item, AuditSeen *out, Err *e);
/* The items that hold the lock of this action: a filtered, consistent scan. */
DdbQueryIn lock_scan(Arena *a, const char *table, Str op);
/* The rows of the lock table that are labels of templates: a filtered scan. Audit items are read with them, and left out, but for those of the
 * template trail (empty: of none). */
#define LABEL_PREFIX "template/"
DdbQueryIn label_scan(Arena *a, const char *table, Str trail);
/* "template/ID/LABEL": an id may have slashes, a label has none. false: it is no label's key. */
bool label_key(Str key, Str *id, Str *label);
/* Where the pointer is that the item itself holds: a route, or a label. */
Route lock_row_points(Arena *a, const LockPlace *p, const LockRow *row);

/* T1: takes the lock at the revision that was seen. Item 0 is the lock, 1 the audit item. Lives in a. */
DdbTransactIn claim_items(Arena *a, const LockPlace *p, const LockRow *seen, const Lock *mine, Str token, const AuditItem *audit);

/* The status that a version's item gets; was: only if it is that (empty: whatever it is); had_none: only if
 * it still has none. */
typedef struct VersionStatus { Str version; const char *status; Str was; bool had_none; } VersionStatus;
enum { FINISH_STATUSES = 12 };

typedef struct Finish {
	const Lock *mine;
	int64_t rev;                 /* what the item gets */
	/* What was done, beside the lock that is given back; each may be left out. */
	Route to, was;               /* of an item that is the pointer itself; only if it is what it was */
	Str   live;                  /* where the pointer was left, in a lock row */
	bool  gone;                  /* the label points at nothing from now on */
	enum { PAUSE_STAYS, PAUSE_ON, PAUSE_OFF } pause;
	bool  touched;               /* at, by and reason are written down: who changed the item last */
	Str   at, by, reason;
	Str   agent;                 /* whose versions these are */
	VersionStatus status[FINISH_STATUSES]; size_t statuses;
	const DdbField *item; size_t items;          /* a new version's item, key included */
	Str   token;
} Finish;
/* T2, or its abort. Item 0 is the lock. */
DdbTransactIn finish_items(Arena *a, const LockPlace *p, const Finish *f, const AuditItem *audit);

#endif
