/* A pointer that was put back, and leaves the version that it was put back to: told from the history of its moves, whoever made them and
 * by whatever means. */
#include "app/measure_own.h"

#include "app/fleet_models.h"
#include "store/change.h"

/* How far back a version must have served to be an earlier one. */
enum { HISTORY_DAYS = 30, MOVES_MAX = 2000, SERVED_MAX = 64 };

/* One pointer's way through its moves, the oldest first. */
typedef struct Way {
	Str served[SERVED_MAX]; size_t n;    /* versions that had it to themselves */
	Str restored; int64_t at_ms;         /* put back to that version then; empty: it was not, or that is long ago */
	Str now;                             /* what serves most */
	bool away;
} Way;

/* The only version of a route; empty: there are several, or none. */
static Str alone(Str routes)
{
	Str rest = routes, version = models_next_version(&rest);

	while (rest.n)
		if (models_next_version(&rest).n)
			return STR("");
	return version;
}

static bool has_served(const Way *w, Str version)
{
	for (size_t i = 0; i < w->n; i++)
		if (str_eq(w->served[i], version))
			return true;
	return false;
}

static void served(Way *w, Str version)
{
	if (version.n && !has_served(w, version) && w->n < SERVED_MAX)
		w->served[w->n++] = version;
}

/* What the registry calls rolled back was left for its fault, also where the moves before are not known. */
static bool was_rolled_back(const Measuring *m, Str agent, Str version)
{
	for (size_t i = 0; i < m->agents; i++)
		if (str_eq(m->agent[i].agent, agent) && str_eq(m->agent[i].version, version))
			return str_is(m->agent[i].status, "rolled_back");
	return false;
}

static void step(const Measuring *m, Way *w, const Change *c, Str agent, int64_t pin_ms)
{
	Str from = alone(c->from), to = alone(c->to), rest = c->to;

	/* CloudTrail may know of a move and not of its values. */
	if (!c->to.n)
		return;
	if (w->restored.n && c->time_ms - w->at_ms > pin_ms)
		w->restored = STR("");
	w->now = models_next_version(&rest);
	if (w->restored.n) {
		w->away = !str_eq(to, w->restored);
	} else if (to.n && !str_eq(to, from) && (has_served(w, to) || (from.n && was_rolled_back(m, agent, from)))) {
		w->restored = to;
		w->at_ms = c->time_ms;
		w->away = false;
	}
	served(w, from);
	served(w, to);
}

int measure_restored(Measuring *m, const AlertRule *r, Err *e)
{
	Change *c;
	size_t n;

	if (store_changes(m->s, m->q->now_ms - HISTORY_DAYS * DAY_MS, 0, MOVES_MAX, m->a, &c, &n, e) < 0 || measure_agents(m, e) < 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		Str name, agent = str_cut(c[i].object, '/', &name);
		bool later = false;
		Way way = { 0 };

		for (size_t k = 0; k < i && !later; k++)
			later = c[k].kind == CHANGE_POINTER && str_eq(c[k].object, c[i].object);
		if (c[i].kind != CHANGE_POINTER || later)
			continue;
		for (size_t k = n; k-- > i;)
			if (c[k].kind == CHANGE_POINTER && str_eq(c[k].object, c[i].object))
				step(m, &way, &c[k], agent, r->window_ms);
		if (way.restored.n && m->q->now_ms - way.at_ms <= r->window_ms)
			measure_add_of(m, r, c[i].object, (AlertReading){ KNOWN, way.away ? MEASURE_MICRO : 0, ALERT_NONE, 1 }, agent, way.now);
	}
	return 0;
}
