/* Labels of templates (act/backend_templates.c): where each points, as their rows in the table of locks say, who moved it last and when. A hand in
 * the table leaves these two as they were: such a change is told without a name, as seen between two looks. */
#include "app/changes_readers.h"

#include "act/items.h"
#include "api/traits.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "wire/time8601.h"

/* A scan reads the audit items too, so it is not made every minute. */
enum { POLL_MS = 300000 };

typedef struct LabelsState {
	Feed *f;
	FeedBatch *batch;
	TraitList traits;
	Pages pages;
} LabelsState;

static int64_t interval(const ConfSources *src)
{
	(void)src;
	return POLL_MS;
}

static void drop_batch(LabelsState *st)
{
	feed_batch_free(st->batch);
	st->batch = NULL;
}

static void done(void *state)
{
	LabelsState *st = state;

	drop_batch(st);
	traits_done(&st->traits);
	pages_done(&st->pages);
}

/* What is none of ours is left out: the list of templates says what is wrong with it. */
static void take(LabelsState *st, JsonVal item)
{
	Arena *a = &st->batch->arena;
	Str key = STR(""), id, label;
	int64_t at_ms = 0;
	LockRow row;

	if (ddb_str(item, "pointer", &key, NULL) < 0 || !label_key(key, &id, &label) || lock_row_of(a, item, &row, NULL) < 0 || !row.live.n)
		return;
	(void)time_parse_iso(row.updated_at, &at_ms);
	traits_add(&st->traits, a, &(Trait){ .kind = CHANGE_LABEL, .base = STR("labels"), .value = row.live, .by = row.updated_by, .at_ms = at_ms,
	                                     .object = arena_printf(a, "%.*s@%.*s", STR_ARG(id), STR_ARG(label)) });
}

static void finish(LabelsState *st)
{
	FeedBatch *b = st->batch;
	TraitSet *set = ARENA_NEW(&b->arena, TraitSet);

	*set = (TraitSet){ .source = CHANGE_BY_LABELS, .place = arena_str(&b->arena, st->f->all->spec.session->ctx->src.lock_table),
	                   .trait = traits_take(&st->traits, &b->arena), .count = st->traits.n, .began_ms = b->b.now_ms, .ended_ms = feed_now_ms() };
	b->b.traits = set;
	st->batch = NULL;
	reader_store(st->f, b, POLL_MS);
}

static void ask(LabelsState *st);

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	LabelsState *st = arg;
	const DdbPage *page = out;
	PagesStep step;
	Err why = { 0 };

	if (err && err->fault != AWS_NOT_FOUND) {
		drop_batch(st);
		reader_fail(f, err);
		return;
	}
	/* Without the table there is no label; one that was made with it is seen to be new. */
	if (err) {
		f->view.lacks[0] = 0;
		finish(st);
		return;
	}
	for (size_t i = 0; i < jv_count(page->items); i++)
		take(st, jv_at(page->items, i));
	step = pages_next(&st->pages, page->last_key_json, page->count, clock_mono_ms(), &why);
	if (step == PAGES_MORE) {
		ask(st);
	} else if (step == PAGES_BROKEN) {
		drop_batch(st);
		reader_fail_err(f, &why);
	} else {
		finish(st);
	}
}

static void ask(LabelsState *st)
{
	DdbQueryIn in = label_scan(&st->batch->arena, st->f->all->spec.session->ctx->src.lock_table.p, STR(""));

	in.start_key_json = st->pages.token;
	feed_call(st->f, &op_dynamodb_scan, &in, on_page, st);
}

static void start(Feed *f, void *state, SourceView *view)
{
	LabelsState *st = state;

	(void)view;
	st->f = f;
	if (!f->all->spec.session->ctx->src.lock_table.n) {
		reader_end(f, POLL_MS);
		return;
	}
	drop_batch(st);
	st->batch = feed_batch_new(f);
	st->traits.n = 0;
	traits_add(&st->traits, &st->batch->arena, &(Trait){ .kind = CHANGE_LABEL, .first = true, .base = STR("labels"), .object = STR("labels"),
	                                                     .value = STR("read") });
	pages_start(&st->pages, "labels", NULL, clock_mono_ms());
	ask(st);
}

const ChangeReader reader_labels = {
	.backend = CONF_BACKENDS, .interval_ms = interval, .state_size = sizeof(LabelsState), .start = start, .done = done,
};
