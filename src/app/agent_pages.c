/* Pages about a pointer, its agent's moves, and how a version is made: read from the store of its context. */
#include "app/app_impl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/agent_history.h"
#include "app/version_diff.h"
#include "base/xalloc.h"
#include "model/change.h"
#include "wire/time8601.h"

#define DAY_MS INT64_C(86400000)

enum { MOVED_DAYS = 35, SHOWN = 8 };

typedef int PageWrite(const Registry *r, const RegPointer *p, void *page, Err *e);

typedef struct AgentPage {
	App *a;
	unsigned epoch;
	PointerRef ref;
	FigText version, other;
	PageWrite *write;
	Store *s;                      /* while it is written */
	Arena arena;
	char *journal;
	int64_t now_ms, offset_ms;
	bool found, past;
	Buf text;
	char title[3 * FIG_KEY];
} AgentPage;

static const RegPointer *find(const Registry *r, const PointerRef *ref)
{
	for (size_t i = 0; i < r->pointers; i++)
		if (str_is(r->pointer[i].id, ref->id) && str_is(str_of(registry_backend(r->pointer[i].source)), ref->backend))
			return &r->pointer[i];
	return NULL;
}

static int page_run(Store *s, void *work, Err *e)
{
	AgentPage *g = work;
	const RegPointer *p;
	Registry r;

	if (registry_read(s, g->now_ms - MOVED_DAYS * DAY_MS, &g->arena, &r, e) < 0 ||
	    (g->past && registry_at(s, &r, g->now_ms, &g->arena, e) < 0))
		return -1;
	p = find(&r, &g->ref);
	g->found = p != NULL;
	g->s = s;
	return p ? g->write(&r, p, g, e) : 0;
}

static void page_done(void *work, const Err *err)
{
	AgentPage *g = work;
	App *a = g->a;

	a->reads--;
	/* A page about contexts that are not shown any more would be taken for one of these. */
	if (a->quitting || g->epoch != a->epoch)
		;
	else if (err)
		app_say(a, ROLE_ERROR, err->text);
	else if (!g->found)
		app_say(a, ROLE_WARN, "this pointer is not there any more");
	else
		page_show(a, g->title, buf_str(&g->text));
	buf_done(&g->text);
	arena_done(&g->arena);
	free(g->journal);
	free(g);
}

static AgentPage *page_new(App *a, const PointerRef *p, PageWrite *write)
{
	AgentPage *g = xcalloc(1, sizeof *g);

	g->a = a;
	g->epoch = a->epoch;
	g->ref = *p;
	g->write = write;
	g->now_ms = app_now(a);
	g->past = a->past_ms != 0;
	g->offset_ms = a->world.offset_ms;
	return g;
}

static void page_ask(AgentPage *g)
{
	Watch *w = context_find(g->a, g->ref.context);

	if (!w) {
		free(g->journal);
		free(g);
		return;
	}
	g->a->reads++;
	storeq_read(w->queue, (StoreWork){ page_run, page_done, g });
}

/* --- the pointer --- */

static void line(Buf *b, const char *label, Str value)
{
	(void)buf_printf(b, "%-9s %.*s\n", label, STR_ARG(value.n ? value : STR("-")));
}

/* "3 (2.2)": what the platform calls it, and what the team does. */
static Str route_words(AgentPage *g, const Registry *r, const RegPointer *p, Route x)
{
	Str v = route_main(x), release = registry_called(r, p, v);

	return x.n == 1 && !str_eq(v, release) ? arena_printf(&g->arena, "%.*s (%.*s)", STR_ARG(v), STR_ARG(release)) : route_text(x, &g->arena);
}

static Str time_words(AgentPage *g)
{
	CivilTime t = time_civil(g->now_ms + g->offset_ms);

	return arena_printf(&g->arena, "%04d-%02d-%02d %02d:%02d; what is kept of it alone", t.year, t.month, t.day, t.hour, t.minute);
}

/* CloudTrail hides the values of items: with nothing else known it only moved. */
static const char hidden[] = "moved";

static Str change_words(const Change *c, Arena *a)
{
	if (!c->from.n && !c->to.n)
		return str_of(hidden);
	return arena_printf(a, "%.*s > %.*s", STR_ARG(c->from.n ? c->from : STR("?")), STR_ARG(c->to.n ? c->to : STR("gone")));
}

static void move_line(Buf *b, const Change *c, int64_t offset_ms, Arena *a)
{
	CivilTime t = time_civil(c->time_ms + offset_ms);
	Str who = change_actor(c->by);

	(void)buf_printf(b, "  %04d-%02d-%02d %02d:%02d  %.*s  by %.*s (%s)\n", t.year, t.month, t.day, t.hour, t.minute, STR_ARG(change_words(c, a)),
	                 STR_ARG(who.n ? who : STR("an unknown hand")), change_source_name(c->source));
}

