/* What every report says: whose data, how fresh and complete, why an amount differs, what was changed. */
#include "cli/export.h"

#include "cli/get.h"
#include "model/change.h"
#include "wire/time8601.h"

static Part day_of(Arena *a, int64_t ms)
{
	char text[TIME_TEXT];

	if (!ms)
		return part_own("not known");
	time_format_iso(ms, text);
	return part_text(arena_printf(a, "%.10s", text));
}

void export_head(Report *r, const FactsHead *h)
{
	REPORT_PUT(r, BLOCK_ITEM, part_own("Window: "), part_time(h->since_ms), part_own(" to "), part_time(h->until_ms));
	for (size_t i = 0; i < h->places; i++) {
		const FactsPlace *p = &h->place[i];

		REPORT_PUT(r, BLOCK_ITEM, part_own("Context "), part_out(p->context), part_own(", stage "), part_out(p->stage), part_own(", account "),
		           part_out(p->account), part_own(", region "), part_out(p->region), part_own("; amounts are "), part_own(p->basis),
		           part_own(", list prices of "), day_of(r->a, p->prices_ms));
	}
}

static void put_seen(Report *r, const FactsHead *h)
{
	if (!h->seen_from_ms || h->counted <= 0) {
		REPORT_PUT(r, BLOCK_ITEM, part_own("Seen: not known; CloudWatch has told no token counts of this window to this snapshot"));
		return;
	}
	REPORT_PUT(r, BLOCK_ITEM, part_own("Seen: "), part_ppm(fig_ppm(h->booked, h->counted)), part_own(" ("), part_count(h->booked),
	           part_own(" tokens booked of "), part_count(h->counted), part_own(" that CloudWatch counted, "), part_time(h->seen_from_ms),
	           part_own(" to "), part_time(h->seen_until_ms), part_own(")"));
}

void export_data(Report *r, const FactsHead *h)
{
	report_heading(r, "The data");
	if (!h->covered_from_ms)
		REPORT_PUT(r, BLOCK_ITEM, part_own("Jobs: from when on they are complete is not known"));
	else if (h->covered_from_ms > h->since_ms)
		REPORT_PUT(r, BLOCK_ITEM, part_own("Jobs: complete only since "), part_time(h->covered_from_ms), part_own(", which is within the window"));
	else
		REPORT_PUT(r, BLOCK_ITEM, part_own("Jobs: complete since "), part_time(h->covered_from_ms));
	put_seen(r, h);
	for (size_t i = 0; i < h->feeds; i++) {
		const FeedFact *f = &h->feed[i];
		bool many = h->places > 1;

		REPORT_PUT(r, BLOCK_ITEM, part_own("Feed "), part_out(f->name), part_own(many ? " of " : ""),
		           many ? part_out(h->place[f->place].context) : part_own(""), part_own(f->fresh_ms ? ": fresh at " : ": never answered"),
		           f->fresh_ms ? part_time(f->fresh_ms) : part_own(""), part_own(f->failed ? "; it failed: " : ""),
		           f->failed ? part_out(f->error) : part_own(""));
	}
	REPORT_PUT(r, BLOCK_TEXT, part_own("Made by seismo at "), part_time(h->made_ms), part_own("."));
}

static const ReportColumn change_columns[] = {
	{ NULL, "Time", false }, { NULL, "Kind", false }, { NULL, "Object", false }, { NULL, "From", false }, { NULL, "To", false },
	{ NULL, "Who", false }, { NULL, "Source", false },
};

void export_changes(Report *r, const FactsHead *h, const ChangeFact *c, size_t n)
{
	ReportTable *t;

	(void)h;
	if (!n) {
		REPORT_PUT(r, BLOCK_TEXT, part_own("Nothing that is known of."));
		return;
	}
	t = report_table(r, change_columns, sizeof change_columns / sizeof *change_columns, false);
	for (size_t i = 0; i < n; i++) {
		const Change *x = &c[i].c;
		Part *row = report_row(r, t);

		row[0] = part_time(x->time_ms);
		row[1] = part_own(change_kind_name(x->kind));
		row[2] = part_out(x->object);
		row[3] = part_out(x->from);
		row[4] = part_out(x->to);
		row[5] = part_out(change_actor(x->by));
		row[6] = part_own(change_source_name(x->source));
	}
}

