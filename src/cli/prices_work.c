/* `seismo prices MODEL --tokens input=1000,output=200`: how the amount of one call comes about, to the nano-dollar. */
#include "cli/prices.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/get.h"
#include "conf/yaml.h"
#include "model/money.h"
#include "ui/clean.h"
#include "wire/time8601.h"

enum { WIDE_TEXT = 80 };

/* v / 10^scale, all decimals, trailing zeros cut to at least nine. */
static void wide(__int128 v, int scale, char out[WIDE_TEXT])
{
	char digits[48];
	int n = 0, at = 0;

	do {
		digits[n++] = (char)('0' + (int)(v % 10));
		v /= 10;
	} while (v || n <= scale);
	for (int i = n - 1; i >= 0; i--) {
		out[at++] = digits[i];
		if (i == scale)
			out[at++] = '.';
	}
	for (int cut = scale; cut > 9 && out[at - 1] == '0'; cut--)
		at--;
	out[at] = '\0';
}

static int take_count(Tokens *t, Str name, Str number, Err *e)
{
	int64_t *const count[PRICE_CLASSES] = { &t->input, &t->output, &t->cache_read, &t->cache_write_5m, &t->cache_write_1h };
	const char *near = nearest_word(name, price_class_names);

	for (int i = 0; i < PRICE_CLASSES; i++) {
		if (!str_is(name, price_class_names[i]))
			continue;
		if (str_i64(number, count[i]) < 0 || *count[i] < 0)
			return err_kind(e, ERR_USAGE, "--tokens: %s takes a number of tokens, not \"%.*s\"", price_class_names[i], STR_ARG(number));
		return 0;
	}
	return err_kind(e, ERR_USAGE, "--tokens takes input, output, cache_read, cache_write_5m and cache_write_1h, not \"%.*s\"%s%s%s", STR_ARG(name),
	                near ? "; did you mean " : "", near ? near : "", near ? "?" : "");
}

static int take_tokens(const char *text, Tokens *t, Err *e)
{
	Str rest = str_of(text);

	*t = (Tokens){ 0 };
	while (rest.n) {
		Str number, one = str_trim(str_cut(rest, ',', &rest)), name = str_cut(one, '=', &number);

		if (take_count(t, name, number, e) < 0)
			return -1;
	}
	return 0;
}

/* --- as JSON --- */

static void as_json(const PricesOpen *p, const PriceCall *c, const PriceWork *w, bool priced)
{
	Buf b = { 0 };
	JsonW j = jw_to(&b);

	jw_object(&j);
	get_str(&j, "model", c->model);
	get_str(&j, "pricedAs", w->model);
	jw_kstr(&j, "tier", w->tier == TIER_UNKNOWN ? c->tier : str_of(price_tier_name(w->tier)));
	get_time(&j, "at", c->at_ms);
	get_tokens(&j, &c->tok);
	if (w->row) {
		jw_key(&j, "row");
		jw_object(&j);
		prices_row(&j, w->row, w->row->until_ms);
		jw_object_end(&j);
	} else {
		jw_knull(&j, "row");
	}
	jw_kbool(&j, "longContext", w->long_context);
	prices_factor(&j, w->geo_permille);
	prices_discount(&j, &p->t, c->at_ms);
	if (priced)
		jw_ki64(&j, "nanoUsd", w->nusd);
	else
		jw_knull(&j, "nanoUsd");
	jw_object_end(&j);
	printf("%.*s\n", STR_ARG(buf_str(&b)));
	buf_done(&b);
}

/* --- as lines --- */

