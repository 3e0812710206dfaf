/* What the fleet writes into its log group, event by event (docs: "Log line"), and its calls as metrics see them. */
#ifndef SIM_FLEET_LINES_H
#define SIM_FLEET_LINES_H

#include "sim/fleet.h"

#define FLEET_LOG_GROUP "/seismo/jobs"
#define FLEET_CALL_GROUP "/aws/bedrock/modelinvocations"

/* The jobs' own lines, and what Bedrock notes of their calls. */
typedef enum FleetLog { FLEET_LOG_NONE, FLEET_LOG_JOBS, FLEET_LOG_CALLS } FleetLog;
enum { FLEET_EVENT_ID = 57, FLEET_STREAMS = 4 };

typedef struct FleetLine {
	int64_t t_ms, in_ms;                  /* the event's own time; when the service had it */
	char    id[FLEET_EVENT_ID];           /* 56 digits; their order is the order of events */
	const char *stream;
	Str     text;                         /* JSON; borrowed for the call */
} FleetLine;

/* Return false to stop. */
typedef bool (*FleetLineFn)(void *arg, const FleetLine *line);

/* Events with from <= timestamp < to that were ingested by now, in order of time and id. */
void fleet_lines_each(Fleet *f, FleetLog log, int64_t from_ms, int64_t to_ms, int64_t now_ms, FleetLineFn fn, void *arg);
const char *fleet_stream_name(FleetLog log, unsigned i);            /* NULL: there are not so many */

/* Calls that ended in [from, to), in no particular order. */
typedef void (*FleetCallFn)(void *arg, int64_t t_ms, const FleetJob *j, const FleetCall *c);
void fleet_calls_each(Fleet *f, int64_t from_ms, int64_t to_ms, FleetCallFn fn, void *arg);

#endif
