#include "app/watch.h"

#include <stdlib.h>

#include "app/figures.h"
#include "app/keep.h"
#include "base/clock.h"
#include "base/xalloc.h"

static void release(void *arg)
{
	Watch *w = arg;

	if (--w->holds)
		return;
	session_done(&w->session);
	free(w->journal);
	free(w);
}

void watch_hold(Watch *w)
{
	w->holds++;
}

void watch_release(Watch *w)
{
	release(w);
}

Watch *watch_open(uv_loop_t *loop, const WatchSpec *spec, Err *e)
{
	Watch *w = xcalloc(1, sizeof *w);

	w->spec = *spec;
	w->holds = 1;
	if (session_open(&w->session, loop, &spec->session, e) == 0) {
		w->spec.mask = feeds_configured(&w->session.ctx->src, spec->mask, spec->what != NULL);
		/* Whoever wants to write is told why there is none (mover_open). */
		(void)session_state_path(&w->session, "journal.db", &w->journal, NULL);
		return w;
	}
	free(w);
	return NULL;
}

int watch_open_all(uv_loop_t *loop, Shared *shared, const WatchSpec *spec, Watch **out, size_t max, size_t *n, Err *e)
{
	const ConfContext **list = xcalloc(max, sizeof *list);
	WatchSpec one = *spec;
	int rc = session_list(shared, &spec->session, list, max, n, e);

	one.session.shared = shared;
	for (size_t i = 0; i < *n && rc == 0; i++) {
		one.session.context = list[i]->name;
		if ((out[i] = watch_open(loop, &one, e)))
			continue;
		rc = *n > 1 ? err_wrap(e, "context %.*s", STR_ARG(one.session.context)) : -1;
		while (i-- > 0)
			watch_close(out[i]);
		break;
	}
	free(list);
	return rc;
}

void watch_store(Watch *w)
{
	w->queue = storeq_new(w->session.loop, w->session.store_path);
	if (!w->session.store_path)
		storeq_set_note(w->queue, "not recording: neither HOME nor XDG_DATA_HOME is set");
	storeq_on_gone(w->queue, release, w);
	w->holds++;
}

void watch_changed(Watch *w)
{
	if (w->feeds && w->spec.on_change)
		w->spec.on_change(w->spec.arg, w);
}

static void on_change(void *arg, FeedId id)
{
	if (id == FEED_IDENTITY)
		share_tick(arg);
	watch_changed(arg);
}

static void on_idle(void *arg)
{
	Watch *w = arg;

	w->spec.on_idle(w->spec.arg, w);
}

void watch_feeds(Watch *w, int64_t since_ms, int64_t backfill_ms, bool live)
{
	FeedsSpec fs = {
		.session = &w->session, .queue = w->queue, .mask = w->spec.mask, .live = live, .shared = true, .since_ms = since_ms,
		.backfill_ms = backfill_ms, .on_change = on_change, .on_idle = live ? NULL : on_idle, .on_gone = release, .arg = w,
	};

	/* Logs Insights answers by whole hours: all that is beside it begins with the same one. */
	if (w->session.ctx->src.cost_mode == CONF_COST_PUSHDOWN)
		fs.since_ms -= fs.since_ms % 3600000;
	w->holds++;
	if (live)
		share_open(w, w->spec.what);
	w->feeds = feeds_new(&fs);
}

void watch_start(Watch *w, int64_t now_ms, bool live)
{
	int64_t back = (int64_t)BASE_DAYS * 86400000;

	watch_feeds(w, now_ms - (live ? INT64_C(2) * 3600000 : back), back, live);
	if (live)
		watcher_open(w, now_ms);
}

void watch_tick(Watch *w, int64_t now_ms)
{
	feeds_tick(w->feeds, clock_mono_ms());
	/* One process keeps the store within its limits for all. */
	if (share_holds(w, SHARE_FEEDER))
		keep_tick(w, now_ms);
	share_tick(w);
	watcher_tick(w, now_ms);
	own_cost_tick(w, now_ms);
}

void watch_refresh(Watch *w)
{
	/* Who asks for it may know that the network is back. */
	aws_hurry(w->session.aws);
	feeds_refresh(w->feeds);
	feeds_tick(w->feeds, clock_mono_ms());
	share_wish(w);
}

bool watch_news(Watch *w)
{
	bool own = feeds_stored(w->feeds), others = share_news(w);

	return own || others;
}

OpsAsk watch_ops(const Watch *w, int64_t now_ms)
{
	const ConfRollback *c = &w->session.conf->rollback;
	const SourcesView *src = &feeds_view(w->feeds, FEED_CHANGES)->sources;
	OpsAsk q = { .journal = w->journal, .since_ms = now_ms - (c->pin_ms > c->wait_ms ? c->pin_ms : c->wait_ms),
	             .ttl_ms = w->session.conf->stops.ttl_ms };

	process_self(&q.self);
	q.looked_ms[CHANGE_BY_DYNAMODB] = feeds_view(w->feeds, FEED_AGENTS)->fresh_ms;
	for (int i = 0; i < src->n; i++)
		if (source_reader_of(i) < CHANGE_SOURCES)
			q.looked_ms[source_reader_of(i)] = src->v[i].fresh_ms;
	return q;
}

void watch_close(Watch *w)
{
	Feeds *feeds;

	if (!w)
		return;
	feeds = w->feeds;
	w->feeds = NULL;
	feeds_close(feeds);
	share_close(w);
	storeq_close(w->queue);
	w->queue = NULL;
	/* What still must be said to AWS needs it. */
	if (w->session.partings) {
		w->holds++;
		w->session.parted = release;
		w->session.parted_arg = w;
	}
	session_close(&w->session);
	release(w);
}
