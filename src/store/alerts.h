/* What is watched, in the store: the state of each alert, what people said about it, what budgets reached, and who looked last.
 * States are written by the one process that holds LEASE_WATCHER; acknowledgements and silences by anybody, in tables of their
 * own, so that no two writers touch one row. All processes on the store see the same. */
#ifndef STORE_ALERTS_H
#define STORE_ALERTS_H

#include "model/alert.h"
#include "model/budget.h"
#include "store/store.h"

/* A word or two from a person. */
typedef struct Said { int64_t at_ms, until_ms; Str by, reason; } Said;         /* at_ms 0: not said. until_ms: of a silence */

typedef struct AlertRow {
	Str rule, key;                 /* key: the tenant, the pointer …; empty: everything together */
	AlertStatus st;                /* acked_ms is not kept here: see acked */
	int64_t episode;               /* counts how often it fired */
	AlertMetric metric;
	AlertSeverity severity;
	int64_t value, threshold, baseline;    /* of the last look that had data; ALERT_NONE */
	int64_t count;
	Str agent, version;            /* what to look at; empty when it is no single one */
	Said acked, silenced;          /* acked: of this episode only */
} AlertRow;

/* Those that are not ok first, worst first: firing before acknowledged and silenced, then severity, then the newest. Ended ones
 * are kept for a while, newest first. */
int alerts_list(Store *s, int64_t now_ms, Arena *a, AlertRow **out, size_t *n, Err *e);
AlertState alert_row_state(const AlertRow *r, int64_t now_ms);
int alert_row_order(const AlertRow *a, AlertState as, const AlertRow *b, AlertState bs);      /* that order: < 0, 0, > 0 */

typedef struct BudgetRow {
	Str id;
	BudgetStatus st;
	int64_t spent_nusd, judged_ms;
} BudgetRow;
int budgets_list(Store *s, Arena *a, BudgetRow **out, size_t *n, Err *e);

/* The last look: when, how long it took, and what it could not judge. */
typedef struct WatchRun {
	int64_t at_ms, took_ms, rules, firing;
	bool    failed;
	Str     note;                  /* failed: why. Else what was not judged, or empty */
} WatchRun;
int watch_run_get(Store *s, Arena *a, WatchRun *out, Err *e);                  /* at_ms 0: nobody ever looked */

/* One look in one transaction: rows are put as they are, ended ones of before drop_ms go. */
typedef struct WatchBatch {
	const AlertRow *alerts; size_t alert_count;
	const BudgetRow *budgets; size_t budget_count;
	WatchRun run;
	bool    changed;               /* others should look: an alert began or ended */
	int64_t drop_ms;
} WatchBatch;
int watch_put(Store *s, const WatchBatch *b, Err *e);

#define ALARM_RULE "cloudwatch"    /* under which what is said about CloudWatch's alarms is kept; their key is the alarm's name */

/* Local writes of a person. What: "RULE" (its one alert that fires), "RULE:KEY", or the name of a CloudWatch alarm. *found (may be NULL): in
 * words. ERR_USAGE when there is none, or several for an acknowledgement. A silence of "RULE" alone holds for all of its keys, now and later;
 * until 0 ends it. */
int alerts_ack(Store *s, Str what, const Said *said, Arena *a, Str *found, Err *e);
int alerts_silence(Store *s, Str what, const Said *said, Arena *a, Str *found, Err *e);
/* What was said about one key: about this episode, and the silence that ends last. */
int alerts_said(Store *s, Str rule, Str key, int64_t episode, Arena *a, Said *acked, Said *silenced, Err *e);

#endif
