/* The first line: where we are and whether we may write there. It never disappears and nothing from outside is drawn over
 * it. Columns: stage 0, account 7, Region 20, role 35, expiry 49, RO/RW 53, stale feeds 56, stops 60, alerts 64, clock 69; from 82 on what a
 * wide window has room for. */
#include "app/app_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wire/time8601.h"

enum { STRIP_X = 82, STRIP_PANE = 110 };

Role app_stage_role(const char *stage)
{
	if (strcmp(stage, "dev") == 0)
		return ROLE_STAGE_DEV;
	return strcmp(stage, "test") == 0 ? ROLE_STAGE_TEST : ROLE_STAGE_PROD;
}

/* Of several contexts the one that asks for the most care stands for all. */
static const char *gravest_stage(const World *w)
{
	static const char *const mild[] = { "dev", "test" };
	size_t rank = 0;
	const char *found = w->contexts ? w->context[0].stage : "prod";

	for (int i = 0; i < w->contexts; i++) {
		const char *s = w->context[i].stage;
		size_t r = strcmp(s, mild[0]) == 0 ? 0 : strcmp(s, mild[1]) == 0 ? 1 : strcmp(s, "prod") == 0 ? 3 : 2;

		if (r > rank) {
			rank = r;
			found = s;
		}
	}
	return found;
}

static bool any_writes(const World *w)
{
	for (int i = 0; i < w->contexts; i++)
		if (!w->context[i].read_only)
			return true;
	return false;
}

/* What all of them say, or how many different things. */
static Clean common(Arena *ar, const World *w, size_t offset, const char *many, const char *none)
{
	const char *first = (const char *)&w->context[0] + offset;
	int kinds = 1;

	for (int i = 1; i < w->contexts; i++) {
		bool twin = false;

		for (int k = 0; k < i; k++)
			twin |= strcmp((const char *)&w->context[i] + offset, (const char *)&w->context[k] + offset) == 0;
		kinds += !twin;
	}
	if (kinds > 1)
		return clean_ownf(ar, "%d %s", kinds, many);
	return *first ? clean_text(ar, str_of(first), 0) : clean_own(none);
}

/* Who acts: the role, or the names of the contexts. */
static Clean who(Arena *ar, const World *w)
{
	Buf names = { 0 };
	Clean c;

	if (w->contexts < 2)
		return clean_cut_middle(ar, clean_text(ar, str_of(w->context[0].role), 0), 13);
	for (int i = 0; i < w->contexts; i++)
		(void)buf_printf(&names, "%s%s", i ? "," : "", w->context[i].name);
	c = clean_cut_middle(ar, clean_text(ar, buf_str(&names), 0), 13);
	buf_done(&names);
	return c;
}

/* How long the credentials still hold, in four cells; nothing when it is not known. */
static void expiry(const World *w, Box b)
{
	int64_t until = 0, left;

	for (int i = 0; i < w->contexts; i++) {
		int64_t end = w->context[i].expires_ms;

		until = end && (!until || end < until) ? end : until;
	}
	left = (until - w->clock_ms) / 60000;
	if (!until)
		return;
	left = left < 0 ? 0 : left < 99 * 60 ? left : 99 * 60;
	draw_ownf(b, 49, 0, left < 15 ? ROLE_WARN : ROLE_HEADER, left < 120 ? "%dm" : "%dh", (int)(left < 120 ? left : left / 60));
}

static void clock_text(const World *w, char out[32])
{
	CivilTime t = time_civil(w->clock_ms + w->offset_ms);
	int minutes = (int)(w->offset_ms / 60000);

	/* Eleven cells: a zone with half hours takes the place of the seconds. */
	if (minutes % 60)
		(void)snprintf(out, 32, "%02d:%02d%c%02d:%02d", t.hour, t.minute, minutes < 0 ? '-' : '+', abs(minutes) / 60,
		               abs(minutes) % 60);
	else if (w->still)
		(void)snprintf(out, 32, "%02d:%02d%+03d", t.hour, t.minute, minutes / 60);
	else
		(void)snprintf(out, 32, "%02d:%02d:%02d%+03d", t.hour, t.minute, t.second, minutes / 60);
}

/* "dev 111122223333 eu-west-1 RO" or, where that is too long for all of them, "dev RO". Returns the next free column. */
static int strip_one(Box b, int x, const World *w, int i, bool full, bool draw)
{
	const ContextView *v = &w->context[i];
	Arena ar = { 0 };
	char why[FRESH_TEXT];
	Fresh f = world_context_fresh(w, i, FEEDS_CLAIM, why);
	Clean name = clean_text(&ar, str_of(v->name), 0), place = { "", 0, 0 };
	const char *state = f == FRESH_FAILED ? "FAILED" : f == FRESH_STALE ? "stale" : f == FRESH_LOADING ? "loading" : "";
	int end;

	if (full)
		place = clean_text(&ar, arena_printf(&ar, "%s %s ", v->account[0] ? v->account : "account ?", v->region), 0);
	end = x + name.columns + 1 + place.columns + 2 + (*state ? 1 + (int)strlen(state) : 0);
	if (draw) {
		x += draw_text(b, x, 0, app_stage_role(v->stage), name) + 1;
		x += draw_text(b, x, 0, ROLE_HEADER, place);
		x += draw_own(b, x, 0, v->read_only ? ROLE_READONLY : ROLE_WRITE, v->read_only ? "RO" : "RW");
		if (*state)
			draw_own(b, x + 1, 0, f == FRESH_FAILED ? ROLE_ERROR : f == FRESH_STALE ? ROLE_STALE : ROLE_INFO, state);
	}
	arena_done(&ar);
	return end + 2;
}

