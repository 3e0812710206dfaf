/* Which contexts the console shows: opening, switching, their list. What belonged to others is forgotten before anything of
 * the new ones is asked, and what still comes for it is dropped. */
#include "app/app_impl.h"
#include "app/card.h"
#include "app/feed_state.h"
#include "app/playground.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "conf/yaml.h"

static bool overridden(const SessionSpec *s)
{
	return s->profile.n || s->region.n || s->endpoint_url.n;
}

static Watch *watched(Watch *const *list, size_t n, const ConfContext *c)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] && list[i]->session.ctx == c)
			return list[i];
	return NULL;
}

static bool holds(Watch *const *list, size_t n, const Watch *w)
{
	for (size_t i = 0; i < n; i++)
		if (list[i] == w)
			return true;
	return false;
}

/* Those of old that stay are taken over with all that they have. Nothing has changed when it fails. */
static int open_list(App *a, const SessionSpec *spec, Watch *const *old, size_t old_n, Watch **out, size_t *n, Err *e)
{
	const ConfContext *list[FIG_CONTEXTS];

	*n = 0;
	if (session_list(&a->shared, spec, list, FIG_CONTEXTS, n, e) < 0)
		return -1;
	for (size_t i = 0; i < *n; i++) {
		WatchSpec ws = { .session = *spec, .mask = FEEDS_ALL, .what = "console", .on_change = query_changed, .on_idle = query_idle, .arg = a };
		Watch *same = watched(old, old_n, list[i]);

		ws.session.context = list[i]->name;
		ws.session.shared = &a->shared;
		out[i] = same && (*n == 1 || !overridden(&same->spec.session)) ? same : watch_open(a->loop, &ws, e);
		if (out[i])
			continue;
		while (i-- > 0)
			if (!holds(old, old_n, out[i]))
				watch_close(out[i]);
		return *n > 1 ? err_wrap(e, "context %.*s", STR_ARG(ws.session.context)) : -1;
	}
	return 0;
}

int context_open(App *a, const SessionSpec *spec, Err *e)
{
	size_t n;

	if (open_list(a, spec, NULL, 0, a->watch, &n, e) < 0)
		return -1;
	a->watch_n = n;
	context_views(a);
	return 0;
}

void context_start(App *a, bool live)
{
	for (size_t i = 0; i < a->watch_n; i++) {
		if (!a->watch[i]->queue) {
			watch_store(a->watch[i]);
			if (live)
				prompt_attach(a->watch[i]);
		}
		if (!a->watch[i]->feeds && !a->spec.cached)
			watch_start(a->watch[i], app_clock(a), live);
	}
	query_feeds(a);
	ask_again(a);
}

void context_close(App *a)
{
	for (size_t i = 0; i < a->watch_n; i++)
		watch_close(a->watch[i]);
	a->watch_n = 0;
}

bool context_stored(const App *a)
{
	for (size_t i = 0; i < a->watch_n; i++)
		if (!a->watch[i]->queue)
			return false;
	return true;
}

bool context_idle(const App *a)
{
	for (size_t i = 0; i < a->watch_n; i++)
		if (!storeq_idle(a->watch[i]->queue))
			return false;
	return true;
}

Watch *context_find(const App *a, const char *name)
{
	for (size_t i = 0; i < a->watch_n; i++)
		if (!*name || str_is(a->watch[i]->session.ctx->name, name))
			return a->watch[i];
	return NULL;
}

const char *context_notice(const App *a)
{
	const char *notice = "";

	for (size_t i = 0; i < a->watch_n && !*notice; i++)
		notice = creds_notice(aws_creds(a->watch[i]->session.aws));
	return notice;
}

/* The account is known when the first answer came, or the configuration says it. */
static Str account_of(const Session *s)
{
	return s->account[0] ? str_of(s->account) : s->ctx->account_id;
}

static bool is_twin(const App *a, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (session_same_place(&a->watch[i]->session, &a->watch[k]->session))
			return true;
	return false;
}

void context_known(const App *a, int64_t known_ms[FIG_CONTEXTS], int64_t counted_ms[FIG_CONTEXTS])
{
	size_t n = 0;

	for (size_t i = 0; i < a->watch_n; i++) {
		if (is_twin(a, i))
			continue;
		known_ms[n] = feed_known_ms(&a->world.context[i].feed[FEED_JOBS], app_clock(a));
		counted_ms[n++] = feed_known_ms(&a->world.context[i].feed[FEED_METRICS], app_clock(a));
	}
}

size_t context_stores(const App *a, StoreQ *queue[FIG_CONTEXTS], FigText name[FIG_CONTEXTS])
{
	size_t n = 0;

	for (size_t i = 0; i < a->watch_n; i++) {
		if (is_twin(a, i))
			continue;
		fig_text(name[n], sizeof name[n], a->watch[i]->session.ctx->name);
		queue[n++] = a->watch[i]->queue;
	}
	return n;
}

