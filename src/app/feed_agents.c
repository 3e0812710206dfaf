/* The team's own registry: every item of the agents table, versions and #route pointers, replaced as a whole each
 * round. */
#include "app/feed_impl.h"
#include "api/traits.h"
#include "aws/pages.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"

typedef struct AgentsState {
	FeedBatch *batch;                /* grows page by page until the table is read */
	AgentVersionRow *row;
	size_t cap;
	TraitList traits;                  /* what of them can change */
	bool unread;                     /* there were some that could not be read */
	Pages pages;
} AgentsState;

enum { LEFT_OUT_MS = 900000 };

static int64_t interval(const ConfSources *src)
{
	return config_leaves_out(src, CONF_DYNAMODB) ? LEFT_OUT_MS : src->agents_poll_ms;
}

static void drop_batch(AgentsState *st)
{
	if (st->batch) {
		arena_done(&st->batch->arena);
		free(st->batch);
	}
	st->batch = NULL;
	st->traits.n = 0;
}

static void free_state(void *state)
{
	AgentsState *st = state;

	drop_batch(st);
	pages_done(&st->pages);
	traits_done(&st->traits);
	free(st->row);
	free(st);
}

static void stored(Feed *f, const Err *err, void *arg)
{
	(void)arg;
	feed_end(f, err);
}

static void ask_page(Feed *f);

static void add_item(Feed *f, AgentsState *st, JsonVal item)
{
	Arena *a = &st->batch->arena;
	size_t n = st->batch->b.agent_count;
	AgentItem it;
	Err e = { 0 };

	if (record_agent(a, item, &it, &e) < 0) {
		f->view.skipped++;
		st->unread = true;
		f->view.err = e;
		return;
	}
	VEC_GROW(st->row, st->cap, n + 1);
	st->row[n] = (AgentVersionRow){
		.agent = arena_str(a, it.agent),
		.version = arena_str(a, it.version),
		.status = arena_str(a, it.status),
		.model = arena_str(a, it.model),
		.created_by = arena_str(a, it.created_by),
		.raw_json = arena_str(a, it.raw_json),
		.created_ms = it.created_ms,
		.rev = it.rev,
		.is_route = it.is_route,
	};
	st->batch->b.agent_count++;
	traits_of_agent(&st->traits, a, item, &it);
}

/* Rows that could not be read would look as if they were gone: such a look is not compared with others. */
static void add_traits(Feed *f, AgentsState *st, FeedBatch *b)
{
	TraitSet *set = ARENA_NEW(&b->arena, TraitSet);

	if (st->unread)
		return;
	*set = (TraitSet){ .source = CHANGE_BY_DYNAMODB, .place = arena_str(&b->arena, f->all->spec.session->ctx->src.agents_table),
	                   .trait = traits_take(&st->traits, &b->arena), .count = st->traits.n, .began_ms = b->b.now_ms, .ended_ms = feed_now_ms() };
	b->b.traits = set;
}

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	AgentsState *st = arg;
	const DdbPage *page = out;
	FeedBatch *b = st->batch;
	PagesStep step = PAGES_BROKEN;
	Err broken = { 0 };

	if (!err)
		step = pages_next(&st->pages, page->last_key_json, page->count, clock_mono_ms(), &broken);
	if (step == PAGES_BROKEN) {
		drop_batch(st);
		feed_end(f, err ? &err->err : &broken);
		return;
	}
	for (size_t i = 0; i < page->count; i++)
		add_item(f, st, jv_at(page->items, i));
	if (step == PAGES_MORE) {
		ask_page(f);
		return;
	}
	/* The batch owns its rows from here on. */
	b->b.agents = ARENA_ARRAY(&b->arena, AgentVersionRow, b->b.agent_count + 1);
	for (size_t i = 0; i < b->b.agent_count; i++)
		((AgentVersionRow *)b->b.agents)[i] = st->row[i];
	b->b.agents_replace = true;
	add_traits(f, st, b);
	f->view.items = (int64_t)b->b.agent_count;
	st->batch = NULL;
	feed_batch_write(b, stored, NULL);
}

static void ask_page(Feed *f)
{
	AgentsState *st = f->state;
	DdbQueryIn in = { .table = f->all->spec.session->ctx->src.agents_table.p,
					  .start_key_json = st->pages.token,
					  .consistent = true };

	feed_call(f, &op_dynamodb_scan, &in, on_page, st);
}

static void start(Feed *f)
{
	/* The whole table is held in memory until it is complete. */
	const PagesLimit limit = { .pages = 2000, .ms = 600000 };
	AgentsState *st = f->state;

	if (!st)
		st = f->state = xcalloc(1, sizeof *st);
	drop_batch(st);
	st->batch = feed_batch_new(f);
	st->unread = false;
	/* The configuration does not want the table: what was kept of it must not be taken for what is there. Nobody is told of a change. */
	if (config_leaves_out(&f->all->spec.session->ctx->src, CONF_DYNAMODB)) {
		st->batch->b.agents_replace = true;
		feed_batch_write(st->batch, stored, NULL);
		st->batch = NULL;
		return;
	}
	pages_start(&st->pages, "DynamoDB's agents", &limit, clock_mono_ms());
	ask_page(f);
}

const FeedClass feed_class_agents = {
	.vital = true, .name = "agents", .interval_ms = interval, .start = start, .free_state = free_state
};
