/* The vital signs: now, the last hour, what is usual; and what CloudWatch counted beside what was booked. */
#include "app/figures_own.h"

#include "app/counted.h"
#include "base/num.h"
#include "store/latency.h"

/* A shorter span of counts is not compared: a job or two at its edges would decide. */
enum { SEEN_LEAST_MS = 10 * 60000 };

static Sums minutes_sum(const Work *w, int from, int n)
{
	Sums sum = { 0 };

	for (int i = from; i < from + n; i++)
		sums_add(&sum, &w->minute[i]);
	return sum;
}

static void vital_rate(Vital *v, Sums now, Sums hour, Sums base, int64_t base_n)
{
	v->now = fig_ppm(now.failed, now.jobs);
	v->n = now.jobs;
	v->hits = now.failed;
	v->hour = fig_ppm(hour.failed, hour.jobs);
	v->base = base_n >= BASE_LEAST ? fig_ppm(base.failed, base.jobs) : FIG_NONE;
	v->base_n = base_n;
}

static void vital_cache(Vital *v, Sums now, Sums hour, Sums base, int64_t base_n)
{
	v->now = fig_ppm(now.cache_hits, now.cache_known);
	v->n = now.cache_known;
	v->hits = now.cache_hits;
	v->hour = fig_ppm(hour.cache_hits, hour.cache_known);
	v->base = base_n >= BASE_LEAST ? fig_ppm(base.cache_hits, base.cache_known) : FIG_NONE;
	v->base_n = base_n;
}

static void spark(const Work *w, Vital *v, int64_t (*value)(const Sums *))
{
	for (int i = 0; i < FIG_SPARK; i++) {
		Sums two = minutes_sum(w, MINUTES - 2 * (FIG_SPARK - i), 2);

		v->spark[i] = value(&two);
	}
}

static int64_t spark_errors(const Sums *s)
{
	return fig_ppm(s->failed, s->jobs);
}

static int64_t spark_spend(const Sums *s)
{
	return s->nusd;
}

static int64_t spark_jobs(const Sums *s)
{
	return s->jobs;
}

static int64_t spark_cache(const Sums *s)
{
	return fig_ppm(s->cache_hits, s->cache_known);
}

static int64_t quantile(const Sketch *s, int permille)
{
	int64_t ms = sketch_quantile(s, permille);

	return ms < 0 ? FIG_NONE : ms;
}

/* Of the last n minutes' jobs, minute[at - 1] being the last. */
static FigLatency minutes_latency(const Sketch *minute, int at, int n)
{
	Sketch sum = { 0 };
	FigLatency f;

	for (int i = at > n ? at - n : 0; i < at; i++)
		sketch_merge(&sum, &minute[i]);
	f = (FigLatency){ quantile(&sum, 500), quantile(&sum, 950), quantile(&sum, 990), sketch_count(&sum) };
	sketch_done(&sum);
	return f;
}

/* What is usual: all jobs of the hours that the other baselines pool, in one sketch. */
static int usual_p95(Work *w, Vital *v, Err *e)
{
	int64_t hours[BASE_HOURS_MAX];
	size_t n = work_base_hours(w, floor_div(w->ask->now_ms, HOUR_MS), hours);
	Sketch sum = { 0 };
	int rc = store_latency_hours(w->from->s, w->from->n, DIM_ALL, STR(""), hours, n, &sum, e);

	v->base_n = sketch_count(&sum);
	v->base = rc == 0 && n >= BASE_LEAST && v->base_n ? sketch_quantile(&sum, 950) : FIG_NONE;
	sketch_done(&sum);
	return rc;
}

/* By the minute in which a job was heard of last. Each step of the spark is a window as long as that of `now`. */
static int vitals_p95(Work *w, Vital *v, Err *e)
{
	Sketch minute[MINUTES] = { { 0 } };
	FigLatency *five = &w->f->latency[0], *hour = &w->f->latency[1];
	int rc = store_latency_minutes(w->from->s, w->from->n, floor_div(w->ask->now_ms, MINUTE_MS) - MINUTES + 1, MINUTES, minute, e);

	*five = minutes_latency(minute, MINUTES, 6);
	*hour = minutes_latency(minute, MINUTES, 61);
	v->now = five->p95_ms;
	v->n = five->n;
	v->hour = hour->p95_ms;
	v->hits = hour->n;
	for (int i = 0; i < FIG_SPARK; i++)
		v->spark[i] = minutes_latency(minute, MINUTES - 2 * (FIG_SPARK - i) + 2, 6).p95_ms;
	for (int i = 0; i < MINUTES; i++)
		sketch_done(&minute[i]);
	return rc < 0 ? -1 : usual_p95(w, v, e);
}

/* Sum of the newest five whole minutes, and of the last hour, of one metric over all its series. */
static void metric_sum(const MetricSeries *m, size_t n, const char *name, int64_t from_ms, int64_t until_ms,
					   int64_t *sum, bool *any)
{
	for (size_t i = 0; i < n; i++) {
		if (!str_is(m[i].name, name))
			continue;
		*sum += counted_points(&m[i], from_ms, until_ms);
		*any = true;
	}
}

/* What CloudWatch counted of one context, beside what we booked there. */
typedef struct Counted { int64_t five, hour, theirs, ours, jobs; bool any, tokens; } Counted;

