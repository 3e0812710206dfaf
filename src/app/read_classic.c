/* Bedrock agents: their versions, and where their aliases point. The service keeps the last ten moves of an alias with their times; it does
 * not say who. */
#include "app/platform_draft.h"

#include <inttypes.h>
#include <stdlib.h>

#include "api/bedrock_agent.h"
#include "api/traits.h"
#include "aws/pages.h"
#include "aws/partition.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "wire/jsonw.h"

enum { PAGE = 100, ROOM_MS = 500, MOVE_MS = 60000, HISTORY_MAX = 32 };

/* An alias whose history has been read, and of which time. */
typedef struct Read { char id[64]; int64_t updated_ms; } Read;

typedef struct ClassicState {
	Feed *f;
	FeedBatch *batch;
	Str  *agent; size_t n, cap, at;
	Str  *stale; size_t stale_n, stale_cap;       /* aliases of the agent whose history is to be read */
	int64_t *stale_ms; size_t ms_cap;
	Read *read; size_t read_n, read_cap;
	KnownAs *name; size_t name_cap;
	Change *change; size_t change_cap;
	TraitList traits;
	Draft draft;
	Pages pages;
} ClassicState;

static int64_t interval(const ConfSources *src)
{
	return src->agents_poll_ms;
}

static void drop(ClassicState *st)
{
	feed_batch_free(st->batch);
	st->batch = NULL;
	st->traits.n = st->n = st->at = st->stale_n = 0;
}

static void done(void *state)
{
	ClassicState *st = state;

	drop(st);
	traits_done(&st->traits);
	pages_done(&st->pages);
	draft_done(&st->draft);
	free(st->agent);
	free(st->stale);
	free(st->stale_ms);
	free(st->read);
	free(st->name);
	free(st->change);
}

/* What was read of histories and not stored is read again. */
static void fail(ClassicState *st, const AwsError *err, const Err *broken)
{
	drop(st);
	st->read_n = 0;
	if (err)
		reader_fail(st->f, err);
	else
		reader_fail_err(st->f, broken);
}

static void add_name(ClassicState *st, Str id, Str name)
{
	size_t n = st->batch->b.name_count++;

	VEC_GROW(st->name, st->name_cap, n + 1);
	st->name[n] = (KnownAs){ arena_str(&st->batch->arena, id), arena_str(&st->batch->arena, name) };
}

static void look_over(void *arg)
{
	ClassicState *st = arg;
	FeedBatch *b = st->batch;
	TraitSet *set = ARENA_NEW(&b->arena, TraitSet);
	KnownAs *names = ARENA_ARRAY(&b->arena, KnownAs, b->b.name_count + 1);
	Change *changes = ARENA_ARRAY(&b->arena, Change, b->b.change_count + 1);

	for (size_t i = 0; i < b->b.name_count; i++)
		names[i] = st->name[i];
	for (size_t i = 0; i < b->b.change_count; i++)
		changes[i] = st->change[i];
	*set = (TraitSet){ .source = CHANGE_BY_CLASSIC, .place = STR("agents"), .trait = traits_take(&st->traits, &b->arena),
	                   .count = st->traits.n, .began_ms = b->b.now_ms, .ended_ms = feed_now_ms() };
	b->b.traits = set;
	b->b.names = names;
	b->b.changes = changes;
	b->b.platform = draft_take(&st->draft);
	st->batch = NULL;
	reader_store(st->f, b, (int64_t)st->n * ROOM_MS);
}

/* --- how a version is made --- */

