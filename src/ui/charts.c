#include <math.h>

#include "ui/surface.h"

enum { LEVELS = 8 };

static const char *const bars[LEVELS] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
static const char *const ascii_bars[LEVELS] = { "_", ".", "-", ":", "=", "+", "*", "#" };

static void range_of(const double *v, size_t n, double *low, double *high)
{
	*low = 0;
	*high = -HUGE_VAL;
	for (size_t i = 0; i < n; i++) {
		if (!isfinite(v[i]))
			continue;
		if (v[i] < *low)
			*low = v[i];
		if (v[i] > *high)
			*high = v[i];
	}
}

/* The least bar is drawn for the least value: only a gap is blank. */
static int level_of(double v, double low, double high)
{
	int level;

	if (high <= low)
		return 0;
	level = (int)lround((v / 2 - low / 2) / (high / 2 - low / 2) * (LEVELS - 1));   /* halves: no overflow */
	return level < 0 ? 0 : level >= LEVELS ? LEVELS - 1 : level;
}

int draw_spark(Box b, int x, int y, int w, Role role, const double *v, size_t n, bool ascii)
{
	double low, high;
	int gap;

	if (w <= 0)
		return 0;
	if (n > (size_t)w) {
		v += n - (size_t)w;
		n = (size_t)w;
	}
	gap = w - (int)n;
	range_of(v, n, &low, &high);
	for (int i = 0; i < w; i++) {
		double value = i < gap ? NAN : v[i - gap];

		if (isfinite(value))
			draw_own(b, x + i, y, role, (ascii ? ascii_bars : bars)[level_of(value, low, high)]);
		else
			draw_own(b, x + i, y, role, " ");
	}
	return w;
}

void draw_bar(Box b, int x, int y, int w, int h, Role role, double part, bool ascii)
{
	long eighths = lround((part < 0 ? 0 : part > 1 ? 1 : part) * LEVELS * h);

	for (int row = 0; row < h && (row == 0 || eighths > 0); row++, eighths -= LEVELS)
		for (int i = 0; i < w; i++)
			draw_own(b, x + i, y + h - 1 - row, role,
			         (ascii ? ascii_bars : bars)[eighths >= LEVELS ? LEVELS - 1 : eighths > 0 ? eighths - 1 : 0]);
}
