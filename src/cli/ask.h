/* A command's way to its answer: open the session, bring the feeds it needs up to date, read the store on this thread. */
#ifndef CLI_ASK_H
#define CLI_ASK_H

#include "app/watch.h"
#include "model/figures.h"
#include "cli/options.h"

/* One context of the question. */
typedef struct AskPart {
	Watch *watch;
	Store *store;                  /* for reading; NULL: it failed, and stderr says why */
} AskPart;

typedef struct Ask {
	uv_loop_t loop;
	Shared  shared;
	AskPart part[FIG_CONTEXTS];
	size_t  n, idle;
	int64_t since_ms, now_ms, made_ms, started_ms;      /* now: the moment that is asked about; made: the clock */
	int64_t until_ms;              /* --at, --until: what came from then on does not count; 0: everything does */
	int     failed;                /* exit code of the first context that failed while others answered; 0: none */
	bool    open, lenient;
	bool    told_books;            /* that the prices have changed, and the answer waits for it */
} Ask;

/* Beside the feeds: one that failed is part of the answer, not a reason to give none. */
#define ASK_LENIENT (1u << 31)
SessionSpec ask_session(const Options *o);
/* With several contexts the ones that fail are told on stderr and left out; -1 when none is left.
 * default_since_ms: used without --since. feeds: FEED_BIT mask. With --cached nothing is asked and the age of the
 * snapshot goes to stderr. */
int  ask_open(Ask *a, const Options *o, int64_t default_since_ms, unsigned feeds, Err *e);
/* The feeds are brought up to date for so much before the window, too. */
int  ask_open_before(Ask *a, const Options *o, int64_t default_since_ms, int64_t before_ms, unsigned feeds, Err *e);
void ask_close(Ask *a, const Options *o);
/* "2h", "7d", "90" (seconds) before now, or an ISO 8601 time. */
int  ask_time(const char *flag, const char *text, int64_t now_ms, int64_t *out, Err *e);

#endif
