/* Log groups: the fleet's own, whose events are made when asked for, and what clients have put. */
#ifndef SIM_LOGSTORE_H
#define SIM_LOGSTORE_H

#include "sim/fleet_lines.h"

enum { LOG_GROUPS_MAX = 1000, LOG_EVENTS_MAX = 200000, LOG_STREAMS_MAX = 1000 };

typedef struct LogGroup {
	char   *name;
	int64_t created_ms, bytes;
	FleetLog fleet;                  /* what the fleet writes here as well */
	char  **stream;
	size_t  streams, stream_cap;
	struct { int64_t t_ms, in_ms; uint64_t seq; const char *stream; char *text; size_t len; } *event;   /* by t_ms, seq */
	size_t  events, event_cap;
} LogGroup;

typedef struct LogStore {
	Fleet    *fleet;
	LogGroup **group;                /* by name */
	size_t   groups, group_cap;
	uint64_t seq;
} LogStore;

LogStore *logstore_new(Fleet *fleet, int64_t now_ms);
void      logstore_free(LogStore *s);
LogGroup *logstore_find(const LogStore *s, Str name);
/* NULL when it is there already (or there are too many). */
LogGroup *logstore_add_group(LogStore *s, Str name, int64_t now_ms);
const char *loggroup_find_stream(const LogGroup *g, Str name);
/* 0; -1 when it is there already. */
int       loggroup_add_stream(LogGroup *g, Str name);
/* -1 when the store is full. stream must be one of the group's. */
int       loggroup_put(LogStore *s, LogGroup *g, const char *stream, int64_t t_ms, int64_t in_ms, Str text);

/* Events with from <= timestamp < to, ingested by now, in order of time and id. */
void      loggroup_each(LogStore *s, const LogGroup *g, int64_t from_ms, int64_t to_ms, int64_t now_ms, FleetLineFn fn, void *arg);
/* Events that were ingested after `seen` was taken, up to now, whatever their timestamp. What clients put is known by its number: two
 * things can happen in one millisecond. */
typedef struct LogSeen { int64_t ms; uint64_t seq; } LogSeen;
LogSeen   logstore_seen(const LogStore *s, int64_t now_ms);
void      loggroup_arrived(LogStore *s, const LogGroup *g, LogSeen seen, int64_t now_ms, FleetLineFn fn, void *arg);

#endif