/* "arn:aws:sts::123456789012:assumed-role/oncall-admin/session" -> "oncall-admin" */
static Str role_of(Str arn)
{
	Str rest, head = str_cut(arn, '/', &rest), role;

	(void)head;
	role = str_cut(rest, '/', &rest);
	if (role.n)
		return role;
	while (arn.n) {
		role = str_cut(arn, ':', &rest);
		arn = rest;
	}
	return role;
}

/* Both accounts in words; the colour alone would say nothing to some. */
static void banner(const Session *s, ContextView *v)
{
	v->grave = s->found[0] || s->grave;
	v->banner[0] = 0;
	if (s->found[0])
		(void)snprintf(v->banner, sizeof v->banner, "WRONG ACCOUNT: keys of %s, context %.60s is %.12s. Read-only.", s->found, v->name,
		               s->ctx->account_id.n ? s->ctx->account_id.p : s->account);
	else
		(void)snprintf(v->banner, sizeof v->banner, "%s%s", s->notice, s->notice[0] && s->read_only && !s->grave ? ". Read-only." : "");
}

static void view_of(Watch *w, ContextView *v)
{
	const Session *s = &w->session;

	fig_text(v->name, sizeof v->name, s->ctx->name);
	fig_text(v->stage, sizeof v->stage, s->stage.n ? s->stage : STR("prod"));
	fig_text(v->region, sizeof v->region, session_region(s));
	fig_text(v->role, sizeof v->role, s->demo ? STR("SIMULATED") : role_of(str_of(s->arn)));
	fig_text(v->account, sizeof v->account, s->found[0] ? str_of(s->found) : account_of(s));
	v->read_only = !session_may_write(s);
	banner(s, v);
	v->expires_ms = creds_expires_ms(aws_creds(s->aws));
	v->fed_by[0] = 0;
	if (w->feeds && !feeds_polls(w->feeds))
		share_words(w, SHARE_FEEDER, v->fed_by);
	for (int i = 0; i < FEEDS_N && w->feeds; i++)
		v->feed[i] = *feeds_view(w->feeds, (FeedId)i);
}

/* That lines were added up by Logs Insights, and how far to believe it. */
static void basis_pushed(App *a)
{
	unsigned all = 0;
	size_t n = strlen(a->world.basis);

	for (size_t i = 0; i < a->watch_n; i++)
		all |= a->watch[i]->feeds ? feeds_view(a->watch[i]->feeds, FEED_LINES)->pushed : 0;
	if (all)
		(void)snprintf(a->world.basis + n, sizeof a->world.basis - n, "%s by Insights%s%s", all & PUSHED_ON ? "," : ", some",
		               all & PUSHED_APPROXIMATE ? ", ~" : "", all & PUSHED_PARTIAL ? ", partial" : "");
}

/* Totals of several contexts add up whatever they are of; that they are not of one kind is said. So is that some of them are still
 * of other prices. */
static void basis_of(App *a)
{
	const char *basis = NULL, *one;
	int64_t day;
	int percent = -1, n;

	a->world.prices_ms = 0;
	for (size_t i = 0; i < a->watch_n; i++) {
		one = session_basis(&a->watch[i]->session, clock_wall_ms());
		basis = basis && strcmp(basis, one) != 0 ? "mixed basis" : one;
		day = session_prices_day(&a->watch[i]->session);
		a->world.prices_ms = day && (!a->world.prices_ms || day < a->world.prices_ms) ? day : a->world.prices_ms;
		n = a->watch[i]->feeds ? feeds_rebooked(a->watch[i]->feeds) : -1;
		percent = n >= 0 && (percent < 0 || n < percent) ? n : percent;
	}
	(void)snprintf(a->world.basis, sizeof a->world.basis, "%s", basis ? basis : "");
	basis_pushed(a);
	if (percent >= 0)
		(void)snprintf(a->world.basis + strlen(a->world.basis), sizeof a->world.basis - strlen(a->world.basis), ", %d %% rebooked", percent);
}

void context_views(App *a)
{
	a->world.contexts = (int)a->watch_n;
	basis_of(a);
	for (size_t i = 0; i < a->watch_n; i++)
		view_of(a->watch[i], &a->world.context[i]);
	world_combine(&a->world);
	screen_banner(a);
}

void context_kept_views(App *a)
{
	for (size_t i = 0; i < a->watch_n; i++) {
		Store *s = storeq_open_reader(a->watch[i]->queue, NULL);
		FeedState *st;
		Arena ar = { 0 };
		size_t n = 0;

		if (s && store_feed_states(s, &ar, &st, &n, NULL) == 0)
			feed_states_show(st, n, a->world.context[i].feed);
		/* What failed then says nothing of now. */
		for (int k = 0; k < FEEDS_N; k++) {
			FeedView *v = &a->world.context[i].feed[k];

			v->phase = v->fresh_ms ? FEED_OK : FEED_OFF;
			v->waiting[0] = 0;
			v->backfilling = false;
			v->rounds = 1;
		}
		arena_done(&ar);
		store_close(s);
	}
	world_combine(&a->world);
}

