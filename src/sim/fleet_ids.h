/* Ids that follow from a job's key, and stay the same however often they are asked for. */
#ifndef SIM_FLEET_IDS_H
#define SIM_FLEET_IDS_H

#include "sim/fleet.h"

enum { FLEET_UUID = 37, FLEET_TRACE = 33 };

void fleet_uuid(uint64_t a, uint64_t b, char out[FLEET_UUID]);             /* version 4 form */
void fleet_request_id(const FleetJob *j, unsigned call, char out[FLEET_UUID]);
/* 32 hex digits. A runaway agent's calls all belong to one trace: it loops. */
void fleet_trace_id(const Fleet *f, const FleetJob *j, char out[FLEET_TRACE]);

#endif