/* Since when, within the hour before `end`, CloudWatch's count of tokens is held; INT64_MAX: it is not. Points of the hour before say that it is
 * held for all of it: a fleet that rests has none either. */
static int64_t held_from(const MetricSeries *m, size_t n, int64_t end)
{
	int64_t from = INT64_MAX;

	for (size_t i = 0; i < n; i++)
		for (size_t p = 0; counted_is_tokens(&m[i]) && p < m[i].count; p++)
			from = m[i].points[p].t_ms < from ? m[i].points[p].t_ms : from;
	return from < end - HOUR_MS ? end - HOUR_MS : from;
}

/* Both sides over one span: what only one of them knows is no difference. */
static int count_metrics(Work *w, size_t store, Counted *c, Err *e)
{
	int64_t end = work_counted_ms(w, store) / MINUTE_MS * MINUTE_MS, from;
	Store *s = w->from->s[store];
	Sums minute[MINUTES], ours = { 0 };
	MetricSeries *m;
	size_t n;

	if (store_metrics(s, end - 2 * HOUR_MS, end, &w->arena, &m, &n, e) < 0 ||
	    store_minutes(s, end / MINUTE_MS - MINUTES + 1, MINUTES, minute, e) < 0)
		return -1;
	metric_sum(m, n, "InvocationThrottles", end - 5 * MINUTE_MS, end, &c->five, &c->any);
	metric_sum(m, n, "InvocationThrottles", end - HOUR_MS, end, &c->hour, &c->any);
	from = held_from(m, n, end);
	/* A context without token metrics has nothing to compare its own tokens with. */
	if (from > end - SEEN_LEAST_MS)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (counted_is_tokens(&m[i]))
			c->theirs += counted_points(&m[i], from, end - 5 * MINUTE_MS);
	for (int i = MINUTES - 1 - (int)((end - from) / MINUTE_MS); i < MINUTES - 6; i++)
		sums_add(&ours, &minute[i]);
	c->ours += tokens_total(&ours.tok);
	c->jobs += ours.jobs;
	c->tokens = true;
	return 0;
}

/* How much of the fleet is seen, and what was throttled. */
static int vitals_metrics(Work *w, Err *e)
{
	Vital *thr = &w->f->vital[VITAL_THROTTLES], *seen = &w->f->vital[VITAL_SEEN];
	Counted c = { 0 };

	thr->now = thr->hour = thr->base = seen->now = seen->hour = seen->base = FIG_NONE;
	for (int i = 0; i < FIG_SPARK; i++)
		thr->spark[i] = seen->spark[i] = FIG_NONE;
	for (size_t i = 0; i < w->from->n; i++)
		if (w->from->s[i] && count_metrics(w, i, &c, e) < 0)
			return -1;
	if (c.any) {
		thr->now = c.five * 1000 / 5;
		thr->hour = c.hour * 1000 / 60;
	}
	if (c.tokens && c.theirs > 0) {
		seen->now = seen->hour = mul_div(c.ours, 1000000, c.theirs);
		seen->n = c.jobs;
	}
	return 0;
}

int figures_part_vitals(Work *w, Err *e)
{
	Figures *f = w->f;
	int64_t running = floor_div(w->ask->now_ms, HOUR_MS), n = 0, age;
	Sums now = minutes_sum(w, MINUTES - 6, 6), hour = minutes_sum(w, MINUTES - 61, 61),
		 base = work_usual_hour(w, running, &n);
	Vital *spend = &f->vital[VITAL_SPEND], *jobs = &f->vital[VITAL_JOBS], *active = &f->vital[VITAL_ACTIVE];
	bool known = n >= BASE_LEAST;

	vital_rate(&f->vital[VITAL_ERRORS], now, hour, base, n);
	spark(w, &f->vital[VITAL_ERRORS], spark_errors);
	*spend = (Vital){ .now = w->spend_nusd,
					  .hour = hour.nusd,
					  .base = known ? base.nusd / n : FIG_NONE,
					  .n = now.jobs,
					  .base_n = n };
	spark(w, spend, spark_spend);
	*jobs = (Vital){ .now = w->jobs_milli,
					 .hour = hour.jobs * 1000 / 60,
					 .base = known ? base.jobs * 1000 / 60 / n : FIG_NONE,
					 .n = now.jobs,
					 .base_n = n };
	spark(w, jobs, spark_jobs);
	*active = (Vital){ .now = f->states[JOB_RUNNING] + f->states[JOB_QUEUED],
					   .hour = FIG_NONE,
					   .base = FIG_NONE,
					   .n = f->states[JOB_RUNNING] };
	for (int i = 0; i < FIG_SPARK; i++)
		active->spark[i] = FIG_NONE;
	vital_cache(&f->vital[VITAL_CACHE], now, hour, base, n);
	spark(w, &f->vital[VITAL_CACHE], spark_cache);
	f->last_hour_nusd = hour.nusd;
	f->hour_rate_nusd = spend->now;
	for (int i = 0; i < f->job_count; i++)
		if (f->job[i].updated_ms > f->newest_ms)
			f->newest_ms = f->job[i].updated_ms;
	age = f->newest_ms ? w->ask->now_ms - f->newest_ms : FIG_NONE;
	for (int i = 0; i < VITALS; i++)
		f->vital[i].age_ms = age;
	return vitals_p95(w, &f->vital[VITAL_P95], e) < 0 || vitals_metrics(w, e) < 0 ? -1 : 0;
}
