/* The report of an incident, as blocks: for a post-mortem. */
#include "cli/export.h"

#include "conf/watched.h"
#include "model/interval.h"

enum { OTHERS_SHOWN = 8, ERRORS_SHOWN = 30, EVENTS_SHOWN = 200 };

#define COLUMNS(c) c, sizeof c / sizeof *c

static Part rate(int64_t failed, int64_t decided)
{
	return decided > 0 ? part_ppm(fig_ppm(failed, decided)) : (Part){ 0 };
}

/* "0.4 to 1.9 %"; with few cases it is wide, and says so itself. */
static Part interval(Report *r, int64_t failed, int64_t decided)
{
	int64_t low, high;

	if (decided <= 0)
		return (Part){ 0 };
	interval_95(failed, decided, &low, &high);
	return part_text(arena_printf(r->a, "%lld.%lld to %lld.%lld %%", (long long)(low / 10000), (long long)(low / 1000 % 10),
	                              (long long)((high + 500) / 10000), (long long)((high + 500) / 1000 % 10)));
}

static int64_t decided(const Sums *s)
{
	return s->failed + s->succeeded;
}

static void put_versions(Report *r, const IncidentFacts *f)
{
	static const ReportColumn columns[] = {
		{ NULL, "Version", false }, { NULL, "Status", false }, { NULL, "Model", false }, { NULL, "Jobs", true }, { NULL, "Errors", true },
		{ NULL, "95 % interval", true }, { NULL, "n", true }, { NULL, "Before", true }, { NULL, "n before", true }, { NULL, "p95 ms, about", true },
		{ NULL, "USD", true }, { NULL, "Unpriced", true },
	};
	ReportTable *t;

	report_heading(r, "Versions");
	REPORT_PUT(r, BLOCK_TEXT, part_own("Errors are failed jobs of those that succeeded or failed (n). Before: the same length of time before "
	           "the window."));
	t = report_table(r, COLUMNS(columns), false);
	for (size_t i = 0; i < f->versions; i++) {
		const VersionFact *v = &f->version[i];
		Part *row = report_row(r, t);

		row[0] = part_out(v->key);
		row[1] = part_out(v->status);
		row[2] = part_out(v->model);
		row[3] = part_count(v->s.jobs);
		row[4] = rate(v->s.failed, decided(&v->s));
		row[5] = interval(r, v->s.failed, decided(&v->s));
		row[6] = part_count(decided(&v->s));
		row[7] = rate(v->before.failed, decided(&v->before));
		row[8] = part_count(decided(&v->before));
		row[9] = v->p95_ms < 0 ? (Part){ 0 } : part_count(v->p95_ms);
		row[10] = part_nusd(v->s.nusd);
		row[11] = part_count(v->s.unpriced);
	}
}

/* Is it this agent, or everybody? */
static void put_others(Report *r, const IncidentFacts *f)
{
	static const ReportColumn columns[] = { { NULL, "Agent", false }, { NULL, "Jobs", true }, { NULL, "Errors", true },
	                                        { NULL, "95 % interval", true }, { NULL, "n", true } };
	ReportTable *t;
	Sums all = { 0 };
	Part *row;

	if (!f->agent.n)
		return;
	report_heading(r, "Other agents in the same time");
	for (size_t i = 0; i < f->others; i++)
		sums_add(&all, &f->other[i].s);
	t = report_table(r, COLUMNS(columns), false);
	for (size_t i = 0; i <= f->others && i <= OTHERS_SHOWN; i++) {
		bool last = i == f->others || i == OTHERS_SHOWN;
		const Sums *s = last ? &all : &f->other[i].s;

		row = report_row(r, t);
		row[0] = last ? part_own("all others") : part_out(f->other[i].agent);
		row[1] = part_count(s->jobs);
		row[2] = rate(s->failed, decided(s));
		row[3] = interval(r, s->failed, decided(s));
		row[4] = part_count(decided(s));
	}
}

