/* What came of the chosen cell's calls, by persona: how many of the jobs that ended succeeded; and, under a heading of their own, what
 * agents claim of their work and the application of its cost. */
#include "app/ask_outcomes.h"

#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"

enum { LEAST_W = 70, WHO_W = 17, NUMBER_W = 8, CLAIMS = 3 /* first of its columns */, COLUMNS = 8 };

typedef struct Line { Clean cell[COLUMNS]; } Line;
typedef struct OutcomesPane { Line line[OUTCOME_ROWS + 1]; int n, total; Clean title, state; Fresh fresh; } OutcomesPane;

static const char *const titles[COLUMNS] = { "persona", "jobs", "done", "approved", "ROI each", "confid.", "reported", "drift" };

static int outcomes_open(Pane *p, Err *e)
{
	(void)e;
	p->state = xcalloc(1, sizeof(OutcomesPane));
	return 0;
}

static void outcomes_close(Pane *p)
{
	free(p->state);
}

/* A mean of few says how few they are. */
static Clean mean_of(Arena *a, int64_t milli, int64_t n, bool small)
{
	int64_t mean = n ? floor_div(milli + n / 2, n) : 0;

	if (!n)
		return clean_own("-");
	if (n < FEW)
		return clean_ownf(a, "n=%lld", (long long)n);
	if (small)
		return clean_ownf(a, "%s%lld.%02lld", mean < 0 ? "-" : "", (long long)(llabs(mean) / 1000), (long long)(llabs(mean) % 1000 / 10));
	return mean < 0 ? clean_ownf(a, "-%s", fmt_count(a, -mean / 1000).p) : fmt_count(a, mean / 1000);
}

/* How far the reported figures lie from what the same calls are booked with: "+1.8 %". */
static Clean drift_of(Arena *a, const Sums *s)
{
	int64_t off = s->reported_nusd - s->reported_booked_nusd, tenths;

	if (!s->reported_n || s->reported_booked_nusd <= 0)
		return clean_own("-");
	tenths = mul_div(llabs(off), 1000, s->reported_booked_nusd);
	if (tenths > 9999)
		return clean_own(off < 0 ? "<-999 %" : ">999 %");
	return clean_ownf(a, "%s%lld.%lld %%", tenths == 0 ? "" : off < 0 ? "-" : "+", (long long)(tenths / 10), (long long)(tenths % 10));
}

static Line line_of(Arena *a, Clean who, const Sums *s)
{
	int64_t ended = s->succeeded + s->failed + s->cancelled;

	return (Line){ { who, fmt_count(a, s->jobs), ended ? fmt_rate(a, fig_ppm(s->succeeded, ended), s->succeeded, ended) : clean_own("-"),
	                 s->judged ? fmt_rate(a, fig_ppm(s->approved, s->judged), s->approved, s->judged) : clean_own("-"),
	                 mean_of(a, s->roi_milli, s->roi_n, false), mean_of(a, s->confidence_milli, s->confidence_n, true),
	                 s->reported_n ? fmt_money(a, s->reported_nusd) : clean_own("-"), drift_of(a, s) } };
}

static Clean who_of(Arena *a, const OutcomeRow *r)
{
	const char *name = r->persona[0] ? r->persona : "(none)";

	return clean_cut_middle(a, clean_text(a, r->context[0] ? arena_printf(a, "%s/%s", r->context, name) : arena_str(a, str_of(name)), 0), WHO_W);
}

static void outcomes_update(Pane *p, const World *w)
{
	OutcomesPane *s = p->state;
	Arena *a = &p->arena;
	const PaneAsk *answer;
	const Outcomes *o;

	s->n = 0;
	s->title = clean_own("OUTCOMES");
	s->state = clean_own("");
	s->fresh = FRESH_LOADING;
	if (!w->cell.until_hour || p->h < 1 || p->w < LEAST_W)
		return;
	app_ask(p, &ask_outcomes, &w->cell);
	answer = pane_answer(p, &ask_outcomes);
	s->fresh = answer->answered ? FRESH_OK : FRESH_LOADING;
	if (answer->error[0]) {
		s->fresh = FRESH_FAILED;
		s->state = clean_text(a, arena_str(a, str_of(answer->error)), 0);
	} else if ((s->state = pane_lacks(p, w, a)).n) {
		s->fresh = FRESH_FAILED;
	} else if (s->fresh == FRESH_OK && (s->state = pane_as_of(p, w, a)).n) {
		s->fresh = FRESH_STALE;
	}
	o = answer->answered ? answer->out : NULL;
	if (!o)
		return;
	s->title = o->hours == 1 ? clean_own("OUTCOMES of this hour") : clean_ownf(a, "OUTCOMES of these %lld hours", (long long)o->hours);
	for (; s->n < o->n; s->n++)
		s->line[s->n] = line_of(a, who_of(a, &o->row[s->n]), &o->row[s->n].s);
	if (o->total > 1)
		s->line[s->n++] = line_of(a, clean_ownf(a, "all %d", o->total), &o->all);
}

static void draw_line(Box b, int y, const Clean cell[COLUMNS], Role who, Role facts, Role claims)
{
	draw_left(b, 0, y, WHO_W, who, cell[0]);
	for (int i = 1; i < COLUMNS; i++)
		draw_right(b, WHO_W + 1 + (i - 1) * (NUMBER_W + 1), y, NUMBER_W, i < CLAIMS ? facts : claims, cell[i]);
}

static void outcomes_draw(const Pane *p, Box b)
{
	const OutcomesPane *s = p->state;
	const int claims_x = WHO_W + 1 + (CLAIMS - 1) * (NUMBER_W + 1);
	Clean head[COLUMNS];
	Box in;
	int rows;

	if (b.w < LEAST_W)
		return;
	b = box_sub(b, 1, 0, b.w - 1, b.h);           /* off the bars at its left */
	in = pane_head(b, p, s->title, s->fresh, s->fresh == FRESH_OK || s->fresh == FRESH_LOADING ? clean_own("") : s->state);
	if (!s->state.n)
		draw_own(box_sub(b, claims_x, 0, b.w - claims_x, 1), 0, 0, ROLE_TITLE, "claimed by agent and application:");
	for (int i = 0; i < COLUMNS; i++)
		head[i] = clean_own(titles[i]);
	draw_line(in, 0, head, ROLE_TITLE, ROLE_TITLE, ROLE_TITLE);
	/* The sum is always there; what has no room is said. */
	rows = s->n <= in.h - 1 ? s->n : in.h - 2;
	for (int i = 0; i < rows; i++)
		draw_line(in, i + 1, s->line[i].cell, ROLE_TEXT, ROLE_TEXT, ROLE_DIM);
	if (rows > 0 && rows < s->n)
		draw_line(in, rows + 1, s->line[s->n - 1].cell, ROLE_DIM, ROLE_TEXT, ROLE_DIM);
	if (!s->n)
		pane_empty(in, s->fresh, "no calls here");
}

const PaneClass pane_outcomes = {
	.name = "outcomes", .title = "outcomes", .topics = TOPIC_FIGURES | TOPIC_GROUPS | TOPIC_FEEDS,
	.feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), .least_w = LEAST_W,
	.open = outcomes_open, .update = outcomes_update, .draw = outcomes_draw, .close = outcomes_close,
};
