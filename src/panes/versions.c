/* The versions of the agent whose pointer is selected, the newest first: what they did in a day, which one serves, which one has proved
 * itself. Space marks, d describes one, or says how the second marked one differs from the first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/ask_agents.h"
#include "base/xalloc.h"
#include "panes/fmt.h"
#include "panes/panes.h"
#include "panes/table.h"

enum { COL_MARK, COL_VERSION, COL_STATUS, COL_SHARE, COL_JOBS, COL_ERR, COL_P95, COL_JOB, COL_LIVE, COL_FLAGS, COL_MODEL, COL_MADE, COL_BY, COLS };
enum { MARKS = 2, MODEL_W = 24 };

static const TableColumn columns[COLS] = {
	[COL_MARK]    = { "mark", "", 1, false, 0, 0 },
	[COL_VERSION] = { "version", "version", 8, false, 'V', 0 },
	[COL_STATUS]  = { "status", "status", 11, false, 'I', 0 },
	[COL_SHARE]   = { "traffic", "traf%", 5, true, 'T', 0 },
	[COL_JOBS]    = { "jobs", "jobs", 6, true, 'J', 0 },
	[COL_ERR]     = { "errors", "err % 24h", 12, true, 'E', 0 },
	[COL_P95]     = { "p95", "p95", 6, true, 'P', 0 },
	[COL_JOB]     = { "cost", "$/job", 7, true, 'C', 0 },
	[COL_LIVE]    = { "live", "live since", 11, false, 'L', 0 },
	[COL_FLAGS]   = { "flags", "flg", 3, false, 'F', 0 },
	[COL_MODEL]   = { "model", "model", MODEL_W, false, 'M', 108 },
	[COL_MADE]    = { "made", "made", 9, false, 'D', 120 },
	[COL_BY]      = { "by", "made by", 20, false, 'W', 141 },
};

typedef struct VersionsPane {
	Table t;
	Clean title, state, empty;
	Fresh fresh;
	PointerRef of;                 /* whose versions are shown */
	FigText marked[MARKS]; int marks;
} VersionsPane;

static int versions_open(Pane *p, Err *e)
{
	VersionsPane *s = p->state = xcalloc(1, sizeof *s);

	s->title = s->state = s->empty = clean_own("");
	return table_open(&s->t, columns, COLS, p, e);
}

static void versions_close(Pane *p)
{
	VersionsPane *s = p->state;

	table_close(&s->t);
	free(s);
}

/* --- rows --- */

static int mark_of(const VersionsPane *s, const char *version)
{
	for (int i = 0; i < s->marks; i++)
		if (strcmp(s->marked[i], version) == 0)
			return i + 1;
	return 0;
}

/* "18.2 ±3.7": half of the 95 % interval. Few jobs show how many they were. */
static TableCell error_cell(const VersionCell *c, Arena *a)
{
	int64_t half;

	if (c->err_ppm == FIG_NONE)
		return (TableCell){ clean_own("-"), ROLE_DIM, -1 };
	if (c->decided < FEW)
		return (TableCell){ clean_ownf(a, "%lld/%lld", (long long)c->failed, (long long)c->decided), ROLE_TEXT, c->err_ppm };
	half = (c->high_ppm - c->low_ppm) / 2;
	return (TableCell){ clean_ownf(a, "%lld.%lld ±%lld.%lld", (long long)(c->err_ppm / 10000), (long long)(c->err_ppm / 1000 % 10),
	                               (long long)(half / 10000), (long long)(half / 1000 % 10)), ROLE_TEXT, c->err_ppm };
}

/* A pointer of Bedrock agents holds one version: there is no share to speak of. */
static TableCell share_cell(const VersionCell *c, Arena *a)
{
	if (c->classic)
		return c->current ? (TableCell){ clean_own("1/1"), ROLE_TEXT, 1000000 } : (TableCell){ clean_own("-"), ROLE_DIM, 0 };
	if (c->share_ppm == FIG_NONE)
		return (TableCell){ clean_own("-"), ROLE_DIM, -1 };
	return (TableCell){ clean_ownf(a, "%lld", (long long)(c->share_ppm + 5000) / 10000), c->share_ppm ? ROLE_TEXT : ROLE_DIM, c->share_ppm };
}

static TableCell live_cell(const VersionCell *c, const World *w, Arena *a)
{
	Clean when = c->live_ms ? fmt_when(a, c->live_ms, w->now_ms, w->offset_ms) : clean_own("");

	if (!c->live_ms || c->live_ms > w->now_ms)
		return (TableCell){ clean_own(c->current ? "live" : "-"), c->current ? ROLE_LIVE : ROLE_DIM, c->current };
	return c->current ? (TableCell){ when, ROLE_LIVE, c->live_ms }
	                  : (TableCell){ clean_ownf(a, "to %s", when.p), ROLE_DIM, c->live_ms };
}

