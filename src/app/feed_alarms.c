/* CloudWatch's alarms, metric and composite ones, the whole list each minute: which of them are in ALARM is only known when
 * those that are not any more are seen too. */
#include "app/feed_impl.h"

#include <math.h>
#include <stdlib.h>

#include "api/cloudwatch.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "store/alarm.h"
#include "wire/jsonw.h"

/* MaxRecords is at most 100 (CloudWatch API Reference, "DescribeAlarms"). */
enum { POLL_MS = 60000, PER_PAGE = 100 };

typedef struct AlarmsState {
	FeedBatch *batch;                /* grows page by page until the list is whole */
	AlarmRow *row;
	size_t cap;
	Pages pages;
} AlarmsState;

static int64_t interval(const ConfSources *src)
{
	(void)src;
	return POLL_MS;
}

static void drop_batch(AlarmsState *st)
{
	feed_batch_free(st->batch);
	st->batch = NULL;
}

static void free_state(void *state)
{
	AlarmsState *st = state;

	drop_batch(st);
	pages_done(&st->pages);
	free(st->row);
	free(st);
}

static Str dimensions_json(Arena *a, const CwAlarm *m)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	jw_object(&w);
	for (size_t i = 0; i < m->dims.n; i++)
		jw_kstr(&w, arena_cstr(a, m->dims.v[i].name), m->dims.v[i].value);
	jw_object_end(&w);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

/* arn:aws:cloudwatch:REGION:ACCOUNT:alarm:NAME */
static Str account_of(Str arn)
{
	Str part = STR("");

	for (int i = 0; i < 5; i++)
		part = str_cut(arn, ':', &arn);
	return part;
}

static AlarmRow *add_row(AlarmsState *st, Str arn, Str name, Str state, Str reason, Str description)
{
	size_t n = st->batch->b.alarm_count++;
	Arena *a = &st->batch->arena;

	VEC_GROW(st->row, st->cap, n + 1);
	st->row[n] = (AlarmRow){ .arn = arena_str(a, arn), .account = arena_str(a, account_of(arn)), .name = arena_str(a, name),
	                         .state = arena_str(a, state), .reason = arena_str(a, reason), .description = arena_str(a, description) };
	return &st->row[n];
}

static void add_page(AlarmsState *st, const CwAlarms *page)
{
	Arena *a = &st->batch->arena;

	for (size_t i = 0; i < page->metric.n; i++) {
		const CwAlarm *m = &page->metric.v[i];
		AlarmRow *r = add_row(st, m->arn, m->name, m->state, m->reason, m->description);

		r->ns = arena_str(a, m->ns);
		r->metric = arena_str(a, m->metric);
		r->statistic = arena_str(a, m->statistic);
		r->comparison = arena_str(a, m->comparison);
		r->dimensions_json = dimensions_json(a, m);
		r->has_threshold = m->threshold.has && isfinite(m->threshold.v);
		r->threshold = r->has_threshold ? m->threshold.v : 0;
		r->period_s = m->period_s;
		r->periods = m->periods;
		r->points = m->points;
		r->since_ms = m->since_ms ? m->since_ms : m->changed_ms;
	}
	for (size_t i = 0; i < page->composite.n; i++) {
		const CwComposite *c = &page->composite.v[i];
		AlarmRow *r = add_row(st, c->arn, c->name, c->state, c->reason, c->description);

		r->rule = arena_str(a, c->rule);
		r->since_ms = c->since_ms ? c->since_ms : c->changed_ms;
	}
}

static void stored(Feed *f, const Err *err, void *arg)
{
	(void)arg;
	feed_end(f, err);
}

static void ask_page(Feed *f);

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	AlarmsState *st = arg;
	const CwAlarms *page = out;
	FeedBatch *b = st->batch;
	PagesStep step = PAGES_BROKEN;
	AlarmRow *own;
	Err broken = { 0 };

	if (err && pages_restart(&st->pages, err->code, err->err.text)) {
		drop_batch(st);
		st->batch = feed_batch_new(f);
		ask_page(f);
		return;
	}
	if (!err)
		step = pages_next(&st->pages, page->next_token, page->metric.n + page->composite.n, clock_mono_ms(), &broken);
	if (step == PAGES_BROKEN) {
		drop_batch(st);
		feed_end(f, err ? &err->err : &broken);
		return;
	}
	add_page(st, page);
	if (step == PAGES_MORE) {
		ask_page(f);
		return;
	}
	own = ARENA_ARRAY(&b->arena, AlarmRow, b->b.alarm_count + 1);
	for (size_t i = 0; i < b->b.alarm_count; i++)
		own[i] = st->row[i];
	b->b.alarms = own;
	b->b.alarms_replace = true;
	f->view.items = (int64_t)b->b.alarm_count;
	st->batch = NULL;
	feed_batch_write(b, stored, NULL);
}

static void ask_page(Feed *f)
{
	Str both[] = { STR("MetricAlarm"), STR("CompositeAlarm") };
	AlarmsState *st = f->state;
	CwAlarmsIn in = { .types = { both, 2 }, .limit = PER_PAGE, .next_token = st->pages.token };

	feed_call(f, &op_cloudwatch_describe_alarms, &in, on_page, st);
}

static void start(Feed *f)
{
	/* The list is held in memory until it is whole. */
	const PagesLimit limit = { .pages = 500, .ms = 300000 };
	AlarmsState *st = f->state;

	if (!st)
		st = f->state = xcalloc(1, sizeof *st);
	drop_batch(st);
	st->batch = feed_batch_new(f);
	pages_start(&st->pages, "CloudWatch's alarms", &limit, clock_mono_ms());
	ask_page(f);
}

const FeedClass feed_class_alarms = {
	.vital = true, .name = "alarms", .interval_ms = interval, .start = start, .free_state = free_state
};
