/* What closed days did cost, three times a day: all of the account by service and type of record, then what was used of the AI services in
 * this Region. Each question is charged, so the snapshot says when it was asked last, whoever asked; ctrl-r asks no sooner. */
#include "app/feed_impl.h"

#include <stdlib.h>

#include "api/cost_explorer.h"
#include "app/charge_kind.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "store/charges.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

#define DAY_MS INT64_C(86400000)

/* A bill is corrected for some days. A page costs as much as a question. */
enum { POLL_MS = 8 * 3600000, RETRY_MS = 3600000, LATE_MS = 60000, FIRST_DAYS = 35, AGAIN_DAYS = 10, PAGES = 12, SERVICES_MAX = 60 };

typedef struct BillsState {
	FeedBatch *batch;
	ChargeDay *day;                        /* of the batch's arena, one for each day that is asked for, in order */
	ChargeRow *row[FIRST_DAYS]; size_t cap[FIRST_DAYS];
	int64_t from_day; size_t days;
	Str     service[SERVICES_MAX]; size_t services;      /* the AI services that the first part named */
	ChargePart part;
	Pages   pages;
} BillsState;

static int64_t interval(const ConfSources *src)
{
	(void)src;
	return POLL_MS;
}

static void drop(BillsState *st)
{
	for (size_t i = 0; i < FIRST_DAYS; i++) {
		free(st->row[i]);
		st->row[i] = NULL;
		st->cap[i] = 0;
	}
	feed_batch_free(st->batch);
	st->batch = NULL;
	st->services = 0;
}

static void free_state(void *state)
{
	drop(state);
	pages_done(&((BillsState *)state)->pages);
	free(state);
}

/* --- what is asked --- */

static Str day_text(Arena *a, int64_t day)
{
	char text[TIME_TEXT];

	time_format_iso(day * DAY_MS, text);
	return arena_printf(a, "%.10s", text);
}

static void put_dimension(JsonW *w, const char *key, const Str *value, size_t n)
{
	jw_object(w);
	jw_key(w, "Dimensions");
	jw_object(w);
	jw_kstr(w, "Key", str_of(key));
	jw_key(w, "Values");
	jw_array(w);
	for (size_t i = 0; i < n; i++)
		jw_str(w, value[i]);
	jw_array_end(w);
	jw_object_end(w);
	jw_object_end(w);
}

static Str filter_of(const Feed *f, const BillsState *st)
{
	Str region = session_region(f->all->spec.session), usage = STR("Usage"), out;
	Buf b = { 0 };
	JsonW w = jw_to(&b);

	jw_object(&w);
	jw_key(&w, "And");
	jw_array(&w);
	put_dimension(&w, "SERVICE", st->service, st->services);
	put_dimension(&w, "REGION", &region, 1);
	put_dimension(&w, "RECORD_TYPE", &usage, 1);
	jw_array_end(&w);
	jw_object_end(&w);
	out = arena_str(&st->batch->arena, buf_str(&b));
	buf_done(&b);
	return out;
}

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg);

static void ask_page(Feed *f)
{
	BillsState *st = f->state;
	Arena *a = &st->batch->arena;
	Str metrics[] = { STR("UnblendedCost"), STR("UsageQuantity") };
	const Str second = st->part == CHARGE_USAGE ? STR("USAGE_TYPE") : STR("RECORD_TYPE");
	CeGroupBy by[] = { { STR("DIMENSION"), STR("SERVICE") }, { STR("DIMENSION"), second } };
	CeCostIn in = {
		.period = { day_text(a, st->from_day), day_text(a, st->from_day + (int64_t)st->days) }, .granularity = STR("DAILY"),
		.metrics = { metrics, 2 }, .group_by = { by, 2 }, .filter = st->part == CHARGE_USAGE ? filter_of(f, st) : STR(""),
		.next_token = st->pages.token,
	};

	feed_call(f, &op_ce_get_cost_and_usage, &in, on_page, st);
}

static void begin_part(Feed *f, ChargePart part)
{
	const PagesLimit limit = { .pages = PAGES, .ms = 300000 };
	BillsState *st = f->state;

	st->part = part;
	pages_start(&st->pages, "Cost Explorer's answer", &limit, clock_mono_ms());
	ask_page(f);
}

/* --- what comes --- */

static const CeAmount *amount_of(const CeGroup *g, const char *name)
{
	for (size_t i = 0; i < g->metrics.n; i++)
		if (str_is(g->metrics.v[i].name, name))
			return &g->metrics.v[i].value;
	return NULL;
}

static void note_service(BillsState *st, Str service)
{
	for (size_t i = 0; i < st->services; i++)
		if (str_eq(st->service[i], service))
			return;
	if (charge_is_ai(service) && st->services < SERVICES_MAX)
		st->service[st->services++] = service;
}

