#include "model/caching.h"

#include <stdlib.h>

#include "base/num.h"

enum { MILLION = 1000000, PERCENTILE = 90, INPUT = 0, READ = 2, WRITE_5M = 3, WRITE_1H = 4 };

/* As price_work rounds: pUSD x thousandths x hundred-thousandths, half up; also below zero. */
static int64_t rounded(const PriceWork *w, __int128 pico)
{
	const __int128 unit = INT64_C(100000000000), v = pico * w->geo_permille * (100000 - w->milli_percent) + unit / 2;

	return (int64_t)(v / unit - (v % unit < 0));
}

static __int128 dearer(const PriceWork *w, int than, int cls)
{
	return (__int128)w->count[cls] * (w->micro_usd[cls] - w->micro_usd[than]);
}

CacheMoney caching_money(const PriceWork *w)
{
	CacheMoney m = { 0 };

	/* A class without tokens may have no price: then it adds nothing. */
	if (w->micro_usd[INPUT] >= 0) {
		m.saved_nusd = w->count[READ] ? rounded(w, -dearer(w, INPUT, READ)) : 0;
		m.premium_nusd = rounded(w, (w->count[WRITE_5M] ? dearer(w, INPUT, WRITE_5M) : 0) + (w->count[WRITE_1H] ? dearer(w, INPUT, WRITE_1H) : 0));
	}
	if (w->micro_usd[READ] >= 0)
		m.miss_nusd = rounded(w, (w->count[INPUT] ? dearer(w, READ, INPUT) : 0) + (w->count[WRITE_5M] ? dearer(w, READ, WRITE_5M) : 0) +
		                         (w->count[WRITE_1H] ? dearer(w, READ, WRITE_1H) : 0));
	return m;
}

void caching_add(CacheMoney *to, const CacheMoney *x)
{
	to->saved_nusd = (int64_t)((uint64_t)to->saved_nusd + (uint64_t)x->saved_nusd);
	to->premium_nusd = (int64_t)((uint64_t)to->premium_nusd + (uint64_t)x->premium_nusd);
	to->miss_nusd = (int64_t)((uint64_t)to->miss_nusd + (uint64_t)x->miss_nusd);
}

int64_t caching_prompt(const Tokens *t)
{
	return tokens_total(&(Tokens){ .input = t->input, .cache_read = t->cache_read, .cache_write_5m = t->cache_write_5m,
	                               .cache_write_1h = t->cache_write_1h });
}

int64_t caching_rate(int64_t read, int64_t prompt)
{
	return prompt > 0 ? mul_div(read, MILLION, prompt) : -1;
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int64_t caching_achievable(const CacheHour *hour, size_t n, int *samples)
{
	int64_t rate[CACHING_HOURS];
	CacheHour sum = { 0 };
	int count = 0;

	for (size_t i = 0; i < n && i < CACHING_HOURS; i++) {
		sum.asks += hour[i].asks;
		sum.prompt += hour[i].prompt;
		sum.read += hour[i].read;
		if (sum.asks < CACHING_ASKS || sum.prompt <= 0)
			continue;
		rate[count++] = caching_rate(sum.read, sum.prompt);
		sum = (CacheHour){ 0 };
	}
	if (samples)
		*samples = count;
	if (count < CACHING_SAMPLES)
		return -1;
	qsort(rate, (size_t)count, sizeof *rate, by_size);
	return rate[(count * PERCENTILE + 99) / 100 - 1];        /* nearest rank */
}

int64_t caching_burn(const Tokens *t, int64_t miss_nusd, int64_t achievable_ppm)
{
	int64_t prompt = caching_prompt(t), missed = prompt - t->cache_read, avoidable;

	if (achievable_ppm < 0 || prompt <= 0 || missed <= 0 || miss_nusd <= 0)
		return 0;
	avoidable = mul_div(prompt, achievable_ppm, MILLION) - t->cache_read;
	return avoidable > 0 ? mul_div(miss_nusd, avoidable < missed ? avoidable : missed, missed) : 0;
}
