/* Prompt and answer caches: a row for each agent version and model, what answers from the cache saved, and what is known of the
 * selected row. */
#include "panes/cache.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "panes/table.h"

enum { COL_WHO, COL_CONTEXT, COL_MODEL, COL_HIT, COL_WEEK, COL_READ, COL_W5M, COL_W1H, COL_BURN, COL_NET, COL_BEST, COL_ASKS, COL_SAVED, COL_PREMIUM,
	COL_ANSWERS, COLS };
enum { WHO_W = 20, WHO_WIDE_W = 40, MODEL_W = 10, MODEL_WIDE_W = 24, WIDE_PANE = 116, LABEL_W = 8, ANSWER_ROWS = 2, LEAST_TABLE = 5 };

static const TableColumn columns[COLS] = {
	[COL_WHO]     = { "version", "agent@version", WHO_W, false, 'N', 0 },
	[COL_CONTEXT] = { "context", "context", 8, false, 'X', 0 },
	[COL_MODEL]   = { "model", "model", MODEL_W, false, 'M', 0 },
	[COL_HIT]     = { "hit", "hit %", 5, true, 'H', 0 },
	[COL_WEEK]    = { "week", "7d %", 5, true, 'W', 0 },
	[COL_READ]    = { "read", "read/m", 6, true, 'T', 0 },
	[COL_W5M]     = { "write5m", "5m/min", 6, true, 'E', 0 },
	[COL_W1H]     = { "write1h", "1h/min", 6, true, 'I', 0 },
	[COL_BURN]    = { "burn", "miss/h", 7, true, 'C', 0 },
	[COL_NET]     = { "net", "net $/h", 7, true, 'S', 0 },
	[COL_BEST]    = { "achievable", "can %", 5, true, 'A', 98 },
	[COL_ASKS]    = { "prompts", "prompts", 7, true, 'P', 98 },
	[COL_SAVED]   = { "saved", "saved/h", 8, true, 'V', WIDE_PANE },
	[COL_PREMIUM] = { "premium", "writes+/h", 9, true, 'U', WIDE_PANE },
	[COL_ANSWERS] = { "answers", "answers", 8, true, 'Z', 130 },
};

typedef struct CachePane {
	Table t;
	Clean title, state, empty, answers, answers_more;
	Fresh fresh;
	int64_t from_ms, until_hour;
	CacheClock clock;              /* of the last update: for the notes of another row */
	CacheNotes notes;
	Arena scratch;                 /* of the notes, made again when the cursor moves */
	int   who_w, model_w;
} CachePane;

static int cache_open(Pane *p, Err *e)
{
	CachePane *s = p->state = xcalloc(1, sizeof *s);

	s->empty = s->answers = s->answers_more = clean_own("");
	return table_open(&s->t, columns, COLS, p, e);
}

static void cache_close(Pane *p)
{
	CachePane *s = p->state;

	table_close(&s->t);
	arena_done(&s->scratch);
	free(s);
}

/* --- rows --- */

static TableCell rate_cell(const CacheCell *c, Arena *a)
{
	int64_t ppm = cache_rate(c), asks = cache_asks(c);
	bool judged = asks >= FEW;

	if (!cache_used(c) || ppm < 0)
		return (TableCell){ clean_own("-"), ROLE_DIM, -1 };
	if (!judged)
		return (TableCell){ clean_ownf(a, "n=%lld", (long long)asks), ROLE_TEXT, ppm };
	/* ▼ fell after a change, ▽ is 20 points below what it can. */
	return (TableCell){ clean_ownf(a, "%s%lld.%lld", c->deploy.dropped ? "▼" : cache_low(c) ? "▽" : "", (long long)(ppm / 10000),
	                               (long long)(ppm / 1000 % 10)),
	                    c->deploy.dropped || cache_low(c) ? ROLE_WARN : ROLE_OK, ppm };
}

