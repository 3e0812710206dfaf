#include "app/answer_store.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "store/answers.h"

/* Its texts lie in the arena. */
typedef struct Keeping { AnswerRow row; int64_t max_bytes; Arena arena; } Keeping;

static int put_run(Store *s, void *work, Err *e)
{
	const Keeping *k = work;

	return store_answer_put(s, &k->row, k->max_bytes, clock_wall_ms(), e);
}

static int used_run(Store *s, void *work, Err *e)
{
	return store_answer_used(s, ((Keeping *)work)->row.key, clock_wall_ms(), e);
}

static int clear_run(Store *s, void *work, Err *e)
{
	(void)work;
	return store_answers_clear(s, e);
}

static void done(void *work, const Err *err)
{
	Keeping *k = work;

	(void)err;                     /* a cache that keeps nothing is none; a disk that fails is told of by whatever else is written */
	arena_done(&k->arena);
	free(k);
}

static void later(const AnswerStore *s, const AnswerRow *row, int (*run)(Store *s, void *work, Err *e))
{
	Keeping *k;

	if (!*s->queue)
		return;
	k = xcalloc(1, sizeof *k);
	k->row = *row;
	k->row.model = arena_str(&k->arena, row->model);
	k->row.body = arena_str(&k->arena, row->body);
	k->max_bytes = s->max_bytes;
	storeq_write(*s->queue, (StoreWork){ run, done, k });
}

/* By its key alone, on a connection of its own: as quick as any look at the screen. */
static bool find(void *arg, const unsigned char key[ANSWER_KEY], Arena *a, AnswerRow *out)
{
	const AnswerStore *s = arg;
	Store *r = *s->queue ? storeq_open_reader(*s->queue, NULL) : NULL;
	bool found = false;

	if (r && store_answer(r, key, clock_wall_ms(), a, out, &found, NULL) < 0)
		found = false;
	store_close(r);
	return found;
}

static void put(void *arg, const AnswerRow *row)
{
	later(arg, row, put_run);
}

static void used(void *arg, const unsigned char key[ANSWER_KEY])
{
	AnswerRow row = { .model = STR(""), .body = STR("") };

	memcpy(row.key, key, ANSWER_KEY);
	later(arg, &row, used_run);
}

static void clear(void *arg)
{
	later(arg, &(AnswerRow){ .model = STR(""), .body = STR("") }, clear_run);
}

const CacheStore *answer_store_init(AnswerStore *s, StoreQ *const *queue, const ConfAnswerCache *conf)
{
	*s = (AnswerStore){ queue, conf->disk_bytes, { find, put, used, clear, s } };
	return conf->disk_bytes ? &s->calls : NULL;
}
