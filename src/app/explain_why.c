/* Why an amount differs from what is usual, to the nano-dollar, and what moved. */
#include "app/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "model/caching.h"

enum { LABEL_W = 22, USD_W = 16, MOVED_TEXT = 200 };

static void put_head(Buf *b, const char *label, int64_t nusd, bool sign, const char *more)
{
	(void)buf_printf(b, "%-*s", LABEL_W, label);
	put_usd(b, nusd, sign, USD_W);
	(void)buf_printf(b, "  %s\n", more);
}

/* x / of, with one decimal; both in thousandths or neither. */
static void ratio_text(char out[32], int64_t x, int64_t of)
{
	int64_t tenths = of > 0 ? mul_div(x, 10, of) : 0;

	if (of <= 0)
		(void)snprintf(out, 32, "-");
	else
		(void)snprintf(out, 32, "%lld.%lld", (long long)(tenths / 10), (long long)(tenths % 10));
}

/* "451 instead of 492.3": the figure behind an effect, now and usually. base is in thousandths. */
static void moved(BridgeEffect e, const Sums *now, const Sums *base, char out[MOVED_TEXT])
{
	char is[32], was[32], is2[32], was2[32];
	int64_t n = now->jobs, bn = base->jobs;

	out[0] = 0;
	switch (e) {
	case BRIDGE_JOBS:
		ratio_text(was, bn, 1000);
		(void)snprintf(out, MOVED_TEXT, "%lld jobs, usually %s", (long long)n, was);
		break;
	case BRIDGE_TOKENS:
		ratio_text(is, tokens_total(&now->tok), n);
		ratio_text(was, tokens_total(&base->tok), bn);
		(void)snprintf(out, MOVED_TEXT, "%s a job, usually %s", is, was);
		break;
	case BRIDGE_RETRIES:
		ratio_text(is, now->retries * 100, n);
		ratio_text(was, base->retries * 100, bn);
		(void)snprintf(out, MOVED_TEXT, "%s of 100 jobs, usually %s", is, was);
		break;
	case BRIDGE_CACHE:
		ratio_text(is, now->cache_hits * 100, now->cache_known);
		ratio_text(was, base->cache_hits * 100, base->cache_known);
		ratio_text(is2, now->tok.cache_read * 100, caching_prompt(&now->tok));
		ratio_text(was2, base->tok.cache_read * 100, caching_prompt(&base->tok));
		(void)snprintf(out, MOVED_TEXT, "answers %s %% (%s), prompts %s %% (%s)", is, was, is2, was2);
		break;
	case BRIDGE_MIX:
	case BRIDGE_PRICE:
	case BRIDGE_EFFECTS:
		break;
	}
}

static void put_effects(Buf *b, const Bridge *y, const Sums *now, const Sums *base, bool one)
{
	static const BridgeEffect order[BRIDGE_EFFECTS] = { BRIDGE_JOBS, BRIDGE_MIX, BRIDGE_TOKENS, BRIDGE_RETRIES, BRIDGE_CACHE, BRIDGE_PRICE };
	char text[MOVED_TEXT];

	for (int i = 0; i < BRIDGE_EFFECTS; i++) {
		moved(order[i], now, base, text);
		if (one && order[i] == BRIDGE_JOBS)      /* it is one, beside a usual one */
			text[0] = 0;
		put_head(b, bridge_effect_name(order[i]), y->effect[order[i]], true, text);
	}
	put_head(b, "= difference", y->now_nusd - y->base_nusd, true, "");
}

/* Each model's own effects: the largest of them by name. */
static void put_models(Buf *b, const WhyModels *m)
{
	(void)buf_printf(b, "\n%-*s%*s%*s  %s\n", 30, "by model", 15, "now", 17, "difference", "most of it");
	for (size_t i = 0; i < m->n; i++) {
		const BridgePart *p = &m->part[i];
		int64_t delta = 0, most = 0;
		int at = 0;

		for (int k = 0; k < BRIDGE_EFFECTS; k++) {
			delta += p->effect[k];
			if (llabs(p->effect[k]) > most) {
				most = llabs(p->effect[k]);
				at = k;
			}
		}
		put_text(b, m->model[i].n ? m->model[i] : STR("(no model)"), 30);
		put_usd(b, p->now.nusd, false, 15);
		put_usd(b, delta, true, 17);
		(void)buf_printf(b, "  %s\n", most ? bridge_effect_name((BridgeEffect)at) : "-");
	}
}

void why_write(const CellWhy *y, const WhyModels *m, const char *one, Buf *out)
{
	char text[96];

	if (!y->against.known) {
		put_head(out, "now", y->bridge.now_nusd, false, "USD");
		if (one)
			(void)snprintf(text, sizeof text, "What such a %s usually costs is not known yet.\n", one);
		else
			(void)snprintf(text, sizeof text, "What is usual is known for %lld of its %lld hours: nothing is compared.\n",
			               (long long)y->against.based, (long long)y->against.hours);
		(void)buf_puts(out, text);
		return;
	}
	put_head(out, "now", y->bridge.now_nusd, false, "USD");
	if (y->against.by_day)
		(void)snprintf(text, sizeof text, "mean of %lld like days and more, day by day", (long long)y->against.samples);
	else
		(void)snprintf(text, sizeof text, "mean of %lld like hours%s", (long long)y->against.samples,
		               y->against.hours > 1 ? " and more, hour by hour" : "");
	put_head(out, one ? "a usual one" : "usual", y->bridge.base_nusd, false, text);
	put_head(out, "difference", y->bridge.now_nusd - y->bridge.base_nusd, true, "");
	(void)buf_puts(out, "\nOne thing after the other is set from usual to now; what the amount moves by:\n");
	put_effects(out, &y->bridge, &m->now, &m->base, one != NULL);
	if (!one)
		put_models(out, m);
	if (y->unpriced)
		(void)buf_printf(out, "\n%lld calls have no price: they are in none of these figures.\n", (long long)y->unpriced);
}
