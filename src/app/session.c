#include "app/session.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "app/notice.h"
#include "app/prices.h"
#include "base/file.h"

/* One file per place that numbers come from. The default context has no account in its configuration, so its file is
 * told apart by what is known before the first answer: endpoint, region and key id. */
static char *store_path_of(const Session *s, const SessionSpec *spec)
{
	Buf name = { 0 }, id = { 0 };
	char *path;

	if (s->demo)
		(void)buf_printf(&name, "demo-%ld.db", (long)getpid());
	else if (s->ctx->from_file && !spec->endpoint_url.n && !spec->region.n && !spec->profile.n)
		(void)buf_printf(&name, "%.*s.db", STR_ARG(s->ctx->name));
	else {
		const char *env = getenv("AWS_ENDPOINT_URL");

		(void)buf_printf(&id, "%.*s|%s|%.*s|%.*s|%.*s|%.*s", STR_ARG(spec->endpoint_url), env ? env : "",
						 STR_ARG(s->ctx->endpoint_url), STR_ARG(session_region(s)),
						 STR_ARG(creds_id(aws_creds(s->aws))), STR_ARG(spec->profile));
		(void)buf_printf(&name, "%.*s-%08x.db", STR_ARG(s->ctx->name), (unsigned)str_hash(buf_str(&id)));
	}
	path = xdg_path(XDG_DATA, buf_cstr(&name));
	buf_done(&name);
	buf_done(&id);
	return path;
}

CredsAsk session_creds_ask(Arena *a, const ConfContext *c, const SessionSpec *spec)
{
	CredsAsk ask = { .profile = spec->profile.n ? spec->profile : c->profile, .mfa_code = spec->mfa_code };

	ask.profile_given = ask.profile.n > 0;
	if (!spec->profile.n)
		ask.role = (CredsRole){
			.arn = c->role_arn, .whose = arena_printf(a, "context %.*s", STR_ARG(c->name)), .source_profile = c->source_profile,
			.external_id = c->external_id, .mfa_serial = c->mfa_serial, .session_name = c->role_session_name,
			.duration_s = c->role_duration_ms / 1000,
		};
	return ask;
}

static bool claim(void *arg, int64_t nusd, int64_t most, int64_t *was)
{
	return spent_claim(&((Session *)arg)->spent, clock_wall_ms(), nusd, most, was);
}

static void spend(void *arg, int64_t nusd)
{
	spent_add(&((Session *)arg)->spent, clock_wall_ms(), nusd);
}

int session_rate(Session *s, size_t n, ChatRate how, Err *e)
{
	int64_t wait_ms = 0;
	size_t have = 0;

	if (how == RATE_BACK)
		sent_give_back(&s->sent);
	else if (how == RATE_LOOK)
		have = sent_peek(&s->sent, n, clock_wall_ms(), &wait_ms);
	else
		have = sent_claim(&s->sent, n, how == RATE_NOTE, clock_wall_ms(), &wait_ms);
	if (!wait_ms || how == RATE_NOTE)
		return 0;
	return err_kind(e, ERR_REFUSED, "%zu of %lld requests a minute of all runs are used; again in %lld s (requests_per_minute_all)", have,
	                (long long)s->sent.most, (long long)wait_ms / 1000 + 1);
}

static int64_t own_today(void *arg)
{
	return own_cost_today(&((Session *)arg)->own_cost, clock_wall_ms());
}

static void own_note(void *arg, const AwsOp *op, int64_t calls, int64_t nusd)
{
	own_cost_note(&((Session *)arg)->own_cost, op, calls, nusd, clock_wall_ms());
}

static AwsPaid paid_of(Session *s)
{
	AwsPaid p = { .session_nusd = s->conf->limits.session_nusd, .day_nusd = s->conf->limits.day_nusd, .claim = claim,
	              .spend = spend, .arg = s };

	if (!s->ctx->playground) {
		s->paid_off = arena_cstr(&s->arena, arena_printf(&s->arena, "the playground is off in context %.*s; set playground: true there",
		                                                 STR_ARG(s->ctx->name)));
		p.off = arena_cstr(&s->arena, arena_printf(&s->arena, "%s to allow paid calls", s->paid_off));
	}
	sent_open(&s->sent, s->demo ? NULL : xdg_path(XDG_STATE, "playground.sent"), s->conf->limits.all_per_minute);
	spent_open(&s->spent, s->demo ? NULL : xdg_path(XDG_STATE, "playground.spent"));
	return p;
}

