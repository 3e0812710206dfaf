/* What is wrong now, as one list for screens and commands: local alerts, CloudWatch's alarms, and that nobody watches. Runs where the
 * store is read. */
#ifndef APP_ALERT_VIEWS_H
#define APP_ALERT_VIEWS_H

#include "store/alarm.h"
#include "store/alerts.h"
#include "store/lease.h"

/* A lease without a look for so long: something keeps its holder from looking. */
enum { WATCH_STALE_MS = 180000 };

typedef struct WatchView {
	LeaseInfo who;                 /* FREE or LAPSED: nobody */
	WatchRun  run;                 /* the last look */
	bool      watched;             /* somebody holds the lease, and looked lately or took it just now */
} WatchView;

typedef struct AlertView {
	AlertRow   r;                  /* of a CloudWatch alarm: rule is its name, key is empty */
	AlertState state;
	bool       cloudwatch;
	bool       unknown;            /* the alarm says INSUFFICIENT_DATA */
	Str        fact;               /* CloudWatch's reason, raw; of a local one what alert_fact says */
	bool       has_threshold; double threshold;    /* of an alarm, in its own unit */
} AlertView;

#define NOT_WATCHED "not-watched"  /* the rule that stands for "nobody watches" */

/* Worst first: what fires and nobody has said anything about, by severity, then the newest. Pending ones and ended ones (newest first)
 * come last. */
int alert_views(Store *s, int64_t now_ms, Arena *a, AlertView **out, size_t *n, WatchView *who, Err *e);
int watch_view(Store *s, int64_t now_ms, Arena *a, WatchView *out, Err *e);
int  alert_view_order(const AlertView *a, const AlertView *b);       /* the order of the list: < 0, 0, > 0 */
bool alert_is_open(const AlertView *v);        /* firing, acknowledged or silenced */

#endif
