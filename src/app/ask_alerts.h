/* What the panes about alerts ask the stores. Text in it is raw: panes clean it before they draw. */
#ifndef APP_ASK_ALERTS_H
#define APP_ASK_ALERTS_H

#include "app/alert_views.h"
#include "app/pane.h"

enum { ALERTS_MAX = 200, ALERT_CHANGES = 4, ALERT_REASON = 200, ALERT_FACT = 240, WATCH_NOTE = 200 };

typedef struct AlertCell {
	FigText context;               /* empty when one context is watched */
	FigKey  rule, key;
	FigText agent, version;
	int32_t state, severity, metric;               /* AlertState, AlertSeverity, AlertMetric */
	int32_t cloudwatch, unknown, missing;
	int64_t since_ms, value, threshold, baseline, count;   /* ALERT_NONE */
	char    fact[ALERT_FACT];      /* AlertView.fact */
	FigText by; char reason[ALERT_REASON];         /* of who acknowledged it, or silenced it; empty: nobody */
	int64_t said_ms, until_ms;     /* until: of the silence */
	int32_t changes, pad;
	ChangeCell change[ALERT_CHANGES];              /* before it began, the nearest first */
} AlertCell;

typedef struct WatchCell {
	FigText context;
	int32_t watched, failed;
	char    who[96];               /* "console 4711"; empty: nobody */
	int64_t run_ms;                /* the last look; 0: never */
	char    note[WATCH_NOTE];
} WatchCell;

typedef struct AlertsSeen {
	int32_t n, total, firing, watches;             /* total: without those that are well; firing: nobody has said anything about them */
	int32_t past, pad;             /* another moment is shown: states are only known of now */
	WatchCell watch[FIG_CONTEXTS];
	AlertCell cell[];              /* the worst first, ended ones of the last 24 h last */
} AlertsSeen;

typedef struct AlertsAsk { int32_t max, ended; } AlertsAsk;       /* ended: those that are over, too */
extern const AskClass ask_alerts;  /* in: AlertsAsk, out: AlertsSeen */

#endif