static TableCell plain_rate(int64_t ppm, bool few, Arena *a)
{
	if (ppm < 0 || few)
		return (TableCell){ clean_own("-"), ROLE_DIM, -1 };
	return (TableCell){ clean_ownf(a, "%lld.%lld", (long long)(ppm / 10000), (long long)(ppm / 1000 % 10)), ROLE_DIM, ppm };
}

static TableCell per_minute(int64_t tokens, int64_t window_ms, Arena *a)
{
	int64_t rate = window_ms > 0 ? mul_div(tokens, 60000, window_ms) : 0;

	return (TableCell){ tokens ? fmt_count(a, rate) : clean_own("-"), ROLE_TEXT, rate };
}

static TableCell per_hour(int64_t nusd, bool known, int64_t window_ms, Role role, Arena *a)
{
	int64_t rate = window_ms > 0 ? mul_div(nusd, 3600000, window_ms) : 0;

	return known ? (TableCell){ fmt_money(a, rate), role, rate } : (TableCell){ clean_own("-"), ROLE_DIM, INT64_MIN };
}

static void fill(CachePane *s, const CacheCell *c, int64_t window_ms, Arena *a)
{
	Str key = arena_printf(a, "%s/%s|%s", c->context, c->version, c->model);
	TableRow *r = table_add(&s->t, key, c);
	const Sums *n = &c->now;
	bool priced = !caches_unpriced(n), used = cache_used(c);
	int64_t net = caches_net(n), answered = fig_ppm(n->cache_hits, n->cache_known);

	r->cell[COL_WHO] = (TableCell){ c->version[0] ? clean_cut_middle(a, clean_text(a, str_of(c->version), 0), s->who_w) : clean_own("(none)"),
	                                ROLE_TEXT, 0 };
	r->cell[COL_CONTEXT] = (TableCell){ clean_text(a, str_of(c->context), 0), ROLE_TEXT, 0 };
	r->cell[COL_MODEL] = (TableCell){ c->model[0] ? fmt_model(a, str_of(c->model), s->model_w) : clean_own("(none)"), ROLE_TEXT, 0 };
	r->cell[COL_HIT] = rate_cell(c, a);
	r->cell[COL_WEEK] = plain_rate(used ? caching_rate(c->week.read, c->week.prompt) : -1, c->week.asks < FEW, a);
	r->cell[COL_READ] = per_minute(n->tok.cache_read, window_ms, a);
	r->cell[COL_W5M] = per_minute(n->tok.cache_write_5m, window_ms, a);
	r->cell[COL_W1H] = per_minute(n->tok.cache_write_1h, window_ms, a);
	r->cell[COL_BURN] = per_hour(c->burn_nusd, used && c->burn_nusd >= 0, window_ms, cache_low(c) ? ROLE_WARN : ROLE_MONEY, a);
	r->cell[COL_NET] = priced ? per_hour(net, used, window_ms, net < 0 ? ROLE_WARN : ROLE_MONEY, a)
	                          : (TableCell){ clean_own("no $/M"), ROLE_UNPRICED, INT64_MIN };
	r->cell[COL_BEST] = plain_rate(used ? c->achievable_ppm : -1, false, a);
	r->cell[COL_ASKS] = (TableCell){ fmt_count(a, cache_asks(c)), ROLE_DIM, cache_asks(c) };
	r->cell[COL_SAVED] = per_hour(n->cache.saved_nusd, used && priced, window_ms, ROLE_MONEY, a);
	r->cell[COL_PREMIUM] = per_hour(n->cache.premium_nusd, used && priced, window_ms, ROLE_MONEY, a);
	r->cell[COL_ANSWERS] = n->cache_known ? (TableCell){ fmt_rate(a, answered, n->cache_hits, n->cache_known), ROLE_DIM, answered }
	                                      : (TableCell){ clean_own("-"), ROLE_DIM, -1 };
}