static int client_open(Session *s, const SessionSpec *spec, Err *e)
{
	CredsAsk ask = session_creds_ask(&s->arena, s->ctx, spec);
	AwsClientSpec cs = {
		.context = s->ctx->name,
		.region = spec->region.n ? spec->region : s->ctx->region,
		.endpoint_url = spec->endpoint_url.n ? spec->endpoint_url : s->ctx->endpoint_url,
		.allow_foreign_endpoint = s->ctx->allow_foreign_endpoint,
		.read_only = s->read_only, .unlockable = s->unlockable, .guarded = true, .account = s->ctx->account_id,
		.paid = paid_of(s),
		.meter = { .note = own_note, .today = own_today, .day_nusd = s->conf->limits.own_nusd, .arg = s },
		.bucket = &s->shared->bucket,
		.concurrent = (int)s->conf->limits.concurrent_requests_per_service,
	};
	AwsCreds *creds;

	own_cost_open(&s->own_cost, s->conf->limits.own_nusd);
	creds = s->demo ? creds_static(spec->access_key, spec->secret_key, STR("")) : creds_load(&ask, e);
	if (!creds)
		return -1;
	s->aws = aws_client_new(s->shared->http, &cs, creds, e);
	return s->aws ? 0 : -1;
}

/* The configuration must allow it and the person must ask for it; a configured context that does not name its account
 * never writes, because there would be nothing to compare the caller's identity with. */
static bool may_write(const ConfContext *c, bool asked)
{
	return c->write && asked && (!c->from_file || c->account_id.n);
}

int shared_open(Shared *h, uv_loop_t *loop, const char *config_path, bool demo, Err *e)
{
	*h = (Shared){ .loop = loop };
	if ((demo ? config_parse(&h->arena, "demo", STR(""), &h->conf, e) : config_load(&h->arena, config_path, &h->conf, e)) == 0 &&
	    (h->http = http_new(loop, e))) {
		/* The simulated bill costs nobody anything. */
		for (size_t i = 0; demo && i < h->conf.context_count; i++)
			h->conf.context[i].src.cost_explorer = true;
		/* Nor has the simulated region quotas that others share. */
		bucket_init(&h->bucket, demo ? 0 : h->conf.limits.calls_per_minute, clock_mono_ms());
		return 0;
	}
	shared_done(h);
	return -1;
}

static void shared_close_now(Shared *h)
{
	if (h->http)
		http_close(h->http, NULL, NULL);
	h->http = NULL;
}

void shared_close(Shared *h)
{
	h->closing = true;
	if (!h->partings)
		shared_close_now(h);
}

void shared_done(Shared *h)
{
	arena_done(&h->arena);
}

int session_list(const Shared *h, const SessionSpec *spec, const ConfContext **out, size_t max, size_t *n, Err *e)
{
	if (config_contexts(&h->conf, spec->context, out, max, n, e) < 0)
		return -1;
	if (*n > 1 && (spec->profile.n || spec->region.n || spec->endpoint_url.n || spec->mfa_code.n))
		return err_kind(e, ERR_USAGE, "--profile, --region, --endpoint-url and --mfa-code go with one context, and %zu are named; "
		                "write the first three into the configuration", *n);
	return 0;
}

/* The account is known when the first answer came, or the configuration says it. */
static Str place_account(const Session *s)
{
	return s->account[0] ? str_of(s->account) : s->ctx->account_id;
}

bool session_same_place(const Session *x, const Session *y)
{
	return place_account(x).n && str_eq(place_account(x), place_account(y)) && str_eq(session_region(x), session_region(y)) &&
	       str_eq(x->ctx->endpoint_url, y->ctx->endpoint_url) && str_eq(x->ctx->src.jobs_table, y->ctx->src.jobs_table);
}

static int open_all(Session *s, const SessionSpec *spec, Err *e)
{
	s->conf = &s->shared->conf;
	if (!(s->ctx = config_context(s->conf, spec->context, e)))
		return -1;
	s->ledger = s->ctx->src.ledger == CONF_LEDGER_REPORTED ? LEDGER_REPORTED : LEDGER_COMPUTED;
	s->prices_endpoint = arena_str(&s->arena, prices_endpoint(spec->endpoint_url.n ? spec->endpoint_url : s->ctx->endpoint_url));
	s->stage = spec->demo ? STR("prod") : s->ctx->stage;
	s->read_only = spec->read_only || !(spec->demo || may_write(s->ctx, spec->write));
	s->unlockable = s->read_only && !spec->read_only && may_write(s->ctx, true);
	if (client_open(s, spec, e) < 0)
		return -1;
	notice_find(s, spec);
	s->store_path = store_path_of(s, spec);
	return 0;
}

