/* AgentCore: runtimes, their versions, and which one each endpoint serves. The service keeps no history of that, so looks are compared. */
#include "app/platform_draft.h"

#include <stdlib.h>

#include "api/agentcore.h"
#include "api/traits.h"
#include "aws/pages.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/jsonw.h"

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
	Draft draft;
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
	draft_done(&st->draft);
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

static void look_over(void *arg)
{
	CoreState *st = arg;
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
	b->b.platform = draft_take(&st->draft);
	st->batch = NULL;
	reader_store(st->f, b, (int64_t)st->n * ROOM_MS);
}

/* --- how a version is made --- */

/* Values of variables may be secrets: but for those that say which release it is they are only compared. */
static bool is_plain(Str name)
{
	static const char *const plain[] = { "AGENT_ID", "AGENT_VERSION", "MODEL_ID", "PROMPT" };

	for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
		if (str_is(name, plain[i]))
			return true;
	return false;
}

static Str variable(const AcRuntime *r, const char *name)
{
	for (size_t i = 0; i < r->environment.n; i++)
		if (str_is(r->environment.v[i].key, name))
			return r->environment.v[i].value;
	return STR("");
}

static Str detail_of(Arena *a, const AcRuntime *r)
{
	Str prompt = variable(r, "PROMPT"), out;
	Buf b = { 0 };
	JsonW w = jw_to(&b);

	jw_object(&w);
	jw_key(&w, "config");
	jw_object(&w);
	jw_kstr(&w, "role", r->role);
	jw_kraw(&w, "artifact", r->artifact);
	jw_kraw(&w, "network", r->network);
	jw_kraw(&w, "protocol", r->protocol);
	jw_kraw(&w, "lifecycle", r->lifecycle);
	jw_key(&w, "environment");
	jw_object(&w);
	for (size_t i = 0; i < r->environment.n; i++) {
		const ShapePair *v = &r->environment.v[i];

		jw_key_str(&w, v->key);
		jw_str(&w, is_plain(v->key) ? v->value : traits_hash(a, v->value));
	}
	jw_object_end(&w);
	jw_object_end(&w);
	jw_kstr(&w, "prompt", prompt.n ? prompt : (Str){ NULL, 0 });
	jw_knull(&w, "tools");
	jw_object_end(&w);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

static void on_detail(Feed *f, const void *out, const AwsError *err, void *arg)
{
	CoreState *st = arg;
	const AcRuntime *r = out;

	(void)f;
	if (err)
		draft_detail(&st->draft, err, STR(""), STR(""), STR(""));
	else
		draft_detail(&st->draft, NULL, draft_release(variable(r, "AGENT_VERSION"), r->description, r->name), variable(r, "MODEL_ID"),
		             detail_of(&st->batch->arena, r));
}

static void ask_detail(void *arg, Str agent, Str version)
{
	CoreState *st = arg;
	AcRuntimeIn in = { .id = agent, .version = version };

	feed_call(st->f, &op_agentcore_get_runtime, &in, on_detail, st);
}

/* --- versions of one runtime --- */

static void on_versions(Feed *f, const void *out, const AwsError *err, void *arg)
{
	CoreState *st = arg;
	const AcRuntimes *page = out;
	const PlatformAgent *of = draft_page(&st->draft, err, err ? STR("") : page->next_token, err ? 0 : page->runtimes.n);

	(void)f;
	for (size_t i = 0; of && i < page->runtimes.n; i++) {
		const AcRuntime *r = &page->runtimes.v[i];

		draft_version(&st->draft, &(PlatformVersion){ .agent = of->id, .version = r->version, .status = r->status, .created_ms = r->updated_ms,
		                                              .release = draft_release(STR(""), r->description, of->name) });
	}
	draft_paged(&st->draft);
}

static void ask_versions(void *arg, Str agent, Str token)
{
	CoreState *st = arg;
	AcRuntimeListIn in = { .id = agent, .max = PAGE, .next_token = token };

	feed_call(st->f, &op_agentcore_list_runtime_versions, &in, on_versions, st);
}

static const DraftWay way = { "AgentCore's versions", ask_versions, ask_detail };

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
		draft_pointer(&st->draft, &(PlatformPointer){ .agent = st->runtime[st->at], .id = e->arn, .name = e->name, .live = e->live,
		              .target = e->target.n ? e->target : e->live, .status = e->status, .follows = str_is(e->name, "DEFAULT"),
		              .updated_ms = e->updated_ms });
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
		draft_fill(&st->draft, &way, look_over);
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
	/* Its latest version is the newest that there is; while it is being made its state still changes. */
	draft_agent(&st->draft, &(PlatformAgent){ r->id, r->name, arena_printf(a, "%.*s %.*s %lld", STR_ARG(r->version), STR_ARG(r->status),
	                                                                       (long long)r->updated_ms) });
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

static void begin(void *arg)
{
	CoreState *st = arg;

	pages_start(&st->pages, "AgentCore's runtimes", NULL, clock_mono_ms());
	ask_runtimes(st);
}

static void start(Feed *f, void *state, SourceView *view)
{
	CoreState *st = state;

	(void)view;
	st->f = f;
	drop(st);
	st->batch = feed_batch_new(f);
	draft_begin(&st->draft, f, st->batch, CHANGE_BY_AGENTCORE, begin, st);
}

const ChangeReader reader_agentcore = {
	.backend = CONF_AGENTCORE, .interval_ms = interval, .state_size = sizeof(CoreState), .start = start, .done = done,
};
