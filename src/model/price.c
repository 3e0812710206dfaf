#include "model/price.h"

#include <string.h>

/* No call has that many tokens; the cap keeps absurd input from leaving the range of an amount. */
static const int64_t max_tokens = INT64_C(10000000000);

static const char *const geographies[] = { "us.", "eu.", "apac.", "jp.", "au.", "us-gov.", "global." };

/* The id inside a foundation-model or (system-defined) inference-profile ARN; other ARNs stay whole, because their last
 * part names no model. ARN forms: IAM service reference for Amazon Bedrock. */
static Str cut_arn(Str model)
{
	Str rest = model, part = { NULL, 0 }, kind;

	if (!str_starts(model, STR("arn:")))
		return model;
	for (int i = 0; i < 6; i++)
		part = i < 5 ? str_cut(rest, ':', &rest) : rest;
	kind = str_cut(part, '/', &part);
	return str_is(kind, "foundation-model") || str_is(kind, "inference-profile") ? part : model;
}

/* The id without its geography; *premium says whether the row's factor for geographies holds (not for global). */
static Str cut_geography(Str id, bool *premium)
{
	*premium = false;
	for (size_t i = 0; i < sizeof geographies / sizeof *geographies; i++) {
		Str g = str_of(geographies[i]);

		if (str_starts(id, g)) {
			*premium = !str_is(g, "global.");
			return str_sub(id, g.n, id.n);
		}
	}
	return id;
}

static const PriceRow *find_id(const PriceTable *t, Str id, int64_t at_ms)
{
	for (size_t i = 0; id.n && i < t->n; i++) {
		const PriceRow *r = &t->row[i];

		if (strncmp(r->model, id.p, id.n) == 0 && r->model[id.n] == '\0' && at_ms >= r->from_ms &&
		    (!r->until_ms || at_ms < r->until_ms))
			return r;
	}
	return NULL;
}

static const PriceRow *find(const PriceTable *t, Str model, int64_t at_ms, bool *premium)
{
	Str id = cut_arn(model), base = cut_geography(id, premium);
	const PriceRow *r = NULL;

	if (!t)
		return NULL;
	if ((r = find_id(t, model, at_ms)) || (r = find_id(t, id, at_ms))) {
		*premium = false;
		return r;
	}
	return base.n == id.n ? NULL : find_id(t, base, at_ms);
}

static int64_t sane(int64_t tokens)
{
	return tokens < 0 ? 0 : tokens > max_tokens ? max_tokens : tokens;
}

const PriceRow *price_find(const PriceTable *t, Str model, int64_t at_ms)
{
	bool premium;

	return find(t, model, at_ms, &premium);
}

PriceVerdict price_amount(const PriceTable *t, Str model, int64_t at_ms, const Tokens *tok, int64_t *nusd)
{
	const int64_t count[PRICE_CLASSES] = {
		sane(tok->input), sane(tok->output), sane(tok->cache_read), sane(tok->cache_write_5m), sane(tok->cache_write_1h),
	};
	bool premium;
	const PriceRow *r = find(t, model, at_ms, &premium);
	const int64_t *price;
	__int128 pico = 0;

	*nusd = 0;
	if (!r)
		return PRICE_UNPRICED;
	/* The tier is chosen by the whole prompt: what is read from or written to a cache is part of it. */
	price = r->long_above && count[0] + count[2] + count[3] + count[4] > r->long_above ? r->long_micro_usd : r->micro_usd;
	for (int i = 0; i < PRICE_CLASSES; i++) {
		if (count[i] && price[i] < 0)
			return PRICE_UNPRICED;
		if (count[i])
			pico += (__int128)count[i] * price[i];
	}
	/* pUSD x thousandths: one rounding for the class sums and the factor together. */
	*nusd = (int64_t)((pico * (premium ? r->geo_permille : 1000) + 500000) / 1000000);
	return PRICE_OK;
}
