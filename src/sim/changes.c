#include "sim/changes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sim/fleet_hour.h"

const char *const change_tables[CHANGE_TABLES] = { "agents", "jobs" };

typedef struct Kept { Change change; char *text; } Kept;
typedef struct Changes { Kept *v[CHANGE_TABLES]; size_t n[CHANGE_TABLES], cap[CHANGE_TABLES]; uint64_t made; bool ready; } Changes;

static const int owner;

static void put_sequence(char *out, int64_t t_ms, unsigned who, uint64_t number, unsigned step)
{
	char text[64];

	(void)snprintf(text, sizeof text, "%013" PRId64 "%u%010" PRIu64 "%u", t_ms % INT64_C(10000000000000), who % 10,
	               number % UINT64_C(10000000000), step % 10);
	memcpy(out, text, CHANGE_DIGITS + 1);
}

static void forget(void *arg)
{
	Changes *c = arg;

	for (int t = 0; t < CHANGE_TABLES; t++) {
		for (size_t i = 0; i < c->n[t]; i++)
			free(c->v[t][i].text);
		free(c->v[t]);
	}
}

static Changes *changes_of(Sim *s)
{
	Changes *c = sim_slot(s, &owner, sizeof(Changes));

	if (!c->ready)
		sim_at_close(s, forget, c);
	c->ready = true;
	return c;
}

static void keep(Changes *c, int table, int64_t now_ms, const DdbNews *news)
{
	Kept *k;
	char *at;

	if (c->n[table] == CHANGES_KEPT) {      /* as if a day had passed */
		free(c->v[table][0].text);
		memmove(c->v[table], c->v[table] + 1, --c->n[table] * sizeof *c->v[table]);
	}
	VEC_GROW(c->v[table], c->cap[table], c->n[table] + 1);
	k = &c->v[table][c->n[table]++];
	at = k->text = xcalloc(news->keys.n + news->old.n + news->now.n + 1, 1);
	k->change = (Change){ .t_ms = now_ms, .keys = { at, news->keys.n }, .old = { at + news->keys.n, news->old.n },
	                      .now = { at + news->keys.n + news->old.n, news->now.n } };
	memcpy(at, news->keys.p, news->keys.n);
	memcpy(at + news->keys.n, news->old.p, news->old.n);
	memcpy(at + news->keys.n + news->old.n, news->now.p, news->now.n);
	put_sequence(k->change.sequence, now_ms, 1, ++c->made, 0);
}

static void on_news(void *arg, const DdbNews *news)
{
	for (int t = 0; t < CHANGE_TABLES; t++)
		if (str_is(str_of(change_tables[t]), news->table))
			keep(changes_of(arg), t, sim_now(arg), news);
}

void changes_watch(Sim *s)
{
	for (int t = 0; t < CHANGE_TABLES; t++)
		ddb_set_stream(sim_ddb(s), change_tables[t], CHANGE_LABEL);
	ddb_watch(sim_ddb(s), on_news, s);
}

void changes_first(int64_t t_ms, char out[CHANGE_DIGITS + 1])
{
	put_sequence(out, t_ms, 0, 0, 0);
}

void changes_latest(Sim *s, int64_t now_ms, char out[CHANGE_DIGITS + 1])
{
	put_sequence(out, now_ms, 1, changes_of(s)->made + 1, 0);
}

/* One step of a job's life: step 0 is its creation, the next ones its calls, the last one its end. */
typedef struct Step { char sequence[CHANGE_DIGITS + 1]; int64_t t_ms; const FleetJob *job; int step; const Change *written; } Step;
typedef struct Steps { Step *v; size_t n, cap; } Steps;

static int64_t step_time(const FleetJob *j, int step)
{
	return j->created_ms + (step == 0 ? 0 : step <= j->tries ? j->call[step - 1].begin_ms : j->end_ms);
}

static FleetView step_view(const FleetJob *j, int step)
{
	if (step == 0)
		return (FleetView){ JOB_QUEUED, 0, j->created_ms };
	if (step <= j->tries)
		return (FleetView){ JOB_RUNNING, step - 1, step_time(j, step) };
	return (FleetView){ (JobState)j->end_state, j->tries ? j->tries - 1 : 0, step_time(j, step) };
}

