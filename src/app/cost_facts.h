/* What a report of costs says: a window by tenants, agents … or hours, beside what is usual for it, and why it differs. All text is raw
 * and lives in the arena. */
#ifndef APP_COST_FACTS_H
#define APP_COST_FACTS_H

#include "app/ask_cost.h"
#include "app/facts.h"
#include "store/books.h"
#include "store/change.h"

/* The comparison is of whole hours (a window that begins within one: from that hour's beginning on), so what is now in it is beside. */
typedef struct CostFact {
	size_t  place;
	Str     key;
	Sums    s;                     /* exactly of the window */
	bool    compared;              /* the usual is known */
	int64_t now_nusd, usual_nusd;  /* of the hours compared */
} CostFact;

typedef struct HourFact { int64_t from_ms, until_ms; Sums s; int64_t usual_nusd; } HourFact;      /* usual: FIG_NONE: not known */
typedef struct UnpricedFact { size_t place; UnpricedRow row; } UnpricedFact;
typedef struct ChangeFact { size_t place; Change c; } ChangeFact;

typedef struct CostFacts {
	FactsHead head;
	Dim  by; bool by_hour;         /* by_hour: group is empty, hour has the rows */
	Sums total;
	CostFact *group; size_t groups;        /* dearest first */
	HourFact *hour; size_t hours;          /* in order; they add up to the total */
	int64_t compared_from_ms, compared_until_ms;
	Against against;
	Bridge  bridge;                        /* its now and usual are those of the comparison */
	UnpricedFact *unpriced; size_t unpriced_n;
	ChangeFact *change; size_t changes;    /* in the window, in order */
} CostFacts;

int cost_facts(const FactsAsk *q, Dim by, bool by_hour, Arena *a, CostFacts *out, Err *e);
/* The hours of the window with what is usual for each: also for the report of an incident. */
int cost_facts_hours(const FactsAsk *q, int64_t covered_ms, Arena *a, HourFact **out, size_t *n, Err *e);
/* Changes of [from, until), in order. */
int cost_facts_changes(const FactsAsk *q, int64_t from_ms, Arena *a, ChangeFact **out, size_t *n, Err *e);

#endif
