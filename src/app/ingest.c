#include "app/ingest.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "store/beside.h"
#include "store/line_hash.h"

enum {
	LINE_MAX_BYTES = 1 << 20, CHUNK = 256 << 10,
	BATCH_MAX_BYTES = 8 << 20,           /* of text: few rows of a megabyte make a batch as well */
	PAUSE_MS = 200,                      /* a pipe that gives nothing for so long has its rows stored */
	BATCHES = 3,                         /* one is filled, one written, one waits */
	/* Pages of the store's log: so many are brought to the file beside the writer; so many are enough to begin it anew, once no more than
	 * LOG_REST are left to bring; with so many the writer waits until it can. */
	LOG_LONG = 4000, LOG_FULL = 24000, LOG_REST = 2000, LOG_MOST = 32000,
};

typedef struct Batch {
	Arena    arena;
	Job     *job;      size_t job_cap, jobs;
	LogLine *line;     size_t line_cap, lines;
	LineHash *hash;    size_t hash_cap;          /* of each line */
	size_t   bytes;
} Batch;

/* The reader fills batches and the writer empties them, in turn; count is how many are full. A third thread brings what was committed
 * from the store's log to its file, where most of the waiting for the disk is. */
typedef struct Ingest {
	const IngestSpec *spec;
	IngestCounts *out;
	Batch batch[BATCHES];
	Arena scratch;
	Buf   in;
	size_t at;                           /* of the next line in it */
	bool  overlong, ended;               /* the rest of a line too long is passed over; nothing more will come */
	int64_t line_no;
	uv_mutex_t lock;
	uv_cond_t  changed, log_changed;     /* what the reader and the writer wait for, and what concerns the third thread */
	int   filled, head;                  /* under the lock, as the four below */
	bool  finished, failed;
	Err   why;
	Store  *beside;                      /* of the third thread; NULL: the writer does that too */
	int64_t brought;                     /* so many pages of the log are in the file; the writer's alone */
	bool    bringing, written;           /* under the lock: it has something to bring; nothing more will be written */
} Ingest;

/* --- the log --- */

static void bring_over(void *arg)
{
	Ingest *g = arg;

	uv_mutex_lock(&g->lock);
	for (;;) {
		Err e = { 0 };

		while (!g->bringing && !g->written)
			uv_cond_wait(&g->log_changed, &g->lock);
		if (!g->bringing)
			break;
		uv_mutex_unlock(&g->lock);
		(void)store_bring(g->beside, &e);       /* a disk that fails is met by the writer too, and by the sync behind all */
		uv_mutex_lock(&g->lock);
		g->bringing = false;
		uv_cond_broadcast(&g->log_changed);
	}
	uv_mutex_unlock(&g->lock);
}

/* The log begins anew when nothing of it is left to bring over, and that is so only while nobody writes: the writer brings the last of it. */
static int look_after_log(Ingest *g, Err *e)
{
	int64_t pages = store_log_pages(g->spec->store);
	bool anew;

	if (pages < g->brought)
		g->brought = 0;
	if (!g->beside)
		return 0;
	uv_mutex_lock(&g->lock);
	while (pages >= LOG_MOST && g->bringing)
		uv_cond_wait(&g->log_changed, &g->lock);
	anew = !g->bringing && pages >= LOG_FULL && (pages - g->brought <= LOG_REST || pages >= LOG_MOST);
	if (!anew && !g->bringing && (pages >= LOG_FULL || pages - g->brought >= LOG_LONG)) {
		g->brought = pages;
		g->bringing = true;
		uv_cond_broadcast(&g->log_changed);
	}
	uv_mutex_unlock(&g->lock);
	return anew ? store_sync(g->spec->store, e) : 0;
}

/* --- the writer --- */

static void count(IngestCounts *c, const Batch *b, const StoreDelta *d)
{
	c->lines += (int64_t)b->lines;
	c->lines_new += (int64_t)d->lines_new;
	c->lines_again += (int64_t)d->lines_again;
	c->jobs += (int64_t)b->jobs;
	c->jobs_changed += (int64_t)d->jobs_changed;
	c->jobs_new += (int64_t)d->jobs_new;
	c->nusd += d->nusd;
	c->batches++;
}

