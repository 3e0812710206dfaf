#include "app/storeq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/xalloc.h"

enum { MEMORY_JOBS = 200000 };   /* about 80 MiB with their lines */

static Store *open_reader(const char *path, const char *name, bool memory, Err *e)
{
	return memory ? store_open_memory(name, STORE_READ, e) : store_open(path, STORE_READ, NULL, e);
}

typedef struct QJob {
	uv_work_t req;
	StoreQ *q;
	StoreWork w;
	enum { JOB_READ, JOB_WRITE, JOB_LOOK } kind;
	bool failed, memory;
	Err err;
	char note[320];
	struct QJob *next;
} QJob;

struct StoreQ {
	uv_loop_t *loop;
	char *path;
	char name[32];              /* of the store in memory */
	Store *writer;              /* touched only by the one write job in flight */
	Store *looker;              /* by the one look in flight */
	StoreWork last;             /* see storeq_at_close */
	bool memory;                /* the file cannot be used: a store in memory stands in */
	QJob *head, *tail;           /* writes that wait */
	bool writing, looking, closing;
	int reading;
	char note[320];              /* of the file */
	char set_note[160];          /* of who uses it */
	void (*gone)(void *arg);
	void *gone_arg;
};

static void run_last(StoreQ *q);

static void free_if_done(StoreQ *q)
{
	if (!q->closing || q->writing || q->looking || q->reading)
		return;
	if (q->last.run && q->writer) {
		run_last(q);
		return;
	}
	store_close(q->writer);
	store_close(q->looker);
	free(q->path);
	if (q->gone)
		q->gone(q->gone_arg);
	free(q);
}

/* A file that cannot be used must not take the live view with it: the numbers are kept in memory then, and the note
 * says so on the screen. */
static int open_writer(StoreQ *q, QJob *j)
{
	char note[256] = "";
	Err e = { 0 };

	if (q->writer)
		return 0;
	if (q->path && dir_make_of(q->path, &e) == 0)
		q->writer = store_open(q->path, STORE_WRITE, note, &e);
	if (q->writer) {
		(void)snprintf(j->note, sizeof j->note, "%s", note);
		return 0;
	}
	if (q->path)
		(void)snprintf(j->note, sizeof j->note, "not recording: %.280s", e.text);
	q->writer = store_open_memory(q->name, STORE_WRITE, &j->err);
	j->memory = true;
	return q->writer ? 0 : -1;
}

/* A disk that has filled up must not end the live view either: it goes on with a copy in memory. The file stays as it is. */
static bool step_aside(StoreQ *q, QJob *j)
{
	const char *why = store_disk_failure(q->writer);
	Store *memory;
	Err e = { 0 };

	if (j->memory || !why || !(memory = store_copy_memory(q->writer, q->name, MEMORY_JOBS, &e)))
		return false;
	(void)snprintf(j->note, sizeof j->note, "not recording: %s; make room and start again", why);
	store_close(q->writer);
	q->writer = memory;
	j->memory = true;
	j->err = (Err){ 0 };
	return true;
}

static bool write_once(StoreQ *q, QJob *j)
{
	return j->w.run(q->writer, j->w.work, &j->err) == 0;
}

static void on_work(uv_work_t *req)
{
	QJob *j = req->data;
	StoreQ *q = j->q;
	Store *s;

	if (j->kind == JOB_WRITE) {
		j->failed = open_writer(q, j) < 0 || (!write_once(q, j) && (!step_aside(q, j) || !write_once(q, j)));
		return;
	}
	if (j->kind == JOB_LOOK) {
		s = q->looker ? q->looker : open_reader(q->path, q->name, false, &j->err);
		j->failed = !s || j->w.run(s, j->w.work, &j->err) < 0;
		if (j->failed)
			store_close(s);
		q->looker = j->failed ? NULL : s;
		return;
	}
	s = open_reader(q->path, q->name, j->memory, &j->err);
	j->failed = !s || j->w.run(s, j->w.work, &j->err) < 0;
	store_close(s);
}

static const Err closing = { ERR_FAILED, "the store is being closed" };

static void start_next(StoreQ *q);

static void on_after(uv_work_t *req, int status)
{
	QJob *j = req->data;
	StoreQ *q = j->q;

	(void)status;             /* nothing here is ever cancelled */
	q->memory |= j->memory;
	if (j->note[0])
		memcpy(q->note, j->note, sizeof q->note);
	/* Counted as running while it reports: done may close the queue, and the queue must survive that call. */
	j->w.done(j->w.work, j->failed ? &j->err : NULL);
	if (j->kind == JOB_WRITE)
		q->writing = false;
	else if (j->kind == JOB_LOOK)
		q->looking = false;
	else
		q->reading--;
	free(j);
	start_next(q);
	free_if_done(q);
}

static void start_next(StoreQ *q)
{
	QJob *j = q->head;

	if (!j || q->writing || q->closing)
		return;
	q->head = j->next;
	q->writing = true;
	(void)uv_queue_work(q->loop, &j->req, on_work, on_after);   /* fails only without a callback */
}

