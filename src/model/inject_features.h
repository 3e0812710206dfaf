/* Within inject: a reading's hashed features and what they weigh. The same arithmetic stands in tests/tools/train_injection.py;
 * a test holds both together. */
#ifndef MODEL_INJECT_FEATURES_H
#define MODEL_INJECT_FEATURES_H

#include "base/str.h"

enum { FEATURE_BITS = 16, FEATURES = 1 << FEATURE_BITS, WINDOW_WORDS = 512 };

/* seen: a bit for each feature of the window; all zero between calls. */
typedef struct FeatureRoom {
	uint64_t seen[FEATURES / 64];
	uint32_t count;
} FeatureRoom;

/* The largest of the windows' sums, each divided by the square root of its number of features. weights: FEATURES of them.
 * *at: where in the text that window begins. */
double features_score(FeatureRoom *room, const int8_t *weights, Str text, size_t *at);

#endif
