/* Who explains the selected hour: tenants, agent versions, models or personas by Δ$. Enter leads to their jobs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "panes/table.h"

enum { COL_KEY, COL_NOW, COL_BASE, COL_DELTA, COL_SHARE, COL_JOBS, COL_TOKENS, COL_HIT, COL_BAR, COLS };

enum { WHO_W = 25, WHO_WIDE_W = 44, WIDE_PANE = 116, FIXED_W = 100, BAR_MAX = 48 };

static const TableColumn columns[COLS] = {
	[COL_KEY]    = { "key", "who", WHO_W, false, 'N', 0 },
	[COL_NOW]    = { "nanoUsd", "$ now", 7, true, 'C', 0 },
	[COL_BASE]   = { "base", "usual", 7, true, 'U', 0 },
	[COL_DELTA]  = { "delta", "diff", 8, true, 'D', 0 },
	[COL_SHARE]  = { "share", "share", 5, true, 'S', 0 },
	[COL_JOBS]   = { "jobs", "jobs", 5, true, 'J', 0 },
	[COL_TOKENS] = { "tokens", "tok/job", 7, true, 'K', 0 },
	[COL_HIT]    = { "hit", "cache hit", 9, true, 'H', 0 },
	[COL_BAR]    = { "bar", "█usual ▒more ░less", 16, false, 0, WIDE_PANE },
};

typedef struct WhoPane {
	Table t;
	Clean title, state;
	Fresh fresh;
	Dim   by;
	int64_t hour;
	Clean empty;
	int   who_w, bar_w;            /* of the columns that take what a wide window has left */
} WhoPane;

static int who_open(Pane *p, Err *e)
{
	WhoPane *s = p->state = xcalloc(1, sizeof *s);
	Str by = pane_option(p, "by");

	s->by = DIM_TENANT;
	s->empty = clean_own("");
	if (by.n && dim_of(by, &s->by) < 0)
		return err_kind(e, ERR_USAGE, "line %d: contributors: by is tenant, persona, agent, version or model, not %.*s",
						p->node->line, STR_ARG(by));
	return table_open(&s->t, columns, COLS, p, e);
}

static void who_close(Pane *p)
{
	WhoPane *s = p->state;

	table_close(&s->t);
	free(s);
}

static int64_t per_job(int64_t tokens, int64_t jobs_milli)
{
	return jobs_milli > 0 ? mul_div(tokens, 1000, jobs_milli) : FIG_NONE;
}

static int64_t hit_ppm(int64_t hits, int64_t known)
{
	return known > 0 ? hits * 100 / known : FIG_NONE;
}

/* What it costs now beside what it usually costs; the largest of all is as long as the column. */
static Clean bar(int64_t now, int64_t base, int64_t longest, int w, Arena *a)
{
	char text[BAR_MAX * 3 + 1];
	size_t n = 0;
	int is, was;

	if (longest <= 0)
		return clean_own("");
	is = (int)mul_div(now, w, longest);
	was = (int)mul_div(base, w, longest);
	for (int i = 0; i < (is > was ? is : was) && i < BAR_MAX; i++, n += 3)
		memcpy(text + n, i < is && i < was ? "█" : i < is ? "▒" : "░", 3);
	text[n] = 0;
	return clean_ownf(a, "%s", text);
}

/* What a wide window has left goes to the names, which are long for models, and to the bars. */
static void widths(WhoPane *s, int w)
{
	int left = w - FIXED_W;

	s->who_w = w >= WIDE_PANE ? WHO_WIDE_W : WHO_W;
	s->bar_w = left < 16 ? 16 : left > BAR_MAX ? BAR_MAX : left;
	for (int i = 0; i < s->t.shown_n && !s->t.chosen; i++)
		s->t.width[i] = s->t.shown[i] == COL_KEY ? s->who_w : s->t.shown[i] == COL_BAR ? s->bar_w : 0;
}

static void fill(WhoPane *s, const GroupCell *g, int64_t delta_sum, int64_t longest, bool based, Arena *a)
{
	/* The groups are replaced in place; what Enter opens is what this row says. */
	TableRow *r = table_add(&s->t, arena_str(a, str_of(g->key)), NULL);
	int64_t delta = based ? g->nusd - g->base_nusd : FIG_NONE;
	/* Of the whole difference; who moves against it has no share of it. */
	int64_t share = delta == FIG_NONE || !delta_sum || (delta < 0) != (delta_sum < 0)
	              ? FIG_NONE : mul_div(llabs(delta), 100, llabs(delta_sum));
	int64_t was = hit_ppm(g->base_cache_hits, g->base_cache_known), is = hit_ppm(g->cache_hits, g->cache_known);

	r->cell[COL_KEY] =
		(TableCell){ g->key[0] ? clean_cut_middle(a, clean_text(a, str_of(g->key), 0), s->who_w) : clean_own("(none)"),
					 ROLE_TEXT, 0 };
	r->cell[COL_NOW] = (TableCell){ fmt_money(a, g->nusd), ROLE_MONEY, g->nusd };
	r->cell[COL_BASE] = (TableCell){ based ? fmt_money(a, g->base_nusd) : clean_own("-"), ROLE_DIM, g->base_nusd };
	r->cell[COL_DELTA] =
		(TableCell){ fmt_delta(a, delta), delta > 0 && g->nusd >= 2 * g->base_nusd ? ROLE_WARN : ROLE_TEXT,
					 based ? delta : g->nusd };
	r->cell[COL_SHARE] =
		(TableCell){ share == FIG_NONE || llabs(share) > 999 ? clean_own("-")
															 : clean_ownf(a, "%lld%%", (long long)share),
					 ROLE_DIM, share };
	r->cell[COL_JOBS] = (TableCell){ based ? fmt_ratio(a, g->jobs * 1000, g->base_jobs_milli)
										   : clean_ownf(a, "%lld", (long long)g->jobs),
									 ROLE_DIM, g->jobs };
	r->cell[COL_TOKENS] = (TableCell){ based ? fmt_ratio(a, per_job(g->tokens, g->jobs * 1000),
														 per_job(g->base_tokens, g->base_jobs_milli))
											 : clean_own("-"),
									   ROLE_DIM, g->tokens };
	r->cell[COL_HIT] =
		(TableCell){ is == FIG_NONE              ? clean_own("-")
					 : was == FIG_NONE || !based ? clean_ownf(a, "%lld%%", (long long)is)
												 : clean_ownf(a, "%lld%%>%lld%%", (long long)was, (long long)is),
					 ROLE_DIM, is };
	r->cell[COL_BAR] = (TableCell){ bar(g->nusd, based ? g->base_nusd : g->nusd, longest, s->bar_w, a), ROLE_CHART_1, 0 };
}

