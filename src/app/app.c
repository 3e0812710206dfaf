#include "app/app_impl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/xalloc.h"

static const int signals[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGTSTP };

int64_t app_now(const App *a)
{
	return a->spec.fixed_now_ms ? a->spec.fixed_now_ms : clock_wall_ms();
}

/* --- frames --- */

static void draw_now(App *a)
{
	int w, h;
	bool dead = false;
	long n;

	a->frame_due = false;
	a->world.now_ms = app_now(a);
	screen_update(a);
	screen_draw(a);
	if (!a->term)
		return;
	w = a->mode == MODE_COMMAND || a->mode == MODE_FILTER ? (int)a->input_n + 1 : -1;
	h = surface_height(a->surface) - 1;
	n = term_draw(a->term, a->surface, w, h, &dead);
	a->last_frame_ms = clock_mono_ms();
	if (dead) {
		app_quit(a, 1);
		return;
	}
	a->blocked = n < 0;
}

static void on_frame(uv_timer_t *t)
{
	draw_now(t->data);
}

static void on_writable(uv_poll_t *p, int status, int events)
{
	App *a = p->data;

	(void)events;
	(void)uv_poll_stop(p);
	if (status < 0) {
		app_quit(a, 1);
		return;
	}
	draw_now(a);
	if (a->blocked)
		(void)uv_poll_start(&a->out, UV_WRITABLE, on_writable);
}

/* The first change is drawn at once, what follows within the frame time joins the next frame. Over a blocked line the
 * frame waits until the line takes bytes again, and is then drawn from the newest state. */
void app_changed(App *a, unsigned topics)
{
	int64_t since = clock_mono_ms() - a->last_frame_ms;

	a->topics |= topics;
	if (!a->term || !a->handles || a->frame_due || a->quitting)
		return;
	a->frame_due = true;
	if (a->blocked)
		(void)uv_poll_start(&a->out, UV_WRITABLE, on_writable);
	else
		(void)uv_timer_start(&a->frame, on_frame, since >= FRAME_MS ? 0 : (uint64_t)(FRAME_MS - since), 0);
}

/* --- feeds --- */

static void feeds_copy(App *a)
{
	for (int i = 0; i < FEEDS_N; i++)
		a->world.feed[i] = *feeds_view(a->feeds, (FeedId)i);
	a->world.store_note = storeq_note(a->queue);
}

static void on_feed(void *arg, FeedId id)
{
	App *a = arg;

	(void)id;
	if (a->quitting)
		return;
	feeds_copy(a);
	app_compute(a);
	app_changed(a, TOPIC_FEEDS);
}

static void on_feeds_idle(void *arg)
{
	App *a = arg;

	uv_stop(a->loop);
}

static void feeds_start(App *a, bool live)
{
	FeedsSpec fs = {
		.session = &a->session, .queue = a->queue, .mask = FEEDS_ALL, .live = live,
		.since_ms = app_now(a) - INT64_C(2) * 3600000, .backfill_ms = (int64_t)BASE_DAYS * 86400000,
		.on_change = on_feed, .on_idle = live ? NULL : on_feeds_idle, .arg = a,
	};

	if (!live)
		fs.since_ms = app_now(a) - fs.backfill_ms;
	a->feeds = feeds_new(&fs);
	feeds_copy(a);
}

void app_refresh_all(App *a)
{
	feeds_refresh(a->feeds);
	feeds_tick(a->feeds, clock_mono_ms());
	app_compute(a);
}

static void on_refresh(uv_timer_t *t)
{
	App *a = t->data;
	int64_t now = app_now(a);

	feeds_tick(a->feeds, clock_mono_ms());
	/* A new minute moves every window, also when nothing new came. */
	if (a->fig && now / 60000 != a->fig->at_ms / 60000)
		app_compute(a);
	if (a->say[0] && clock_mono_ms() > a->say_until_ms)
		a->say[0] = 0;
	if (a->refresh_ms > 0)
		app_changed(a, TOPIC_CLOCK);
}

/* --- input and signals --- */

static void take_keys(App *a, bool flush)
{
	Key k;

	while (!a->quitting && keys_next(a->keys, flush, &k))
		input_key(a, k);
	if (!a->quitting)
		app_changed(a, 0);
}

