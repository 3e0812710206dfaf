/* Who explains the selected hour: tenants, agent versions, models or personas by Δ$. Enter leads to their jobs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "panes/table.h"

enum { COL_KEY, COL_NOW, COL_BASE, COL_DELTA, COL_SHARE, COL_JOBS, COL_TOKENS, COL_HIT, COLS };

static const TableColumn columns[COLS] = {
	[COL_KEY]    = { "key", "who", 25, false, 'N', 0 },
	[COL_NOW]    = { "nanoUsd", "$ now", 7, true, 'C', 0 },
	[COL_BASE]   = { "base", "$ usual", 7, true, 'U', 0 },
	[COL_DELTA]  = { "delta", "diff $", 8, true, 'D', 0 },
	[COL_SHARE]  = { "share", "share", 5, true, 'S', 0 },
	[COL_JOBS]   = { "jobs", "jobsx", 5, true, 'J', 0 },
	[COL_TOKENS] = { "tokens", "tok/jx", 6, true, 'K', 0 },
	[COL_HIT]    = { "hit", "hit", 9, true, 'H', 0 },
};

typedef struct WhoPane {
	Table t;
	Clean title, state;
	Fresh fresh;
	Dim   by;
	int64_t hour;
	Clean empty;
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

static void fill(WhoPane *s, const GroupCell *g, int64_t delta_sum, bool based, Arena *a)
{
	TableRow *r = table_add(&s->t, str_of(g->key), g);
	int64_t delta = based ? g->nusd - g->base_nusd : FIG_NONE;
	int64_t share = delta == FIG_NONE || !delta_sum ? FIG_NONE : mul_div(delta_sum < 0 ? -delta : delta, 100, llabs(delta_sum));
	int64_t was = hit_ppm(g->base_cache_hits, g->base_cache_known), is = hit_ppm(g->cache_hits, g->cache_known);

	r->cell[COL_KEY] =
		(TableCell){ g->key[0] ? clean_cut_middle(a, clean_text(a, str_of(g->key), 0), 25) : clean_own("(none)"),
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
}

static void who_update(Pane *p, const World *w)
{
	WhoPane *s = p->state;
	const HourGroups *h = &w->groups;
	Arena *a = &p->arena;
	int64_t sum = 0;
	bool based = h->base_n > 0;

	s->fresh = h->loading ? FRESH_LOADING : h->error[0] ? FRESH_FAILED : FRESH_OK;
	s->state = h->error[0] ? clean_text(a, str_of(h->error), 0) : clean_own("");
	s->hour = h->hour;
	/* The view's own choice holds until a person switches. */
	if (h->hour && h->by == DIM_ALL)
		app_select_hour(p->app, h->hour, s->by);
	s->by = h->by != DIM_ALL ? h->by : s->by;
	s->title = clean_ownf(a, "BY %s  %d in this hour%s", dim_name(s->by), h->g.n, based ? "" : "; usual not known yet");
	table_begin(&s->t);
	if (!h->loaded) {
		table_end(&s->t, STR(""));
		return;
	}
	for (int i = 0; i < h->g.n; i++)
		sum += h->g.cell[i].nusd - h->g.cell[i].base_nusd;
	for (int i = 0; i < h->g.n; i++)
		fill(s, &h->g.cell[i], sum, based, a);
	table_end(&s->t, w->filter);
}

static void who_draw(const Pane *p, Box b)
{
	const WhoPane *s = p->state;
	Box in = pane_head(b, p, s->title, s->fresh, s->state);
	Arena scratch = { 0 };

	table_draw(&s->t, in, p->focused, &scratch);
	if (!s->t.n)
		pane_empty(in, s->fresh, s->t.total ? "nothing matches the filter; Esc clears it" : "no cost in this hour");
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
