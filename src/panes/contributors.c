/* Who explains the selected cell: tenants, agent versions, models or personas by Δ$. Enter leads to their jobs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/ask_cost.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "panes/table.h"

enum { COL_KEY, COL_CONTEXT, COL_NOW, COL_BASE, COL_DELTA, COL_SHARE, COL_JOBS, COL_TOKENS, COL_HIT, COL_BAR, COLS };

enum { COMPACT_H = 10, WHO_W = 25, WHO_WIDE_W = 44, WIDE_PANE = 116, FIXED_W = 100, BAR_MAX = 48 };

static const TableColumn columns[COLS] = {
	[COL_KEY]    = { "key", "who", WHO_W, false, 'N', 0 },
	[COL_CONTEXT] = { "context", "context", 8, false, 'X', 0 },
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
	Dim   chosen, by;              /* by: what the rows are of; chosen holds for the next cell too */
	CostCell cell;                 /* that the rows are of */
	Clean empty, head;             /* head: of the first column where there is no room for a title row */
	bool  compact;
	bool  several;                 /* contexts: each row is one of them */
	int   who_w, bar_w;            /* of the columns that take what a wide window has left */
} WhoPane;

static int who_open(Pane *p, Err *e)
{
	WhoPane *s = p->state = xcalloc(1, sizeof *s);
	Str by = pane_option(p, "by");

	s->chosen = DIM_TENANT;
	s->empty = clean_own("");
	if (by.n && (dim_of(by, &s->chosen) < 0 || s->chosen >= DIM_SIMPLE))
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
	int left = w - FIXED_W - (s->several ? 9 : 0);

	s->t.hidden[COL_CONTEXT] = !s->several;
	s->t.hidden[COL_HIT] = s->several && w < 89;
	s->who_w = w >= WIDE_PANE ? WHO_WIDE_W : WHO_W;
	s->bar_w = left < 16 ? 16 : left > BAR_MAX ? BAR_MAX : left;
	for (int i = 0; i < s->t.shown_n && !s->t.chosen; i++)
		s->t.width[i] = s->t.shown[i] == COL_KEY ? s->who_w : s->t.shown[i] == COL_BAR ? s->bar_w : 0;
}

typedef struct RowKey { FigText context; FigKey key; } RowKey;

