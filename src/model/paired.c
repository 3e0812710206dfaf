#include "model/paired.h"

#include <math.h>

/* ln of n over k */
static double log_choose(int64_t n, int64_t k)
{
	return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

double paired_p(const Paired *p)
{
	const int64_t n = p->won + p->lost, least = p->won < p->lost ? p->won : p->lost;
	double tail = 0;

	for (int64_t k = 0; k <= least; k++)
		tail += exp(log_choose(n, k) - (double)n * M_LN2);
	return tail * 2 < 1 ? tail * 2 : 1;
}
