/* The simulated fleet in a store, look by look: what the feeds of a console would have brought every half minute, and what the watcher then
 * says. The clock is the test's, so that hours pass in seconds. */
#ifndef ALERT_REPLAY_H
#define ALERT_REPLAY_H

#include "unit.h"

#include "api/records.h"
#include "api/traits.h"
#include "app/judge.h"
#include "app/watcher.h"
#include "base/xalloc.h"
#include "conf/prices.h"
#include "sim/fleet_hour.h"
#include "sim/fleet_lines.h"
#include "store/change.h"
#include "wire/jsonval.h"

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define MUST(call) do { Err e_ = { 0 }, *e = &e_; if ((call) < 0) fail_msg("%s", e_.text); } while (0)

/* PAST_DAYS: enough hours like this one to know what is usual, of a weekend too. */
enum { PAST_DAYS = 22, EPISODES_MAX = 400, METRIC_MINUTES = 75, COUNTS = 6, REPLAY_BATCH = 4000 };

/* An alert that fired: when, as minutes after the start, and when it was over (-1: it was not). */
typedef struct Episode { char rule[40], key[80], agent[40], version[20]; double fired, cleared; } Episode;

typedef struct Replay {
	Fleet  *fleet;
	Store  *store;
	Arena   prices_arena;
	PriceTable prices;
	int64_t start_ms, now_ms;
	const char *mover;                     /* whom the registry names as the one who moved the pointers */
	int64_t stopped_ms;                    /* somebody stopped the tenant that runs away; 0: nobody has yet */
	Episode episode[EPISODES_MAX]; size_t episodes;
} Replay;

/* --- what the feeds bring --- */

typedef struct JobBatch { Replay *r; Arena a; Job *job; size_t n; } JobBatch;

static inline void jobs_flush(JobBatch *b)
{
	StoreBatch s = { .jobs = b->job, .job_count = b->n, .prices = &b->r->prices, .mode = LEDGER_COMPUTED, .now_ms = b->r->now_ms };

	if (b->n)
		MUST(store_apply(b->r->store, &s, NULL, e));
	b->n = 0;
	arena_reset(&b->a);
}

static inline void jobs_add(JobBatch *b, const FleetJob *j, const FleetView *v)
{
	Buf text = { 0 };
	JsonVal item;
	Str own;

	fleet_job_item(b->r->fleet, j, v, &text);
	own = arena_str(&b->a, buf_str(&text));
	buf_done(&text);
	MUST(jv_parse(&b->a, own, own.n + 1, &item, e));
	MUST(record_job(item, &b->job[b->n], e));
	job_own(&b->a, &b->job[b->n]);
	if (++b->n == REPLAY_BATCH)
		jobs_flush(b);
}

static inline bool is_stopped(const Replay *r, const FleetJob *j)
{
	return r->stopped_ms && j->runaway && j->created_ms >= r->stopped_ms;
}

/* Jobs as they stood at until_ms, of those that did something after from_ms. */
static inline void bring_jobs(Replay *r, int64_t from_ms, int64_t until_ms)
{
	JobBatch b = { .r = r, .job = xcalloc(REPLAY_BATCH, sizeof(Job)) };
	int64_t first = (from_ms - FLEET_LIFE_MAX_MS) / HOUR_MS;

	for (int64_t h = first < fleet_first_hour(r->fleet) ? fleet_first_hour(r->fleet) : first; h * HOUR_MS <= until_ms; h++) {
		FleetHour hour = fleet_hour(r->fleet, h);

		for (size_t i = 0; i < hour.n; i++) {
			FleetView v;

			if (fleet_job_at(&hour.job[i], until_ms, &v) && v.updated_ms > from_ms && !is_stopped(r, &hour.job[i]))
				jobs_add(&b, &hour.job[i], &v);
		}
	}
	jobs_flush(&b);
	arena_done(&b.a);
	free(b.job);
}

/* As the simulated CloudWatch counts (sim/metric_query.c). */
typedef struct Counted { const Replay *r; int64_t first_ms; double v[FLEET_MODELS][COUNTS][METRIC_MINUTES]; } Counted;
static const char *const count_names[COUNTS] = { "Invocations", "InvocationThrottles", "InputTokenCount", "OutputTokenCount",
	"CacheReadInputTokenCount", "CacheWriteInputTokenCount" };

