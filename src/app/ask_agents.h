/* What the agents view asks: the pointers of all back ends with how what they serve does, and the versions of one agent. */
#ifndef APP_ASK_AGENTS_H
#define APP_ASK_AGENTS_H

#include "app/pane.h"

enum { POINTER_VERSIONS = 8 };

/* Of a pointer's figures: jobs do not say by which pointer they came, so they are those of the versions that it serves. */
typedef struct PointerCell {
	PointerRef ref;
	FigKey  by;                    /* who moved it last; empty: not known */
	FigText model, lock_by;        /* lock_by: who is moving it; empty: nobody */
	FigText left;                  /* where seismo left it, when it is not there any more; else empty */
	FigText status, release;       /* release: what its team calls the version, where its platform has another name for it */
	int32_t source, follows, paused, locked, drift, moving;
	int32_t unknown, pad;          /* of the past: where it was is not known */
	int32_t has_rev, versions;     /* versions: of the jobs' keys below */
	int64_t rev, moved_ms;         /* 0: not known */
	int64_t jobs_milli;            /* a minute, over the last five */
	int64_t err_ppm, failed, n;    /* of the last five minutes; FIG_NONE without any */
	int64_t base_ppm;              /* usual for its agent at this time of the week; FIG_NONE: not known */
	int64_t p95_ms, job_nusd;      /* of the last hour; FIG_NONE */
	FigKey  jobs[POINTER_VERSIONS];/* "agent@version", as jobs say it */
} PointerCell;

/* The one furthest above its usual errors first. unknown: of the past, how many nobody can place. */
typedef struct PointersSeen { int32_t n, drifted, unknown, pad; PointerCell cell[]; } PointersSeen;
typedef struct PointersAsk { int64_t pad; } PointersAsk;
extern const AskClass ask_pointers;            /* in: PointersAsk, out: PointersSeen */

typedef struct VersionCell {
	FigKey  key;                   /* "agent@version", as jobs say it */
	FigText version, release, status, model;
	FigKey  by;
	int32_t current, good, retiring, classic;
	int64_t share_ppm;             /* of its agent's jobs in the last 15 minutes; FIG_NONE */
	int64_t jobs, failed, decided; /* of the last 24 hours */
	int64_t err_ppm, low_ppm, high_ppm;            /* with its 95 % interval; FIG_NONE */
	int64_t p95_ms, job_nusd;      /* FIG_NONE */
	int64_t live_ms;               /* since when the pointer serves it, or until when it did (current 0); 0: not known */
	int64_t created_ms;
	int32_t detailed, pad;         /* how it is made is known */
} VersionCell;

typedef struct VersionsSeen { PointerRef of; int32_t n, pad; VersionCell cell[]; } VersionsSeen;        /* the newest first */
typedef struct VersionsAsk { PointerRef of; int64_t good_jobs, good_days; } VersionsAsk;
extern const AskClass ask_versions;            /* in: VersionsAsk, out: VersionsSeen */

#endif
