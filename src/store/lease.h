/* Named leases: of the processes that share a store at most one does a job. Today's names are LEASE_FEEDER (polls AWS) and
 * LEASE_WATCHER (budgets and alert rules).
 *
 * The holder renews its lease every LEASE_BEAT_MS; one that was not renewed for LEASE_LAPSE_MS has lapsed, and whoever asks next
 * takes it. A holder that ended without giving it back (kill -9) is found out at once on the same machine. Taking and renewing
 * are one transaction each: of two that take at once exactly one gets it.
 *
 * No wall clock decides, because it may jump: on one machine the age of the last renewal is a difference of the monotonic
 * clock, which all its processes share and which stands still while it sleeps. For a holder elsewhere (another container or
 * machine) nothing can be compared; its renewals are numbered, and it has lapsed when this process has seen the same number for
 * LEASE_LAPSE_MS of its own clock. That memory is in Lease: ask with the same one each time.
 *
 * How a job is done under a lease:
 *   Lease l;
 *   lease_init(&l, LEASE_WATCHER, "console");
 *   every few seconds, as a write job:  lease_take(store, &l, lease_now(), &info, e)   takes, renews or only looks
 *   before each act:                    if (lease_held(&l, clock_mono_ms())) act();
 *   at the end, as the last write job:  lease_give(store, &l, e)
 * A failed renewal (disk full, busy) takes nothing away: nobody else can write either; lease_held says no once it has lapsed.
 * A holder that was stopped (SIGSTOP) or slept finds out at its next lease_take that another one has it: it must ask
 * lease_held before it acts, and what it does must bear being done twice, in the moment between. */
#ifndef STORE_LEASE_H
#define STORE_LEASE_H

#include "base/process.h"
#include "store/store.h"

#define LEASE_FEEDER  "feeder"
#define LEASE_WATCHER "watcher"

/* Two renewals fit into the time that one holds: a write that waits long does not lose it. Each wakes two threads. */
enum { LEASE_BEAT_MS = 14000, LEASE_LAPSE_MS = 30000, LEASE_WHAT = 24 };

/* LAPSED: somebody's, but not renewed in time or of a process that is gone. lease_take never answers FREE or LAPSED. */
typedef enum LeaseState { LEASE_FREE, LEASE_LAPSED, LEASE_OTHER, LEASE_MINE } LeaseState;

/* Who holds it. Zeroed when it is free. */
typedef struct LeaseInfo {
	LeaseState state;
	ProcessId  who;
	char       what[LEASE_WHAT];     /* "console", "collect": for people */
	int64_t    since_ms;             /* wall clock of the holder when it took it; for people */
	int64_t    renewed_ms;           /* and when it renewed it last; for people */
	int64_t    beats;                /* the number of its last renewal */
} LeaseInfo;

typedef struct LeaseNow { int64_t mono_ms, wall_ms; } LeaseNow;
LeaseNow lease_now(void);

/* What one asker knows of one lease. Belongs to the caller; plain data, copy it into a job and back. Two of one process are
 * two askers. */
typedef struct Lease {
	const char *name;                /* a literal */
	char      what[LEASE_WHAT];
	ProcessId self;
	int64_t   nonce;                 /* tells two askers of one process apart */
	int64_t   renewed_mono_ms;       /* the last renewal that went well; 0: not ours */
	int64_t   seen_beats, seen_nonce, seen_mono_ms;      /* the last change that was seen of another's */
	bool      force;                 /* lease_take: also from one that holds it, who learns of it when it renews */
} Lease;

void lease_init(Lease *l, const char *name, const char *what);
/* Takes it when it is free or lapsed, renews it when it is ours and LEASE_BEAT_MS have passed, else only reads (no write, no
 * lock). info (may be NULL): as it stands then, MINE or OTHER. Needs a store opened for writing. */
int  lease_take(Store *s, Lease *l, LeaseNow now, LeaseInfo *info, Err *e);
/* Gives it back when it is ours: the next asker has it at once. Fine when it never was. */
int  lease_give(Store *s, Lease *l, Err *e);
/* Ours, as far as can be known without asking: renewed less than LEASE_LAPSE_MS ago. */
bool lease_held(const Lease *l, int64_t mono_ms);
/* Who has it, for a reader. l may be NULL: nothing is remembered then, and a holder elsewhere is judged by the wall clock,
 * which only shows and decides nothing. */
int  lease_look(Store *s, const char *name, Lease *l, LeaseNow now, LeaseInfo *info, Err *e);

#endif
