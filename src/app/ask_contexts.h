/* How each watched context does by itself, for the strip on pulse. */
#ifndef APP_ASK_CONTEXTS_H
#define APP_ASK_CONTEXTS_H

#include "app/pane.h"
#include "store/store.h"

typedef struct ContextRow {
	FigText name;                  /* empty: the only one */
	int32_t read, pad;             /* 0: its store cannot be read */
	int64_t rate_nusd, jobs_milli; /* the last five minutes as rates per hour and per minute */
	Sums    hour;                  /* the last 60 minutes */
	int64_t today_nusd;
	int64_t spark[FIG_SPARK];      /* nUSD of two minutes each, oldest first, like the vital signs' */
} ContextRow;
typedef struct ContextRows { int32_t n, pad; ContextRow row[FIG_CONTEXTS]; } ContextRows;

typedef struct ContextsAsk { int32_t unused; } ContextsAsk;            /* there is nothing to choose */
extern const AskClass ask_contexts;            /* in: ContextsAsk, out: ContextRows */

#endif
