#include "app/timeline.h"

#include "app/line_gist.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "model/money.h"
#include "wire/time8601.h"

enum { LINES_MOST = 200 };

typedef struct Text { Buf bytes; TextLine *line; size_t n, cap; int64_t offset_ms; } Text;

/* Closes the line that was written behind the last one. */
static void end_line(Text *t, LineLook look)
{
	size_t from = t->n ? t->line[t->n - 1].at + t->line[t->n - 1].n : 0;

	VEC_GROW(t->line, t->cap, t->n + 1);
	t->line[t->n++] = (TextLine){ look, (uint32_t)from, (uint32_t)(t->bytes.n - from) };
}

#define LINE(t, look, ...) do { (void)buf_printf(&(t)->bytes, __VA_ARGS__); end_line((t), (look)); } while (0)

/* Text from outside stays on its line. */
static void put_raw(Text *t, Str s)
{
	for (size_t i = 0; i < s.n; i++)
		(void)buf_putc(&t->bytes, s.p[i] == '\n' || s.p[i] == '\r' ? ' ' : s.p[i]);
}

static void field(Text *t, const char *label, Str v)
{
	if (!v.n)
		return;
	(void)buf_printf(&t->bytes, "%-9s ", label);
	put_raw(t, v);
	end_line(t, LOOK_PLAIN);
}

static void pair(Text *t, const char *label, Str v, char between, Str w)
{
	if (!v.n && !w.n)
		return;
	(void)buf_printf(&t->bytes, "%-9s ", label);
	put_raw(t, v);
	if (w.n)
		(void)buf_putc(&t->bytes, between);
	put_raw(t, w);
	end_line(t, LOOK_PLAIN);
}

static void put_clock(Text *t, int64_t ms)
{
	CivilTime c = time_civil(ms + t->offset_ms);

	(void)buf_printf(&t->bytes, "%02d:%02d:%02d.%03d", c.hour, c.minute, c.second, c.ms);
}

/* "3.1s" behind a sign, as far as it is from where it all began. */
static void put_after(Text *t, int64_t ms, int64_t began_ms)
{
	int64_t d = ms - began_ms;
	char word[32];
	int n = 0;

	if (began_ms)
		n = snprintf(word, sizeof word, "%c%lld.%llds", d < 0 ? '-' : '+', (long long)(llabs(d) / 1000), (long long)(llabs(d) / 100 % 10));
	(void)buf_printf(&t->bytes, "  %*s%.*s  ", n < 8 ? 8 - n : 0, "", n, word);
}

static void begin_event(Text *t, int64_t ms, int64_t began_ms)
{
	put_clock(t, ms);
	put_after(t, ms, began_ms);
}

static bool has_ended(const Job *j)
{
	return j->state != JOB_QUEUED && j->state != JOB_RUNNING;
}

/* --- what happened --- */

/* A call's answer is known from its cost line; when it was asked from how long it took. */
static void answer(Text *t, const LogLine *l, int64_t began_ms)
{
	const Tokens *k = &l->tokens;

	begin_event(t, l->event_ms, began_ms);
	(void)buf_puts(&t->bytes, "answered");
	if (l->duration_ms.known)
		(void)buf_printf(&t->bytes, " after %lld.%llds", (long long)(l->duration_ms.v / 1000), (long long)(l->duration_ms.v / 100 % 10));
	if (l->has_tokens)
		(void)buf_printf(&t->bytes, ": in %lld out %lld", (long long)k->input, (long long)k->output);
	if (k->cache_read)
		(void)buf_printf(&t->bytes, " read %lld", (long long)k->cache_read);
	if (k->cache_write_5m || k->cache_write_1h)
		(void)buf_printf(&t->bytes, " written %lld", (long long)(k->cache_write_5m + k->cache_write_1h));
	end_line(t, LOOK_PLAIN);
}

static bool is_of_job(const LogLine *l, const Job *j)
{
	return l->kind == LINE_COST && (str_eq(l->job_id, j->id) || !l->job_id.n);
}

static void asked(Text *t, const LogLine *l, int64_t began_ms)
{
	begin_event(t, l->event_ms - l->duration_ms.v, began_ms);
	(void)buf_puts(&t->bytes, "asked ");
	put_raw(t, l->model);
	end_line(t, LOOK_PLAIN);
}

static void ended(Text *t, const Job *j)
{
	LineLook look = j->state == JOB_FAILED ? LOOK_BAD : j->state == JOB_SUCCEEDED ? LOOK_GOOD : LOOK_PLAIN;

	begin_event(t, j->updated_ms, j->started_ms);
	put_raw(t, j->status);
	if (j->retries)
		(void)buf_printf(&t->bytes, " after %lld %s", (long long)j->retries, j->retries == 1 ? "retry" : "retries");
	if (j->error_code.n) {
		(void)buf_puts(&t->bytes, ": ");
		put_raw(t, j->error_code);
	}
	end_line(t, look);
	if (!j->error_message.n)
		return;
	(void)buf_printf(&t->bytes, "%24s", "");
	put_raw(t, j->error_message);
	end_line(t, look);
}