/* "BY tenant  12 in this hour: $2.25, usual $1.89, +$0.36" */
static Clean title(const WhoPane *s, const HourGroups *h, int64_t now, int64_t base, Arena *a)
{
	Clean of = h->g.n < h->g.total ? clean_ownf(a, "%d of %d", h->g.n, h->g.total) : clean_ownf(a, "%d", h->g.n);

	if (h->base_n <= 0)
		return clean_ownf(a, "BY %s  %s in this hour: %s; usual not known yet", dim_name(s->by), of.p, fmt_money(a, now).p);
	return clean_ownf(a, "BY %s  %s in this hour: %s, usual %s, %s", dim_name(s->by), of.p, fmt_money(a, now).p,
					  fmt_money(a, base).p, fmt_delta(a, now - base).p);
}

static void who_update(Pane *p, const World *w)
{
	WhoPane *s = p->state;
	const HourGroups *h = &w->groups;
	Arena *a = &p->arena;
	int64_t now = 0, base = 0, longest = 0;
	bool based = h->base_n > 0;

	s->fresh = h->loading ? FRESH_LOADING : h->error[0] ? FRESH_FAILED : FRESH_OK;
	s->state = h->error[0] ? clean_text(a, str_of(h->error), 0) : clean_own("");
	s->hour = h->hour;
	/* The view's own choice holds until a person switches. */
	if (h->hour && h->by == DIM_ALL)
		app_select_hour(p->app, h->hour, s->by);
	s->by = h->by != DIM_ALL ? h->by : s->by;
	s->title = clean_ownf(a, "BY %s", dim_name(s->by));
	s->empty = clean_own("no cost in this hour");
	widths(s, p->w);
	table_begin(&s->t);
	if (!h->loaded) {
		table_end(&s->t, STR(""));
		return;
	}
	for (int i = 0; i < h->g.n; i++) {
		const GroupCell *g = &h->g.cell[i];

		now += g->nusd;
		base += based ? g->base_nusd : 0;
		longest = g->nusd > longest ? g->nusd : longest;
		longest = based && g->base_nusd > longest ? g->base_nusd : longest;
	}
	s->title = title(s, h, now, base, a);
	for (int i = 0; i < h->g.n; i++)
		fill(s, &h->g.cell[i], now - base, longest, based, a);
	table_end(&s->t, w->filter);
	if (s->t.total)
		s->empty = table_nothing(&s->t, w->filter, a);
}

static void who_draw(const Pane *p, Box b)
{
	const WhoPane *s = p->state;
	Box in = pane_head(b, p, s->title, s->fresh, s->state);
	Arena scratch = { 0 };

	table_draw(&s->t, in, p->focused, &scratch);
	if (!s->t.n)
		pane_empty(in, s->fresh, s->empty.p);
	arena_done(&scratch);
}

static void who_help(const Pane *p, Buf *out)
{
	table_help(&((const WhoPane *)p->state)->t, out);
}

static int who_key(Pane *p, Key k)
{
	WhoPane *s = p->state;

	return table_key(&s->t, k, p->h - 2);
}

static void next_dim(Pane *p)
{
	static const Dim after[DIMS] = { [DIM_TENANT] = DIM_VERSION,
									 [DIM_VERSION] = DIM_MODEL,
									 [DIM_MODEL] = DIM_PERSONA,
									 [DIM_PERSONA] = DIM_AGENT,
									 [DIM_AGENT] = DIM_TENANT };
	WhoPane *s = p->state;

	app_select_hour(p->app, s->hour, after[s->by]);
}

static void to_jobs(Pane *p)
{
	WhoPane *s = p->state;
	const TableRow *r = table_current(&s->t);
	JobScope scope = { .hour = s->hour, .by = s->by };

	if (!r)
		return;
	(void)snprintf(scope.key, sizeof scope.key, "%.*s", STR_ARG(r->key));
	app_scope_jobs(p->app, &scope);
}

static void copy_key(Pane *p)
{
	const TableRow *r = table_current(&((WhoPane *)p->state)->t);

	app_copy(p->app, r ? r->key : STR(""), "the name");
}

static const PaneKey keys[] = {
	{ "enter", "jobs", to_jobs }, { "tab", "by what", next_dim }, { "c", "copy", copy_key }, { 0 }
};
static const char *const options[] = { "by", NULL };

const PaneClass pane_contributors = {
	.name = "contributors",
	.title = "contributors",
	.topics = TOPIC_GROUPS | TOPIC_FILTER | TOPIC_FIGURES,
	.feeds = FEED_BIT(FEED_JOBS),
	.options = options,
	.focusable = true,
	.open = who_open,
	.update = who_update,
	.draw = who_draw,
	.key = who_key,
	.close = who_close,
	.keys = keys, .help = who_help,
};
