/* One event of the trail: what is kept of a call. */
#ifndef SIM_TRAIL_RECORD_H
#define SIM_TRAIL_RECORD_H

#include "api/cloudtrail.h"
#include "sim/serve.h"

typedef struct TrailCall { const char *source; Str name; const SimRow *row; } TrailCall;

/* Whether the call changes what an operator cares about. Data that is only passed through (metrics, messages, answers of
 * models, items of other tables than the registry) is not on the trail, as it is not on AWS's. */
bool trail_is_write(const SimCall *c, const SimRow *row, TrailCall *out);
/* Texts in `a`. Values of secrets, parameters and items are left out. */
TrailEvent trail_record(Arena *a, SimCall *c, const TrailCall *call);
/* A write of the release pipeline to the registry, in the caller's account and region; texts in c->arena. */
TrailEvent trail_pipeline(SimCall *c, const char *name, unsigned agent, Str version, int64_t t_ms);

/* A pointer of a platform that the pipeline has moved. */
typedef struct PipelineMove { unsigned platform, agent; const char *pointer; int version; int64_t t_ms; } PipelineMove;
TrailEvent trail_pipeline_move(SimCall *c, const PipelineMove *m);

#endif
