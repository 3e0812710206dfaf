/* The figures that the views show, in one flat struct without pointers: computed from the store by app/figures.c, kept as
 * the snapshot's frame row, and painted from it at the next start before any network answer.
 * Text in it is raw: panes clean it before they draw. */
#ifndef MODEL_FIGURES_H
#define MODEL_FIGURES_H

#include "model/job.h"

enum {
	FIG_TEXT = 64, FIG_KEY = 160, FIG_JOBS = 400, FIG_DAYS = 7, FIG_GROUPS = 32, FIG_SPARK = 32,
	FIG_CHANGES = 16, FIG_MARKS = 128,
	FIG_CONTEXTS = 8, FIG_BUDGETS = 8,              /* that can be watched together */
	FIG_VERSION = 17,              /* of the struct's layout: an older frame is not painted */
};
#define FIG_NONE INT64_MIN         /* this figure is not known */

typedef char FigText[FIG_TEXT];
typedef char FigKey[FIG_KEY];              /* what the store is asked with: whole, so that it is found again */

/* Units: rates in ppm, money in nUSD, jobs/min and throttles/min in thousandths, times in ms, counts plain. */
typedef enum VitalId { VITAL_ERRORS, VITAL_SPEND, VITAL_JOBS, VITAL_ACTIVE, VITAL_P95, VITAL_CACHE, VITAL_THROTTLES, VITAL_SEEN, VITALS } VitalId;
typedef struct Vital {
	int64_t now, hour, base;       /* last 5 minutes, last hour, usual for this time of the week */
	int64_t n, hits;               /* samples behind `now`; for rates: how many of n */
	int64_t base_n;
	int64_t spark[FIG_SPARK];      /* oldest first; FIG_NONE = gap */
	int64_t age_ms;                /* of the newest datum when computed; FIG_NONE when there is none */
} Vital;

/* From latency sketches: within 1 %, and none where no job has told how long it took. */
typedef struct FigLatency { int64_t p50_ms, p95_ms, p99_ms, n; } FigLatency;

typedef struct HourCell {
	int64_t nusd, jobs, failed, unpriced;
	int64_t base_nusd;             /* mean of the samples; FIG_NONE below the least number of samples */
	int64_t base_n;
} HourCell;

typedef struct GroupCell {
	FigText context;               /* whose key it is; empty when one context is watched */
	FigKey  key;
	int64_t nusd, base_nusd, jobs, base_jobs_milli, failed, tokens, base_tokens;
	int64_t cache_hits, cache_known, base_cache_hits, base_cache_known;
	int64_t err_ppm, base_err_ppm; /* FIG_NONE: not enough */
} GroupCell;

typedef struct Groups {
	GroupCell cell[FIG_GROUPS];
	int32_t n, total;              /* of the cells; how many there are in all */
	int64_t nusd, base_nusd;       /* of all of them */
} Groups;

typedef struct JobCell {
	FigText context;               /* whose job it is; empty when one context is watched */
	FigKey  id;
	FigText trace, tenant, persona, agent, version, model, status, error_code, stop_reason;
	FigText template;              /* "id@version"; empty when not known */
	char    error_message[160];
	int32_t state, cost_source, unpriced, cache_hit;
	int64_t retries, nusd, reported_nusd, latency_ms, started_ms, updated_ms;
	int32_t has_tokens, pad;
	Tokens  tokens;
} JobCell;

/* What was changed (model/change.h): texts cut to fit. */
typedef struct ChangeCell {
	FigText context;               /* empty when one context is watched */
	FigKey  object, by;
	FigText from, to;
	int32_t kind, source;          /* ChangeKind, ChangeSource */
	int64_t time_ms;
} ChangeCell;

/* Where a period will end (model/forecast.h). */
typedef struct FigForecast {
	int64_t spent_nusd, low_nusd, mid_nusd, high_nusd;
	int64_t reaches_ms;            /* when the middle passes the budget's limit; 0: not in the period */
	int32_t known, days, tries, percent;
} FigForecast;

/* A configured budget, for each context by itself. */
typedef struct FigBudget {
	FigText context, id;
	FigKey  scope;                 /* "tenant acme"; empty: everything */
	int32_t period, percent;       /* BudgetPeriod; of the limit, rounded down */
	int64_t limit_nusd;
	FigForecast f;
} FigBudget;

typedef struct Figures {
	int32_t version, size;                    /* size: of the frame row that this was read from or written to */
	uint64_t check;                           /* of the frame row, over all that follows in it */
	int64_t at_ms;                            /* the clock they were computed with */
	int64_t newest_ms;                        /* of the newest job; 0 = none */
	int64_t spark_end_ms;                     /* where the sparks end: the minute after the last that is known */
	FigText account, region;                  /* account: empty when several contexts are watched */
	int32_t contexts, contexts_read;          /* how many are watched, and of how many the store could be read */
	Vital   vital[VITALS];
	FigLatency latency[2];                    /* of the last five minutes, of the last hour */
	int64_t states[6];                        /* jobs per JobState, updated within the last 24 h; active ones whenever */
	int64_t oldest_running_ms;                /* startedAt; 0 = none */
	int64_t today_nusd, today_unpriced, yesterday_nusd;
	/* The newest closed day that is compared with the bill; bill_day FIG_NONE: none is. */
	int64_t bill_day, bill_nusd, bill_drift_nusd, not_live_nusd;
	int64_t last_hour_nusd, hour_rate_nusd;   /* the last 60 minutes; the last 5 minutes as a rate per hour */
	FigForecast day, month;                   /* of all calls; spent of the month FIG_NONE while it is not all read */
	int32_t budget_count, pad2;
	FigBudget budget[FIG_BUDGETS];            /* the fullest first */
	int64_t first_hour;                       /* of the grid: hours since 1970, local midnight FIG_DAYS - 1 days ago */
	HourCell grid[FIG_DAYS * 24];
	int32_t grid_known;                       /* how many of the grid's hours are covered by the feeds' back-fill */
	int32_t job_count, jobs_total;
	Groups  movers_cost, movers_errors;       /* agent@version, the last two hours against the usual */
	int32_t change_count, changes_total;      /* of the last 24 h: in change[], and in all */
	ChangeCell change[FIG_CHANGES];           /* the newest first */
	int32_t mark_count, unwatched;            /* unwatched: contexts whose rules nobody watches */
	int32_t alerts, alerts_critical;          /* firing, warning or worse, and nobody has said anything about them; of them critical */
	int64_t mark_ms[FIG_MARKS];               /* when things were changed in the last 24 h, the newest first: for marks on charts */
	int64_t covered_from_ms;                  /* jobs are complete from here on; 0 = not known, and nothing is usual then */
	JobCell job[FIG_JOBS];                    /* active first, then newest; the last member: the frame row keeps the first few */
} Figures;

#endif
