#include "panes/heat.h"

#include "base/num.h"
#include "model/money.h"
#include "panes/fmt.h"

static const char *const words[BASES] = { [BASIS_RATIO] = "ratio", [BASIS_MONEY] = "usd", [BASIS_DELTA] = "delta" };
static const char *const names[BASES] = { "x usual", "$", "$ over usual" };

/* Limits in tenths of the usual; the middle step is "as usual". */
static const int ratio_limit[HEAT_STEPS - 1] = { 4, 7, 13, 20, 30, 40 };
static const char *const ratio_words[HEAT_STEPS] = { "<0.4x", "<0.7x", "usual", "1.3x+", "2x+", "3x+", "4x+" };

/* What the colour says is said without it too. */
static const char *const glyphs[HEAT_STEPS] = { "▽", " ", " ", " ", "△", "▲", "!" };
static const char *const ascii_glyphs[HEAT_STEPS] = { "v", " ", " ", " ", "^", "*", "!" };

enum { AMOUNT_W = 8, WITH_RATIO_W = 13 };       /* cells from which on there is room for "$12.3", and its ratio beside it */

const char *heat_basis_name(Basis b)
{
	return names[b];
}

int heat_basis_of(Str word, Basis *out)
{
	for (int b = 0; b < BASES; b++)
		if (str_is(word, words[b])) {
			*out = (Basis)b;
			return 0;
		}
	return -1;
}

/* The unit that keeps the largest cell at two digits, or three where cells are wider: $0.001, $0.01 … $10,000. */
static int64_t unit_for(int64_t max_nusd, int cell_w)
{
	int64_t unit = NUSD_PER_USD / 1000, most = cell_w > 3 ? 999 : 99;

	while (max_nusd / unit > most)
		unit *= 10;
	return unit;
}

HeatScale heat_scale(const Grid *g, Basis basis, int cell_w, bool ascii)
{
	HeatScale s = { .basis = basis, .ascii = ascii, .mean_of = grid_mean_of(g), .cell_w = cell_w };
	int64_t largest = 0, over = 0;

	for (int i = 0; i < g->rows * g->cols; i++) {
		const GridCell *c = &g->cell[i];

		largest = c->nusd > largest ? c->nusd : largest;
		if (c->base_nusd != FIG_NONE && c->nusd - c->base_nusd > over)
			over = c->nusd - c->base_nusd;
	}
	s.unit = unit_for(largest / s.mean_of, cell_w);
	s.most = basis == BASIS_DELTA ? over : largest;
	return s;
}

int heat_step(const HeatScale *s, const GridCell *c)
{
	int64_t tenths;
	int i = 0;

	if (c->jobs == 0)
		return -1;
	if (s->basis == BASIS_MONEY)
		return s->most ? (int)mul_div(c->nusd, HEAT_STEPS - 1, s->most) : 0;
	if (c->base_nusd == FIG_NONE || c->base_nusd <= 0)
		return -1;
	if (s->basis == BASIS_DELTA)
		return c->nusd <= c->base_nusd || !s->most ? 0 : (int)mul_div(c->nusd - c->base_nusd, HEAT_STEPS - 1, s->most);
	tenths = mul_div(c->nusd, 10, c->base_nusd);
	while (i < HEAT_STEPS - 1 && tenths >= ratio_limit[i])
		i++;
	return i;
}

static const char *glyph(const HeatScale *s, int step)
{
	/* The number says itself how large an amount is. */
	if (step < 0 || s->basis == BASIS_MONEY || (s->basis == BASIS_DELTA && step == 0))
		return " ";
	return (s->ascii ? ascii_glyphs : glyphs)[step];
}

/* "·": no jobs. What is not read yet, or not begun, is blank: nothing is known of it. */
Clean heat_text(const HeatScale *s, const GridCell *c, int step, Arena *a)
{
	const char *g = glyph(s, step);
	Clean money;

	if (!c->jobs)
		return c->state == GRID_READ ? clean_ownf(a, "%*s%s", s->cell_w - 1, "", s->ascii ? "." : "·") : clean_own("");
	if (s->cell_w < AMOUNT_W)
		return clean_ownf(a, "%s%*lld", g, s->cell_w - 1, (long long)((c->nusd / s->mean_of + s->unit / 2) / s->unit));
	money = fmt_money(a, c->nusd / s->mean_of);
	if (s->cell_w < WITH_RATIO_W || c->base_nusd == FIG_NONE)
		return clean_ownf(a, "%s%*s", g, s->cell_w - 1, money.p);
	return clean_ownf(a, "%s%*s%6s", g, s->cell_w - 7, money.p, fmt_ratio(a, c->nusd, c->base_nusd).p);
}

Clean heat_legend(const HeatScale *s, int step, Arena *a)
{
	int64_t from = mul_div(s->most / s->mean_of, step, HEAT_STEPS - 1);
	Clean word = s->basis == BASIS_RATIO ? clean_own(ratio_words[step])
	           : s->basis == BASIS_MONEY ? fmt_money(a, from)
	           : step == 0               ? clean_own("usual")
	                                     : fmt_delta(a, from);

	return clean_ownf(a, "%s%*s", glyph(s, step), HEAT_LEGEND_W - 2, word.p);
}
