/* The refusals of the faults, in each service's own words. */
#ifndef SIM_REFUSE_H
#define SIM_REFUSE_H

#include "sim/service.h"

/* Answers a call that its plan refuses before any work; false when the call goes on. */
bool refuse_early(SimCall *c);
/* The plan's error, which is then spent. */
void refuse_error(SimCall *c);
/* The last frame of a stream: a modelled exception, or for one error in four an unmodelled one. */
void refuse_event(Buf *out, FaultMid mid, bool rest_names, uint64_t salt);

#endif
