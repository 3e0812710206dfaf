/* `seismo prices`: which prices hold, and where they are from. */
#include "cli/prices.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/emit.h"
#include "cli/get.h"
#include "model/money.h"

enum { JSON_MAX = 16 << 20 };

/* A profile's Region is known once its credentials are looked for. */
static void region_of_profile(PricesOpen *p, const Options *o)
{
	SessionSpec spec = ask_session(o);
	uv_loop_t loop;
	Session s;

	(void)uv_loop_init(&loop);
	if (session_open(&s, &loop, &spec, NULL) == 0) {
		p->region = arena_str(&p->arena, session_region(&s));
		session_close(&s);
		(void)uv_run(&loop, UV_RUN_DEFAULT);
		session_done(&s);
	}
	(void)uv_run(&loop, UV_RUN_DEFAULT);
	(void)uv_loop_close(&loop);
}

static void find_region(PricesOpen *p, const Options *o)
{
	const Str said[] = { str_of(o->region), p->ctx->region, str_of(getenv("AWS_REGION")), str_of(getenv("AWS_DEFAULT_REGION")) };

	for (size_t i = 0; i < sizeof said / sizeof *said && !p->region.n; i++)
		p->region = said[i];
	if (!p->region.n)
		region_of_profile(p, o);
}

int prices_open(PricesOpen *p, const Options *o, Err *e)
{
	PricesPlace place;
	char note[PRICES_NOTE];

	*p = (PricesOpen){ .at_ms = clock_wall_ms() };
	if ((o->at && ask_time("--at", o->at, p->at_ms, &p->at_ms, e) < 0) || config_load(&p->arena, o->config, &p->conf, e) < 0 ||
	    !(p->ctx = config_context(&p->conf, str_of(o->context), e)))
		return -1;
	find_region(p, o);
	place = (PricesPlace){ p->region, prices_endpoint(o->endpoint_url ? str_of(o->endpoint_url) : p->ctx->endpoint_url) };
	if (prices_load(&p->arena, &p->conf.prices, &place, &p->t, note, e) < 0)
		return -1;
	if (note[0])
		(void)fprintf(stderr, "seismo: %s\n", note);
	return 0;
}

void prices_done(PricesOpen *p)
{
	arena_done(&p->arena);
}

/* --- the list --- */

static void classes(JsonW *w, const char *key, const int64_t micro_usd[PRICE_CLASSES])
{
	static const char *const names[PRICE_CLASSES] = { "input", "output", "cacheRead", "cacheWrite5m", "cacheWrite1h" };

	jw_key(w, key);
	jw_object(w);
	for (int i = 0; i < PRICE_CLASSES; i++) {
		if (micro_usd[i] < 0)
			jw_knull(w, names[i]);
		else
			jw_ki64(w, names[i], micro_usd[i]);
	}
	jw_object_end(w);
}

void prices_factor(JsonW *w, int32_t permille)
{
	char text[MONEY_TEXT];

	money_exact((int64_t)permille * (NUSD_PER_USD / 1000), text);
	jw_key(w, "geographyFactor");
	jw_raw(w, str_of(text));
}

void prices_row(JsonW *w, const PriceRow *r, int64_t until_ms)
{
	static const char *const origins[PRICE_ORIGINS] = { "override", "list", "shipped" };

	jw_kstr(w, "model", str_of(r->model));
	jw_kstr(w, "tier", str_of(price_tier_name(r->tier)));
	classes(w, "microUsdPerMillion", r->micro_usd);
	if (r->long_above) {
		jw_ki64(w, "longAbove", r->long_above);
		classes(w, "longMicroUsdPerMillion", r->long_micro_usd);
	} else {
		jw_knull(w, "longAbove");
		jw_knull(w, "longMicroUsdPerMillion");
	}
	prices_factor(w, r->geo_permille);
	get_time(w, "from", r->from_ms);
	get_time(w, "until", until_ms);
	jw_kstr(w, "origin", str_of(origins[r->origin]));
	jw_kstr(w, "source", str_of(r->source));
	jw_kstr(w, "sure", str_of(price_sure_names[r->sure]));
}

void prices_discount(JsonW *w, const PriceTable *t, int64_t at_ms)
{
	const PriceDiscount *now = NULL;

	for (size_t i = 0; i < t->discounts && t->discount[i].from_ms <= at_ms; i++)
		now = &t->discount[i];
	if (!now) {
		jw_knull(w, "discount");
		return;
	}
	jw_key(w, "discount");
	jw_object(w);
	jw_ki64(w, "milliPercent", now->milli_percent);
	get_time(w, "from", now->from_ms);
	jw_object_end(w);
}

