#include "model/interval.h"

#include <math.h>

static int64_t ppm(double share)
{
	return share <= 0 ? 0 : share >= 1 ? 1000000 : (int64_t)llround(share * 1e6);
}

void interval_95(int64_t hits, int64_t n, int64_t *low_ppm, int64_t *high_ppm)
{
	static const double z = 1.959963984540054;
	double of = (double)n, share, middle, half;

	*low_ppm = 0;
	*high_ppm = 1000000;
	if (n <= 0)
		return;
	share = (double)(hits < 0 ? 0 : hits > n ? n : hits) / of;
	middle = (share + z * z / (2 * of)) / (1 + z * z / of);
	half = z / (1 + z * z / of) * sqrt(share * (1 - share) / of + z * z / (4 * of * of));
	*low_ppm = hits <= 0 ? 0 : ppm(middle - half);
	*high_ppm = hits >= n ? 1000000 : ppm(middle + half);
}
