/* What every part of the console may do to it: say that something changed, speak on the bottom line, copy, leave. */
#include "app/app_impl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"

int64_t app_clock(const App *a)
{
	return a->spec.fixed_now_ms ? a->spec.fixed_now_ms : clock_wall_ms();
}

/* With nothing but stale jobs to show, what is shown is the moment up to which they are known: figures of "now" that went on with the
 * clock would fall to nothing by themselves. Of several contexts the freshest counts; each store is read as of its own time. */
int64_t app_now(const App *a)
{
	int64_t clock = app_clock(a), known = 0;

	if (a->past_ms || a->spec.fixed_now_ms)
		return a->past_ms ? a->past_ms : clock;
	for (int i = 0; i < a->world.contexts; i++) {
		int64_t one = feed_known_ms(&a->world.context[i].feed[FEED_JOBS], clock);

		known = one > known ? one : known;
	}
	if (!known && a->world.from_snapshot && a->fig)
		known = a->fig->at_ms;
	return known && known < clock ? known : clock;
}

static void on_frame(uv_timer_t *t)
{
	App *a = t->data;

	a->draw(a);
}

enum { TOKEN_MS = FRAME_MS / 2 };

/* The first change is drawn at once, what follows within the frame time joins the next frame. What a key asked for (a row's details
 * from the store) comes a moment after the frame that the key made, and is not made to wait for the next one. A token of a model waits
 * for frames of other tokens only, and half as long: feeds that fetch make many of which nothing is seen. Over a blocked line the next
 * frame is drawn when the line takes bytes again, from what is newest then. */
static void want_frame(App *a, unsigned topics)
{
	const int64_t now = clock_mono_ms(), token = TOKEN_MS - (now - a->last_token_ms);
	int64_t wait = FRAME_MS - (now - a->last_frame_ms);

	a->topics |= topics;
	if (!a->term || !a->handles || a->blocked || a->quitting)
		return;
	if (wait > 0 && !a->frame_due && a->answers > 0) {
		a->answers--;
		wait = 0;
	}
	if (topics & TOPIC_CHAT && wait > token)
		wait = token;
	wait = wait > 0 ? wait : 0;
	if (a->frame_due && (int64_t)uv_timer_get_due_in(&a->frame) <= wait)
		return;
	a->frame_due = true;
	(void)uv_timer_start(&a->frame, on_frame, (uint64_t)wait, 0);
}

void app_changed(App *a, unsigned topics)
{
	a->beside_tokens = true;
	want_frame(a, topics);
}

void app_token(App *a)
{
	want_frame(a, TOPIC_CHAT);
}

void app_quit(App *a, int code)
{
	if (a->quitting)
		return;
	a->quitting = true;
	a->exit_code = code;
	a->leave(a);
}

void app_suspend(App *a)
{
	term_leave(a->term);
	a->suspended = true;             /* nothing is drawn on the shell's screen before SIGCONT was seen */
	(void)kill(0, SIGSTOP);
}

void app_retire(App *a, void *p)
{
	if (!p)
		return;
	VEC_GROW(a->retired, a->retired_cap, a->retired_n + 1);
	a->retired[a->retired_n++] = p;
}

void app_sweep(App *a)
{
	for (size_t i = 0; i < a->retired_n; i++)
		free(a->retired[i]);
	free(a->retired);
	a->retired = NULL;
	a->retired_n = a->retired_cap = 0;
}

void app_scope_clear(App *a)
{
	app_retire(a, a->world.scope_jobs.job);
	a->world.scope_jobs = (ScopeJobs){ 0 };
	a->world.scope = (CostCell){ 0 };
}

void app_select_cell(App *a, const CostCell *cell, int axes)
{
	a->world.cell = *cell;
	a->world.cell_axes = axes;
	app_changed(a, TOPIC_GROUPS);
}

void app_select_dim(App *a, Dim by)
{
	a->world.cell_by = by;
	app_changed(a, TOPIC_GROUPS);
}

void app_say(App *a, Role role, const char *own_text)
{
	(void)snprintf(a->say, sizeof a->say, "%s", own_text);
	a->say_role = role;
	a->say_until_ms = clock_mono_ms() + SAY_MS;
	app_changed(a, 0);
}

/* The oldest is given up where too many wait: the newest knows best how things stand. */
void app_tell(App *a, Role role, const char *own_text)
{
	if (!a->say[0]) {
		app_say(a, role, own_text);
		return;
	}
	if (a->tell_n == TELLS)
		memmove(&a->tell[0], &a->tell[1], (size_t)--a->tell_n * sizeof a->tell[0]);
	(void)snprintf(a->tell[a->tell_n].text, sizeof a->tell[0].text, "%s", own_text);
	a->tell[a->tell_n++].role = role;
}

void app_say_tick(App *a)
{
	if (a->say[0] && clock_mono_ms() <= a->say_until_ms)
		return;
	if (a->say[0])
		app_changed(a, 0);
	a->say[0] = 0;
	if (!a->tell_n || a->mode == MODE_COMMAND || a->mode == MODE_FILTER)
		return;
	app_say(a, a->tell[0].role, a->tell[0].text);
	memmove(&a->tell[0], &a->tell[1], (size_t)--a->tell_n * sizeof a->tell[0]);
}

void app_copy(App *a, Str text, const char *what)
{
	char say[160];

	if (!text.n) {
		app_say(a, ROLE_WARN, "nothing to copy here");
		return;
	}
	if (a->term && term_copy(a->term, text) < 0)
		(void)snprintf(say, sizeof say, "%s is too long for the terminal's clipboard", what);
	else
		(void)snprintf(say, sizeof say, "copied %s (%zu bytes, if the terminal allows OSC 52)", what, text.n);
	app_say(a, ROLE_INFO, say);
}
