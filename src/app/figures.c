#include "app/groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"

#define MINUTE_MS INT64_C(60000)
#define HOUR_MS   INT64_C(3600000)
#define DAY_MS    INT64_C(86400000)

enum { BACK_HOURS = BASE_DAYS * 24 + 24, MINUTES = 65 };

typedef struct Work {
	Store *s;
	const FiguresAsk *ask;
	Figures *f;
	Arena arena;
	int64_t hour0;                 /* hour of all[0] */
	Sums all[BACK_HOURS];          /* every hour of the last BASE_DAYS days and the running one */
	Sums minute[MINUTES];          /* minute[MINUTES - 1] is the running one */
} Work;

static Sums minutes_sum(const Work *w, int from, int n)
{
	Sums sum = { 0 };

	for (int i = from; i < from + n; i++)
		sums_add(&sum, &w->minute[i]);
	return sum;
}

/* The mean hour of what is usual now. */
static Sums usual_hour(const Work *w, int64_t hour, int64_t *samples)
{
	int64_t hours[BASE_HOURS_MAX];
	size_t n = baseline_hours(hour, w->ask->now_ms, w->ask->offset_ms, hours);
	Sums sum = { 0 };

	*samples = 0;
	for (size_t i = 0; w->f->covered_from_ms && i < n; i++) {
		int64_t at = hours[i] - w->hour0;

		/* Hours before the back-fill are unknown, not empty. */
		if (at < 0 || at >= BACK_HOURS || hours[i] * HOUR_MS < w->f->covered_from_ms)
			continue;
		sums_add(&sum, &w->all[at]);
		++*samples;
	}
	return sum;
}

/* --- vital signs --- */

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

static int64_t spark_latency(const Sums *s)
{
	return s->latency_n ? s->latency_ms_sum / s->latency_n : FIG_NONE;
}

static int vitals_p95(Work *w, Vital *v, Err *e)
{
	int64_t now = w->ask->now_ms;

	v->now = v->hour = v->base = FIG_NONE;
	if (store_latency(w->s, now - 5 * MINUTE_MS, now + 1, 0.95, &v->now, &v->n, e) < 0)
		return -1;
	if (store_latency(w->s, now - HOUR_MS, now + 1, 0.95, &v->hour, &v->hits, e) < 0)
		return -1;
	/* Until rollups carry latency sketches, the usual p95 is that of the last day. */
	if (store_latency(w->s, now - DAY_MS, now + 1, 0.95, &v->base, &v->base_n, e) < 0)
		return -1;
	if (!v->n)
		v->now = FIG_NONE;
	if (!v->hits)
		v->hour = FIG_NONE;
	if (!v->base_n)
		v->base = FIG_NONE;
	spark(w, v, spark_latency);
	return 0;
}

/* A count as CloudWatch gives it: what no count can be (NaN, negative, absurd) is none. */
static int64_t count_of(double v)
{
	return v >= 0 && v < 1e15 ? (int64_t)v : 0;
}

/* Sum of the newest five whole minutes, and of the last hour, of one metric over all its series. */
static void metric_sum(const MetricSeries *m, size_t n, const char *name, int64_t from_ms, int64_t until_ms,
					   int64_t *sum, bool *any)
{
	for (size_t i = 0; i < n; i++) {
		if (!str_is(m[i].name, name))
			continue;
		for (size_t k = 0; k < m[i].count; k++)
			if (m[i].points[k].has && m[i].points[k].t_ms >= from_ms && m[i].points[k].t_ms < until_ms)
				*sum += count_of(m[i].points[k].v);
		*any = true;
	}
}

/* What CloudWatch counted beside what we booked: how much of the fleet is seen. */
static int vitals_metrics(Work *w, Err *e)
{
	static const char *const token_metrics[] = { "InputTokenCount", "OutputTokenCount", "CacheReadInputTokenCount",
												 "CacheWriteInputTokenCount" };
	Vital *thr = &w->f->vital[VITAL_THROTTLES], *seen = &w->f->vital[VITAL_SEEN];
	int64_t end = w->ask->now_ms / MINUTE_MS * MINUTE_MS, five = 0, hour = 0, theirs = 0, ours;
	MetricSeries *m;
	size_t n;
	bool any = false, tok = false;

	thr->now = thr->hour = thr->base = seen->now = seen->hour = seen->base = FIG_NONE;
	for (int i = 0; i < FIG_SPARK; i++)
		thr->spark[i] = seen->spark[i] = FIG_NONE;
	if (store_metrics(w->s, end - HOUR_MS, end, &w->arena, &m, &n, e) < 0)
		return -1;
	metric_sum(m, n, "InvocationThrottles", end - 5 * MINUTE_MS, end, &five, &any);
	metric_sum(m, n, "InvocationThrottles", end - HOUR_MS, end, &hour, &any);
	if (any) {
		thr->now = five * 1000 / 5;
		thr->hour = hour * 1000 / 60;
	}
	for (size_t i = 0; i < sizeof token_metrics / sizeof *token_metrics; i++)
		metric_sum(m, n, token_metrics[i], end - HOUR_MS, end - 5 * MINUTE_MS, &theirs, &tok);
	if (tok && theirs > 0) {
		Sums s = minutes_sum(w, MINUTES - 1 - 60, 55);

		ours = tokens_total(&s.tok);
		seen->now = seen->hour = mul_div(ours, 1000000, theirs);
		seen->n = s.jobs;
	}
	return 0;
}

