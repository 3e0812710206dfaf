/* The local snapshot: one SQLite file per context, WAL, 0600, migrations in one transaction. Everything here is
 * synchronous and belongs to one thread at a time: the writer lives on the worker pool (one write job in flight),
 * readers are opened for the job that reads. First paint comes from the `frame` row alone. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "model/job.h"
#include "model/ledger.h"

typedef struct Store Store;

typedef enum StoreMode { STORE_WRITE, STORE_READ } StoreMode;

/* Opens or makes the file. A file that is not a database, is corrupt or belongs to another program is set aside
 * ("NAME.broken-<time>") and a new one is made; *note (may be NULL) then says so in a sentence. A symlink, FIFO,
 * foreign owner or world-writable file is refused. A newer schema is an error that says what to do. */
Store *store_open(const char *path, StoreMode mode, char note[256], Err *e);
/* The same in memory, for a disk that cannot be written: all stores of one name in this process are one, and it is gone
 * with the last of them. Open the writer first. */
Store *store_open_memory(const char *name, StoreMode mode, Err *e);
void   store_close(Store *s);

/* Whose numbers these are. The first write pins them; later they must be the same. */
int store_pin_identity(Store *s, Str account, Str region, Err *e);
int store_identity(Store *s, Arena *a, Str *account, Err *e);       /* empty when nobody was pinned yet */

/* One batch = one transaction: jobs, lines, metrics, agents and cursors together, so a crash never separates a
 * cursor from its rows. Idempotent: the same batch again changes nothing. Totals are moved by differences. */
typedef struct MetricPoint { int64_t t_ms; bool has; double v; } MetricPoint;
typedef struct MetricSeries {
	Str ns, name, dimensions_json, stat, unit;
	int period_s;
	const MetricPoint *points;
	size_t count;
	bool partial;
} MetricSeries;

typedef struct AgentVersionRow {         /* one item of the agents table, #route included */
	Str agent, version, status, model, created_by, raw_json;
	int64_t created_ms;
	int64_t rev;
	bool is_route;
} AgentVersionRow;

typedef struct Cursor { const char *feed; Str value; } Cursor;

typedef struct StoreBatch {
	const Job *jobs; size_t job_count;
	const LogLine *lines; size_t line_count;
	const MetricSeries *series; size_t series_count;
	const AgentVersionRow *agents; size_t agent_count;
	bool   agents_replace;               /* the batch holds all agents: others are gone */
	const Cursor *cursors; size_t cursor_count;
	const PriceTable *prices;
	LedgerMode mode;
	int64_t now_ms;
} StoreBatch;

typedef struct StoreDelta {              /* what changed, for the topics of the panes */
	size_t jobs_new, jobs_changed, lines_new, lines_again, series, agents;
	int64_t nusd;
} StoreDelta;

int store_apply(Store *s, const StoreBatch *b, StoreDelta *delta, Err *e);
/* Books everything again after the price table or the mode changed. */
int store_rebook(Store *s, const PriceTable *prices, LedgerMode mode, Err *e);
/* Forgets what is older than each age: jobs and the lines that carry their cost, other lines, hourly totals. What comes
 * late from before that is not taken in again. An age of 0 keeps everything. Totals of hours that stay do not change.
 * Ages count from now_ms or from the newest row, whichever is earlier. */
int store_prune(Store *s, int64_t now_ms, int64_t jobs_ms, int64_t lines_ms, int64_t hourly_ms, Err *e);

/* Size of the file, and how much of it waits for new rows. */
int store_size(Store *s, int64_t *bytes, int64_t *unused, Err *e);
/* Gives up to 16 MiB of unused space back to the disk. Files made before layout 2 keep it for new rows. */
int store_shrink(Store *s, Err *e);

int store_cursor(Store *s, const char *feed, Arena *a, Str *value, Err *e);       /* empty when never set */
int store_put_frame(Store *s, const char *name, Str blob, int64_t now_ms, Err *e); /* the last painted figures */
int store_get_frame(Store *s, const char *name, Arena *a, Str *blob, int64_t *at_ms, Err *e);

/* Reads. Results live in the arena. */
typedef enum Dim { DIM_ALL, DIM_TENANT, DIM_PERSONA, DIM_AGENT, DIM_VERSION, DIM_MODEL, DIMS } Dim;   /* VERSION keys are "agent@version" */
const char *dim_name(Dim d);
int         dim_of(Str name, Dim *out);          /* 0 or -1 */

typedef struct Sums {
	int64_t nusd, jobs, failed, unpriced, cache_hits, cache_known, retries, latency_ms_sum, latency_n;
	Tokens  tok;
} Sums;
void sums_add(Sums *to, const Sums *x);

typedef struct CostGroup { Str key; Sums s; } CostGroup;
typedef struct JobRow {
	Job job;
	CostSource source;
	int64_t nusd;
	bool unpriced;
} JobRow;
typedef struct JobFilter {
	int64_t updated_from_ms, updated_until_ms;   /* until 0 = open */
	int64_t booked_from_ms, booked_until_ms;     /* 0 = not asked */
	unsigned states;                             /* bit per JobState; 0 = all */
	Dim dim; Str key;                            /* DIM_ALL = any */
	size_t limit;                                /* 0 = all; newest first by updatedAt, then id */
} JobFilter;

/* Groups by nusd, descending, then key. Exact also when from/until are not on the hour. until 0 = open. */
int store_cost(Store *s, Dim by, int64_t from_ms, int64_t until_ms, Arena *a, CostGroup **out, size_t *n, Err *e);
/* One cell per hour of [from, from + count) for one key of a dimension (DIM_ALL: key ignored). Rollup only. */
int store_hours(Store *s, Dim dim, Str key, int64_t from_hour, size_t count, Sums *out, Err *e);
/* Groups of a set of hours (for a baseline: the same hour on other days). Sums over the hours. Rollup only. */
int store_hours_by(Store *s, Dim by, const int64_t *hours, size_t count, Arena *a, CostGroup **out, size_t *n, Err *e);
/* Minute cells (DIM_ALL) of the last hours, for live rates: keyed on the minute of the booking. */
int store_minutes(Store *s, int64_t from_minute, size_t count, Sums *out, Err *e);
int store_job(Store *s, Str id, Arena *a, JobRow *out, bool *found, Err *e);
int store_jobs(Store *s, const JobFilter *f, Arena *a, JobRow **out, size_t *n, Err *e);
int store_job_counts(Store *s, int64_t updated_from_ms, int64_t counts[JOB_STATES], int64_t *oldest_running_ms, Err *e);
int store_job_lines(Store *s, Str job_id, Str trace_id, size_t limit, Arena *a, LogLine **out, size_t *n, Err *e);
int store_agents(Store *s, Arena *a, AgentVersionRow **out, size_t *n, Err *e);
int store_metrics(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, MetricSeries **out, size_t *n, Err *e);
/* p-th percentile (0..1) of latency over jobs updated in the window; *n is how many. */
int store_latency(Store *s, int64_t from_ms, int64_t until_ms, double p, int64_t *ms, int64_t *n, Err *e);

#endif
