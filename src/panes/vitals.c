/* Vital signs: eight rows, each with its neighbours: now, 1 h, what is usual, the ratio, a verdict, a spark, its age.
 */
#include <math.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "model/money.h"
#include "panes/fmt.h"
#include "panes/marks.h"
#include "panes/panes.h"
#include "wire/time8601.h"

typedef struct Sign {
	const char *label;
	Clean (*value)(Arena *a, const Vital *v, int64_t x);
	/* Ratio in tenths over which it is a warning, and an error; 0 = not judged so. */
	int warn_tenths, error_tenths;
	int64_t floor;                    /* below this `now` is never judged high */
	unsigned feeds;
	const char *rule;                 /* the same for a person to read; where there is room */
} Sign;

enum { RULES_PANE = 118, RULE_X = 95, SPARK_X = 56, SPARK_STEP_MS = 120000, FEW_HITS = 3 };

typedef struct SignRow { Clean now, hour, base, ratio, verdict, age; Role role; double spark[FIG_SPARK]; } SignRow;

typedef struct VitalsPane {
	SignRow row[VITALS];
	Clean title, state;
	Fresh fresh;
	bool have, ascii;
	bool mark[FIG_SPARK];          /* something was changed in these two minutes */
} VitalsPane;

static Clean as_rate(Arena *a, const Vital *v, int64_t x)
{
	return fmt_rate(a, x, v->hits, x == v->now ? v->n : FEW);
}

static Clean as_money(Arena *a, const Vital *v, int64_t x)
{
	(void)v;
	return fmt_money(a, x);
}

static Clean as_milli(Arena *a, const Vital *v, int64_t x)
{
	(void)v;
	return fmt_milli(a, x);
}

static Clean as_count(Arena *a, const Vital *v, int64_t x)
{
	(void)v;
	return fmt_count(a, x);
}

static Clean as_p95(Arena *a, const Vital *v, int64_t x)
{
	int64_t n = x == v->now ? v->n : x == v->hour ? v->hits : v->base_n;

	if (x != FIG_NONE && n < 100)
		return clean_ownf(a, "n=%lld", (long long)n);
	return fmt_ms(a, x);
}

static Clean as_percent(Arena *a, const Vital *v, int64_t x)
{
	(void)v;
	return fmt_rate(a, x, 0, FEW);
}

static const Sign signs[VITALS] = {
	[VITAL_ERRORS]    = { "error %", as_rate, 20, 40, 10000, FEED_BIT(FEED_JOBS), "high 2x, HIGH 4x, 3+ err" },
	[VITAL_SPEND]     = { "$ / hour", as_money, 20, 40, NUSD_PER_USD / 10, FEED_BIT(FEED_JOBS), "high 2x, HIGH 4x" },
	[VITAL_JOBS]      = { "jobs / min", as_milli, 30, 0, 0, FEED_BIT(FEED_JOBS), "high 3x, low 0.4x" },
	[VITAL_ACTIVE]    = { "active", as_count, 0, 0, 0, FEED_BIT(FEED_JOBS), "" },
	[VITAL_P95]       = { "p95 approx", as_p95, 20, 40, 0, FEED_BIT(FEED_JOBS), "high 2x, HIGH 4x, n 100+" },
	[VITAL_CACHE]     = { "cache hit %", as_rate, 0, 0, 0, FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), "LOW 20 points below" },
	[VITAL_THROTTLES] = { "throttle/min", as_milli, 0, 0, 0, FEED_BIT(FEED_METRICS), "THR above 0" },
	[VITAL_SEEN]      = { "seen %", as_percent, 0, 0, 0, FEED_BIT(FEED_METRICS), "ok from 95 to 105 %" },
};

typedef struct Verdict { const char *word; Role role; } Verdict;

static bool few(VitalId id, const Vital *v)
{
	return (id == VITAL_ERRORS || id == VITAL_CACHE) ? v->n < FEW : id == VITAL_P95 ? v->n < 100 : false;
}