/* Each of several contexts by itself. */
static void strip(const World *w, Box b)
{
	int x = STRIP_X, i;
	bool full;

	for (i = 0; i < w->contexts; i++)
		x = strip_one(b, x, w, i, true, false);
	full = x - 2 <= b.w;
	for (i = 0, x = STRIP_X; i < w->contexts; i++) {
		int end = strip_one(b, x, w, i, full, false);

		if (end - 2 > b.w - (i + 1 < w->contexts ? 5 : 0)) {
			draw_ownf(b, x, 0, ROLE_HEADER, "+%d", w->contexts - i);
			return;
		}
		x = strip_one(b, x, w, i, full, true);
	}
}

void header_draw(App *a, Box b)
{
	const World *w = &a->world;
	Arena ar = { 0 };
	char stage[5], clock[32];
	const char *gravest = gravest_stage(w);
	int stale = world_stale_feeds(w);
	bool rw = any_writes(w);

	draw_fill(b, 0, 0, b.w, 1, ROLE_HEADER);
	(void)snprintf(stage, sizeof stage, "%.4s", gravest);
	for (char *c = stage; *c; c++)
		*c = (char)(*c >= 'a' && *c <= 'z' ? *c - 32 : *c);
	draw_ownf(b, 0, 0, app_stage_role(gravest), w->ascii ? "[%-4s]" : "▌%-4s▐", stage);
	/* Who we were at the last paint is better than nothing, and is said to be so by the role's place. */
	draw_left(b, 7, 0, 12, ROLE_HEADER, common(&ar, w, offsetof(ContextView, account), "accounts",
	                                           a->fig && a->fig->account[0] ? a->fig->account : "account ?"));
	draw_left(b, 20, 0, 14, ROLE_HEADER, common(&ar, w, offsetof(ContextView, region), "regions", ""));
	draw_left(b, 35, 0, 13, ROLE_HEADER, who(&ar, w));
	expiry(w, b);
	draw_own(b, 53, 0, rw ? ROLE_WRITE : ROLE_READONLY, rw ? "RW" : "RO");
	if (stale)
		draw_ownf(b, 56, 0, ROLE_STALE, "~%d", stale);
	if (w->stops)
		draw_ownf(b, 60, 0, w->stops_over ? ROLE_ERROR : ROLE_WARN, "S%d%s", w->stops < 9 ? w->stops : 9, w->stops_over ? "!" : "");
	if (a->fig && a->fig->alerts > 0)
		draw_ownf(b, 64, 0, a->fig->alerts_critical ? ROLE_ERROR : ROLE_WARN, a->fig->alerts < 100 ? "!%d" : "!99+", (int)a->fig->alerts);
	clock_text(w, clock);
	draw_own(b, 69, 0, ROLE_HEADER, clock);
	if (a->spec.demo && b.w >= STRIP_PANE)
		draw_own(b, STRIP_X, 0, ROLE_WARN, "simulated: no AWS account");
	else if (w->contexts > 1 && b.w >= STRIP_PANE)
		strip(w, b);
	else if (w->context[0].fed_by[0] && b.w >= STRIP_PANE)
		draw_left(b, STRIP_X, 0, b.w - STRIP_X, ROLE_INFO, clean_text(&ar, arena_printf(&ar, "polled by %s", w->context[0].fed_by), 0));
	arena_done(&ar);
}

/* The gravest first; how many more there are is said, and `:ctx` lists them. */
void header_banner(App *a, Box b)
{
	const World *w = &a->world;
	const ContextView *worst = NULL;
	Arena ar = { 0 };
	int more = -1;
	Role role;
	Clean text;

	for (int i = 0; i < w->contexts; i++) {
		const ContextView *v = &w->context[i];

		if (!v->banner[0])
			continue;
		more++;
		if (!worst || (v->grave && !worst->grave))
			worst = v;
	}
	if (!worst)
		return;
	role = worst->grave ? ROLE_STAGE_PROD : ROLE_STAGE_TEST;
	text = clean_text(&ar, arena_printf(&ar, " %s", worst->banner), 0);
	if (more)
		text = clean_text(&ar, arena_printf(&ar, "(+%d: see :ctx) %s", more, worst->banner), 0);
	draw_fill(b, 0, 2, b.w, 1, role);
	draw_left(b, 0, 2, b.w, role, clean_cut(&ar, text, b.w));
	arena_done(&ar);
}