static Str job_keys(Arena *a, const FleetJob *j)
{
	char id[32];

	fleet_job_id(j, id);
	return arena_printf(a, "{\"jobId\":{\"S\":\"%s\"}}", id);
}

/* Once a client has written a job, what the fleet would have done with it does not show in the table, nor here. */
static bool taken_over(SimCall *c, const Changes *kept, const FleetJob *j, int64_t t_ms)
{
	Str keys = kept->n[CHANGE_JOBS] ? job_keys(c->arena, j) : STR("");

	for (size_t i = 0; i < kept->n[CHANGE_JOBS]; i++)
		if (kept->v[CHANGE_JOBS][i].change.t_ms <= t_ms && str_eq(kept->v[CHANGE_JOBS][i].change.keys, keys))
			return true;
	return false;
}

static void add(Steps *out, Step s, Str from)
{
	if (str_cmp(str_of(s.sequence), from) < 0)
		return;
	VEC_GROW(out->v, out->cap, out->n + 1);
	out->v[out->n++] = s;
}

static int by_sequence(const void *pa, const void *pb)
{
	const Step *a = pa, *b = pb;

	return strcmp(a->sequence, b->sequence);
}

/* What happened in [lo, hi), which lies within one hour. */
static void gather(SimCall *c, int table, Str from, int64_t lo, int64_t hi, Steps *out)
{
	const Changes *kept = changes_of(c->sim);
	Fleet *f = sim_fleet(c->sim);
	int64_t hour = lo / HOUR_MS;

	out->n = 0;
	for (size_t i = 0; i < kept->n[table]; i++) {
		const Change *w = &kept->v[table][i].change;
		Step s = { .t_ms = w->t_ms, .written = w };

		memcpy(s.sequence, w->sequence, sizeof s.sequence);
		if (w->t_ms >= lo && w->t_ms < hi)
			add(out, s, from);
	}
	for (int64_t h = hour - 1; table == CHANGE_JOBS && h <= hour; h++) {
		FleetHour made = fleet_hour(f, h > fleet_first_hour(f) ? h : fleet_first_hour(f));

		for (size_t i = 0; made.hour == h && i < made.n; i++)
			for (int step = 0; step <= made.job[i].tries + 1; step++) {
				Step s = { .t_ms = step_time(&made.job[i], step), .job = &made.job[i], .step = step };

				if (s.t_ms < lo || s.t_ms >= hi || taken_over(c, kept, s.job, s.t_ms))
					continue;
				put_sequence(s.sequence, s.t_ms, 0, s.job->index, (unsigned)step);
				add(out, s, from);
			}
	}
	if (out->n)
		qsort(out->v, out->n, sizeof *out->v, by_sequence);
}

static Str image(SimCall *c, const FleetJob *j, int step)
{
	FleetView v = step_view(j, step);
	Buf text = { 0 };
	Str out;

	fleet_job_item(sim_fleet(c->sim), j, &v, &text);
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static Change change_of(SimCall *c, const Step *s)
{
	Change out = { .t_ms = s->t_ms };

	if (s->written)
		return *s->written;
	memcpy(out.sequence, s->sequence, sizeof out.sequence);
	out.keys = job_keys(c->arena, s->job);
	out.old = s->step ? image(c, s->job, s->step - 1) : STR("");
	out.now = image(c, s->job, s->step);
	return out;
}

size_t changes_read(SimCall *c, int table, Str from, int64_t to_ms, size_t room, Change *out)
{
	int64_t lo = 0, end = to_ms <= c->now_ms ? to_ms : c->now_ms + 1;
	Steps found = { 0 };
	size_t n = 0;

	(void)str_i64(str_sub(from, 0, 13), &lo);      /* digits: it was checked */
	for (int64_t next; n < room && lo < end; lo = next) {
		next = (lo / HOUR_MS + 1) * HOUR_MS;
		gather(c, table, from, lo, next < end ? next : end, &found);
		/* Images are made before other hours are asked for: the jobs are borrowed. */
		for (size_t i = 0; i < found.n && n < room; i++)
			out[n++] = change_of(c, &found.v[i]);
	}
	free(found.v);
	return n;
}
