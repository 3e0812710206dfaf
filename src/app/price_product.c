#include "app/price_product.h"

#include <ctype.h>

#include "conf/schema.h"
#include "wire/jsonval.h"
#include "wire/time8601.h"

enum { MAX_WORDS = 48, WORD = 24, MAX_BYTES = 1 << 20, MICRO_PLACES = 6 };
static const int64_t max_micro_usd = INT64_C(10000000000);

/* --- usage types --- */

typedef enum WordKind {
	W_PLAIN,                           /* says nothing by itself */
	W_TOKEN, W_INPUT, W_OUTPUT, W_CACHE, W_READ, W_WRITE, W_HOUR, W_GLOBAL, W_GEO, W_LONG, W_STANDARD, W_BATCH, W_FLEX, W_PRIORITY,
	W_OTHER,                           /* not a price by the token, or not one of ours */
} WordKind;

/* Words of what stands behind the model's name. One that is not here ends it. */
static const struct { const char *word; WordKind kind; } words[] = {
	{ "input", W_INPUT }, { "output", W_OUTPUT }, { "response", W_OUTPUT }, { "token", W_TOKEN }, { "tokens", W_TOKEN }, { "count", W_PLAIN },
	{ "text", W_PLAIN }, { "million", W_PLAIN }, { "cache", W_CACHE }, { "read", W_READ }, { "write", W_WRITE }, { "1h", W_HOUR }, { "5m", W_PLAIN },
	{ "cross", W_PLAIN }, { "region", W_PLAIN }, { "regional", W_PLAIN }, { "global", W_GLOBAL }, { "geo", W_GEO }, { "long", W_LONG },
	{ "context", W_PLAIN }, { "ctx", W_PLAIN }, { "standard", W_STANDARD }, { "batch", W_BATCH }, { "flex", W_FLEX }, { "priority", W_PRIORITY },
	{ "units", W_PLAIN }, { "image", W_OTHER }, { "video", W_OTHER }, { "audio", W_OTHER }, { "speech", W_OTHER }, { "custom", W_OTHER },
	{ "model", W_PLAIN }, { "latency", W_OTHER }, { "optimized", W_OTHER }, { "mantle", W_OTHER }, { "30m", W_OTHER }, { "reserved", W_OTHER },
	{ "provisioned", W_OTHER }, { "tpm", W_OTHER }, { "minute", W_OTHER }, { "per", W_OTHER }, { "month", W_OTHER }, { "search", W_OTHER },
	{ "customization", W_OTHER }, { "training", W_OTHER }, { "storage", W_OTHER },
};

static const WordKind *kind_of(Str word, WordKind *out)
{
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq_nocase(word, str_of(words[i].word))) {
			*out = words[i].kind;
			return out;
		}
	return NULL;
}

static bool begins_word(Str s, size_t i)
{
	unsigned char before = (unsigned char)s.p[i - 1], c = (unsigned char)s.p[i];

	return (isupper(c) && !isupper(before)) || (isdigit(c) && islower(before));
}

/* Parted at - _ : . and where a capital or a digit begins: "CacheWrite1hInputTokenCount" is seven. */
static size_t part(Str s, Str out[MAX_WORDS])
{
	size_t n = 0, from = 0;

	for (size_t i = 0; i <= s.n; i++) {
		bool gap = i == s.n || strchr("-_:.", s.p[i]);

		if (!gap && (i == from || !begins_word(s, i)))
			continue;
		if (i > from && n < MAX_WORDS)
			out[n++] = str_sub(s, from, i - from);
		from = gap ? i + 1 : i;
	}
	return n;
}

static PriceTier tier_of(const unsigned *has)
{
	return has[W_BATCH] ? TIER_BATCH : has[W_FLEX] ? TIER_FLEX : has[W_PRIORITY] ? TIER_PRIORITY : TIER_STANDARD;
}

static int class_of(const unsigned *has)
{
	if (has[W_CACHE])
		return has[W_READ] ? 2 : has[W_WRITE] ? has[W_HOUR] ? 4 : 3 : -1;
	return has[W_INPUT] && has[W_OUTPUT] ? -1 : has[W_INPUT] ? 0 : has[W_OUTPUT] ? 1 : -1;
}

