/* The trust line: how far the amounts above can be believed; how far the estimate was off on the last day that has a bill. */
#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "wire/time8601.h"

typedef struct TrustPane { Clean text; Role role; } TrustPane;

static int trust_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(TrustPane));
	return 0;
}

static void trust_close(Pane *p)
{
	free(p->state);
}

static Clean seen(const Figures *f, Arena *a)
{
	const Vital *v = &f->vital[VITAL_SEEN];

	if (v->now == FIG_NONE)
		return clean_own("seen -");
	return clean_ownf(a, "seen %lld.%lld %%", (long long)(v->now / 10000), (long long)(v->now / 1000 % 10));
}

static Clean prices(const World *w, Arena *a)
{
	CivilTime t = time_civil(w->prices_ms);

	if (!w->prices_ms)
		return clean_own("list price");
	return clean_ownf(a, "list price %04d-%02d-%02d", t.year, t.month, t.day);
}

/* A day of the last week by its name. brief: where there is no room for a word more. */
static Clean bill(const World *w, bool brief, Arena *a)
{
	static const char *const weekdays[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };
	const Figures *f = w->fig;
	CivilTime t;
	int64_t ppm;

	if (f->bill_day == FIG_NONE || f->bill_day <= 0)
		return clean_own("");
	t = time_civil(f->bill_day * 86400000);
	ppm = f->bill_nusd > 0 ? mul_div(f->bill_drift_nusd, 1000000, f->bill_nusd) : 0;
	if (w->now_ms / 86400000 - f->bill_day < 7)
		return clean_ownf(a, " | %sbill %s: drift %s", brief ? "" : "last ", weekdays[(f->bill_day + 4) % 7], fmt_drift(a, ppm).p);
	return clean_ownf(a, " | %sbill %02d-%02d: drift %s", brief ? "" : "last ", t.month, t.day, fmt_drift(a, ppm).p);
}

static bool drifts(const Figures *f)
{
	return f->bill_day != FIG_NONE && f->bill_nusd > 0 && llabs(f->bill_drift_nusd) > f->bill_nusd / 20;
}

static void trust_update(Pane *p, const World *w)
{
	TrustPane *s = p->state;
	const Figures *f = w->fig;
	Arena *a = &p->arena;
	int64_t ppm = f ? f->vital[VITAL_SEEN].now : FIG_NONE;

	*s = (TrustPane){ clean_own(""), ROLE_DIM };
	if (!f)
		return;
	for (int brief = 0; brief < 2; brief++) {
		s->role = f->today_unpriced || drifts(f) || (ppm != FIG_NONE && (ppm < 950000 || ppm > 1050000)) ? ROLE_WARN : ROLE_DIM;
		s->text = clean_ownf(a, "%s | unpriced %lld%s | %s%s", seen(f, a).p, (long long)f->today_unpriced, brief ? "" : " today",
		                     prices(w, a).p, bill(w, brief, a).p);
		s->text = pane_dated(p, w, s->text, &s->role, a);
		if (s->text.columns <= p->w)
			break;
	}
}

static void trust_draw(const Pane *p, Box b)
{
	const TrustPane *s = p->state;

	draw_text(b, 0, 0, s->role, s->text);
}

const PaneClass pane_trust = {
	.name = "trust", .title = "trust", .topics = TOPIC_FIGURES | TOPIC_FEEDS, .feeds = FEED_BIT(FEED_METRICS),
	.open = trust_open, .update = trust_update, .draw = trust_draw, .close = trust_close,
};