static inline void count_call(void *arg, int64_t t_ms, const FleetJob *j, const FleetCall *c)
{
	Counted *k = arg;
	int64_t minute = (t_ms - k->first_ms) / MINUTE;
	int model = fleet_agents[j->agent].model;

	if (minute < 0 || minute >= METRIC_MINUTES || is_stopped(k->r, j))
		return;
	k->v[model][0][minute] += c->outcome != FLEET_THROTTLED && c->outcome != FLEET_INVALID;
	k->v[model][1][minute] += c->outcome == FLEET_THROTTLED;
	if (c->outcome == FLEET_OK || c->outcome == FLEET_SCHEMA)
		for (int t = 0; t < 5; t++)
			k->v[model][t < 4 ? 2 + t : 5][minute] += c->tok[t];
}

/* The last `minutes`, of which the newest is not whole yet. */
static inline void bring_metrics(Replay *r, int minutes)
{
	Counted *k = xcalloc(1, sizeof *k);
	MetricPoint *point = xcalloc((size_t)FLEET_MODELS * COUNTS * METRIC_MINUTES, sizeof *point);
	MetricSeries series[FLEET_MODELS * COUNTS];
	StoreBatch b = { .series = series, .now_ms = r->now_ms };
	Arena a = { 0 };

	k->r = r;
	k->first_ms = r->now_ms / MINUTE * MINUTE - (minutes - 1) * MINUTE;
	fleet_calls_each(r->fleet, k->first_ms, r->now_ms, count_call, k);
	for (int m = 0; m < FLEET_MODELS; m++)
		for (int c = 0; c < COUNTS; c++) {
			MetricPoint *p = &point[(m * COUNTS + c) * METRIC_MINUTES];

			for (int i = 0; i < minutes; i++)
				p[i] = (MetricPoint){ k->first_ms + i * MINUTE, k->v[m][c][i] > 0, k->v[m][c][i] };
			series[b.series_count++] = (MetricSeries){ .ns = STR("AWS/Bedrock"), .name = str_of(count_names[c]), .stat = STR("Sum"), .unit = STR("Count"),
				.period_s = 60, .points = p, .count = (size_t)minutes,
				.dimensions_json = arena_printf(&a, "{\"ModelId\":\"%s\"}", fleet_models[m].id) };
		}
	MUST(store_apply(r->store, &b, NULL, e));
	arena_done(&a);
	free(point);
	free(k);
}

typedef struct ReplayItems { Replay *r; Arena a; AgentVersionRow row[FLEET_AGENTS * (FLEET_VERSIONS + 1)]; size_t n; TraitList traits; } ReplayItems;

static inline void add_item(ReplayItems *g, Str text)
{
	Str own = arena_str(&g->a, text);
	JsonVal item;
	AgentItem it;

	MUST(jv_parse(&g->a, own, own.n + 1, &item, e));
	MUST(record_agent(&g->a, item, &it, e));
	g->row[g->n++] = (AgentVersionRow){ .agent = it.agent, .version = it.version, .status = it.status, .model = it.model,
		.created_by = it.created_by, .raw_json = own, .created_ms = it.created_ms, .rev = it.rev, .is_route = it.is_route };
	traits_of_agent(&g->traits, &g->a, item, &it);
}

static inline bool on_item(void *arg, Str agent, Str version, Str text)
{
	ReplayItems *g = arg;
	Buf route = { 0 };

	if (!str_is(version, "#route")) {
		add_item(g, text);
		return true;
	}
	fleet_route_item(g->r->fleet, (unsigned)fleet_agent_of(agent), g->r->now_ms, 3, str_of(g->r->mover), STR("release"), &route);
	add_item(g, buf_str(&route));
	buf_done(&route);
	return true;
}

static inline void bring_registry(Replay *r)
{
	ReplayItems *g = xcalloc(1, sizeof *g);
	TraitSet set = { .source = CHANGE_BY_DYNAMODB, .place = STR("agents"), .began_ms = r->now_ms, .ended_ms = r->now_ms + 1 };
	StoreBatch b = { .now_ms = r->now_ms, .agents_replace = true, .traits = &set };

	g->r = r;
	fleet_registry_each(r->fleet, on_item, g);
	set.trait = traits_take(&g->traits, &g->a);
	set.count = g->traits.n;
	b.agents = g->row;
	b.agent_count = g->n;
	MUST(store_apply(r->store, &b, NULL, e));
	traits_done(&g->traits);
	arena_done(&g->a);
	free(g);
}

/* --- looks --- */

static inline Episode *episode_of(Replay *r, const AlertRow *row)
{
	for (size_t i = 0; i < r->episodes; i++)
		if (str_is(row->rule, r->episode[i].rule) && str_is(row->key, r->episode[i].key) && r->episode[i].cleared < 0)
			return &r->episode[i];
	return NULL;
}

