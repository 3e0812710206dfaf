/* The team's own registry: every item of the agents table, versions and #route pointers, replaced as a whole each
 * round. */
#include "app/feed_impl.h"

#include <stdlib.h>

#include "base/xalloc.h"

typedef struct AgentsState {
	FeedBatch *batch;                /* grows page by page until the table is read */
	AgentVersionRow *row;
	size_t cap;
	Str next_key;
} AgentsState;

static int64_t interval(const ConfSources *src)
{
	return src->agents_poll_ms;
}

static void drop_batch(AgentsState *st)
{
	if (st->batch) {
		arena_done(&st->batch->arena);
		free(st->batch);
	}
	st->batch = NULL;
}

static void free_state(void *state)
{
	AgentsState *st = state;

	drop_batch(st);
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
}

static void on_page(Feed *f, const void *out, const AwsError *err, void *arg)
{
	AgentsState *st = arg;
	const DdbPage *page = out;
	FeedBatch *b = st->batch;
	Err again = { 0 };

	if (!err && page->last_key_json.n && str_eq(page->last_key_json, st->next_key))
		err_set(&again, "DynamoDB answered with the same page key twice; the agents are not complete");
	if (err || again.kind) {
		drop_batch(st);
		feed_end(f, err ? &err->err : &again);
		return;
	}
	for (size_t i = 0; i < page->count; i++)
		add_item(f, st, jv_at(page->items, i));
	if (page->last_key_json.n) {
		st->next_key = arena_str(&b->arena, page->last_key_json);
		ask_page(f);
		return;
	}
	/* The batch owns its rows from here on. */
	b->b.agents = ARENA_ARRAY(&b->arena, AgentVersionRow, b->b.agent_count + 1);
	for (size_t i = 0; i < b->b.agent_count; i++)
		((AgentVersionRow *)b->b.agents)[i] = st->row[i];
	b->b.agents_replace = true;
	f->view.items = (int64_t)b->b.agent_count;
	st->batch = NULL;
	feed_batch_write(b, stored, NULL);
}

static void ask_page(Feed *f)
{
	AgentsState *st = f->state;
	DdbQueryIn in = { .table = f->all->spec.session->ctx->src.agents_table.p,
					  .start_key_json = st->next_key,
					  .consistent = true };

	feed_call(f, &op_dynamodb_scan, &in, on_page, st);
}

static void start(Feed *f)
{
	AgentsState *st = f->state;

	if (!st)
		st = f->state = xcalloc(1, sizeof *st);
	drop_batch(st);
	st->batch = feed_batch_new(f);
	st->next_key = STR("");
	ask_page(f);
}

const FeedClass feed_class_agents = {
	.name = "agents", .interval_ms = interval, .start = start, .free_state = free_state
};
