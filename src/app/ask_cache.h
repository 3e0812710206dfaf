/* What the cache view asks: what caches did in the last hour, by agent version and model. */
#ifndef APP_ASK_CACHE_H
#define APP_ASK_CACHE_H

#include "app/caches.h"
#include "app/pane.h"

typedef struct CacheCell {
	FigText context;               /* empty when one context is watched */
	FigKey  version, model;        /* as the store is asked with them: "agent@version" */
	Sums    now;
	CacheHour week;
	int64_t achievable_ppm, burn_nusd;       /* -1: not known */
	int64_t samples;
	struct {
		int64_t at_ms;             /* 0: none is known */
		int32_t kind, concerns, dropped, pad;
		FigText from, to;
		FigKey  by;
		CacheHour before, after;
	} deploy;
} CacheCell;

typedef struct CacheAnswer {
	int64_t from_ms, window_ms;    /* the same minutes as pulse's last hour, so that both say the same */
	Sums    all;
	int64_t burn_nusd;             /* of all rows that know; -1: none does */
	int64_t answers_nusd;          /* saved, an estimate; FIG_NONE: not known */
	bool    approximate;           /* some of it was added up by Logs Insights, and its calls' own roundings are not known */
	size_t  n;
	CacheCell cell[];
} CacheAnswer;

typedef struct CacheAsk { int64_t pad; } CacheAsk;          /* there is one question */
extern const AskClass ask_cache;

#endif