int session_open(Session *s, uv_loop_t *loop, const SessionSpec *spec, Err *e)
{
	*s = (Session){ .loop = loop, .demo = spec->demo, .shared = spec->shared ? spec->shared : &s->own };
	if (!spec->shared && shared_open(&s->own, loop, spec->config_path, spec->demo, e) < 0)
		return -1;
	if (open_all(s, spec, e) == 0)
		return 0;
	session_close(s);
	session_done(s);
	return -1;
}

static void close_now(Session *s)
{
	if (s->aws)
		aws_client_free(s->aws);
	s->aws = NULL;
	shared_close(&s->own);
}

void session_close(Session *s)
{
	s->closing = true;
	if (!s->partings)
		close_now(s);
}

void session_part(Session *s)
{
	s->partings++;
	s->shared->partings++;
}

void session_parted(Session *s)
{
	Shared *h = s->shared;
	void (*parted)(void *) = NULL;

	h->partings--;
	if (--s->partings == 0 && s->closing) {
		close_now(s);
		parted = s->parted;
	}
	if (!h->partings && h->closing)
		shared_close_now(h);
	if (parted)
		parted(s->parted_arg);
}

void session_done(Session *s)
{
	spent_close(&s->spent);
	sent_close(&s->sent);
	own_cost_close(&s->own_cost, s->demo ? NULL : s->store_path);
	free(s->store_path);
	s->store_path = NULL;
	arena_done(&s->arena);
	shared_done(&s->own);
}

bool session_may_write(const Session *s)
{
	return !s->read_only && aws_identity(s->aws) == IDENTITY_OK;
}

Str session_region(const Session *s)
{
	return aws_region(s->aws);
}

const PriceTable *session_prices(Session *s)
{
	const PricesPlace place = { session_region(s), s->prices_endpoint };
	char note[PRICES_NOTE] = "";
	Err e = { 0 };
	int rc = s->prices.row ? 0 : prices_load(&s->arena, &s->conf->prices, s->demo ? NULL : &place, &s->prices, note, &e);

	/* The shipped table is part of the program: that it cannot be read is a bug of the build, and its test fails. */
	assert(rc == 0);
	(void)rc;
	if (note[0])
		s->prices_note = arena_cstr(&s->arena, str_of(note));
	return &s->prices;
}

int64_t session_prices_day(const Session *s)
{
	return s->prices.checked_ms;
}

const char *session_basis(const Session *s, int64_t now_ms)
{
	return s->ledger == LEDGER_REPORTED ? "reported" : prices_basis(&s->conf->prices, now_ms);
}

int64_t zone_offset_ms(const Config *c, int64_t now_ms)
{
	const char *zone = c->ui.time_zone.n ? c->ui.time_zone.p : "UTC", *set = getenv("TZ");
	time_t t = (time_t)(now_ms / 1000);
	struct tm tm;

	/* Workers read the environment too: it is changed once, before they begin. */
	if (!set || strcmp(set, zone) != 0)
		(void)setenv("TZ", zone, 1);
	tzset();
	return localtime_r(&t, &tm) ? (int64_t)tm.tm_gmtoff * 1000 : 0;
}

/* The simulated region's acts are nobody's history: who starts it takes these files away. */
static Str state_name(const Session *s, char demo[32])
{
	if (!s->demo)
		return s->ctx->name;
	(void)snprintf(demo, 32, "demo-%ld", (long)getpid());
	return str_of(demo);
}

int session_state_path(const Session *s, const char *end, char **out, Err *e)
{
	Buf name = { 0 };
	char *folder = xdg_path(XDG_STATE, ""), demo[32];
	int rc;

	if (!folder)
		return err_set(e, "there is no place for the journal: set HOME or XDG_STATE_HOME; nothing is sent without it");
	rc = dir_make_private(folder, e);
	(void)buf_printf(&name, "%.*s.%s", STR_ARG(state_name(s, demo)), end);
	*out = xdg_path(XDG_STATE, buf_cstr(&name));
	buf_done(&name);
	free(folder);
	return rc;
}
