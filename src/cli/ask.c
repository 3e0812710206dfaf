#include "cli/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "wire/time8601.h"

SessionSpec ask_session(const Options *o)
{
	const char *ro = getenv("SEISMO_READ_ONLY");

	return (SessionSpec){
		.config_path = o->config,
		.context = str_of(o->context),
		.profile = str_of(o->profile),
		.mfa_code = str_of(o->mfa_code),
		.region = str_of(o->region),
		.endpoint_url = str_of(o->endpoint_url),
		.read_only = o->read_only || (ro && ro[0] == '1'), .write = o->write,
	};
}

int ask_time(const char *flag, const char *text, int64_t now_ms, int64_t *out, Err *e)
{
	int64_t span;

	if (time_parse_duration(str_of(text), &span) == 0) {
		*out = now_ms - span;
		return 0;
	}
	if (time_parse_iso(str_of(text), out) == 0)
		return 0;
	return err_kind(e, ERR_USAGE,
					"%s takes a span such as 15m, 2h or 7d, or a time such as 2026-11-21T09:00:00Z, not %s", flag,
					text);
}

static void on_idle(void *arg)
{
	uv_stop(arg);
}

static int bring_up_to_date(Ask *a, unsigned feeds, Err *e)
{
	FeedsSpec fs = { .session = &a->session,
					 .queue = a->queue,
					 .mask = feeds,
					 .since_ms = a->since_ms,
					 .on_idle = on_idle,
					 .arg = &a->loop };
	Feeds *f = feeds_new(&fs);
	int rc;

	(void)uv_run(&a->loop, UV_RUN_DEFAULT);
	rc = feeds_failed(f, e) ? -1 : 0;
	if (storeq_note(a->queue)[0])
		(void)fprintf(stderr, "seismo: %s\n", storeq_note(a->queue));
	for (int i = 0; i < FEEDS_N; i++) {
		const FeedView *v = feeds_view(f, (FeedId)i);

		if (v->skipped)
			(void)fprintf(stderr, "seismo: %lld of the %s could not be read and are left out; the last: %s\n",
			              (long long)v->skipped, v->name, v->err.text);
	}
	feeds_close(f);
	return rc;
}

static int open_store(Ask *a, const Options *o, Err *e)
{
	Arena arena = { 0 };
	Str head = STR("");
	int64_t at = 0;

	if (!(a->store = storeq_open_reader(a->queue, e)))
		return -1;
	if (!a->session.account[0]) {
		Str account;

		if (store_identity(a->store, &arena, &account, e) < 0)
			return -1;
		(void)snprintf(a->session.account, sizeof a->session.account, "%.*s", STR_ARG(account));
	}
	if (o->cached && store_cursor(a->store, "jobs.head", &arena, &head, NULL) == 0 && str_i64(head, &at) == 0)
		(void)fprintf(stderr, "seismo: from the snapshot; its newest job is %lld s old\n",
					  (long long)((a->now_ms - at) / 1000));
	arena_done(&arena);
	return 0;
}

int ask_open(Ask *a, const Options *o, int64_t default_since_ms, unsigned feeds, Err *e)
{
	SessionSpec spec = ask_session(o);

	*a = (Ask){ .now_ms = clock_wall_ms(), .started_ms = clock_mono_ms() };
	(void)uv_loop_init(&a->loop);
	a->since_ms = a->now_ms - default_since_ms;
	if (o->since && ask_time("--since", o->since, a->now_ms, &a->since_ms, e) < 0)
		return -1;
	if (a->since_ms < 0)
		a->since_ms = 0;
	if (session_open(&a->session, &a->loop, &spec, e) < 0)
		return -1;
	a->open = true;
	a->queue = storeq_new(&a->loop, a->session.store_path);
	if (o->cached && (!a->session.store_path || !file_exists(a->session.store_path)))
		return err_set(e, "there is no snapshot yet for this context; ask once without --cached");
	if (!o->cached && bring_up_to_date(a, feeds, e) < 0)
		return -1;
	a->now_ms = clock_wall_ms();
	return open_store(a, o, e);
}

void ask_close(Ask *a, const Options *o)
{
	store_close(a->store);
	if (a->open) {
		storeq_close(a->queue);
		session_close(&a->session);
	}
	/* The queue and what is in flight must be gone before the loop can be closed. */
	(void)uv_run(&a->loop, UV_RUN_DEFAULT);
	if (a->open)
		session_done(&a->session);
	(void)uv_loop_close(&a->loop);
	if (o->timing)
		(void)fprintf(stderr, "seismo: answered in %lld ms\n", (long long)(clock_mono_ms() - a->started_ms));
}
