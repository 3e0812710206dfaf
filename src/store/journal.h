/* What was begun and how it ended: one row for each action that writes to AWS, on the disk before its first byte goes out
 * (SQLite, synchronous=FULL, a file of its own that no snapshot is ever made of). A row without an outcome is an action whose
 * fate is not known: the program ended, or the answer never came. One connection, one thread. */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "base/arena.h"

typedef struct Journal Journal;

/* Makes the file (0600) when it is not there. A file that cannot be used is an error, never set aside: it may say that something is
 * under way. */
Journal *journal_open(const char *path, Err *e);
void     journal_close(Journal *j);

/* Each is on the disk when it returns 0. facts: JSON, whatever the caller needs to take the action up again. */
int journal_begin(Journal *j, Str op, Str facts, int64_t now_ms, Err *e);
int journal_step(Journal *j, Str op, const char *step, Str detail, int64_t now_ms, Err *e);
/* outcome: "done", "failed", "lost", "released". Once: a row that has one keeps it. */
int journal_end(Journal *j, Str op, const char *outcome, Str detail, int64_t now_ms, Err *e);

typedef struct JournalRow {
	Str op, facts, step, detail, outcome;        /* outcome empty: not known */
	int64_t begun_ms, at_ms;                     /* at: of the last step */
} JournalRow;
typedef struct JournalStep { Str step, detail; int64_t at_ms; } JournalStep;

int journal_find(Journal *j, Str op, Arena *a, JournalRow *out, bool *found, Err *e);
/* Newest first; unknown_only: those without an outcome. */
int journal_list(Journal *j, bool unknown_only, size_t limit, Arena *a, JournalRow **out, size_t *n, Err *e);
int journal_steps(Journal *j, Str op, Arena *a, JournalStep **out, size_t *n, Err *e);

#endif
