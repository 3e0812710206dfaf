#include "cli/vigil.h"

#include "base/clock.h"

enum { TICK_MS = 1000 };

static int ask_run(Store *s, void *work, Err *e)
{
	Vigil *v = work;

	return v->spec.ask(s, v->spec.arg, e);
}

static void ask_done(void *work, const Err *err)
{
	Vigil *v = work;

	v->busy = false;
	if (v->open)
		v->spec.told(v->spec.arg, err);
}

static void on_tick(uv_timer_t *t)
{
	Vigil *v = t->data;

	watch_tick(v->w, clock_wall_ms());
	v->spec.tick(v->spec.arg);
	if (!v->open)
		return;
	/* What the snapshot held from before is not news: the first answer waits for the first jobs. */
	if (v->busy || clock_mono_ms() < v->due_ms || !vigil_feed(v, FEED_JOBS)->fresh_ms)
		return;
	v->due_ms = clock_mono_ms() + v->spec.every_ms;
	if (!v->spec.before(v->spec.arg) || !v->open)
		return;
	v->busy = true;
	storeq_read(v->w->queue, (StoreWork){ ask_run, ask_done, v });
}

int vigil_open(Vigil *v, uv_loop_t *loop, const VigilSpec *spec, Err *e)
{
	const WatchSpec ws = { .session = spec->session, .mask = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES) | FEED_BIT(FEED_AGENTS) |
	                       FEED_BIT(FEED_METRICS), .what = spec->what };

	*v = (Vigil){ .spec = *spec };
	if (!(v->w = watch_open(loop, &ws, e)))
		return -1;
	v->open = true;
	watch_store(v->w);
	watch_feeds(v->w, clock_wall_ms() - spec->back_ms, 0, true);
	(void)uv_timer_init(loop, &v->tick);
	v->tick.data = v;
	(void)uv_timer_start(&v->tick, on_tick, 0, TICK_MS);
	return 0;
}

const FeedView *vigil_feed(const Vigil *v, FeedId id)
{
	return feeds_view(v->w->feeds, id);
}

void vigil_close(Vigil *v)
{
	if (!v->open)
		return;
	v->open = false;
	uv_close((uv_handle_t *)&v->tick, NULL);
	watch_close(v->w);
}
