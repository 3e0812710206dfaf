/* Books again what is booked by other prices than the store has, slice by slice through the store's writer. Between two slices
 * the file is free for others, in this process and elsewhere. */
#include "app/feed_impl.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "store/books.h"

/* A slice, and the rest after it: another process that waits for the file tries again every 100 ms, and must find it free
 * often enough. */
enum { SLICE_MS = 60, REST_MS = 25, RETRY_MS = 15000 };

struct Rebook {
	uv_timer_t timer;                /* first: libuv gives it back */
	Feeds *feeds;
	BooksState state, after;         /* after: the slice's own, until it has come back */
	bool   working;                  /* a slice is under way */
};

static void next(Rebook *r, int64_t wait_ms);

static int run(Store *s, void *work, Err *e)
{
	Rebook *r = work;

	return store_books_step(s, SLICE_MS, &r->after, e);
}

/* A question that is asked once does not wait for a disk that fails: it fails with it. */
static void came_back(Rebook *r, const Err *err)
{
	Feeds *f = r->feeds;

	if (err && !f->spec.live) {
		f->feed[FEED_JOBS].view.phase = FEED_FAILED;
		f->feed[FEED_JOBS].view.err = *err;
		r->state.todo = BOOKS_DONE;
	}
	if (r->state.todo)
		next(r, err ? RETRY_MS : REST_MS);
	f->stored |= !err;
	feed_progress(&f->feed[FEED_JOBS]);
	feeds_settled(f);
}

static void done(void *work, const Err *err)
{
	Rebook *r = work;
	Feeds *f = r->feeds;

	r->working = false;
	if (!err)
		r->state = r->after;
	if (!f->closing)
		came_back(r, err);
	feeds_release(f);
}

static void on_timer(uv_timer_t *t)
{
	Rebook *r = (Rebook *)t;

	if (r->working)
		return;
	r->working = true;
	r->feeds->pending++;
	storeq_write(r->feeds->spec.queue, (StoreWork){ run, done, r });
}

static void next(Rebook *r, int64_t wait_ms)
{
	(void)uv_timer_start(&r->timer, on_timer, (uint64_t)wait_ms, 0);
}

static void on_closed(uv_handle_t *h)
{
	Rebook *r = (Rebook *)h;
	Feeds *f = r->feeds;

	free(r);
	feeds_release(f);
}

void rebook_begin(Feeds *f, const BooksState *state)
{
	Rebook *r = f->rebook;
	bool active = r && r->state.todo;

	if (!state->todo || f->closing || !(f->spec.mask & (FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES))))
		return;
	if (!r) {
		r = f->rebook = xcalloc(1, sizeof *r);
		r->feeds = f;
		f->pending++;                /* the timer lives until it is closed */
		(void)uv_timer_init(f->spec.session->loop, &r->timer);
	}
	r->state = *state;
	if (!active)
		next(r, 0);
}

void rebook_close(Feeds *f)
{
	Rebook *r = f->rebook;

	f->rebook = NULL;
	if (r)
		uv_close((uv_handle_t *)&r->timer, on_closed);
}

int feeds_rebooked(const Feeds *f)
{
	return f->rebook && f->rebook->state.todo ? f->rebook->state.percent : -1;
}
