/* What surrounds every view: the header that never disappears, the breadcrumb, the bottom line, and text pages. */
#include "app/app_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/time8601.h"

static Role stage_role(Str stage)
{
	if (str_is(stage, "dev"))
		return ROLE_STAGE_DEV;
	return str_is(stage, "test") ? ROLE_STAGE_TEST : ROLE_STAGE_PROD;
}

/* "arn:aws:sts::123456789012:assumed-role/oncall-admin/session" -> "oncall-admin" */
static Str role_of(Str arn)
{
	Str rest, head = str_cut(arn, '/', &rest), role;

	(void)head;
	role = str_cut(rest, '/', &rest);
	if (role.n)
		return role;
	while (arn.n) {
		role = str_cut(arn, ':', &rest);
		arn = rest;
	}
	return role;
}

static void header(App *a, Box b)
{
	Arena ar = { 0 };
	char stage[16], clock[32];
	CivilTime t = time_civil(a->world.now_ms + a->world.offset_ms);
	int stale = world_stale_feeds(&a->world), minutes = (int)(a->world.offset_ms / 60000);
	bool ro = a->session.read_only, ascii = a->world.ascii;
	Str account = str_of(a->session.account), s = a->session.stage;

	/* Who we were at the last paint is better than nothing, and is said to be so by the role's place. */
	if (!account.n && a->fig)
		account = str_of(a->fig->account);
	draw_fill(b, 0, 0, b.w, 1, ROLE_HEADER);
	(void)snprintf(stage, sizeof stage, "%.*s", STR_ARG(str_sub(s.n ? s : STR("prod"), 0, 4)));
	for (char *c = stage; *c; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
	draw_ownf(b, 0, 0, stage_role(s), ascii ? "[%-4s]" : "▌%-4s▐", stage);
	draw_left(b, 7, 0, 12, ROLE_HEADER, clean_text(&ar, account.n ? account : STR("account ?"), 0));
	draw_left(b, 20, 0, 14, ROLE_HEADER, clean_text(&ar, session_region(&a->session), 0));
	draw_left(b, 35, 0, 13, ROLE_HEADER,
			  clean_cut_middle(
				  &ar, clean_text(&ar, a->session.demo ? STR("SIMULATED") : role_of(str_of(a->session.arn)), 0), 13));
	draw_own(b, 53, 0, ro ? ROLE_READONLY : ROLE_WRITE, ro ? "RO" : "RW");
	if (stale)
		draw_ownf(b, 56, 0, ROLE_STALE, "~%d", stale);
	/* Eleven cells: a zone with half hours takes the place of the seconds. */
	if (minutes % 60)
		(void)snprintf(clock, sizeof clock, "%02d:%02d%c%02d:%02d", t.hour, t.minute, minutes < 0 ? '-' : '+',
					   abs(minutes) / 60, abs(minutes) % 60);
	else
		(void)snprintf(clock, sizeof clock, "%02d:%02d:%02d%+03d", t.hour, t.minute, t.second, minutes / 60);
	draw_own(b, 69, 0, ROLE_HEADER, clock);
	if (a->session.demo && b.w >= 110)
		draw_own(b, 82, 0, ROLE_WARN, "simulated: no AWS account");
	arena_done(&ar);
}

static void breadcrumb(App *a, Box b)
{
	Arena ar = { 0 };
	Buf text = { 0 };
	const JobScope *sc = &a->world.scope;

	(void)buf_printf(&text, "%.*s", STR_ARG(a->view->name));
	if (sc->by != DIM_ALL && str_is(a->view->id, "jobs"))
		(void)buf_printf(&text, " > %s %s", dim_name(sc->by), sc->key);
	if (sc->hour && str_is(a->view->id, "jobs")) {
		CivilTime t = time_civil(sc->hour * 3600000 + a->world.offset_ms);

		(void)buf_printf(&text, " > %04d-%02d-%02d %02d:00", t.year, t.month, t.day, t.hour);
	}
	if (a->world.failures_only)
		(void)buf_puts(&text, " > failures only");
	if (a->filter[0])
		(void)buf_printf(&text, "  /%s", a->filter);
	draw_fill(b, 0, 1, b.w, 1, ROLE_TITLE);
	draw_left(b, 0, 1, b.w > 60 ? 52 : b.w, ROLE_TITLE, clean_cut(&ar, clean_text(&ar, buf_str(&text), 0), 52));
	if (a->frozen)
		draw_own(b, 62, 1, ROLE_WARN, "FROZEN, p goes on");
	else if (a->world.store_note && a->world.store_note[0])
		draw_left(b, 53, 1, b.w - 53, ROLE_WARN, clean_text(&ar, str_of(a->world.store_note), 0));
	buf_done(&text);
	arena_done(&ar);
}

/* Five keys that matter here: the pane's own first, then the app's. */
static void keys_line(App *a, Box b, int y)
{
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;
	int x = 0, n = 0;

	for (const PaneKey *k = p ? p->cls->keys : NULL, *first = k; k && k->key && n < 4; k++) {
		/* Two keys for one thing need one place. */
		if (k > first && k[-1].run == k->run)
			continue;
		x += draw_own(b, x, y, ROLE_KEY, k->key);
		x += 1 + draw_own(b, x + 1, y, ROLE_STATUS, k->help) + 2;
		n++;
	}
	for (const AppAction *act = a->actions; act->name && n < 7 && x < b.w - 8; act++) {
		if (!act->bottom)
			continue;
		x += draw_own(b, x, y, ROLE_KEY, act->key);
		x += 1 + draw_own(b, x + 1, y, ROLE_STATUS, act->help) + 2;
		n++;
	}
}

static void bottom(App *a, Box b)
{
	Arena ar = { 0 };
	int y = b.h - 1;
	const char *more;

	draw_fill(b, 0, y, b.w, 1, ROLE_STATUS);
	if (a->mode == MODE_COMMAND || a->mode == MODE_FILTER) {
		draw_own(b, 0, y, ROLE_KEY, a->mode == MODE_COMMAND ? ":" : "/");
		draw_left(b, 1, y, b.w - 1, ROLE_TEXT, clean_text(&ar, (Str){ a->input, a->input_n }, 0));
		more = a->mode == MODE_COMMAND && a->input_n ? command_complete(a, a->input) : NULL;
		if (more)
			draw_own(b, 1 + (int)a->input_n, y, ROLE_DIM, more + a->input_n);
	} else if (a->say[0]) {
		draw_left(b, 0, y, b.w, a->say_role, clean_cut(&ar, clean_text(&ar, str_of(a->say), 0), b.w));
	} else if (a->mode == MODE_TEXT) {
		draw_own(b, 0, y, ROLE_STATUS, "Esc closes   arrows and page keys scroll");
	} else {
		keys_line(a, b, y);
	}
	arena_done(&ar);
}

int frame_cursor(const App *a)
{
	Arena ar = { 0 };
	int columns = 1 + clean_text(&ar, (Str){ a->input, a->input_n }, 0).columns, w = surface_width(a->surface);

	arena_done(&ar);
	return columns < w ? columns : w - 1;
}

void frame_draw(App *a)
{
	Box b = surface_box(a->surface);

	if (b.w < SCREEN_LEAST_W || b.h < SCREEN_LEAST_H)
		return;
	header(a, b);
	breadcrumb(a, b);
	bottom(a, b);
}
