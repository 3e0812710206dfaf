/* The changes of a table with a stream, in order: what clients wrote since the region began, and for the jobs table what
 * the fleet's jobs did, made when it is asked for like the jobs themselves.
 *
 * A sequence number is CHANGE_DIGITS digits: time in ms, then who (the fleet 0, clients 1), a number, a step of it. Numbers
 * of one length are ordered as text. */
#ifndef SIM_CHANGES_H
#define SIM_CHANGES_H

#include "sim/service.h"

enum { CHANGE_DIGITS = 25, CHANGES_KEPT = 20000 };

typedef struct Change {
	char    sequence[CHANGE_DIGITS + 1];
	int64_t t_ms;
	Str     keys, old, now;              /* JSON; old or now empty: there was, or is, no item */
} Change;

/* "agents" and "jobs" have streams. */
enum { CHANGE_AGENTS, CHANGE_JOBS, CHANGE_TABLES };
extern const char *const change_tables[CHANGE_TABLES];
#define CHANGE_LABEL "2026-01-01T00:00:00.000"

/* Before anything is written: from then on changes are kept. */
void changes_watch(Sim *s);
/* The smallest sequence number of a time; behind everything up to now. */
void changes_first(int64_t t_ms, char out[CHANGE_DIGITS + 1]);
void changes_latest(Sim *s, int64_t now_ms, char out[CHANGE_DIGITS + 1]);
/* Changes with from <= sequence and a time before to_ms and not after now_ms, at most `room`, in `a`. Returns how many. */
size_t changes_read(SimCall *c, int table, Str from, int64_t to_ms, size_t room, Change *out);

#endif
