/* Time travel: all panes show a moment of the past, computed from the snapshot as if nothing had come after it. The feeds go on;
 * nothing is stored or done meanwhile that would take the past for now. */
#include "app/past.h"

#include "wire/time8601.h"

static const int64_t minute_ms = 60000, step_ms = 5 * 60000, back_ms = (int64_t)BASE_DAYS * 86400000;

const char *past_refuses(const App *a)
{
	return a->past_ms ? "what is shown is not now: . goes back to it first" : a->frozen ? "what is shown is not now: p goes on first" : NULL;
}

static void show(App *a, int64_t ms)
{
	int64_t now = app_clock(a), first = now - back_ms;

	/* What was said of the moment before is not about this one. */
	a->say[0] = 0;
	if (a->fig && a->fig->covered_from_ms > first)
		first = a->fig->covered_from_ms;
	if (ms < first) {
		app_say(a, ROLE_WARN, "the snapshot begins here: nothing earlier was read");
		ms = first;
	}
	if (ms >= now)
		ms = 0;
	if (a->frozen)
		app_freeze(a, false);
	if (ms == a->past_ms)
		return;
	a->past_ms = ms;
	a->world.past = ms != 0;
	a->compute_after_ms = 0;         /* a key does not wait for the worker's rest */
	app_compute(a);
	app_changed(a, TOPICS_ALL);
}

/* By the unit of what has the focus: five minutes, in a grid of hours an hour. */
void past_step(App *a, int steps)
{
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;
	int64_t step = p && p->cls->scrub_ms ? p->cls->scrub_ms : step_ms, at = app_now(a);

	/* Onto whole steps, so that the same keys show the same moments. */
	if (!a->past_ms)
		at = at / minute_ms * minute_ms;
	show(a, at + steps * step);
}

void past_leave(App *a)
{
	bool now = !a->past_ms;

	show(a, app_clock(a));
	if (now)
		app_say(a, ROLE_INFO, "this is now; < goes back in time");
}

/* "14:05" of today, or of yesterday when that is still to come. */
static bool clock_time(const App *a, Str when, int64_t *ms)
{
	Str rest, hour = str_cut(when, ':', &rest);
	int64_t h, m, local = app_clock(a) + a->world.offset_ms;

	if (str_i64(hour, &h) < 0 || str_i64(rest, &m) < 0 || h < 0 || h > 23 || m < 0 || m > 59 || rest.n != 2)
		return false;
	*ms = local / 86400000 * 86400000 + h * 3600000 + m * minute_ms - a->world.offset_ms;
	if (*ms > app_clock(a))
		*ms -= 86400000;
	return true;
}

void past_command(App *a, Str when)
{
	int64_t ms, span;

	when = str_trim(when);
	if (clock_time(a, when, &ms) || time_parse_iso(when, &ms) == 0) {
		show(a, ms);
		if (ms > app_clock(a))
			app_say(a, ROLE_WARN, "that lies ahead: what is shown is now");
	} else if (time_parse_duration(str_starts(when, STR("-")) ? str_sub(when, 1, when.n) : when, &span) == 0)
		show(a, app_clock(a) - span);
	else
		app_say(a, ROLE_WARN, "at takes 14:05, 2026-11-21T14:05:00Z, or a span: 2h is two hours ago");
}
