/* `seismo export KIND`: a document about a window, to stdout or into a file of one's own. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "cli/cli.h"
#include "cli/export.h"
#include "conf/yaml.h"

enum { OUT_MAX = 1 << 30 };
#define HOURS(n) ((int64_t)(n) * 3600000)

FactsAsk export_ask(const Ask *a, const Options *o, Arena *arena, Store **store, FigText *name, FactsPlace *place, Stores *from)
{
	FactsAsk q = { .from = from, .place = place, .since_ms = a->since_ms, .until_ms = a->until_ms ? a->until_ms : a->now_ms + 1,
	               .made_ms = a->made_ms, .open = !a->until_ms, .offset_ms = zone_offset_ms(&a->shared.conf, a->now_ms) };
	size_t n = 0;

	(void)o;
	for (size_t i = 0; i < a->n; i++) {
		Session *s = &a->part[i].watch->session;

		if (!a->part[i].store)
			continue;
		store[n] = a->part[i].store;
		(void)snprintf(name[n], sizeof name[n], "%.*s", STR_ARG(s->ctx->name));
		q.prices = n ? q.prices : session_prices(s);
		place[n++] = (FactsPlace){ .context = s->ctx->name, .stage = s->stage, .account = arena_str(arena, str_of(s->account)),
		                           .region = session_region(s), .basis = session_basis(s, a->now_ms), .prices_ms = session_prices_day(s) };
	}
	*from = (Stores){ store, n > 1 ? name : NULL, n };
	return q;
}

/* --- kinds --- */

static int by_of(const Options *o, Dim *by, bool *by_hour, Err *e)
{
	*by = DIM_TENANT;
	*by_hour = o->by && strcmp(o->by, "hour") == 0;
	if (o->by && !*by_hour && (dim_of(str_of(o->by), by) < 0 || *by == DIM_ALL))
		return err_kind(e, ERR_USAGE, "--by takes tenant, persona, agent, version, model or hour, not %s", o->by);
	return 0;
}

static int check_cost(const Options *o, Err *e)
{
	bool by_hour;
	Dim by;

	return o->args != 1 ? err_kind(e, ERR_USAGE, "export cost takes no name") : by_of(o, &by, &by_hour, e);
}

static int cost(const Options *o, const Ask *a, FactsAsk *q, Report *r, JsonW *w, Err *e)
{
	CostFacts f;
	bool by_hour = false;
	Dim by = DIM_TENANT;

	(void)a;
	if (by_of(o, &by, &by_hour, e) < 0 || cost_facts(q, by, by_hour, r->a, &f, e) < 0)
		return -1;
	if (o->out == OUT_JSON)
		export_cost_json(w, &f);
	else
		export_cost_report(r, &f);
	return 0;
}

static int check_incident(const Options *o, Err *e)
{
	if (o->args != 2)
		return err_kind(e, ERR_USAGE, "export incident takes an agent, or an alert as RULE, RULE:KEY or the name of a CloudWatch alarm");
	return o->by ? err_kind(e, ERR_USAGE, "--by does not go with export incident") : 0;
}

static int incident(const Options *o, const Ask *a, FactsAsk *q, Report *r, JsonW *w, Err *e)
{
	const Config *c = &a->shared.conf;
	IncidentFacts f;

	if (q->from->n > 1)
		return err_kind(e, ERR_USAGE, "export incident is about one context, and %zu are named; choose with -x", q->from->n);
	if (incident_facts(q, o->since != NULL, str_of(o->arg[1]), c->alert, c->alert_count, r->a, &f, e) < 0)
		return -1;
	if (o->out == OUT_JSON)
		export_incident_json(w, &f);
	else
		export_incident_report(r, &f);
	return 0;
}

typedef struct Kind {
	const char *name;
	unsigned feeds;
	int64_t since_ms, before_ms;   /* without --since; and how much before the window is asked for, too */
	int (*check)(const Options *o, Err *e);        /* before AWS is asked */
	int (*make)(const Options *o, const Ask *a, FactsAsk *q, Report *r, JsonW *w, Err *e);
} Kind;

static const Kind kinds[] = {
	{ "cost", FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES), HOURS(24), 0, check_cost, cost },
	{ "incident", FEED_BIT(FEED_JOBS) | FEED_BIT(FEED_LINES) | FEED_BIT(FEED_AGENTS) | FEED_BIT(FEED_CHANGES) | FEED_BIT(FEED_ALARMS), HOURS(2),
	  HOURS(24), check_incident, incident },
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const Kind *kind_of(const Options *o, Err *e)
{
	for (size_t i = 0; i < KINDS; i++)
		if (o->args && strcmp(o->arg[0], kinds[i].name) == 0)
			return &kinds[i];
	(void)err_kind(e, ERR_USAGE, "export takes cost or incident; seismo export --help says more");
	return NULL;
}

/* --- out --- */

static int put_file(const Options *o, const Buf *out, Err *e)
{
	return file_put(o->file, buf_str(out), o->force, e);
}

static int put_out(const Options *o, const Buf *out, Err *e)
{
	if (out->full)
		return err_set(e, "the report is larger than %zu bytes; ask for less time with --since", out->max);
	if (o->file && strcmp(o->file, "-") != 0)
		return put_file(o, out, e);
	if (fwrite(out->p ? out->p : "", 1, out->n, stdout) < out->n || fflush(stdout) != 0)
		return err_set(e, "cannot write the report: %s", strerror(errno));
	return 0;
}

static int make(const Options *o, const Kind *k, const Ask *a, Buf *out, Err *e)
{
	Arena arena = { 0 };
	Store *store[FIG_CONTEXTS];
	FigText name[FIG_CONTEXTS];
	FactsPlace place[FIG_CONTEXTS];
	Stores from;
	Report r = { .a = &arena };
	JsonW w = jw_to(out);
	FactsAsk q = export_ask(a, o, &arena, store, name, place, &from);
	int rc = k->make(o, a, &q, &r, &w, e);

	if (rc == 0 && o->out == OUT_JSON)
		(void)buf_putc(out, '\n');
	else if (rc == 0)
		(o->out == OUT_SVG ? report_svg : o->out == OUT_CSV ? report_csv : report_markdown)(&r, out);
	report_done(&r);
	arena_done(&arena);
	return rc;
}

static int check_flags(const Options *o, Err *e)
{
	if (o->until && o->at)
		return err_kind(e, ERR_USAGE, "--until and --at exclude each other: the one ends the window, the other says as of when");
	if (o->filter)
		return err_kind(e, ERR_USAGE, "--filter does not go with export; -f FILE stands behind the word export");
	if (o->force && !o->file)
		return err_kind(e, ERR_USAGE, "--force goes with --file");
	return 0;
}

int cmd_export(const Options *o)
{
	Ask a;
	Err e = { 0 };
	Buf out;
	const Kind *k = kind_of(o, &e);
	int code;

	if (!k || check_flags(o, &e) < 0 || k->check(o, &e) < 0)
		return cli_fail(&e);
	buf_init(&out, OUT_MAX);
	/* Half a report would be taken for the whole: a context that failed is no part of it. */
	if (ask_open_before(&a, o, k->since_ms, k->before_ms, k->feeds, &e) < 0)
		code = cli_fail(&e);
	else if (a.failed)
		code = a.failed;
	else
		code = make(o, k, &a, &out, &e) < 0 || put_out(o, &out, &e) < 0 ? cli_fail(&e) : 0;
	ask_close(&a, o);
	buf_done(&out);
	return code;
}