static Verdict judge(VitalId id, const Vital *v)
{
	const Sign *s = &signs[id];
	int64_t tenths =
		v->base > 0 && v->base != FIG_NONE && v->now != FIG_NONE ? (int64_t)((__int128)v->now * 10 / v->base) : 0;

	if (v->now == FIG_NONE || few(id, v))
		return (Verdict){ "-", ROLE_DIM };
	if (id == VITAL_THROTTLES)
		return v->now > 0 ? (Verdict){ "THR", ROLE_THROTTLED } : (Verdict){ "ok", ROLE_OK };
	if (id == VITAL_SEEN)
		return v->now < 950000    ? (Verdict){ "LOW", ROLE_WARN }
		       : v->now > 1050000 ? (Verdict){ "over", ROLE_WARN }
		                          : (Verdict){ "ok", ROLE_OK };
	if (id == VITAL_CACHE && v->base != FIG_NONE)
		return v->base - v->now >= 200000 ? (Verdict){ "LOW", ROLE_WARN } : (Verdict){ "ok", ROLE_OK };
	if (v->base == FIG_NONE)
		return (Verdict){ "-", ROLE_DIM };
	/* One failure more or less says nothing, however small the usual rate is. */
	if (id == VITAL_ERRORS && v->hits < FEW_HITS)
		return (Verdict){ "ok", ROLE_OK };
	if (s->error_tenths && tenths >= s->error_tenths && v->now >= s->floor)
		return (Verdict){ "HIGH", ROLE_ERROR };
	if (s->warn_tenths && tenths >= s->warn_tenths && v->now >= s->floor)
		return (Verdict){ "high", ROLE_WARN };
	if (id == VITAL_JOBS && tenths < 4)
		return (Verdict){ "low", ROLE_WARN };
	return (Verdict){ "ok", ROLE_OK };
}

static int vitals_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(VitalsPane));
	return 0;
}

static void vitals_close(Pane *p)
{
	free(p->state);
}

/* The clock time up to which a row's figures are known. */
static Clean known_until(const World *w, unsigned feeds, int64_t *ms, Arena *a)
{
	CivilTime t;

	*ms = w->from_snapshot ? w->fig->at_ms : w->fig->newest_ms;
	for (int i = 0; i < FEEDS_N && !w->from_snapshot; i++)
		if (feeds & FEED_BIT(i) && w->feed[i].fresh_ms)
			*ms = w->feed[i].fresh_ms;
	t = time_civil(*ms + w->offset_ms);
	return *ms > 0 ? clean_ownf(a, "@%02d:%02d", t.hour, t.minute) : clean_own("old");
}

static void row_update(SignRow *r, VitalId id, const World *w, Arena *a)
{
	const Vital *v = &w->fig->vital[id];
	Verdict verdict = judge(id, v);
	char why[FRESH_TEXT];
	int64_t until;
	/* A value that is too old loses verdict and colour, and says when it was true. Fresh ones carry no age. */
	bool old = world_fresh(w, signs[id].feeds, why) >= FRESH_STALE || w->from_snapshot;
	Clean at = known_until(w, signs[id].feeds, &until, a);

	r->now = signs[id].value(a, v, v->now);
	r->hour = signs[id].value(a, v, v->hour);
	r->base = signs[id].value(a, v, v->base);
	if (id == VITAL_ACTIVE && w->fig->oldest_running_ms)
		r->hour = clean_ownf(a, "old %s", fmt_age(a, w->now_ms - w->fig->oldest_running_ms).p);
	r->ratio = old || few(id, v) ? clean_own("-") : fmt_ratio(a, v->now, v->base);
	r->verdict = old ? at : clean_own(verdict.word);
	r->role = old ? ROLE_STALE : verdict.role;
	r->age = old && until > 0 ? fmt_age(a, w->clock_ms - until) : clean_own("");
	for (int i = 0; i < FIG_SPARK; i++)
		r->spark[i] = v->spark[i] == FIG_NONE ? NAN : (double)v->spark[i];
}

static void vitals_update(Pane *p, const World *w)
{
	VitalsPane *s = p->state;
	char text[FRESH_TEXT];

	s->fresh = world_fresh(w, p->cls->feeds, text);
	/* A few words here; the list below has room for the sentence. */
	s->state = pane_lacks(p, w, &p->arena);
	if (!s->state.n)
		s->state = s->fresh == FRESH_FAILED ? clean_own("feed FAILED") : s->fresh == FRESH_STALE ? clean_own("stale") : clean_own("");
	if (s->fresh == FRESH_LOADING)
		s->state = clean_own(w->from_snapshot ? "snapshot, refreshing" : "loading");
	s->have = w->fig != NULL;
	s->ascii = w->ascii;
	s->title = clean_own("VITAL SIGNS");
	if (s->have)
		(void)marks_on(w->fig, w->fig->spark_end_ms, SPARK_STEP_MS, FIG_SPARK, s->mark);
	for (int i = 0; i < VITALS && s->have; i++)
		row_update(&s->row[i], (VitalId)i, w, &p->arena);
}

