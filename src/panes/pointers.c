/* The pointers of all back ends, the one furthest above its usual errors first: where it is, on its way to, and how what it serves does.
 * Enter leads to the jobs of that, d describes it, h lists the moves of its agent's pointers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/ask_agents.h"
#include "base/xalloc.h"
#include "model/change.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "panes/table.h"

enum { COL_MARK, COL_AGENT, COL_CONTEXT, COL_POINTER, COL_BACK, COL_LIVE, COL_STATE, COL_RATE, COL_ERR, COL_N, COL_BASE, COL_MOVED, COL_P95, COL_JOB,
	COL_TIMES, COL_BY, COL_MODEL, COLS };
enum { AGENT_W = 21, AGENT_WIDE_W = 34, LIVE_W = 8, LIVE_WIDE_W = 16, BY_W = 18, BY_WIDE_W = 30, CONTEXT_W = 8 };

static const TableColumn columns[COLS] = {
	[COL_MARK]    = { "mark", "", 1, false, 0, 0 },
	[COL_AGENT]   = { "agent", "agent", AGENT_W, false, 'N', 0 },
	[COL_CONTEXT] = { "context", "context", CONTEXT_W, false, 'X', 0 },
	[COL_POINTER] = { "pointer", "pointer", 8, false, 'O', 0 },
	[COL_BACK]    = { "backend", "be", 2, false, 'K', 0 },
	[COL_LIVE]    = { "live", "live", LIVE_W, false, 'V', 0 },
	[COL_STATE]   = { "state", "state", 5, false, 'I', 0 },
	[COL_RATE]    = { "rate", "job/m", 5, true, 'J', 0 },
	[COL_ERR]     = { "errors", "err 5m", 6, true, 'E', 0 },
	[COL_N]       = { "n", "n", 5, true, 'T', 0 },
	[COL_BASE]    = { "base", "base", 5, true, 'A', 0 },
	[COL_MOVED]   = { "moved", "mvd", 4, true, 'M', 0 },
	[COL_P95]     = { "p95", "p95", 6, true, 'P', 100 },
	[COL_JOB]     = { "cost", "$/job", 7, true, 'C', 100 },
	[COL_TIMES]   = { "times", "x base", 6, true, 'U', 104 },
	[COL_BY]      = { "by", "moved by", BY_W, false, 'W', 116 },
	[COL_MODEL]   = { "model", "model", 20, false, 'L', 140 },
};

typedef struct PointersPane { Table t; Clean title, state, empty; Fresh fresh; int agent_w, live_w, by_w; } PointersPane;

static int pointers_open(Pane *p, Err *e)
{
	PointersPane *s = p->state = xcalloc(1, sizeof *s);

	s->title = s->state = s->empty = clean_own("");
	return table_open(&s->t, columns, COLS, p, e);
}

static void pointers_close(Pane *p)
{
	PointersPane *s = p->state;

	table_close(&s->t);
	free(s);
}

/* --- rows --- */

static const char *const backs[CHANGE_SOURCES] = { [CHANGE_BY_AGENTCORE] = "ac", [CHANGE_BY_CLASSIC] = "cl", [CHANGE_BY_DYNAMODB] = "dd" };

/* What AWS says in capitals, in a word that fits. */
static const struct { const char *status, *word; Role role; } states[] = {
	{ "READY", "ok", ROLE_OK }, { "PREPARED", "ok", ROLE_OK }, { "CREATING", "new", ROLE_INFO }, { "UPDATING", "moves", ROLE_WARN },
	{ "PREPARING", "prep", ROLE_INFO }, { "DELETING", "goes", ROLE_WARN }, { "DISSOCIATED", "off", ROLE_DIM },
};

static TableCell state_cell(const PointerCell *c, Arena *a)
{
	Str status = str_of(c->status);

	if (str_ends(status, STR("FAILED")))
		return (TableCell){ clean_own("FAIL"), ROLE_ERROR, 3 };
	if (c->locked)
		return (TableCell){ clean_own("LOCK"), ROLE_WARN, 2 };
	if (c->paused)
		return (TableCell){ clean_own("PAUSE"), ROLE_WARN, 2 };
	if (c->moving)
		return (TableCell){ clean_own("moves"), ROLE_WARN, 1 };
	for (size_t i = 0; i < sizeof states / sizeof *states; i++)
		if (str_is(status, states[i].status))
			return (TableCell){ clean_own(states[i].word), states[i].role, states[i].role == ROLE_WARN };
	return status.n ? (TableCell){ clean_text(a, status, 0), ROLE_TEXT, 0 } : (TableCell){ clean_own("-"), ROLE_DIM, 0 };
}

