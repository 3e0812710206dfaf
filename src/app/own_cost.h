/* What the program's own calls cost (api/charge.h), today (UTC), and what happens at limits.own_cost_usd_per_day: the feeds that cost
 * slow down, Live Tail has ended at half of it, and questions to Logs Insights and Cost Explorer are refused. Registry, alarms and who we
 * are go on. Kept in the context's store, so that a restart, a second console and a collector add up. On the loop thread. */
#ifndef APP_OWN_COST_H
#define APP_OWN_COST_H

#include "api/op.h"

struct Watch;

/* Not in the store yet. */
typedef struct OwnCostPart { const AwsOp *op; int64_t day, calls, nusd; } OwnCostPart;

typedef struct OwnCost {
	int64_t cap_nusd;
	int64_t day;                           /* of what follows, since 1970 */
	int64_t stored_nusd, stored_calls;     /* by all programs, when the store was last asked */
	OwnCostPart *part; size_t n, cap;
	int64_t away_nusd, away_calls;         /* on their way into the store */
	bool    busy, known;                   /* known: the store was asked */
	int64_t due_ms;                        /* monotonic: the next look */
} OwnCost;

void own_cost_open(OwnCost *o, int64_t cap_nusd);
/* What is left is added to the store of that path, if there is such a file; NULL: it is dropped. */
void own_cost_close(OwnCost *o, const char *store_path);
/* An operation has been called so many times and has cost so much since this was last said. */
void own_cost_note(OwnCost *o, const AwsOp *op, int64_t calls, int64_t nusd, int64_t now_ms);
int64_t own_cost_today(const OwnCost *o, int64_t now_ms);          /* nUSD, of all programs on the store as far as is known */
int64_t own_cost_calls(const OwnCost *o, int64_t now_ms);
bool own_cost_capped(const OwnCost *o, int64_t now_ms);
bool own_cost_half(const OwnCost *o, int64_t now_ms);              /* what only makes things faster stops here */
/* Now and then what is new goes into the store, and what others have added is read. */
void own_cost_tick(struct Watch *w, int64_t now_ms);
/* "own calls: $0.4312 of $1.00 today" */
enum { OWN_COST_TEXT = 128 };
void own_cost_text(const OwnCost *o, int64_t now_ms, char out[OWN_COST_TEXT]);

#endif