ReportMark *export_marks(Arena *a, const ChangeFact *c, size_t n)
{
	ReportMark *m = ARENA_ARRAY(a, ReportMark, n + 1);

	for (size_t i = 0; i < n; i++)
		m[i] = (ReportMark){ c[i].c.time_ms, part_out(arena_printf(a, "%s %.*s  %.*s > %.*s", change_kind_name(c[i].c.kind),
		                                      STR_ARG(c[i].c.object), STR_ARG(c[i].c.from), STR_ARG(c[i].c.to))) };
	return m;
}

void export_bridge(Report *r, const Bridge *b)
{
	static const ReportColumn columns[] = { { NULL, "Effect", false }, { NULL, "USD", true } };
	ReportTable *t = report_table(r, columns, 2, false);

	for (int i = 0; i < BRIDGE_EFFECTS; i++) {
		Part *row = report_row(r, t);

		row[0] = part_own(bridge_effect_name((BridgeEffect)i));
		row[1] = part_nusd(b->effect[i]);
	}
	Part *all = report_row(r, t);

	all[0] = part_own("difference");
	all[1] = part_nusd(b->now_nusd - b->base_nusd);
}

/* --- JSON --- */

void export_head_json(JsonW *w, const FactsHead *h)
{
	get_time(w, "made", h->made_ms);
	get_time(w, "since", h->since_ms);
	get_time(w, "until", h->until_ms);
	jw_key(w, "contexts");
	jw_array(w);
	for (size_t i = 0; i < h->places; i++) {
		const FactsPlace *p = &h->place[i];

		jw_object(w);
		get_str(w, "context", p->context);
		get_str(w, "stage", p->stage);
		get_str(w, "account", p->account);
		get_str(w, "region", p->region);
		jw_kstr(w, "basis", str_of(p->basis));
		get_time(w, "pricesOf", p->prices_ms);
		jw_object_end(w);
	}
	jw_array_end(w);
}

static void feeds_json(JsonW *w, const FactsHead *h)
{
	jw_key(w, "feeds");
	jw_array(w);
	for (size_t i = 0; i < h->feeds; i++) {
		const FeedFact *f = &h->feed[i];

		jw_object(w);
		get_str(w, "context", h->place[f->place].context);
		get_str(w, "feed", f->name);
		get_time(w, "fresh", f->fresh_ms);
		get_time(w, "completeSince", f->covered_from_ms);
		get_str(w, "error", f->failed ? f->error : STR(""));
		jw_object_end(w);
	}
	jw_array_end(w);
}

void export_data_json(JsonW *w, const FactsHead *h)
{
	jw_key(w, "data");
	jw_object(w);
	get_time(w, "completeSince", h->covered_from_ms);
	if (h->seen_from_ms && h->counted > 0) {
		jw_key(w, "seen");
		jw_object(w);
		get_time(w, "since", h->seen_from_ms);
		get_time(w, "until", h->seen_until_ms);
		jw_ki64(w, "bookedTokens", h->booked);
		jw_ki64(w, "countedTokens", h->counted);
		jw_knum(w, "share", (double)h->booked / (double)h->counted);
		jw_object_end(w);
	} else {
		jw_knull(w, "seen");
	}
	feeds_json(w, h);
	jw_object_end(w);
}

void export_changes_json(JsonW *w, const char *key, const FactsHead *h, const ChangeFact *c, size_t n)
{
	jw_key(w, key);
	jw_array(w);
	for (size_t i = 0; i < n; i++) {
		jw_object(w);
		if (h->places > 1)
			get_str(w, "context", h->place[c[i].place].context);
		get_change(w, &c[i].c);
		jw_object_end(w);
	}
	jw_array_end(w);
}

void export_bridge_json(JsonW *w, const Bridge *b)
{
	jw_key(w, "bridge");
	jw_array(w);
	for (int i = 0; i < BRIDGE_EFFECTS; i++) {
		jw_object(w);
		jw_kstr(w, "effect", str_of(bridge_effect_name((BridgeEffect)i)));
		jw_ki64(w, "nanoUsd", b->effect[i]);
		jw_object_end(w);
	}
	jw_array_end(w);
}
