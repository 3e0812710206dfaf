/* Bedrock's models: which of those that the fleet uses are on their way out. */
#include "app/changes_readers.h"

#include <stdlib.h>

#include "api/bedrock.h"
#include "api/traits.h"
#include "app/fleet_models.h"
#include "base/xalloc.h"
#include "wire/time8601.h"

enum { POLL_MS = 3600000, DAYS_USED = 30 };
#define DAY_MS INT64_C(86400000)

typedef struct ModelsState {
	Feed *f;
	Arena used;                      /* models of the last days' jobs and of the registry */
	Str  *model; size_t n, cap;
	TraitList traits;
} ModelsState;

static int64_t interval(const ConfSources *src)
{
	(void)src;
	return POLL_MS;
}

static void done(void *state)
{
	ModelsState *st = state;

	arena_done(&st->used);
	free(st->model);
	traits_done(&st->traits);
}

static bool is_used(const ModelsState *st, Str id)
{
	for (size_t i = 0; i < st->n; i++)
		if (models_same(st->model[i], id))
			return true;
	return false;
}

/* With its date it is told at once, whenever that was; without one only when it was not so at the look before. */
static void add_model(ModelsState *st, FeedBatch *b, Change *change, const BedrockModel *m)
{
	Arena *a = &b->arena;
	Str id = arena_str(a, m->id);
	char day[TIME_TEXT];

	if (!str_is(m->life.status, "LEGACY") || !is_used(st, m->id))
		return;
	if (m->life.legacy_ms)
		change[b->b.change_count++] = (Change){ .kind = CHANGE_MODEL, .source = CHANGE_BY_BEDROCK, .object = id, .from = STR("ACTIVE"),
		                                        .to = STR("LEGACY"), .time_ms = m->life.legacy_ms, .since_ms = m->life.legacy_ms, .id = id };
	else
		traits_add(&st->traits, a, &(Trait){ .kind = CHANGE_MODEL, .base = STR("lifecycle"), .object = id, .value = STR("LEGACY") });
	if (!m->life.end_ms)
		return;
	time_format_iso(m->life.end_ms, day);
	traits_add(&st->traits, a, &(Trait){ .kind = CHANGE_MODEL, .base = STR("lifecycle"), .value = str_sub(str_of(day), 0, 10),
	                                     .object = arena_printf(a, "%.*s" MODEL_END_TRAIT, STR_ARG(id)) });
}

static void on_models(Feed *f, const void *out, const AwsError *err, void *arg)
{
	ModelsState *st = arg;
	const BedrockModelsOut *list = out;
	FeedBatch *b;
	Change *change;
	TraitSet *set;

	if (err) {
		reader_fail(f, err);
		return;
	}
	b = feed_batch_new(f);
	change = ARENA_ARRAY(&b->arena, Change, list->models.n + 1);
	set = ARENA_NEW(&b->arena, TraitSet);
	st->traits.n = 0;
	traits_add(&st->traits, &b->arena, &(Trait){ .kind = CHANGE_MODEL, .first = true, .base = STR("lifecycle"), .object = STR("lifecycle"),
	                                             .value = STR("read") });
	for (size_t i = 0; i < list->models.n; i++)
		add_model(st, b, change, &list->models.v[i]);
	*set = (TraitSet){ .source = CHANGE_BY_BEDROCK, .place = STR("models"), .trait = traits_take(&st->traits, &b->arena),
	                   .count = st->traits.n, .began_ms = b->b.now_ms, .ended_ms = feed_now_ms() };
	b->b.changes = change;
	b->b.traits = set;
	reader_store(f, b, POLL_MS);
}

/* --- what the fleet uses --- */

typedef struct UsedRead { ModelsState *st; Arena arena; Str *model; size_t n, cap; int64_t from_ms; } UsedRead;

static void add_used(UsedRead *r, Str model)
{
	for (size_t i = 0; i < r->n; i++)
		if (str_eq(r->model[i], model))
			return;
	VEC_GROW(r->model, r->cap, r->n + 1);
	r->model[r->n++] = model;
}

static int used_run(Store *s, void *work, Err *e)
{
	UsedRead *r = work;
	AgentVersionRow *agent;
	CostGroup *group;
	size_t agents, groups;

	if (store_cost(s, DIM_MODEL, r->from_ms, 0, &r->arena, &group, &groups, e) < 0 || store_agents(s, &r->arena, &agent, &agents, e) < 0)
		return -1;
	for (size_t i = 0; i < groups; i++)
		if (group[i].key.n)
			add_used(r, group[i].key);
	for (size_t i = 0; i < agents; i++)
		if (agent[i].model.n)
			add_used(r, agent[i].model);
	return 0;
}

static void used_done(void *work, const Err *err)
{
	UsedRead *r = work;
	ModelsState *st = r->st;
	Feeds *all = st->f->all;

	if (!all->closing && err) {
		reader_fail_err(st->f, err);
	} else if (!all->closing) {
		arena_done(&st->used);
		free(st->model);
		st->used = r->arena;
		st->model = r->model;
		st->n = r->n;
		r->arena = (Arena){ 0 };
		r->model = NULL;
		feed_call(st->f, &op_bedrock_list_foundation_models, &(BedrockModelsIn){ .provider = STR("") }, on_models, st);
	}
	arena_done(&r->arena);
	free(r->model);
	free(r);
	feeds_release(all);
}

static void start(Feed *f, void *state, SourceView *view)
{
	ModelsState *st = state;
	UsedRead *r = xcalloc(1, sizeof *r);

	(void)view;
	st->f = f;
	*r = (UsedRead){ .st = st, .from_ms = feed_now_ms() - DAYS_USED * DAY_MS };
	f->all->pending++;
	storeq_read(f->all->spec.queue, (StoreWork){ used_run, used_done, r });
}

const ChangeReader reader_models = {
	.backend = CONF_BACKENDS, .interval_ms = interval, .state_size = sizeof(ModelsState), .start = start, .done = done,
};
