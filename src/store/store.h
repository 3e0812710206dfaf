/* The local snapshot: one SQLite file per context, WAL, 0600, migrations in one transaction. Everything here is
 * synchronous and belongs to one thread at a time: the writer lives on the worker pool (one write job in flight),
 * readers are opened for the job that reads. First paint comes from the newest frame alone (store/frame.h). */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/arena.h"
#include "model/change.h"
#include "model/job.h"
#include "model/ledger.h"
#include "store/dim.h"
#include "store/sums.h"

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
/* What is wrong with the disk when the last failure was its, in few words ("disk full"): another write would meet the same. Else NULL. */
const char *store_disk_failure(const Store *s);
/* A store in memory of that name (store_open_memory) with what s holds: all totals, and the newest jobs with their lines, whole hours
 * of at most that many. What is older than these and comes late is not taken in there, as after store_prune. */
Store *store_copy_memory(Store *s, const char *name, int64_t jobs, Err *e);
/* A copy of the whole file, 0600; one of that name is replaced when the copy is whole. */
int    store_backup(Store *s, const char *path, Err *e);

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
	const LogLine *lines; size_t line_count; const struct LineHash *hashes;      /* of each line (line_hash.h); NULL: made here */
	const MetricSeries *series; size_t series_count;
	const AgentVersionRow *agents; size_t agent_count;
	bool   agents_replace;               /* the batch holds all agents: others are gone */
	const Change *changes; size_t change_count;      /* sightings (store/change.h) */
	const TraitSet *traits;                /* a look at a registry; NULL: none */
	const KnownAs *names; size_t name_count;
	const struct Platform *platform;     /* all of one platform (store/platform.h); NULL: none */
	const struct AlarmRow *alarms; size_t alarm_count;      /* store/alarm.h */
	bool   alarms_replace;
	const struct ChargeDay *charges; size_t charge_count;   /* store/charges.h */
	const Cursor *cursors; size_t cursor_count;
	const PriceTable *prices;            /* for a store that has none yet; else its own hold (store/books.h) */
	LedgerMode mode;
	bool   requests;                     /* records of the invocation log may come: calls are found by their request ids */
	int64_t now_ms;
} StoreBatch;

typedef struct StoreDelta {              /* what changed, for the topics of the panes */
	size_t jobs_new, jobs_changed, lines_new, lines_again, series, agents, changes;
	bool   alarms;                       /* the list is not what it was */
	bool   charges;
	size_t lines_confirmed;              /* of those again: Live Tail had brought them before */
	int64_t nusd;
	int64_t news;                        /* figures may differ: the number of this change (store/pulse.h); 0: they do not */
} StoreDelta;

int store_apply(Store *s, const StoreBatch *b, StoreDelta *delta, Err *e);
/* Books everything again by these prices, at once: for tools and tests. Programs do it in slices (store/books.h). */
int store_rebook(Store *s, const PriceTable *prices, LedgerMode mode, Err *e);
/* Forgets what is older than each age: jobs and the lines that carry their cost, other lines, hourly totals (and changes). What comes
 * late from before that is not taken in again. An age of 0 keeps everything. Totals of hours that stay do not change.
 * Ages count from now_ms or from the newest row, whichever is earlier. */
int store_prune(Store *s, int64_t now_ms, int64_t jobs_ms, int64_t lines_ms, int64_t hourly_ms, Err *e);

/* Before these nothing is kept any more, or taken in; 0: nothing was forgotten. hours: totals. */
typedef struct KeptFrom { int64_t jobs_ms, lines_ms, hours_ms; } KeptFrom;
int store_kept_from(Store *s, KeptFrom *out, Err *e);
/* Size of the file, and how much of it waits for new rows. */
int store_size(Store *s, int64_t *bytes, int64_t *unused, Err *e);
/* Brings everything that was committed to the disk: a commit alone is safe from a kill, not from a power cut. */
int store_sync(Store *s, Err *e);
/* Gives up to 16 MiB of unused space back to the disk. Files made before layout 2 keep it for new rows. */
int store_shrink(Store *s, Err *e);
void store_rest(Store *s);              /* gives the memory of past work back to the heap, after some that has gone through much */

