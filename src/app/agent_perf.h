/* How agents and versions did in a window, from the totals. Jobs name agents and versions as their team does; platforms may not. */
#ifndef APP_AGENT_PERF_H
#define APP_AGENT_PERF_H

#include "store/latency.h"

typedef struct PerfWindow {
	CostGroup *agent, *version; size_t agents, versions;
	LatencyGroup *agent_ms, *version_ms; size_t agent_msn, version_msn;
} PerfWindow;
typedef struct Perf { Sums s; int64_t p95_ms; } Perf;            /* p95: -1 when no job told how long it took */

/* Of the calls that began in [from, until); until 0: open. In a. */
int  perf_read(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, PerfWindow *out, Err *e);
Perf perf_of_agent(const PerfWindow *w, Str name);
/* release: as the team calls the version; empty, or unknown to the jobs: as the platform does. */
Perf perf_of_version(const PerfWindow *w, Str name, Str release, Str version);

#endif