static TableCell mark_cell(const PointerCell *c)
{
	return c->drift ? (TableCell){ clean_own("!"), ROLE_WARN, 2 } : c->locked || c->moving ? (TableCell){ clean_own("~"), ROLE_WARN, 1 }
	     : (TableCell){ clean_own(" "), ROLE_TEXT, 0 };
}

/* "2=2.1": the platform's number, and what the team calls it. On its way "2>3". */
static TableCell live_cell(const PointerCell *c, int w, Arena *a)
{
	Clean live = clean_text(a, str_of(*c->ref.live ? c->ref.live : "-"), 0);

	if (c->unknown)
		return (TableCell){ clean_own("?"), ROLE_DIM, 0 };
	if (c->moving)
		live = clean_ownf(a, "%s>%s", live.p, clean_text(a, str_of(c->ref.target), 0).p);
	else if (*c->release && strcmp(c->release, c->ref.live) != 0)
		live = clean_ownf(a, "%s=%s", live.p, clean_text(a, str_of(c->release), 0).p);
	return (TableCell){ clean_cut(a, live, w), c->moving ? ROLE_WARN : ROLE_TEXT, 0 };
}

/* It follows each new version: who calls it gets what nobody has released. */
static Clean pointer_name(const PointerCell *c, Arena *a)
{
	Clean name = clean_cut(a, clean_text(a, str_of(c->ref.pointer), 0), c->follows ? 7 : 8);

	return c->follows ? clean_ownf(a, "%s!", name.p) : name;
}

static TableCell percent(int64_t ppm, Role role, Arena *a)
{
	return ppm == FIG_NONE ? (TableCell){ clean_own("-"), ROLE_DIM, -1 }
	                       : (TableCell){ clean_ownf(a, "%lld.%lld", (long long)(ppm / 10000), (long long)(ppm / 1000 % 10)), role, ppm };
}

/* Few jobs get no colour, and show how many they were. */
static TableCell error_cell(const PointerCell *c, bool stale, Arena *a)
{
	bool bad = c->base_ppm != FIG_NONE && c->err_ppm != FIG_NONE && c->err_ppm >= 2 * c->base_ppm && c->err_ppm - c->base_ppm >= 10000;

	if (c->err_ppm == FIG_NONE)
		return (TableCell){ clean_own("-"), ROLE_DIM, -1 };
	if (c->n < FEW)
		return (TableCell){ clean_ownf(a, "%lld/%lld", (long long)c->failed, (long long)c->n), ROLE_TEXT, c->err_ppm };
	return percent(c->err_ppm, stale ? ROLE_STALE : bad ? ROLE_ERROR : ROLE_OK, a);
}

static TableCell times_cell(const PointerCell *c, Arena *a)
{
	if (c->err_ppm == FIG_NONE || c->base_ppm == FIG_NONE || c->n < FEW)
		return (TableCell){ clean_own("-"), ROLE_DIM, -1 };
	return (TableCell){ fmt_ratio(a, c->err_ppm, c->base_ppm), ROLE_TEXT, c->base_ppm ? c->err_ppm * 100 / c->base_ppm : 0 };
}

