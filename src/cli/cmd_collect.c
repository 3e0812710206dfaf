/* `seismo collect`: the feeds without a screen. A line a minute for each context on stderr, and one at once when something happens;
 * with -o json the same as one object a line on stdout. */
#include <stdio.h>

#include "app/collect.h"
#include "base/clock.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

enum { EVERY_MS = 60000 };

static const char *const phases[] = { [FEED_OFF] = "off", [FEED_LOADING] = "loading", [FEED_OK] = "ok", [FEED_FAILED] = "failed" };

typedef struct Report { const Watch *w; const char *event; int64_t now_ms; char time[TIME_TEXT], by[SHARE_WORDS]; bool polls; } Report;

/* "jobs 3 s, cost lines 1 s, agents failed, alarms loading" */
static void put_feeds(Buf *b, const Report *r)
{
	for (int i = 0; i < FEEDS_N; i++) {
		const FeedView *v = feeds_view(r->w->feeds, (FeedId)i);

		if (i == FEED_IDENTITY)
			continue;
		(void)buf_printf(b, "%s%s ", i == FEED_IDENTITY + 1 ? "" : ", ", v->name);
		if (v->phase == FEED_FAILED || !v->fresh_ms)
			(void)buf_puts(b, phases[v->phase]);
		else
			(void)buf_printf(b, "%lld s", (long long)((r->now_ms - v->fresh_ms) / 1000));
		if (v->backfilling)
			(void)buf_puts(b, " (filling)");
	}
}

static void put_text(Buf *b, const Report *r)
{
	const char *note = storeq_note(r->w->queue);
	Str name = r->w->session.ctx->name;

	(void)buf_printf(b, "seismo: %.19sZ %.*s: ", r->time, STR_ARG(name));
	if (r->event) {
		(void)buf_puts(b, r->event);
	} else {
		(void)buf_puts(b, r->polls ? "polls AWS: " : r->by[0] ? "stands by: " : "waits: ");
		put_feeds(b, r);
		if (!r->polls && r->by[0])
			(void)buf_printf(b, "; %s polls", r->by);
		if (note[0])
			(void)buf_printf(b, "; %s", note);
		if (own_cost_capped(&r->w->session.own_cost, r->now_ms))
			(void)buf_puts(b, "; own cost at its cap, jobs and metrics slowed");
	}
	(void)buf_putc(b, '\n');
}

static void put_time(JsonW *w, const char *key, int64_t ms)
{
	char text[TIME_TEXT];

	time_format_iso(ms, text);
	jw_kstr(w, key, ms ? str_of(text) : (Str){ 0 });
}

static void put_feed_json(JsonW *w, const FeedView *v)
{
	char tail[TAIL_WORDS];

	tail_words(&v->tail, clock_wall_ms(), tail);
	jw_object(w);
	jw_kstr(w, "name", str_of(v->name));
	jw_kstr(w, "state", str_of(phases[v->phase]));
	put_time(w, "fresh", v->fresh_ms);
	put_time(w, "completeSince", v->covered_from_ms);
	jw_kbool(w, "filling", v->backfilling);
	jw_ki64(w, "skipped", v->skipped);
	jw_kstr(w, "tail", tail[0] ? str_of(tail) : (Str){ 0 });
	jw_kstr(w, "error", v->phase == FEED_FAILED ? str_of(v->err.text) : (Str){ 0 });
	jw_object_end(w);
}

static void put_json(Buf *b, const Report *r)
{
	const Session *s = &r->w->session;
	const char *note = storeq_note(r->w->queue);
	JsonW w = jw_to(b);

	jw_object(&w);
	jw_kstr(&w, "time", str_of(r->time));
	jw_kstr(&w, "context", s->ctx->name);
	jw_kstr(&w, "account", s->account[0] ? str_of(s->account) : s->ctx->account_id.n ? s->ctx->account_id : (Str){ 0 });
	jw_kstr(&w, "region", session_region(s));
	jw_kstr(&w, "event", r->event ? str_of(r->event) : (Str){ 0 });
	jw_kstr(&w, "state", r->polls ? STR("polling") : r->by[0] ? STR("standby") : STR("waiting"));
	jw_kstr(&w, "polledBy", r->by[0] ? str_of(r->by) : (Str){ 0 });
	jw_key(&w, "feeds");
	jw_array(&w);
	for (int i = 0; i < FEEDS_N; i++)
		put_feed_json(&w, feeds_view(r->w->feeds, (FeedId)i));
	jw_array_end(&w);
	jw_kstr(&w, "store", str_of(s->store_path));
	jw_kstr(&w, "note", note[0] ? str_of(note) : (Str){ 0 });
	jw_object_end(&w);
	(void)buf_putc(b, '\n');
}

static void on_report(void *arg, const Watch *w, const char *event)
{
	const Options *o = arg;
	Report r = { .w = w, .event = event, .now_ms = clock_wall_ms(), .polls = feeds_polls(w->feeds) };
	FILE *out = o->out == OUT_JSON ? stdout : stderr;
	Buf b = { 0 };

	time_format_iso(r.now_ms, r.time);
	share_words(w, SHARE_FEEDER, r.by);
	if (o->out == OUT_JSON)
		put_json(&b, &r);
	else
		put_text(&b, &r);
	(void)fwrite(b.p, 1, b.n, out);      /* whoever does not read it any more does not end the collection */
	(void)fflush(out);
	buf_done(&b);
}

int cmd_collect(const Options *o)
{
	CollectSpec spec = { .session = ask_session(o), .every_ms = EVERY_MS, .report = on_report, .arg = (void *)o };
	uv_loop_t loop;
	Err e = { 0 };
	int rc;

	if (o->out == OUT_CSV) {
		err_kind(&e, ERR_USAGE, "collect reports as text or with -o json, not as csv");
		return cli_fail(&e);
	}
	if (o->args) {
		err_kind(&e, ERR_USAGE, "collect takes no %s; contexts are chosen with -x", o->arg[0]);
		return cli_fail(&e);
	}
	(void)uv_loop_init(&loop);
	rc = collect_run(&loop, &spec, &e);
	(void)uv_loop_close(&loop);
	return rc < 0 ? cli_fail(&e) : 0;
}
