/* `seismo prices --unpriced`: which calls of the snapshot have no price, and what they may cost at most. */
#include "cli/prices.h"

#include <stdio.h>
#include <string.h>

#include "cli/ask.h"
#include "cli/cli.h"
#include "cli/emit.h"
#include "cli/get.h"
#include "store/books.h"

enum { JSON_MAX = 64 << 20 };
#define DAYS_35 (INT64_C(35) * 86400000)

static Str reason(const PriceTable *t, Str model, const ProfileRow *profile, size_t n, int64_t at_ms, Arena *a)
{
	for (size_t i = 0; i < n; i++)
		if (str_eq(profile[i].arn, model) && !profile[i].model.n)
			return arena_printf(a, "its profile could not be asked for: %.*s", STR_ARG(profile[i].why));
	if (!model.n)
		return STR("the call names no model");
	for (int tier = 0; tier < PRICE_TIERS; tier++)
		if (price_find(t, &(PriceCall){ .model = model, .tier = str_of(price_tier_name((PriceTier)tier)), .at_ms = at_ms }))
			return STR("no price for its service tier or one of its token classes");
	return price_is_profile(model) ? STR("its profile has not been asked for yet") : STR("no price");
}

static void one_model(JsonW *w, const AskPart *p, const UnpricedRow *r, const PriceTable *t, Str why, int64_t at_ms)
{
	const PriceRow *dearest;
	int64_t bound = price_dearest(t, at_ms, &r->tokens, &dearest);

	jw_object(w);
	get_place(w, p);
	get_str(w, "model", r->model);
	jw_ki64(w, "jobs", r->jobs);
	get_tokens(w, &r->tokens);
	get_str(w, "why", why);
	if (dearest) {
		jw_ki64(w, "upperBoundNanoUsd", bound);
		jw_kstr(w, "upperBoundModel", str_of(dearest->model));
		jw_kstr(w, "upperBoundTier", str_of(price_tier_name(dearest->tier)));
	} else {
		jw_knull(w, "upperBoundNanoUsd");
		jw_knull(w, "upperBoundModel");
		jw_knull(w, "upperBoundTier");
	}
	jw_object_end(w);
}

static int of_store(const Ask *a, const AskPart *p, JsonW *w, Err *e)
{
	Arena arena = { 0 };
	const PriceTable *t;
	ProfileRow *profile;
	UnpricedRow *row;
	LedgerMode mode;
	size_t n, profiles;
	int rc = -1;

	if (store_books_prices(p->store, &t, &mode, e) < 0 || store_unpriced(p->store, a->since_ms, a->until_ms, &arena, &row, &n, e) < 0 ||
	    store_profiles(p->store, &arena, &profile, &profiles, e) < 0)
		goto out;
	for (size_t i = 0; t && i < n; i++)
		one_model(w, p, &row[i], t, reason(t, row[i].model, profile, profiles, a->now_ms, &arena), a->now_ms);
	rc = 0;
out:
	arena_done(&arena);
	return rc;
}

static const EmitColumn columns[] = {
	{ "account", NULL, CELL_TEXT, false },
	{ "region", NULL, CELL_TEXT, false },
	{ "model", "MODEL", CELL_TEXT, false },
	{ "jobs", "JOBS", CELL_COUNT, true },
	{ "tokens.input", "INPUT", CELL_COUNT, true },
	{ "tokens.output", "OUTPUT", CELL_COUNT, true },
	{ "tokens.cacheRead", "READ", CELL_COUNT, true },
	{ "tokens.cacheWrite5m", "WRITE 5M", CELL_COUNT, true },
	{ "tokens.cacheWrite1h", "WRITE 1H", CELL_COUNT, true },
	{ "upperBoundNanoUsd", "AT MOST USD", CELL_MONEY, true },
	{ "upperBoundModel", "AS", CELL_TEXT, false },
	{ "upperBoundTier", "TIER", CELL_TEXT, false },
	{ "why", "WHY", CELL_TEXT, false },
};

int prices_unpriced(const Options *o)
{
	Options asked = *o;
	Ask a;
	Err e = { 0 };
	Buf json;
	JsonW w;
	int code, rc;

	asked.cached = true;
	buf_init(&json, JSON_MAX);
	w = jw_to(&json);
	jw_array(&w);
	rc = ask_open(&a, &asked, DAYS_35, 0, &e);
	for (size_t i = 0; rc == 0 && i < a.n; i++)
		if (a.part[i].store)
			rc = of_store(&a, &a.part[i], &w, &e);
	jw_array_end(&w);
	code = rc < 0 ? cli_fail(&e) : a.failed && o->out != OUT_TABLE ? a.failed : emit(o, &json, "", columns, sizeof columns / sizeof *columns);
	if (!code && o->out == OUT_TABLE)
		printf("AT MOST is what these tokens would cost as the dearest price of the table: a bound, not an estimate, and in no total\n");
	code = code ? code : a.failed;
	ask_close(&a, &asked);
	buf_done(&json);
	return code;
}