/* --- :ctx --- */

static bool same_set(const App *a, Watch *const *list, size_t n)
{
	bool same = n == a->watch_n;

	for (size_t i = 0; i < n && same; i++)
		same = list[i] == a->watch[i];
	return same;
}

static void say_where(App *a)
{
	char say[200];
	size_t n = 0;

	say[0] = 0;
	for (int i = 0; i < a->world.contexts && n < sizeof say; i++)
		n += (size_t)snprintf(say + n, sizeof say - n, "%s%.40s %.12s %.20s %s", i ? ", " : "now: ", a->world.context[i].name,
		                      a->world.context[i].account, a->world.context[i].region, a->world.context[i].read_only ? "RO" : "RW");
	app_say(a, ROLE_INFO, say);
}

static void replace(App *a, Watch **list, size_t n)
{
	card_close(a);
	playground_close(a);
	query_forget(a);
	for (size_t i = 0; i < a->watch_n; i++)
		if (!holds(list, n, a->watch[i])) {
			prompt_detach(a, a->watch[i]);
			watch_close(a->watch[i]);
		}
	memcpy(a->watch, list, n * sizeof *list);
	a->watch_n = n;
	/* Whatever was typed ahead was meant for what stood on the screen. */
	a->drop_keys = true;
	context_views(a);
	query_snapshot(a);
	context_start(a, true);
	prompt_next(a);
}

static void switch_to(App *a, Str names)
{
	SessionSpec spec = a->spec.session;
	Watch *list[FIG_CONTEXTS];
	Err e = { 0 };
	size_t n;

	/* What was given on the command line was meant for the contexts that were named there. */
	spec.context = names;
	if (!spec.demo)
		spec.profile = spec.region = spec.endpoint_url = spec.mfa_code = STR("");
	if (open_list(a, &spec, a->watch, a->watch_n, list, &n, &e) < 0) {
		app_say(a, ROLE_ERROR, e.text);
		return;
	}
	if (!same_set(a, list, n))
		replace(a, list, n);
	say_where(a);
}

static void put_watched(Buf *b, const World *w, int i)
{
	char why[FRESH_TEXT];
	Fresh f = world_context_fresh(w, i, FEEDS_CLAIM, why);

	(void)buf_printf(b, "%s%s", w->context[i].read_only ? "RO" : "RW", f == FRESH_OK ? ", fresh" : ", ");
	if (f != FRESH_OK)
		(void)buf_puts(b, why);
	if (w->context[i].fed_by[0])
		(void)buf_printf(b, ", polled by %s", w->context[i].fed_by);
	if (w->context[i].banner[0])
		(void)buf_printf(b, "\n%19s%s", "", w->context[i].banner);
}

static void list_contexts(App *a)
{
	const Config *c = &a->shared.conf;
	Buf b = { 0 };

	context_views(a);
	(void)buf_printf(&b, "\n  %-16s %-6s %-12s %-16s %s\n", "context", "stage", "account", "region", "state");
	for (size_t i = 0; i < c->context_count; i++) {
		const ConfContext *x = &c->context[i];
		Str stage;
		int at = -1;

		for (size_t k = 0; k < a->watch_n; k++)
			at = a->watch[k]->session.ctx == x ? (int)k : at;
		stage = at >= 0 ? str_of(a->world.context[at].stage) : x->stage;
		(void)buf_printf(&b, "%c %-16.*s %-6.*s ", at >= 0 ? '>' : ' ', STR_ARG(x->name), STR_ARG(stage));
		if (at >= 0)
			(void)buf_printf(&b, "%-12s %-16s ", *a->world.context[at].account ? a->world.context[at].account : "?",
			                 a->world.context[at].region);
		else
			(void)buf_printf(&b, "%-12.*s %-16.*s ", STR_ARG(x->account_id.n ? x->account_id : STR("?")),
			                 STR_ARG(x->region.n ? x->region : STR("?")));
		if (at >= 0)
			put_watched(&b, &a->world, at);
		else
			(void)buf_printf(&b, "not watched, %s", x->write && x->account_id.n ? "may be written to with --write" : "read-only");
		(void)buf_putc(&b, '\n');
	}
	(void)buf_puts(&b, "\n  :ctx NAME switches, :ctx NAME,NAME watches several together, :ctx * all of them.\n");
	page_show(a, "Contexts", buf_str(&b));
	buf_done(&b);
}

void context_command(App *a, Str names)
{
	names = str_trim(names);
	if (names.n)
		switch_to(a, names);
	else
		list_contexts(a);
}

const char *context_complete(App *a, Str prefix)
{
	const Config *c = &a->shared.conf;

	for (size_t i = 0; i < c->context_count; i++)
		if (str_starts(c->context[i].name, prefix))
			return c->context[i].name.p;
	return NULL;
}
