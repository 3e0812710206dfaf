/* How an amount is computed: its calls by the terms that they were priced with. */
#include "app/explain.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "wire/time8601.h"

enum { CLASS_W = 14, TOKENS_W = 14, PRICE_W = 9, SOURCE_W = 22, USD_W = 14 };

/* --- gathering --- */

static AmountSum *sum_of(Ingredients *g, const PriceWork *w, Str asked, Arena *a)
{
	for (int i = 0; i < g->sums; i++)
		if (amount_same_terms(&g->sum[i].terms, w) && str_eq(g->asked[i], asked))
			return &g->sum[i];
	if (g->sums == EXPLAIN_TERMS)
		return NULL;
	g->asked[g->sums] = arena_str(a, asked);
	return &g->sum[g->sums++];
}

static void add_priced(Ingredients *g, const PriceWork *w, Str asked, Arena *a)
{
	AmountSum *s = sum_of(g, w, asked, a);
	PriceWork own = *w;

	if (!s) {
		g->other++;
		g->other_nusd += w->nusd;
		return;
	}
	own.model = s->calls ? s->terms.model : arena_str(a, w->model);
	amount_add(s, &own);
}

/* Line by line: calls that are known from their cost lines alone, and such of several tiers. */
static bool add_lines(Ingredients *g, const Bill *b, const PriceTable *prices, Arena *a)
{
	int64_t nusd = 0;
	PriceWork w;

	for (size_t i = 0; i < b->lines; i++) {
		const LogLine *l = &b->line[i];

		if (l->has_tokens && price_work(prices, &(PriceCall){ l->model, l->service_tier, l->event_ms, l->tokens }, &w) == PRICE_OK)
			nusd += w.nusd;
		else if (!l->has_tokens && l->reported_nusd.known)
			nusd += l->reported_nusd.v;
	}
	if (!b->lines || nusd != b->nusd)
		return false;
	for (size_t i = 0; i < b->lines; i++) {
		const LogLine *l = &b->line[i];

		if (l->has_tokens && price_work(prices, &(PriceCall){ l->model, l->service_tier, l->event_ms, l->tokens }, &w) == PRICE_OK) {
			add_priced(g, &w, l->model, a);
		} else if (!l->has_tokens && l->reported_nusd.known) {
			g->reported++;
			g->reported_nusd += l->reported_nusd.v;
		}
	}
	return true;
}

static void add_computed(Ingredients *g, const Bill *b, const PriceTable *prices, Arena *a)
{
	PriceCall c = { b->model, b->tier, b->booked_ms, b->tokens };
	PriceWork w;

	if (!c.tier.n && b->lines)
		c.tier = b->line[0].service_tier;
	if (prices && price_work(prices, &c, &w) == PRICE_OK && w.nusd == b->nusd)
		add_priced(g, &w, b->model, a);
	else if (!prices || !add_lines(g, b, prices, a)) {
		g->other++;
		g->other_nusd += b->nusd;
	}
}

void ingredients_add(Ingredients *g, const Bill *b, const PriceTable *prices, Arena *a)
{
	g->calls++;
	g->nusd += b->nusd;
	g->unpriced += b->unpriced;
	g->tokens = tokens_add(g->tokens, b->tokens);
	if (b->source == COST_COMPUTED) {
		add_computed(g, b, prices, a);
	} else if (b->source == COST_REPORTED) {
		g->reported++;
		g->reported_nusd += b->nusd;
	} else if (!b->unpriced) {
		g->free++;
	}
	if (b->reported_nusd.known && b->source != COST_NONE) {
		g->said++;
		g->said_nusd += b->reported_nusd.v;
		g->said_booked += b->nusd;
	}
	if (g->firsts < EXPLAIN_FIRST) {
		g->first[g->firsts].job = arena_str(a, b->job_id);
		g->first[g->firsts].request = arena_str(a, b->request_id);
		g->first[g->firsts].at_ms = b->booked_ms;
		g->first[g->firsts++].nusd = b->nusd;
	}
}

/* --- writing --- */

/* "both from 2026-09-01": how sure, and since when it holds. The store keeps prices without where they stand. */
static void put_source(Buf *b, const PriceWork *w, Str asked, const FiguresAsk *when, int width)
{
	PriceCall c = { .model = asked.n ? asked : w->model, .tier = str_of(price_tier_name(w->tier)), .at_ms = when->now_ms };
	const PriceRow *known = when->prices ? price_find(when->prices, &c) : NULL, *row = w->row;
	char text[64], day[TIME_TEXT];

	if (known && memcmp(known->micro_usd, w->row->micro_usd, sizeof known->micro_usd) == 0)
		row = known;
	time_format_iso(row->from_ms, day);
	day[10] = 0;
	(void)snprintf(text, sizeof text, "%s%s%s", row == known ? price_sure_names[row->sure] : "as booked", row->from_ms ? " from " : ", no date",
	               row->from_ms ? day : "");
	put_text(b, str_of(text), width);
}

static void put_price(Buf *b, int64_t micro_usd, int width)
{
	char t[MONEY_TEXT];

	money_exact(micro_usd * 1000, t);                /* USD for a million */
	(void)buf_printf(b, "%*s", width, t);
}

static void put_factor(Buf *b, const char *name, int64_t nusd)
{
	(void)buf_printf(b, "  %-*s", CLASS_W + TOKENS_W + PRICE_W + SOURCE_W + 3, name);
	put_usd(b, nusd, true, USD_W);
	(void)buf_putc(b, '\n');
}

