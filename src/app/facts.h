/* What a report rests on, whatever it is about: whose data, of which time, how fresh and how complete. Read from the stores on the
 * thread that asks; all text is raw and lives in the arena. */
#ifndef APP_FACTS_H
#define APP_FACTS_H

#include "app/figures.h"

/* One context that is asked. */
typedef struct FactsPlace {
	Str context, stage, account, region;
	const char *basis;             /* what its amounts are: "est list" */
	int64_t prices_ms;             /* when its list prices were looked at; 0: not known */
} FactsPlace;

/* The window: [since, until); open: nothing came after it. */
typedef struct FactsAsk {
	const Stores *from;
	const FactsPlace *place;       /* one for each store */
	int64_t since_ms, until_ms, made_ms;
	bool    open;
	int64_t offset_ms;             /* of the display's time zone: which hours are alike */
	const PriceTable *prices;
} FactsAsk;

typedef struct FeedFact { size_t place; Str name, error; int64_t fresh_ms, covered_from_ms; bool failed; } FeedFact;

typedef struct FactsHead {
	const FactsPlace *place; size_t places;
	int64_t since_ms, until_ms, made_ms;
	FeedFact *feed; size_t feeds;  /* those that ever brought anything, or failed */
	int64_t covered_from_ms;       /* jobs are complete since then; 0: not known */
	/* Tokens that CloudWatch counted, and what is booked in the same minutes. seen_from 0: it has told none of this window. */
	int64_t counted, booked, seen_from_ms, seen_until_ms;
} FactsHead;

int facts_head(const FactsAsk *q, Arena *a, FactsHead *out, Err *e);
FiguresAsk facts_when(const FactsAsk *q);
/* What was booked in [from, until) of one store, all of it. until 0: open. */
int facts_sums(Store *s, int64_t from_ms, int64_t until_ms, Sums *add_to, Err *e);
/* The end to ask a store for: 0 while the window is open. */
int64_t facts_until(const FactsAsk *q);

#endif
