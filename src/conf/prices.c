#include "conf/prices.h"

#include <string.h>

#include "conf/embed.h"
#include "conf/schema.h"
#include "conf/yaml_pack.h"

/* No token costs that much; it keeps tokens x price inside the range of an amount. */
static const int64_t max_micro_usd = INT64_C(10000000000);

static const char *const row_keys[] = {
	"model", "name", "source", "tier", "from", "until", "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", "geo", "above",
	"then", "sure", "priority", "flex", "batch", NULL,
};
static const char *const top_keys[] = { "checked", "source", "prices", NULL };

typedef struct Reader {
	Arena *a;
	const char *file, *source;
	PriceOrigin origin;
	PriceSure sure;                  /* of a row that does not say */
} Reader;

static int check_keys(const char *file, const YamlNode *map, const char *const *known, Err *e)
{
	if (map->kind != YAML_MAP)
		return yaml_error(file, map, e, "expected a mapping");
	for (const YamlNode *m = map->child; m; m = m->next) {
		const char *const *k = known;
		const char *near;

		while (*k && !str_is(m->key, *k))
			k++;
		if (*k)
			continue;
		near = nearest_word(m->key, known);
		return yaml_error_key(file, m, e, "unknown key \"%.*s\"%s%s%s", STR_ARG(m->key), near ? "; did you mean \"" : "",
		                      near ? near : "", near ? "\"?" : "");
	}
	return 0;
}

/* A decimal without sign or exponent, with no digit that would be lost. */
static int read_decimal(const char *file, const YamlNode *n, int scale, int64_t max, const char *what, int64_t *out, Err *e)
{
	Str whole, fraction;

	if (n->kind != YAML_SCALAR)
		return yaml_error(file, n, e, "expected %s", what);
	whole = str_cut(n->text, '.', &fraction);
	for (size_t i = 0; i < n->text.n; i++)
		if ((n->text.p[i] < '0' || n->text.p[i] > '9') && n->text.p[i] != '.')
			return yaml_error(file, n, e, "expected %s, not \"%.*s\"", what, STR_ARG(n->text));
	if (!whole.n || fraction.n > (size_t)scale || str_scaled(n->text, scale, out) < 0 || *out > max)
		return yaml_error(file, n, e, "expected %s, not \"%.*s\"", what, STR_ARG(n->text));
	return 0;
}

/* Prices of all classes in a mapping; absent ones become -1. Input must be there. */
static int read_classes(const char *file, const YamlNode *map, int64_t out[PRICE_CLASSES], Err *e)
{
	for (int i = 0; i < PRICE_CLASSES; i++) {
		const YamlNode *n = yaml_get(map, price_class_names[i]);

		out[i] = -1;
		if (n && read_decimal(file, n, 6, max_micro_usd, "USD per million tokens with at most six decimals", &out[i], e) < 0)
			return -1;
	}
	return out[0] < 0 ? yaml_error(file, map, e, "\"input\" is missing") : 0;
}

static int read_long(const char *file, const YamlNode *map, PriceRow *r, Err *e)
{
	const YamlNode *above = yaml_get(map, "above"), *then = yaml_get(map, "then");

	if (!above && !then)
		return 0;
	if (!above || !then)
		return yaml_error(file, above ? above : then, e, "\"above\" and \"then\" belong together");
	if (above->kind != YAML_SCALAR || str_i64(above->text, &r->long_above) < 0 || r->long_above <= 0)
		return yaml_error(file, above, e, "expected a number of tokens");
	if (check_keys(file, then, price_class_names, e) < 0)
		return -1;
	return read_classes(file, then, r->long_micro_usd, e);
}

static int read_word(const char *file, const YamlNode *map, const char *key, const char *const *words, int *out, Err *e)
{
	const YamlNode *n = yaml_get(map, key);

	for (int i = 0; n && n->kind == YAML_SCALAR && words[i]; i++)
		if (str_is(n->text, words[i])) {
			*out = i;
			return 1;
		}
	return n ? yaml_error(file, n, e, "expected %s, %s or another word that docs/prices.md lists", words[0], words[1]) : 0;
}

static int read_factor(const char *file, const YamlNode *map, const char *key, int64_t *permille, Err *e)
{
	const YamlNode *n = yaml_get(map, key);

	if (!n)
		return 0;
	if (read_decimal(file, n, 3, 10000, "a factor like 1.1 with at most three decimals", permille, e) < 0)
		return -1;
	return *permille ? 1 : yaml_error(file, n, e, "a factor of 0 would make calls free");
}

static int read_dates(const char *file, const YamlNode *map, PriceRow *r, Err *e)
{
	static const char *const keys[] = { "from", "until" };

	for (int i = 0; i < 2; i++) {
		const YamlNode *n = yaml_get(map, keys[i]);

		if (n && (n->kind != YAML_SCALAR || day_parse(n->text, i ? &r->until_ms : &r->from_ms) < 0))
			return yaml_error(file, n, e, "expected a day like 2026-09-01");
		if (i && n && r->until_ms <= r->from_ms)
			return yaml_error(file, n, e, "\"until\" must be later than \"from\"");
	}
	return 0;
}

static int read_text(const Reader *d, const YamlNode *map, const char *key, const char **out, Err *e)
{
	const YamlNode *n = yaml_get(map, key);

	if (n && (n->kind != YAML_SCALAR || str_has_nul(n->text)))
		return yaml_error(d->file, n, e, "expected text");
	*out = n ? arena_cstr(d->a, n->text) : NULL;
	return 0;
}