static inline void note(Replay *r, const AlertRow *row)
{
	double at = (double)(r->now_ms - r->start_ms) / (double)MINUTE;
	Episode *was = episode_of(r, row);

	if (row->st.phase == PHASE_FIRING && !was && r->episodes < EPISODES_MAX) {
		Episode *n = &r->episode[r->episodes++];

		*n = (Episode){ .fired = at, .cleared = -1 };
		(void)snprintf(n->rule, sizeof n->rule, "%.*s", STR_ARG(row->rule));
		(void)snprintf(n->key, sizeof n->key, "%.*s", STR_ARG(row->key));
		(void)snprintf(n->agent, sizeof n->agent, "%.*s", STR_ARG(row->agent));
		(void)snprintf(n->version, sizeof n->version, "%.*s", STR_ARG(row->version));
	} else if (row->st.phase == PHASE_OK && was) {
		was->cleared = at;
	}
}

/* What the watcher does (app/watcher.c), with every feed fresh. */
static inline void look(Replay *r)
{
	MeasureAsk q = { .now_ms = r->now_ms, .rule = alert_builtin, .rules = alert_builtin_count, .context = STR("prod"), .prod = true,
	                 .jobs_fresh = true, .metrics_fresh = true };
	JudgeIn in = { .ask = &q };
	WatchBatch b = { .run = { .at_ms = r->now_ms, .note = STR("") }, .drop_ms = r->now_ms - 7 * DAY };
	Arena a = { 0 };
	AlertRow *row;
	Measures m;
	Judged j;

	for (int i = 0; i < FEEDS_N; i++)
		q.feed[i] = (MeasureFeed){ "feed", r->now_ms - 20000, 30000, true };
	MUST(measure_rules(r->store, &q, &a, &m, e));
	MUST(alerts_list(r->store, r->now_ms, &a, &row, &in.rows, e));
	in.m = &m;
	in.row = row;
	judge(&in, &a, &j);
	for (size_t i = 0; i < j.rows; i++)
		note(r, &j.row[i]);
	b.alerts = j.row;
	b.alert_count = j.rows;
	MUST(watch_put(r->store, &b, e));
	judged_done(&j);
	measures_done(&m);
	arena_done(&a);
}

/* Goes on to that many minutes after the start. */
static inline void replay_until(Replay *r, double minutes)
{
	while (r->now_ms < r->start_ms + (int64_t)(minutes * (double)MINUTE)) {
		int64_t before = r->now_ms;

		r->now_ms += WATCHER_MS;
		bring_jobs(r, before, r->now_ms);
		bring_metrics(r, 8);
		bring_registry(r);
		look(r);
	}
}

/* A fleet from its start on. days: how many of its past are brought in whole; of those before, the hours around the run that are usual for it. */
static inline Replay *replay_open(const FleetSpec *spec, int days, int run_hours)
{
	const int64_t start_ms = spec->start_ms;
	Replay *r = xcalloc(1, sizeof *r);
	static int stores;
	const int past = days > PAST_DAYS ? days : PAST_DAYS;
	char name[32], covered[32];
	Cursor c = { "jobs.back", STR("") };
	StoreBatch b = { .cursors = &c, .cursor_count = 1 };

	r->start_ms = start_ms;
	r->mover = "arn:aws:sts::000000000000:assumed-role/release-pipeline/ci";
	r->fleet = fleet_open(spec);
	(void)snprintf(name, sizeof name, "replay-%d", stores++);
	MUST((r->store = store_open_memory(name, STORE_WRITE, e)) ? 0 : -1);
	MUST(prices_builtin(&r->prices_arena, &r->prices, e));
	/* The minutes by key begin with the first batch. */
	r->now_ms = start_ms - 7 * HOUR;
	for (int d = past; d > days; d--)
		bring_jobs(r, start_ms - d * DAY - HOUR, start_ms - d * DAY + (run_hours + 1) * HOUR);
	bring_jobs(r, start_ms - days * DAY, start_ms);
	r->now_ms = start_ms;
	(void)snprintf(covered, sizeof covered, "%lld", (long long)(start_ms - (past + 1) * DAY));
	c.value = str_of(covered);
	b.now_ms = start_ms;
	MUST(store_apply(r->store, &b, NULL, e));
	bring_metrics(r, METRIC_MINUTES);
	bring_registry(r);
	return r;
}

static inline void replay_close(Replay *r)
{
	store_close(r->store);
	fleet_close(r->fleet);
	arena_done(&r->prices_arena);
	free(r);
}


#endif