static void put_line(Buf *b, const AmountSum *s, const AmountLine *l, Str asked, const FiguresAsk *when)
{
	static const char *const classes[PRICE_CLASSES] = { "input", "output", "cache read", "cache write 5m", "cache write 1h" };
	char name[80];

	if (l->kind == AMOUNT_CLASS) {
		(void)buf_printf(b, "  %-*s", CLASS_W, classes[l->token_class]);
		put_number(b, l->count, TOKENS_W);
		put_price(b, l->micro_usd, PRICE_W + 1);
		(void)buf_puts(b, "  ");
		put_source(b, &s->terms, asked, when, SOURCE_W);
		put_usd(b, l->nusd, false, USD_W);
		(void)buf_putc(b, '\n');
		return;
	}
	if (l->kind == AMOUNT_GEO)
		(void)snprintf(name, sizeof name, "geography profile, x %d.%03d", s->terms.geo_permille / 1000, s->terms.geo_permille % 1000);
	else if (l->kind == AMOUNT_DISCOUNT)
		(void)snprintf(name, sizeof name, "discount of the contract, %d.%03d %%", s->terms.milli_percent / 1000, s->terms.milli_percent % 1000);
	else
		(void)snprintf(name, sizeof name, "each of %lld calls rounded to a nano-dollar", (long long)s->calls);
	put_factor(b, name, l->nusd);
}

static void put_sum(Buf *b, const AmountSum *s, Str asked, const FiguresAsk *when)
{
	AmountLine line[AMOUNT_LINES];
	int n = amount_lines(s, line);
	char calls[32];

	put_text(b, asked.n ? asked : s->terms.model, 45);
	(void)snprintf(calls, sizeof calls, "%lld call%s", (long long)s->calls, s->calls == 1 ? "" : "s");
	(void)buf_printf(b, "  %s tier%s, %s\n", price_tier_name(s->terms.tier), s->terms.long_context ? ", long" : "", calls);
	for (int i = 0; i < n; i++)
		put_line(b, s, &line[i], asked, when);
}

/* An amount that tokens and prices do not make. */
static void put_rest(Buf *b, int64_t calls, const char *what, int64_t nusd)
{
	char text[100];

	if (!calls)
		return;
	(void)snprintf(text, sizeof text, "%lld call%s %s", (long long)calls, calls == 1 ? "" : "s", what);
	(void)buf_printf(b, "%-*s", CLASS_W + TOKENS_W + PRICE_W + SOURCE_W + 5, text);
	put_usd(b, nusd, false, USD_W);
	(void)buf_putc(b, '\n');
}

static void put_said(Buf *b, const Ingredients *g)
{
	if (!g->said) {
		(void)buf_puts(b, "reported     the application reported no figures\n");
		return;
	}
	(void)buf_printf(b, "reported     the application said ");
	put_usd(b, g->said_nusd, false, 0);
	(void)buf_printf(b, " for %lld of the calls; they are booked with ", (long long)g->said);
	put_usd(b, g->said_booked, false, 0);
	if (g->said_booked > 0) {
		int64_t ppm = mul_div(g->said_nusd - g->said_booked, 1000000, g->said_booked);

		(void)buf_printf(b, ": %s%lld.%02lld %%", ppm < 0 ? "-" : "+", llabs(ppm) / 10000, llabs(ppm) / 100 % 100);
	}
	(void)buf_putc(b, '\n');
}

static void put_first(Buf *b, const Ingredients *g, int64_t offset_ms)
{
	for (int i = 0; i < g->firsts; i++) {
		CivilTime t = time_civil(g->first[i].at_ms + offset_ms);

		(void)buf_printf(b, "%-13s%02d:%02d:%02d ", i ? "" : "first calls", t.hour, t.minute, t.second);
		put_text(b, g->first[i].job.n ? g->first[i].job : STR("(no job)"), 22);
		(void)buf_puts(b, " request ");
		put_text(b, g->first[i].request.n ? g->first[i].request : STR("-"), 12);
		put_usd(b, g->first[i].nusd, false, 13);
		(void)buf_putc(b, '\n');
	}
}

void ingredients_write(const Ingredients *g, const FiguresAsk *when, int64_t total, Buf *out)
{
	int order[EXPLAIN_TERMS];

	for (int i = 0; i < g->sums; i++) {
		int at = i;

		for (; at > 0 && g->sum[order[at - 1]].nusd < g->sum[i].nusd; at--)
			order[at] = order[at - 1];
		order[at] = i;
	}
	(void)buf_printf(out, "  %-*s%*s%*s  %-*s%*s\n", CLASS_W, "class", TOKENS_W, "tokens", PRICE_W + 1, "$/M", SOURCE_W, "how sure, and since",
	                 USD_W, "USD");
	for (int i = 0; i < g->sums; i++)
		put_sum(out, &g->sum[order[i]], g->asked[order[i]], when);
	put_rest(out, g->reported, "without tokens, as the application reported", g->reported_nusd);
	put_rest(out, g->other, "priced in other ways", g->other_nusd);
	put_rest(out, g->unpriced, "with tokens that have no price: NOT in the sum", 0);
	put_rest(out, g->free, "without tokens and figures", 0);
	put_rest(out, g->beyond, "more, not taken apart", total - g->nusd);
	(void)buf_printf(out, "%-*s", CLASS_W + TOKENS_W + PRICE_W + SOURCE_W + 5, "= sum, and what is booked");
	put_usd(out, total, false, USD_W);
	(void)buf_puts(out, "\n\n");
	put_said(out, g);
	put_first(out, g, when->offset_ms);
}
