/* The console's side of the loop: frames out, keys and signals in, one timer that refreshes. */
#include "app/app_impl.h"
#include "app/card.h"
#include "app/find.h"
#include "app/ops_watch.h"
#include "app/playground.h"
#include "app/theme.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "base/clock.h"

static const int signals[] = { SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGCONT, SIGTSTP };

static void on_writable(uv_poll_t *p, int status, int events)
{
	App *a = p->data;

	(void)events;
	(void)uv_poll_stop(p);
	if (status < 0)
		app_quit(a, 1);
	else
		loop_draw(a);
}

void loop_draw(App *a)
{
	bool dead = false, whole;
	int x, y = surface_height(a->surface) - 1;

	a->frame_due = false;
	if (a->topics & TOPIC_CHAT)
		a->last_token_ms = clock_mono_ms();
	a->world.now_ms = app_now(a);
	a->world.clock_ms = app_clock(a);
	a->world.past = a->past_ms != 0;
	if (a->beside_tokens)
		query_pauses(a);
	find_sync(a);
	screen_update(a);
	whole = screen_draw(a);
	if (a->mode == MODE_TEXT)
		page_draw(a);
	if (a->mode == MODE_CARD)
		card_draw(a, surface_box(a->surface));
	/* Tokens change their pane alone, and come in a hurry. */
	if (a->beside_tokens || whole)
		frame_draw(a);
	a->beside_tokens = false;
	if (!a->term || a->suspended)
		return;
	x = a->mode == MODE_COMMAND || a->mode == MODE_FILTER ? frame_cursor(a) : prompt_cursor(a);
	if (a->card) {
		x = a->card->cursor_x;
		y = a->card->cursor_y;
	} else if (x < 0 && a->mode == MODE_VIEW) {
		screen_cursor(a, &x, &y);
	}
	a->blocked = term_draw(a->term, a->surface, x, y, &dead) < 0;
	if (!a->blocked)
		card_painted(a);
	a->last_frame_ms = clock_mono_ms();
	if (dead)
		app_quit(a, 1);
	else if (a->blocked && a->handles)
		(void)uv_poll_start(&a->out, UV_WRITABLE, on_writable);
}

/* The feeds keep their pace whatever the redraw interval is. */
static int64_t tick_ms(const App *a)
{
	return a->refresh_ms > 0 && a->refresh_ms < TICK_MS ? a->refresh_ms : TICK_MS;
}

static void on_refresh(uv_timer_t *t)
{
	App *a = t->data;

	for (size_t i = 0; i < a->watch_n; i++)
		watch_tick(a->watch[i], app_clock(a));
	prompt_tick(a);
	query_tick(a);
	card_tick(a);
	errand_tick(a);
	ops_tick(a);
	playground_tick(a);
	app_say_tick(a);
	if (a->refresh_ms > 0 && clock_mono_ms() - a->last_frame_ms >= a->refresh_ms - tick_ms(a) / 2)
		app_changed(a, TOPIC_CLOCK);
}

void loop_refresh(App *a)
{
	(void)uv_timer_start(&a->refresh, on_refresh, (uint64_t)tick_ms(a), (uint64_t)tick_ms(a));
}

/* What was typed before the contexts changed must not act on the new ones. It goes through the parser like everything
 * else: half a paste or half an answer of the terminal would otherwise turn into keys. */
static void drop_keys(App *a, bool flush)
{
	struct pollfd ready = { .fd = STDIN_FILENO, .events = POLLIN };
	char bytes[4096];
	ssize_t n = 1;
	Key k;

	a->drop_keys = false;
	while (n > 0) {
		while (keys_next(a->keys, flush, &k))
			;
		n = poll(&ready, 1, 0) > 0 && (ready.revents & POLLIN) ? read(STDIN_FILENO, bytes, sizeof bytes) : 0;
		if (n > 0)
			keys_feed(a->keys, (Str){ bytes, (size_t)n });
	}
}

/* A key is answered at once; everything else waits for the next frame. */
static void take_keys(App *a, bool flush)
{
	bool any = false;
	Key k;

	while (!a->quitting && keys_next(a->keys, flush, &k)) {
		if (k.kind == KEY_BACKGROUND)
			theme_background(a, k.ch);
		else
			input_key(a, k);
		any = true;
		if (a->drop_keys)
			drop_keys(a, flush);
	}
	if (!any || a->quitting || a->blocked)
		return;
	(void)uv_timer_stop(&a->frame);
	a->beside_tokens = true;
	loop_draw(a);
	a->answers = ANSWERS;
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
	struct pollfd ready = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t n;

	(void)events;
	/* stdin blocks: somebody else may have read what woke us. */
	if (status == 0 && poll(&ready, 1, 0) == 0)
		return;
	n = status < 0 ? -1 : read(STDIN_FILENO, bytes, sizeof bytes);
	if (n < 0 && status == 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {            /* the terminal is gone: leave at once, never spin on a dead line */
		app_quit(a, 1);
		return;
	}
	keys_feed(a->keys, (Str){ bytes, (size_t)n });
	take_keys(a, false);
	if (!a->quitting && keys_pending(a->keys))
		(void)uv_timer_start(&a->esc, on_esc, ESC_MS, 0);
}

static void on_resume(App *a)
{
	Err e = { 0 };
	int w, h;

	a->suspended = false;
	card_expire(a, "the program was stopped meanwhile");
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

void loop_open(App *a)
{
	uv_loop_t *l = a->loop;
	int flags = fcntl(STDIN_FILENO, F_GETFL);

	(void)uv_poll_init(l, &a->in, STDIN_FILENO);
	/* libuv made it non-blocking, and with it the shell's: they share one opening of the terminal. */
	(void)fcntl(STDIN_FILENO, F_SETFL, flags);
	(void)uv_poll_init(l, &a->out, term_poll_fd(a->term));
	(void)uv_timer_init(l, &a->refresh);
	(void)uv_timer_init(l, &a->frame);
	(void)uv_timer_init(l, &a->esc);
	(void)uv_timer_init(l, &a->compute);
	a->in.data = a->out.data = a->refresh.data = a->frame.data = a->esc.data = a->compute.data = a;
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
		(void)uv_signal_init(l, &a->sig[i]);
		a->sig[i].data = a;
		(void)uv_signal_start(&a->sig[i], on_signal, signals[i]);
	}
	(void)uv_poll_start(&a->in, UV_READABLE, on_input);
	a->handles = true;
	if (a->blocked)                  /* already the first frame */
		(void)uv_poll_start(&a->out, UV_WRITABLE, on_writable);
}

void loop_close(App *a)
{
	uv_handle_t *h[] = { (uv_handle_t *)&a->in, (uv_handle_t *)&a->out, (uv_handle_t *)&a->refresh,
						 (uv_handle_t *)&a->frame, (uv_handle_t *)&a->esc, (uv_handle_t *)&a->compute };

	if (!a->handles)
		return;
	a->handles = false;
	for (size_t i = 0; i < sizeof h / sizeof *h; i++)
		uv_close(h[i], NULL);
	for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
		uv_close((uv_handle_t *)&a->sig[i], NULL);
}
