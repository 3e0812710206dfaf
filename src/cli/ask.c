#include "cli/ask.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/books.h"
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

static void on_idle(void *arg, Watch *w)
{
	Ask *a = arg;

	(void)w;
	if (++a->idle == a->n)
		uv_stop(&a->loop);
}

/* "seismo: prod: …", or without the name where there is only one. */
static void tell(const Ask *a, const AskPart *p, const char *text)
{
	Str name = p->watch->session.ctx->name;

	(void)fprintf(stderr, "seismo: %.*s%s%s\n", a->n > 1 ? (int)name.n : 0, name.p, a->n > 1 ? ": " : "", text);
}

/* A large snapshot takes minutes to be booked again: why nothing comes is said once it is late. */
enum { LATE_MS = 2000 };

static void on_change(void *arg, Watch *w)
{
	Ask *a = arg;
	int percent = w->feeds ? feeds_rebooked(w->feeds) : -1;

	if (a->told_books || percent < 0 || clock_mono_ms() < a->started_ms + LATE_MS)
		return;
	a->told_books = true;
	(void)fprintf(stderr, "seismo: the prices have changed and the snapshot is booked again, %d %% done; --cached answers at once\n", percent);
}

static void tell_skipped(const Ask *a, const AskPart *p)
{
	for (int i = 0; i < FEEDS_N; i++) {
		const FeedView *v = feeds_view(p->watch->feeds, (FeedId)i);
		char text[1200];

		(void)snprintf(text, sizeof text, "%lld of the %s could not be read and are left out; the last: %s", (long long)v->skipped,
		               v->name, v->err.text);
		if (v->skipped)
			tell(a, p, text);
	}
}

/* What --cached reads may be booked by other prices than hold now. */
static void tell_books(const Ask *a, const AskPart *p)
{
	Session *s = &p->watch->session;
	BooksState now;
	char text[120];

	if (store_books_state(p->store, &now, NULL) < 0 || !now.any)
		return;
	if (now.todo)
		(void)snprintf(text, sizeof text, "its prices have changed, and %d %% of it is booked by the new ones", now.percent);
	else if (now.hash != books_hash(session_prices(s), s->ledger))
		(void)snprintf(text, sizeof text, "it is booked by other prices than hold now; without --cached it is booked again");
	else
		return;
	tell(a, p, text);
}

/* The others answer without it, and what it would have told is missing. */
static void tell_sources(const Ask *a, const AskPart *p)
{
	const SourcesView *s = &feeds_view(p->watch->feeds, FEED_CHANGES)->sources;
	char text[600], time[TIME_TEXT];

	for (int i = 0; i < s->n; i++) {
		if (s->v[i].state == SOURCE_OK && s->v[i].behind) {
			time_format_iso(s->v[i].covered_from_ms, time);
			(void)snprintf(text, sizeof text, "%s was read back to %s only: it has more events than one question reads; ask again to go on",
			               s->v[i].name, time);
			tell(a, p, text);
		}
		if (s->v[i].state != SOURCE_DENIED && s->v[i].state != SOURCE_ABSENT)
			continue;
		(void)snprintf(text, sizeof text, "without %s: %.399s", s->v[i].name, s->v[i].why);
		tell(a, p, text);
	}
}

static int open_store(Ask *a, AskPart *p, const Options *o, Err *e)
{
	Session *s = &p->watch->session;
	Arena arena = { 0 };
	Str head = STR(""), account = STR("");
	int64_t at = 0;
	char text[100];

	if (!(p->store = storeq_open_reader(p->watch->queue, e)))
		return -1;
	if (!s->account[0] && store_identity(p->store, &arena, &account, e) < 0) {
		store_close(p->store);
		p->store = NULL;
		return -1;
	}
	if (account.n)
		(void)snprintf(s->account, sizeof s->account, "%.*s", STR_ARG(account));
	if (o->cached && store_cursor(p->store, "jobs.head", &arena, &head, NULL) == 0 && str_i64(head, &at) == 0) {
		(void)snprintf(text, sizeof text, at > a->now_ms ? "from the snapshot; its newest job is %lld s later than this clock shows"
		                                                 : "from the snapshot; its newest job is %lld s old",
		               (long long)llabs(a->now_ms - at) / 1000);
		tell(a, p, text);
	}
	if (o->cached)
		tell_books(a, p);
	arena_done(&arena);
	return 0;
}

static int open_part(Ask *a, AskPart *p, const Options *o, Err *e)
{
	const char *path = p->watch->session.store_path;

	if (o->cached && (!path || !file_exists(path)))
		return err_set(e, "there is no snapshot yet for this context; ask once without --cached");
	if (!o->cached) {
		if (storeq_note(p->watch->queue)[0])
			tell(a, p, storeq_note(p->watch->queue));
		tell_skipped(a, p);
		tell_sources(a, p);
		/* Whose numbers these are must be settled all the same. */
		if (feeds_failed(p->watch->feeds, e) && (!a->lenient || p->watch->session.found[0]))
			return -1;
	}
	return open_store(a, p, o, e);
}