static int read_row(Reader *d, const YamlNode *n, PriceRow *r, Err *e)
{
	static const char *const tiers[] = { "standard", "priority", "flex", "batch", NULL };
	const YamlNode *model = yaml_get(n, "model");
	int64_t factor = 1000;
	int tier = TIER_STANDARD, sure = d->sure;

	if (check_keys(d->file, n, row_keys, e) < 0)
		return -1;
	if (!model || model->kind != YAML_SCALAR || !model->text.n || str_has_nul(model->text))
		return yaml_error(d->file, model ? model : n, e, "\"model\" must name a model");
	if (read_dates(d->file, n, r, e) < 0 || read_factor(d->file, n, "geo", &factor, e) < 0 ||
	    read_word(d->file, n, "tier", tiers, &tier, e) < 0 || read_word(d->file, n, "sure", price_sure_names, &sure, e) < 0)
		return -1;
	if (read_text(d, n, "name", &r->name, e) < 0 || read_text(d, n, "source", &r->source, e) < 0)
		return -1;
	r->model = arena_cstr(d->a, model->text);
	r->geo_permille = (int32_t)factor;
	r->tier = (PriceTier)tier;
	r->sure = (PriceSure)sure;
	r->origin = d->origin;
	r->source = r->source ? r->source : d->source;
	return read_classes(d->file, n, r->micro_usd, e) < 0 ? -1 : read_long(d->file, n, r, e);
}

/* A price times a factor, which must be exact: a rounded price would be another one. */
static int times(const char *file, const YamlNode *n, int64_t *micro_usd, int64_t permille, Err *e)
{
	if (*micro_usd < 0)
		return 0;
	if (*micro_usd * permille % 1000)
		return yaml_error(file, n, e, "this factor gives a price of more than six decimals; write the tier as a row of its own");
	*micro_usd = *micro_usd * permille / 1000;
	return 0;
}

/* The rows of the other tiers: the standard one times a factor. Batches know no cache classes. */
static int add_tiers(Reader *d, const YamlNode *n, PriceTable *t, Err *e)
{
	const PriceRow standard = t->row[t->n - 1];

	for (int tier = TIER_PRIORITY; tier <= TIER_BATCH; tier++) {
		PriceRow *r = &t->row[t->n];
		int64_t factor = 0;
		int given = read_factor(d->file, n, price_tier_name((PriceTier)tier), &factor, e);

		if (given < 0)
			return -1;
		if (!given)
			continue;
		*r = standard;
		r->tier = (PriceTier)tier;
		for (int i = 0; i < PRICE_CLASSES; i++) {
			if (tier == TIER_BATCH && i > 1)
				r->micro_usd[i] = r->long_micro_usd[i] = -1;
			if (times(d->file, yaml_get(n, price_tier_name(r->tier)), &r->micro_usd[i], factor, e) < 0 ||
			    times(d->file, yaml_get(n, price_tier_name(r->tier)), &r->long_micro_usd[i], factor, e) < 0)
				return -1;
		}
		t->n++;
	}
	return 0;
}

/* A later price of a model ends the one before it; an entry that names no tier is about all of them. */
static int close_earlier(const char *file, const YamlNode *n, PriceTable *t, size_t first, Err *e)
{
	const PriceRow *now = &t->row[first];
	bool all = !yaml_get(n, "tier");

	for (size_t i = 0; i < first; i++) {
		PriceRow *r = &t->row[i];

		if (strcmp(r->model, now->model) != 0 || (!all && r->tier != now->tier))
			continue;
		if (r->tier == now->tier && now->from_ms <= r->from_ms)
			return yaml_error(file, n, e, "a second price of %s must have a later \"from\"", now->model);
		if (now->from_ms > r->from_ms && (!r->until_ms || r->until_ms > now->from_ms))
			r->until_ms = now->from_ms;
	}
	return 0;
}

int prices_parse(Arena *a, const PricesFile *f, PriceTable *out, Err *e)
{
	Reader d = { .a = a, .file = f->name, .origin = f->origin, .source = "", .sure = f->sure };
	const YamlNode *list, *source, *checked;
	YamlNode *root;

	*out = (PriceTable){ 0 };
	if (yaml_tree(a, f->name, f->text, f->tree, &root, e) < 0 || check_keys(f->name, root, top_keys, e) < 0)
		return -1;
	if ((source = yaml_get(root, "source")) && source->kind != YAML_SCALAR)
		return yaml_error(f->name, source, e, "expected text");
	if (source)
		d.source = arena_cstr(a, source->text);
	if ((checked = yaml_get(root, "checked")) && (checked->kind != YAML_SCALAR || day_parse(checked->text, &out->checked_ms) < 0))
		return yaml_error(f->name, checked, e, "expected a day like 2026-11-21");
	if (!(list = yaml_get(root, "prices")) || list->kind != YAML_SEQ)
		return yaml_error(f->name, list ? list : root, e, "\"prices\" must be a list");
	out->row = ARENA_ARRAY(a, PriceRow, list->count * PRICE_TIERS + 1);
	for (const YamlNode *n = list->child; n; n = n->next) {
		size_t first = out->n;

		if (read_row(&d, n, &out->row[out->n++], e) < 0 || add_tiers(&d, n, out, e) < 0 || close_earlier(f->name, n, out, first, e) < 0)
			return -1;
	}
	return 0;
}

int prices_builtin(Arena *a, PriceTable *out, Err *e)
{
	static const char name[] = "src/conf/prices.yaml";
	const PricesFile f = { .name = "prices.yaml", .text = embed_get(name), .tree = embed_tree(name), .origin = PRICE_SHIPPED, .sure = SURE_ONE };

	return prices_parse(a, &f, out, e);
}
