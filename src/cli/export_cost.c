/* The report of costs: as blocks for people, and as JSON. */
#include "cli/export.h"

#include "cli/get.h"

enum { GROUPS_SHOWN = 100, GROUPS_CHART = 12, HOURS_SHOWN = 72, CHART_POINTS = 24 * 14, DAY_HOURS = 24, HEAD_CHANGES = 100 };

static const ReportColumn group_columns[] = {
	{ "context", NULL, false },
	{ "account", NULL, false },
	{ "region", NULL, false },
	{ "key", "Key", false },
	{ "nanoUsd", "USD", true },
	{ "usualNanoUsd", "Usual", true },
	{ "deltaNanoUsd", "Difference", true },
	{ "jobs", "Jobs", true },
	{ "unpricedJobs", "Unpriced", true },
	{ "tokens.input", "Input", true },
	{ "tokens.output", "Output", true },
	{ "tokens.cacheRead", "Cache read", true },
	{ "tokens.cacheWrite5m", "Write 5m", true },
	{ "tokens.cacheWrite1h", "Write 1h", true },
};
enum { GROUP_COLUMNS = sizeof group_columns / sizeof *group_columns };
static const ReportColumn hour_columns[] = {
	{ "since", "From", false }, { "until", NULL, false }, { "nanoUsd", "USD", true }, { "usualNanoUsd", "Usual", true },
	{ "jobs", "Jobs", true }, { "unpricedJobs", "Unpriced", true },
};
enum { HOUR_COLUMNS = sizeof hour_columns / sizeof *hour_columns };

/* --- blocks --- */

static void put_sums(Part *row, const Sums *s)
{
	row[0] = part_count(s->jobs);
	row[1] = part_count(s->unpriced);
	row[2] = part_count(s->tok.input);
	row[3] = part_count(s->tok.output);
	row[4] = part_count(s->tok.cache_read);
	row[5] = part_count(s->tok.cache_write_5m);
	row[6] = part_count(s->tok.cache_write_1h);
}

static void put_group(Report *r, ReportTable *t, const CostFacts *f, const CostFact *g)
{
	const FactsPlace *p = &f->head.place[g->place];
	Part *row = report_row(r, t);

	row[0] = part_out(p->context);
	row[1] = part_out(p->account);
	row[2] = part_out(p->region);
	row[3] = g->key.n ? part_out(g->key) : part_own("(none)");
	row[4] = part_nusd(g->s.nusd);
	if (g->compared) {
		row[5] = part_nusd(g->usual_nusd);
		row[6] = part_nusd(g->now_nusd - g->usual_nusd);
	}
	put_sums(row + 7, &g->s);
}

static ReportColumn *named_columns(Report *r, const CostFacts *f)
{
	ReportColumn *c = ARENA_ARRAY(r->a, ReportColumn, GROUP_COLUMNS);

	for (size_t i = 0; i < GROUP_COLUMNS; i++)
		c[i] = group_columns[i];
	c[0].title = f->head.places > 1 ? "Context" : NULL;
	return c;
}

/* The page has the dearest and what the others come to, so that it adds up; CSV has all. */
static void put_groups(Report *r, const CostFacts *f)
{
	ReportColumn *c = named_columns(r, f), *all = ARENA_ARRAY(r->a, ReportColumn, GROUP_COLUMNS);
	ReportTable *t = report_table(r, c, GROUP_COLUMNS, false);
	CostFact rest = { .key = STR(""), .s = { 0 } };
	Part *row;

	for (size_t i = 0; i < f->groups && i < GROUPS_SHOWN; i++)
		put_group(r, t, f, &f->group[i]);
	for (size_t i = GROUPS_SHOWN; i < f->groups; i++)
		sums_add(&rest.s, &f->group[i].s);
	if (f->groups > GROUPS_SHOWN) {
		row = report_row(r, t);
		row[3] = part_text(arena_printf(r->a, "%zu others", f->groups - GROUPS_SHOWN));
		row[4] = part_nusd(rest.s.nusd);
		put_sums(row + 7, &rest.s);
	}
	row = report_row(r, t);
	row[3] = part_own("**total**");
	row[4] = part_nusd(f->total.nusd);
	put_sums(row + 7, &f->total);
	for (size_t i = 0; i < GROUP_COLUMNS; i++)
		all[i] = (ReportColumn){ group_columns[i].key, NULL, false };
	t = report_table(r, all, GROUP_COLUMNS, true);
	for (size_t i = 0; i < f->groups; i++)
		put_group(r, t, f, &f->group[i]);
}

