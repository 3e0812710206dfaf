/* What surrounds every view besides the header: the breadcrumb and the bottom line. */
#include "app/app_impl.h"
#include "app/strip.h"
#include "app/typed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/time8601.h"

/* What is left of the stop that ends first; how many there are says the line above. */
static void stop_note(const World *w, char out[200])
{
	int64_t left = (w->stop_until_ms - w->clock_ms + 59999) / 60000;

	out[0] = 0;
	if (w->stops && w->stops_over)
		(void)snprintf(out, 200, "stop OVERDUE %lldm: %s", (long long)((w->clock_ms - w->stop_until_ms) / 60000), w->stop_what);
	else if (w->stops)
		(void)snprintf(out, 200, "stop %lldm left: %s", (long long)left, w->stop_what);
}

static void breadcrumb(App *a, Box b)
{
	Arena ar = { 0 };
	Buf text = { 0 };
	static const char *const month[] = { "",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
										 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const char *said = a->world.store_note && a->world.store_note[0] ? a->world.store_note : a->world.pause_note;
	/* The bottom line has said the rest of it. */
	const char *keys = context_notice(a)[0] ? "old keys still in use" : "", *worst = said[0] ? said : keys;
	char stop[200];
	bool note;
	int room, frozen_x = b.w - 18;

	stop_note(&a->world, stop);
	worst = worst[0] ? worst : stop;
	note = !a->frozen && !a->past_ms && worst[0];
	room = b.w > 100 && !note ? b.w - 30 : b.w > 60 ? 52 : b.w;
	(void)buf_printf(&text, "%.*s", STR_ARG(a->view->name));
	if (!cell_anything(&a->world.scope) && str_is(a->view->id, "jobs")) {
		(void)buf_puts(&text, " > ");
		cell_name(&a->world.scope, a->world.offset_ms, &text);
	}
	if (a->world.failures_only && screen_has(a, "jobs"))
		(void)buf_puts(&text, " > failures only");
	if (a->filter[0])
		(void)buf_printf(&text, "  /%s", a->filter);
	draw_fill(b, 0, 1, b.w, 1, ROLE_TITLE);
	draw_left(b, 0, 1, room, ROLE_TITLE, clean_cut(&ar, clean_text(&ar, buf_str(&text), 0), room));
	if (a->past_ms) {
		CivilTime t = time_civil(a->past_ms + a->world.offset_ms);

		draw_ownf(b, frozen_x > 0 ? frozen_x : 0, 1, ROLE_WARN, "PAST %02d %s %02d:%02d", t.day, month[t.month], t.hour, t.minute);
	} else if (a->frozen)
		draw_own(b, frozen_x > 0 ? frozen_x : 0, 1, ROLE_WARN, "FROZEN, p goes on");
	else if (note)
		draw_left(b, 53, 1, b.w - 53, worst == stop && a->world.stops_over ? ROLE_ERROR : ROLE_WARN,
		          clean_cut(&ar, clean_text(&ar, str_of(worst), 0), b.w - 53));
	buf_done(&text);
	arena_done(&ar);
}

/* Draws nothing rather than half of a key. Returns the next free column. */
static int key_at(Box b, int x, int y, const char *key, Clean help)
{
	Clean name = clean_own(key);
	int end = x + name.columns + 1 + help.columns;

	if (end > b.w)
		return x;
	draw_text(b, x, y, ROLE_KEY, name);
	draw_text(b, x + name.columns + 1, y, ROLE_STATUS, help);
	return end + 2;
}

/* The pane's own, and where its rows are agents' those of their cards, by what the help says before the colon. */
static int pane_keys(const App *a, const Pane *p, Box b, int y, Arena *ar)
{
	int x = 0, n = 0, most = b.w >= 100 ? 4 : p->cls->vital_keys ? p->cls->vital_keys : 2;
	Str rest;

	for (const PaneKey *k = p->cls->keys, *first = k; k && k->key && n < most; k++) {
		/* Two keys for one thing need one place. */
		if (k > first && k[-1].run == k->run)
			continue;
		x = key_at(b, x, y, k->key, clean_own(k->help));
		n++;
	}
	for (const AppAction *act = a->actions; p->cls->agent && act->name; act++)
		if (act->foot == FOOT_AGENTS)
			x = key_at(b, x, y, act->key, clean_text(ar, str_cut(str_of(act->help), ':', &rest), 0));
	return x;
}

/* By their numbers, so that a view is looked for where it was seen last; what does not fit is named by the help. */
static int view_keys(const App *a, Box b, int x, int y, Arena *ar)
{
	static const char order[] = "1234567890";

	for (const char *key = order; *key; key++)
		for (size_t i = 0; i < a->views.count; i++) {
			const View *v = &a->views.view[i];

			if (v->key == *key && v != a->view)
				x = key_at(b, x, y, clean_ownf(ar, "%c", v->key).p, clean_text(ar, v->id, 0));
		}
	return x;
}

/* The keys that matter here: the pane's own, help, the way back, the other views, then what narrows down. */
static void keys_line(App *a, Box b, int y)
{
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;
	bool jobs = screen_has(a, "jobs");
	Arena ar = { 0 };
	const PaneKey *typing = p && p->cls->typing ? p->cls->typing(p) : NULL;
	int x = p && !typing ? pane_keys(a, p, b, y, &ar) : 0;

	for (; typing && typing->key; typing++)
		x = key_at(b, x, y, typing->key, clean_own(typing->help));
	if (typing)
		return;
	for (const AppAction *act = a->actions; act->name; act++)
		if (act->foot == FOOT_FIRST)
			x = key_at(b, x, y, act->key, clean_own(act->help));
	x = view_keys(a, b, x, y, &ar);
	for (const AppAction *act = a->actions; act->name; act++)
		if (act->foot == FOOT_ALWAYS && (jobs || strcmp(act->name, "failures") != 0))
			x = key_at(b, x, y, act->key, clean_own(act->help));
	arena_done(&ar);
}

/* Behind the colon or the slash, and with a cell left for the cursor. */
static Clean typed_line(const App *a, int w, Arena *ar)
{
	return clean_end(ar, (Str){ a->input, a->input_n }, w - 2);
}

static void bottom(App *a, Box b)
{
	Arena ar = { 0 };
	int y = b.h - 1;
	const char *more;
	Clean typed;

	draw_fill(b, 0, y, b.w, 1, ROLE_STATUS);
	if (a->mode == MODE_COMMAND || a->mode == MODE_FILTER) {
		draw_own(b, 0, y, ROLE_KEY, a->mode == MODE_COMMAND ? ":" : "/");
		typed = typed_line(a, b.w, &ar);
		draw_left(b, 1, y, b.w - 1, ROLE_TEXT, typed);
		more = typed_offer(a);
		if (more && strncmp(more, a->input, a->input_n) == 0)
			draw_own(b, 1 + typed.columns, y, ROLE_DIM, more + a->input_n);
		else if (more)
			draw_ownf(b, 3 + typed.columns, y, ROLE_DIM, "Tab: %s", more);
	} else if (prompt_asks_mfa(a)) {
		prompt_line(a, b, y);
	} else if (a->say[0]) {
		draw_left(b, 0, y, b.w, a->say_role, clean_cut(&ar, clean_text(&ar, str_of(a->say), 0), b.w));
	} else if (a->mode == MODE_TEXT) {
		int last = a->page.top + b.h - 4 - strip_rows(a);

		draw_ownf(b, 0, y, ROLE_STATUS, "Esc closes   %sarrows and page keys scroll   %d-%d of %d",
				  a->page.other.p ? "x other page   " : "", a->page.top + 1,
				  last < a->page.row_count ? last : a->page.row_count, a->page.row_count);
	} else {
		keys_line(a, b, y);
	}
	arena_done(&ar);
}

int frame_cursor(const App *a)
{
	Arena ar = { 0 };
	int columns = 1 + typed_line(a, surface_width(a->surface), &ar).columns;

	arena_done(&ar);
	return columns;
}

void frame_draw(App *a)
{
	Box b = surface_box(a->surface);

	if (b.w < SCREEN_LEAST_W || b.h < SCREEN_LEAST_H)
		return;
	header_draw(a, b);
	header_banner(a, b);
	if (a->mode == MODE_CARD)
		return;
	breadcrumb(a, b);
	strip_draw(a, b);
	bottom(a, b);
	prompt_panel(a, b);
}