static void add_row(PointersPane *s, const PointerCell *c, const World *w, Arena *a)
{
	TableCell *cell = table_add(&s->t, arena_printf(a, "%s/%s/%s", c->ref.context, c->ref.backend, c->ref.id), c)->cell;
	bool stale = s->fresh == FRESH_STALE;
	Clean by = clean_text(a, change_actor(str_of(c->by)), 0);

	cell[COL_MARK] = mark_cell(c);
	cell[COL_AGENT] = (TableCell){ clean_cut_middle(a, clean_text(a, str_of(c->ref.name), 0), s->agent_w), ROLE_TEXT, 0 };
	cell[COL_CONTEXT] = (TableCell){ clean_text(a, str_of(c->ref.context), 0), ROLE_TEXT, 0 };
	cell[COL_POINTER] = (TableCell){ pointer_name(c, a), c->follows ? ROLE_WARN : ROLE_TEXT, 0 };
	cell[COL_BACK] = (TableCell){ clean_own(backs[c->source] ? backs[c->source] : "?"), ROLE_DIM, 0 };
	cell[COL_LIVE] = live_cell(c, s->live_w, a);
	cell[COL_STATE] = state_cell(c, a);
	cell[COL_RATE] = (TableCell){ fmt_milli(a, c->jobs_milli), ROLE_TEXT, c->jobs_milli };
	cell[COL_ERR] = error_cell(c, stale, a);
	cell[COL_N] = (TableCell){ fmt_count(a, c->n), ROLE_DIM, c->n };
	cell[COL_BASE] = percent(c->base_ppm, ROLE_DIM, a);
	cell[COL_MOVED] = c->moved_ms && c->moved_ms <= w->now_ms ? (TableCell){ fmt_age(a, w->now_ms - c->moved_ms), ROLE_DIM, c->moved_ms - w->now_ms }
	                                                          : (TableCell){ clean_own("-"), ROLE_DIM, INT64_MIN };
	cell[COL_P95] = (TableCell){ fmt_ms(a, c->p95_ms), ROLE_TEXT, c->p95_ms };
	cell[COL_JOB] = (TableCell){ fmt_money(a, c->job_nusd), ROLE_MONEY, c->job_nusd };
	cell[COL_TIMES] = times_cell(c, a);
	cell[COL_BY] = (TableCell){ by.n ? clean_cut_middle(a, by, s->by_w) : clean_own("-"), ROLE_DIM, 0 };
	cell[COL_MODEL] = (TableCell){ *c->model ? fmt_model(a, str_of(c->model), columns[COL_MODEL].width) : clean_own("-"), ROLE_DIM, 0 };
}

static void widths(PointersPane *s, int w, bool several)
{
	bool wide = w >= 180;

	s->t.hidden[COL_CONTEXT] = !several;
	s->agent_w = wide ? AGENT_WIDE_W : several && w < 98 ? AGENT_W - CONTEXT_W - 1 : AGENT_W;
	s->live_w = wide ? LIVE_WIDE_W : LIVE_W;
	s->by_w = wide ? BY_WIDE_W : BY_W;
	for (int i = 0; i < s->t.shown_n && !s->t.chosen; i++) {
		int c = s->t.shown[i];

		s->t.width[i] = c == COL_AGENT ? s->agent_w : c == COL_LIVE ? s->live_w : c == COL_BY ? s->by_w : 0;
	}
}

/* --- update --- */

static Clean title(const PointersSeen *seen, const World *w, Arena *a)
{
	if (!seen)
		return clean_own("AGENTS");
	return clean_ownf(a, "AGENTS  %d pointer%s%s%s%s", seen->n, seen->n == 1 ? "" : "s",
	                  seen->drifted ? clean_ownf(a, ", %d moved outside (!)", seen->drifted).p : "", w->past ? ", as of then" : "",
	                  seen->unknown ? clean_ownf(a, ", %d not known then (?)", seen->unknown).p : "");
}

/* A back end that is denied costs what it alone knows. */
static Clean missing(const World *w, Arena *a)
{
	const SourceView *bad = sources_worst(&w->feed[FEED_CHANGES].sources);

	if (!bad || (bad != &w->feed[FEED_CHANGES].sources.v[1] && bad != &w->feed[FEED_CHANGES].sources.v[2]))
		return clean_own("");
	return bad->lacks[0] ? clean_text(a, arena_printf(a, "no %s: nothing from %s", bad->lacks, bad->name), 0)
	                     : clean_text(a, arena_printf(a, "nothing from %s: %s", bad->name, bad->why), 0);
}

static void say_state(Pane *p, PointersPane *s, const PaneAsk *h, const World *w)
{
	Arena *a = &p->arena;
	char text[FRESH_TEXT];

	s->fresh = world_fresh(w, p->cls->feeds, text);
	s->state = clean_text(a, arena_str(a, str_of(text)), 0);
	if (h->error[0]) {
		s->fresh = FRESH_FAILED;
		s->state = clean_text(a, arena_str(a, str_of(h->error)), 0);
	} else if (s->fresh == FRESH_OK && (s->state = missing(w, a)).n) {
		s->fresh = FRESH_FAILED;
	} else if (!h->out) {
		s->fresh = FRESH_LOADING;
	}
}

