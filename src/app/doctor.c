/* One context's checks from beginning to end: identity first, then everything at once, then what the calls have shown. */
#include "app/doctor_own.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"

struct DoctorCall {
	DoctorCall *next;
	Doctor *d;
	AwsCall *call;
	DoctorDone done;
	void *arg;
	int64_t sent_ms;
};

const char *doctor_verdict_name(DoctorVerdict v)
{
	static const char *const names[DOCTOR_VERDICTS] = { "ok", "skipped", "warn", "fail" };

	return names[v];
}

const char *doctor_section_name(DoctorSection s)
{
	static const char *const names[DOCTOR_SECTIONS] = { "identity", "network", "permissions", "coverage", "store", "terminal" };

	return names[s];
}

DoctorVerdict doctor_worst(const DoctorLine *line)
{
	DoctorVerdict worst = DOCTOR_OK;

	for (; line; line = line->next)
		if (line->verdict > worst)
			worst = line->verdict;
	return worst == DOCTOR_SKIPPED ? DOCTOR_OK : worst;
}

/* --- lines --- */

__attribute__((format(printf, 2, 0)))
static Str text_of(Arena *a, const char *fmt, va_list ap)
{
	char text[1400];

	(void)vsnprintf(text, sizeof text, fmt, ap);      /* a cut sentence is still a sentence */
	return arena_str(a, str_of(text));
}

DoctorLine *doctor_add(Doctor *d, DoctorSection s, const char *check, const char *subject, ...)
{
	DoctorLine *line = ARENA_NEW(&d->arena, DoctorLine);
	va_list ap;

	*line = (DoctorLine){ .check = check, .verdict = DOCTOR_SKIPPED, .found = STR("no answer came"), .ms = -1 };
	va_start(ap, subject);
	line->subject = text_of(&d->arena, subject, ap);
	va_end(ap);
	*d->last[s] = line;
	d->last[s] = &line->next;
	return line;
}

void doctor_say(Doctor *d, DoctorLine *line, DoctorVerdict v, const char *remedy, const char *found, ...)
{
	va_list ap;

	va_start(ap, found);
	line->found = text_of(&d->arena, found, ap);
	va_end(ap);
	line->verdict = v;
	line->remedy = arena_str(&d->arena, str_of(remedy));
}

void doctor_say_err(Doctor *d, DoctorLine *line, DoctorVerdict v, const Err *err)
{
	const char *cut = NULL, *at = err->text;

	while ((at = strstr(at, "; ")))
		cut = at++;
	doctor_say(d, line, v, cut ? cut + 2 : "look at the endpoint and the network, then ask again", "%.*s",
	           cut ? (int)(cut - err->text) : (int)strlen(err->text), err->text);
}

/* --- the end --- */

static void on_limit_closed(uv_handle_t *h)
{
	Doctor *d = h->data;

	if (d->frees_itself)
		doctor_free(d);
}

static void end(Doctor *d)
{
	if (d->over)
		return;
	d->over = true;
	(void)uv_timer_stop(&d->limit);
	if (d->opened && !d->closed) {
		if (!d->lent)
			doctor_network(d);
		doctor_logs_end(d);
	}
	if (!d->closed)
		d->on_done(d, d->arg);
}

void doctor_release(Doctor *d)
{
	if (--d->pending == 0 && d->started)
		end(d);
}

/* Calls that have not come back: their lines keep "no answer came", with the reason that cancelling gives. */
static void on_limit(uv_timer_t *t)
{
	Doctor *d = t->data;

	d->started = true;
	for (DoctorCall *c = d->calls; c; c = c->next)
		aws_cancel(c->call);
	if (!d->pending)
		end(d);
}

/* --- calls --- */

static void unlink_call(DoctorCall *c)
{
	DoctorCall **at = &c->d->calls;

	while (*at && *at != c)
		at = &(*at)->next;
	if (*at)
		*at = c->next;
}

static void on_call_done(AwsCall *call, const void *out, const AwsError *err, void *arg)
{
	DoctorCall *c = arg;
	Doctor *d = c->d;

	(void)call;
	unlink_call(c);
	if (!d->closed)
		c->done(d, out, err, clock_mono_ms() - c->sent_ms, c->arg);
	free(c);
	doctor_release(d);
}

void doctor_call(Doctor *d, const AwsOp *op, const void *in, DoctorDone done, void *arg)
{
	DoctorCall *c = xcalloc(1, sizeof *c);
	AwsHandler h = { .on_done = on_call_done, .arg = c, .total_ms = DOCTOR_CALL_MS };
	AwsError err = { .fault = AWS_OTHER };

	*c = (DoctorCall){ .d = d, .done = done, .arg = arg, .sent_ms = clock_mono_ms() };
	d->pending++;
	if ((c->call = aws_call(d->session->aws, op, in, &h, &err.err))) {
		c->next = d->calls;
		d->calls = c;
		return;
	}
	done(d, NULL, &err, 0, arg);
	free(c);
	d->pending--;           /* never the last one: whoever calls holds one of its own */
}

