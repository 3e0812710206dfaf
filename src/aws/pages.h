/* Page after page of a listing, with the guards that a listing needs: AWS documents that an empty page with a token goes on
 * (FilterLogEvents, "Partial results"; DynamoDB with a filter), and a server that is broken or hostile may go on for ever.
 * Pure: tokens, counts and time come as arguments; who pages keeps asking as long as pages_next says so. */
#ifndef AWS_PAGES_H
#define AWS_PAGES_H

#include "base/arena.h"

typedef struct PagesLimit {
	int     pages;          /* at most so many; 0: PAGES_MAX */
	int     empty;          /* in a row; 0: PAGES_EMPTY_MAX */
	int64_t ms;             /* from the first question on; 0: no limit */
} PagesLimit;

enum { PAGES_MAX = 20000, PAGES_EMPTY_MAX = 1000, PAGES_SEEN = 8, PAGES_RESTARTS = 1 };

typedef struct Pages {
	const char *what;       /* "DynamoDB's table jobs": begins the sentences. Borrowed */
	PagesLimit limit;
	Str     token;          /* to ask with; empty: the first page */
	Arena   keep[2];        /* the token and the one before: compared, then swapped */
	int     turn, count, empty, restarts;
	int64_t began_ms, items;
	uint64_t seen[PAGES_SEEN];      /* hashes of the last tokens: a circle shows, not only a step on the spot */
} Pages;

typedef enum PagesStep { PAGES_MORE, PAGES_DONE, PAGES_BROKEN } PagesStep;

void pages_start(Pages *p, const char *what, const PagesLimit *limit, int64_t now_ms);   /* limit NULL: the defaults */
void pages_done(Pages *p);
/* A page has come: `token` of the next one (copied; empty: it was the last), items it held. BROKEN: the listing is not
 * complete, and *e says why. */
PagesStep pages_next(Pages *p, Str token, size_t items, int64_t now_ms, Err *e);
/* A token that AWS does not take any more (they end after a day, or sooner): true: ask from the first page again, once;
 * what has come so far comes again. False: give up with the error. */
bool pages_restart(Pages *p, const char *code, const char *message);
/* InvalidNextToken and its like, and the general codes with a message about the token. message: AWS's, or a sentence that
 * holds it. */
bool pages_token_expired(const char *code, const char *message);

#endif