static void events(Text *t, const Job *j, const LogLine *line, size_t n)
{
	bool tells = false;

	for (size_t i = 0; i < n; i++)
		tells |= is_of_job(&line[i], j) && line[i].duration_ms.known;
	LINE(t, LOOK_TITLE, "WHEN");
	if (j->started_ms) {
		begin_event(t, j->started_ms, 0);
		LINE(t, LOOK_PLAIN, "begun");
	}
	/* What the job waited before it first asked, where no line tells: it says how long it took from then on. */
	if (!tells && has_ended(j) && j->latency_ms.known && j->updated_ms - j->latency_ms.v > j->started_ms) {
		begin_event(t, j->updated_ms - j->latency_ms.v, j->started_ms);
		LINE(t, LOOK_PLAIN, "at work");
	}
	for (size_t i = 0; i < n; i++) {
		if (!is_of_job(&line[i], j))
			continue;
		if (line[i].duration_ms.known)
			asked(t, &line[i], j->started_ms);
		answer(t, &line[i], j->started_ms);
	}
	if (has_ended(j)) {
		ended(t, j);
		return;
	}
	begin_event(t, j->updated_ms, j->started_ms);
	put_raw(t, j->status);
	if (j->retries)
		(void)buf_printf(&t->bytes, ", retry %lld", (long long)j->retries);
	end_line(t, LOOK_PLAIN);
}

/* --- what it cost --- */

static void cost(Text *t, const JobRow *r)
{
	const Tokens *k = &r->job.tokens;
	char sum[MONEY_TEXT], reported[MONEY_TEXT];

	money_exact(r->nusd, sum);
	money_exact(r->job.reported_nusd.v, reported);
	LINE(t, LOOK_TITLE, "COST");
	if (r->unpriced)
		LINE(t, LOOK_BAD, "unpriced: this model has no price");
	else if (r->source == COST_NONE)
		LINE(t, LOOK_DIM, has_ended(&r->job) ? "none is known" : "not known yet");
	else
		LINE(t, LOOK_MONEY, "$%s  %s", sum, r->source == COST_REPORTED ? "as reported" : "tokens x price");
	if (r->job.has_tokens)
		LINE(t, LOOK_PLAIN, "in %lld  out %lld  cache read %lld  write 5m %lld  1h %lld", (long long)k->input, (long long)k->output,
		     (long long)k->cache_read, (long long)k->cache_write_5m, (long long)k->cache_write_1h);
	else
		LINE(t, LOOK_DIM, has_ended(&r->job) ? "no tokens were reported" : "tokens are not known yet");
	if (r->job.reported_nusd.known)
		LINE(t, LOOK_DIM, "the application reported $%s", reported);
}

/* --- its lines --- */

static void log_lines(Text *t, const Job *j, const LogLine *line, size_t n)
{
	LINE(t, LOOK_TITLE, "LOG LINES  %zu by job and trace", n);
	if (!n)
		LINE(t, LOOK_DIM, "none in the snapshot; l asks the log groups");
	for (size_t i = 0; i < n; i++) {
		put_clock(t, line[i].event_ms);
		(void)buf_printf(&t->bytes, " %s%s%s", line[i].tail ? "(live tail only) " : "", line[i].late ? "(came late) " : "",
		                 str_eq(line[i].job_id, j->id) || !line[i].job_id.n ? "" : "(another job of the trace) ");
		line_gist(line[i].text, &t->bytes);
		end_line(t, LOOK_DIM);
	}
}

static void head(Text *t, const Job *j)
{
	CivilTime day = time_civil((j->started_ms ? j->started_ms : j->updated_ms) + t->offset_ms);

	put_raw(t, j->id);
	(void)buf_printf(&t->bytes, "  %04d-%02d-%02d", day.year, day.month, day.day);
	end_line(t, LOOK_TITLE);
	pair(t, "agent", j->agent, '@', j->version);
	field(t, "pointer", j->pointer);
	pair(t, "template", j->template_id, '@', j->template_version);
	field(t, "model", j->model);
	pair(t, "tenant", j->tenant, ' ', j->persona);
	field(t, "trace", j->trace_id);
	field(t, "request", j->request_id);
	field(t, "stopped", j->stop_reason);
	field(t, "tier", j->service_tier);
	if (j->cache_hit != TRI_UNKNOWN)
		field(t, "answer", j->cache_hit == TRI_YES ? STR("from the answer cache") : STR("not cached"));
}

Timeline *timeline_make(const JobRow *r, const LogLine *line, size_t n, int64_t offset_ms)
{
	Text t = { .offset_ms = offset_ms };
	Timeline *out;

	head(&t, &r->job);
	events(&t, &r->job, line, n);
	cost(&t, r);
	log_lines(&t, &r->job, line, n);
	out = xmalloc(sizeof *out + t.n * sizeof *t.line + t.bytes.n + 1);
	*out = (Timeline){ (uint32_t)t.n, (uint32_t)n };
	memcpy(out->line, t.line, t.n * sizeof *t.line);
	memcpy(&out->line[t.n], buf_cstr(&t.bytes), t.bytes.n + 1);
	free(t.line);
	buf_done(&t.bytes);
	return out;
}

static int run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	const JobRef *q = in;
	Arena a = { 0 };
	JobRow row;
	LogLine *line;
	size_t n, i = 0;
	bool found = false;
	int rc = 0;

	while (from->context && i + 1 < from->n && strcmp(from->context[i], q->context) != 0)
		i++;
	if (from->s[i] && (rc = store_job(from->s[i], str_of(q->id), &a, &row, &found, e)) == 0 && found)
		rc = store_job_lines(from->s[i], row.job.id, row.job.trace_id, LINES_MOST, &a, &line, &n, e);
	if (rc == 0)
		*out = found ? timeline_make(&row, line, n, when->offset_ms) : xcalloc(1, sizeof(Timeline));
	arena_done(&a);
	return rc;
}

const AskClass ask_timeline = { .name = "timeline", .in_size = sizeof(JobRef), .run = run };