static void fill(WhoPane *s, const GroupCell *g, int64_t delta_sum, int64_t longest, bool based, Arena *a)
{
	/* The groups are replaced in place; what Enter opens is what this row says. */
	RowKey *own = ARENA_NEW(a, RowKey);
	TableRow *r = table_add(&s->t, *g->context ? arena_printf(a, "%s/%s", g->context, g->key) : arena_str(a, str_of(g->key)), own);
	int64_t delta = based ? g->nusd - g->base_nusd : FIG_NONE;
	/* Of the whole difference, 0 when there is none to speak of; who moves against it has no share of it. */
	int64_t share = delta == FIG_NONE || !delta_sum || (delta < 0) != (delta_sum < 0)
	              ? FIG_NONE : mul_div(llabs(delta), 100, llabs(delta_sum));
	int64_t was = hit_ppm(g->base_cache_hits, g->base_cache_known), is = hit_ppm(g->cache_hits, g->cache_known);

	memcpy(own->context, g->context, sizeof own->context);
	memcpy(own->key, g->key, sizeof own->key);
	r->cell[COL_CONTEXT] = (TableCell){ clean_text(a, str_of(own->context), 0), ROLE_TEXT, 0 };
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
static Clean title(const WhoPane *s, const CellGroups *h, Arena *a)
{
	Clean of = h->g.n < h->g.total ? clean_ownf(a, "%d of %d", h->g.n, h->g.total) : clean_ownf(a, "%d", h->g.n);
	Clean what = h->against.hours == 1 ? clean_own("this hour") : clean_ownf(a, "these %lld hours", (long long)h->against.hours);

	if (!h->against.known)
		return clean_ownf(a, "BY %s  %s in %s: %s; usual not known yet", dim_name(s->by), of.p, what.p, fmt_money(a, h->g.nusd).p);
	return clean_ownf(a, "BY %s  %s in %s: %s, usual %s, %s", dim_name(s->by), of.p, what.p, fmt_money(a, h->g.nusd).p,
	                  fmt_money(a, h->g.base_nusd).p, fmt_delta(a, h->g.nusd - h->g.base_nusd).p);
}

static const Dim after[DIMS] = { [DIM_TENANT] = DIM_VERSION,
								 [DIM_VERSION] = DIM_MODEL,
								 [DIM_MODEL] = DIM_PERSONA,
								 [DIM_PERSONA] = DIM_AGENT,
								 [DIM_AGENT] = DIM_TENANT };

static bool is_one(const CostCell *c, Dim by)
{
	for (int i = 0; i < CELL_KEYS; i++)
		if (c->only[i].dim == (int)by || (c->only[i].dim == DIM_VERSION && by == DIM_AGENT))
			return true;
	return false;
}

/* The cell of one tenant is not taken apart by tenant. */
static Dim useful(const CostCell *c, Dim by)
{
	while (is_one(c, by))
		by = after[by];
	return by;
}

/* What is asked now, unless nothing is chosen yet. */
static const PaneAsk *question(Pane *p, WhoPane *s, const World *w)
{
	WhoAsk q = { .cell = w->cell };

	/* The view's own choice holds until a person switches. */
	s->chosen = w->cell_by != DIM_ALL ? w->cell_by : s->chosen;
	s->by = useful(&w->cell, s->chosen);
	s->cell = w->cell;
	q.by = (int32_t)s->by;
	if (w->cell.until_hour)
		app_ask(p, &ask_who, &q);
	return pane_answer(p, &ask_who);
}

/* What the shares are of. 0: a single one moves by more than twice as much as all together, so they nearly cancel each other out, and
 * shares of what is left would say 531 %. */
static int64_t whole_difference(const CellGroups *h)
{
	int64_t whole = h->g.nusd - h->g.base_nusd;

	for (int i = 0; i < h->g.n; i++)
		if (llabs(h->g.cell[i].nusd - h->g.cell[i].base_nusd) / 2 > llabs(whole))
			return 0;
	return whole;
}

static void rows(WhoPane *s, const CellGroups *h, Arena *a)
{
	int64_t longest = 0, whole = h->against.known ? whole_difference(h) : 0;
	bool based = h->against.known;

	for (int i = 0; i < h->g.n; i++) {
		const GroupCell *g = &h->g.cell[i];

		longest = g->nusd > longest ? g->nusd : longest;
		longest = based && g->base_nusd > longest ? g->base_nusd : longest;
	}
	s->title = title(s, h, a);
	for (int i = 0; i < h->g.n; i++)
		fill(s, &h->g.cell[i], whole, longest, based, a);
}

/* "BY tenant, 12": in a low window the table's own first row says what the rows are; the cell is told above. */
static void name_head(WhoPane *s, int total, Arena *a)
{
	s->head = total ? clean_ownf(a, "BY %s, %d", dim_name(s->by), total) : clean_ownf(a, "BY %s", dim_name(s->by));
	for (int i = 0; i < s->t.shown_n && !s->t.chosen; i++)
		if (s->t.shown[i] == COL_KEY)
			s->t.title[i] = s->compact ? s->head : (Clean){ "", 0, 0 };
}

static void who_update(Pane *p, const World *w)
{
	WhoPane *s = p->state;
	Arena *a = &p->arena;
	const PaneAsk *h = question(p, s, w);

	s->fresh = h->loading ? FRESH_LOADING : h->error[0] ? FRESH_FAILED : FRESH_OK;
	s->state = h->error[0] ? clean_text(a, str_of(h->error), 0) : pane_lacks(p, w, a);
	if (s->state.n)
		s->fresh = FRESH_FAILED;
	else if (s->fresh == FRESH_OK && (s->state = pane_as_of(p, w, a)).n)
		s->fresh = FRESH_STALE;
	s->title = clean_ownf(a, "BY %s", dim_name(s->by));
	s->empty = clean_own("no cost here");
	s->several = w->contexts > 1;
	s->compact = p->h < COMPACT_H && !s->state.n;
	widths(s, p->w);
	name_head(s, h->answered ? ((const CellGroups *)h->out)->g.total : 0, a);
	table_begin(&s->t);
	if (!h->answered) {
		table_end(&s->t, STR(""));
		return;
	}
	rows(s, h->out, a);
	table_end(&s->t, w->filter);
	if (s->t.total)
		s->empty = table_nothing(&s->t, w->filter, a);
}

static void who_draw(const Pane *p, Box b)
{
	const WhoPane *s = p->state;
	Box in = s->compact ? b : pane_head(b, p, s->title, s->fresh, s->state);
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

	return table_key(&s->t, k, s->compact ? p->h - 1 : p->h - 2);
}

static void next_dim(Pane *p)
{
	WhoPane *s = p->state;

	app_select_dim(p->app, after[s->by]);
}

/* The cell and the row under the cursor; false: there is none. */
static bool row_cell(const WhoPane *s, CostCell *out)
{
	const TableRow *r = table_current(&s->t);
	const RowKey *own = r ? r->object : NULL;

	if (!own)
		return false;
	*out = s->cell;
	if (own->context[0])
		memcpy(out->context, own->context, sizeof out->context);
	return cell_narrow(out, s->by, own->key);        /* a cell leaves room for it */
}

static void to_jobs(Pane *p)
{
	CostCell c;

	if (row_cell(p->state, &c))
		app_scope_jobs(p->app, &c);
}

static void explain(Pane *p)
{
	CostCell c;

	if (row_cell(p->state, &c))
		app_explain(p->app, &c);
}

static void copy_key(Pane *p)
{
	const TableRow *r = table_current(&((WhoPane *)p->state)->t);

	app_copy(p->app, str_of(r ? ((const RowKey *)r->object)->key : ""), "the name");
}

static const PaneKey keys[] = {
	{ "enter", "jobs", to_jobs }, { "tab", "by what", next_dim }, { "x", "explain", explain }, { "c", "copy", copy_key }, { 0 }
};
static const char *const options[] = { "by", NULL };

const PaneClass pane_contributors = {
	.name = "contributors",
	.title = "contributors",
	.topics = TOPIC_GROUPS | TOPIC_FILTER | TOPIC_FIGURES | TOPIC_FEEDS,
	.feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES),
	.options = options,
	.focusable = true,
	.open = who_open,
	.update = who_update,
	.draw = who_draw,
	.key = who_key,
	.close = who_close,
	.keys = keys, .help = who_help,
};