/* Where a text has room between the marks, with a blank at its sides; -1: nowhere. */
static int room_between(const bool *mark, int n, int w)
{
	for (int x = 0; x + w <= n; x++) {
		bool free = true;

		for (int i = x > 0 ? x - 1 : 0; i < n && i <= x + w; i++)
			free &= !mark[i];
		if (free)
			return x;
	}
	return -1;
}

/* Above the sparks: which time they show, and in which columns something was changed. */
static void draw_span(const VitalsPane *s, Box b, int w)
{
	const bool *mark = s->mark + (FIG_SPARK - w);
	const char *glyph = marks_glyph(s->ascii);
	bool any = false;
	int x = -1;

	for (int i = 0; i < w && s->have; i++)
		if (mark[i])
			any = draw_own(b, i, 0, ROLE_CHART_2, glyph) > 0;
	if (any && (x = room_between(mark, w, 22)) >= 0)
		draw_ownf(b, x, 0, ROLE_TITLE, "last %d min, %s changed", 2 * w, glyph);
	else if ((x = room_between(mark, w, 11)) >= 0)
		draw_ownf(b, x, 0, ROLE_TITLE, "last %d min", 2 * w);
	else if ((x = room_between(mark, w, 6)) >= 0)
		draw_ownf(b, x, 0, ROLE_TITLE, "%d min", 2 * w);
}

static void vitals_draw(const Pane *p, Box b)
{
	static const struct {
		const char *title;
		int x, w;
	} col[] = { { "now 5m", 13, 9 }, { "1 h", 23, 9 }, { "usual", 33, 9 }, { "x", 43, 6 } };
	const VitalsPane *s = p->state;
	const int spark_w = b.w >= 120 ? FIG_SPARK : 17;
	Box in = b;

	draw_text(b, 0, 0, ROLE_TITLE, s->title);
	for (size_t i = 0; i < sizeof col / sizeof *col; i++)
		draw_right(b, col[i].x, 0, col[i].w, ROLE_TITLE, clean_own(col[i].title));
	if (s->state.n)
		draw_text(box_sub(b, 51, 0, b.w - 51, 1), 0, 0, s->fresh == FRESH_FAILED ? ROLE_ERROR : ROLE_STALE, s->state);
	else
		draw_span(s, box_sub(b, SPARK_X, 0, spark_w, 1), spark_w);
	if (b.w >= RULES_PANE)
		draw_own(b, RULE_X, 0, ROLE_TITLE, "judged by");
	in = box_sub(b, 0, 1, b.w, b.h - 1);
	if (!s->have) {
		pane_empty(in, s->fresh, "no figures yet");
		return;
	}
	for (int i = 0; i < VITALS && i < in.h; i++) {
		const SignRow *r = &s->row[i];
		draw_own(in, 0, i, ROLE_TEXT, signs[i].label);
		draw_right(in, 13, i, 9, r->role == ROLE_STALE ? ROLE_STALE : ROLE_TEXT, r->now);
		draw_right(in, 23, i, 9, ROLE_DIM, r->hour);
		draw_right(in, 33, i, 9, ROLE_DIM, r->base);
		draw_right(in, 43, i, 6, r->role, r->ratio);
		draw_left(in, 50, i, 6, r->role, r->verdict);
		draw_spark(in, SPARK_X, i, spark_w, ROLE_CHART_1, r->spark + (FIG_SPARK - spark_w), (size_t)spark_w, s->ascii);
		draw_right(in, SPARK_X + 1 + spark_w, i, 5, ROLE_STALE, r->age);
		if (b.w >= RULES_PANE)
			draw_own(in, RULE_X, i, ROLE_DIM, signs[i].rule);
	}
}

const PaneClass pane_vitals = {
	.name = "vitals", .title = "vital signs", .topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK,
	.feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES) | FEED_BIT(FEED_METRICS),
	.open = vitals_open, .update = vitals_update, .draw = vitals_draw, .close = vitals_close,
};
