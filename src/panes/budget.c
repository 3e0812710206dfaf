/* The budget line: what is spent of the fullest budget, and where its period will end; without budgets, where day and month will. */
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "model/budget.h"
#include "model/forecast.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "wire/time8601.h"

enum { LINES = FIG_BUDGETS };

typedef struct BudgetPane { Clean line[LINES]; Role role[LINES]; int n; } BudgetPane;

static int budget_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(BudgetPane));
	return 0;
}

static void budget_close(Pane *p)
{
	free(p->state);
}

/* What the range rests on: how many of ten such ranges hold, and days of data. */
static Clean basis(const FigForecast *f, Arena *a)
{
	if (!f->known)
		return f->days < FORECAST_DAYS ? clean_ownf(a, "no forecast: %d of %d days", f->days, FORECAST_DAYS) : clean_own("no forecast");
	return clean_ownf(a, "%d of 10, %d d", f->percent / 10, f->days);
}

/* "fleet-day $412 of $900 a day 46 % OVER ~21:40, ends $0.9-1.4k (8 of 10, 34 d)"; what the range rests on only where it fits. */
static Clean budget_line(const FigBudget *b, const World *w, int width, Role *role, Arena *a)
{
	Clean text = clean_ownf(a, "%s%s%s", b->context, b->context[0] ? "/" : "", b->id), more;

	text = clean_cut(a, clean_text(a, str_of(text.p), 0), 24);
	text = clean_ownf(a, "%.*s %s of %s a %s %d %%", (int)text.n, text.p, fmt_money(a, b->f.spent_nusd).p, fmt_money(a, b->limit_nusd).p,
	                  budget_period_names[b->period], b->percent);
	*role = b->percent >= 100 ? ROLE_ERROR : b->percent >= 80 || b->f.reaches_ms ? ROLE_WARN : ROLE_TEXT;
	if (b->percent >= 100)
		text = clean_ownf(a, "%s OVER", text.p);
	else if (b->f.reaches_ms)
		text = clean_ownf(a, "%s OVER ~%s", text.p, fmt_when(a, b->f.reaches_ms, w->now_ms, w->offset_ms).p);
	if (b->f.known)
		text = clean_ownf(a, "%s, ends %s", text.p, fmt_range(a, b->f.low_nusd, b->f.high_nusd).p);
	more = clean_ownf(a, "%s (%s)", text.p, basis(&b->f, a).p);
	return more.columns <= width ? more : text;
}

static Clean period_text(const char *name, const FigForecast *f, Arena *a)
{
	if (f->spent_nusd == FIG_NONE)
		return clean_ownf(a, "%s: not all read yet", name);
	if (!f->known)
		return clean_ownf(a, "%s %s (%s)", name, fmt_money(a, f->spent_nusd).p, basis(f, a).p);
	return clean_ownf(a, "%s %s, ends %s (%s)", name, fmt_money(a, f->spent_nusd).p, fmt_range(a, f->low_nusd, f->high_nusd).p, basis(f, a).p);
}

/* Without budgets: as much as fits. */
static Clean no_budget(const Figures *f, int width, Arena *a)
{
	Clean text = period_text("today", &f->day, a), more = period_text("month", &f->month, a);

	if (text.columns + 3 + more.columns <= width)
		text = clean_ownf(a, "%s | %s", text.p, more.p);
	return text.columns + 12 <= width ? clean_ownf(a, "%s | no budget", text.p) : text;
}

static void budget_update(Pane *p, const World *w)
{
	BudgetPane *s = p->state;
	const Figures *f = w->fig;
	Arena *a = &p->arena;
	Clean at = pane_as_of(p, w, a);
	int width = p->w - (at.n ? at.columns + 1 : 0);

	s->n = 0;
	if (!f)
		return;
	for (int i = 0; i < f->budget_count && i < LINES; i++, s->n++)
		s->line[i] = budget_line(&f->budget[i], w, width, &s->role[i], a);
	if (!s->n) {
		s->line[0] = no_budget(f, width, a);
		s->role[0] = ROLE_TEXT;
		s->n = 1;
	}
	for (int i = 0; i < s->n; i++)
		s->line[i] = pane_dated(p, w, s->line[i], &s->role[i], a);
}

static void budget_draw(const Pane *p, Box b)
{
	const BudgetPane *s = p->state;

	for (int i = 0; i < s->n && i < b.h; i++)
		draw_text(b, 0, i, s->role[i], s->line[i]);
}

const PaneClass pane_budget = {
	.name = "budget", .title = "budgets", .topics = TOPIC_FIGURES | TOPIC_FEEDS, .feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES),
	.open = budget_open, .update = budget_update, .draw = budget_draw, .close = budget_close,
};
