/* Cost by date and hour: seven dates, twenty-four hours, the colour says how far from the usual. The cursor's hour is
 * explained below and by the contributors pane. */
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "model/money.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "wire/time8601.h"

typedef enum Basis { BASIS_RATIO, BASIS_MONEY, BASIS_DELTA, BASES } Basis;
static const char *const basis_names[BASES] = { "times the usual", "dollars", "dollars over usual" };

enum { RAMP_STEPS = 7, LABEL_W = 4, CELL_W = 3, CELL_MAX = 6, TOTAL_W = 4, EXTRA_W = 15, LEGEND_W = 7 };

typedef struct HeatPane {
	int   cursor;                  /* cell 0 .. FIG_DAYS * 24 - 1 */
	bool  moved;                   /* the cursor stays where a person put it */
	Basis basis;
	bool  have, ascii, incomplete;
	int   running;                 /* cell of the running hour, or -1 */
	int64_t first_hour;
	Clean title, state, below, day[FIG_DAYS], text[FIG_DAYS * 24];
	Clean total[FIG_DAYS], usual[FIG_DAYS], ratio[FIG_DAYS];
	Clean legend[RAMP_STEPS];      /* what each step of the ramp stands for */
	int   step[FIG_DAYS * 24];     /* of the ramp; -1 = none */
	int   cell_w;                  /* columns of one hour */
	bool  wide;                    /* room for what a day usually costs */
	Fresh fresh;
} HeatPane;

/* Limits in tenths of the usual; the middle step is "as usual". */
static const int ratio_limit[RAMP_STEPS - 1] = { 4, 7, 13, 20, 30, 40 };

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

/* The unit that keeps the largest cell at two digits, or three where cells are wider: $0.001, $0.01 … $10,000. */
static int64_t unit_for(int64_t max_nusd, int cell_w)
{
	int64_t unit = NUSD_PER_USD / 1000, most = cell_w > CELL_W ? 999 : 99;

	while (max_nusd / unit > most)
		unit *= 10;
	return unit;
}

