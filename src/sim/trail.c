#include "sim/trail.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "sim/fleet_hour.h"
#include "sim/rng.h"
#include "sim/trail_record.h"
#include "wire/time8601.h"

enum { FOLLOWS_KEPT = 256 };

/* A noted call. The texts are its own. */
typedef struct Noted { Arena text; TrailEvent event; Str account, region; int64_t seen_ms; } Noted;
/* A move of the pipeline's own, which every account and region sees. */
typedef struct Followed { PipelineMove move; int64_t seen_ms; } Followed;
typedef struct Trail { Noted **v; size_t n, cap; Followed follow[FOLLOWS_KEPT]; size_t follows; bool ready; } Trail;

static const int owner;
static const int64_t day_ms = INT64_C(86400000);

static void noted_free(Noted *n)
{
	arena_done(&n->text);
	free(n);
}

static void forget(void *arg)
{
	Trail *t = arg;

	for (size_t i = 0; i < t->n; i++)
		noted_free(t->v[i]);
	free(t->v);
}

static Trail *trail_of(Sim *s)
{
	Trail *t = sim_slot(s, &owner, sizeof(Trail));

	if (!t->ready)
		sim_at_close(s, forget, t);
	t->ready = true;
	return t;
}

void trail_note(SimCall *c, const SimRow *row)
{
	Trail *t = trail_of(c->sim);
	TrailCall call;
	Noted *n;

	if (!c->answered || !trail_is_write(c, row, &call))
		return;
	n = xcalloc(1, sizeof *n);
	n->event = trail_record(&n->text, c, &call);
	n->account = arena_str(&n->text, c->who.account);
	n->region = arena_str(&n->text, c->region);
	n->seen_ms = clock_mono_ms() + TRAIL_LATE_MS;
	if (t->n == TRAIL_KEPT) {
		noted_free(t->v[0]);
		for (size_t i = 1; i < t->n; i++)
			t->v[i - 1] = t->v[i];
		t->n--;
	}
	VEC_GROW(t->v, t->cap, t->n + 1);
	t->v[t->n++] = n;
}

void trail_follow(Sim *s, const PipelineMove *m)
{
	Trail *t = trail_of(s);

	t->follow[t->follows++ % FOLLOWS_KEPT] = (Followed){ *m, clock_mono_ms() + TRAIL_LATE_MS };
}

typedef struct Found { TrailEvent *v; size_t n, cap; } Found;

static void add(SimCall *c, Found *f, TrailEvent event)
{
	if (event.time_ms > c->now_ms || event.time_ms < c->now_ms - TRAIL_DAYS * day_ms)
		return;
	if (f->n == f->cap) {
		TrailEvent *more = ARENA_ARRAY(c->arena, TrailEvent, f->cap = f->cap ? 2 * f->cap : 64);

		for (size_t i = 0; i < f->n; i++)
			more[i] = f->v[i];
		f->v = more;
	}
	f->v[f->n++] = event;
}

/* The pipeline's doings, as they are in the registry: versions that it made, pointers that it moved. */
static void add_pipeline(SimCall *c, Found *f)
{
	Fleet *fleet = sim_fleet(c->sim);
	unsigned released;
	int64_t release_ms = fleet_release_ms(fleet, &released);

	for (unsigned a = 0; a < FLEET_AGENTS; a++) {
		const FleetAgent *t = &fleet_agents[a];
		int64_t start = fleet->spec.start_ms, moved = start / day_ms * day_ms - t->moved_days * day_ms + 15 * HOUR_MS;

		for (int v = 0; v < FLEET_VERSIONS; v++)
			add(c, f, trail_pipeline(c, "PutItem", a, str_of(t->version[v]),
			                         start - (t->moved_days + 1 + 30 * (int64_t)(FLEET_VERSIONS - 1 - v)) * day_ms));
		add(c, f, trail_pipeline(c, "UpdateItem", a, STR("#route"), moved));
	}
	if (release_ms)
		add(c, f, trail_pipeline(c, "PutItem", released, STR("#route"), release_ms));
}

static void add_follows(SimCall *c, const Trail *t, Found *f)
{
	for (size_t i = 0; i < t->follows && i < FOLLOWS_KEPT; i++)
		if (t->follow[i].seen_ms <= clock_mono_ms())
			add(c, f, trail_pipeline_move(c, &t->follow[i].move));
}

static int newest_first(const void *pa, const void *pb)
{
	const TrailEvent *a = pa, *b = pb;

	if (a->time_ms != b->time_ms)
		return a->time_ms > b->time_ms ? -1 : 1;
	return str_cmp(a->id, b->id);
}

size_t trail_events(SimCall *c, TrailEvent **out)
{
	Trail *t = trail_of(c->sim);
	int64_t mono = clock_mono_ms();
	Found f = { 0 };

	add_pipeline(c, &f);
	add_follows(c, t, &f);
	for (size_t i = 0; i < t->n; i++)
		if (t->v[i]->seen_ms <= mono && str_eq(t->v[i]->account, c->who.account) && str_eq(t->v[i]->region, c->region))
			add(c, &f, t->v[i]->event);
	if (f.n)
		qsort(f.v, f.n, sizeof *f.v, newest_first);
	*out = f.v;
	return f.n;
}