/* Two contexts that show one place would count everything twice. */
static bool is_twin(const Ask *a, size_t at)
{
	char text[200];

	for (size_t i = 0; i < at; i++)
		if (a->part[i].store && session_same_place(&a->part[i].watch->session, &a->part[at].watch->session)) {
			(void)snprintf(text, sizeof text, "shows the same account, Region and tables as %.60s; counted once",
			               a->part[i].watch->session.ctx->name.p);
			tell(a, &a->part[at], text);
			return true;
		}
	return false;
}

static int open_parts(Ask *a, const Options *o, Err *e)
{
	size_t good = 0;

	for (size_t i = 0; i < a->n; i++) {
		Err why = { 0 };

		if (open_part(a, &a->part[i], o, &why) < 0) {
			if (a->n == 1) {
				*e = why;
				return -1;
			}
			tell(a, &a->part[i], why.text);
			a->failed = a->failed ? a->failed : (int)why.kind;
			continue;
		}
		if (is_twin(a, i)) {
			store_close(a->part[i].store);
			a->part[i].store = NULL;
			continue;
		}
		good++;
	}
	return good ? 0 : err_kind(e, (ErrKind)a->failed, "none of the %zu contexts answered", a->n);
}

static int open_watches(Ask *a, const Options *o, unsigned feeds, Err *e)
{
	WatchSpec ws = { .session = ask_session(o), .mask = feeds, .on_change = on_change, .on_idle = on_idle, .arg = a };
	Watch *list[FIG_CONTEXTS];
	size_t n;

	if (watch_open_all(&a->loop, &a->shared, &ws, list, FIG_CONTEXTS, &n, e) < 0)
		return -1;
	for (; a->n < n; a->n++) {
		a->part[a->n].watch = list[a->n];
		watch_store(list[a->n]);
	}
	return 0;
}

int ask_open(Ask *a, const Options *o, int64_t default_since_ms, unsigned feeds, Err *e)
{
	return ask_open_before(a, o, default_since_ms, 0, feeds, e);
}

int ask_open_before(Ask *a, const Options *o, int64_t default_since_ms, int64_t before_ms, unsigned feeds, Err *e)
{
	*a = (Ask){ .now_ms = clock_wall_ms(), .started_ms = clock_mono_ms() };
	(void)uv_loop_init(&a->loop);
	if (o->at && ask_time("--at", o->at, clock_wall_ms(), &a->now_ms, e) < 0)
		return -1;
	a->until_ms = o->at ? a->now_ms + 1 : 0;
	if (o->until && ask_time("--until", o->until, a->now_ms, &a->until_ms, e) < 0)
		return -1;
	if (a->until_ms > clock_wall_ms() && !o->at)         /* nothing is booked there yet */
		a->until_ms = 0;
	a->since_ms = (a->until_ms && o->until ? a->until_ms : a->now_ms) - default_since_ms;
	if (o->since && ask_time("--since", o->since, a->now_ms, &a->since_ms, e) < 0)
		return -1;
	if (a->since_ms < 0)
		a->since_ms = 0;
	if (a->until_ms && a->until_ms <= a->since_ms)
		return err_kind(e, ERR_USAGE, "the window ends before it begins: --since must lie before --until (or --at)");
	if (shared_open(&a->shared, &a->loop, o->config, false, e) < 0)
		return -1;
	a->open = true;
	a->lenient = feeds & ASK_LENIENT;
	if (open_watches(a, o, feeds & ~ASK_LENIENT, e) < 0)
		return -1;
	for (size_t i = 0; i < a->n && !o->cached; i++)
		watch_feeds(a->part[i].watch, a->since_ms > before_ms ? a->since_ms - before_ms : 0, 0, false);
	if (!o->cached)
		(void)uv_run(&a->loop, UV_RUN_DEFAULT);      /* until the last on_idle stops it */
	a->made_ms = clock_wall_ms();
	if (!o->at)
		a->now_ms = a->until_ms ? a->until_ms - 1 : a->made_ms;
	return open_parts(a, o, e);
}

void ask_close(Ask *a, const Options *o)
{
	for (size_t i = 0; i < a->n; i++) {
		store_close(a->part[i].store);
		watch_close(a->part[i].watch);
	}
	if (a->open)
		shared_close(&a->shared);
	/* The queue and what is in flight must be gone before the loop can be closed. */
	(void)uv_run(&a->loop, UV_RUN_DEFAULT);
	if (a->open)
		shared_done(&a->shared);
	(void)uv_loop_close(&a->loop);
	if (o->timing)
		(void)fprintf(stderr, "seismo: answered in %lld ms\n", (long long)(clock_mono_ms() - a->started_ms));
}