static void on_esc(uv_timer_t *t)
{
	App *a = t->data;

	take_keys(a, true);
	if (!a->quitting && keys_pending(a->keys))
		(void)uv_timer_start(t, on_esc, ESC_MS, 0);
}

static void on_input(uv_poll_t *p, int status, int events)
{
	App *a = p->data;
	char bytes[4096];
	ssize_t n = status < 0 ? -1 : read(STDIN_FILENO, bytes, sizeof bytes);

	(void)events;
	if (n <= 0) {            /* the terminal is gone: leave at once, never spin on a dead line */
		app_quit(a, 1);
		return;
	}
	keys_feed(a->keys, (Str){ bytes, (size_t)n });
	take_keys(a, false);
	if (!a->quitting && keys_pending(a->keys))
		(void)uv_timer_start(&a->esc, on_esc, ESC_MS, 0);
}

void app_suspend(App *a)
{
	term_leave(a->term);
	(void)kill(0, SIGSTOP);
}

static void on_resume(App *a)
{
	Err e = { 0 };
	int w, h;

	if (term_enter(a->term, &e) < 0) {
		app_quit(a, 1);
		return;
	}
	term_size(a->term, &w, &h);
	screen_resize(a, w, h);
	term_repaint(a->term);
	app_changed(a, TOPICS_ALL);
}

static void on_signal(uv_signal_t *h, int signum)
{
	App *a = h->data;
	int w, height;

	switch (signum) {
	case SIGWINCH:
		term_size(a->term, &w, &height);
		screen_resize(a, w, height);
		term_repaint(a->term);
		app_changed(a, TOPICS_ALL);
		break;
	case SIGCONT:
		on_resume(a);
		break;
	case SIGTSTP:
		app_suspend(a);
		break;
	default:
		app_quit(a, signum == SIGINT ? 0 : 128 + signum);
	}
}

static void handles_open(App *a)
{
	uv_loop_t *l = a->loop;

	(void)uv_poll_init(l, &a->in, STDIN_FILENO);
	(void)uv_poll_init(l, &a->out, term_poll_fd(a->term));
	(void)uv_timer_init(l, &a->refresh);
	(void)uv_timer_init(l, &a->frame);
	(void)uv_timer_init(l, &a->esc);
	a->in.data = a->out.data = a->refresh.data = a->frame.data = a->esc.data = a;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		(void)uv_signal_init(l, &a->sig[i]);
		a->sig[i].data = a;
		(void)uv_signal_start(&a->sig[i], on_signal, signals[i]);
	}
	(void)uv_poll_start(&a->in, UV_READABLE, on_input);
	a->handles = true;
}

static void handles_close(App *a)
{
	uv_handle_t *h[] = { (uv_handle_t *)&a->in, (uv_handle_t *)&a->out, (uv_handle_t *)&a->refresh,
						 (uv_handle_t *)&a->frame, (uv_handle_t *)&a->esc };

	if (!a->handles)
		return;
	a->handles = false;
	for (size_t i = 0; i < sizeof h / sizeof *h; i++)
		uv_close(h[i], NULL);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		uv_close((uv_handle_t *)&a->sig[i], NULL);
}

void app_quit(App *a, int code)
{
	if (a->quitting)
		return;
	a->quitting = true;
	a->exit_code = code;
	if (a->term)
		term_leave(a->term);
	handles_close(a);
	feeds_close(a->feeds);
	a->feeds = NULL;
	storeq_close(a->queue);
	a->queue = NULL;
	session_close(&a->session);
	if (a->spec.after_loop)
		a->spec.after_loop(a->spec.arg);
}

/* --- start and end --- */

static int64_t zone_offset_ms(const Config *c, int64_t now_ms)
{
	time_t t = (time_t)(now_ms / 1000);
	struct tm tm;

	(void)setenv("TZ", c->ui.time_zone.n ? c->ui.time_zone.p : "UTC", 1);
	tzset();
	return localtime_r(&t, &tm) ? (int64_t)tm.tm_gmtoff * 1000 : 0;
}

static int conf_open(App *a, Err *e)
{
	const char *kinds[64] = { NULL };
	char *views = NULL, *themes = NULL;
	size_t n = 0;
	int rc = -1;

	for (const PaneClass *const *p = a->spec.panes; *p && n < 63; p++)
		kinds[n++] = (*p)->name;
	if (!a->spec.demo) {
		views = xdg_path(XDG_CONFIG, "views");
		themes = xdg_path(XDG_CONFIG, "themes");
	}
	if (views_load(&a->conf, views, kinds, &a->views, e) == 0 && themes_load(&a->conf, themes, &a->themes, e) == 0)
		rc = 0;
	free(views);
	free(themes);
	return rc;
}

