/* Cost by date and hour: seven dates, twenty-four hours, the colour says how far from the usual. The cursor's hour is
 * explained below and by the contributors pane. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "model/money.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "wire/time8601.h"

typedef enum Basis { BASIS_RATIO, BASIS_MONEY, BASIS_DELTA, BASES } Basis;
static const char *const basis_names[BASES] = { "x usual", "$", "$ more than usual" };

typedef struct HeatPane {
	int   cursor;                  /* cell 0 .. FIG_DAYS * 24 - 1 */
	bool  moved;                   /* the cursor stays where a person put it */
	Basis basis;
	bool  have, ascii, incomplete;
	int   running;                 /* cell of the running hour, or -1 */
	int64_t first_hour;
	Clean title, state, below, day[FIG_DAYS], text[FIG_DAYS * 24], total[FIG_DAYS];
	int   step[FIG_DAYS * 24];     /* of the ramp; -1 = none */
	Fresh fresh;
} HeatPane;

enum { RAMP_STEPS = 7 };

static int heat_open(Pane *p, Err *e)
{
	static const char *const words[BASES] = { [BASIS_RATIO] = "ratio", [BASIS_MONEY] = "usd", [BASIS_DELTA] = "delta" };
	HeatPane *s = p->state = xcalloc(1, sizeof *s);
	Str x = pane_option(p, "x"), y = pane_option(p, "y"), value = pane_option(p, "value");
	int basis = 0;

	s->running = -1;
	if ((x.n && !str_is(x, "hour")) || (y.n && !str_is(y, "date")))
		return err_kind(e, ERR_USAGE, "line %d: heatmap: x is hour and y is date", p->node->line);
	while (value.n && basis < BASES && !str_is(value, words[basis]))
		basis++;
	if (basis == BASES)
		return err_kind(e, ERR_USAGE, "line %d: heatmap: value is ratio, usd or delta, not %.*s", p->node->line,
						STR_ARG(value));
	s->basis = (Basis)basis;
	return 0;
}

static void heat_close(Pane *p)
{
	free(p->state);
}

/* The unit that keeps the largest cell at two digits: $0.001, $0.01 … $10,000. */
static int64_t unit_for(int64_t max_nusd)
{
	int64_t unit = NUSD_PER_USD / 1000;

	while (max_nusd / unit > 99)
		unit *= 10;
	return unit;
}

static int step_of(const HeatPane *s, const HourCell *c, int64_t max)
{
	/* Limits in tenths of the usual; the middle step is "as usual". */
	static const int limit[RAMP_STEPS - 1] = { 4, 7, 13, 20, 30, 40 };
	int64_t tenths;
	int i = 0;

	if (c->jobs == 0)
		return -1;
	if (s->basis == BASIS_MONEY)
		return max ? (int)((__int128)c->nusd * (RAMP_STEPS - 1) / max) : 0;
	if (c->base_nusd == FIG_NONE || c->base_nusd <= 0)
		return -1;
	if (s->basis == BASIS_DELTA)
		return c->nusd <= c->base_nusd || !max ? 0 : (int)((__int128)(c->nusd - c->base_nusd) * (RAMP_STEPS - 1) / max);
	tenths = (int64_t)((__int128)c->nusd * 10 / c->base_nusd);
	while (i < RAMP_STEPS - 1 && tenths >= limit[i])
		i++;
	return i;
}

static void label_day(HeatPane *s, int d, int64_t offset_ms, Arena *a)
{
	static const char *const name[] = { "Su", "Mo", "Tu", "We", "Th", "Fr", "Sa" };
	CivilTime t = time_civil((s->first_hour + d * 24 + 12) * 3600000 + offset_ms);

	s->day[d] = clean_ownf(a, "%s%02d", name[t.weekday], t.day);
}