static void put_hours(Report *r, const CostFacts *f)
{
	ReportTable *t;

	report_heading(r, "By hour (UTC)");
	if (f->hours > HOURS_SHOWN && !f->by_hour) {
		REPORT_PUT(r, BLOCK_TEXT, part_count((int64_t)f->hours), part_own(" hours; `--by hour` lists them."));
		return;
	}
	t = report_table(r, hour_columns, HOUR_COLUMNS, f->by_hour);
	for (size_t i = 0; i < f->hours; i++) {
		const HourFact *h = &f->hour[i];
		Part *row = report_row(r, t);

		row[0] = part_time(h->from_ms);
		row[1] = part_time(h->until_ms);
		row[2] = part_nusd(h->s.nusd);
		if (h->usual_nusd != FIG_NONE)
			row[3] = part_nusd(h->usual_nusd);
		row[4] = part_count(h->s.jobs);
		row[5] = part_count(h->s.unpriced);
	}
}

static void put_why(Report *r, const CostFacts *f)
{
	report_heading(r, "Why it differs from what is usual");
	if (!f->against.known) {
		REPORT_PUT(r, BLOCK_TEXT, part_own("What is usual is not known for all hours of the window: it takes 12 hours like each of "
		           "them within 35 days. A console or `seismo collect` reads these days in the background."));
		return;
	}
	REPORT_PUT(r, BLOCK_TEXT, part_own("Hours from "), part_time(f->compared_from_ms), part_own(" to "), part_time(f->compared_until_ms),
	           part_own(": "), part_nusd(f->bridge.now_nusd), part_own(" against a usual "), part_nusd(f->bridge.base_nusd), part_own(" (n = "),
	           part_count(f->against.samples), part_own(" hours where they are fewest). The effects add up to the difference exactly."));
	export_bridge(r, &f->bridge);
}

static void put_unpriced(Report *r, const CostFacts *f)
{
	static const ReportColumn columns[] = { { NULL, "Model", false }, { NULL, "Calls", true }, { NULL, "Tokens", true } };
	ReportTable *t;

	report_heading(r, "Without a price");
	if (!f->unpriced_n) {
		REPORT_PUT(r, BLOCK_TEXT, part_own("No call of the window lacks a price."));
		return;
	}
	REPORT_PUT(r, BLOCK_TEXT, part_own("These calls are in no amount above."));
	t = report_table(r, columns, 3, false);
	for (size_t i = 0; i < f->unpriced_n; i++) {
		Part *row = report_row(r, t);

		row[0] = f->unpriced[i].row.model.n ? part_out(f->unpriced[i].row.model) : part_own("(no model)");
		row[1] = part_count(f->unpriced[i].row.jobs);
		row[2] = part_count(tokens_total(&f->unpriced[i].row.tokens));
	}
}

/* --- charts --- */

static void chart_hours(Report *r, const CostFacts *f)
{
	size_t each = f->hours > CHART_POINTS ? DAY_HOURS : 1, n = (f->hours + each - 1) / each;
	int64_t *now = ARENA_ARRAY(r->a, int64_t, n + 1), *usual = ARENA_ARRAY(r->a, int64_t, n + 1);
	ReportSeries *s = ARENA_ARRAY(r->a, ReportSeries, 2);

	for (size_t i = 0; i < f->hours; i++) {
		const HourFact *h = &f->hour[i];
		int64_t *u = &usual[i / each];

		now[i / each] += h->s.nusd;
		*u = *u == REPORT_GAP || h->usual_nusd == FIG_NONE ? REPORT_GAP : *u + h->usual_nusd;
	}
	s[0] = (ReportSeries){ .name = part_text(arena_printf(r->a, "USD an %s, %s", each > 1 ? "24 hours" : "hour", f->head.place[0].basis)), .v = now };
	s[1] = (ReportSeries){ .name = part_own("usual"), .v = usual };
	report_chart(r, &(ReportChart){ .title = "Cost over time, with what was changed", .bars = true, .points = n, .series = s, .n = 2,
	             .from_ms = f->hours ? f->hour[0].from_ms : 0, .until_ms = f->hours ? f->hour[f->hours - 1].until_ms : 0,
	             .mark = export_marks(r->a, f->change, f->changes), .marks = f->changes });
}

static void chart_groups(Report *r, const CostFacts *f)
{
	size_t n = f->groups < GROUPS_CHART ? f->groups : GROUPS_CHART;
	int64_t *now = ARENA_ARRAY(r->a, int64_t, n + 1), *usual = ARENA_ARRAY(r->a, int64_t, n + 1);
	Part *name = ARENA_ARRAY(r->a, Part, n + 1);
	ReportSeries *s = ARENA_ARRAY(r->a, ReportSeries, 2);

	for (size_t i = 0; i < n; i++) {
		now[i] = f->group[i].s.nusd;
		usual[i] = f->group[i].compared ? f->group[i].usual_nusd : REPORT_GAP;
		name[i] = f->group[i].key.n ? part_out(f->group[i].key) : part_own("(none)");
	}
	s[0] = (ReportSeries){ .name = part_text(arena_printf(r->a, "USD, %s", f->head.place[0].basis)), .v = now };
	s[1] = (ReportSeries){ .name = part_own("usual"), .v = usual };
	report_chart(r, &(ReportChart){ .title = arena_printf(r->a, "The dearest by %s", dim_name(f->by)).p, .points = n, .series = s, .n = 2,
	             .name = name });
}

