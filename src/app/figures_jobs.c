/* The newest jobs, and how many there are in each state. */
#include "app/figures_own.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static void job_cell(const JobRow *r, JobCell *c)
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
	fig_text(c->stop_reason, sizeof c->stop_reason, j->stop_reason);
	if (j->template_id.n || j->template_version.n)
		(void)snprintf(c->template, sizeof c->template, "%.*s@%.*s", STR_ARG(j->template_id), STR_ARG(j->template_version));
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

typedef struct Found { const JobRow *row; size_t from; } Found;

static int by_update(const void *x, const void *y)
{
	const Found *a = x, *b = y;
	int c;

	if (a->row->job.updated_ms != b->row->job.updated_ms)
		return a->row->job.updated_ms < b->row->job.updated_ms ? 1 : -1;
	c = str_cmp(a->row->job.id, b->row->job.id);
	return c ? c : (a->from > b->from) - (a->from < b->from);
}

int figures_jobs(const Stores *from, const JobFilter *f, JobCell *out, int max, int *n, Err *e)
{
	JobFilter limited = *f;
	Arena a = { 0 };
	Found *found = NULL;
	size_t cap = 0, total = 0, rows;
	JobRow *row;
	int rc = 0;

	limited.limit = (size_t)max;
	for (size_t i = 0; i < from->n && rc == 0; i++) {
		if (!from->s[i] || (rc = store_jobs(from->s[i], &limited, &a, &row, &rows, e)) < 0)
			continue;
		for (size_t k = 0; k < rows; k++) {
			VEC_GROW(found, cap, total + 1);
			found[total++] = (Found){ &row[k], i };
		}
	}
	if (from->n > 1 && total)        /* one store has sorted them already */
		qsort(found, total, sizeof *found, by_update);
	*n = rc < 0 ? 0 : total < (size_t)max ? (int)total : max;
	for (int i = 0; i < *n; i++) {
		job_cell(found[i].row, &out[i]);
		memcpy(out[i].context, from->context ? from->context[found[i].from] : (FigText){ 0 }, sizeof(FigText));
	}
	free(found);
	arena_done(&a);
	return rc;
}

static int job_counts(Work *w, Err *e)
{
	Figures *f = w->f;
	int64_t counts[JOB_STATES], oldest;

	for (size_t i = 0; i < w->from->n; i++) {
		if (!w->from->s[i])
			continue;
		oldest = 0;
		if (store_job_counts(w->from->s[i], w->ask->now_ms - DAY_MS, w->ask->past ? w->ask->now_ms + 1 : 0, counts, &oldest, e) < 0)
			return -1;
		for (int k = 0; k < JOB_STATES; k++)
			f->states[k] += counts[k];
		if (oldest && (!f->oldest_running_ms || oldest < f->oldest_running_ms))
			f->oldest_running_ms = oldest;
	}
	return 0;
}

/* What was under way then: begun before, and heard of again after. Of how it ended nothing was known yet. */
static int jobs_of_then(Work *w, Err *e)
{
	Figures *f = w->f;
	JobFilter q = { .booked_from_ms = w->ask->now_ms - DAY_MS, .booked_until_ms = w->ask->now_ms + 1, .updated_from_ms = w->ask->now_ms + 1 };

	if (!w->ask->past)
		return 0;
	if (figures_jobs(w->from, &q, f->job, FIG_JOBS / 4, &f->job_count, e) < 0)
		return -1;
	f->states[JOB_RUNNING] += f->job_count;
	for (int i = 0; i < f->job_count; i++) {
		JobCell *c = &f->job[i];

		if (c->started_ms && (!f->oldest_running_ms || c->started_ms < f->oldest_running_ms))
			f->oldest_running_ms = c->started_ms;
		c->state = JOB_RUNNING;
		fig_text(c->status, sizeof c->status, STR("running"));
		c->error_code[0] = c->error_message[0] = 0;
		c->cost_source = COST_NONE;
		c->unpriced = c->has_tokens = 0;
		c->cache_hit = TRI_UNKNOWN;
		c->nusd = c->reported_nusd = c->latency_ms = FIG_NONE;
		c->tokens = (Tokens){ 0 };
	}
	return 0;
}

int figures_part_jobs(Work *w, Err *e)
{
	Figures *f = w->f;
	JobFilter active = { .states = 1u << JOB_RUNNING | 1u << JOB_QUEUED };
	JobFilter ended = { .states = 1u << JOB_FAILED | 1u << JOB_SUCCEEDED | 1u << JOB_CANCELLED | 1u << JOB_OTHER };
	int n;

	/* A writer's clock may run ahead of ours. */
	active.updated_until_ms = ended.updated_until_ms = w->ask->now_ms + (w->ask->past ? 1 : DAY_MS);
	if (job_counts(w, e) < 0 || jobs_of_then(w, e) < 0 ||
	    figures_jobs(w->from, &active, f->job + f->job_count, FIG_JOBS / 2 - f->job_count, &n, e) < 0)
		return -1;
	f->job_count += n;
	if (figures_jobs(w->from, &ended, f->job + f->job_count, FIG_JOBS - f->job_count, &n, e) < 0)
		return -1;
	f->job_count += n;
	f->jobs_total = 0;
	for (int i = 0; i < JOB_STATES; i++)
		f->jobs_total += (int32_t)f->states[i];
	return 0;
}
