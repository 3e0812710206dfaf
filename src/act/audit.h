/* Who did what to which pointer: a local file of one JSON object a line, only ever added to (flock, fsync). Each line carries the
 * hash of the one before, so a byte that was changed, a line that was taken out or put in between shows:
 *
 *     {"time":…,"event":…, …,"prevHash":"64 hex","hash":"64 hex"}      hash = SHA-256(prevHash + the object without these two)
 *
 * It does not show that lines were cut off at the end: the items in the agents or lock table do. */
#ifndef ACT_AUDIT_H
#define ACT_AUDIT_H

#include "base/buf.h"
#include "model/route.h"

enum { AUDIT_HASH = 65 };                /* hex and a terminator */

typedef struct AuditRow {
	int64_t at_ms;
	const char *event;                   /* "claiming", "claimed", "done", "failed", "released", "lost", "unknown" */
	Str  op, action, by, host, context, account, region, backend, agent, pointer, reason, note;
	Route from, to;
	bool claim;                          /* false: NO CLAIM */
	const Str *request; size_t requests; /* request ids of AWS */
} AuditRow;

/* Ends on the disk. hash (may be NULL): this line's. */
int audit_append(const char *path, const AuditRow *r, char hash[AUDIT_HASH], Err *e);
/* Of the last whole line; 64 zeros when there is none. */
int audit_last(const char *path, char hash[AUDIT_HASH], Err *e);
/* What the two hashes of a line are made of, for the items in the tables: SHA-256(prev + text) as hex. */
void audit_hash(Str prev, Str text, char hash[AUDIT_HASH]);

typedef struct AuditVerdict {
	int64_t rows;                        /* that hold, from the first on */
	int64_t bad_row;                     /* the first that does not (1 is the first line); 0: all do */
	const char *why;
} AuditVerdict;
int audit_verify(const char *path, AuditVerdict *out, Err *e);

/* The file of a context, heap; NULL when there is no place for one. */
char *audit_path(Str context);

/* audit_list.c: the lines of [from, until) of an agent (empty: of all), in the order of the file. Text in a. A file that is not there has
 * none; lines that are none of ours are left out: audit_verify names them. */
typedef struct AuditAsk { Str agent; int64_t from_ms, until_ms; } AuditAsk;
int audit_list(const char *path, const AuditAsk *ask, Arena *a, AuditRow **out, size_t *n, Err *e);

#endif
