/* The Price List's products for Bedrock. Source: AWS Price List Query API Reference, 2017-10-15, and User Guide, "Reading
 * an offer": the document of one product. */
#include "sim/serve.h"

#include <inttypes.h>

#include "api/price_list.h"
#include "sim/catalogue.h"
#include "sim/paging.h"
#include "sim/rng.h"
#include "sim/roles.h"
#include "wire/jsonw.h"

enum { PAGE_MAX = 100, ATTRIBUTES = 12, SKU_LETTERS = 16 };
#define SINCE "2026-08-01T00:00:00Z"
#define VERSION "20260801000000"
#define ON_DEMAND "JRTCKXETXF"       /* the code of the term and of its rate, the same for every service */
#define RATE "6YS6EN2CT7"

static const struct { const char *region, *code, *location; } places[] = {
	{ "us-east-1", "USE1", "US East (N. Virginia)" }, { "us-west-2", "USW2", "US West (Oregon)" },
};
enum { PLACES = sizeof places / sizeof places[0] };

/* One thing that has a price: a class of tokens of a model in a Region. */
typedef struct Product {
	const CatalogueModel *model;
	unsigned tokens, place;
	bool global;
	ShapePair attribute[ATTRIBUTES];
	size_t n;
} Product;

static const char *const token_names[CATALOGUE_CLASSES] = {
	"Input tokens", "Output tokens", "Prompt cache read input tokens", "Prompt cache write input tokens",
	"Prompt cache write 1h input tokens" };

static void attribute(Product *p, const char *key, Str value)
{
	p->attribute[p->n++] = (ShapePair){ str_of(key), value };
}

/* A product of the Marketplace says little about itself: its name, and the class in its usage type. */
static void describe(SimCall *c, Product *p, Str service)
{
	const CatalogueModel *m = p->model;

	p->n = 0;
	attribute(p, "regionCode", str_of(places[p->place].region));
	attribute(p, "servicecode", service);
	attribute(p, "location", str_of(places[p->place].location));
	attribute(p, "locationType", STR("AWS Region"));
	attribute(p, "usagetype", catalogue_usage_type(c->arena, m, p->tokens, places[p->place].code, p->global));
	attribute(p, "operation", m->usage ? STR("") : STR("Usage"));
	attribute(p, "servicename", catalogue_service(c->arena, m));
	if (!m->usage)
		return;
	attribute(p, "feature", STR("On-demand Inference"));
	attribute(p, "inferenceType", str_of(token_names[p->tokens]));
	attribute(p, "model", str_of(m->name));
	attribute(p, "provider", str_of(m->provider));
}

static bool one_of(Str list, Str text)
{
	while (list.n)
		if (str_eq(str_trim(str_cut(list, ',', &list)), text))
			return true;
	return false;
}

static bool matches(const Product *p, const PriceFilter *f)
{
	Str value = STR("");
	bool there = str_is(f->field, "productFamily") || str_is(f->field, "ServiceCode");

	if (there)
		value = str_is(f->field, "ServiceCode") ? p->attribute[1].value : STR("Amazon Bedrock");
	for (size_t i = 0; i < p->n; i++) {
		if (!str_eq(p->attribute[i].key, f->field))
			continue;
		value = p->attribute[i].value;
		there = true;
	}
	if (str_is(f->type, "CONTAINS"))
		return there && str_has(value, f->value);
	if (str_is(f->type, "ANY_OF"))
		return there && one_of(f->value, value);
	if (str_is(f->type, "NONE_OF"))
		return there && !one_of(f->value, value);
	return there && str_eq(value, f->value);
}

static bool wanted(const Product *p, const PriceProductsIn *in)
{
	for (size_t i = 0; i < in->filters.n; i++)
		if (!matches(p, &in->filters.v[i]))
			return false;
	return true;
}

/* Dollars for 10^-10 of one. */
static Str dollars(SimCall *c, int64_t tenth_nano)
{
	return arena_printf(c->arena, "%" PRId64 ".%010" PRId64, tenth_nano / INT64_C(10000000000), tenth_nano % INT64_C(10000000000));
}

static void put_terms(SimCall *c, JsonW *w, const Product *p, const char *sku)
{
	int64_t micro = catalogue_micro_usd(p->model, p->tokens, p->global);
	Str usd = dollars(c, p->model->usage ? micro * 10 : micro * 10000);
	Str term = arena_printf(c->arena, "%s." ON_DEMAND, sku), rate = arena_printf(c->arena, "%s." ON_DEMAND "." RATE, sku);

	jw_key(w, "OnDemand");
	jw_object(w);
	jw_key_str(w, term);
	jw_object(w);
	jw_key(w, "priceDimensions");
	jw_object(w);
	jw_key_str(w, rate);
	jw_object(w);
	jw_kstr(w, "unit", p->model->usage ? STR("1K tokens") : STR("Units"));
	jw_kstr(w, "endRange", STR("Inf"));
	jw_kstr(w, "description", p->model->usage
	        ? arena_printf(c->arena, "$%.*s per 1K tokens for %s %s in %s", STR_ARG(usd), p->model->name, token_names[p->tokens],
	                       places[p->place].location)
	        : arena_printf(c->arena, "AWS Marketplace software usage|%s|Million %s %s", places[p->place].region,
	                       token_names[p->tokens], p->global ? "Global" : "Regional"));
	jw_key(w, "appliesTo");
	jw_array(w);
	jw_array_end(w);
	jw_kstr(w, "rateCode", rate);
	jw_kstr(w, "beginRange", STR("0"));
	jw_key(w, "pricePerUnit");
	jw_object(w);
	jw_kstr(w, "USD", usd);
	jw_object_end(w);
	jw_object_end(w);
	jw_object_end(w);
	jw_kstr(w, "sku", str_of(sku));
	jw_kstr(w, "effectiveDate", STR(SINCE));
	jw_kstr(w, "offerTermCode", STR(ON_DEMAND));
	jw_key(w, "termAttributes");
	jw_object(w);
	jw_object_end(w);
	jw_object_end(w);
	jw_object_end(w);
}

