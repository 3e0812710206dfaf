/* One job in full: what the store knows of it, in words with its log lines, or as JSON. */
#include "app/app_impl.h"
#include "app/timeline.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "model/money.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

typedef struct Detail { App *a; unsigned epoch; FigKey id; bool raw, found; int64_t offset_ms; Buf text; char title[160]; } Detail;

/* The same lines as beside the list. */
static void in_words(Buf *b, const JobRow *r, const LogLine *line, size_t n, int64_t offset_ms)
{
	Timeline *t = timeline_make(r, line, n, offset_ms);

	for (uint32_t i = 0; i < t->n; i++)
		(void)buf_printf(b, "%s%.*s\n", i && t->line[i].look == LOOK_TITLE ? "\n" : "", STR_ARG(timeline_text(t, i)));
	free(t);
}

static void kstr(JsonW *w, const char *key, Str s)
{
	jw_kstr(w, key, s.n ? s : (Str){ NULL, 0 });
}

static void in_json(Buf *b, const JobRow *r)
{
	JsonW w = jw_to(b);
	const Job *j = &r->job;

	jw_object(&w);
	kstr(&w, "jobId", j->id);
	kstr(&w, "traceId", j->trace_id);
	kstr(&w, "tenantId", j->tenant);
	kstr(&w, "persona", j->persona);
	kstr(&w, "agentId", j->agent);
	kstr(&w, "agentVersion", j->version);
	kstr(&w, "model", j->model);
	kstr(&w, "status", j->status);
	if (r->source == COST_NONE)
		jw_knull(&w, "costNanoUsd");
	else
		jw_ki64(&w, "costNanoUsd", r->nusd);
	if (j->reported_nusd.known)
		jw_ki64(&w, "reportedNanoUsd", j->reported_nusd.v);
	if (j->has_tokens) {
		jw_ki64(&w, "inputTokens", j->tokens.input);
		jw_ki64(&w, "outputTokens", j->tokens.output);
		jw_ki64(&w, "cacheReadTokens", j->tokens.cache_read);
		jw_ki64(&w, "cacheWrite5mTokens", j->tokens.cache_write_5m);
		jw_ki64(&w, "cacheWrite1hTokens", j->tokens.cache_write_1h);
	}
	if (j->latency_ms.known)
		jw_ki64(&w, "latencyMs", j->latency_ms.v);
	if (j->error_code.n)
		kstr(&w, "errorCode", j->error_code);
	if (j->error_message.n)
		kstr(&w, "errorMessage", j->error_message);
	jw_ki64(&w, "retryCount", j->retries);
	jw_ki64(&w, "startedAtMs", j->started_ms);
	jw_ki64(&w, "updatedAtMs", j->updated_ms);
	jw_object_end(&w);
	(void)buf_putc(b, '\n');
}

static int detail_run(Store *s, void *work, Err *e)
{
	Detail *d = work;
	Arena a = { 0 };
	JobRow row;
	LogLine *line;
	size_t lines;
	int rc = store_job(s, str_of(d->id), &a, &row, &d->found, e);

	if (rc < 0 || !d->found)
		goto out;
	if (d->raw)
		in_json(&d->text, &row);
	else if ((rc = store_job_lines(s, row.job.id, row.job.trace_id, 200, &a, &line, &lines, e)) == 0)
		in_words(&d->text, &row, line, lines, d->offset_ms);
out:
	arena_done(&a);
	return rc;
}

static void detail_done(void *work, const Err *err)
{
	Detail *d = work;
	App *a = d->a;

	a->reads--;
	/* A page about a job of contexts that are not shown any more would be taken for one of these. */
	if (a->quitting || d->epoch != a->epoch)
		;
	else if (err)
		app_say(a, ROLE_ERROR, err->text);
	else if (!d->found)
		app_say(a, ROLE_WARN, "this job is not in the snapshot any more");
	else
		page_show(a, d->title, buf_str(&d->text));
	buf_done(&d->text);
	free(d);
}

void app_describe_job(App *a, const char *context, const char *id, bool raw)
{
	Watch *w = context_find(a, context);
	Detail *d;

	if (!w)
		return;
	d = xcalloc(1, sizeof *d);

	d->a = a;
	d->raw = raw;
	d->offset_ms = a->world.offset_ms;
	(void)snprintf(d->id, sizeof d->id, "%s", id);
	d->epoch = a->epoch;
	(void)snprintf(d->title, sizeof d->title, "Job %.60s%s%s", id, *context ? " in " : "", context);
	a->reads++;
	storeq_read(w->queue, (StoreWork){ detail_run, detail_done, d });
}
