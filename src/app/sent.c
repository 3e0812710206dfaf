#include "app/sent.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/own_file.h"

enum { MINUTE_MS = 60000, ASIDE_MS = 5000 /* another run may have looked at the clock later and locked before */ };

void sent_open(Sent *s, char *path, int64_t most)
{
	*s = (Sent){ .path = path, .most = most };
}

void sent_close(Sent *s)
{
	free(s->path);
	s->path = NULL;
}

/* Of the last minute, in place. What is from a later time was written before the clock was put back. */
static size_t lately(int64_t *v, size_t n, int64_t now_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (v[i] <= now_ms + ASIDE_MS && now_ms - v[i] < MINUTE_MS)
			v[kept++] = v[i];
	return kept;
}

static size_t read_all(int fd, int64_t v[SENT_MAX])
{
	const ssize_t n = pread(fd, v, SENT_MAX * sizeof *v, 0);

	return n > 0 ? (size_t)n / sizeof *v : 0;
}

static int64_t wait_of(const Sent *s, const int64_t *v, size_t have, size_t n, int64_t now_ms)
{
	const size_t most = (size_t)s->most;

	if (!s->most || have + n <= most)
		return 0;
	/* Until so many of the oldest are a minute old. */
	return n > most ? MINUTE_MS : v[have + n - most - 1] + MINUTE_MS - now_ms;
}

static size_t look(Sent *s, size_t n, bool claim, bool anyway, int64_t now_ms, int64_t *wait_ms)
{
	const int fd = own_file_open(s->path, claim);
	int64_t here[SENT_MAX], *v = fd >= 0 ? here : s->own;
	size_t have = lately(v, fd >= 0 ? read_all(fd, here) : s->n, now_ms);

	*wait_ms = wait_of(s, v, have, n, now_ms);
	if (claim && (!*wait_ms || anyway)) {
		/* The oldest make room: more than that are not told apart. */
		if (have + n > SENT_MAX) {
			memmove(v, v + (have + n - SENT_MAX), (SENT_MAX - n) * sizeof *v);
			have = SENT_MAX - n;
		}
		for (size_t i = 0; i < n; i++)
			v[have + i] = now_ms;
		s->n = fd >= 0 ? 0 : have + n;
		if (fd >= 0 && pwrite(fd, v, (have + n) * sizeof *v, 0) == (ssize_t)((have + n) * sizeof *v))
			(void)!ftruncate(fd, (off_t)((have + n) * sizeof *v));
	}
	if (fd >= 0)
		close(fd);
	return have;
}

size_t sent_peek(Sent *s, size_t n, int64_t now_ms, int64_t *wait_ms)
{
	return look(s, n, false, false, now_ms, wait_ms);
}

size_t sent_claim(Sent *s, size_t n, bool anyway, int64_t now_ms, int64_t *wait_ms)
{
	return look(s, n, true, anyway, now_ms, wait_ms);
}

void sent_give_back(Sent *s)
{
	const int fd = own_file_open(s->path, false);
	int64_t v[SENT_MAX];
	const size_t n = fd >= 0 ? read_all(fd, v) : 0;

	/* Which one of the newest is nobody's concern: they are counted. */
	if (n)
		(void)!ftruncate(fd, (off_t)((n - 1) * sizeof *v));
	else if (fd < 0 && s->n)
		s->n--;
	if (fd >= 0)
		close(fd);
}
