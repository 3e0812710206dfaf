/* Who changed what: every write that the region has answered, and what had happened before it began.
 * Source: AWS CloudTrail User Guide, "CloudTrail record contents". */
#ifndef SIM_TRAIL_H
#define SIM_TRAIL_H

#include "api/cloudtrail.h"
#include "sim/serve.h"
#include "sim/trail_record.h"

/* A write is seen so long after it was made (of the wall clock); AWS needs minutes. */
enum { TRAIL_LATE_MS = 2000, TRAIL_KEPT = 20000, TRAIL_DAYS = 90 };

/* After the answer: notes the call when it is a write. The one place where that is done, for all services. */
void trail_note(SimCall *c, const SimRow *row);
/* The release pipeline has brought a platform's pointer into line with one that moved elsewhere. */
void trail_follow(Sim *s, const PipelineMove *m);
/* Everything that the caller's account and region may see by now, the newest first, in c->arena. */
size_t trail_events(SimCall *c, TrailEvent **out);

#endif