static void pointers_update(Pane *p, const World *w)
{
	static const PointersAsk question;
	PointersPane *s = p->state;
	Arena *a = &p->arena;
	const PaneAsk *h;
	const PointersSeen *seen;

	if (w->fig)                        /* else the stores are not read yet */
		app_ask(p, &ask_pointers, &question);
	h = pane_answer(p, &ask_pointers);
	seen = h->out;
	say_state(p, s, h, w);
	s->title = title(seen, w, a);
	widths(s, p->w, w->contexts > 1);
	table_begin(&s->t);
	for (int i = 0; seen && i < seen->n; i++)
		add_row(s, &seen->cell[i], w, a);
	table_end(&s->t, w->filter);
	s->empty = s->t.total ? table_nothing(&s->t, w->filter, a) : clean_own("no back end has an agent");
}

static void pointers_draw(const Pane *p, Box b)
{
	const PointersPane *s = p->state;

	pane_table(b, p, &s->t, s->title, s->fresh, s->state, s->empty);
}

/* --- keys --- */

static void pointers_help(const Pane *p, Buf *out)
{
	table_help(&((const PointersPane *)p->state)->t, out);
	(void)buf_puts(out, "  !        moved outside seismo; ~ is being moved. be: ac AgentCore, cl Bedrock agents, dd the agents table\n"
	                    "  live     2=2.1: the platform's number and what jobs call it; 2>3: on its way. POINTER! follows each new version\n"
	                    "           of the past: as of then, as the known changes tell; ? is not known. State - was not kept\n"
	                    "  err 5m   % of the versions that it serves; base is what is usual for its agent at this time\n");
}

static int pointers_key(Pane *p, Key k)
{
	return table_key(&((PointersPane *)p->state)->t, k, p->h - 2);
}

static const PointerCell *current(const Pane *p)
{
	const TableRow *r = table_current(&((const PointersPane *)p->state)->t);

	return r ? r->object : NULL;
}

static bool pointers_pointer(const Pane *p, PointerRef *out)
{
	const PointerCell *c = current(p);

	if (c)
		*out = c->ref;
	return c != NULL;
}

/* An alias and an endpoint may have one name, so the back end is said. */
static bool pointers_agent(const Pane *p, ActOn *out)
{
	const PointerCell *c = current(p);

	if (!c)
		return false;
	(void)snprintf(out->context, sizeof out->context, "%s", c->ref.context);
	(void)snprintf(out->agent, sizeof out->agent, "%s", c->ref.name);
	(void)snprintf(out->pointer, sizeof out->pointer, "%.60s/%.90s", c->ref.backend, c->ref.pointer);
	return true;
}

/* Of a route of several versions the jobs of its agent. */
static void to_jobs(Pane *p)
{
	const PointerCell *c = current(p);
	CostCell scope;
	FigKey agent;
	char *at;

	if (!c || !c->versions)
		return;
	memset(&scope, 0, sizeof scope);
	memcpy(scope.context, c->ref.context, sizeof scope.context);
	memcpy(agent, c->jobs[0], sizeof agent);
	if (c->versions > 1 && (at = strrchr(agent, '@')))
		*at = 0;
	if (cell_narrow(&scope, c->versions > 1 ? DIM_AGENT : DIM_VERSION, agent))
		app_scope_jobs(p->app, &scope);
}

static void describe(Pane *p)
{
	const PointerCell *c = current(p);

	if (c)
		app_describe_pointer(p->app, &c->ref);
}

static void history(Pane *p)
{
	const PointerCell *c = current(p);

	if (c)
		app_agent_history(p->app, &c->ref);
}

static void copy_id(Pane *p)
{
	const PointerCell *c = current(p);

	if (c)
		app_copy(p->app, str_of(c->ref.id), "the pointer's id");
}

static const PaneKey keys[] = {
	{ "enter", "its jobs", to_jobs }, { "d", "describe", describe }, { "h", "moves", history }, { "c", "copy id", copy_id }, { 0 },
};

const PaneClass pane_pointers = {
	.name = "pointers", .title = "agents", .topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_CLOCK | TOPIC_FILTER,
	.feeds = FEED_BIT(FEED_AGENTS) | FEED_BIT(FEED_JOBS), .focusable = true,
	.open = pointers_open, .update = pointers_update, .draw = pointers_draw, .key = pointers_key, .pointer = pointers_pointer,
	.agent = pointers_agent, .close = pointers_close, .keys = keys, .help = pointers_help,
};
