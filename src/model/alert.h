/* Alert rules and the state of what they watch. Pure: the figures and the time come in as arguments. What is measured is
 * app/measure.h, where states are kept is store/alerts.h, how rules are written is docs/alerts.md.
 * Values are integers in the unit of their metric: money in nUSD, everything else in millionths (0.05 = 50000). */
#ifndef MODEL_ALERT_H
#define MODEL_ALERT_H

#include "base/str.h"

typedef enum AlertMetric {
	METRIC_ERROR_RATE, METRIC_ERROR_AFTER_MOVE, METRIC_FAILURES_IN_A_ROW, METRIC_SILENCE, METRIC_THROTTLE_RATE,
	METRIC_STUCK_JOBS, METRIC_JOBS_RATE, METRIC_SPEND_RATE, METRIC_HOUR_SHARE, METRIC_COST_PER_JOB, METRIC_COST_AFTER_MOVE,
	METRIC_CACHE_MISS_RATE, METRIC_UNPRICED, METRIC_TRACE_COST, METRIC_TRACE_CALLS, METRIC_TRACE_AGE, METRIC_UNPINNED,
	METRIC_FEED_AGE, METRIC_SEEN, METRIC_CREDENTIALS, METRIC_P95, METRIC_MOVES, METRIC_MODEL_LEFT, METRIC_BILL_DRIFT, METRIC_BUDGET,
	METRIC_LEFT_RESTORED, METRIC_STOP_OVERDUE, METRICS
} AlertMetric;

/* What a rule judges one by one: everything together, each tenant, …, each pointer of the registry. */
typedef enum AlertBy { BY_NONE, BY_TENANT, BY_PERSONA, BY_AGENT, BY_VERSION, BY_MODEL, BY_POINTER, BYS } AlertBy;
#define BY_BIT(by) (1u << (by))

typedef enum AlertSeverity { SEVERITY_INFO, SEVERITY_WARNING, SEVERITY_CRITICAL } AlertSeverity;
typedef enum AlertUnit { UNIT_RATE, UNIT_USD, UNIT_USD_HOUR, UNIT_COUNT, UNIT_SECONDS, UNIT_MS, UNIT_PERCENT } AlertUnit;

/* A row of the table of metrics. */
typedef struct MetricInfo {
	const char *name;              /* "error_rate" */
	AlertUnit unit;
	unsigned by;                   /* BY_BIT of what it can be judged by */
	bool     usual;                /* it has a baseline */
	int      share;                /* so many of count samples, which a value a little above its limit may be by chance: how many
	                                * samples count as one, because they do not come alone. 0: it is no share */
	const char *help;              /* for the reference */
} MetricInfo;
const MetricInfo *metric_info(AlertMetric m);
extern const char *const alert_metric_names[METRICS + 1], *const alert_by_names[BYS + 1], *const alert_severity_names[];
/* A decimal in millionths in the unit of the metric. */
int64_t metric_scaled(AlertMetric m, int64_t millionths);

#define ALERT_PIN_MS (INT64_C(24) * 3600000)     /* the window of left-restored unless rollback.pin_alarm says another */
#define ALERT_NONE INT64_MIN           /* a limit that the rule does not have; a figure that is not known */
enum { RULE_STEPS = 8 };

typedef struct AlertRule {
	Str id;
	AlertMetric metric;
	AlertBy by;
	int64_t above, below;          /* breached when the value is > above, or < below; ALERT_NONE */
	int64_t plus;                  /* and > baseline + plus */
	int64_t ratio;                 /* and > baseline x ratio (millionths) */
	int64_t clear;                 /* over again on this side of it; ALERT_NONE: a tenth back from the limit */
	int64_t window_ms;             /* what is measured */
	int64_t for_ms;                /* how long it must be breached, and then how long clear */
	int64_t min_count;             /* fewer samples are no breach */
	AlertSeverity severity;
	bool missing;                  /* no data counts as a breach */
	bool off;
	const Str *expect; size_t expects;             /* METRIC_MOVES: who may move a pointer */
	const Str *step; size_t steps; /* what to do, in order */
	Str help;                      /* what it means, in a sentence; empty for rules of the user */
} AlertRule;

/* The rules that need no configuration. */
extern const AlertRule alert_builtin[];
extern const size_t alert_builtin_count;

/* NOT_KNOWN: the data that it rests on is missing or too old. KNOWN_KEEPS: no alert may begin with it, one that fires goes on. */
typedef enum AlertKnown { NOT_KNOWN, KNOWN, KNOWN_KEEPS } AlertKnown;
typedef struct AlertReading {
	AlertKnown known;
	int64_t value, baseline;       /* baseline ALERT_NONE: nothing is usual yet */
	int64_t count;                 /* samples behind value */
} AlertReading;

typedef enum AlertVerdict { VERDICT_MISSING, VERDICT_CLEAR, VERDICT_BETWEEN, VERDICT_BREACH } AlertVerdict;
/* BETWEEN: on the good side of the limit, but not yet on that of `clear`. A rule with ratio or plus is not breached where
 * nothing is usual yet. A share (MetricInfo) is breached when it is above its limit by more than four standard errors. */
AlertVerdict alert_judge(const AlertRule *r, const AlertReading *x);
/* The limit that value was judged against, everything taken together; ALERT_NONE when it cannot be said. */
int64_t alert_threshold(const AlertRule *r, const AlertReading *x);

typedef enum AlertPhase { PHASE_OK, PHASE_PENDING, PHASE_FIRING } AlertPhase;
typedef enum AlertState { ALERT_OK, ALERT_PENDING, ALERT_FIRING, ALERT_ACKNOWLEDGED, ALERT_SILENCED } AlertState;
const char *alert_state_name(AlertState s);        /* "firing" */

/* Wall-clock times in ms; 0 = not. */
typedef struct AlertStatus {
	AlertPhase phase;
	int64_t since_ms;              /* FIRING: the first breach of the run that made it fire; OK: when it last ended; 0: never fired */
	int64_t pending_ms, clearing_ms;
	int64_t judged_ms;             /* of the last step */
	int64_t acked_ms;
	bool    missing;               /* no data at the last step: the phase is that of before */
} AlertStatus;

typedef enum AlertEvent { EVENT_NONE, EVENT_FIRED, EVENT_CLEARED } AlertEvent;
/* Between two steps that lie further apart nobody watched: that time does not count as `for`. */
enum { ALERT_GAP_MS = 150000 };
/* One look. A clock that was set back moves the times of the status with it. */
AlertEvent alert_step(const AlertRule *r, const AlertReading *x, int64_t now_ms, AlertStatus *s);
/* silenced_until_ms 0: not. An acknowledgement holds until the alert is over, a silence until its time. */
AlertState alert_state(const AlertStatus *s, int64_t silenced_until_ms, int64_t now_ms);

#endif
