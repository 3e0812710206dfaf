/* What prompt and answer caches did, by agent version and model, of one store: from totals. docs/cache.md defines the figures. */
#ifndef APP_CACHES_H
#define APP_CACHES_H

#include "model/caching.h"
#include "model/change.h"
#include "store/store.h"

/* The last change of an agent within the last seven days, and how much of its prompts was read before and after. */
typedef struct CacheDeploy {
	int64_t at_ms;                 /* 0: none is known */
	ChangeKind kind;
	Str from, to, by;
	CacheHour before, after;       /* of a release: its own hours since; else whole hours after the change */
	bool    concerns;              /* it is about this row's version, or about all versions */
	bool    dropped;               /* before less after is CACHES_DROP or more, and neither is few */
} CacheDeploy;
enum { CACHES_DROP = 200000 /* ppm */ };

typedef struct CacheRow {
	Str     agent, version, model;
	Sums    now;                   /* of the window */
	CacheHour week;                /* of the last seven days, whole hours */
	int64_t achievable_ppm;        /* of the agent with this model, all versions; -1: too few hours say something */
	int     samples;
	int64_t burn_nusd;             /* in the window; -1: not known */
	CacheDeploy deploy;
} CacheRow;

typedef struct Caches { CacheRow *row; size_t n; } Caches;

/* What was booked in [from, until); until 0: open. now_ms: the achievable rates are of the seven days before its hour. Rows are those with
 * calls in the window, the most burnt first, then by name. In a. */
int caches_read(Store *s, int64_t from_ms, int64_t until_ms, int64_t now_ms, Arena *a, Caches *out, Err *e);

int64_t caches_asks(const Sums *s);                  /* calls that the answer cache did not answer */
int64_t caches_net(const Sums *s);                   /* saved less premium */
/* Not one of the calls with tokens has a price: what they saved is not known, rather than nothing. */
bool    caches_unpriced(const Sums *s);
/* What answers from the cache saved: as many calls as were answered, at what one that was not costs on average, less what they
 * cost. An estimate; false: no call says what one costs. */
bool    caches_answers_saved(const Sums *s, int64_t *nusd);

#endif
