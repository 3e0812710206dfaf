#include "app/storeq.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/xalloc.h"

typedef struct QJob {
	uv_work_t req;
	StoreQ *q;
	StoreWork w;
	bool write, failed, memory;
	Err err;
	char note[320];
	struct QJob *next;
} QJob;

struct StoreQ {
	uv_loop_t *loop;
	char *path;
	char name[32];              /* of the store in memory */
	Store *writer;              /* touched only by the one write job in flight */
	bool memory;                /* the file cannot be used: a store in memory stands in */
	QJob *head, *tail;           /* writes that wait */
	bool writing, closing;
	int reading;
	char note[320];              /* of the file */
	char set_note[160];          /* of who uses it */
};

static void free_if_done(StoreQ *q)
{
	if (!q->closing || q->writing || q->reading)
		return;
	store_close(q->writer);
	free(q->path);
	free(q);
}

static int folder_make(const char *path, Err *e)
{
	const char *slash = strrchr(path, '/');
	char *folder = xstrndup(path, slash ? (size_t)(slash - path) : 0);
	int rc = slash && slash > path ? dir_make_private(folder, e) : 0;

	free(folder);
	return rc;
}

/* A file that cannot be used must not take the live view with it: the numbers are kept in memory then, and the note
 * says so on the screen. */
static int open_writer(StoreQ *q, QJob *j)
{
	char note[256] = "";
	Err e = { 0 };

	if (q->writer)
		return 0;
	if (q->path && folder_make(q->path, &e) == 0)
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

static void on_work(uv_work_t *req)
{
	QJob *j = req->data;
	StoreQ *q = j->q;
	Store *s;

	if (j->write) {
		j->failed = open_writer(q, j) < 0 || j->w.run(q->writer, j->w.work, &j->err) < 0;
		return;
	}
	s = j->memory ? store_open_memory(q->name, STORE_READ, &j->err) : store_open(q->path, STORE_READ, NULL, &j->err);
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
	if (j->write)
		q->writing = false;
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

static QJob *job_new(StoreQ *q, StoreWork w, bool write)
{
	QJob *j = xcalloc(1, sizeof *j);

	j->q = q;
	j->w = w;
	j->write = write;
	j->memory = q->memory || !q->path;
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
	j = job_new(q, w, true);
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
	j = job_new(q, w, false);
	q->reading++;
	(void)uv_queue_work(q->loop, &j->req, on_work, on_after);
}

bool storeq_idle(const StoreQ *q)
{
	return !q->writing && !q->reading && !q->head;
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
	return q->memory || !q->path ? store_open_memory(q->name, STORE_READ, e) : store_open(q->path, STORE_READ, NULL, e);
}
