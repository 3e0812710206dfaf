/* CloudWatch: which series there are (ListMetrics), then their points (GetMetricData) in batches of 100, incrementally.
 * A minute without traffic has no point, and stays a gap. */
#include "app/feed_impl.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/cloudwatch.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/jsonw.h"

enum { SERIES_MAX = 400, PER_CALL = 100, PERIOD_S = 60, RELIST_ROUNDS = 15, OVERLAP_MS = 600000, SCREEN_MS = 2 * 3600000 };

typedef struct MetricsState {
	Arena arena;                     /* of the list */
	CwMetric metric[SERIES_MAX];
	size_t count, at;                /* at: first series of the call in flight */
	size_t ns, ns_first;             /* namespace being listed, and its first metric */
	Pages  pages;                    /* of one namespace, then of one call for points */
	int64_t from_ms, until_ms, last_ms;
	int    until_relist;
	FeedBatch *batch;
	MetricSeries *series; size_t series_cap;
} MetricsState;

static int64_t interval(const ConfSources *src)
{
	return src->metrics_poll_ms;
}

static void drop_batch(MetricsState *st)
{
	if (st->batch) {
		arena_done(&st->batch->arena);
		free(st->batch);
	}
	st->batch = NULL;
}

static void free_state(void *state)
{
	MetricsState *st = state;

	drop_batch(st);
	pages_done(&st->pages);
	arena_done(&st->arena);
	free(st->series);
	free(st);
}

/* One statistic per metric: what is counted is summed, what is measured is averaged. */
static const char *stat_of(Str name)
{
	static const char *const averaged[] = { "Latency", "TimeToFirstToken", "Duration", "TotalTime",
											"TTFT",    "Utilization",      "Rate" };

	for (size_t i = 0; i < sizeof averaged / sizeof *averaged; i++)
		if (str_has(name, str_of(averaged[i])))
			return "Average";
	return "Sum";
}

static Str dimensions_json(Arena *a, const CwMetric *m)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	jw_object(&w);
	for (size_t i = 0; i < m->dims.n; i++) {
		char *key = arena_cstr(a, m->dims.v[i].name);

		jw_kstr(&w, key, m->dims.v[i].value);
	}
	jw_object_end(&w);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

static void ask_data(Feed *f, MetricsState *st);

static void start_call(Feed *f, MetricsState *st)
{
	pages_start(&st->pages, "CloudWatch's points", NULL, clock_mono_ms());
	ask_data(f, st);
}

static void stored(Feed *f, const Err *err, void *arg)
{
	MetricsState *st = arg;

	if (err) {
		feed_end(f, err);
		return;
	}
	st->at += PER_CALL;
	if (st->at < st->count) {
		start_call(f, st);
		return;
	}
	if (!st->last_ms || st->from_ms > st->last_ms)
		f->view.covered_from_ms = st->from_ms;
	st->last_ms = st->until_ms;
	feed_end(f, NULL);
}

static void add_series(MetricsState *st, const CwSeries *in)
{
	Arena *a = &st->batch->arena;
	size_t n = st->batch->b.series_count;
	MetricPoint *pt;
	int64_t i = 0;
	const CwMetric *m;

	/* Ids are "m<index>", as asked. */
	if (!in->id.n || str_i64(str_sub(in->id, 1, in->id.n), &i) < 0 || i < 0 || (size_t)i >= st->count)
		return;
	m = &st->metric[i];
	pt = ARENA_ARRAY(a, MetricPoint, in->v.n + 1);
	for (size_t k = 0; k < in->v.n; k++)
		pt[k] = (MetricPoint){ .t_ms = in->t.v[k], .has = isfinite(in->v.v[k]), .v = in->v.v[k] };
	VEC_GROW(st->series, st->series_cap, n + 1);
	st->series[n] = (MetricSeries){
		.ns = arena_str(a, m->ns), .name = arena_str(a, m->name), .dimensions_json = dimensions_json(a, m),
		.stat = str_of(stat_of(m->name)), .period_s = PERIOD_S, .points = pt, .count = in->v.n,
		.partial = !str_is(in->status, "Complete"),
	};
	st->batch->b.series_count++;
}

static void on_data(Feed *f, const void *out, const AwsError *err, void *arg)
{
	MetricsState *st = arg;
	const CwDataOut *data = out;
	FeedBatch *b = st->batch;
	PagesStep step = PAGES_BROKEN;
	MetricSeries *own;
	Err broken = { 0 };

	if (err && pages_restart(&st->pages, err->code, err->err.text)) {
		drop_batch(st);
		ask_data(f, st);
		return;
	}
	if (!err)
		step = pages_next(&st->pages, data->next_token, data->series.n, clock_mono_ms(), &broken);
	if (step == PAGES_BROKEN) {
		drop_batch(st);
		feed_end(f, err ? &err->err : &broken);
		return;
	}
	for (size_t i = 0; i < data->series.n; i++)
		add_series(st, &data->series.v[i]);
	if (step == PAGES_MORE) {
		ask_data(f, st);
		return;
	}
	own = ARENA_ARRAY(&b->arena, MetricSeries, b->b.series_count + 1);
	for (size_t i = 0; i < b->b.series_count; i++)
		own[i] = st->series[i];
	b->b.series = own;
	st->batch = NULL;
	feed_batch_write(b, stored, st);
}

