/* The peer for drawing: a program that uses nothing but ncurses.
 *
 *     painter paint                  one full screen of letters in colour, then waits for a key: the least that a start costs
 *     painter frames all|changed N PERCENT   CPU time and bytes of a 200x50 frame, written to /dev/null
 * The second form changes the same cells in the same runs as frame.c does (one random sequence, one seed). "all" writes
 * every cell into the window and leaves the comparison to ncurses, as most programs do; "changed" writes only these. */
#include <curses.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { W = 200, H = 50, RUN = 8, ROLES = 6 };

static double cpu_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* Bytes that this process has written so far, as the kernel counts them; 0 where it does not. */
static int64_t written(void)
{
	FILE *f = fopen("/proc/self/io", "r");
	char line[128];
	long long n = 0;

	while (f && fgets(line, sizeof line, f) && sscanf(line, "wchar: %lld", &n) != 1)
		;
	if (f)
		(void)fclose(f);
	return n;
}

static unsigned random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (unsigned)(*seed >> 16);
}

static void colours(void)
{
	(void)start_color();
	(void)use_default_colors();
	for (short i = 1; i < 64; i++)
		(void)init_pair(i, (short)(i * 7 % 256), -1);
}

static int paint(void)
{
	(void)initscr();
	(void)cbreak();
	(void)noecho();
	(void)curs_set(0);
	colours();
	for (int y = 0; y < LINES; y++)
		for (int x = 0; x < COLS - 1; x++) {
			if (x % 20 == 0)
				(void)attrset(COLOR_PAIR(1 + (x / 20 + y) % 63));
			(void)mvaddch(y, x, (chtype)('a' + (x * 7 + y) % 26));
		}
	(void)refresh();
	(void)getch();
	(void)endwin();
	return 0;
}

static void put(const char cell[H][W], int x, int y, int n)
{
	(void)move(y, x);
	for (int i = 0; i < n; i++)
		(void)addch((chtype)(unsigned char)cell[y][x + i] | (chtype)COLOR_PAIR(1 + y % ROLES));
}

static void change(char cell[H][W], uint64_t *seed, double percent, bool draw)
{
	for (int left = (int)(W * H * percent / 100); left > 0; left -= RUN) {
		int y = (int)(random_next(seed) % H), x = (int)(random_next(seed) % (W - RUN));

		for (int i = 0; i < RUN; i++)
			cell[y][x + i] = (char)('0' + random_next(seed) % 10);
		if (draw)
			put(cell, x, y, RUN);
	}
}

static int frames(bool all, int count, double percent)
{
	static char cell[H][W];
	uint64_t seed = 88172645463325252u;
	FILE *null = fopen("/dev/null", "w+");
	double start;
	int64_t before;

	(void)setenv("LINES", "50", 1);
	(void)setenv("COLUMNS", "200", 1);
	if (!null || !newterm("xterm-256color", null, null))
		return 2;
	colours();
	memset(cell, '0', sizeof cell);
	for (int y = 0; y < H; y++)
		put((const char(*)[W])cell, 0, y, W - (y == H - 1));
	(void)refresh();
	before = written();
	start = cpu_us();
	for (int i = 0; i < count; i++) {
		change(cell, &seed, percent, !all);
		for (int y = 0; all && y < H; y++)
			put((const char(*)[W])cell, 0, y, W - (y == H - 1));
		(void)refresh();
	}
	start = cpu_us() - start;
	before = written() - before;
	(void)endwin();
	(void)printf("%.2f us %.0f bytes\n", start / count, (double)before / count);
	return 0;
}

int main(int argc, char **argv)
{
	(void)setlocale(LC_ALL, "");
	if (argc == 2 && strcmp(argv[1], "paint") == 0)
		return paint();
	if (argc == 5 && strcmp(argv[1], "frames") == 0)
		return frames(strcmp(argv[2], "all") == 0, atoi(argv[3]), atof(argv[4]));
	(void)fprintf(stderr, "usage: painter paint | frames all|changed COUNT PERCENT\n");
	return 2;
}