static Str detail_of(Arena *a, const BaAgent *g)
{
	Buf b = { 0 };
	JsonW w = jw_to(&b);
	Str out;

	jw_object(&w);
	jw_key(&w, "config");
	jw_object(&w);
	jw_kstr(&w, "role", g->role);
	jw_kstr(&w, "orchestration", g->orchestration);
	jw_kstr(&w, "collaboration", g->collaboration);
	jw_ki64(&w, "idleSessionTtlS", g->idle_ttl_s);
	if (g->guardrail.id.n)
		jw_kstr(&w, "guardrail", arena_printf(a, "%.*s:%.*s", STR_ARG(g->guardrail.id), STR_ARG(g->guardrail.version)));
	jw_kraw(&w, "memory", g->memory);
	if (g->prompts.n)
		jw_kstr(&w, "prompts", traits_hash(a, g->prompts));
	jw_object_end(&w);
	jw_kstr(&w, "prompt", g->instruction.n ? g->instruction : (Str){ NULL, 0 });
	jw_knull(&w, "tools");
	jw_object_end(&w);
	out = arena_str(a, buf_str(&b));
	buf_done(&b);
	return out;
}

static void on_detail(Feed *f, const void *out, const AwsError *err, void *arg)
{
	ClassicState *st = arg;
	const BaVersionOut *v = out;

	(void)f;
	if (err)
		draft_detail(&st->draft, err, STR(""), STR(""), STR(""));
	else
		draft_detail(&st->draft, NULL, draft_release(STR(""), v->agent.description, v->agent.name), v->agent.model,
		             detail_of(&st->batch->arena, &v->agent));
}

static void ask_detail(void *arg, Str agent, Str version)
{
	ClassicState *st = arg;
	BaVersionIn in = { .id = agent, .version = version };

	feed_call(st->f, &op_bedrock_agent_get_version, &in, on_detail, st);
}

/* --- versions of one agent --- */

static void on_versions(Feed *f, const void *out, const AwsError *err, void *arg)
{
	ClassicState *st = arg;
	const BaVersions *page = out;
	const PlatformAgent *of = draft_page(&st->draft, err, err ? STR("") : page->next_token, err ? 0 : page->versions.n);

	(void)f;
	for (size_t i = 0; of && i < page->versions.n; i++) {
		const BaAgent *g = &page->versions.v[i];

		draft_version(&st->draft, &(PlatformVersion){ .agent = of->id, .version = g->version, .status = g->status, .created_ms = g->created_ms,
		                                              .release = draft_release(STR(""), g->description, of->name) });
	}
	draft_paged(&st->draft);
}

static void ask_versions(void *arg, Str agent, Str token)
{
	ClassicState *st = arg;
	BaAgentListIn in = { .id = agent, .max = PAGE, .next_token = token };

	feed_call(st->f, &op_bedrock_agent_list_versions, &in, on_versions, st);
}

static const DraftWay way = { "the agent's versions", ask_versions, ask_detail };

/* --- the history of an alias --- */

static void next_history(ClassicState *st);

static int by_start(const void *x, const void *y)
{
	const BaAliasEvent *a = x, *b = y;

	return (a->start_ms > b->start_ms) - (a->start_ms < b->start_ms);
}

static Str version_of(const BaAliasEvent *e)
{
	return e->routing.n ? e->routing.v[0].version : STR("");
}

static void add_history(ClassicState *st, const BaAlias *alias)
{
	Arena *a = &st->batch->arena;
	Str object = arena_printf(a, "%.*s/%.*s", STR_ARG(st->agent[st->at]), STR_ARG(alias->id)), was = STR("");
	BaAliasEvent event[HISTORY_MAX];
	size_t n = 0;

	for (size_t i = 0; i < alias->history.n && n < HISTORY_MAX; i++)
		if (alias->history.v[i].start_ms)
			event[n++] = alias->history.v[i];
	if (n)
		qsort(event, n, sizeof *event, by_start);
	for (size_t i = 0; i < n; i++) {
		Str to = arena_str(a, version_of(&event[i]));
		size_t k = st->batch->b.change_count;

		/* The same version again is no move. */
		if (to.n && !str_eq(to, was)) {
			VEC_GROW(st->change, st->change_cap, k + 1);
			st->change[k] = (Change){ .kind = CHANGE_POINTER, .source = CHANGE_BY_CLASSIC, .object = object, .from = was, .to = to,
			                          .time_ms = event[i].start_ms, .since_ms = event[i].start_ms - MOVE_MS,
			                          .id = arena_printf(a, "%.*s %" PRId64, STR_ARG(object), event[i].start_ms) };
			st->batch->b.change_count++;
		}
		was = to;
	}
}

