/* How an hour of jobs is drawn: the pure part of the fleet. */
#ifndef SIM_FLEET_HOUR_H
#define SIM_FLEET_HOUR_H

#include "sim/fleet_tables.h"

enum { HOUR_MS = 3600 * 1000 };

/* Independent streams of arrivals; the number within its stream is in the low bits of FleetJob.index. */
enum { STREAM_BASE, STREAM_RUSH, STREAM_RUNAWAY, STREAM_COUNT, STREAM_SHIFT = 24 };

struct Fleet {
	FleetSpec  spec;
	struct {
		FleetRoute *route;             /* by from_ms */
		size_t n, cap;
		char  version[FLEET_VERSIONS_MAX][32];
		int   versions;
	} agent[FLEET_AGENTS];
	struct { FleetHour hour; uint64_t used; } *slot;   /* generated hours, least recently used goes first */
	size_t   slots, slot_cap;
	uint64_t clock;                    /* for `used` */
};

/* Fills out->job (heap). Reads the fleet's spec and routes, nothing else. */
void fleet_hour_make(const Fleet *f, int64_t hour, FleetHour *out);
/* Scenario time: ms of progress since the start at t, or -1 before it. */
int64_t fleet_progress(const FleetSpec *s, int64_t t_ms);
/* The real time at which that progress is reached; 0 when it never is. */
int64_t fleet_progress_at(const FleetSpec *s, int64_t progress_ms);

#endif
