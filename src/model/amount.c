#include "model/amount.h"

#include <string.h>

enum { WHOLE = 100000 };               /* of a discount's thousandths of a percent */

bool amount_same_terms(const PriceWork *a, const PriceWork *b)
{
	return str_eq(a->model, b->model) && a->tier == b->tier && a->long_context == b->long_context && a->geo_permille == b->geo_permille &&
	       a->milli_percent == b->milli_percent && memcmp(a->micro_usd, b->micro_usd, sizeof a->micro_usd) == 0;
}

void amount_add(AmountSum *s, const PriceWork *w)
{
	if (!s->calls)
		s->terms = *w;
	s->calls++;
	s->nusd += w->nusd;
	for (int i = 0; i < PRICE_CLASSES; i++)
		s->count[i] += w->count[i];
}

/* pUSD times 10^8, so that both factors are whole numbers; to nUSD, half up. */
static int64_t rounded(__int128 v)
{
	const __int128 nano = (__int128)1000 * 1000 * WHOLE, half = nano / 2;

	return (int64_t)((v + half) / nano);
}

int amount_lines(const AmountSum *s, AmountLine out[AMOUNT_LINES])
{
	const PriceWork *t = &s->terms;
	__int128 list = 0, geo, net;
	int64_t before = 0;
	int n = 0;

	for (int i = 0; i < PRICE_CLASSES; i++) {
		if (!s->count[i])
			continue;
		list += (__int128)s->count[i] * t->micro_usd[i];
		out[n] = (AmountLine){ .kind = AMOUNT_CLASS, .token_class = i, .count = s->count[i], .micro_usd = t->micro_usd[i],
		                       .nusd = rounded(list * 1000 * WHOLE) - before };
		before += out[n++].nusd;
	}
	geo = list * t->geo_permille * WHOLE;
	net = list * t->geo_permille * (WHOLE - t->milli_percent);
	if (t->geo_permille != 1000) {
		out[n] = (AmountLine){ .kind = AMOUNT_GEO, .nusd = rounded(geo) - before };
		before += out[n++].nusd;
	}
	if (t->milli_percent) {
		out[n] = (AmountLine){ .kind = AMOUNT_DISCOUNT, .nusd = rounded(net) - before };
		before += out[n++].nusd;
	}
	if (s->nusd != before)
		out[n++] = (AmountLine){ .kind = AMOUNT_ROUNDING, .nusd = s->nusd - before };
	return n;
}