void export_cost_report(Report *r, const CostFacts *f)
{
	r->title[r->titles++] = part_own("Cost ");
	r->title[r->titles++] = part_time(f->head.since_ms);
	r->title[r->titles++] = part_own(" to ");
	r->title[r->titles++] = part_time(f->head.until_ms);
	REPORT_PUT(r, BLOCK_ITEM, part_own("Total: **"), part_nusd(f->total.nusd), part_own("** "), part_own(f->head.place[0].basis), part_own(", "),
	           part_count(f->total.jobs), part_own(" jobs, "), part_count(f->total.unpriced), part_own(" of them without a price"));
	if (f->against.known)
		REPORT_PUT(r, BLOCK_ITEM, part_own("Usual: "), part_nusd(f->bridge.base_nusd), part_own(", difference "),
		           part_nusd(f->bridge.now_nusd - f->bridge.base_nusd));
	export_head(r, &f->head);
	if (!f->by_hour) {
		report_heading(r, arena_printf(r->a, "By %s", dim_name(f->by)).p);
		put_groups(r, f);
		chart_groups(r, f);
	}
	put_why(r, f);
	put_hours(r, f);
	chart_hours(r, f);
	put_unpriced(r, f);
	report_heading(r, "Changed in the window");
	export_changes(r, &f->head, f->change, f->changes);
	export_data(r, &f->head);
}

/* --- JSON --- */

static void comparison_json(JsonW *w, const CostFacts *f)
{
	if (!f->against.known) {
		jw_knull(w, "comparison");
		return;
	}
	jw_key(w, "comparison");
	jw_object(w);
	get_time(w, "since", f->compared_from_ms);
	get_time(w, "until", f->compared_until_ms);
	jw_ki64(w, "nanoUsd", f->bridge.now_nusd);
	jw_ki64(w, "usualNanoUsd", f->bridge.base_nusd);
	jw_ki64(w, "deltaNanoUsd", f->bridge.now_nusd - f->bridge.base_nusd);
	jw_ki64(w, "samples", f->against.samples);
	export_bridge_json(w, &f->bridge);
	jw_object_end(w);
}

static void groups_json(JsonW *w, const CostFacts *f)
{
	jw_key(w, "groups");
	jw_array(w);
	for (size_t i = 0; i < f->groups; i++) {
		const CostFact *g = &f->group[i];

		jw_object(w);
		if (f->head.places > 1) {
			get_str(w, "account", f->head.place[g->place].account);
			get_str(w, "region", f->head.place[g->place].region);
		}
		get_str(w, "key", g->key);
		jw_ki64(w, "nanoUsd", g->s.nusd);
		if (g->compared) {
			jw_ki64(w, "usualNanoUsd", g->usual_nusd);
			jw_ki64(w, "deltaNanoUsd", g->now_nusd - g->usual_nusd);
		} else {
			jw_knull(w, "usualNanoUsd");
			jw_knull(w, "deltaNanoUsd");
		}
		jw_ki64(w, "jobs", g->s.jobs);
		jw_ki64(w, "unpricedJobs", g->s.unpriced);
		get_tokens(w, &g->s.tok);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void hours_json(JsonW *w, const CostFacts *f)
{
	jw_key(w, "hours");
	jw_array(w);
	for (size_t i = 0; i < f->hours; i++) {
		const HourFact *h = &f->hour[i];

		jw_object(w);
		get_time(w, "since", h->from_ms);
		get_time(w, "until", h->until_ms);
		jw_ki64(w, "nanoUsd", h->s.nusd);
		if (h->usual_nusd != FIG_NONE)
			jw_ki64(w, "usualNanoUsd", h->usual_nusd);
		else
			jw_knull(w, "usualNanoUsd");
		jw_ki64(w, "jobs", h->s.jobs);
		jw_ki64(w, "unpricedJobs", h->s.unpriced);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void export_cost_json(JsonW *w, const CostFacts *f)
{
	jw_object(w);
	jw_kstr(w, "report", STR("cost"));
	export_head_json(w, &f->head);
	jw_kstr(w, "by", f->by_hour ? STR("hour") : str_of(dim_name(f->by)));
	jw_ki64(w, "totalNanoUsd", f->total.nusd);
	jw_ki64(w, "jobs", f->total.jobs);
	jw_ki64(w, "unpricedJobs", f->total.unpriced);
	get_tokens(w, &f->total.tok);
	comparison_json(w, f);
	groups_json(w, f);
	hours_json(w, f);
	jw_key(w, "unpriced");
	jw_array(w);
	for (size_t i = 0; i < f->unpriced_n; i++) {
		jw_object(w);
		get_str(w, "model", f->unpriced[i].row.model);
		jw_ki64(w, "jobs", f->unpriced[i].row.jobs);
		get_tokens(w, &f->unpriced[i].row.tokens);
		jw_object_end(w);
	}
	jw_array_end(w);
	export_changes_json(w, "changes", &f->head, f->change, f->changes);
	export_data_json(w, &f->head);
	jw_object_end(w);
}