static int add_group(BillsState *st, ChargeDay *d, size_t at, const CeGroup *g, Err *e)
{
	const CeAmount *usd = amount_of(g, "UnblendedCost"), *used = amount_of(g, "UsageQuantity");
	ChargeRow r = { .part = st->part };

	if (g->keys.n != 2 || !usd)
		return err_set(e, "Cost Explorer's answer has a group without two keys and a cost; update the program, or set cost_explorer: false");
	if (usd->unit.n && !str_is(usd->unit, "USD"))
		return err_set(e, "this account is billed in %.*s, and amounts here are in USD: bills cannot be compared; set cost_explorer: false",
		               STR_ARG(str_sub(usd->unit, 0, 12)));
	if (str_scaled(usd->amount, 9, &r.nusd) < 0)
		return err_set(e, "Cost Explorer gives %.40s as a cost, which is no amount", arena_cstr(&st->batch->arena, usd->amount));
	if (used && str_scaled(used->amount, 6, &r.micro_units) < 0)
		r.micro_units = 0;               /* of some services the quantity is beyond all numbers, and not needed */
	r.service = arena_str(&st->batch->arena, g->keys.v[0]);
	r.what = arena_str(&st->batch->arena, g->keys.v[1]);
	VEC_GROW(st->row[at], st->cap[at], d->rows + 1);
	st->row[at][d->rows++] = r;
	note_service(st, r.service);
	return 0;
}

static int add_page(BillsState *st, const CeCostOut *page, Err *e)
{
	for (size_t i = 0; i < page->results.n; i++) {
		const CeResult *r = &page->results.v[i];
		int64_t ms, at;

		if (time_parse_iso(r->period.start, &ms) < 0)
			return err_set(e, "Cost Explorer's answer has a period without a day");
		at = floor_div(ms, DAY_MS) - st->from_day;
		if (at < 0 || at >= (int64_t)st->days)
			continue;
		st->day[at].estimated |= r->estimated;
		for (size_t k = 0; k < r->groups.n; k++)
			if (add_group(st, &st->day[at], (size_t)at, &r->groups.v[k], e) < 0)
				return -1;
	}
	return 0;
}

static void give_up(Feed *f, const Err *err)
{
	drop(f->state);
	feed_end(f, err);
}

static void stored(Feed *f, const Err *err, void *arg)
{
	(void)arg;
	feed_end(f, err);
}

static void write_all(Feed *f)
{
	BillsState *st = f->state;
	FeedBatch *b = st->batch;
	Arena *a = &b->arena;

	f->view.items = 0;
	for (size_t i = 0; i < st->days; i++) {
		ChargeRow *own = ARENA_ARRAY(a, ChargeRow, st->day[i].rows + 1);

		for (size_t k = 0; k < st->day[i].rows; k++)
			own[k] = st->row[i][k];
		st->day[i].row = own;
		f->view.items += (int64_t)st->day[i].rows;
	}
	b->b.charges = st->day;
	b->b.charge_count = st->days;
	f->all->bills_asked_ms = feed_now_ms();
	feed_batch_cursor(b, "bills.asked", arena_printf(a, "%lld", (long long)f->all->bills_asked_ms));
	st->batch = NULL;
	drop(st);
	feed_batch_write(b, stored, NULL);
}

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	BillsState *st = arg;
	const CeCostOut *page = out;
	PagesStep step;
	Err e = { 0 };

	if (err) {
		give_up(f, &err->err);
		return;
	}
	step = pages_next(&st->pages, page->next_token, page->results.n, clock_mono_ms(), &e);
	if (step == PAGES_BROKEN || add_page(st, page, &e) < 0)
		give_up(f, &e);
	else if (step == PAGES_MORE)
		ask_page(f);
	else if (st->part == CHARGE_RECORDS && st->services)
		begin_part(f, CHARGE_USAGE);
	else
		write_all(f);
}

static void start(Feed *f)
{
	BillsState *st = f->state;
	int64_t now = feed_now_ms(), last = f->all->bills_asked_ms, today = floor_div(now, DAY_MS), left = last + POLL_MS - now;

	if (!st)
		st = f->state = xcalloc(1, sizeof *st);
	/* A clock that was set back: its times say nothing. */
	if (last && left > LATE_MS && left <= POLL_MS) {
		f->as_of_ms = last;
		f->pause_ms = left;
		feed_end(f, NULL);
		return;
	}
	f->pause_ms = 0;
	drop(st);
	st->batch = feed_batch_new(f);
	st->days = last ? AGAIN_DAYS : FIRST_DAYS;
	/* After a long rest the days between are missing. */
	if (last && floor_div(now - last, DAY_MS) + AGAIN_DAYS > AGAIN_DAYS)
		st->days = floor_div(now - last, DAY_MS) + AGAIN_DAYS < FIRST_DAYS ? (size_t)(floor_div(now - last, DAY_MS) + AGAIN_DAYS) : FIRST_DAYS;
	st->from_day = today - (int64_t)st->days;
	st->day = ARENA_ARRAY(&st->batch->arena, ChargeDay, st->days);
	for (size_t i = 0; i < st->days; i++)
		st->day[i] = (ChargeDay){ .day = st->from_day + (int64_t)i, .asked_ms = now };
	begin_part(f, CHARGE_RECORDS);
}

const FeedClass feed_class_bills = { .name = "bills", .interval_ms = interval, .start = start, .free_state = free_state, .retry_ms = RETRY_MS };