static void put_errors(Report *r, const IncidentFacts *f)
{
	static const ReportColumn columns[] = {
		{ NULL, "Error", false }, { NULL, "Version", false }, { NULL, "Jobs", true }, { NULL, "Share", true }, { NULL, "First", false },
		{ NULL, "Last", false }, { NULL, "For example", false },
	};
	ReportTable *t;

	report_heading(r, "Classes of errors");
	if (!f->errors) {
		REPORT_PUT(r, BLOCK_TEXT, part_own("No job failed in the window."));
		return;
	}
	if (f->failed_read < f->failed_all)
		REPORT_PUT(r, BLOCK_TEXT, part_own("Of "), part_count(f->failed_all), part_own(" failed jobs the newest "), part_count(f->failed_read),
		           part_own(" were looked at."));
	t = report_table(r, COLUMNS(columns), false);
	for (size_t i = 0; i < f->errors && i < ERRORS_SHOWN; i++) {
		const ErrorFact *x = &f->error[i];
		Part *row = report_row(r, t);

		row[0] = x->code.n ? part_out(x->code) : part_own("(no code)");
		row[1] = part_out(x->version);
		row[2] = part_count(x->n);
		row[3] = rate(x->n, f->failed_read);
		row[4] = part_time(x->first_ms);
		row[5] = part_time(x->last_ms);
		row[6] = part_out(x->example);
	}
	if (f->errors > ERRORS_SHOWN)
		REPORT_PUT(r, BLOCK_TEXT, part_count((int64_t)(f->errors - ERRORS_SHOWN)), part_own(" rarer classes are left out; JSON has them."));
}

static void put_cost(Report *r, const IncidentFacts *f)
{
	report_heading(r, "Cost");
	REPORT_PUT(r, BLOCK_ITEM, part_own("In the window: "), part_nusd(f->total.nusd), part_own(" "), part_own(f->head.place[0].basis), part_own(", "),
	           part_count(f->total.jobs), part_own(" jobs, "), part_count(f->total.unpriced), part_own(" of them without a price"));
	if (!f->against.known) {
		REPORT_PUT(r, BLOCK_ITEM, part_own("What is usual is not known for all of these hours"));
		return;
	}
	REPORT_PUT(r, BLOCK_ITEM, part_own("Whole hours of the window: "), part_nusd(f->bridge.now_nusd), part_own(" against a usual "),
	           part_nusd(f->bridge.base_nusd));
	export_bridge(r, &f->bridge);
}

static void put_pointers(Report *r, const IncidentFacts *f)
{
	report_heading(r, "Pointers, and their history of 30 days");
	for (size_t i = 0; i < f->pointers; i++) {
		const PointerFact *p = &f->pointer[i];

		REPORT_PUT(r, BLOCK_ITEM, part_out(p->name), part_own(" stands at "), part_out(p->routes), part_own(", rev "), part_count(p->rev),
		           part_own(p->paused ? ", paused" : ""), part_own(p->locked ? ", locked by an action" : ""), part_own(", written "),
		           part_time(p->updated_ms), part_own(" by "), part_out(p->by));
	}
	export_changes(r, &f->head, f->move, f->moves);
}

/* Who moved what, why, and what it ended in. */
static void put_actions(Report *r, const IncidentFacts *f)
{
	static const ReportColumn columns[] = {
		{ NULL, "Begun", false }, { NULL, "Ended", false }, { NULL, "Action", false }, { NULL, "Pointer", false }, { NULL, "From", false },
		{ NULL, "To", false }, { NULL, "Outcome", false }, { NULL, "Claim", false }, { NULL, "By", false }, { NULL, "Host", false },
		{ NULL, "Reason", false }, { NULL, "Operation", false },
	};
	ReportTable *t;

	report_heading(r, "Actions");
	if (f->audit.bad_row)
		REPORT_PUT(r, BLOCK_TEXT, part_own("The audit file of this machine does not hold: line "), part_count(f->audit.bad_row),
		           part_own(": "), part_own(f->audit.why), part_own("."));
	if (!f->actions) {
		REPORT_PUT(r, BLOCK_TEXT, part_own("None from this machine in the window, as its audit file says."));
		return;
	}
	REPORT_PUT(r, BLOCK_TEXT, part_own("From this machine, as its audit file says; what others moved is above and in the table's own items."));
	t = report_table(r, COLUMNS(columns), false);
	for (size_t i = 0; i < f->actions; i++) {
		const AuditRow *first = f->action[i].first, *last = f->action[i].last;
		Part *row = report_row(r, t);

		row[0] = part_time(first->at_ms);
		row[1] = last != first ? part_time(last->at_ms) : (Part){ 0 };
		row[2] = part_out(first->action);
		row[3] = part_out(first->pointer);
		row[4] = part_out(route_text(first->from, r->a));
		row[5] = part_out(route_text(first->to, r->a));
		row[6] = last->note.n ? part_out(arena_printf(r->a, "%s: %.*s", last->event, STR_ARG(last->note))) : part_out(str_of(last->event));
		row[7] = part_own(last->claim ? "yes" : "NO CLAIM");
		row[8] = part_out(first->by);
		row[9] = part_out(first->host);
		row[10] = part_out(first->reason);
		row[11] = part_out(first->op);
	}
	for (size_t i = 0; i < f->actions; i++)
		for (size_t k = 0; k < f->action[i].last->requests; k++)
			REPORT_PUT(r, BLOCK_ITEM, part_own("AWS request "), part_out(f->action[i].last->request[k]), part_own(" of "),
			           part_out(f->action[i].first->op));
}