static int write_batch(Ingest *g, const Batch *b, Err *e)
{
	StoreDelta d = { 0 };
	StoreBatch sb = {
		.jobs = b->job, .job_count = b->jobs, .lines = b->line, .line_count = b->lines, .hashes = b->hash,
		.prices = g->spec->prices, .mode = g->spec->mode,
		.now_ms = clock_wall_ms(),
	};

	if (store_apply(g->spec->store, &sb, &d, e) < 0)
		return -1;
	count(g->out, b, &d);
	return look_after_log(g, e);
}

static void write_all(void *arg)
{
	Ingest *g = arg;

	uv_mutex_lock(&g->lock);
	for (;;) {
		Err e = { 0 };
		int rc;

		while (!g->filled && !g->finished)
			uv_cond_wait(&g->changed, &g->lock);
		if (!g->filled)
			break;
		uv_mutex_unlock(&g->lock);
		rc = write_batch(g, &g->batch[g->head], &e);
		uv_mutex_lock(&g->lock);
		g->head = (g->head + 1) % BATCHES;
		g->filled--;
		if (rc < 0) {
			g->failed = true;
			g->why = e;
		}
		/* A reader that has to wait gets room for two, or small batches would wake it for each. */
		if (g->filled <= BATCHES - 2 || rc < 0)
			uv_cond_broadcast(&g->changed);
		if (rc < 0)
			break;
	}
	uv_mutex_unlock(&g->lock);
}

/* --- the reader --- */

/* The batch that is being filled. It is the reader's alone. */
static Batch *filling(Ingest *g)
{
	int at;

	uv_mutex_lock(&g->lock);
	at = (g->head + g->filled) % BATCHES;
	uv_mutex_unlock(&g->lock);
	return &g->batch[at];
}

/* Gives the batch to the writer and waits until another is free. False: the writer has failed. */
static bool hand_over(Ingest *g, Batch **b)
{
	bool ok;

	if (!(*b)->jobs && !(*b)->lines)
		return true;
	uv_mutex_lock(&g->lock);
	g->filled++;
	uv_cond_broadcast(&g->changed);
	while (g->filled == BATCHES && !g->failed)
		uv_cond_wait(&g->changed, &g->lock);
	ok = !g->failed;
	uv_mutex_unlock(&g->lock);
	if (!ok)
		return false;
	*b = filling(g);
	arena_reset(&(*b)->arena);
	(*b)->jobs = (*b)->lines = (*b)->bytes = 0;
	return true;
}

static void skip(Ingest *g, const Err *why)
{
	if (!g->out->skipped++) {
		g->out->first_skipped = g->line_no;
		g->out->first_why = *why;
	}
}

static void take_line(Ingest *g, Batch *b, Str text, uint64_t hash)
{
	Err e = { 0 };

	g->line_no++;
	if (!text.n)
		return;
	g->out->read++;
	VEC_GROW(b->job, b->job_cap, b->jobs + 1);
	VEC_GROW(b->line, b->line_cap, b->lines + 1);
	VEC_GROW(b->hash, b->hash_cap, b->lines + 1);
	switch (ingest_decode(&b->arena, &g->scratch, text, hash, &b->job[b->jobs], &b->line[b->lines], &e)) {
	case INGEST_JOB:
		b->jobs++;
		break;
	case INGEST_LINE:
		b->hash[b->lines] = line_hash(&b->line[b->lines]);
		b->lines++;
		break;
	default:
		skip(g, &e);
	}
	b->bytes += text.n;
	arena_reset(&g->scratch);
}

/* The next line of what has been read. False: more must be read. */
static bool next_line(Ingest *g, Str *line)
{
	const char *from = g->in.p + g->at, *end;
	size_t left = g->in.n - g->at;

	if (left && (end = memchr(from, '\n', left)))
		*line = (Str){ from, (size_t)(end - from) };
	else if (left && g->ended)
		*line = (Str){ from, left };
	else
		return false;
	g->at += line->n < left ? line->n + 1 : left;
	*line = str_trim(*line);
	return true;
}

/* As many lines of it as are hashed at once. */
static size_t next_lines(Ingest *g, Str line[STR_LANES], uint64_t hash[STR_LANES])
{
	size_t n = 0;

	while (n < STR_LANES && next_line(g, &line[n]))
		n++;
	ingest_hash(line, n, hash);
	return n;
}

