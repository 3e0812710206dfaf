#include "app/alert_fact.h"

#include "store/change.h"

/* No rule looks further back; alerts that are shown began at most so long ago. */
enum { WINDOW_MAX_MS = 6 * 3600000, CHANGES_MAX = 400, DAYS_BACK = 8 };
#define DAY_MS INT64_C(86400000)

static int read_changes(AlertFacts *f, Err *e)
{
	if (f->changes_read)
		return 0;
	f->changes_read = true;
	return store_changes(f->s, f->now_ms - DAYS_BACK * DAY_MS, 0, CHANGES_MAX, f->a, &f->change, &f->changes, e);
}

static int read_own_moves(AlertFacts *f, const AlertRow *r, Err *e)
{
	if (f->registry_read || r->metric != METRIC_MOVES)
		return 0;
	f->registry_read = true;
	return registry_read(f->s, INT64_MAX, f->a, &f->registry, e);
}

/* Where others' moves are told, seismo's own answer to one is none of them. */
static bool is_about(const AlertFacts *f, const AlertRow *r, const Change *c)
{
	const int64_t until = r->st.phase == PHASE_FIRING ? f->now_ms : r->st.since_ms;

	return c->kind == CHANGE_POINTER && str_eq(c->object, r->key) && c->time_ms <= until && c->time_ms >= r->st.since_ms - WINDOW_MAX_MS &&
	       !(r->metric == METRIC_MOVES && registry_ours(&f->registry, c));
}

/* "2.1>2.2 by release/ci (cloudtrail)" */
static int mover(AlertFacts *f, const AlertRow *r, Str *out, Err *e)
{
	if (read_changes(f, e) < 0 || read_own_moves(f, r, e) < 0)
		return -1;
	for (size_t i = 0; i < f->changes; i++) {
		const Change *c = &f->change[i];
		Str who = change_actor(c->by);

		if (!is_about(f, r, c))
			continue;
		/* CloudTrail hides the values of items: with nothing else known it only moved. */
		*out = arena_printf(f->a, "%.*s%s%.*s by %.*s (%s)", STR_ARG(c->from), c->from.n || c->to.n ? ">" : "moved", STR_ARG(c->to),
		                    STR_ARG(who.n ? who : STR("an unknown hand")), change_source_name(c->source));
		return 0;
	}
	return 0;
}

/* "upsell-generator/route 2.1, upsell-judge/route 1.3" */
static int users(AlertFacts *f, const AlertRow *r, Str *out, Err *e)
{
	Str list = STR("");

	if (!f->models_read && models_read(f->s, f->a, &f->models, e) < 0)
		return -1;
	f->models_read = true;
	for (size_t i = 0; i < f->models.uses; i++) {
		const ModelUse *u = &f->models.use[i];

		if (str_eq(u->model, r->key))
			list = arena_printf(f->a, "%.*s%s%.*s %.*s", STR_ARG(list), list.n ? ", " : "", STR_ARG(u->pointer), STR_ARG(u->version));
	}
	*out = list.n ? list : STR("no pointer leads to it");
	return 0;
}

int alert_fact(AlertFacts *f, const AlertRow *r, Str *out, Err *e)
{
	*out = STR("");
	if (r->metric == METRIC_MODEL_LEFT)
		return users(f, r, out, e);
	if (r->metric == METRIC_MOVES || r->metric == METRIC_LEFT_RESTORED || r->metric == METRIC_ERROR_AFTER_MOVE || r->metric == METRIC_COST_AFTER_MOVE)
		return mover(f, r, out, e);
	return 0;
}
