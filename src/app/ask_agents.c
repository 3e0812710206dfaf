#include "app/ask_agents.h"

#include <stdlib.h>
#include <string.h>

#include "app/agent_perf.h"
#include "app/compare.h"
#include "app/fleet_models.h"
#include "app/known_good.h"
#include "app/registry.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "model/agent_name.h"
#include "model/interval.h"
#include "store/recent.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)

/* BASE_JOBS: behind a usual rate, or it is none. ENDS_DAYS: a model that ends within them is retiring. */
enum { MOVED_DAYS = 35, BASE_JOBS = 30, ENDS_DAYS = 90, TRAFFIC_MINUTES = 15, FEW_JOBS = 5 };

typedef struct Seeing {
	const Stores *from;
	const FiguresAsk *when;
	size_t at;                     /* the store */
	Arena *a;
	Registry r;
	PerfWindow hour;               /* the last 60 minutes */
	CostGroup *five; size_t fives; /* the last five, by version */
	int64_t five_ms;
	Compared *base; size_t bases;
	Against against;
	PointersSeen *out; size_t cap;
} Seeing;

static int64_t known_ms(const FiguresAsk *when, size_t store)
{
	return when->known_ms[store] && when->known_ms[store] < when->now_ms ? when->known_ms[store] : when->now_ms;
}

static const char *context_of(const Stores *from, size_t i)
{
	return from->context ? from->context[i] : "";
}

/* --- pointers --- */

/* Minutes by version are kept for some hours; before them the calls themselves are read. */
static int read_five(Seeing *s, Store *store, int64_t minute, Err *e)
{
	int64_t kept;

	if (store_recent_from(store, &kept, e) < 0)
		return -1;
	if (!s->when->past && kept <= minute - 5)
		return store_recent(store, DIM_VERSION, minute - 5, minute + 1, s->a, &s->five, &s->fives, e);
	return store_cost(store, DIM_VERSION, (minute - 5) * MINUTE_MS, s->when->past ? s->when->now_ms + 1 : 0, s->a, &s->five, &s->fives, e);
}

static int read_figures(Seeing *s, Store *store, Err *e)
{
	int64_t known = known_ms(s->when, s->at), minute = floor_div(known, MINUTE_MS);

	s->five_ms = 5 * MINUTE_MS + known % MINUTE_MS;
	return read_five(s, store, minute, e) < 0 ||
	       perf_read(store, known - HOUR_MS, s->when->past ? s->when->now_ms + 1 : 0, s->a, &s->hour, e) < 0 ? -1 : 0;
}

static void ref_of(const RegPointer *p, const char *context, PointerRef *out)
{
	memset(out, 0, sizeof *out);
	fig_text(out->context, sizeof out->context, str_of(context));
	fig_text(out->backend, sizeof out->backend, str_of(registry_backend(p->source)));
	fig_text(out->agent, sizeof out->agent, p->agent);
	fig_text(out->name, sizeof out->name, p->agent_name);
	fig_text(out->pointer, sizeof out->pointer, p->name);
	fig_text(out->id, sizeof out->id, p->id);
}

/* The key that jobs have: agents and versions may be called otherwise there. */
static void jobs_key(const PerfWindow *w, Str name, Str release, Str version, Arena *a, FigKey out)
{
	Str best = STR("");

	for (int own = 0; own < 2 && !best.n; own++)
		for (size_t i = 0; i < w->versions && !best.n; i++) {
			Str key = w->version[i].key, v = own ? version : release;

			if (v.n && key.n == name.n + 1 + v.n && key.p[name.n] == '@' && str_ends(key, v) && agent_same_name(str_sub(key, 0, name.n), name))
				best = key;
		}
	if (!best.n)
		best = arena_printf(a, "%.*s@%.*s", STR_ARG(name), STR_ARG(release.n ? release : version));
	fig_text(out, sizeof(FigKey), best);
}

static const Change *last_move(const Registry *r, const RegPointer *p)
{
	for (size_t i = 0; i < r->changes; i++)
		if (str_eq(r->change[i].object, p->object))
			return &r->change[i];
	return NULL;
}

