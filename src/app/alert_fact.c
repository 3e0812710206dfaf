#include "app/alert_fact.h"

#include "act/acts.h"

/* Alerts that are shown began at most so long ago. */
enum { DAYS_BACK = 8, WINDOW_MAX_MS = 6 * 3600000 };
#define DAY_MS INT64_C(86400000)

static int read_moves(AlertFacts *f, Err *e)
{
	if (f->moves_read)
		return 0;
	f->moves_read = true;
	return registry_read(f->s, f->now_ms - DAYS_BACK * DAY_MS, f->a, &f->registry, e);
}

/* Seismo's own is none of those that a rule about others' moves tells of; and going back is what ended an alert, not what it was about. */
static bool may_be_about(const AlertFacts *f, const AlertRow *r, const Change *c)
{
	const RegMove *own = registry_ours(&f->registry, c);

	return !own || (r->metric != METRIC_MOVES && (r->st.phase == PHASE_FIRING || !str_is(own->action, move_action_name(MOVE_ROLLBACK))));
}

/* The newest that had happened when the alert began: what came later is an answer to it. One that a look found may be dated a little after.
 * "2.1>2.2 by release/ci (cloudtrail)" */
static int mover(AlertFacts *f, const AlertRow *r, Str *out, Err *e)
{
	if (read_moves(f, e) < 0)
		return -1;
	for (size_t i = 0; i < f->registry.changes; i++) {
		const Change *c = &f->registry.change[i];
		Str who = change_actor(c->by);

		if (!str_eq(c->object, r->key) || c->since_ms > r->st.since_ms || c->time_ms < r->st.since_ms - WINDOW_MAX_MS || !may_be_about(f, r, c))
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
