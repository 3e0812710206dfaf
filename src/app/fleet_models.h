/* Which model each pointer leads to, and when models end, from what the looks at the registries left behind. */
#ifndef APP_FLEET_MODELS_H
#define APP_FLEET_MODELS_H

#include "store/store.h"

#define MODEL_END_TRAIT " endOfLife"   /* of "MODEL endOfLife", the trait whose value is the day: "2026-12-31" */

typedef struct ModelUse { Str pointer, agent, version, model; } ModelUse;
typedef struct ModelEnds {
	ModelUse *use; size_t uses;            /* pointer by pointer, each version that it leads to */
	struct TraitRow *trait; size_t traits; /* of models */
} ModelEnds;

int  models_read(Store *s, Arena *a, ModelEnds *out, Err *e);
/* model as the fleet calls it, be it through a profile. False: nothing is known of an end. */
bool models_end(const ModelEnds *m, Str model, int64_t *end_ms);
const ModelUse *models_use(const ModelEnds *m, Str model);     /* the first; NULL: no pointer leads there */
/* The fleet may call a model through a profile: "us." and the like stand before the model's id. */
bool models_same(Str used, Str id);
/* "3.1:90 3.2:10 paused" version by version; empty at the end. */
Str  models_next_version(Str *routes);

#endif
