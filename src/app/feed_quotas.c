/* What the account may ask of each model in a minute (Service Quotas), four times a day: such limits change when somebody asks
 * AWS for more. A role without the permission is no failure of the screen: limits are unknown then, and only that.
 * The list is kept as one text, because it is always read whole (headroom.h). */
#include "app/feed_impl.h"

#include <math.h>
#include <stdlib.h>

#include "api/service_quotas.h"
#include "app/headroom.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/jsonw.h"

enum { POLL_MS = 6 * 3600000, RETRY_MS = 900000, LATE_MS = 60000, PAGES = 100, PER_PAGE = 100, TEXT_MAX = 1 << 20 };

typedef struct QuotasState { Pages pages; Buf text; JsonW json; int64_t kept; } QuotasState;

static int64_t interval(const ConfSources *src)
{
	(void)src;
	return POLL_MS;
}

static void free_state(void *state)
{
	QuotasState *st = state;

	pages_done(&st->pages);
	buf_done(&st->text);
	free(st);
}

static void stored(Feed *f, const Err *err, void *arg)
{
	(void)arg;
	feed_end(f, err);
}

static void begin_text(QuotasState *st)
{
	buf_done(&st->text);
	buf_init(&st->text, TEXT_MAX);
	st->json = jw_to(&st->text);
	st->kept = 0;
	jw_array(&st->json);
}

static Str metric_model(const Quota *q)
{
	for (size_t i = 0; str_is(q->usage.ns, "AWS/Bedrock") && i < q->usage.dims.n; i++)
		if (str_is(q->usage.dims.v[i].key, "ModelId"))
			return q->usage.dims.v[i].value;
	return STR("");
}

/* Only what limits the calls of a model: there are ten times as many. */
static void keep(QuotasState *st, const Quota *q)
{
	QuotaName name;

	if (!quota_read(q->name, &name) || !isfinite(q->value) || q->value < 0)
		return;
	st->kept++;
	jw_object(&st->json);
	jw_kstr(&st->json, "name", q->name);
	jw_kstr(&st->json, "code", q->code);
	jw_knum(&st->json, "value", q->value);
	jw_kbool(&st->json, "adjustable", q->adjustable);
	jw_kstr(&st->json, "model", metric_model(q));
	jw_object_end(&st->json);
}

static void write_list(Feed *f, QuotasState *st)
{
	FeedBatch *b = feed_batch_new(f);

	jw_array_end(&st->json);
	f->view.items = st->kept;
	f->all->quotas_asked_ms = feed_now_ms();
	feed_batch_cursor(b, HEADROOM_LIST, buf_str(&st->text));
	feed_batch_cursor(b, HEADROOM_ASKED, arena_printf(&b->arena, "%lld", (long long)f->all->quotas_asked_ms));
	feed_batch_write(b, stored, NULL);
}

static void ask_page(Feed *f);

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	QuotasState *st = arg;
	const Quotas *page = out;
	PagesStep step = PAGES_BROKEN;
	Err e = { 0 };

	if (err && pages_restart(&st->pages, err->code, err->err.text)) {
		begin_text(st);
		ask_page(f);
		return;
	}
	if (!err)
		step = pages_next(&st->pages, page->next_token, page->quotas.n, clock_mono_ms(), &e);
	if (step == PAGES_BROKEN) {
		feed_end(f, err ? &err->err : &e);
		return;
	}
	for (size_t i = 0; i < page->quotas.n; i++)
		keep(st, &page->quotas.v[i]);
	if (st->text.full)
		(void)err_set(&e, "Service Quotas lists more limits of Bedrock than are kept (1 MiB); limits stay as they were");
	if (st->text.full)
		feed_end(f, &e);
	else if (step == PAGES_MORE)
		ask_page(f);
	else
		write_list(f, st);
}

static void ask_page(Feed *f)
{
	QuotasState *st = f->state;
	QuotaListIn in = { .service_code = STR("bedrock"), .limit = PER_PAGE, .next_token = st->pages.token };

	feed_call(f, &op_quotas_list_service_quotas, &in, on_page, st);
}

static void start(Feed *f)
{
	const PagesLimit limit = { .pages = PAGES, .ms = 300000 };
	int64_t last = f->all->quotas_asked_ms, left = last + POLL_MS - feed_now_ms();
	QuotasState *st = f->state;
	bool hurried = f->hurried;

	f->hurried = false;
	f->pause_ms = 0;
	/* A clock that was set back: its times say nothing. */
	if (last && !hurried && left > LATE_MS && left <= POLL_MS) {
		f->as_of_ms = last;
		f->pause_ms = left;
		feed_end(f, NULL);
		return;
	}
	if (!st)
		st = f->state = xcalloc(1, sizeof *st);
	begin_text(st);
	pages_start(&st->pages, "Service Quotas' list", &limit, clock_mono_ms());
	ask_page(f);
}

const FeedClass feed_class_quotas = { .name = "quotas", .interval_ms = interval, .start = start, .free_state = free_state, .retry_ms = RETRY_MS };
