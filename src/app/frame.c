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

/* How long the credentials still hold, in four cells; nothing when it is not known. */
static void expiry(const App *a, Box b)
{
	int64_t until = creds_expires_ms(aws_creds(a->session.aws)), left = (until - a->world.now_ms) / 60000;

	if (!until)
		return;
	left = left < 0 ? 0 : left < 99 * 60 ? left : 99 * 60;
	draw_ownf(b, 49, 0, left < 15 ? ROLE_WARN : ROLE_HEADER, left < 120 ? "%dm" : "%dh", (int)(left < 120 ? left : left / 60));
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
	expiry(a, b);
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
	static const char *const month[] = { "",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
										 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const JobScope *sc = &a->world.scope;
	bool note = !a->frozen && a->world.store_note && a->world.store_note[0];
	int room = b.w > 100 && !note ? b.w - 30 : b.w > 60 ? 52 : b.w, frozen_x = b.w - 18;

	(void)buf_printf(&text, "%.*s", STR_ARG(a->view->name));
	if (sc->by != DIM_ALL && str_is(a->view->id, "jobs"))
		(void)buf_printf(&text, " > %s %s", dim_name(sc->by), sc->key);
	if (sc->hour && str_is(a->view->id, "jobs")) {
		CivilTime t = time_civil(sc->hour * 3600000 + a->world.offset_ms);

		(void)buf_printf(&text, " > %02d %s %02d:00", t.day, month[t.month], t.hour);
	}
	if (a->world.failures_only && screen_has(a, "jobs"))
		(void)buf_puts(&text, " > failures only");
	if (a->filter[0])
		(void)buf_printf(&text, "  /%s", a->filter);
	draw_fill(b, 0, 1, b.w, 1, ROLE_TITLE);
	draw_left(b, 0, 1, room, ROLE_TITLE, clean_cut(&ar, clean_text(&ar, buf_str(&text), 0), room));
	if (a->frozen)
		draw_own(b, frozen_x > 0 ? frozen_x : 0, 1, ROLE_WARN, "FROZEN, p goes on");
	else if (note)
		draw_left(b, 53, 1, b.w - 53, ROLE_WARN, clean_text(&ar, str_of(a->world.store_note), 0));
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

/* The keys that matter here: the pane's own, help, the other views, then what narrows down and leads back. */
static void keys_line(App *a, Box b, int y)
{
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;
	bool jobs = screen_has(a, "jobs");
	int x = 0, n = 0, most = b.w < 100 ? 2 : 4;
	Arena ar = { 0 };

	for (const PaneKey *k = p ? p->cls->keys : NULL, *first = k; k && k->key && n < most; k++) {
		/* Two keys for one thing need one place. */
		if (k > first && k[-1].run == k->run)
			continue;
		x = key_at(b, x, y, k->key, clean_own(k->help));
		n++;
	}
	x = key_at(b, x, y, "?", clean_own("help"));
	for (size_t i = 0; i < a->views.count; i++) {
		const View *v = &a->views.view[i];
		char key[2] = { v->key, 0 };

		if (v->key && v != a->view)
			x = key_at(b, x, y, clean_ownf(&ar, "%s", key).p, clean_text(&ar, v->id, 0));
	}
	for (const AppAction *act = a->actions; act->name; act++) {
		bool lists = strcmp(act->name, "failures") == 0, said = strcmp(act->name, "help") == 0;

		if (act->bottom && !said && (jobs || !lists))
			x = key_at(b, x, y, act->key, clean_own(act->help));
	}
	arena_done(&ar);
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
		int last = a->page.top + b.h - 4;

		draw_ownf(b, 0, y, ROLE_STATUS, "Esc closes   arrows and page keys scroll   %d-%d of %d", a->page.top + 1,
				  last < a->page.row_count ? last : a->page.row_count, a->page.row_count);
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
