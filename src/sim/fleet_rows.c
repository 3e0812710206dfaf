#include "sim/fleet.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "sim/fleet_hour.h"
#include "wire/time8601.h"

/* One job in the order of the index: when it last changed, then which one it is. */
typedef struct Entry {
	FleetView view;
	const FleetJob *job;
} Entry;

typedef struct Entries { Entry *at; size_t n, cap; } Entries;

typedef struct Walk {
	const FleetRows *rows;
	int64_t   now;
	JobState  state;
	SimRowFn  fn;
	void     *arg;
	Buf       item;
} Walk;

static int by_change(const void *pa, const void *pb)
{
	const Entry *a = pa, *b = pb;

	if (a->view.updated_ms != b->view.updated_ms)
		return a->view.updated_ms < b->view.updated_ms ? -1 : 1;
	if (a->job->created_ms != b->job->created_ms)
		return a->job->created_ms < b->job->created_ms ? -1 : 1;
	return a->job->index < b->job->index ? -1 : a->job->index > b->job->index;
}

/* Jobs with that state whose last change fell into the hour. A job lives less than an hour: two hours of arrivals do. */
static void gather(const Walk *w, int64_t hour, Entries *out)
{
	out->n = 0;
	for (int64_t h = hour - 1; h <= hour; h++) {
		FleetHour made = fleet_hour(w->rows->fleet, h);
		for (size_t i = 0; i < made.n; i++) {
			Entry e = { .job = &made.job[i] };
			if (h < fleet_first_hour(w->rows->fleet) || !fleet_job_at(e.job, w->now, &e.view))
				continue;
			if (e.view.state != w->state || e.view.updated_ms / HOUR_MS != hour)
				continue;
			VEC_GROW(out->at, out->cap, out->n + 1);
			out->at[out->n++] = e;
		}
	}
	if (out->n)
		qsort(out->at, out->n, sizeof *out->at, by_change);
}

static bool give(Walk *w, const FleetJob *j, const FleetView *v)
{
	char time[TIME_TEXT];

	buf_reset(&w->item);
	fleet_job_item(w->rows->fleet, j, v, &w->item);
	time_format_iso(v->updated_ms, time);
	return w->fn(w->arg, str_of(time), buf_str(&w->item));
}

/* `from` is text and compared as text; as a time it only chooses the hour to begin with. */
static int64_t hour_to_begin(Str from, bool backward, int64_t first, int64_t last)
{
	int64_t ms = 0, hour;

	if (!from.n || time_parse_iso(from, &ms) < 0)
		return backward ? last : first;
	hour = ms / HOUR_MS;
	return hour < first ? first : hour > last ? last : hour;
}

static void walk_index(Walk *w, Str from, bool backward)
{
	bool open = w->state == JOB_QUEUED || w->state == JOB_RUNNING;
	int64_t last = w->now / HOUR_MS, first = open ? last - 1 : fleet_first_hour(w->rows->fleet);
	Entries found = {0};
	bool go = true;

	for (int64_t h = hour_to_begin(from, backward, first, last); go && h >= first && h <= last; h += backward ? -1 : 1) {
		gather(w, h, &found);
		for (size_t i = 0; i < found.n && go; i++) {
			const Entry *e = &found.at[backward ? found.n - 1 - i : i];
			char time[TIME_TEXT];
			time_format_iso(e->view.updated_ms, time);
			if (from.n && (backward ? str_cmp(str_of(time), from) > 0 : str_cmp(str_of(time), from) < 0))
				continue;
			go = give(w, e->job, &e->view);
		}
	}
	free(found.at);
}

/* The whole table, in the order of arrival; `from` is then a job's id to begin with. */
static void walk_table(Walk *w, Str from)
{
	const FleetJob *begin = from.n ? fleet_job_find(w->rows->fleet, from) : NULL;
	int64_t h = begin ? begin->created_ms / HOUR_MS : fleet_first_hour(w->rows->fleet);
	bool skip = begin != NULL, go = true;
	uint32_t begin_index = begin ? begin->index : 0;
	FleetView v;

	for (; go && h <= w->now / HOUR_MS; h++) {
		FleetHour made = fleet_hour(w->rows->fleet, h);
		for (size_t i = 0; i < made.n && go; i++) {
			if (skip && made.job[i].index != begin_index)
				continue;
			skip = false;
			if (fleet_job_at(&made.job[i], w->now, &v))
				go = give(w, &made.job[i], &v);
		}
	}
}

static void rows_each(void *arg, const char *index, Str hash, Str from, bool backward, SimRowFn fn, void *fn_arg)
{
	const FleetRows *rows = arg;
	Walk w = { .rows = rows, .now = rows->now(rows->now_arg), .fn = fn, .arg = fn_arg };

	if (*index) {
		w.state = job_state_of(hash);
		if (w.state != JOB_OTHER)
			walk_index(&w, from, backward);
	} else if (!hash.n) {
		walk_table(&w, from);
	} else {
		const FleetJob *j = fleet_job_find(rows->fleet, hash);
		FleetView v;
		if (j && fleet_job_at(j, w.now, &v))
			(void)give(&w, j, &v);
	}
	buf_done(&w.item);
}

static bool rows_get(void *arg, Str hash, Str range, Buf *item_json)
{
	const FleetRows *rows = arg;
	const FleetJob *j = fleet_job_find(rows->fleet, hash);
	FleetView v;

	(void)range;               /* the jobs table has no range key */
	if (!j || !fleet_job_at(j, rows->now(rows->now_arg), &v))
		return false;
	fleet_job_item(rows->fleet, j, &v, item_json);
	return true;
}

SimRows fleet_rows(FleetRows *r)
{
	return (SimRows){ .arg = r, .each = rows_each, .get = rows_get };
}