static Part value(Report *r, const AlertRow *a, int64_t v)
{
	Buf b = { 0 };
	Part p = { 0 };

	if (v != ALERT_NONE) {
		watched_value(&b, a->metric, v);
		p = part_text(arena_str(r->a, buf_str(&b)));
	}
	buf_done(&b);
	return p;
}

static Part threshold(Report *r, const AlertView *v)
{
	return v->has_threshold ? part_text(arena_printf(r->a, "%g", v->threshold)) : value(r, &v->r, v->r.threshold);
}

static void put_said(Report *r, const AlertView *v)
{
	const Said *a = &v->r.acked, *s = &v->r.silenced;

	if (a->at_ms)
		REPORT_PUT(r, BLOCK_ITEM, part_out(v->r.rule), part_own(" "), v->r.key.n ? part_out(v->r.key) : part_own(""), part_own(" acknowledged at "),
		           part_time(a->at_ms), part_own(" by "), part_out(a->by), part_own(": "), part_out(a->reason));
	if (s->at_ms)
		REPORT_PUT(r, BLOCK_ITEM, part_out(v->r.rule), part_own(" "), v->r.key.n ? part_out(v->r.key) : part_own(""), part_own(" silenced at "),
		           part_time(s->at_ms), part_own(" until "), part_time(s->until_ms), part_own(" by "), part_out(s->by), part_own(": "),
		           part_out(s->reason));
}

static void put_alerts(Report *r, const IncidentFacts *f)
{
	static const ReportColumn columns[] = {
		{ NULL, "Alert", false }, { NULL, "Of", false }, { NULL, "State", false }, { NULL, "Severity", false }, { NULL, "Since", false },
		{ NULL, "Value", true }, { NULL, "Limit", true }, { NULL, "Usual", true }, { NULL, "n", true }, { NULL, "Fired", true },
	};
	ReportTable *t;

	report_heading(r, "Alerts");
	if (!f->shown_n) {
		REPORT_PUT(r, BLOCK_TEXT, part_own("None that is known of."));
		return;
	}
	t = report_table(r, COLUMNS(columns), false);
	for (size_t i = 0; i < f->shown_n; i++) {
		const AlertView *v = &f->shown[i];
		Part *row = report_row(r, t);

		row[0] = part_out(v->r.rule);
		row[1] = part_out(v->r.key);
		row[2] = part_own(v->unknown && v->state == ALERT_OK ? "insufficient data" : alert_state_name(v->state));
		row[3] = v->cloudwatch ? (Part){ 0 } : part_own(alert_severity_names[v->r.severity]);
		row[4] = part_time(v->r.st.since_ms);
		row[5] = value(r, &v->r, v->r.value);
		row[6] = threshold(r, v);
		row[7] = value(r, &v->r, v->r.baseline);
		row[8] = v->cloudwatch ? (Part){ 0 } : part_count(v->r.count);
		row[9] = v->cloudwatch ? (Part){ 0 } : part_text(arena_printf(r->a, "%lldx", (long long)v->r.episode));
	}
	for (size_t i = 0; i < f->shown_n; i++)
		put_said(r, &f->shown[i]);
}

static void put_runbook(Report *r, const IncidentFacts *f)
{
	Buf b = { 0 };

	if (!f->rule)
		return;
	report_heading(r, "Runbook of the alert");
	watched_rule(&b, f->rule);
	REPORT_PUT(r, BLOCK_TEXT, part_out(f->rule->id), part_own(": "), part_text(arena_str(r->a, buf_str(&b))));
	buf_done(&b);
	for (size_t i = 0; i < f->rule->steps; i++)
		REPORT_PUT(r, BLOCK_STEP, part_out(f->rule->step[i]));
	if (!f->rule->steps)
		REPORT_PUT(r, BLOCK_TEXT, part_own("The rule has no steps; `runbook:` in config.yaml writes them down."));
}

