#include "app/app_impl.h"
#include "app/card.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/crash.h"
#include "app/find.h"
#include "app/ops_watch.h"
#include "app/playground.h"
#include "app/theme.h"
#include "app/typed.h"
#include "base/file.h"
#include "base/xalloc.h"

static void leave(App *a)
{
	if (a->term)
		term_leave(a->term);
	card_close(a);
	find_close(a);
	playground_close(a);
	loop_close(a);
	errand_last_word(a);
	errand_close(a);
	errand_leave(a);
	prompt_close(a);
	context_close(a);
	shared_close(&a->shared);
	/* What was sent needs the region to its end. */
	if (a->spec.after_loop && !errand_busy(a))
		a->spec.after_loop(a->spec.arg);
}

static int views_open(App *a, Err *e)
{
	const char *kinds[64] = { NULL };
	char *folder = a->spec.demo ? NULL : xdg_path(XDG_CONFIG, "views");
	size_t n = 0;
	int rc;

	for (const PaneClass *const *p = a->spec.panes; *p && n < 63; p++)
		kinds[n++] = (*p)->name;
	rc = views_load(&a->conf, folder, kinds, &a->views, e);
	free(folder);
	return rc;
}

static void app_free(App *a)
{
	screen_close_view(a);
	typed_close(a);
	ops_free(a);
	shared_done(&a->shared);
	if (a->term)
		term_close(a->term);
	if (a->keys)
		keys_free(a->keys);
	surface_free(a->surface);
	arena_done(&a->page.arena);
	arena_done(&a->page.rows);
	arena_done(&a->conf);
	app_scope_clear(a);
	app_sweep(a);
	free(a->held);
	free(a->fig);
	free(a);
}

static App *app_new(uv_loop_t *loop, const AppSpec *spec, Err *e)
{
	App *a = xcalloc(1, sizeof *a);
	const View *v;

	a->loop = loop;
	a->spec = *spec;
	a->draw = loop_draw;
	a->leave = leave;
	a->actions = input_actions();
	a->world.cached = spec->cached;
	if (shared_open(&a->shared, loop, spec->session.config_path, spec->session.demo, e) < 0) {
		free(a);
		return NULL;
	}
	if (context_open(a, &spec->session, e) < 0)
		goto fail;
	a->world.offset_ms = zone_offset_ms(&a->shared.conf, app_clock(a));
	a->world.good_jobs = a->shared.conf.rollback.min_jobs;
	a->world.good_days = a->shared.conf.rollback.days;
	a->world.ascii = spec->ascii || a->shared.conf.ui.ascii;
	a->refresh_ms = spec->refresh_ms ? spec->refresh_ms : a->shared.conf.ui.refresh_ms;
	a->world.still = a->refresh_ms < 0;
	a->surface = surface_new(spec->w ? spec->w : 80, spec->h ? spec->h : 24);
	if (views_open(a, e) < 0 || theme_open(a, e) < 0)
		goto fail;
	v = spec->view ? views_find(&a->views, str_of(spec->view)) : views_by_key(&a->views, '1');
	if (!v && spec->view) {
		err_kind(e, ERR_USAGE, "there is no view %s", spec->view);
		goto fail;
	}
	if (spec->filter)
		(void)snprintf(a->filter, sizeof a->filter, "%s", spec->filter);
	if (screen_open_view(a, v ? v : &a->views.view[0], e) < 0)
		goto fail;
	return a;
fail:
	context_close(a);
	shared_close(&a->shared);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	app_free(a);
	return NULL;
}

int app_run(uv_loop_t *loop, const AppSpec *spec, Err *e)
{
	TermSpec ts = {
		.in_fd = STDIN_FILENO,
		.out_fd = STDOUT_FILENO,
		.no_color = spec->no_color || (getenv("NO_COLOR") && *getenv("NO_COLOR")),
		.term = getenv("TERM"),
		.colorterm = getenv("COLORTERM"),
	};
	AppSpec sized = *spec;
	int w, h, code;
	App *a;

	term_window(STDOUT_FILENO, &sized.w, &sized.h);
	if (!(a = app_new(loop, &sized, e)))
		return -1;
	ts.ascii = a->world.ascii;
	a->keys = keys_new();
	if (!(a->term = term_open(&ts, e)) || term_enter(a->term, e) < 0) {
		a->spec.after_loop = NULL;
		app_quit(a, 1);
		(void)uv_run(loop, UV_RUN_DEFAULT);
		app_free(a);
		return -1;
	}
	xalloc_on_fail(term_leave_signal_safe);
	crash_watch();
	term_theme(a->term, a->theme);
	theme_ask(a);
	term_size(a->term, &w, &h);
	screen_resize(a, w, h);
	a->world.now_ms = app_now(a);
	a->world.clock_ms = app_clock(a);
	query_snapshot(a);
	a->topics = TOPICS_ALL;
	loop_draw(a);
	loop_open(a);
	prompt_open(a);
	context_start(a, true);
	loop_refresh(a);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	code = a->exit_code;
	app_free(a);
	return code;
}

/* What the shown panes rest on: a feed that nothing here uses is no reason to fail. */
static bool view_failed(const App *a, Err *e)
{
	unsigned feeds = 0;

	for (size_t i = 0; i < a->pane_count; i++)
		feeds |= a->pane[i].cls->feeds;
	for (int k = 0; k < a->world.contexts; k++)
		for (int i = 0; i < FEEDS_N; i++)
			if (feeds & FEED_BIT(i) && a->world.context[k].feed[i].phase == FEED_FAILED) {
				*e = a->world.context[k].feed[i].err;
				if (a->world.contexts > 1)
					(void)err_wrap(e, "%s", a->world.context[k].name);
				return true;
			}
	return false;
}

int app_once(uv_loop_t *loop, const AppSpec *spec, Buf *out, Err *e)
{
	App *a = app_new(loop, spec, e);
	int rc = 0;

	if (!a)
		return -1;
	context_start(a, false);
	if (!spec->cached) {
		(void)uv_run(loop, UV_RUN_DEFAULT);      /* until query_idle stops it */
		query_feeds(a);
	} else {
		context_kept_views(a);
	}
	app_compute(a);
	while (a->reads || !context_idle(a))
		(void)uv_run(loop, UV_RUN_ONCE);
	a->world.now_ms = app_now(a);
	a->world.clock_ms = app_clock(a);
	/* A pane may ask for an hour's groups when it updates, and another one for other groups of it. */
	for (int i = 0; i < 3; i++) {
		a->topics = TOPICS_ALL;
		find_sync(a);
		while (a->reads)
			(void)uv_run(loop, UV_RUN_ONCE);
		find_finish(a);
		screen_update(a);
		while (a->reads)
			(void)uv_run(loop, UV_RUN_ONCE);
	}
	loop_draw(a);
	(void)surface_to_text(a->surface, a->world.ascii, out);      /* a surface is far below a Buf's cap */
	if (!spec->cached && view_failed(a, e))
		rc = -1;
	app_quit(a, 0);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	app_free(a);
	return rc;
}