static void class_lines(const PriceWork *w, __int128 *pico)
{
	char price[MONEY_TEXT], amount[WIDE_TEXT];

	for (int i = 0; i < PRICE_CLASSES; i++) {
		if (!w->count[i])
			continue;
		if (w->micro_usd[i] < 0) {
			printf("  %-14s %14" PRId64 " x      no price\n", price_class_names[i], w->count[i]);
			continue;
		}
		money_exact(w->micro_usd[i] * NUSD_PER_MICROUSD, price);
		wide((__int128)w->count[i] * w->micro_usd[i], 12, amount);
		printf("  %-14s %14" PRId64 " x %10s / 1,000,000 = %s\n", price_class_names[i], w->count[i], price, amount);
		*pico += (__int128)w->count[i] * w->micro_usd[i];
	}
}

static void why_not(const PriceCall *c, const PriceWork *w)
{
	if (w->tier == TIER_UNKNOWN)
		printf("unpriced: nobody knows the service tier \"%s\"\n", c->tier.p);
	else if (w->row)
		printf("unpriced: %s has no price for %s\n", w->row->model, price_class_names[w->lacks]);
	else if (price_is_profile(w->model))
		printf("unpriced: what this profile calls is asked of AWS when a call names it (prices --unpriced)\n");
	else
		printf("unpriced: no price in the %s tier at that time\n", price_tier_name(w->tier));
}

static void factor_line(const char *what, int32_t factor, int32_t whole, int decimals, __int128 v, int scale)
{
	char left[WIDE_TEXT], text[WIDE_TEXT];

	wide(v, scale, text);
	(void)snprintf(left, sizeof left, "%-14s x %d.%0*d", what, factor / whole, decimals, factor % whole);
	printf("  %-54s = %s\n", left, text);
}

static void factor_lines(const PriceWork *w, __int128 pico)
{
	char text[WIDE_TEXT];

	wide(pico, 12, text);
	printf("  %-54s = %s\n", "sum", text);
	if (w->geo_permille != 1000)
		factor_line("geography", w->geo_permille, 1000, 3, pico * w->geo_permille, 15);
	if (w->milli_percent)
		factor_line("discount", 100000 - w->milli_percent, 100000, 5, pico * w->geo_permille * (100000 - w->milli_percent), 20);
	wide(w->nusd, 9, text);
	printf("  %-54s = %s USD = %" PRId64 " nUSD\n", "half up to a nano-dollar", text, w->nusd);
}

static void as_lines(const PriceCall *c, const PriceWork *w, bool priced)
{
	char when[TIME_TEXT];
	__int128 pico = 0;
	Arena a = { 0 };

	time_format_iso(c->at_ms, when);
	printf("%s, %s tier, at %s\n", clean_text(&a, c->model, 0).p, price_tier_name(w->tier), when);
	if (w->row)
		printf("by %s%s, %s (%s)\n", w->row->model, w->long_context ? ", long context" : "", w->row->source, price_sure_names[w->row->sure]);
	if (w->row)
		class_lines(w, &pico);
	if (priced)
		factor_lines(w, pico);
	else
		why_not(c, w);
	arena_done(&a);
}

int prices_work(const Options *o)
{
	PricesOpen p = { 0 };
	PriceCall c = { .tier = str_of(o->tier) };
	PriceWork w;
	Err e = { 0 };
	bool priced;
	int code = 0;

	if (!o->args || !o->tokens)
		err_kind(&e, ERR_USAGE, "usage: seismo prices MODEL --tokens input=1000,output=200 [--tier T] [--at TIME]");
	if (!e.kind && o->out == OUT_CSV)
		err_kind(&e, ERR_USAGE, "the arithmetic of one call has no rows: -o takes table or json here");
	if (e.kind || take_tokens(o->tokens, &c.tok, &e) < 0 || prices_open(&p, o, &e) < 0) {
		code = cli_fail(&e);
	} else {
		c.model = str_of(o->arg[0]);
		c.at_ms = p.at_ms;
		priced = price_work(&p.t, &c, &w) == PRICE_OK;
		if (o->out == OUT_JSON)
			as_json(&p, &c, &w, priced);
		else
			as_lines(&c, &w, priced);
	}
	prices_done(&p);
	return code;
}
