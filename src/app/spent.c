#include "app/spent.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/xalloc.h"

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

static int make_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, (size_t)(slash - path)) : NULL;
	int rc = folder ? dir_make_private(folder, NULL) : -1;

	free(folder);
	return rc;
}

/* Locked until it is closed; -1 when there is no such file to be had. */
static int open_locked(const Spent *s, bool make)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | (make ? O_CREAT : 0);
	struct stat st;
	int fd;

	if (!s->path)
		return -1;
	fd = open(s->path, flags, 0600);
	if (fd < 0 && make && make_folder(s->path) == 0)
		fd = open(s->path, flags, 0600);
	if (fd >= 0 && (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || flock(fd, LOCK_EX) < 0)) {
		close(fd);
		fd = -1;
	}
	return fd;
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

int64_t spent_today(Spent *s, int64_t now_ms)
{
	int fd = open_locked(s, false);
	int64_t all = 0;

	own_day(s, now_ms / day_ms);
	if (fd >= 0) {
		all = read_day(fd, s->day);
		close(fd);
	}
	return all > s->own_nusd ? all : s->own_nusd;
}

void spent_add(Spent *s, int64_t now_ms, int64_t nusd)
{
	int fd = open_locked(s, true);
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
