/* The money line: today, the last hour, the rate now, yesterday; what is estimated and what has no price. */
#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "model/budget.h"
#include "panes/fmt.h"
#include "panes/panes.h"

typedef struct MoneyPane { Clean text, warn, today; Role role; CostCell day; } MoneyPane;

static int money_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(MoneyPane));
	return 0;
}

static void money_close(Pane *p)
{
	free(p->state);
}

/* What today has usually cost by now; FIG_NONE while an hour of it has no usual yet. */
static int64_t usual_today(const World *w)
{
	int64_t sum = 0, running = w->now_ms / 3600000 - w->fig->first_hour;

	for (int64_t i = (FIG_DAYS - 1) * 24; i <= running && i < FIG_DAYS * 24; i++) {
		int64_t base = w->fig->grid[i].base_nusd;

		if (base == FIG_NONE)
			return FIG_NONE;
		sum += i == running ? mul_div(base, w->now_ms % 3600000, 3600000) : base;
	}
	return sum;
}

/* A day of which hours are still to be read is known to cost at least so much. */
static Clean day(const World *w, int64_t nusd, int first_cell, Arena *a)
{
	int64_t running = w->now_ms / 3600000 - w->fig->first_hour;
	bool whole = running + 1 - w->fig->grid_known <= first_cell;

	return clean_ownf(a, "%s%s", whole ? "" : ">= ", fmt_money(a, nusd).p);
}

/* A sum that does not fit is left out: a number that is cut is another number. What has no price always fits. */
static void add(Pane *p, MoneyPane *s, Clean part)
{
	if (s->text.columns + part.columns + s->warn.columns <= p->w)
		s->text = clean_ownf(&p->arena, "%s%s", s->text.p, part.p);
}

/* The day's budget of everything, when there is one; and where the day will end. */
static void ending(Pane *p, MoneyPane *s, const World *w)
{
	const FigBudget *b = NULL;
	const FigForecast *d = &w->fig->day;
	Arena *a = &p->arena;

	for (int i = 0; i < w->fig->budget_count && !b; i++)
		if (w->fig->budget[i].period == PERIOD_DAY && !w->fig->budget[i].scope[0] && w->contexts < 2)
			b = &w->fig->budget[i];
	if (b)
		add(p, s, clean_ownf(a, " | limit %s %d%%", fmt_money(a, b->limit_nusd).p, b->percent));
	if (d->known)
		add(p, s, clean_ownf(a, " | by 24h %s", fmt_range(a, d->low_nusd, d->high_nusd).p));
	if (b && b->percent >= 100)
		add(p, s, clean_own(" OVER"));
	else if (b && b->f.reaches_ms)
		add(p, s, clean_ownf(a, " OVER ~%s", fmt_when(a, b->f.reaches_ms, w->now_ms, w->offset_ms).p));
	if (b && b->percent >= 80)
		s->role = b->percent >= 100 ? ROLE_ERROR : ROLE_WARN;
}

static void money_update(Pane *p, const World *w)
{
	MoneyPane *s = p->state;
	const Figures *f = w->fig;
	Arena *a = &p->arena;
	int64_t usual;
	char why[FRESH_TEXT];
	Clean lacks, at = pane_as_of(p, w, a);

	*s = (MoneyPane){ clean_own("no figures yet"), clean_own(""), clean_own(""), ROLE_MONEY, { 0 } };
	if (!f)
		return;
	if (f->today_unpriced)
		s->warn = clean_ownf(a, " | %lld unpriced", (long long)f->today_unpriced);
	usual = usual_today(w);
	s->text = clean_ownf(a, "today %s %s", day(w, f->today_nusd, (FIG_DAYS - 1) * 24, a).p, world_basis(w));
	s->today = s->text;
	s->day.from_hour = f->first_hour + (FIG_DAYS - 1) * 24;
	s->day.until_hour = s->day.from_hour + 24;
	lacks = pane_lacks(p, w, a);
	if (lacks.n)
		add(p, s, clean_ownf(a, " | %s", lacks.p));
	ending(p, s, w);
	if (f->bill_day != FIG_NONE && f->not_live_nusd > 0)
		add(p, s, clean_ownf(a, " | not live %s/day", fmt_money(a, f->not_live_nusd).p));
	add(p, s, clean_ownf(a, " | %s %s/h", at.n ? at.p : "now", fmt_money(a, f->hour_rate_nusd).p));
	if (usual != FIG_NONE)
		add(p, s, clean_ownf(a, " | usual by now %s", fmt_money(a, usual).p));
	add(p, s, clean_ownf(a, " | 1 h %s", fmt_money(a, f->last_hour_nusd).p));
	add(p, s, clean_ownf(a, " | yesterday %s", day(w, f->yesterday_nusd, (FIG_DAYS - 2) * 24, a).p));
	if (world_fresh(w, p->cls->feeds, why) >= FRESH_STALE || w->from_snapshot)
		s->role = ROLE_STALE;
}

static void money_draw(const Pane *p, Box b)
{
	const MoneyPane *s = p->state;
	int x = draw_text(b, 0, 0, s->role, s->text);

	draw_text(b, x, 0, ROLE_UNPRICED, s->warn);
	if (p->focused)
		draw_role(b, 0, 0, s->today.columns, ROLE_SELECTED, ATTR_REVERSE);
}

static void to_cost(Pane *p)
{
	app_open_view(p->app, "cost");
}

/* Today's amount: the one that the line begins with. */
static void explain(Pane *p)
{
	const MoneyPane *s = p->state;

	if (s->day.until_hour)
		app_explain(p->app, &s->day);
}

static const PaneKey keys[] = { { "enter", "cost", to_cost }, { "x", "explain today", explain }, { 0 } };

const PaneClass pane_money = {
	.name = "money", .title = "money", .topics = TOPIC_FIGURES | TOPIC_FEEDS, .feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES),
	.focusable = true, .aside = true, .keys = keys,
	.open = money_open, .update = money_update, .draw = money_draw, .close = money_close,
};