void product_usage(Str usage, Product *out)
{
	Str list[MAX_WORDS];
	unsigned has[W_OTHER + 1] = { 0 };
	size_t n = part(usage, list);
	WordKind k;

	/* From the end: the model's name may hold any word. */
	while (n-- > 0 && kind_of(list[n], &k))
		has[k]++;
	out->kind = PRODUCT_OTHER;
	out->cls = class_of(has);
	if (has[W_OTHER] || !has[W_TOKEN] || out->cls < 0 || has[W_BATCH] + has[W_FLEX] + has[W_PRIORITY] > 1)
		return;
	out->kind = PRODUCT_TOKENS;
	out->tier = tier_of(has);
	out->scope = has[W_GLOBAL] ? PRODUCT_GLOBAL : has[W_GEO] ? PRODUCT_GEOGRAPHY : PRODUCT_REGION;
	out->long_context = has[W_LONG] > 0;
}

/* --- documents --- */

static Str text_of(JsonVal map, const char *key)
{
	Str s = { 0 };

	(void)jv_opt_str(map, key, &s, NULL);      /* another type says nothing to us */
	return s;
}

Str product_usage_name(Str usage)
{
	static const char *const begins[] = { "-input-", "-output-", "-cache-", "-text-" };
	Str rest, best;

	(void)str_cut(usage, '-', &rest);
	best = rest;
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++) {
		const char *at = rest.n ? memmem(rest.p, rest.n, begins[i], strlen(begins[i])) : NULL;

		if (at && (size_t)(at - rest.p) < best.n)
			best = str_sub(rest, 0, (size_t)(at - rest.p));
	}
	return best;
}

static Str name_of(JsonVal attributes, Str usage)
{
	static const Str edition = { " (Amazon Bedrock Edition)", sizeof " (Amazon Bedrock Edition)" - 1 };
	Str service = text_of(attributes, "servicename"), model = text_of(attributes, "model");

	if (!model.n)
		model = text_of(attributes, "titanModel");
	if (!model.n && str_ends(service, edition))
		model = str_sub(service, 0, service.n - edition.n);
	return model.n ? model : product_usage_name(usage);
}

/* The only member of a map; absent when there is none or more. */
static JsonVal only(JsonVal map)
{
	Str key;

	return jv_count(map) == 1 ? jv_member_at(map, 0, &key) : (JsonVal){ 0 };
}

static int odd(Product *p, const char *why)
{
	p->kind = PRODUCT_ODD;
	p->why = why;
	return 0;
}

/* How many powers of ten lie between the unit's price and that of a million tokens; -1: not a unit of tokens. */
static int places_of(Str unit, Str description)
{
	if (str_eq_nocase(unit, STR("1K tokens")))
		return 3;
	if (str_eq_nocase(unit, STR("1M tokens")) || (str_eq_nocase(unit, STR("Units")) && str_has(description, STR("Million"))))
		return 0;
	return -1;
}

static int read_price(JsonVal dimension, Product *p)
{
	Str usd = text_of(jv_get(dimension, "pricePerUnit"), "USD");
	int places = places_of(text_of(dimension, "unit"), text_of(dimension, "description"));
	int64_t fine;

	if (places < 0)
		return odd(p, "its unit is not one of tokens");
	if (!str_is(text_of(dimension, "beginRange"), "0") || !str_is(text_of(dimension, "endRange"), "Inf"))
		return odd(p, "its price changes with the amount");
	/* Two more places than are kept, to see whether any would be lost. */
	if (!usd.n || str_scaled(usd, MICRO_PLACES + places + 2, &fine) < 0 || fine < 0)
		return odd(p, "its price is no number of USD");
	if (fine % 100)
		return odd(p, "its price is finer than a micro-dollar for a million tokens");
	if (fine / 100 > max_micro_usd)
		return odd(p, "its price is beyond all reason");
	p->micro_usd = fine / 100;
	return 0;
}

int product_read(Arena *a, Str json, Product *out, Err *e)
{
	JsonVal doc, attributes, term, dimension;
	Str from;

	*out = (Product){ .kind = PRODUCT_OTHER };
	if (jv_parse(a, json, MAX_BYTES, &doc, e) < 0)
		return -1;
	attributes = jv_path(doc, "product.attributes");
	if (jv_is_absent(attributes))
		return err_set(e, "a document of the price list has no product.attributes");
	out->usage = text_of(attributes, "usagetype");
	out->name = name_of(attributes, out->usage);
	product_usage(out->usage, out);
	if (out->kind == PRODUCT_OTHER)
		return 0;
	term = only(jv_path(doc, "terms.OnDemand"));
	dimension = only(jv_get(term, "priceDimensions"));
	if (jv_is_absent(dimension))
		return odd(out, "it has not one price, but none or several");
	from = text_of(term, "effectiveDate");
	if (day_parse(str_sub(from, 0, 10), &out->from_ms) < 0)
		return odd(out, "it does not say from when its price holds");
	return read_price(dimension, out);
}
