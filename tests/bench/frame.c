/* CPU time and bytes of a 200x50 frame of our own damage drawing.
 *
 *     frame [FRAMES]
 * Each line of the result changes a share of the cells in runs of 8 (figures change in runs), draws only these, and emits the frame.
 * "redrawn" clears and draws all cells of the surface in each frame, as panes do; the share that changes is the same.
 * Nothing is written: what is measured is the difference and its bytes, without the kernel's part. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "ui/damage.h"

enum { W = 200, H = 50, RUN = 8 };

typedef struct Bench {
	Surface *s;
	Painter *painter;
	char     cell[H][W];
	uint64_t seed;
} Bench;

static double cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static unsigned random_next(Bench *b)
{
	b->seed ^= b->seed << 13;
	b->seed ^= b->seed >> 7;
	b->seed ^= b->seed << 17;
	return (unsigned)(b->seed >> 16);
}

static void draw_run(Bench *b, int x, int y, int n)
{
	Clean c = { &b->cell[y][x], (size_t)n, n };

	draw_text(surface_box(b->s), x, y, (Role)(ROLE_CHART_1 + y % 6), c);
}

static void change(Bench *b, double percent)
{
	for (int left = (int)(W * H * percent / 100); left > 0; left -= RUN) {
		int y = (int)(random_next(b) % H), x = (int)(random_next(b) % (W - RUN));

		for (int i = 0; i < RUN; i++)
			b->cell[y][x + i] = (char)('0' + random_next(b) % 10);
		draw_run(b, x, y, RUN);
	}
}

static void redraw(Bench *b)
{
	surface_clear(b->s);
	for (int y = 0; y < H; y++)
		draw_run(b, 0, y, W);
}

static void measure(Bench *b, const char *name, double percent, bool all, int frames)
{
	Buf out = { 0 };
	double paint = 0, start = cpu_us(), bytes = 0;

	for (int i = 0; i < frames; i++) {
		double t;

		change(b, percent);
		if (all)
			redraw(b);
		buf_reset(&out);
		t = cpu_us();
		painter_frame(b->painter, b->s, -1, -1, &out);
		paint += cpu_us() - t;
		bytes += (double)out.n;
	}
	(void)printf("%-22s %5.1f %%  %8.1f us frame  %8.1f us with drawing  %8.0f bytes\n", name, percent, paint / frames,
	             (cpu_us() - start) / frames, bytes / frames);
	buf_done(&out);
}

int main(int argc, char **argv)
{
	int64_t frames = 2000;
	Bench *b = calloc(1, sizeof *b);
	Caps caps;
	Palette palette;
	Theme theme = { 0 };
	Buf first = { 0 };
	Err e;

	if (!b || (argc > 1 && (str_i64(str_of(argv[1]), &frames) < 0 || frames < 1)) ||
	    caps_load(&caps, "xterm-256color", 1, &e) < 0)
		return 2;
	for (int i = 0; i < ROLE_COUNT; i++)
		theme.role[i].fg = (Colour){ COLOUR_256, (uint32_t)(i * 7 % 256) };
	palette_build(&palette, &theme, DEPTH_256, 256);
	b->seed = 88172645463325252u;
	b->s = surface_new(W, H);
	b->painter = painter_new(&caps, false);
	painter_palette(b->painter, &palette);
	memset(b->cell, '0', sizeof b->cell);
	redraw(b);
	painter_frame(b->painter, b->s, -1, -1, &first);
	(void)printf("first frame %zu bytes\n", first.n);
	measure(b, "changed cells drawn", 0, false, (int)frames);
	measure(b, "changed cells drawn", 0.5, false, (int)frames);
	measure(b, "changed cells drawn", 5, false, (int)frames);
	measure(b, "changed cells drawn", 100, false, (int)frames / 10 + 1);
	measure(b, "all redrawn", 0.5, true, (int)frames / 10 + 1);
	measure(b, "all redrawn", 5, true, (int)frames / 10 + 1);
	buf_done(&first);
	painter_free(b->painter);
	surface_free(b->s);
	caps_free(&caps);
	free(b);
	return 0;
}