/* A line longer than any record is passed over as it comes, so that memory stays as it is. */
static void drop_overlong(Ingest *g)
{
	static const Err too_long = { ERR_FAILED, "longer than 1 MiB" };

	if (g->in.n - g->at <= LINE_MAX_BYTES)
		return;
	if (!g->overlong) {
		g->line_no++;
		g->out->read++;
		skip(g, &too_long);
		g->line_no--;                    /* its end is still to come and counts it */
	}
	g->overlong = true;
	g->at = g->in.n;
}

/* 1: something came or it ended; 0: nothing for a while; -1. */
static int read_more(Ingest *g, Err *e)
{
	struct pollfd p = { .fd = g->spec->fd, .events = POLLIN };
	char *room;
	ssize_t n;

	buf_shift(&g->in, g->at);
	g->at = 0;
	if (poll(&p, 1, PAUSE_MS) == 0)
		return 0;
	room = xmalloc(CHUNK);
	do
		n = read(g->spec->fd, room, CHUNK);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		(void)buf_put(&g->in, room, (size_t)n);      /* far below its cap: lines are taken out or dropped */
	free(room);
	g->ended = n == 0;
	return n < 0 ? err_set(e, "cannot read: %s", strerror(errno)) : 1;
}

/* False: the writer has failed. */
static bool take_lines(Ingest *g, Batch **b)
{
	Str line[STR_LANES];
	uint64_t hash[STR_LANES];

	for (size_t n; (n = next_lines(g, line, hash)) > 0;)
		for (size_t i = 0; i < n; i++) {
			if (g->overlong)
				g->line_no++;
			else
				take_line(g, *b, line[i], hash[i]);
			g->overlong = false;
			if (((*b)->jobs + (*b)->lines >= g->spec->batch || (*b)->bytes >= BATCH_MAX_BYTES) && !hand_over(g, b))
				return false;
		}
	return true;
}

static int read_all(Ingest *g, Err *e)
{
	Batch *b = filling(g);
	int rc;

	while (!g->ended || g->at < g->in.n) {
		if (!take_lines(g, &b))
			return 0;
		if (g->ended)
			break;
		drop_overlong(g);
		if ((rc = read_more(g, e)) < 0)
			return -1;
		if (rc == 0 && !hand_over(g, &b))
			return 0;
	}
	(void)hand_over(g, &b);
	return 0;
}

static void set(Ingest *g, bool *what, uv_cond_t *who)
{
	uv_mutex_lock(&g->lock);
	*what = true;
	uv_cond_broadcast(who);
	uv_mutex_unlock(&g->lock);
}

/* Reads while another thread writes. */
static int read_and_write(Ingest *g, Err *e)
{
	uv_thread_t writer;
	int rc;

	if (uv_thread_create(&writer, write_all, g))
		return err_set(e, "cannot start a thread");
	rc = read_all(g, e);
	set(g, &g->finished, &g->changed);
	(void)uv_thread_join(&writer);
	if (!g->failed)
		return rc;
	*e = g->why;
	return -1;
}

static int run_threads(Ingest *g, Err *e)
{
	Err why = { 0 };
	uv_thread_t bringer;
	int rc;

	/* Without it the writer sees to its log as ever. */
	if (!(g->beside = store_beside(g->spec->store, &why)))
		return read_and_write(g, e);
	if (uv_thread_create(&bringer, bring_over, g)) {
		rc = err_set(e, "cannot start a thread");
	} else {
		rc = read_and_write(g, e);
		set(g, &g->written, &g->log_changed);
		(void)uv_thread_join(&bringer);
	}
	store_close(g->beside);
	return rc;
}

int ingest_run(const IngestSpec *spec, IngestCounts *out, Err *e)
{
	Ingest g = { .spec = spec, .out = out };
	int rc;

	*out = (IngestCounts){ 0 };
	if (uv_mutex_init(&g.lock) || uv_cond_init(&g.changed) || uv_cond_init(&g.log_changed))
		return err_set(e, "cannot start a thread");
	rc = run_threads(&g, e);
	for (int i = 0; i < BATCHES; i++) {
		arena_done(&g.batch[i].arena);
		free(g.batch[i].job);
		free(g.batch[i].line);
		free(g.batch[i].hash);
	}
	arena_done(&g.scratch);
	buf_done(&g.in);
	uv_mutex_destroy(&g.lock);
	uv_cond_destroy(&g.changed);
	uv_cond_destroy(&g.log_changed);
	return rc;
}
