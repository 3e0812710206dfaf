/* AgentCore: which version each endpoint of each runtime serves. The service keeps no history of that, so looks are compared. */
#include "app/changes_readers.h"

#include <stdlib.h>

#include "api/agentcore.h"
#include "api/traits.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/xalloc.h"

enum {
	PAGE = 100,
	ROOM_MS = 500,                   /* of the interval for each runtime: a large account is looked at less often */
	MOVE_MS = 120000,                /* an endpoint says when it became READY, and was asked to move before that */
};

typedef struct CoreState {
	Feed *f;
	FeedBatch *batch;                /* the texts of a look live in its arena */
	Str  *runtime; size_t n, cap, at;
	KnownAs *name; size_t name_cap;
	TraitList traits;
	Pages pages;
} CoreState;

static int64_t interval(const ConfSources *src)
{
	return src->agents_poll_ms;
}

static void drop(CoreState *st)
{
	feed_batch_free(st->batch);
	st->batch = NULL;
	st->traits.n = st->n = st->at = 0;
}

static void done(void *state)
{
	CoreState *st = state;

	drop(st);
	traits_done(&st->traits);
	pages_done(&st->pages);
	free(st->runtime);
	free(st->name);
}

static void fail(CoreState *st, const AwsError *err, const Err *broken)
{
	drop(st);
	if (err)
		reader_fail(st->f, err);
	else
		reader_fail_err(st->f, broken);
}

static void look_over(CoreState *st)
{
	FeedBatch *b = st->batch;
	TraitSet *set = ARENA_NEW(&b->arena, TraitSet);
	KnownAs *names = ARENA_ARRAY(&b->arena, KnownAs, st->n + 1);

	for (size_t i = 0; i < st->n; i++)
		names[i] = st->name[i];
	*set = (TraitSet){ .source = CHANGE_BY_AGENTCORE, .place = STR("runtimes"), .trait = traits_take(&st->traits, &b->arena),
	                   .count = st->traits.n, .began_ms = b->b.now_ms, .ended_ms = feed_now_ms(), .slack_ms = MOVE_MS };
	b->b.traits = set;
	b->b.names = names;
	b->b.name_count = st->n;
	st->batch = NULL;
	reader_store(st->f, b, (int64_t)st->n * ROOM_MS);
}

/* --- endpoints of one runtime --- */

static void next_runtime(CoreState *st);
static void ask_endpoints(CoreState *st);

static void on_endpoints(Feed *f, const void *out, const AwsError *err, void *arg)
{
	CoreState *st = arg;
	const AcEndpoints *page = out;
	Arena *a = &st->batch->arena;
	PagesStep step = PAGES_DONE;
	Err broken = { 0 };

	(void)f;
	if (!err)
		step = pages_next(&st->pages, page->next_token, page->endpoints.n, clock_mono_ms(), &broken);
	if ((err && err->fault != AWS_NOT_FOUND) || step == PAGES_BROKEN) {      /* not there: deleted since it was listed */
		fail(st, err, &broken);
		return;
	}
	for (size_t i = 0; !err && i < page->endpoints.n; i++) {
		const AcEndpoint *e = &page->endpoints.v[i];
		Str object = arena_printf(a, "%.*s/%.*s", STR_ARG(st->runtime[st->at]), STR_ARG(e->name));

		if (e->live.n)                   /* one that is being made serves nothing yet */
			traits_add(&st->traits, a, &(Trait){ .kind = CHANGE_POINTER, .first = true, .base = object, .object = object, .value = e->live,
			                                     .at_ms = e->updated_ms });
	}
	if (step == PAGES_MORE) {
		ask_endpoints(st);
		return;
	}
	st->at++;
	next_runtime(st);
}

static void ask_endpoints(CoreState *st)
{
	AcRuntimeListIn in = { .id = st->runtime[st->at], .max = PAGE, .next_token = st->pages.token };

	feed_call(st->f, &op_agentcore_list_endpoints, &in, on_endpoints, st);
}

static void next_runtime(CoreState *st)
{
	if (st->at == st->n) {
		look_over(st);
		return;
	}
	pages_start(&st->pages, "AgentCore's endpoints", NULL, clock_mono_ms());
	ask_endpoints(st);
}

/* --- runtimes --- */

static void ask_runtimes(CoreState *st);

static void add_runtime(CoreState *st, const AcRuntime *r)
{
	Arena *a = &st->batch->arena;

	VEC_GROW(st->runtime, st->cap, st->n + 1);
	VEC_GROW(st->name, st->name_cap, st->n + 1);
	st->runtime[st->n] = arena_str(a, r->id);
	st->name[st->n++] = (KnownAs){ arena_str(a, r->id), arena_str(a, r->name) };
	traits_add(&st->traits, a, &(Trait){ .kind = CHANGE_CONFIG, .first = true, .base = r->id, .object = r->id, .value = r->version,
	                                     .at_ms = r->updated_ms });
}

static void on_runtimes(Feed *f, const void *out, const AwsError *err, void *arg)
{
	CoreState *st = arg;
	const AcRuntimes *page = out;
	PagesStep step = PAGES_BROKEN;
	Err broken = { 0 };

	(void)f;
	if (!err)
		step = pages_next(&st->pages, page->next_token, page->runtimes.n, clock_mono_ms(), &broken);
	if (step == PAGES_BROKEN) {
		fail(st, err, &broken);
		return;
	}
	for (size_t i = 0; i < page->runtimes.n; i++)
		add_runtime(st, &page->runtimes.v[i]);
	if (step == PAGES_MORE)
		ask_runtimes(st);
	else
		next_runtime(st);
}

static void ask_runtimes(CoreState *st)
{
	AcListIn in = { .max = PAGE, .next_token = st->pages.token };

	feed_call(st->f, &op_agentcore_list_runtimes, &in, on_runtimes, st);
}

static void start(Feed *f, void *state, SourceView *view)
{
	CoreState *st = state;

	(void)view;
	st->f = f;
	drop(st);
	st->batch = feed_batch_new(f);
	pages_start(&st->pages, "AgentCore's runtimes", NULL, clock_mono_ms());
	ask_runtimes(st);
}

const ChangeReader reader_agentcore = {
	.interval_ms = interval, .state_size = sizeof(CoreState), .start = start, .done = done,
};