static int vitals(Work *w, Err *e)
{
	Figures *f = w->f;
	int64_t running = floor_div(w->ask->now_ms, HOUR_MS), n = 0, age;
	Sums now = minutes_sum(w, MINUTES - 6, 6), hour = minutes_sum(w, MINUTES - 61, 61),
		 base = usual_hour(w, running, &n);
	/* The running minute counts with the part that has passed. */
	int64_t span_ms = 5 * MINUTE_MS + w->ask->now_ms % MINUTE_MS;
	Vital *spend = &f->vital[VITAL_SPEND], *jobs = &f->vital[VITAL_JOBS], *active = &f->vital[VITAL_ACTIVE];
	bool known = n >= BASE_LEAST;

	vital_rate(&f->vital[VITAL_ERRORS], now, hour, base, n);
	spark(w, &f->vital[VITAL_ERRORS], spark_errors);
	*spend = (Vital){ .now = mul_div(now.nusd, HOUR_MS, span_ms),
					  .hour = hour.nusd,
					  .base = known ? base.nusd / n : FIG_NONE,
					  .n = now.jobs,
					  .base_n = n };
	spark(w, spend, spark_spend);
	*jobs = (Vital){ .now = mul_div(now.jobs * 1000, MINUTE_MS, span_ms),
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

/* --- the grid of hours --- */

static void grid(Work *w)
{
	Figures *f = w->f;
	int64_t local_midnight = floor_div(w->ask->now_ms + w->ask->offset_ms, DAY_MS) * DAY_MS - w->ask->offset_ms;
	int64_t today = floor_div(local_midnight, HOUR_MS), running = floor_div(w->ask->now_ms, HOUR_MS);

	f->first_hour = today - (FIG_DAYS - 1) * 24;
	for (int i = 0; i < FIG_DAYS * 24; i++) {
		int64_t hour = f->first_hour + i, at = hour - w->hour0, n;
		HourCell *c = &f->grid[i];
		Sums base;

		*c = (HourCell){ .base_nusd = FIG_NONE };
		if (hour > running || at < 0 || at >= BACK_HOURS)
			continue;
		c->nusd = w->all[at].nusd;
		c->jobs = w->all[at].jobs;
		c->failed = w->all[at].failed;
		c->unpriced = w->all[at].unpriced;
		base = usual_hour(w, hour, &n);
		c->base_n = n;
		if (n >= BASE_LEAST)
			c->base_nusd = base.nusd / n;
		if (hour >= today) {
			f->today_nusd += c->nusd;
			f->today_unpriced += c->unpriced;
		} else if (hour >= today - 24) {
			f->yesterday_nusd += c->nusd;
		}
		f->grid_known += f->covered_from_ms && (hour + 1) * HOUR_MS > f->covered_from_ms;
	}
}

/* --- jobs --- */

void figures_job(const JobRow *r, JobCell *c)
{
	const Job *j = &r->job;

	fig_text(c->id, sizeof c->id, j->id);
	fig_text(c->trace, sizeof c->trace, j->trace_id);
	fig_text(c->tenant, sizeof c->tenant, j->tenant);
	fig_text(c->persona, sizeof c->persona, j->persona);
	fig_text(c->agent, sizeof c->agent, j->agent);
	fig_text(c->version, sizeof c->version, j->version);
	fig_text(c->model, sizeof c->model, j->model);
	fig_text(c->status, sizeof c->status, j->status);
	fig_text(c->error_code, sizeof c->error_code, j->error_code);
	fig_text(c->error_message, sizeof c->error_message, j->error_message);
	c->state = (int32_t)j->state;
	c->cost_source = (int32_t)r->source;
	c->unpriced = r->unpriced;
	c->cache_hit = (int32_t)j->cache_hit;
	c->retries = j->retries;
	c->nusd = r->source == COST_NONE ? FIG_NONE : r->nusd;
	c->reported_nusd = j->reported_nusd.known ? j->reported_nusd.v : FIG_NONE;
	c->latency_ms = j->latency_ms.known ? j->latency_ms.v : FIG_NONE;
	c->started_ms = j->started_ms;
	c->updated_ms = j->updated_ms;
	c->has_tokens = j->has_tokens;
	c->tokens = j->tokens;
}

static int jobs(Work *w, Err *e)
{
	Figures *f = w->f;
	JobFilter active = { .states = 1u << JOB_RUNNING | 1u << JOB_QUEUED, .limit = FIG_JOBS / 2 };
	JobFilter ended = { .states = 1u << JOB_FAILED | 1u << JOB_SUCCEEDED | 1u << JOB_CANCELLED | 1u << JOB_OTHER,
						.limit = FIG_JOBS };
	JobRow *a, *b;
	size_t na, nb;

	active.updated_until_ms = ended.updated_until_ms = w->ask->now_ms + DAY_MS;
	if (store_job_counts(w->s, w->ask->now_ms - DAY_MS, f->states, &f->oldest_running_ms, e) < 0 ||
	    store_jobs(w->s, &active, &w->arena, &a, &na, e) < 0 || store_jobs(w->s, &ended, &w->arena, &b, &nb, e) < 0)
		return -1;
	for (size_t i = 0; i < na && f->job_count < FIG_JOBS; i++)
		figures_job(&a[i], &f->job[f->job_count++]);
	for (size_t i = 0; i < nb && f->job_count < FIG_JOBS; i++)
		figures_job(&b[i], &f->job[f->job_count++]);
	for (int i = 0; i < JOB_STATES; i++)
		f->jobs_total += (int32_t)f->states[i];
	return 0;
}

/* The running hour and the one before it, against two usual hours less what is still to come. */
static int movers(Work *w, Err *e)
{
	int64_t running = floor_div(w->ask->now_ms, HOUR_MS), n;
	int64_t hours[2] = { running - 1, running };
	GroupAsk q = {
		.by = DIM_VERSION,
		.hours = hours,
		.hour_count = 2,
		.base_hour = running,
		.part = HOUR_MS + w->ask->now_ms % HOUR_MS,
		.whole = HOUR_MS,
		.covered_from_ms = w->f->covered_from_ms,
		.now_ms = w->ask->now_ms,
		.offset_ms = w->ask->offset_ms,
	};

	if (groups_read(w->s, &q, GROUPS_BY_COST, &w->f->movers_cost, &n, e) < 0)
		return -1;
	return groups_read(w->s, &q, GROUPS_BY_ERRORS, &w->f->movers_errors, &n, e);
}

int figures_compute(Store *s, const FiguresAsk *ask, Figures *out, Err *e)
{
	Work *w = xcalloc(1, sizeof *w);
	Str back = STR(""), account = STR("");
	int rc = -1;

	*w = (Work){ .s = s, .ask = ask, .f = out, .hour0 = floor_div(ask->now_ms, HOUR_MS) - BACK_HOURS + 1 };
	memset(out, 0, sizeof *out);
	out->version = FIG_VERSION;
	out->size = (int32_t)sizeof *out;
	out->at_ms = ask->now_ms;
	memcpy(out->region, ask->region, sizeof out->region);
	if (store_identity(s, &w->arena, &account, e) < 0 || store_cursor(s, "jobs.back", &w->arena, &back, e) < 0)
		goto out;
	fig_text(out->account, sizeof out->account, account);
	(void)str_i64(back, &out->covered_from_ms);      /* no cursor yet: nothing is known to be covered */
	if (store_hours(s, DIM_ALL, STR(""), w->hour0, BACK_HOURS, w->all, e) < 0 ||
		store_minutes(s, floor_div(ask->now_ms, MINUTE_MS) - MINUTES + 1, MINUTES, w->minute, e) < 0 ||
		jobs(w, e) < 0 || vitals(w, e) < 0)
		goto out;
	grid(w);
	rc = movers(w, e);
out:
	arena_done(&w->arena);
	free(w);
	return rc;
}

/* --- the frame row --- */

/* One screen of jobs is enough to start with, and a tenth of the bytes to read before the first paint. */
enum { FRAME_JOBS = 64 };

static size_t frame_bytes(int32_t jobs)
{
	return offsetof(Figures, job) + (size_t)jobs * sizeof(JobCell);
}

static uint64_t frame_check(const Figures *f, size_t bytes)
{
	const size_t from = offsetof(Figures, check) + sizeof f->check;

	return str_hash((Str){ (const char *)f + from, bytes - from });
}

int figures_save(Store *s, Figures *f, Err *e)
{
	size_t bytes;

	if (f->job_count > FRAME_JOBS)
		f->job_count = FRAME_JOBS;
	bytes = frame_bytes(f->job_count);
	f->size = (int32_t)bytes;
	f->check = frame_check(f, bytes);
	return store_put_frame(s, "figures", (Str){ (const char *)f, bytes }, f->at_ms, e);
}

int figures_load(Store *s, Figures *out, Err *e)
{
	Arena a = { 0 };
	Str blob;
	int64_t at;
	int rc = -1;

	memset(out, 0, sizeof *out);
	if (store_get_frame(s, "figures", &a, &blob, &at, e) < 0)
		goto out;
	if (blob.n < frame_bytes(0) || blob.n > sizeof *out) {
		err_set(e, "no frame of this version");
		goto out;
	}
	memcpy(out, blob.p, blob.n);
	if (out->version != FIG_VERSION || out->size != (int64_t)blob.n)
		err_set(e, "no frame of this version");
	/* SQLite keeps no checksums: a bit that turned over on the disk must not become an index or an endless text. */
	else if (frame_check(out, blob.n) != out->check || out->job_count < 0 || frame_bytes(out->job_count) != blob.n)
		err_set(e, "the frame is damaged");
	else
		rc = 0;
out:
	arena_done(&a);
	return rc;
}