static void widths(CachePane *s, int w, bool several)
{
	s->t.hidden[COL_CONTEXT] = !several;
	s->who_w = w >= WIDE_PANE + (several ? 9 : 0) + 40 ? WHO_WIDE_W : WHO_W;
	s->model_w = w >= WIDE_PANE + (several ? 9 : 0) + 20 ? MODEL_WIDE_W : several ? MODEL_W - 2 : MODEL_W;
	for (int i = 0; i < s->t.shown_n && !s->t.chosen; i++) {
		int col = s->t.shown[i];

		/* With the context's column 80 columns have no room for all names. */
		s->t.width[i] = col == COL_WHO ? (several && w < 98 ? WHO_W - 7 : s->who_w) : col == COL_MODEL ? s->model_w : 0;
	}
	if (several && w < 98)
		s->who_w = WHO_W - 7;
}

/* --- what stands around the list --- */

/* "CACHE 1h  net $0.95  miss $0.06  achievable = own p90 of 7 days" */
static Clean title(const CacheAnswer *c, Arena *a)
{
	Clean burn = c->burn_nusd < 0 ? clean_own("not known") : fmt_money(a, c->burn_nusd);
	Clean unpriced = c->all.unpriced ? clean_ownf(a, "  unpriced %s", fmt_exact(a, c->all.unpriced).p) : clean_own("");

	return clean_ownf(a, "CACHE 1h  %snet %s  miss %s%s  achievable = own p90 of 7d", c->approximate ? "approx " : "",
	                  fmt_money(a, caches_net(&c->all)).p, burn.p, unpriced.p);
}

/* As pulse says it: the same five minutes, the same hour. */
static void say_answers(CachePane *s, const CacheAnswer *c, const World *w, Arena *a)
{
	const Vital *v = &w->fig->vital[VITAL_CACHE];
	const Sums *n = &c->all;
	Clean saved = c->answers_nusd == FIG_NONE ? clean_own("saved: not known") : clean_ownf(a, "saved ~%s in 1h", fmt_money(a, c->answers_nusd).p);

	if (!n->cache_known) {
		s->answers = clean_own("no job of this hour says whether it was answered from a cache");
		s->answers_more = clean_own("");
		return;
	}
	s->answers = clean_ownf(a, "hit 5m %s  1h %s: %s hits, %s misses, %s", fmt_rate(a, v->now, v->hits, v->n).p,
	                        fmt_rate(a, fig_ppm(n->cache_hits, n->cache_known), n->cache_hits, n->cache_known).p, fmt_exact(a, n->cache_hits).p,
	                        fmt_exact(a, n->cache_known - n->cache_hits).p, saved.p);
	s->answers_more = clean_own("stale, age: not known, no job says how old its answer was");
}

static void say_state(Pane *p, CachePane *s, const PaneAsk *h, const World *w)
{
	Arena *a = &p->arena;
	s->fresh = h->loading ? FRESH_LOADING : h->error[0] ? FRESH_FAILED : FRESH_OK;
	s->state = h->error[0] ? clean_text(a, str_of(h->error), 0) : pane_lacks(p, w, a);
	if (s->state.n)
		s->fresh = FRESH_FAILED;
	else if (s->fresh == FRESH_OK && (s->state = pane_as_of(p, w, a)).n)
		s->fresh = FRESH_STALE;
}

static void make_notes(CachePane *s)
{
	const TableRow *r = table_current(&s->t);

	arena_reset(&s->scratch);
	s->notes.n = 0;
	if (r)
		cache_notes(r->object, &s->clock, &s->scratch, &s->notes);
}

static void cache_update(Pane *p, const World *w)
{
	static const CacheAsk question;
	CachePane *s = p->state;
	Arena *a = &p->arena;
	const PaneAsk *h;
	const CacheAnswer *c;

	if (w->fig)                        /* else the stores are not read yet */
		app_ask(p, &ask_cache, &question);
	h = pane_answer(p, &ask_cache);
	c = h->out;
	say_state(p, s, h, w);
	s->title = clean_own("CACHE");
	s->empty = clean_own("no calls in the last hour");
	s->answers = s->answers_more = clean_own("");
	s->clock = (CacheClock){ w->now_ms, w->offset_ms, c ? c->window_ms : 0 };
	widths(s, p->w, w->contexts > 1);
	table_begin(&s->t);
	if (c && w->fig) {
		s->from_ms = c->from_ms;
		s->until_hour = floor_div(c->from_ms + c->window_ms, 3600000) + 1;
		s->title = title(c, a);
		say_answers(s, c, w, a);
		for (size_t i = 0; i < c->n; i++)
			fill(s, &c->cell[i], c->window_ms, a);
	}
	table_end(&s->t, w->filter);
	if (s->t.total)
		s->empty = table_nothing(&s->t, w->filter, a);
	else if (!c)
		s->fresh = FRESH_LOADING;
	make_notes(s);
}

