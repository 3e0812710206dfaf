#include "store/window.h"

#include "base/num.h"

static const int64_t minute_ms = 60000;

static int64_t ceil_div(int64_t a, int64_t b)
{
	return a / b + (a % b > 0);
}

/* Where rows or totals have been forgotten, a span less some of its rows is not the rest of it. */
static int is_whole(Store *s, int64_t start_ms, bool *whole, Err *e)
{
	static const char sql[] = "SELECT coalesce(max(value), 0) FROM meta WHERE key IN ('pruned_jobs_ms', 'pruned_hours_ms')";
	int64_t pruned;

	if (db_int(s, sql, &pruned, e) < 0)
		return -1;
	*whole = start_ms >= 0 && start_ms >= pruned;
	return 0;
}

/* A part of one span: by the minute where these are kept, else its rows, or the span without its other rows. */
static int read_part(Store *s, const WindowSource *w, void *arg, int64_t from_ms, int64_t until_ms, Err *e)
{
	int64_t span = floor_div(from_ms, w->span_ms), first = ceil_div(from_ms, minute_ms), last = floor_div(until_ms, minute_ms);
	bool whole;

	if (from_ms >= until_ms)
		return 0;
	if (w->minutes && first <= last)
		return w->rows(s, arg, from_ms, first * minute_ms, false, e) < 0 || w->minutes(s, arg, first, last, e) < 0 ||
		       w->rows(s, arg, last * minute_ms, until_ms, false, e) < 0 ? -1 : 0;
	if (is_whole(s, span * w->span_ms, &whole, e) < 0)
		return -1;
	if (!whole || until_ms - from_ms <= w->span_ms / 2)
		return w->rows(s, arg, from_ms, until_ms, false, e);
	return w->spans(s, arg, span, span + 1, e) < 0 || w->rows(s, arg, span * w->span_ms, from_ms, true, e) < 0 ||
	       w->rows(s, arg, until_ms, (span + 1) * w->span_ms, true, e) < 0 ? -1 : 0;
}

static int read_parts(Store *s, const WindowSource *w, void *arg, int64_t from_ms, int64_t until_ms, Err *e)
{
	int64_t first = ceil_div(from_ms, w->span_ms), last = until_ms ? floor_div(until_ms, w->span_ms) : INT64_MAX / w->span_ms;

	if (first > last)
		return read_part(s, w, arg, from_ms, until_ms, e);
	if (read_part(s, w, arg, from_ms, first * w->span_ms, e) < 0 || (first < last && w->spans(s, arg, first, last, e) < 0))
		return -1;
	return until_ms ? read_part(s, w, arg, last * w->span_ms, until_ms, e) : 0;
}

int window_read(Store *s, const WindowSource *from, void *arg, int64_t from_ms, int64_t until_ms, Err *e)
{
	bool begun;
	int rc;

	if (db_view(s, &begun, e) < 0)
		return -1;
	rc = read_parts(s, from, arg, from_ms, until_ms, e);
	db_view_end(s, begun);
	return rc;
}
