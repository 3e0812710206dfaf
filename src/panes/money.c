/* The money line: today, the last hour, the rate now, yesterday; what is estimated and what has no price. */
#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"

typedef struct MoneyPane { Clean text, warn; Role role; } MoneyPane;

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

static void money_update(Pane *p, const World *w)
{
	MoneyPane *s = p->state;
	const Figures *f = w->fig;
	Arena *a = &p->arena;
	int64_t usual;
	char why[320];

	*s = (MoneyPane){ clean_own("no figures yet"), clean_own(""), ROLE_MONEY };
	if (!f)
		return;
	if (f->today_unpriced)
		s->warn = clean_ownf(a, " | %lld unpriced", (long long)f->today_unpriced);
	usual = usual_today(w);
	s->text = clean_ownf(a, "today %s est list", day(w, f->today_nusd, (FIG_DAYS - 1) * 24, a).p);
	if (usual != FIG_NONE)
		add(p, s, clean_ownf(a, " (usual %s)", fmt_money(a, usual).p));
	add(p, s, clean_ownf(a, " | 1 h %s", fmt_money(a, f->last_hour_nusd).p));
	add(p, s, clean_ownf(a, " | now %s/h", fmt_money(a, f->hour_rate_nusd).p));
	add(p, s, clean_ownf(a, " | yesterday %s", day(w, f->yesterday_nusd, (FIG_DAYS - 2) * 24, a).p));
	if (world_fresh(w, p->cls->feeds, why) >= FRESH_STALE || w->from_snapshot)
		s->role = ROLE_STALE;
}

static void money_draw(const Pane *p, Box b)
{
	const MoneyPane *s = p->state;
	int x = draw_text(b, 0, 0, s->role, s->text);

	draw_text(b, x, 0, ROLE_UNPRICED, s->warn);
}

const PaneClass pane_money = {
	.name = "money", .title = "money", .topics = TOPIC_FIGURES | TOPIC_FEEDS, .feeds = FEED_BIT(FEED_JOBS),
	.open = money_open, .update = money_update, .draw = money_draw, .close = money_close,
};
