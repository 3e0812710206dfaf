/* One job in full: what the store knows of it, in words or as JSON, with its cost lines. */
#include "app/app_impl.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "model/money.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

typedef struct Detail { App *a; FigKey id; bool raw, found; Buf text; char title[96]; } Detail;

static void put(Buf *b, const char *label, Str v)
{
	(void)buf_printf(b, "%-16s %.*s\n", label, STR_ARG(v.n ? v : STR("-")));
}

static void put_time(Buf *b, const char *label, int64_t ms)
{
	char t[TIME_TEXT] = "-";

	if (ms)
		time_format_iso(ms, t);
	put(b, label, str_of(t));
}

static void put_opt(Buf *b, const char *label, Opt64 v, const char *unit)
{
	if (v.known)
		(void)buf_printf(b, "%-16s %lld%s\n", label, (long long)v.v, unit);
	else
		put(b, label, STR(""));
}

static void put_money(Buf *b, const char *label, bool known, int64_t nusd, const char *tail)
{
	char t[MONEY_TEXT];

	money_exact(nusd, t);
	if (known)
		(void)buf_printf(b, "%-16s $%s%s\n", label, t, tail);
	else
		(void)buf_printf(b, "%-16s -%s\n", label, tail);
}

static void in_words(Buf *b, const JobRow *r)
{
	const Job *j = &r->job;

	put(b, "job", j->id);
	put(b, "trace", j->trace_id);
	put(b, "status", j->status);
	(void)buf_printf(b, "%-16s %.*s @ %.*s\n", "agent", STR_ARG(j->agent), STR_ARG(j->version));
	put(b, "model", j->model);
	put(b, "tenant", j->tenant);
	put(b, "persona", j->persona);
	put_time(b, "started", j->started_ms);
	put_time(b, "updated", j->updated_ms);
	put_opt(b, "latency", j->latency_ms, " ms");
	(void)buf_printf(b, "%-16s %lld\n", "retries", (long long)j->retries);
	put(b, "cache", j->cache_hit == TRI_UNKNOWN ? STR("") : j->cache_hit == TRI_YES ? STR("hit") : STR("miss"));
	(void)buf_putc(b, '\n');
	if (j->has_tokens)
		(void)buf_printf(b, "%-16s in %lld  out %lld  cache read %lld  write 5m %lld  write 1h %lld\n", "tokens",
						 (long long)j->tokens.input, (long long)j->tokens.output, (long long)j->tokens.cache_read,
						 (long long)j->tokens.cache_write_5m, (long long)j->tokens.cache_write_1h);
	else
		put(b, "tokens", STR("not known yet"));
	put_money(b, "cost", r->source != COST_NONE, r->nusd,
			  r->unpriced                  ? "  (this model has no price)"
			  : r->source == COST_REPORTED ? "  (as reported)"
										   : "  (tokens x price)");
	put_money(b, "reported", j->reported_nusd.known, j->reported_nusd.v, "");
	if (j->error_code.n || j->error_message.n) {
		(void)buf_putc(b, '\n');
		put(b, "error", j->error_code);
		put(b, "", j->error_message);
	}
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
	(d->raw ? in_json : in_words)(&d->text, &row);
	if (!d->raw && store_job_lines(s, row.job.id, row.job.trace_id, 200, &a, &line, &lines, e) == 0 && lines) {
		(void)buf_puts(&d->text, "\ncost lines\n");
		for (size_t i = 0; i < lines; i++)
			(void)buf_printf(&d->text, "  %.*s\n", STR_ARG(line[i].text));
	}
out:
	arena_done(&a);
	return rc;
}

static void detail_done(void *work, const Err *err)
{
	Detail *d = work;
	App *a = d->a;

	a->reads--;
	if (!a->quitting && err)
		app_say(a, ROLE_ERROR, err->text);
	else if (!a->quitting && !d->found)
		app_say(a, ROLE_WARN, "this job is not in the snapshot any more");
	else if (!a->quitting)
		page_show(a, d->title, buf_str(&d->text));
	buf_done(&d->text);
	free(d);
}

void app_describe_job(App *a, const char *id, bool raw)
{
	Detail *d = xcalloc(1, sizeof *d);

	d->a = a;
	d->raw = raw;
	(void)snprintf(d->id, sizeof d->id, "%s", id);
	(void)snprintf(d->title, sizeof d->title, "Job %.60s", id);
	a->reads++;
	storeq_read(a->queue, (StoreWork){ detail_run, detail_done, d });
}