static void figures_of(const Seeing *s, const RegPointer *p, PointerCell *c)
{
	Sums five = { 0 }, hour = { 0 };
	int64_t ended, p95 = -1;

	for (int i = 0; i < c->versions; i++) {
		Str key = str_of(c->jobs[i]);

		for (size_t k = 0; k < s->fives; k++)
			if (str_eq(s->five[k].key, key))
				sums_add(&five, &s->five[k].s);
		for (size_t k = 0; k < s->hour.versions; k++)
			if (str_eq(s->hour.version[k].key, key))
				sums_add(&hour, &s->hour.version[k].s);
		for (size_t k = 0; k < s->hour.version_msn; k++)
			if (str_eq(s->hour.version_ms[k].key, key) && s->hour.version_ms[k].p95_ms > p95)
				p95 = s->hour.version_ms[k].p95_ms;
	}
	ended = five.failed + five.succeeded;
	c->jobs_milli = mul_div(five.jobs * 1000, MINUTE_MS, s->five_ms);
	c->failed = five.failed;
	c->n = ended;
	c->err_ppm = fig_ppm(five.failed, ended);
	c->p95_ms = p95 >= 0 ? p95 : FIG_NONE;
	c->job_nusd = hour.booked ? hour.nusd / hour.booked : FIG_NONE;
	c->base_ppm = FIG_NONE;
	for (size_t i = 0; i < s->bases && s->against.known; i++) {
		const Compared *b = &s->base[i];

		ended = b->base.failed + b->base.succeeded;
		if ((!b->context || strcmp(*b->context, c->ref.context) == 0) && agent_same_name(b->key, p->agent_name) &&
		    ended * s->against.samples >= BASE_JOBS * 1000)
			c->base_ppm = fig_ppm(b->base.failed, ended);
	}
}

static void pointer_cell(const Seeing *s, const RegPointer *p, PointerCell *c)
{
	const Change *moved = last_move(&s->r, p);
	const RegVersion *v = registry_version(&s->r, p, route_main(p->live));
	Arena *a = s->a;

	memset(c, 0, sizeof *c);
	ref_of(p, context_of(s->from, s->at), &c->ref);
	fig_text(c->ref.live, sizeof c->ref.live, p->live.n ? route_text(p->live, a) : STR(""));
	fig_text(c->ref.target, sizeof c->ref.target, p->target.n ? route_text(p->target, a) : STR(""));
	fig_text(c->by, sizeof c->by, p->updated_by.n || !moved || p->unknown ? p->updated_by : moved->by);
	fig_text(c->status, sizeof c->status, p->status);
	fig_text(c->lock_by, sizeof c->lock_by, p->lock.by);
	if (p->drift)
		fig_text(c->left, sizeof c->left, route_text(p->left, a));
	if (v) {
		fig_text(c->model, sizeof c->model, v->model);
		fig_text(c->release, sizeof c->release, v->release);
	}
	c->source = (int32_t)p->source;
	c->follows = p->follows;
	c->paused = p->paused;
	c->locked = p->locked;
	c->drift = p->drift;
	c->unknown = p->unknown;
	c->moving = !route_eq(p->live, p->target);
	c->has_rev = p->has_rev;
	c->rev = p->rev;
	c->moved_ms = moved && !p->unknown ? moved->time_ms : p->updated_ms;
	for (size_t i = 0; i < p->live.n && c->versions < POINTER_VERSIONS; i++)
		jobs_key(&s->hour, p->agent_name, registry_called(&s->r, p, p->live.part[i].version), p->live.part[i].version, a, c->jobs[c->versions++]);
	figures_of(s, p, c);
}

static int64_t above(const PointerCell *c)
{
	return (c->err_ppm == FIG_NONE ? 0 : c->err_ppm) - (c->base_ppm == FIG_NONE ? 0 : c->base_ppm);
}

