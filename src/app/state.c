/* What every part of the console may do to it: say that something changed, speak on the bottom line, copy, leave. */
#include "app/app_impl.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"

int64_t app_now(const App *a)
{
	return a->spec.fixed_now_ms ? a->spec.fixed_now_ms : clock_wall_ms();
}

static void on_frame(uv_timer_t *t)
{
	App *a = t->data;

	a->draw(a);
}

/* The first change is drawn at once, what follows within the frame time joins the next frame. Over a blocked line the
 * next frame is drawn when the line takes bytes again, from what is newest then. */
void app_changed(App *a, unsigned topics)
{
	int64_t since = clock_mono_ms() - a->last_frame_ms;

	a->topics |= topics;
	if (!a->term || !a->handles || a->frame_due || a->blocked || a->quitting)
		return;
	a->frame_due = true;
	(void)uv_timer_start(&a->frame, on_frame, since >= FRAME_MS ? 0 : (uint64_t)(FRAME_MS - since), 0);
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
	a->world.scope = (JobScope){ 0 };
}

void app_say(App *a, Role role, const char *own_text)
{
	(void)snprintf(a->say, sizeof a->say, "%s", own_text);
	a->say_role = role;
	a->say_until_ms = clock_mono_ms() + SAY_MS;
	app_changed(a, 0);
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