static void put_events(Report *r, const IncidentFacts *f)
{
	static const ReportColumn columns[] = {
		{ "time", "Time", false }, { "event", "Event", false }, { "what", "What", false }, { "text", "Details", false }, { "who", "Who", false },
	};
	ReportTable *t;

	report_heading(r, "Timeline");
	if (!f->events)
		REPORT_PUT(r, BLOCK_TEXT, part_own("Nothing that is known of."));
	if (f->events > EVENTS_SHOWN)
		REPORT_PUT(r, BLOCK_TEXT, part_own("The last "), part_count(EVENTS_SHOWN), part_own(" of "), part_count((int64_t)f->events),
		           part_own("; JSON has all."));
	t = report_table(r, COLUMNS(columns), true);
	for (size_t i = f->events > EVENTS_SHOWN ? f->events - EVENTS_SHOWN : 0; i < f->events; i++) {
		const EventFact *ev = &f->event[i];
		Part *row = report_row(r, t);

		row[0] = part_time(ev->ms);
		row[1] = part_own(event_name(ev->kind));
		row[2] = part_out(ev->what);
		row[3] = part_out(ev->text);
		row[4] = part_out(ev->who);
	}
}

static void chart_errors(Report *r, const IncidentFacts *f)
{
	const SlotFacts *t = &f->slot;
	ReportSeries *s = ARENA_ARRAY(r->a, ReportSeries, t->versions + 1);
	int64_t *v = ARENA_ARRAY(r->a, int64_t, 3 * t->slots * SLOT_VERSIONS + 1);

	for (size_t k = 0; k < t->versions; k++, v += 3 * t->slots) {
		for (size_t i = 0; i < t->slots; i++) {
			int64_t n = t->decided[k * t->slots + i], failed = t->failed[k * t->slots + i];

			v[i] = n ? fig_ppm(failed, n) : REPORT_GAP;
			interval_95(failed, n, &v[t->slots + i], &v[2 * t->slots + i]);
		}
		s[k] = (ReportSeries){ .name = part_out(t->version[k]), .v = v, .low = v + t->slots, .high = v + 2 * t->slots };
	}
	report_chart(r, &(ReportChart){ .title = arena_printf(r->a, "Failed jobs, %lld min each, with 95 %% intervals, and what was changed",
	             (long long)(t->slot_ms / 60000)).p, .ppm = true, .points = t->slots, .series = s, .n = t->versions, .from_ms = t->from_ms,
	             .until_ms = t->from_ms + (int64_t)t->slots * t->slot_ms, .mark = export_marks(r->a, f->before, f->befores), .marks = f->befores });
}

static void put_title(Report *r, const IncidentFacts *f)
{
	r->title[r->titles++] = part_own("Incident: ");
	if (f->alert)
		r->title[r->titles++] = part_out(f->alert->r.rule);
	if (f->alert && f->agent.n)
		r->title[r->titles++] = part_own(" of ");
	if (f->agent.n)
		r->title[r->titles++] = part_out(f->agent);
	r->title[r->titles++] = part_own(", ");
	r->title[r->titles++] = part_time(f->began_ms);
}

void export_incident_report(Report *r, const IncidentFacts *f)
{
	put_title(r, f);
	export_head(r, &f->head);
	REPORT_PUT(r, BLOCK_ITEM, part_own("Errors: "), rate(f->total.failed, decided(&f->total)), part_own(" ("), part_count(f->total.failed),
	           part_own(" of "), part_count(decided(&f->total)), part_own(")"));
	report_heading(r, "Changed before and during");
	REPORT_PUT(r, BLOCK_TEXT, part_own("From 24 h before "), part_time(f->began_ms), part_own(" on."));
	export_changes(r, &f->head, f->before, f->befores);
	put_versions(r, f);
	put_others(r, f);
	put_errors(r, f);
	chart_errors(r, f);
	put_alerts(r, f);
	put_runbook(r, f);
	put_cost(r, f);
	if (f->agent.n)
		put_pointers(r, f);
	put_actions(r, f);
	put_events(r, f);
	export_data(r, &f->head);
}