/* --- the order --- */

static void ask_everything(Doctor *d)
{
	Session *s = d->session;

	d->facts = (NeedFacts){ .account = s->account[0] ? str_of(s->account) : s->ctx->account_id, .region = session_region(s), .conf = s->conf,
	                        .src = &s->ctx->src, .write = s->ctx->write, .playground = s->ctx->playground };
	d->pending++;
	doctor_rows(d);
	doctor_tables(d);
	doctor_jobs(d);
	doctor_logs(d);
	doctor_metrics(d);
	d->started = true;
	doctor_release(d);
}

static void on_identity(Doctor *d, bool go_on)
{
	DoctorLine *line;

	if (go_on) {
		ask_everything(d);
		return;
	}
	line = doctor_add(d, DOCTOR_PERMISSIONS, "rows", "%s", "");
	doctor_say(d, line, DOCTOR_SKIPPED, NULL, "not asked: whose keys these are is not settled");
	line = doctor_add(d, DOCTOR_COVERAGE, "sources", "%s", "");
	doctor_say(d, line, DOCTOR_SKIPPED, NULL, "not asked, for the same reason");
	d->started = true;
}

/* On the loop, so that on_done never comes from inside doctor_start. */
static void on_go(uv_timer_t *t)
{
	Doctor *d = t->data;
	int64_t left;

	if (!d->opened) {
		d->started = true;
		end(d);
		return;
	}
	left = DOCTOR_LIMIT_MS - (clock_mono_ms() - d->started_ms);
	(void)uv_timer_start(&d->limit, on_limit, left > 0 ? (uint64_t)left : 1, 0);
	d->pending++;
	if (d->lent) {
		ask_everything(d);
	} else {
		doctor_identity_ask(d, on_identity);
		doctor_identity_local(d);
		doctor_store(d);
	}
	doctor_release(d);
}

static void open_context(Doctor *d)
{
	DoctorReport *r = &d->report;
	Err e = { 0 };

	r->context = d->spec.context;
	if (session_open(&d->own, d->shared->loop, &d->spec, &e) < 0) {
		doctor_say_err(d, doctor_add(d, DOCTOR_IDENTITY, "context", "%s", "context"), DOCTOR_FAIL, &e);
		return;
	}
	d->opened = true;
	r->context = d->session->ctx->name;
	r->stage = d->session->stage;
	r->region = session_region(d->session);
	r->account = d->session->ctx->account_id;
}

static void begin(Doctor *d)
{
	(void)uv_timer_init(d->shared->loop, &d->limit);
	d->limit.data = d;
	(void)uv_timer_start(&d->limit, on_go, 0, 0);
}

static void chain(Doctor *d)
{
	for (int i = 0; i < DOCTOR_SECTIONS; i++)
		d->last[i] = &d->report.first[i];
}

Doctor *doctor_start(Shared *shared, const SessionSpec *spec, void (*on_done)(Doctor *d, void *arg), void *arg)
{
	Doctor *d = xcalloc(1, sizeof *d);

	*d = (Doctor){ .shared = shared, .spec = *spec, .on_done = on_done, .arg = arg, .started_ms = clock_mono_ms() };
	d->spec.shared = shared;
	d->session = &d->own;
	chain(d);
	open_context(d);
	begin(d);
	return d;
}

Doctor *doctor_coverage(Session *session, void (*on_done)(Doctor *d, void *arg), void *arg)
{
	Doctor *d = xcalloc(1, sizeof *d);

	*d = (Doctor){ .shared = session->shared, .session = session, .lent = true, .opened = true, .on_done = on_done, .arg = arg,
	               .started_ms = clock_mono_ms() };
	chain(d);
	begin(d);
	return d;
}

const DoctorReport *doctor_report(const Doctor *d)
{
	return &d->report;
}

void doctor_close(Doctor *d)
{
	if (d->closed)
		return;
	d->closed = true;
	uv_close((uv_handle_t *)&d->limit, on_limit_closed);
	if (d->opened && !d->lent)
		session_close(d->session);
}

void doctor_end(Doctor *d)
{
	d->frees_itself = true;
	doctor_close(d);
}

void doctor_free(Doctor *d)
{
	if (!d)
		return;
	if (d->opened && !d->lent)
		session_done(d->session);
	arena_done(&d->arena);
	free(d);
}