static Read *find_read(ClassicState *st, Str id)
{
	for (size_t i = 0; i < st->read_n; i++)
		if (str_is(id, st->read[i].id))
			return &st->read[i];
	return NULL;
}

static void keep_read(ClassicState *st, Str id, int64_t updated_ms)
{
	Read *r = find_read(st, id);

	if (!r && id.n < sizeof r->id) {
		VEC_GROW(st->read, st->read_cap, st->read_n + 1);
		r = &st->read[st->read_n++];
		*r = (Read){ 0 };
		memcpy(r->id, id.p, id.n);
	}
	if (r)
		r->updated_ms = updated_ms;
}

static void on_alias(Feed *f, const void *out, const AwsError *err, void *arg)
{
	ClassicState *st = arg;
	const BaAliasOut *alias = out;

	(void)f;
	if (err && err->fault != AWS_NOT_FOUND) {
		fail(st, err, NULL);
		return;
	}
	st->stale_n--;
	if (!err) {
		add_history(st, &alias->alias);
		keep_read(st, st->stale[st->stale_n], st->stale_ms[st->stale_n]);
	}
	next_history(st);
}

/* --- aliases of one agent --- */

static void next_agent(ClassicState *st);
static void ask_aliases(ClassicState *st);

static void next_history(ClassicState *st)
{
	BaAliasIn in;

	if (!st->stale_n) {
		st->at++;
		next_agent(st);
		return;
	}
	in = (BaAliasIn){ .agent = st->agent[st->at], .id = st->stale[st->stale_n - 1] };
	feed_call(st->f, &op_bedrock_agent_get_alias, &in, on_alias, st);
}

/* One that was not touched since what is asked for has no move to tell. */
static bool wants_history(ClassicState *st, const BaAlias *alias)
{
	const FeedsSpec *spec = &st->f->all->spec;
	const Read *r = find_read(st, alias->id);

	return (!r || r->updated_ms != alias->updated_ms) && alias->updated_ms >= spec->since_ms - spec->backfill_ms;
}

/* A listing has no ARNs. */
static Str alias_arn(ClassicState *st, Str alias)
{
	const Session *s = st->f->all->spec.session;
	Str region = session_region(s);

	return arena_printf(&st->batch->arena, "arn:%s:bedrock:%.*s:%s:agent-alias/%.*s/%.*s", partition_name(region), STR_ARG(region), s->account,
	                    STR_ARG(st->agent[st->at]), STR_ARG(alias));
}

static void add_alias(ClassicState *st, const BaAlias *alias)
{
	Arena *a = &st->batch->arena;
	Str object = arena_printf(a, "%.*s/%.*s", STR_ARG(st->agent[st->at]), STR_ARG(alias->id));
	Str version = alias->routing.n ? alias->routing.v[0].version : STR("");

	draft_pointer(&st->draft, &(PlatformPointer){ .agent = st->agent[st->at], .id = alias_arn(st, alias->id), .name = alias->name, .live = version,
	              .target = version, .status = alias->status, .follows = str_is(version, "DRAFT"),
	              .paused = str_is(alias->state, "REJECT_INVOCATIONS"), .updated_ms = alias->updated_ms });

	add_name(st, alias->id, alias->name);
	traits_add(&st->traits, a, &(Trait){ .kind = CHANGE_CONFIG, .first = true, .base = object, .object = object,
	                                     .value = alias->state.n ? alias->state : STR("ACCEPT_INVOCATIONS"), .at_ms = alias->updated_ms });
	if (!wants_history(st, alias))
		return;
	VEC_GROW(st->stale, st->stale_cap, st->stale_n + 1);
	VEC_GROW(st->stale_ms, st->ms_cap, st->stale_n + 1);
	st->stale[st->stale_n] = arena_str(a, alias->id);
	st->stale_ms[st->stale_n++] = alias->updated_ms;
}