static void explain(HeatPane *s, const World *w, Arena *a)
{
	static const char *const name[] = { "Su", "Mo", "Tu", "We", "Th", "Fr", "Sa" };
	static const char *const month[] = { "",    "Jan", "Feb", "Mar", "Apr", "May", "Jun",
										 "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
	const HourCell *c = &w->fig->grid[s->cursor];
	CivilTime t = time_civil((s->first_hour + s->cursor) * 3600000 + w->offset_ms);
	int64_t base = c->base_nusd, minutes = w->now_ms % 3600000 / 60000;
	Clean part = clean_own("");

	/* A running hour is compared with the same minutes. */
	if (s->cursor == s->running) {
		part = clean_ownf(a, " (%lld of 60 min)", (long long)minutes);
		if (base != FIG_NONE)
			base = base * minutes / 60;
	}
	s->below = clean_ownf(a, ">%s %02d %s %02d:%02d  %s est%s", name[t.weekday], t.day, month[t.month], t.hour, t.minute,
	                      fmt_money(a, c->nusd).p, part.p);
	if (base == FIG_NONE)
		s->below = clean_ownf(a, "%s  usual not known yet (n=%lld of %d)", s->below.p, (long long)c->base_n, BASE_LEAST);
	else
		s->below = clean_ownf(a, "%s  usual %s (n=%lld)  %s  %s", s->below.p, fmt_money(a, base).p, (long long)c->base_n,
		                      fmt_ratio(a, c->nusd, base).p, fmt_delta(a, c->nusd - base).p);
}

/* Whole dollars in three cells: "9.2", "110", "1k". */
static Clean dollars(Arena *a, int64_t nusd)
{
	int64_t tenths = nusd / (NUSD_PER_USD / 10);

	if (tenths < 100)
		return clean_ownf(a, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
	return tenths < 10000 ? clean_ownf(a, "%lld", (long long)(tenths / 10)) : fmt_count(a, tenths / 10);
}

static void cells(HeatPane *s, const World *w, Arena *a)
{
	const HourCell *g = w->fig->grid;
	int64_t max = 0, top = 0, unit;

	for (int i = 0; i < FIG_DAYS * 24; i++) {
		if (g[i].nusd > max)
			max = g[i].nusd;
		if (g[i].base_nusd != FIG_NONE && g[i].nusd - g[i].base_nusd > top)
			top = g[i].nusd - g[i].base_nusd;
	}
	unit = unit_for(max);
	for (int d = 0; d < FIG_DAYS; d++) {
		int64_t sum = 0;

		label_day(s, d, w->offset_ms, a);
		for (int i = d * 24; i < d * 24 + 24; i++) {
			sum += g[i].nusd;
			s->step[i] = step_of(s, &g[i], s->basis == BASIS_DELTA ? top : max);
			s->text[i] = i > s->running ? clean_own("") : !g[i].jobs ? clean_own("  ·")
			           : clean_ownf(a, "%3lld", (long long)((g[i].nusd + unit / 2) / unit));
			if (w->ascii && !g[i].jobs && i <= s->running)
				s->text[i] = clean_own("  .");
		}
		s->total[d] = dollars(a, sum);
	}
	s->title = clean_ownf(a, "$ est per hour, 1 = %s   colour = %s   tz %s   b basis", fmt_money(a, unit).p,
						  basis_names[s->basis], fmt_zone(a, w->offset_ms).p);
}

/* Inside the grid whatever the clock says: it may have been set back since the snapshot was made. */
static int cell_of(int64_t at)
{
	return at < 0 ? 0 : at >= FIG_DAYS * 24 ? FIG_DAYS * 24 - 1 : (int)at;
}

static void heat_update(Pane *p, const World *w)
{
	HeatPane *s = p->state;
	char text[320];

	s->fresh = world_fresh(w, p->cls->feeds, text);
	s->state = clean_text(&p->arena, arena_str(&p->arena, str_of(text)), 0);
	s->have = w->fig != NULL;
	s->ascii = w->ascii;
	s->title = clean_own("$ est per hour");
	if (!s->have)
		return;
	/* At midnight the grid moves on by a day; the cursor stays on its hour. */
	if (s->first_hour)
		s->cursor = cell_of(s->first_hour + s->cursor - w->fig->first_hour);
	s->first_hour = w->fig->first_hour;
	s->running = cell_of(w->now_ms / 3600000 - s->first_hour);
	if (!s->moved || s->cursor > s->running)
		s->cursor = s->running;
	s->incomplete = w->fig->grid_known <= s->running;
	cells(s, w, &p->arena);
	explain(s, w, &p->arena);
	if (w->groups.hour != s->first_hour + s->cursor)
		app_select_hour(p->app, s->first_hour + s->cursor, w->groups.by);
}

static void heat_draw(const Pane *p, Box b)
{
	const HeatPane *s = p->state;
	Box in = pane_head(b, p, s->title, s->fresh, s->state);

	if (!s->have) {
		pane_empty(in, s->fresh, "no figures yet");
		return;
	}
	for (int h = 0; h < 24; h++)
		draw_ownf(in, 5 + h * 3, 0, ROLE_DIM, "%02d", h);
	draw_right(in, 77, 0, 3, ROLE_DIM, clean_own(s->ascii ? "sum" : "Σ$"));
	for (int d = 0; d < FIG_DAYS && d + 1 < in.h; d++) {
		draw_text(in, 0, d + 1, ROLE_DIM, s->day[d]);
		for (int h = 0; h < 24; h++) {
			int i = d * 24 + h, x = 5 + h * 3;
			Role role = s->step[i] >= 0 ? ROLE_TEXT : ROLE_DIM;

			if (s->step[i] >= 0)
				draw_ramp(in, x - 1, d + 1, 3, s->step[i], s->text[i]);
			else
				draw_right(in, x - 1, d + 1, 3, role, s->text[i]);
			if (i == s->cursor)
				draw_role(in, x - 1, d + 1, 3, ROLE_SELECTED, ATTR_REVERSE | ATTR_BOLD);
		}
		draw_right(in, 77, d + 1, 3, ROLE_MONEY, s->total[d]);
	}
	/* The running hour is hatched: its cell is not over. */
	if (s->running >= 0 && s->running / 24 + 1 < in.h)
		draw_own(in, 7 + s->running % 24 * 3, s->running / 24 + 1, ROLE_LIVE, s->ascii ? "#" : "▒");
	if (FIG_DAYS + 1 < in.h)
		draw_text(in, 0, FIG_DAYS + 1, ROLE_TEXT, s->below);
	if (s->incomplete && FIG_DAYS + 2 < in.h)
		draw_own(in, 0, FIG_DAYS + 2, ROLE_STALE, "older hours are still being read");
}

static int heat_key(Pane *p, Key k)
{
	HeatPane *s = p->state;
	bool plain = k.kind == KEY_CHAR && !k.mod;
	int to = s->cursor;

	if (k.kind == KEY_LEFT || (plain && k.ch == 'h'))
		to--;
	else if (k.kind == KEY_RIGHT || (plain && k.ch == 'l'))
		to++;
	else if (k.kind == KEY_UP || (plain && k.ch == 'k'))
		to -= 24;
	else if (k.kind == KEY_DOWN || (plain && k.ch == 'j'))
		to += 24;
	else if (k.kind == KEY_END || (plain && k.ch == 'G'))
		to = s->running;
	else if (k.kind == KEY_HOME || (plain && k.ch == 'g'))
		to = 0;
	else
		return PANE_IGNORED;
	if (to >= 0 && to <= s->running) {
		s->cursor = to;
		s->moved = to != s->running;
	}
	p->dirty = true;
	return PANE_HANDLED;
}

static void next_basis(Pane *p)
{
	HeatPane *s = p->state;

	s->basis = (Basis)((s->basis + 1) % BASES);
}

static void to_contributors(Pane *p)
{
	app_focus(p->app, "contributors");
}

static const PaneKey keys[] = { { "enter", "who", to_contributors }, { "b", "basis", next_basis }, { 0 } };
static const char *const options[] = { "x", "y", "value", NULL };

const PaneClass pane_heatmap = {
	.name = "heatmap",
	.title = "cost by hour",
	.topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK,
	.feeds = FEED_BIT(FEED_JOBS),
	.options = options,
	.focusable = true,
	.open = heat_open,
	.update = heat_update,
	.draw = heat_draw,
	.key = heat_key,
	.close = heat_close,
	.keys = keys,
};