static void add_row(VersionsPane *s, const VersionCell *c, const World *w, Arena *a)
{
	TableCell *cell = table_add(&s->t, str_of(c->version), c)->cell;
	int mark = mark_of(s, c->version);
	bool other = *c->release && strcmp(c->release, c->version) != 0;
	Clean version = clean_text(a, arena_printf(a, "%s%s%s", c->version, other ? "=" : "", other ? c->release : ""), 0);

	cell[COL_MARK] = (TableCell){ mark ? clean_ownf(a, "%d", mark) : clean_own(" "), ROLE_MARKED, mark };
	cell[COL_VERSION] = (TableCell){ version, c->current ? ROLE_LIVE : ROLE_TEXT, 0 };
	cell[COL_STATUS] = (TableCell){ clean_text(a, str_of(c->status), 0), ROLE_TEXT, 0 };
	cell[COL_SHARE] = share_cell(c, a);
	cell[COL_JOBS] = (TableCell){ fmt_count(a, c->jobs), ROLE_TEXT, c->jobs };
	cell[COL_ERR] = error_cell(c, a);
	cell[COL_P95] = (TableCell){ fmt_ms(a, c->p95_ms), ROLE_TEXT, c->p95_ms };
	cell[COL_JOB] = (TableCell){ fmt_money(a, c->job_nusd), ROLE_MONEY, c->job_nusd };
	cell[COL_LIVE] = live_cell(c, w, a);
	cell[COL_FLAGS] = (TableCell){ clean_ownf(a, "%s%s%s", c->current ? "C" : "", c->good ? "G" : "", c->retiring ? "M" : ""),
	                               c->good ? ROLE_OK : c->retiring ? ROLE_WARN : ROLE_TEXT, 0 };
	cell[COL_MODEL] = (TableCell){ *c->model ? fmt_model(a, str_of(c->model), MODEL_W) : clean_own("-"), ROLE_DIM, 0 };
	cell[COL_MADE] = c->created_ms ? (TableCell){ fmt_when(a, c->created_ms, w->now_ms, w->offset_ms), ROLE_DIM, c->created_ms }
	                               : (TableCell){ clean_own("-"), ROLE_DIM, 0 };
	cell[COL_BY] = (TableCell){ *c->by ? clean_text(a, str_of(c->by), 0) : clean_own("-"), ROLE_DIM, 0 };
}

/* --- update --- */

static void say(Pane *p, VersionsPane *s, const PaneAsk *h, const World *w)
{
	Arena *a = &p->arena;

	s->fresh = h->error[0] ? FRESH_FAILED : !h->answered && w->pointer.id[0] ? FRESH_LOADING : FRESH_OK;
	s->state = clean_text(a, arena_str(a, str_of(h->error)), 0);
	s->title = !w->pointer.id[0] ? clean_own("VERSIONS")
	         : clean_ownf(a, "VERSIONS  %s/%s, %s", clean_text(a, str_of(w->pointer.name), 0).p, clean_text(a, str_of(w->pointer.pointer), 0).p,
	                      clean_text(a, str_of(w->pointer.backend), 0).p);
	if (w->past && w->pointer.id[0])
		s->title = clean_ownf(a, "%s; status and G are those of now", s->title.p);
	if (s->marks)
		s->title = s->marks > 1 ? clean_ownf(a, "%s  %s > %s: d = diff", s->title.p, clean_text(a, str_of(s->marked[0]), 0).p,
		                                     clean_text(a, str_of(s->marked[1]), 0).p)
		                        : clean_ownf(a, "%s  %s is marked", s->title.p, clean_text(a, str_of(s->marked[0]), 0).p);
	s->empty = clean_own(w->pointer.id[0] ? "nothing is known of its versions" : "no pointer is selected");
}

static void versions_update(Pane *p, const World *w)
{
	VersionsPane *s = p->state;
	VersionsAsk q;
	const PaneAsk *h;
	const VersionsSeen *seen;

	memset(&q, 0, sizeof q);
	q.of = w->pointer;
	q.good_jobs = w->good_jobs;
	q.good_days = w->good_days;
	if (strcmp(q.of.id, s->of.id) != 0)          /* marks are of one agent's versions */
		s->marks = 0;
	s->of = q.of;
	if (w->fig && q.of.id[0])
		app_ask(p, &ask_versions, &q);
	h = pane_answer(p, &ask_versions);
	seen = h->out;
	table_begin(&s->t);
	/* Those of another pointer would be taken for this one's. */
	for (int i = 0; seen && q.of.id[0] && strcmp(seen->of.id, q.of.id) == 0 && i < seen->n; i++)
		add_row(s, &seen->cell[i], w, &p->arena);
	table_end(&s->t, STR(""));
	say(p, s, h, w);
}