static Str document(SimCall *c, const Product *p)
{
	char sku[SKU_LETTERS + 1] = "";
	Buf text = { 0 };
	JsonW w = jw_to(&text);
	Str out;

	keys_letters(sku, SKU_LETTERS, rng_join(str_hash(p->attribute[4].value), str_hash(p->attribute[6].value)));
	jw_object(&w);
	jw_key(&w, "product");
	jw_object(&w);
	jw_kstr(&w, "productFamily", STR("Amazon Bedrock"));
	jw_key(&w, "attributes");
	jw_object(&w);
	for (size_t i = 0; i < p->n; i++) {
		jw_key_str(&w, p->attribute[i].key);
		jw_str(&w, p->attribute[i].value);
	}
	jw_object_end(&w);
	jw_kstr(&w, "sku", str_of(sku));
	jw_object_end(&w);
	jw_kstr(&w, "serviceCode", p->attribute[1].value);
	jw_key(&w, "terms");
	jw_object(&w);
	put_terms(c, &w, p, sku);
	jw_object_end(&w);
	jw_kstr(&w, "version", STR(VERSION));
	jw_kstr(&w, "publicationDate", STR(SINCE));
	jw_object_end(&w);
	out = arena_str(c->arena, buf_str(&text));
	buf_done(&text);
	return out;
}

static size_t find(SimCall *c, const PriceProductsIn *in, Product *out)
{
	bool market = str_is(in->service_code, "AmazonBedrockFoundationModels");
	size_t n = 0;

	for (size_t i = 0; i < catalogue_n; i++) {
		for (unsigned k = 0; k < CATALOGUE_CLASSES * PLACES * 2u; k++) {
			Product p = { .model = &catalogue[i], .tokens = k / 2 % CATALOGUE_CLASSES, .place = k / 2 / CATALOGUE_CLASSES, .global = k % 2 };

			if (market == (p.model->usage != NULL) || !p.model->micro_usd[p.tokens] || (p.global && !p.model->dearer))
				continue;
			describe(c, &p, in->service_code);
			if (wanted(&p, in))
				out[n++] = p;
		}
	}
	return n;
}

static const char *refusal(const PriceProductsIn *in)
{
	static const char *const types[] = { "TERM_MATCH", "EQUALS", "CONTAINS", "ANY_OF", "NONE_OF" };

	if (in->format_version.n && !str_is(in->format_version, "aws_v1"))
		return "Invalid FormatVersion: aws_v1 is the only one.";
	if (in->limit < 0 || in->limit > PAGE_MAX)
		return "MaxResults must be between 1 and 100.";
	for (size_t i = 0; i < in->filters.n; i++) {
		size_t k = 0;

		while (k < sizeof types / sizeof types[0] && !str_is(in->filters.v[i].type, types[k]))
			k++;
		if (k == sizeof types / sizeof types[0])
			return "Filters: Type must be one of TERM_MATCH, EQUALS, CONTAINS, ANY_OF, NONE_OF.";
	}
	return NULL;
}

static uint64_t salt_of(const PriceProductsIn *in)
{
	uint64_t salt = str_hash(in->service_code);

	for (size_t i = 0; i < in->filters.n; i++)
		salt = rng_join(salt, rng_join(str_hash(in->filters.v[i].field), str_hash(in->filters.v[i].value)));
	return salt;
}

static int get_products(SimCall *c, const void *input, void *output)
{
	const PriceProductsIn *in = input;
	PriceProducts *out = output;
	Product *all = ARENA_ARRAY(c->arena, Product, catalogue_n * CATALOGUE_CLASSES * PLACES * 2);
	uint64_t salt = salt_of(in);
	Page page;
	size_t n;

	if (!str_is(in->service_code, "AmazonBedrock") && !str_is(in->service_code, "AmazonBedrockFoundationModels")) {
		sim_fail(c, 400, "NotFoundException",
		         "The service code was not found (the simulated region sells AmazonBedrock and AmazonBedrockFoundationModels).");
		return -1;
	}
	if (refusal(in)) {
		sim_fail(c, 400, "InvalidParameterException", refusal(in));
		return -1;
	}
	n = find(c, in, all);
	if (page_open(in->next_token, salt, n, in->limit, PAGE_MAX, &page) < 0) {
		sim_fail(c, 400, "InvalidNextTokenException", "Invalid NextToken: it belongs to another question.");
		return -1;
	}
	out->format_version = STR("aws_v1");
	out->next_token = page_token(c, salt, n, &page);
	out->products.v = ARENA_ARRAY(c->arena, Str, page.to - page.from + 1);
	for (size_t i = page.from; i < page.to; i++)
		out->products.v[out->products.n++] = document(c, &all[i]);
	return 0;
}

static const SimRow rows[] = { { &op_pricing_get_products, get_products, NULL } };
const SimTable sim_pricing = SIM_TABLE(rows);