int store_cursor(Store *s, const char *feed, Arena *a, Str *value, Err *e);       /* empty when never set */

/* Reads. Results live in the arena. */
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
	Str key[DIM_SIMPLE];                               /* all that are asked for must match; p NULL: any */
	size_t limit;                                /* 0 = all; newest first by updatedAt, then id */
} JobFilter;

/* Groups by nusd, descending, then key. Exact also when from/until are not on the hour (or the day, see dim_span_ms): then the rows
 * of what is left over are read. until 0 = open. */
int store_cost(Store *s, Dim by, int64_t from_ms, int64_t until_ms, Arena *a, CostGroup **out, size_t *n, Err *e);
/* From totals only. Hours are days where dim_span_ms says so.
 * One cell per hour of [from, from + count) for one key of a dimension (DIM_ALL: key ignored). */
int store_hours(Store *s, Dim dim, Str key, int64_t from_hour, size_t count, Sums *out, Err *e);
/* Groups of a set of hours (for a baseline: the same hour on other days). Sums over the hours. */
int store_hours_by(Store *s, Dim by, const int64_t *hours, size_t count, Arena *a, CostGroup **out, size_t *n, Err *e);
/* Rows to add up in one's own way (hourly.c). key[d] is the number of the row's key in that simple dimension, 0 where it has none: a
 * text of its own (store_key_text), the same for equal texts of one store. Totals are in the order of their hours; a composite dimension
 * fills the keys of all its parts. What is kept by the day comes as the first hour of each: both ends are whole days then. */
typedef void (*StoreEach)(void *arg, int64_t hour, const int64_t key[DIM_SIMPLE], const Sums *x);
int store_each_hour(Store *s, Dim by, int64_t from_hour, int64_t until_hour, StoreEach each, void *arg, Err *e);
/* The same with nusd and jobs alone, the other members are 0: in half the time. */
int store_each_hour_money(Store *s, Dim by, int64_t from_hour, int64_t until_hour, StoreEach each, void *arg, Err *e);
/* Every call booked in that time, with all its keys. Reads as many rows as there were calls: for few hours only. */
int store_each_call(Store *s, int64_t from_ms, int64_t until_ms, StoreEach each, void *arg, Err *e);
int store_key_id(Store *s, Str text, int64_t *id, Err *e);               /* 0: the empty text; -2: no row has it */
int store_key_text(Store *s, int64_t id, Arena *a, Str *text, Err *e);
/* Minute cells (DIM_ALL) of the last hours, for live rates: keyed on the minute of the booking. */
int store_minutes(Store *s, int64_t from_minute, size_t count, Sums *out, Err *e);
/* Files of an older layout were brought up to date from the jobs that they still held. Hours before this (0: there are none) have
 * only what was kept then: no composite keys, no latencies, and of Sums no more than up to tok. */
int store_detail_from(Store *s, int64_t *ms, Err *e);
/* Before this (0: ever) nothing is known of what caches were worth. */
int store_caching_from(Store *s, int64_t *ms, Err *e);
int store_job(Store *s, Str id, Arena *a, JobRow *out, bool *found, Err *e);
int store_jobs(Store *s, const JobFilter *f, Arena *a, JobRow **out, size_t *n, Err *e);
/* Of jobs updated in [from, until); until 0 = open. *oldest_running_ms (may be NULL): startedAt of the oldest that runs now. */
int store_job_counts(Store *s, int64_t updated_from_ms, int64_t updated_until_ms, int64_t counts[JOB_STATES], int64_t *oldest_running_ms, Err *e);
int store_job_lines(Store *s, Str job_id, Str trace_id, size_t limit, Arena *a, LogLine **out, size_t *n, Err *e);
int store_agents(Store *s, Arena *a, AgentVersionRow **out, size_t *n, Err *e);
int store_metrics(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, MetricSeries **out, size_t *n, Err *e);

#endif