static int write_pointer(const Registry *r, const RegPointer *p, void *page, Err *e)
{
	AgentPage *g = page;
	Arena *a = &g->arena;
	Buf *b = &g->text;
	int shown = 0;

	(void)e;
	line(b, "agent", str_eq(p->agent, p->agent_name) ? p->agent : arena_printf(a, "%.*s  %.*s", STR_ARG(p->agent_name), STR_ARG(p->agent)));
	line(b, "pointer", arena_printf(a, "%.*s, %s of %s", STR_ARG(p->name), p->kind, registry_backend(p->source)));
	line(b, "id", p->id);
	if (g->past)
		line(b, "as of", time_words(g));
	line(b, "live", p->unknown ? STR("not known: no change that is kept tells where it was then") : route_words(g, r, p, p->live));
	if (!route_eq(p->live, p->target))
		line(b, "target", route_words(g, r, p, p->target));
	line(b, "status", p->paused ? arena_printf(a, "%.*s, takes no calls", STR_ARG(p->status)) : p->status);
	if (p->follows)
		line(b, "follows", STR("each new version by itself: nobody can move it back"));
	line(b, "rev", p->has_rev ? arena_printf(a, "%lld", (long long)p->rev) : STR("-"));
	line(b, "lock", !p->locked ? STR("nobody") : arena_printf(a, "%.*s by %.*s on %.*s since %.*s: %.*s", STR_ARG(p->lock.action),
	     STR_ARG(p->lock.by), STR_ARG(p->lock.host), STR_ARG(p->lock.since), STR_ARG(p->lock.reason)));
	line(b, "updated", arena_printf(a, "%.*s by %.*s", STR_ARG(p->updated_at.n ? p->updated_at : STR("-")),
	                                STR_ARG(p->updated_by.n ? p->updated_by : STR("an unknown hand"))));
	if (p->drift)
		line(b, "MOVED", arena_printf(a, "outside seismo, which had left it at %.*s", STR_ARG(route_text(p->left, a))));
	(void)buf_puts(b, "\nits last moves\n");
	for (size_t i = 0; i < r->changes && shown < SHOWN; i++)
		if (str_eq(r->change[i].object, p->object)) {
			move_line(b, &r->change[i], g->offset_ms, a);
			shown++;
		}
	if (!shown && p->updated_ms > g->now_ms - MOVED_DAYS * DAY_MS)
		(void)buf_puts(b, "  none that the snapshot knows of; AWS keeps when, not from where to where\n");
	else if (!shown)
		(void)buf_printf(b, "  none in %d days, as far as the snapshot knows\n", MOVED_DAYS);
	return 0;
}

void app_describe_pointer(App *a, const PointerRef *p)
{
	AgentPage *g = page_new(a, p, write_pointer);

	(void)snprintf(g->title, sizeof g->title, "%s/%s%s%s", p->name, p->pointer, *p->context ? " in " : "", p->context);
	page_ask(g);
}

/* --- the agent's moves --- */

static void history_line(Buf *b, const HistoryRow *h, int64_t offset_ms, Arena *a)
{
	CivilTime t = time_civil(h->m.at_ms + offset_ms);
	Str who = change_actor(h->m.by), rest = h->pointer, moved = str_of(hidden);

	if (h->m.from.n || h->m.to.n)
		moved = arena_printf(a, "%.*s > %.*s", STR_ARG(route_text(h->m.from, a)), STR_ARG(route_text(h->m.to, a)));
	while (str_has(rest, STR("/")))
		(void)str_cut(rest, '/', &rest);
	(void)buf_printf(b, "%04d-%02d-%02d %02d:%02d  %-9.*s %.*s  %s%.*s%s by %.*s%s%.*s\n", t.year, t.month, t.day, t.hour, t.minute,
	                 STR_ARG(rest), STR_ARG(moved), h->elsewhere ? "elsewhere" : "seismo",
	                 STR_ARG(h->m.action.n ? arena_printf(a, " %.*s", STR_ARG(h->m.action)) : STR("")),
	                 strcmp(h->outcome, "done") == 0 ? "" : arena_printf(a, " %s", h->outcome).p, STR_ARG(who.n ? who : STR("an unknown hand")),
	                 h->m.reason.n ? ": " : "", STR_ARG(h->m.reason));
}

static int write_history(const Registry *r, const RegPointer *p, void *page, Err *e)
{
	AgentPage *g = page;
	const HistoryAsk q = { .journal = g->journal, .name = p->agent_name, .since_ms = g->now_ms - MOVED_DAYS * DAY_MS,
	                       .until_ms = g->past ? g->now_ms + 1 : 0 };
	HistoryRow *row;
	size_t n;
	bool known;

	(void)r;
	if (agent_history(g->s, &q, &g->arena, &row, &n, &known, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		history_line(&g->text, &row[i], g->offset_ms, &g->arena);
	if (!n)
		(void)buf_printf(&g->text, "no pointer of it was moved in %d days, as far as the snapshot knows\n", MOVED_DAYS);
	return 0;
}

void app_agent_history(App *a, const PointerRef *p)
{
	AgentPage *g = page_new(a, p, write_history);
	Watch *w = context_find(a, p->context);

	if (w)                               /* without a journal the page has the rest */
		(void)session_state_path(&w->session, "journal.db", &g->journal, NULL);
	(void)snprintf(g->title, sizeof g->title, "Moves of %s", p->name);
	page_ask(g);
}

/* --- versions --- */

static VersionText text_of(const Registry *r, const RegPointer *p, const char *version)
{
	const RegVersion *v = registry_version(r, p, str_of(version));
	VersionText t = { .version = str_of(version) };

	return v ? (VersionText){ v->version, v->release, v->status, v->model, v->detail } : t;
}

static int write_version(const Registry *r, const RegPointer *p, void *page, Err *e)
{
	AgentPage *g = page;
	VersionText v = text_of(r, p, g->version), other = text_of(r, p, g->other);

	(void)e;
	if (g->other[0])
		version_diff(&v, &other, &g->text);
	else
		version_text(&v, &g->text);
	return 0;
}

void app_describe_version(App *a, const PointerRef *p, const char *version, const char *b)
{
	AgentPage *g = page_new(a, p, write_version);

	(void)snprintf(g->version, sizeof g->version, "%s", version);
	(void)snprintf(g->other, sizeof g->other, "%s", b);
	(void)snprintf(g->title, sizeof g->title, "%s  %s%s%s%s", p->name, *b ? "" : "version ", version, *b ? " > " : "", b);
	page_ask(g);
}