static void versions_draw(const Pane *p, Box b)
{
	const VersionsPane *s = p->state;

	pane_table(b, p, &s->t, s->title, s->fresh, s->state, s->empty);
}

/* --- keys --- */

static void versions_help(const Pane *p, Buf *out)
{
	table_help(&((const VersionsPane *)p->state)->t, out);
	(void)buf_puts(out, "  flg      C serves now, G has proved itself (rollback.known_good), M its model retires within 90 days\n"
	                    "  traf%    of its agent's jobs of the last 15 minutes; 1/1: an alias holds one version\n");
}

static int versions_key(Pane *p, Key k)
{
	return table_key(&((VersionsPane *)p->state)->t, k, p->h - 2);
}

static const VersionCell *current(const Pane *p)
{
	const TableRow *r = table_current(&((const VersionsPane *)p->state)->t);

	return r ? r->object : NULL;
}

static bool versions_pointer(const Pane *p, PointerRef *out)
{
	const VersionsPane *s = p->state;

	*out = s->of;
	return s->of.id[0] != 0;
}

/* The one that is marked, or else the one under the cursor. */
static bool versions_agent(const Pane *p, ActOn *out)
{
	const VersionsPane *s = p->state;
	const VersionCell *c = current(p);

	if (!s->of.id[0])
		return false;
	(void)snprintf(out->context, sizeof out->context, "%s", s->of.context);
	(void)snprintf(out->agent, sizeof out->agent, "%s", s->of.name);
	(void)snprintf(out->pointer, sizeof out->pointer, "%.60s/%.90s", s->of.backend, s->of.pointer);
	(void)snprintf(out->version, sizeof out->version, "%s", s->marks == 1 ? s->marked[0] : c ? c->version : "");
	return true;
}

static void approve(Pane *p)
{
	app_card(p->app, CARD_APPROVE);
}

static void reject(Pane *p)
{
	app_card(p->app, CARD_REJECT);
}

/* The third one takes the place of the second. */
static void mark(Pane *p)
{
	VersionsPane *s = p->state;
	const VersionCell *c = current(p);
	int at = c ? mark_of(s, c->version) : 0;

	if (at) {
		for (; at < s->marks; at++)
			memcpy(s->marked[at - 1], s->marked[at], sizeof s->marked[0]);
		s->marks--;
	} else if (c) {
		s->marks += s->marks < MARKS;
		memcpy(s->marked[s->marks - 1], c->version, sizeof s->marked[0]);
	}
}

static void describe(Pane *p)
{
	VersionsPane *s = p->state;
	const VersionCell *c = current(p);

	if (s->marks == MARKS)
		app_describe_version(p->app, &s->of, s->marked[0], s->marked[1]);
	else if (c)
		app_describe_version(p->app, &s->of, c->version, "");
}

static void to_jobs(Pane *p)
{
	VersionsPane *s = p->state;
	const VersionCell *c = current(p);
	CostCell scope;

	if (!c)
		return;
	memset(&scope, 0, sizeof scope);
	memcpy(scope.context, s->of.context, sizeof scope.context);
	if (cell_narrow(&scope, DIM_VERSION, c->key))
		app_scope_jobs(p->app, &scope);
}

static void copy_version(Pane *p)
{
	const VersionCell *c = current(p);

	if (c)
		app_copy(p->app, str_of(c->version), "the version");
}

static const PaneKey keys[] = {
	{ "enter", "its jobs", to_jobs }, { "space", "mark", mark }, { "d", "describe, diff", describe }, { "c", "copy", copy_version },
	{ "a", "approve: its card", approve }, { "r", "reject: its card", reject }, { 0 },
};

const PaneClass pane_versions = {
	.name = "versions", .title = "versions", .topics = TOPIC_FIGURES | TOPIC_FEEDS | TOPIC_POINTER,
	.feeds = FEED_BIT(FEED_AGENTS) | FEED_BIT(FEED_JOBS),
	.focusable = true, .aside = true, .open = versions_open, .update = versions_update, .draw = versions_draw, .key = versions_key,
	.agent = versions_agent,
	.pointer = versions_pointer, .close = versions_close, .keys = keys, .help = versions_help,
};
