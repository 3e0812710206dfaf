/* How sure a share is that was counted in few cases. Pure. */
#ifndef MODEL_INTERVAL_H
#define MODEL_INTERVAL_H

#include <stdint.h>

/* The 95 % interval of hits of n, in ppm (E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927):
 * also right where n is small or the share near 0 or 1. n 0: everything is possible. */
void interval_95(int64_t hits, int64_t n, int64_t *low_ppm, int64_t *high_ppm);

#endif
