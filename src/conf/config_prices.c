#include "conf/config_prices.h"

#include "conf/yaml.h"

#define PER_MILLION "USD for a million "
#define PRICE_MAX INT64_C(10000000000)       /* millionths: 10,000 USD */

#define AT(member) .offset = offsetof(ConfDiscount, member)
static const Setting discount_rows[] = {
	{ "from", SET_DAY, AT(from_ms), .must = true, .help = "The first day (UTC) that it holds for, until the next entry." },
	{ "percent", SET_DECIMAL, AT(percent), .max = 100000000, .must = true, .help = "What comes off every price; at most three decimals." },
};
#undef AT

#define AT(member) .offset = offsetof(ConfOverride, member)
static const Setting override_rows[] = {
	{ "model", SET_TEXT, AT(model), .min = 1, .max = 2048, .must = true,
	  .help = "A model id, with or without its geography, or the ARN of an inference profile. It stands before every other price." },
	{ "from", SET_DAY, AT(from_ms), .fallback = "1970-01-01", .help = "The first day (UTC) that it holds for. Left out: always." },
	{ "input", SET_DECIMAL, AT(micro_usd[0]), .max = PRICE_MAX, .must = true, .help = PER_MILLION "input tokens." },
	{ "output", SET_DECIMAL, AT(micro_usd[1]), .max = PRICE_MAX, .help = PER_MILLION "output tokens. Left out: calls with such are unpriced." },
	{ "cache_read", SET_DECIMAL, AT(micro_usd[2]), .max = PRICE_MAX, .help = PER_MILLION "tokens read from a prompt cache. Left out: as above." },
	{ "cache_write_5m", SET_DECIMAL, AT(micro_usd[3]), .max = PRICE_MAX, .help = PER_MILLION "tokens written to one for five minutes." },
	{ "cache_write_1h", SET_DECIMAL, AT(micro_usd[4]), .max = PRICE_MAX, .help = PER_MILLION "tokens written to one for an hour." },
};
#undef AT

static int check_discount(const char *file, const YamlNode *map, void *out, Err *e)
{
	const ConfDiscount *d = out;

	return d->percent % 1000 ? yaml_error(file, yaml_get(map, "percent"), e, "a discount has at most three decimals") : 0;
}

/* A class that is left out has no price; 0 is one. */
static int check_override(const char *file, const YamlNode *map, void *out, Err *e)
{
	ConfOverride *o = out;

	if (str_has_nul(o->model))
		return yaml_error(file, yaml_get(map, "model"), e, "no model has such a name");
	for (int i = 0; i < PRICE_CLASSES; i++)
		if (!yaml_get(map, price_class_names[i]))
			o->micro_usd[i] = -1;
	return 0;
}

const SettingList config_discounts = { SCHEMA(discount_rows), sizeof(ConfDiscount), check_discount, NULL };
const SettingList config_overrides = { SCHEMA(override_rows), sizeof(ConfOverride), check_override, NULL };

/* The n-th entry of a list of the section. */
static const YamlNode *entry(const YamlNode *root, const char *list, size_t n)
{
	const YamlNode *at = yaml_get(yaml_get(root, "prices"), list)->child;

	while (n-- > 0)
		at = at->next;
	return at;
}

static int take_discounts(Arena *a, const char *file, const YamlNode *root, const ConfPrices *p, PriceTable *out, Err *e)
{
	PriceDiscount *d = ARENA_ARRAY(a, PriceDiscount, p->discounts + 1);

	for (size_t i = 0; i < p->discounts; i++) {
		if (i && p->discount[i].from_ms <= p->discount[i - 1].from_ms)
			return yaml_error(file, yaml_get(entry(root, "discount", i), "from"), e, "discounts stand in the order of their days, earliest first");
		d[i] = (PriceDiscount){ p->discount[i].from_ms, (int32_t)(p->discount[i].percent / 1000) };
	}
	out->discount = d;
	out->discounts = p->discounts;
	return 0;
}

static int take_overrides(Arena *a, const char *file, const YamlNode *root, const ConfPrices *p, PriceTable *out, Err *e)
{
	out->row = ARENA_ARRAY(a, PriceRow, p->overrides + 1);
	for (size_t i = 0; i < p->overrides; i++) {
		const ConfOverride *o = &p->override[i];
		PriceRow *r = &out->row[i];

		*r = (PriceRow){ .model = arena_cstr(a, o->model), .origin = PRICE_OVERRIDE, .from_ms = o->from_ms, .geo_permille = 1000,
		                 .sure = SURE_OWN, .source = "config.yaml" };
		memcpy(r->micro_usd, o->micro_usd, sizeof r->micro_usd);
		for (size_t k = 0; k < i; k++) {
			PriceRow *before = &out->row[k];

			if (!str_eq(p->override[k].model, o->model))
				continue;
			if (before->from_ms == r->from_ms)
				return yaml_error(file, entry(root, "overrides", i), e, "%s has two prices from the same day on", r->model);
			/* Each ends with the next later one, in whichever order they stand. */
			if (before->from_ms < r->from_ms && (!before->until_ms || before->until_ms > r->from_ms))
				before->until_ms = r->from_ms;
			if (r->from_ms < before->from_ms && (!r->until_ms || r->until_ms > before->from_ms))
				r->until_ms = before->from_ms;
		}
	}
	out->n = p->overrides;
	return 0;
}

int config_prices_table(Arena *a, const char *file, const YamlNode *root, const ConfPrices *p, PriceTable *out, Err *e)
{
	return take_discounts(a, file, root, p, out, e) < 0 || take_overrides(a, file, root, p, out, e) < 0 ? -1 : 0;
}
