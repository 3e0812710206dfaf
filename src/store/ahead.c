#include "store/ahead.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/db.h"

enum { LEAST = 256 /* cells, calls and lines */, BYTES_MAX = 1 << 30 };

typedef struct Bytes { uint32_t at, n; } Bytes;

struct Ahead {
	pthread_t thread;
	bool      running;
	pthread_mutex_t lock;
	pthread_cond_t  changed;
	bool      packed;                /* the lines are; under the lock */
	Store    *store;
	uint32_t *order;
	Bytes    *sums;                  /* of each cell: where in all */
	Buf       all;
};

static void *run(void *arg)
{
	Ahead *a = arg;
	Cells *cells = &a->store->cells;
	unsigned char bytes[SUMS_CELL_MAX];

	line_pack_held(a->store);
	pthread_mutex_lock(&a->lock);
	a->packed = true;
	pthread_cond_signal(&a->changed);
	pthread_mutex_unlock(&a->lock);
	held_count(a->store);
	a->order = xmalloc(cells->n * sizeof *a->order);
	a->sums = xmalloc(cells->n * sizeof *a->sums);
	cells_sort(cells, a->order);
	for (size_t i = 0; i < cells->n; i++) {
		const uint32_t cell = a->order[i];
		const size_t n = sums_write(&cells->v[cell].s, bytes);

		a->sums[cell] = (Bytes){ (uint32_t)a->all.n, (uint32_t)n };
		(void)buf_put(&a->all, bytes, n);        /* there are not so many that they do not fit (ahead_begin) */
	}
	return NULL;
}

void ahead_begin(Store *s)
{
	const size_t calls = s->held.calls, n = s->cells.n;
	Ahead *a;

	if (s->ahead || n + calls + s->held.lines < LEAST || n + calls * (ROLLUPS + 1) > BYTES_MAX / SUMS_CELL_MAX)
		return;
	a = xcalloc(1, sizeof *a);
	a->store = s;
	buf_init(&a->all, BYTES_MAX);
	(void)pthread_mutex_init(&a->lock, NULL);
	(void)pthread_cond_init(&a->changed, NULL);
	s->ahead = a;
	if (pthread_create(&a->thread, NULL, run, a) == 0)
		a->running = true;
	else
		ahead_drop(s);               /* then it is done when its time comes */
}

void ahead_packed(Store *s)
{
	Ahead *a = s->ahead;

	if (!a || !a->running)
		return;
	pthread_mutex_lock(&a->lock);
	while (!a->packed)
		pthread_cond_wait(&a->changed, &a->lock);
	pthread_mutex_unlock(&a->lock);
}

bool ahead_end(Store *s)
{
	Ahead *a = s->ahead;

	if (a && a->running)
		(void)pthread_join(a->thread, NULL);
	if (a)
		a->running = false;
	return a;
}

const uint32_t *ahead_order(const Ahead *a)
{
	return a->order;
}

Str ahead_sums(const Ahead *a, uint32_t cell)
{
	return str_sub(buf_str(&a->all), a->sums[cell].at, a->sums[cell].n);
}

void ahead_drop(Store *s)
{
	Ahead *a = s->ahead;

	if (!ahead_end(s))
		return;
	free(a->order);
	free(a->sums);
	buf_done(&a->all);
	(void)pthread_mutex_destroy(&a->lock);
	(void)pthread_cond_destroy(&a->changed);
	free(a);
	s->ahead = NULL;
}
