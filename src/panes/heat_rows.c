/* The heatmap's rows as texts, and how they are drawn. */
#include "panes/heat_own.h"

#include <string.h>

#include "base/num.h"
#include "model/money.h"
#include "panes/fmt.h"
#include "panes/marks.h"
#include "wire/time8601.h"

const AxesKind heat_axes[GRID_AXES] = {
	[GRID_DATE_HOUR]     = { "date", "hour", "COST per hour", 4, 4, 3, 6, 4 },
	[GRID_TENANT_WEEK]   = { "tenant", "week", "COST by tenant and week", 16, 28, 9, 15, TOTAL_W },
	[GRID_PERSONA_MODEL] = { "persona", "model", "COST of whole days (UTC) by persona and model", 16, 28, 9, 15, TOTAL_W },
	[GRID_AGENT_VERSION] = { "agent", "version", "COST of 7 days by agent and version", 18, 28, 16, 22, TOTAL_W },
	[GRID_WEEKDAY_HOUR]  = { "weekday", "hour", "COST of a week, mean of 3", 4, 4, 3, 6, 4 },
};

static const char *const weekdays[] = { "Su", "Mo", "Tu", "We", "Th", "Fr", "Sa" };
static const char *const months[] = { "", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };

/* Whole dollars in three cells: "9.2", "110", "1k". */
static Clean dollars(const HeatPane *s, Arena *a, int64_t nusd)
{
	int64_t tenths = nusd / (NUSD_PER_USD / 10);

	if (s->total_w == TOTAL_W)
		return fmt_money(a, nusd);
	if (tenths < 100)
		return clean_ownf(a, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
	return tenths < 10000 ? clean_ownf(a, "%lld", (long long)(tenths / 10)) : fmt_count(a, tenths / 10);
}

static Clean label(const HeatPane *s, int row, const World *w, Arena *a)
{
	const GridRow *r = &s->grid->row[row];
	CivilTime t;

	if (s->axes == GRID_WEEKDAY_HOUR)
		return clean_own(weekdays[(row + 1) % 7]);
	if (s->axes == GRID_DATE_HOUR) {
		t = time_civil((r->from_hour + 12) * 3600000 + w->offset_ms);
		return clean_ownf(a, "%s%02d", weekdays[t.weekday], t.day);
	}
	if (r->context[0])
		return clean_cut_middle(a, clean_text(a, arena_printf(a, "%s/%s", r->context, r->key), 0), s->label_w - 1);
	return r->key[0] ? clean_cut_middle(a, clean_text(a, str_of(r->key), 0), s->label_w - 1) : clean_own("(none)");
}

/* A row's sum, beside what its cells usually cost: only those whose usual is known. */
static void row_total(HeatPane *s, RowText *t, int row, Arena *a)
{
	const Grid *g = s->grid;
	int64_t sum = 0, now = 0, usual = 0, mean_of = grid_mean_of(g);
	bool any = false;

	for (int i = row * g->cols; i < (row + 1) * g->cols; i++) {
		const GridCell *c = &g->cell[i];

		any |= c->state == GRID_READ;
		sum += c->nusd;
		if (c->base_nusd == FIG_NONE || c->state != GRID_READ)
			continue;
		now += c->nusd;
		usual += c->base_nusd;
	}
	t->total = any ? dollars(s, a, sum / mean_of) : clean_own("-");
	t->usual = usual ? dollars(s, a, usual / mean_of) : clean_own("-");
	t->ratio = usual ? fmt_ratio(a, now, usual) : clean_own("-");
}

/* "3.2 $12.3": which version it is, and what it cost. */
static Clean version_text(const HeatScale *k, const GridCell *c, int step, Arena *a)
{
	const char *at = strrchr(c->key, '@');
	Clean name = clean_cut(a, clean_text(a, str_of(at ? at + 1 : c->key), 0), 5), amount;
	HeatScale rest = *k;

	if (!c->key[0])
		return clean_own("");
	rest.cell_w = k->cell_w - 8;
	amount = heat_text(&rest, c, step, a);
	return clean_ownf(a, "  %s%*s%s", name.p, 6 - name.columns, "", amount.p);
}

/* An hour in which something was changed: the mark stands where the cell's text is blank; else the cell's glyph is underlined. */
static void mark_hour(HeatPane *s, RowText *t, int row, int col, const World *w, Arena *a)
{
	int64_t hour = s->grid->row[row].from_hour + col;
	Clean *text = &t->cell[col];

	if (s->axes != GRID_DATE_HOUR || !marks_between(w->fig, hour * 3600000, (hour + 1) * 3600000))
		return;
	s->changed = true;
	t->under[col] = text->n && text->p[0] != ' ';
	if (!t->under[col])
		*text = clean_ownf(a, "%s%s", marks_glyph(s->ascii), text->n ? text->p + 1 : "");
}

static void row_texts(HeatPane *s, const HeatScale *k, const World *w, Arena *a)
{
	const Grid *g = s->grid;

	s->lines = g->rows - s->top < s->body ? g->rows - s->top : s->body;
	s->lines = s->lines < 0 ? 0 : s->lines;
	s->line = ARENA_ARRAY(a, RowText, (size_t)s->lines + 1);
	s->changed = false;
	for (int i = 0; i < s->lines; i++) {
		RowText *t = &s->line[i];

		t->label = label(s, s->top + i, w, a);
		t->hatch = -1;
		for (int c = 0; c < s->cols; c++) {
			const GridCell *cell = &g->cell[(s->top + i) * g->cols + c];

			t->step[c] = heat_step(k, cell);
			t->cell[c] = s->axes == GRID_AGENT_VERSION ? version_text(k, cell, t->step[c], a) : heat_text(k, cell, t->step[c], a);
			mark_hour(s, t, s->top + i, c, w, a);
			/* A running hour is hatched: its cell is not over. */
			if (cell->running && s->axes == GRID_DATE_HOUR)
				t->hatch = c;
		}
		row_total(s, t, s->top + i, a);
	}
}

static void heads(HeatPane *s, const World *w, Arena *a)
{
	static const char *const versions[GRID_VERSIONS] = { "newest", "1 older", "2 older", "3 older" };
	const Grid *g = s->grid;

	for (int c = 0; c < s->cols; c++) {
		if (s->axes == GRID_TENANT_WEEK) {
			CivilTime t = time_civil(g->col_from[c] * 3600000 + w->offset_ms);

			/* The last week is not over. */
			s->head[c] = clean_ownf(a, "%s%02d %s", c == g->cols - 1 ? s->ascii ? "#" : "▒" : "", t.day, months[t.month]);
		} else if (s->axes == GRID_PERSONA_MODEL) {
			s->head[c] = g->col_key[c][0] ? clean_cut(a, fmt_model(a, str_of(g->col_key[c]), s->cell_w - 1), s->cell_w - 1)
			                              : clean_own("(none)");
		} else {
			s->head[c] = s->axes == GRID_AGENT_VERSION ? clean_own(versions[c]) : clean_ownf(a, "%02d", c);
		}
	}
}

/* "Tu 10 Mar 14:00", "t-bluebird 09-15 Mar", "Chain-Chris nova-pro 03-09 Mar", "Tuesdays 14:00, 17 Feb to 09 Mar". */
static Clean when_text(const HeatPane *s, const CostCell *c, const World *w, Arena *a)
{
	CivilTime t = time_civil(c->from_hour * 3600000 + w->offset_ms);
	Buf hours = { 0 };
	Clean text, who = clean_own("");

	if (s->axes == GRID_DATE_HOUR)
		return clean_ownf(a, "%s %02d %s %02d:%02d", weekdays[t.weekday], t.day, months[t.month], t.hour, t.minute);
	cell_hours(c, w->offset_ms, &hours);
	text = clean_text(a, arena_str(a, buf_str(&hours)), 0);
	buf_done(&hours);
	if (c->only[0].dim)
		who = c->only[0].key[0] ? clean_cut_middle(a, clean_text(a, str_of(c->only[0].key), 0), 24) : clean_own("(none)");
	if (s->axes == GRID_PERSONA_MODEL)
		who = clean_ownf(a, "%s %s", who.p, c->only[1].key[0] ? fmt_model(a, str_of(c->only[1].key), 16).p : "(none)");
	return who.n ? clean_ownf(a, "%s %s", who.p, text.p) : text;
}

static Clean not_known(const HeatPane *s, const World *w, const CostCell *c, Arena *a)
{
	const HourCell *h;

	if (s->axes != GRID_DATE_HOUR || !w->fig)
		return clean_own("usual not known for all of it");
	h = &w->fig->grid[c->from_hour - s->grid->from_hour];
	return clean_ownf(a, "usual not known yet: %lld like hours read, %d needed", (long long)h->base_n, BASE_LEAST);
}

/* ">Tu 10 Mar 14:00  $2.25 est (37 of 60 min)  usual $1.89 (n=72)  1.1x  +$0.36" */
void heat_explain(HeatPane *s, const World *w, const CostCell *cell, Arena *a)
{
	const GridCell *c = &s->grid->cell[s->row * s->grid->cols + s->col];
	int64_t mean_of = grid_mean_of(s->grid);
	Clean part = clean_own(" est"), n = clean_own(""), head;
	int changes;

	if (c->running && s->axes == GRID_DATE_HOUR)
		part = clean_ownf(a, " est (%lld of 60 min)", (long long)(w->now_ms % 3600000 / 60000));
	else if (c->running)
		part = clean_own(" so far");
	else if (mean_of > 1)
		part = clean_ownf(a, " in %lld hours", (long long)mean_of);
	if (s->axes == GRID_DATE_HOUR && w->fig)
		n = clean_ownf(a, " (n=%lld)", (long long)w->fig->grid[cell->from_hour - s->grid->from_hour].base_n);
	head = clean_ownf(a, ">%s  %s%s  ", when_text(s, cell, w, a).p, fmt_money(a, c->nusd).p, part.p);
	if (c->base_nusd == FIG_NONE)
		s->below = clean_ownf(a, "%s%s", head.p, not_known(s, w, cell, a).p);
	else
		s->below = clean_ownf(a, "%susual %s%s  %s  %s", head.p, fmt_money(a, c->base_nusd).p, n.p,
		                      fmt_ratio(a, c->nusd, c->base_nusd).p, fmt_delta(a, c->nusd - c->base_nusd).p);
	changes = s->axes == GRID_DATE_HOUR && w->fig ? marks_between(w->fig, cell->from_hour * 3600000, cell->until_hour * 3600000) : 0;
	if (changes)
		s->below = clean_ownf(a, "%s  %s %d change%s", s->below.p, marks_glyph(s->ascii), changes, changes > 1 ? "s" : "");
}

static Clean title(const HeatPane *s, const HeatScale *k, const World *w, int width, Arena *a)
{
	Clean unit = k->cell_w < 8 && s->axes != GRID_AGENT_VERSION ? clean_ownf(a, ", in %s", fmt_money(a, k->unit).p) : clean_own("");
	Clean more = s->grid->rows > s->body ? clean_ownf(a, "   %d-%d of %d", s->top + 1, s->top + s->lines, s->grid->total_rows) : clean_own("");
	Clean cut = s->cols < s->grid->total_cols && s->axes == GRID_PERSONA_MODEL
	          ? clean_ownf(a, "   %d of %d models", s->cols, s->grid->total_cols) : clean_own("");
	Clean text = clean_ownf(a, "%s, %s%s%s%s   colour %s", heat_axes[s->axes].title, world_basis(w), unit.p, more.p, cut.p,
	                        heat_basis_name(s->basis));
	Clean glyphs = s->basis != BASIS_RATIO ? clean_own("") : clean_own(s->ascii ? " v<.4 ^2x *3x !4x" : " ▽<.4 △2x ▲3x !4x");
	Clean zone = clean_ownf(a, "   tz %s", fmt_zone(a, w->offset_ms).p);

	if (s->changed && !s->legend_row && text.columns + glyphs.columns + 10 <= width)
		glyphs = clean_ownf(a, "%s %s changed", glyphs.p, marks_glyph(s->ascii));
	/* As much of it as there is room for; the glyphs where no row says what they mean. */
	if (!s->legend_row && text.columns + glyphs.columns <= width)
		text = clean_ownf(a, "%s%s", text.p, glyphs.p);
	return text.columns + zone.columns <= width ? clean_ownf(a, "%s%s", text.p, zone.p) : text;
}

void heat_rows(HeatPane *s, const World *w, int width, Arena *a)
{
	HeatScale k = heat_scale(s->grid, s->basis, s->cell_w, s->ascii);

	row_texts(s, &k, w, a);
	heads(s, w, a);
	for (int i = 0; i < HEAT_STEPS; i++)
		s->legend[i] = heat_legend(&k, i, a);
	s->title = title(s, &k, w, width, a);
}

static void draw_row(const HeatPane *s, Box in, int y, const RowText *t, bool here)
{
	int sum_x = s->label_w + s->cols * s->cell_w + 1;

	draw_text(in, 0, y, ROLE_DIM, t->label);
	for (int c = 0; c < s->cols; c++) {
		int x = s->label_w + c * s->cell_w;

		if (t->step[c] >= 0)
			draw_ramp(in, x, y, s->cell_w, t->step[c], t->cell[c]);
		else
			draw_left(in, x, y, s->cell_w, ROLE_DIM, t->cell[c]);
		if (t->under[c])
			draw_role(in, x, y, 1, t->step[c] >= 0 ? (Role)(ROLE_RAMP_0 + t->step[c]) : ROLE_DIM, ATTR_UNDERLINE);
		if (here && c == s->col)
			draw_role(in, x, y, s->cell_w, ROLE_SELECTED, ATTR_REVERSE | ATTR_BOLD);
	}
	if (s->wide) {
		draw_right(in, sum_x, y, 6, ROLE_DIM, t->usual);
		draw_right(in, sum_x + 7, y, 6, ROLE_DIM, t->ratio);
		sum_x += EXTRA_W;
	}
	draw_right(in, sum_x, y, s->total_w - 1, ROLE_MONEY, t->total);
	if (t->hatch >= 0)
		draw_own(in, s->label_w + (t->hatch + 1) * s->cell_w, y, ROLE_LIVE, s->ascii ? "#" : "▒");
}

void heat_draw_rows(const HeatPane *s, Box in, bool cursor)
{
	int sum_x = s->label_w + s->cols * s->cell_w + 1;

	for (int c = 0; c < s->cols; c++)
		draw_right(in, s->label_w + c * s->cell_w, 0, s->cell_w, ROLE_DIM, s->head[c]);
	if (s->wide) {
		draw_right(in, sum_x, 0, 6, ROLE_DIM, clean_own("usual"));
		draw_right(in, sum_x + 7, 0, 6, ROLE_DIM, clean_own("x"));
		sum_x += EXTRA_W;
	}
	draw_right(in, sum_x, 0, s->total_w - 1, ROLE_DIM, clean_own(s->ascii ? "sum" : "Σ$"));
	for (int i = 0; i < s->lines && i + 1 < in.h; i++)
		draw_row(s, in, i + 1, &s->line[i], cursor && s->top + i == s->row);
}