static QJob *job_new(StoreQ *q, StoreWork w, int kind)
{
	QJob *j = xcalloc(1, sizeof *j);

	j->q = q;
	j->w = w;
	j->kind = kind;
	j->memory = storeq_in_memory(q);
	j->req.data = j;
	return j;
}

StoreQ *storeq_new(uv_loop_t *loop, const char *path)
{
	StoreQ *q = xcalloc(1, sizeof *q);

	q->loop = loop;
	q->path = path ? xstrdup(path) : NULL;
	(void)snprintf(q->name, sizeof q->name, "q%p", (void *)q);
	return q;
}

void storeq_on_gone(StoreQ *q, void (*gone)(void *), void *arg)
{
	q->gone = gone;
	q->gone_arg = arg;
}

void storeq_close(StoreQ *q)
{
	QJob *j;

	if (!q || q->closing)
		return;
	q->closing = true;
	while ((j = q->head)) {
		q->head = j->next;
		j->w.done(j->w.work, &closing);
		free(j);
	}
	free_if_done(q);
}

void storeq_write(StoreQ *q, StoreWork w)
{
	QJob *j;

	if (q->closing) {
		w.done(w.work, &closing);
		return;
	}
	j = job_new(q, w, JOB_WRITE);
	if (q->head)
		q->tail->next = j;
	else
		q->head = j;
	q->tail = j;
	start_next(q);
}

void storeq_read(StoreQ *q, StoreWork w)
{
	QJob *j;

	if (q->closing) {
		w.done(w.work, &closing);
		return;
	}
	j = job_new(q, w, JOB_READ);
	q->reading++;
	(void)uv_queue_work(q->loop, &j->req, on_work, on_after);
}

bool storeq_look(StoreQ *q, StoreWork w)
{
	if (q->closing || q->looking || storeq_in_memory(q))
		return false;
	q->looking = true;
	(void)uv_queue_work(q->loop, &job_new(q, w, JOB_LOOK)->req, on_work, on_after);
	return true;
}

int storeq_mark(const StoreQ *q, StoreMark *m, bool *settled)
{
	return q->path ? store_mark(q->path, m, settled) : -1;
}

void storeq_at_close(StoreQ *q, StoreWork w)
{
	q->last = w;
}

static void run_last(StoreQ *q)
{
	StoreWork w = q->last;

	q->last = (StoreWork){ 0 };
	q->writing = true;
	(void)uv_queue_work(q->loop, &job_new(q, w, JOB_WRITE)->req, on_work, on_after);
}

/* --- several stores --- */

typedef struct Together {
	uv_work_t req;
	StoreReads w;
	size_t n;
	bool failed;
	Err err;
	struct { StoreQ *q; bool memory; } from[];       /* path and name of a queue never change */
} Together;

static void on_together(uv_work_t *req)
{
	Together *t = req->data;
	Store **s = xcalloc(t->n, sizeof *s);
	size_t open = 0;

	for (size_t i = 0; i < t->n; i++)
		open += (s[i] = open_reader(t->from[i].q->path, t->from[i].q->name, t->from[i].memory, &t->err)) != NULL;
	t->failed = !open || t->w.run(s, t->n, t->w.work, &t->err) < 0;
	for (size_t i = 0; i < t->n; i++)
		store_close(s[i]);
	free(s);
}

static void after_together(uv_work_t *req, int status)
{
	Together *t = req->data;

	(void)status;
	t->w.done(t->w.work, t->failed ? &t->err : NULL);
	for (size_t i = 0; i < t->n; i++) {
		t->from[i].q->reading--;
		free_if_done(t->from[i].q);
	}
	free(t);
}

void storeq_read_all(StoreQ *const *q, size_t n, StoreReads w)
{
	Together *t;

	for (size_t i = 0; i < n; i++)
		if (q[i]->closing) {
			w.done(w.work, &closing);
			return;
		}
	t = xcalloc(1, sizeof *t + n * sizeof t->from[0]);
	t->w = w;
	t->n = n;
	t->req.data = t;
	for (size_t i = 0; i < n; i++) {
		t->from[i].q = q[i];
		t->from[i].memory = storeq_in_memory(q[i]);
		q[i]->reading++;
	}
	(void)uv_queue_work(q[0]->loop, &t->req, on_together, after_together);
}

bool storeq_idle(const StoreQ *q)
{
	return !q->writing && !q->looking && !q->reading && !q->head;
}

bool storeq_in_memory(const StoreQ *q)
{
	return q->memory || !q->path;
}

const char *storeq_note(const StoreQ *q)
{
	return q->note[0] ? q->note : q->set_note;
}

void storeq_set_note(StoreQ *q, const char *text)
{
	(void)snprintf(q->set_note, sizeof q->set_note, "%s", text);
}

Store *storeq_open_reader(const StoreQ *q, Err *e)
{
	return open_reader(q->path, q->name, storeq_in_memory(q), e);
}