static void ask_data(Feed *f, MetricsState *st)
{
	CwQuery q[PER_CALL];
	char id[PER_CALL][16];
	CwDataIn in = { .queries = { q, 0 }, .scan_by = STR("TimestampAscending"), .start_ms = st->from_ms, .end_ms = st->until_ms,
	                .next_token = st->pages.token };

	if (!st->batch)
		st->batch = feed_batch_new(f);
	for (size_t i = st->at; i < st->count && in.queries.n < PER_CALL; i++, in.queries.n++) {
		int n = snprintf(id[in.queries.n], sizeof id[0], "m%zu", i);

		q[in.queries.n] = (CwQuery){ .id = { id[in.queries.n], (size_t)n },
								 .stat = { st->metric[i], PERIOD_S, str_of(stat_of(st->metric[i].name)), STR("") } };
	}
	feed_call(f, &op_cloudwatch_get_metric_data, &in, on_data, st);
}

static int64_t since_ms(const Feed *f)
{
	int64_t now = feed_now_ms(), since = f->all->spec.since_ms;

	/* A screen shows the last hour; only a question about metrics asks for more. */
	if (f->all->spec.backfill_ms && since < now - SCREEN_MS)
		return now - SCREEN_MS;
	/* Minutes older than 15 days are not kept by CloudWatch: asked for, they give nothing, silently. */
	return since < now - INT64_C(14) * 86400000 ? now - INT64_C(14) * 86400000 : since;
}

static void start_data(Feed *f, MetricsState *st)
{
	int64_t since = since_ms(f);

	st->until_ms = feed_now_ms() / 60000 * 60000 + 60000;
	st->from_ms = st->last_ms && st->last_ms - OVERLAP_MS > since ? st->last_ms - OVERLAP_MS : since;
	st->from_ms = st->from_ms / 60000 * 60000;
	st->at = 0;
	f->view.items = (int64_t)st->count;
	if (st->count)
		start_call(f, st);
	else
		feed_end(f, NULL);
}

static void ask_list(Feed *f, MetricsState *st);

static void start_namespace(Feed *f, MetricsState *st)
{
	st->ns_first = st->count;
	pages_start(&st->pages, "CloudWatch's list of metrics", NULL, clock_mono_ms());
	ask_list(f, st);
}

static void on_list(Feed *f, const void *out, const AwsError *err, void *arg)
{
	MetricsState *st = arg;
	const CwListOut *list = out;
	PagesStep step = PAGES_BROKEN;
	Err broken = { 0 };

	if (err && pages_restart(&st->pages, err->code, err->err.text)) {
		st->count = st->ns_first;
		ask_list(f, st);
		return;
	}
	if (!err)
		step = pages_next(&st->pages, list->next_token, list->metrics.n, clock_mono_ms(), &broken);
	if (step == PAGES_BROKEN) {
		feed_end(f, err ? &err->err : &broken);
		return;
	}
	for (size_t i = 0; i < list->metrics.n && st->count < SERIES_MAX; i++) {
		const CwMetric *m = &list->metrics.v[i];
		CwMetric *own = &st->metric[st->count++];

		*own = (CwMetric){ arena_str(&st->arena, m->ns), arena_str(&st->arena, m->name),
						   { ARENA_ARRAY(&st->arena, CwDimension, m->dims.n + 1), m->dims.n } };
		for (size_t k = 0; k < m->dims.n; k++)
			own->dims.v[k] =
				(CwDimension){ arena_str(&st->arena, m->dims.v[k].name), arena_str(&st->arena, m->dims.v[k].value) };
	}
	if (step == PAGES_MORE && st->count < SERIES_MAX) {
		ask_list(f, st);
		return;
	}
	if (++st->ns < f->all->spec.session->ctx->src.namespace_count) {
		start_namespace(f, st);
		return;
	}
	st->until_relist = RELIST_ROUNDS;        /* only a list that is whole is kept */
	start_data(f, st);
}

static void ask_list(Feed *f, MetricsState *st)
{
	CwListIn in = { .ns = f->all->spec.session->ctx->src.namespaces[st->ns], .next_token = st->pages.token };

	feed_call(f, &op_cloudwatch_list_metrics, &in, on_list, st);
}

static void start(Feed *f)
{
	MetricsState *st = f->state;

	if (!st)
		st = f->state = xcalloc(1, sizeof *st);
	drop_batch(st);
	if (st->until_relist > 0) {
		st->until_relist--;
		start_data(f, st);
		return;
	}
	arena_reset(&st->arena);
	st->count = 0;
	st->ns = 0;
	if (f->all->spec.session->ctx->src.namespace_count)
		start_namespace(f, st);
	else
		feed_end(f, NULL);
}

const FeedClass feed_class_metrics = {
	.costs = true, .name = "metrics", .interval_ms = interval, .start = start, .free_state = free_state, .since_ms = since_ms
};
