/* The seeded fleet: agents, tenants, jobs and what they leave behind. Nothing is stored: an hour of jobs is a pure
 * function of (seed, hour, what the fleet was told) made when it is asked for, so 35 days of history cost nothing at
 * start. Integers only, so that the same seed and clock give the same bytes everywhere.
 *
 * All times are ms since 1970 on the fleet's own clock; `now` is an argument: what lies after it is not visible. */
#ifndef SIM_FLEET_H
#define SIM_FLEET_H

#include "base/buf.h"
#include "model/job.h"
#include "sim/rows.h"
#include "sim/sim.h"

enum {
	FLEET_AGENTS = 6, FLEET_MODELS = 5, FLEET_PERSONAS = 5, FLEET_TENANTS = 12,
	FLEET_VERSIONS = 3,            /* at the start; clients may register more */
	FLEET_VERSIONS_MAX = 16, FLEET_TRIES = 3, FLEET_DAYS = 35, FLEET_SPEED_MAX = 240,
	FLEET_LIFE_MAX_MS = 10 * 60 * 1000,   /* no job lives longer, retries included */
	FLEET_LATE_MAX_MS = 500,              /* a log event is ingested at most so long after its timestamp */
};

typedef struct FleetSpec {
	uint64_t    seed;
	int64_t     start_ms;
	int32_t     speed_milli;       /* arrivals and scenario progress after start, in thousandths */
	SimScenario scenario;
	int32_t     zone_hours;        /* its day and week run so many hours ahead of UTC */
} FleetSpec;

typedef enum FleetOutcome {
	FLEET_OK, FLEET_THROTTLED, FLEET_TIMEOUT, FLEET_SERVER, FLEET_SCHEMA, FLEET_INVALID, FLEET_OUTCOMES
} FleetOutcome;

typedef struct FleetCall {             /* one try: one call to a model */
	int32_t begin_ms, end_ms;          /* after the job's creation */
	int32_t tok[5];                    /* in the order of Tokens; all 0 when the call was refused */
	uint8_t outcome;
} FleetCall;

typedef struct FleetJob {
	int64_t  created_ms;
	uint64_t key;                      /* random bits that the job's ids are made of */
	uint32_t index;                    /* stream and number within the hour */
	int32_t  end_ms;                   /* after creation */
	uint8_t  agent, version, persona, tenant;
	uint8_t  tries, end_state;         /* JobState */
	bool     cache_hit, cache_stale, misreported, runaway;
	FleetCall call[FLEET_TRIES];
} FleetJob;

typedef struct FleetHour {
	int64_t   hour;                    /* hours since 1970 */
	FleetJob *job;                     /* by creation, then index */
	size_t    n;
} FleetHour;

typedef struct FleetView { JobState state; int retries; int64_t updated_ms; } FleetView;

typedef struct Fleet Fleet;
Fleet *fleet_open(const FleetSpec *spec);
void   fleet_close(Fleet *f);
int64_t fleet_first_hour(const Fleet *f);
/* The jobs are borrowed until four other hours have been asked for. */
FleetHour fleet_hour(Fleet *f, int64_t hour);
/* False while the job does not exist yet. */
bool   fleet_job_at(const FleetJob *j, int64_t now_ms, FleetView *out);
void   fleet_job_id(const FleetJob *j, char out[32]);
const FleetJob *fleet_job_find(Fleet *f, Str id);
const char *fleet_agent_id(unsigned agent);
const char *fleet_model_id(unsigned agent);
Str    fleet_version(const Fleet *f, unsigned agent, unsigned version);
int    fleet_versions(const Fleet *f, unsigned agent);             /* that are known so far */
int32_t fleet_speed_milli(const Fleet *f);
int64_t fleet_version_made_ms(const Fleet *f, unsigned agent, unsigned version);     /* of the first ones; 0: a client made it */
int64_t fleet_call_micro_usd(const FleetJob *j, unsigned call);     /* what the application reports */

/* Routes. weight[v] belongs to version v of that agent, sum 100. */
typedef struct FleetRoute { int64_t from_ms; bool paused; uint8_t weight[FLEET_VERSIONS_MAX]; } FleetRoute;
int    fleet_agent_of(Str id);                                       /* -1: not one of ours */
int    fleet_version_of(Fleet *f, unsigned agent, Str version);      /* registers a new one; -1 when there are too many */
FleetRoute fleet_route_at(const Fleet *f, unsigned agent, int64_t t_ms);
void   fleet_route_set(Fleet *f, unsigned agent, const FleetRoute *route);   /* arrivals from route->from_ms follow it */
/* When the scenario moves a pointer by itself: the release of bad-release and of cache-collapse. 0: never. */
int64_t fleet_release_ms(const Fleet *f, unsigned *agent);
/* The scenario throttle-storm: ten minutes of every half hour of progress, from the fourth on. */
bool   fleet_in_storm(const Fleet *f, int64_t t_ms);

/* The release of cache-collapse begins its prompts with a timestamp: no prefix is met again, each call writes its own. */
bool   fleet_breaks_prefix(const Fleet *f, const FleetJob *j);

/* Items of the agents table as attribute-value JSON: versions and "#route" pointers. */
void   fleet_registry_each(const Fleet *f, bool (*fn)(void *arg, Str agent, Str version, Str item_json), void *arg);
void   fleet_route_item(const Fleet *f, unsigned agent, int64_t t_ms, int64_t rev, Str by, Str reason, Buf *out);
/* One item of the jobs table. */
void   fleet_job_item(const Fleet *f, const FleetJob *j, const FleetView *v, Buf *out);

/* The jobs table below what clients have written. now is asked at each call. */
typedef struct FleetRows { Fleet *fleet; int64_t (*now)(void *arg); void *now_arg; } FleetRows;
SimRows fleet_rows(FleetRows *r);

#endif