static int step_of(const HeatPane *s, const HourCell *c, int64_t max)
{
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
	while (i < RAMP_STEPS - 1 && tenths >= ratio_limit[i])
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
		s->below = clean_ownf(a, "%s  usual not known yet: %lld like hours read, %d needed", s->below.p, (long long)c->base_n, BASE_LEAST);
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

/* A day's sum, beside what its hours usually cost: only hours whose usual is known, the running one in part. */
static void day_total(HeatPane *s, const World *w, int d, int first_known, Arena *a)
{
	int64_t sum = 0, now = 0, usual = 0;

	s->total[d] = s->usual[d] = s->ratio[d] = clean_own("-");
	if (d * 24 + 23 < first_known)
		return;
	for (int i = d * 24; i < d * 24 + 24 && i <= s->running; i++) {
		const HourCell *c = &w->fig->grid[i];

		sum += c->nusd;
		if (c->base_nusd == FIG_NONE)
			continue;
		now += c->nusd;
		usual += i == s->running ? mul_div(c->base_nusd, w->now_ms % 3600000, 3600000) : c->base_nusd;
	}
	s->total[d] = dollars(a, sum);
	if (usual) {
		s->usual[d] = dollars(a, usual);
		s->ratio[d] = fmt_ratio(a, now, usual);
	}
}

/* "·": an hour without jobs. An hour that is not read yet, or not begun, is blank: nothing is known of it. */
static Clean cell_text(const HeatPane *s, const HourCell *c, int i, int first_known, int64_t unit, Arena *a)
{
	if (c->jobs)
		return clean_ownf(a, "%*lld", s->cell_w, (long long)((c->nusd + unit / 2) / unit));
	if (i > s->running || i < first_known)
		return clean_own("");
	return clean_ownf(a, "%*s%s", s->cell_w - 1, "", s->ascii ? "." : "·");
}

static void legend(HeatPane *s, int64_t max, Arena *a)
{
	static const char *const ratio[RAMP_STEPS] = { "<0.4x", "<0.7x", "usual", "1.3x+", "2x+", "3x+", "4x+" };

	for (int i = 0; i < RAMP_STEPS; i++) {
		int64_t from = mul_div(max, i, RAMP_STEPS - 1);

		s->legend[i] = s->basis == BASIS_RATIO   ? clean_own(ratio[i])
		             : s->basis == BASIS_MONEY   ? fmt_money(a, from)
		             : i == 0                    ? clean_own("usual")
		                                         : fmt_delta(a, from);
		s->legend[i] = clean_ownf(a, "%*s", LEGEND_W - 1, s->legend[i].p);
	}
}

static void cells(HeatPane *s, const World *w, Arena *a)
{
	const HourCell *g = w->fig->grid;
	int64_t max = 0, top = 0, unit;
	int first_known = s->running + 1 - (int)w->fig->grid_known;

	for (int i = 0; i < FIG_DAYS * 24; i++) {
		if (g[i].nusd > max)
			max = g[i].nusd;
		if (g[i].base_nusd != FIG_NONE && g[i].nusd - g[i].base_nusd > top)
			top = g[i].nusd - g[i].base_nusd;
	}
	unit = unit_for(max, s->cell_w);
	if (s->basis == BASIS_DELTA)
		max = top;
	for (int d = 0; d < FIG_DAYS; d++) {
		label_day(s, d, w->offset_ms, a);
		for (int i = d * 24; i < d * 24 + 24; i++) {
			s->step[i] = step_of(s, &g[i], max);
			s->text[i] = cell_text(s, &g[i], i, first_known, unit, a);
		}
		day_total(s, w, d, first_known, a);
	}
	legend(s, max, a);
	s->title = clean_ownf(a, "COST per hour, est list, in %s   colour: %s   tz %s", fmt_money(a, unit).p,
						  basis_names[s->basis], fmt_zone(a, w->offset_ms).p);
}

/* Inside the grid whatever the clock says: it may have been set back since the snapshot was made. */
static int cell_of(int64_t at)
{
	return at < 0 ? 0 : at >= FIG_DAYS * 24 ? FIG_DAYS * 24 - 1 : (int)at;
}

/* Wider windows get wider hours, then what each day usually costs. */
static void widths(HeatPane *s, int w)
{
	int cell = (w - LABEL_W - TOTAL_W - EXTRA_W) / 24;

	s->wide = cell >= CELL_W;
	s->cell_w = cell < CELL_W ? CELL_W : cell > CELL_MAX ? CELL_MAX : cell;
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
	s->running = cell_of(w->now_ms / 3600000 - w->fig->first_hour);
	/* Back from the jobs of an hour: that hour is still the chosen one. */
	if (!s->first_hour && w->groups.hour >= w->fig->first_hour && w->groups.hour < w->fig->first_hour + s->running) {
		s->cursor = (int)(w->groups.hour - w->fig->first_hour);
		s->moved = true;
	}
	s->first_hour = w->fig->first_hour;
	if (!s->moved || s->cursor > s->running)
		s->cursor = s->running;
	s->incomplete = w->fig->grid_known <= s->running;
	widths(s, p->w);
	cells(s, w, &p->arena);
	explain(s, w, &p->arena);
	if (w->groups.hour != s->first_hour + s->cursor)
		app_select_hour(p->app, s->first_hour + s->cursor, w->groups.by);
}

static void draw_days(const HeatPane *s, Box in)
{
	int sum_x = LABEL_W + 24 * s->cell_w + 1;

	for (int h = 0; h < 24; h++)
		draw_ownf(in, LABEL_W + (h + 1) * s->cell_w - 2, 0, ROLE_DIM, "%02d", h);
	if (s->wide) {
		draw_right(in, sum_x, 0, 6, ROLE_DIM, clean_own("usual"));
		draw_right(in, sum_x + 7, 0, 6, ROLE_DIM, clean_own("x"));
		sum_x += EXTRA_W;
	}
	draw_right(in, sum_x, 0, 3, ROLE_DIM, clean_own(s->ascii ? "sum" : "Σ$"));
	for (int d = 0; d < FIG_DAYS && d + 1 < in.h; d++) {
		draw_text(in, 0, d + 1, ROLE_DIM, s->day[d]);
		for (int i = d * 24; i < d * 24 + 24; i++) {
			int x = LABEL_W + i % 24 * s->cell_w;

			if (s->step[i] >= 0)
				draw_ramp(in, x, d + 1, s->cell_w, s->step[i], s->text[i]);
			else
				draw_right(in, x, d + 1, s->cell_w, ROLE_DIM, s->text[i]);
			if (i == s->cursor)
				draw_role(in, x, d + 1, s->cell_w, ROLE_SELECTED, ATTR_REVERSE | ATTR_BOLD);
		}
		if (s->wide) {
			draw_right(in, sum_x - EXTRA_W, d + 1, 6, ROLE_DIM, s->usual[d]);
			draw_right(in, sum_x - EXTRA_W + 7, d + 1, 6, ROLE_DIM, s->ratio[d]);
		}
		draw_right(in, sum_x, d + 1, 3, ROLE_MONEY, s->total[d]);
	}
	/* The running hour is hatched: its cell is not over. */
	if (s->running >= 0 && s->running / 24 + 1 < in.h)
		draw_own(in, LABEL_W + (s->running % 24 + 1) * s->cell_w, s->running / 24 + 1, ROLE_LIVE, s->ascii ? "#" : "▒");
}

/* The last two rows: what failed, or what the colours stand for. */
static void draw_foot(const HeatPane *s, Box in, int y, Clean state)
{
	Clean line;
	int x = 0;

	if (state.n) {
		while (y < in.h && clean_wrap(&state, in.w, &line))
			draw_text(in, 0, y++, fresh_role(s->fresh), line);
		return;
	}
	if (s->incomplete)
		x += 2 + draw_own(in, x, y, ROLE_STALE, "older hours are still being read");
	for (int i = 0; i < RAMP_STEPS && x + RAMP_STEPS * LEGEND_W <= in.w + i * LEGEND_W; i++, x += LEGEND_W)
		draw_ramp(in, x, y, LEGEND_W, i, s->legend[i]);
}

static void heat_draw(const Pane *p, Box b)
{
	const HeatPane *s = p->state;
	bool beside = s->title.columns + 2 + s->state.columns <= b.w;
	Box in = pane_head(b, p, s->title, s->fresh, beside ? s->state : clean_own(""));

	if (!s->have) {
		pane_empty(in, s->fresh, s->state.n ? s->state.p : "no figures yet");
		return;
	}
	draw_days(s, in);
	if (FIG_DAYS + 1 < in.h)
		draw_text(in, 0, FIG_DAYS + 1, ROLE_TEXT, s->below);
	draw_foot(s, in, FIG_DAYS + 2, beside ? clean_own("") : s->state);
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

static const PaneKey keys[] = { { "enter", "who", to_contributors }, { "b", "colour", next_basis }, { 0 } };
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