/* How many rows the list leaves to what is below it. */
static int below(const CachePane *s, int h)
{
	int want = ANSWER_ROWS + s->notes.n, room = h - 1 - LEAST_TABLE;

	return want < room ? want : room < 0 ? 0 : room;
}

static void cache_draw(const Pane *p, Box b)
{
	const CachePane *s = p->state;
	Box in = pane_head(b, p, s->title, s->fresh, s->state);
	int rows = below(s, b.h), y = in.h - rows;
	Arena scratch = { 0 };

	table_draw(&s->t, box_sub(in, 0, 0, in.w, y), p->focused, &scratch);
	if (!s->t.n)
		pane_empty(in, s->fresh, s->empty.p);
	arena_done(&scratch);
	if (rows > 0 && s->answers.n) {
		draw_own(in, 0, y, ROLE_TITLE, "ANSWERS");
		draw_text(in, LABEL_W, y, ROLE_TEXT, s->answers);
	}
	if (rows > 1)
		draw_text(in, LABEL_W, y + 1, ROLE_DIM, s->answers_more);
	for (int i = 0; i + ANSWER_ROWS < rows && i < s->notes.n; i++) {
		draw_text(in, 0, y + ANSWER_ROWS + i, ROLE_TITLE, s->notes.label[i]);
		draw_text(in, LABEL_W, y + ANSWER_ROWS + i, s->notes.role[i], s->notes.text[i]);
	}
}

static void cache_help(const Pane *p, Buf *out)
{
	table_help(&((const CachePane *)p->state)->t, out);
	(void)buf_puts(out, "  hit %    of the prompts' tokens, read from the cache; ▼ fell 20 points after a change, ▽ is 20 below what it can\n"
	                    "  miss/h   what misses cost that the agent has shown it can avoid (can %)\n");
}

static int cache_key(Pane *p, Key k)
{
	CachePane *s = p->state;
	int done = table_key(&s->t, k, p->h - 2 - below(s, p->h));

	if (done == PANE_HANDLED)
		make_notes(s);
	return done;
}

/* The calls behind the selected row: of the hours that the window lies in. */
static bool row_cell(const CachePane *s, CostCell *out)
{
	const TableRow *r = table_current(&s->t);
	const CacheCell *c = r ? r->object : NULL;

	*out = (CostCell){ .from_hour = floor_div(s->from_ms, 3600000), .until_hour = s->until_hour };
	if (!c)
		return false;
	memcpy(out->context, c->context, sizeof out->context);
	return cell_narrow(out, DIM_VERSION, c->version) && cell_narrow(out, DIM_MODEL, c->model);
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

static void copy_name(Pane *p)
{
	const TableRow *r = table_current(&((CachePane *)p->state)->t);

	app_copy(p->app, str_of(r ? ((const CacheCell *)r->object)->version : ""), "the name");
}

static const PaneKey keys[] = { { "enter", "jobs", to_jobs }, { "x", "explain", explain }, { "c", "copy", copy_name }, { 0 } };

const PaneClass pane_cache = {
	.name = "cache",
	.title = "cache",
	.topics = TOPIC_FILTER | TOPIC_FIGURES | TOPIC_FEEDS,
	.feeds = FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES),
	.focusable = true,
	.scrub_ms = 3600000,
	.open = cache_open,
	.update = cache_update,
	.draw = cache_draw,
	.key = cache_key,
	.close = cache_close,
	.keys = keys, .help = cache_help,
};