static void on_aliases(Feed *f, const void *out, const AwsError *err, void *arg)
{
	ClassicState *st = arg;
	const BaAliases *page = out;
	PagesStep step = PAGES_DONE;
	Err broken = { 0 };

	(void)f;
	if (!err)
		step = pages_next(&st->pages, page->next_token, page->aliases.n, clock_mono_ms(), &broken);
	if ((err && err->fault != AWS_NOT_FOUND) || step == PAGES_BROKEN) {
		fail(st, err, &broken);
		return;
	}
	for (size_t i = 0; !err && i < page->aliases.n; i++)
		add_alias(st, &page->aliases.v[i]);
	if (step == PAGES_MORE)
		ask_aliases(st);
	else
		next_history(st);
}

static void ask_aliases(ClassicState *st)
{
	BaAgentListIn in = { .id = st->agent[st->at], .max = PAGE, .next_token = st->pages.token };

	feed_call(st->f, &op_bedrock_agent_list_aliases, &in, on_aliases, st);
}

static void next_agent(ClassicState *st)
{
	if (st->at == st->n) {
		draft_fill(&st->draft, &way, look_over);
		return;
	}
	pages_start(&st->pages, "the agent's aliases", NULL, clock_mono_ms());
	ask_aliases(st);
}

/* --- agents --- */

static void ask_agents(ClassicState *st);

static void on_agents(Feed *f, const void *out, const AwsError *err, void *arg)
{
	ClassicState *st = arg;
	const BaAgents *page = out;
	PagesStep step = PAGES_BROKEN;
	Err broken = { 0 };

	(void)f;
	if (!err)
		step = pages_next(&st->pages, page->next_token, page->agents.n, clock_mono_ms(), &broken);
	if (step == PAGES_BROKEN) {
		fail(st, err, &broken);
		return;
	}
	for (size_t i = 0; i < page->agents.n; i++) {
		const BaAgent *g = &page->agents.v[i];

		VEC_GROW(st->agent, st->cap, st->n + 1);
		st->agent[st->n++] = arena_str(&st->batch->arena, g->id);
		add_name(st, g->id, g->name);
		draft_agent(&st->draft, &(PlatformAgent){ g->id, g->name, arena_printf(&st->batch->arena, "%.*s %.*s %lld", STR_ARG(g->version),
		            STR_ARG(g->status), (long long)g->updated_ms) });
		traits_add(&st->traits, &st->batch->arena, &(Trait){ .kind = CHANGE_CONFIG, .first = true, .base = g->id, .object = g->id,
		                                                     .value = g->version.n ? g->version : STR("DRAFT"), .at_ms = g->updated_ms });
	}
	if (step == PAGES_MORE)
		ask_agents(st);
	else
		next_agent(st);
}

static void ask_agents(ClassicState *st)
{
	BaListIn in = { .max = PAGE, .next_token = st->pages.token };

	feed_call(st->f, &op_bedrock_agent_list_agents, &in, on_agents, st);
}

static void begin(void *arg)
{
	ClassicState *st = arg;

	pages_start(&st->pages, "Bedrock's agents", NULL, clock_mono_ms());
	ask_agents(st);
}

static void start(Feed *f, void *state, SourceView *view)
{
	ClassicState *st = state;

	(void)view;
	st->f = f;
	drop(st);
	st->batch = feed_batch_new(f);
	draft_begin(&st->draft, f, st->batch, CHANGE_BY_CLASSIC, begin, st);
}

const ChangeReader reader_classic = {
	.backend = CONF_CLASSIC, .interval_ms = interval, .state_size = sizeof(ClassicState), .start = start, .done = done,
};