/* Without enough jobs a rate is chance: such a pointer does not come before those that are known to be bad. */
static int by_trouble(const void *x, const void *y)
{
	const PointerCell *a = x, *b = y;
	int64_t m = a->n < FEW_JOBS ? -1 : above(a), n = b->n < FEW_JOBS ? -1 : above(b);
	int c;

	if (m != n)
		return m < n ? 1 : -1;
	if ((c = strcmp(a->ref.name, b->ref.name)) || (c = a->source - b->source))
		return c;
	/* A pointer that people move comes before one that moves by itself. */
	if (a->follows != b->follows)
		return a->follows - b->follows;
	if ((c = strcmp(b->ref.pointer, a->ref.pointer)))
		return c;
	return strcmp(a->ref.context, b->ref.context);
}

static int see_store(Seeing *s, Store *store, Err *e)
{
	if (registry_read(store, s->when->now_ms - MOVED_DAYS * DAY_MS, s->a, &s->r, e) < 0 ||
	    (s->when->past && registry_at(store, &s->r, s->when->now_ms, s->a, e) < 0) || read_figures(s, store, e) < 0)
		return -1;
	if ((size_t)s->out->n + s->r.pointers > s->cap) {
		s->cap = (size_t)s->out->n + s->r.pointers;
		s->out = xrealloc(s->out, sizeof *s->out + s->cap * sizeof *s->out->cell);
	}
	for (size_t i = 0; i < s->r.pointers; i++) {
		pointer_cell(s, &s->r.pointer[i], &s->out->cell[s->out->n++]);
		s->out->drifted += s->r.pointer[i].drift;
		s->out->unknown += s->r.pointer[i].unknown;
	}
	return 0;
}

static int pointers_run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	int64_t hour = floor_div(when->now_ms, HOUR_MS);
	CostCell running = { .from_hour = hour, .until_hour = hour + 1 };
	Arena a = { 0 };
	Seeing s = { .from = from, .when = when, .a = &a };
	int rc;

	(void)in;
	s.out = xcalloc(1, sizeof *s.out);
	rc = compare_read(from, when, &running, DIM_AGENT, &a, &s.base, &s.bases, &s.against, e);
	for (s.at = 0; s.at < from->n && rc == 0; s.at++)
		if (from->s[s.at])
			rc = see_store(&s, from->s[s.at], e);
	if (rc == 0 && s.out->n)
		qsort(s.out->cell, (size_t)s.out->n, sizeof *s.out->cell, by_trouble);
	if (rc == 0)
		*out = s.out;
	else
		free(s.out);
	arena_done(&a);
	return rc;
}

const AskClass ask_pointers = { .name = "pointers", .in_size = sizeof(PointersAsk), .run = pointers_run };

/* --- versions --- */

typedef struct Versions {
	const VersionsAsk *q;
	int64_t now_ms;
	bool past;
	Arena a;
	Registry r;
	PerfWindow day, traffic, long_ago;
	ModelEnds ends;
} Versions;

static int read_versions(Versions *v, Store *s, const FiguresAsk *when, int64_t known, Err *e)
{
	int64_t until = when->past ? when->now_ms + 1 : 0, good_from = known - v->q->good_days * DAY_MS;

	return registry_read(s, known - MOVED_DAYS * DAY_MS, &v->a, &v->r, e) < 0 ||
	       (when->past && registry_at(s, &v->r, when->now_ms, &v->a, e) < 0) || perf_read(s, known - DAY_MS, until, &v->a, &v->day, e) < 0 ||
	       perf_read(s, known - TRAFFIC_MINUTES * MINUTE_MS, until, &v->a, &v->traffic, e) < 0 ||
	       store_cost(s, DIM_VERSION, floor_div(good_from, HOUR_MS) * HOUR_MS, until, &v->a, &v->long_ago.version, &v->long_ago.versions, e) < 0 ||
	       models_read(s, &v->a, &v->ends, e) < 0 ? -1 : 0;
}

static const RegPointer *find_pointer(const Registry *r, const PointerRef *ref)
{
	for (size_t i = 0; i < r->pointers; i++)
		if (str_is(r->pointer[i].id, ref->id) && str_is(str_of(registry_backend(r->pointer[i].source)), ref->backend))
			return &r->pointer[i];
	return NULL;
}

/* Does this side of a move name the version? "3.1:90 3.2:10 paused" */
static bool lists(Str routes, Str version)
{
	while (routes.n)
		if (str_eq(models_next_version(&routes), version))
			return true;
	return false;
}

