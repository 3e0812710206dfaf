/* What is usual for an hour: the same kind of day at about the same time. */
#include "app/figures.h"

#include <string.h>

#include "base/num.h"

#define HOUR_MS INT64_C(3600000)

/* 1970-01-01 was a Thursday. */
bool day_is_weekend(int64_t local_day)
{
	int64_t weekday = ((local_day + 4) % 7 + 7) % 7;

	return weekday == 0 || weekday == 6;
}

size_t baseline_hours(int64_t hour, int64_t now_ms, int64_t offset_ms, int64_t out[BASE_HOURS_MAX])
{
	int64_t shift = floor_div(offset_ms, HOUR_MS);
	int64_t local = hour + shift, day = floor_div(local, 24);
	int64_t running = floor_div(now_ms, HOUR_MS);
	size_t n = 0;

	for (int64_t d = 1; d < BASE_DAYS; d++) {
		if (day_is_weekend(day - d) != day_is_weekend(day))
			continue;
		for (int64_t k = -1; k <= 1; k++) {
			int64_t h = local - 24 * d + k - shift;

			/* The running hour is not over: it says nothing yet about what is usual. */
			if (h < running && h >= running - BASE_DAYS * 24)
				out[n++] = h;
		}
	}
	return n;
}

int64_t fig_ppm(int64_t part, int64_t whole)
{
	return whole > 0 ? mul_div(part, 1000000, whole) : FIG_NONE;
}

void fig_text(char *out, size_t cap, Str s)
{
	size_t n = s.n < cap ? s.n : cap - 1;

	if (n)
		memcpy(out, s.p, n);
	out[n] = 0;
}