/* Its own end, or the beginning of a row that will stand before it. */
static int64_t until_of(const PriceTable *t, const PriceRow *r, int64_t at_ms)
{
	int64_t until = r->until_ms;

	for (size_t i = 0; i < t->n; i++) {
		const PriceRow *o = &t->row[i];

		if (o != r && o->tier == r->tier && o->origin <= r->origin && strcmp(o->model, r->model) == 0 && o->from_ms > at_ms &&
		    (!until || o->from_ms < until))
			until = o->from_ms;
	}
	return until;
}

static bool has_nocase(Str text, Str part)
{
	for (size_t i = 0; i + part.n <= text.n; i++)
		if (str_eq_nocase(str_sub(text, i, part.n), part))
			return true;
	return false;
}

/* Only what would be used: a row that an override, a list or a later price stands before is none. */
static bool is_used(const PriceTable *t, const PriceRow *r, int64_t at_ms)
{
	return price_find(t, &(PriceCall){ .model = str_of(r->model), .tier = str_of(price_tier_name(r->tier)), .at_ms = at_ms }) == r;
}

static size_t write_list(const PricesOpen *p, Str filter, JsonW *w)
{
	size_t n = 0;

	jw_object(w);
	get_time(w, "at", p->at_ms);
	get_str(w, "region", p->region);
	prices_discount(w, &p->t, p->at_ms);
	jw_key(w, "prices");
	jw_array(w);
	for (size_t i = 0; i < p->t.n; i++) {
		const PriceRow *r = &p->t.row[i];

		if (!is_used(&p->t, r, p->at_ms) || !has_nocase(str_of(r->model), filter))
			continue;
		jw_object(w);
		prices_row(w, r, until_of(&p->t, r, p->at_ms));
		jw_object_end(w);
		n++;
	}
	jw_array_end(w);
	jw_object_end(w);
	return n;
}

static const EmitColumn columns[] = {
	{ "model", "MODEL", CELL_TEXT, false },
	{ "tier", "TIER", CELL_TEXT, false },
	{ "microUsdPerMillion.input", "INPUT", CELL_PRICE, true },
	{ "microUsdPerMillion.output", "OUTPUT", CELL_PRICE, true },
	{ "microUsdPerMillion.cacheRead", "READ", CELL_PRICE, true },
	{ "microUsdPerMillion.cacheWrite5m", "WRITE 5M", CELL_PRICE, true },
	{ "microUsdPerMillion.cacheWrite1h", "WRITE 1H", CELL_PRICE, true },
	{ "longAbove", "LONG ABOVE", CELL_COUNT, true },
	{ "longMicroUsdPerMillion.input", NULL, CELL_PRICE, true },
	{ "longMicroUsdPerMillion.output", NULL, CELL_PRICE, true },
	{ "longMicroUsdPerMillion.cacheRead", NULL, CELL_PRICE, true },
	{ "longMicroUsdPerMillion.cacheWrite5m", NULL, CELL_PRICE, true },
	{ "longMicroUsdPerMillion.cacheWrite1h", NULL, CELL_PRICE, true },
	{ "geographyFactor", "GEO X", CELL_TEXT, true },
	{ "from", "FROM", CELL_DAY, false },
	{ "until", "UNTIL", CELL_DAY, false },
	{ "origin", "ORIGIN", CELL_TEXT, false },
	{ "sure", "SURE", CELL_TEXT, false },
	{ "source", "SOURCE", CELL_TEXT, false },
};

static void foot(const PricesOpen *p, size_t rows)
{
	int32_t off = price_discount(&p->t, p->at_ms);
	char percent[MONEY_TEXT];

	printf("%zu price%s in USD for 1,000,000 tokens", rows, rows == 1 ? "" : "s");
	if (off) {
		money_exact((int64_t)off * (NUSD_PER_USD / 1000), percent);
		printf("; the discount of %s %% is not taken off here", percent);
	}
	printf("\n");
}

static int list(const Options *o)
{
	PricesOpen p;
	Err e = { 0 };
	Buf json;
	JsonW w;
	size_t n;
	int code;

	buf_init(&json, JSON_MAX);
	w = jw_to(&json);
	if (prices_open(&p, o, &e) < 0) {
		code = cli_fail(&e);
	} else {
		n = write_list(&p, str_of(o->args ? o->arg[0] : ""), &w);
		code = emit(o, &json, "prices", columns, sizeof columns / sizeof *columns);
		if (!code && o->out == OUT_TABLE)
			foot(&p, n);
	}
	prices_done(&p);
	buf_done(&json);
	return code;
}

int cmd_prices(const Options *o)
{
	Err e = { 0 };

	if (o->args > 1)
		return err_kind(&e, ERR_USAGE, "prices takes one model, or a part of its name"), cli_fail(&e);
	if (o->unpriced)
		return prices_unpriced(o);
	if (o->tokens || o->tier)
		return prices_work(o);
	if (o->args && strcmp(o->arg[0], "refresh") == 0)
		return prices_refresh(o);
	return list(o);
}