static const Theme *theme_pick(App *a, Err *e)
{
	Str id = a->session.conf.ui.theme;
	const Theme *t;

	/* COLORFGBG is what some terminals say of themselves: "15;0" is light on dark. */
	if (!id.n || str_is(id, "auto")) {
		const char *fgbg = getenv("COLORFGBG"), *bg = fgbg ? strrchr(fgbg, ';') : NULL;

		id = bg && (strcmp(bg, ";7") == 0 || strcmp(bg, ";15") == 0) ? STR("light") : STR("dark");
	}
	t = themes_find(&a->themes, id);
	if (!t)
		err_kind(e, ERR_USAGE, "ui.theme: there is no theme %.*s; dark and light are built in", STR_ARG(id));
	return t;
}

static App *app_new(uv_loop_t *loop, const AppSpec *spec, Err *e)
{
	App *a = xcalloc(1, sizeof *a);
	const View *v;

	a->loop = loop;
	a->spec = *spec;
	if (session_open(&a->session, loop, &spec->session, e) < 0) {
		free(a);
		return NULL;
	}
	a->world.offset_ms = zone_offset_ms(&a->session.conf, app_now(a));
	a->world.ascii = spec->ascii || a->session.conf.ui.ascii;
	a->refresh_ms = spec->refresh_ms ? spec->refresh_ms : a->session.conf.ui.refresh_ms;
	a->surface = surface_new(spec->w ? spec->w : 80, spec->h ? spec->h : 24);
	if (conf_open(a, e) < 0 || !(a->theme = theme_pick(a, e)))
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
	session_close(&a->session);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	session_done(&a->session);
	surface_free(a->surface);
	arena_done(&a->conf);
	free(a);
	return NULL;
}

static void app_free(App *a)
{
	screen_close_view(a);
	session_done(&a->session);
	if (a->term)
		term_close(a->term);
	if (a->keys)
		keys_free(a->keys);
	surface_free(a->surface);
	arena_done(&a->page.arena);
	arena_done(&a->conf);
	free(a->fig);
	free(a);
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
	App *a = app_new(loop, spec, e);
	uint64_t tick;
	int w, h, code;

	if (!a)
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
	term_theme(a->term, a->theme);
	term_size(a->term, &w, &h);
	screen_resize(a, w, h);
	a->world.now_ms = app_now(a);
	query_snapshot(a);
	a->topics = TOPICS_ALL;
	draw_now(a);
	handles_open(a);
	a->queue = storeq_new(loop, a->session.store_path);
	feeds_start(a, true);
	/* Without a refresh the feeds still have their times; only the clock does not tick. */
	tick = (uint64_t)(a->refresh_ms > 0 ? a->refresh_ms : FEEDS_ONLY_MS);
	(void)uv_timer_start(&a->refresh, on_refresh, tick, tick);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	code = a->exit_code;
	app_free(a);
	return code;
}

int app_once(uv_loop_t *loop, const AppSpec *spec, Buf *out, Err *e)
{
	App *a = app_new(loop, spec, e);
	int rc = 0;

	if (!a)
		return -1;
	a->queue = storeq_new(loop, a->session.store_path);
	if (!spec->cached) {
		feeds_start(a, false);
		(void)uv_run(loop, UV_RUN_DEFAULT);      /* until on_feeds_idle stops it */
		feeds_copy(a);
	}
	app_compute(a);
	while (a->reads || !storeq_idle(a->queue))
		(void)uv_run(loop, UV_RUN_ONCE);
	a->world.now_ms = app_now(a);
	a->topics = TOPICS_ALL;
	screen_update(a);
	while (a->reads)                             /* a pane may have asked for an hour's groups */
		(void)uv_run(loop, UV_RUN_ONCE);
	screen_update(a);
	screen_draw(a);
	(void)surface_to_text(a->surface, out);      /* a surface is far below a Buf's cap */
	if (a->feeds && feeds_failed(a->feeds, e))
		rc = -1;
	app_quit(a, 0);
	(void)uv_run(loop, UV_RUN_DEFAULT);
	app_free(a);
	return rc;
}
