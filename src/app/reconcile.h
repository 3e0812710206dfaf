/* A closed day: what was estimated beside what AWS charged, and from the one to the other in causes that add up exactly. Runs where the
 * store is read; text is raw and lives in the arena. */
#ifndef APP_RECONCILE_H
#define APP_RECONCILE_H

#include "app/charge_kind.h"
#include "base/buf.h"
#include "store/charges.h"

/* FINAL: AWS says so. SETTLED: it may change, but was asked more than a day after the day's end, when all of it is usually there.
 * OPEN: too early. NONE: there is no bill of that day here. */
typedef enum BillState { BILL_NONE, BILL_OPEN, BILL_SETTLED, BILL_FINAL } BillState;
const char *bill_state_name(BillState s);

/* In the order in which they lead from the estimate to the bill's tokens (up to UNEXPLAINED), and on to all that the account was charged. */
typedef enum Cause {
	CAUSE_UNPRICED,                /* calls that have no price here, at what the bill charged for such tokens */
	CAUSE_UNSEEN,                  /* tokens that are billed and were not booked; negative: booked and not billed */
	CAUSE_REPORTED,                /* booked with what the application reported, and what its tokens cost by the list */
	CAUSE_PRICES,                  /* booked tokens at the bill's prices and at ours */
	CAUSE_DISCOUNT,                /* ours taken back, the bill's taken off */
	CAUSE_ROUNDING,
	CAUSE_UNEXPLAINED,             /* 0 unless something is missing above */
	CAUSE_NOT_LIVE,                /* of the AI services in this Region, and no tokens */
	CAUSE_REGIONS,                 /* of the AI services in other Regions */
	CAUSE_SERVICES,                /* other services of the account */
	CAUSE_CREDITS,                 /* credits, refunds, taxes, support, fees */
	CAUSES, CAUSES_OF_DRIFT = CAUSE_NOT_LIVE
} Cause;
const char *cause_name(Cause c);       /* "unseen calls" */
const char *cause_id(Cause c);         /* "unseen" */

/* One model and token class. */
typedef struct TokenFact { Str name; int cls; int64_t billed_tokens, billed_nusd, booked_tokens, unpriced_tokens, list_nusd; } TokenFact;
/* One line of the bill that is beside the tokens. */
typedef struct BesideFact { Cause cause; ChargeKind kind; Str service, what; int64_t nusd; } BesideFact;

typedef struct Reconciled {
	int64_t day, asked_ms;
	BillState state;
	bool    complete;              /* all jobs of the day are here */
	int64_t booked_nusd;           /* what the day's total says: net where a discount holds */
	int64_t list_nusd;             /* the same at list prices */
	int64_t calls, unpriced_calls;
	int64_t bill_tokens_nusd;      /* tokens in this Region, the bill's discounts taken off: what the estimate is about */
	int64_t bill_nusd;             /* all that the account was charged */
	int64_t not_live_nusd[CHARGE_KINDS];
	int64_t cause_nusd[CAUSES];    /* booked + those of the drift = bill_tokens; + the others = bill */
	int64_t billed_tokens, booked_tokens;
	TokenFact *token; size_t tokens;       /* dearest first */
	BesideFact *beside; size_t besides;    /* dearest first */
} Reconciled;

int64_t reconciled_drift(const Reconciled *r);         /* estimate less bill: negative where we saw too little */
/* day: since 1970, UTC. -1: the newest one that is settled and complete, else the newest one. names: what AWS calls the models. */
int reconcile_day(Store *s, const PriceTable *names, int64_t now_ms, int64_t day, Arena *a, Reconciled *out, Err *e);
/* What is known of the other days, newest first: the figures without causes. */
typedef struct DriftFact {
	int64_t day, asked_ms;
	BillState state;
	bool    complete;
	int64_t booked_nusd, bill_nusd, not_live_nusd, drift_nusd;       /* bill: its tokens, as in Reconciled */
} DriftFact;
int reconcile_days(Store *s, int64_t now_ms, size_t limit, Arena *a, DriftFact **out, size_t *n, Err *e);
/* The drift of the newest settled and complete day: cheap, for figures and alert rules. *known false: there is none. */
int reconcile_last(Store *s, int64_t now_ms, DriftFact *out, bool *known, Err *e);

/* As lines of text for a page. */
void reconcile_text(const Reconciled *r, const DriftFact *day, size_t days, Buf *out);

#endif
