#include "app/spent.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/own_file.h"

static const int64_t day_ms = 86400000;

void spent_open(Spent *s, char *path)
{
	*s = (Spent){ .path = path };
}

void spent_close(Spent *s)
{
	free(s->path);
	s->path = NULL;
}

/* What the file says of that day; anything else in it counts as nothing. */
static int64_t read_day(int fd, int64_t day)
{
	char text[80] = "";
	int64_t of, nusd;
	ssize_t n = pread(fd, text, sizeof text - 1, 0);

	if (n <= 0 || sscanf(text, "%" SCNd64 " %" SCNd64, &of, &nusd) != 2 || of != day || nusd < 0)
		return 0;
	return nusd;
}

static void write_day(int fd, int64_t day, int64_t nusd)
{
	char text[80];
	int n = snprintf(text, sizeof text, "%" PRId64 " %" PRId64 " nUSD spent by paid calls on this day since 1970\n", day, nusd);

	/* The line is written over the last one, whose room it has also on a full disk, and only then cut to its length. */
	if (pwrite(fd, text, (size_t)n, 0) == n)
		(void)!ftruncate(fd, n);
}

static void own_day(Spent *s, int64_t day)
{
	if (s->day != day)
		s->own_nusd = 0;
	s->day = day;
}

bool spent_claim(Spent *s, int64_t now_ms, int64_t nusd, int64_t most_nusd, int64_t *was_nusd)
{
	int fd = own_file_open(s->path, true);
	int64_t all;
	bool room;

	own_day(s, now_ms / day_ms);
	all = fd >= 0 ? read_day(fd, s->day) : 0;
	*was_nusd = all > s->own_nusd ? all : s->own_nusd;
	room = *was_nusd < most_nusd && nusd <= most_nusd - *was_nusd;
	if (room) {
		s->own_nusd += nusd;
		if (fd >= 0 && nusd)
			write_day(fd, s->day, all + nusd);
	}
	if (fd >= 0)
		close(fd);
	return room;
}

void spent_add(Spent *s, int64_t now_ms, int64_t nusd)
{
	int fd = own_file_open(s->path, true);
	int64_t all;

	own_day(s, now_ms / day_ms);
	s->own_nusd += nusd;
	if (fd < 0)
		return;
	if (__builtin_add_overflow(read_day(fd, s->day), nusd, &all))
		all = INT64_MAX;        /* whatever stands in the file: nothing more is paid today */
	write_day(fd, s->day, all > 0 ? all : 0);
	close(fd);
}
