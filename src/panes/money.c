/* The money line: today, the last hour, the rate now, yesterday; what is estimated and what has no price. */
#include <stdlib.h>

#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"

typedef struct MoneyPane { Clean text, warn; } MoneyPane;

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

static void money_update(Pane *p, const World *w)
{
	MoneyPane *s = p->state;
	const Figures *f = w->fig;
	Arena *a = &p->arena;

	*s = (MoneyPane){ clean_own("no figures yet"), clean_own("") };
	if (!f)
		return;
	s->text = clean_ownf(a, "today %s est list | 1 h %s | now %s/h | yesterday %s", fmt_money(a, f->today_nusd).p,
	                     fmt_money(a, f->last_hour_nusd).p, fmt_money(a, f->hour_rate_nusd).p, fmt_money(a, f->yesterday_nusd).p);
	if (f->today_unpriced)
		s->warn = clean_ownf(a, " | %lld unpriced", (long long)f->today_unpriced);
}

static void money_draw(const Pane *p, Box b)
{
	const MoneyPane *s = p->state;
	int x = draw_text(b, 0, 0, ROLE_MONEY, s->text);

	draw_text(b, x, 0, ROLE_UNPRICED, s->warn);
}

const PaneClass pane_money = {
	.name = "money", .title = "money", .topics = TOPIC_FIGURES, .feeds = FEED_BIT(FEED_JOBS),
	.open = money_open, .update = money_update, .draw = money_draw, .close = money_close,
};