/* The newest move that brought it here, or took it away. */
static int64_t live_ms(const Versions *v, const RegPointer *p, Str version, bool current)
{
	for (size_t i = 0; i < v->r.changes; i++) {
		const Change *c = &v->r.change[i];
		bool came = lists(c->to, version) && !lists(c->from, version), went = lists(c->from, version) && !lists(c->to, version);

		if (str_eq(c->object, p->object) && (current ? came : went))
			return c->time_ms;
	}
	return 0;
}

static bool is_good(const Versions *v, const RegVersion *x)
{
	const GoodRule rule = { v->q->good_jobs, v->q->good_days, GOOD_MOST_FAILED_PERMILLE };
	Perf perf = perf_of_version(&v->long_ago, x->agent_name, x->release, x->version);

	return good_enough(&perf.s, &rule) && good_status(x->status);
}

static void version_cell(Versions *v, const RegPointer *p, const RegVersion *x, VersionCell *c)
{
	Perf day = perf_of_version(&v->day, x->agent_name, x->release, x->version);
	Perf now = perf_of_version(&v->traffic, x->agent_name, x->release, x->version), all = perf_of_agent(&v->traffic, x->agent_name);
	int64_t end_ms;

	memset(c, 0, sizeof *c);
	jobs_key(&v->long_ago, x->agent_name, x->release, x->version, &v->a, c->key);
	fig_text(c->version, sizeof c->version, x->version);
	fig_text(c->release, sizeof c->release, x->release);
	fig_text(c->status, sizeof c->status, x->status);
	fig_text(c->model, sizeof c->model, x->model);
	fig_text(c->by, sizeof c->by, x->created_by);
	c->current = route_share(p->live, x->version) > 0;
	c->good = !c->current && is_good(v, x);
	c->retiring = x->model.n && models_end(&v->ends, x->model, &end_ms) && end_ms - v->now_ms < ENDS_DAYS * DAY_MS;
	c->classic = x->source == CHANGE_BY_CLASSIC;
	c->share_ppm = fig_ppm(now.s.jobs, all.s.jobs);
	c->jobs = day.s.jobs;
	c->failed = day.s.failed;
	c->decided = day.s.failed + day.s.succeeded;
	c->err_ppm = fig_ppm(c->failed, c->decided);
	c->low_ppm = c->high_ppm = FIG_NONE;
	if (c->decided)
		interval_95(c->failed, c->decided, &c->low_ppm, &c->high_ppm);
	c->p95_ms = day.p95_ms >= 0 ? day.p95_ms : FIG_NONE;
	c->job_nusd = day.s.booked ? day.s.nusd / day.s.booked : FIG_NONE;
	c->live_ms = live_ms(v, p, x->version, c->current);
	c->created_ms = x->created_ms;
	c->detailed = x->detail.n > 0;
}

static VersionsSeen *see_versions(Versions *v)
{
	const RegPointer *p = find_pointer(&v->r, &v->q->of);
	VersionsSeen *out = xcalloc(1, sizeof *out + v->r.versions * sizeof *out->cell);

	out->of = v->q->of;
	for (size_t i = 0; p && i < v->r.versions; i++) {
		const RegVersion *x = &v->r.version[i];

		if (x->source == p->source && str_eq(x->agent, p->agent) && (!v->past || x->created_ms <= v->now_ms))
			version_cell(v, p, x, &out->cell[out->n++]);
	}
	return out;
}

static int versions_run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	Versions v = { .q = in, .now_ms = when->now_ms, .past = when->past };
	int rc = 0;

	for (size_t i = 0; i < from->n && rc == 0 && !*out; i++) {
		if (!from->s[i] || strcmp(context_of(from, i), v.q->of.context) != 0)
			continue;
		if ((rc = read_versions(&v, from->s[i], when, known_ms(when, i), e)) == 0)
			*out = see_versions(&v);
	}
	if (rc == 0 && !*out)
		*out = xcalloc(1, sizeof(VersionsSeen));
	arena_done(&v.a);
	return rc;
}

const AskClass ask_versions = { .name = "versions", .in_size = sizeof(VersionsAsk), .run = versions_run };
