#include "model/price.h"

#include <string.h>

enum { GEOGRAPHY_MAX = sizeof "us-gov" - 1 };

/* No call has that many tokens; the cap keeps absurd input from leaving the range of an amount. */
static const int64_t max_tokens = INT64_C(10000000000), max_sum = INT64_C(10000000000000);

#define GEO(word) { word, sizeof(word) - 1 }
static const Str geographies[] = { GEO("us."), GEO("eu."), GEO("apac."), GEO("jp."), GEO("au."), GEO("us-gov."), GEO("global.") };

const char *const price_class_names[PRICE_CLASSES + 1] = { "input", "output", "cache_read", "cache_write_5m", "cache_write_1h", NULL };

const char *const price_sure_names[PRICE_SURES + 1] = {
	[SURE_BOTH] = "both", [SURE_ONE] = "one", [SURE_DOUBT] = "doubt", [SURE_AWS] = "aws", [SURE_OWN] = "own",
};

/* The first word of each tier is its name. Converse API, ServiceTier: priority, default, flex, reserved. */
static const struct { const char *word; PriceTier tier; } tier_words[] = {
	{ "standard", TIER_STANDARD }, { "priority", TIER_PRIORITY }, { "flex", TIER_FLEX }, { "batch", TIER_BATCH }, { "default", TIER_STANDARD },
};

PriceTier price_tier_of(Str word)
{
	if (!word.n)
		return TIER_STANDARD;
	for (size_t i = 0; i < sizeof tier_words / sizeof *tier_words; i++)
		if (str_eq_nocase(word, str_of(tier_words[i].word)))
			return tier_words[i].tier;
	return TIER_UNKNOWN;
}

const char *price_tier_name(PriceTier t)
{
	return t < PRICE_TIERS ? tier_words[t].word : "unknown";
}

/* Takes "arn:P:bedrock:R:A:KIND/ID" apart; false: it is no ARN. Forms: IAM service reference for Amazon Bedrock. */
static bool arn_parts(Str arn, Str *kind, Str *id)
{
	Str rest = arn;

	if (!str_starts(arn, STR("arn:")))
		return false;
	for (int i = 0; i < 5; i++)
		(void)str_cut(rest, ':', &rest);
	*kind = str_cut(rest, '/', id);
	return true;
}

/* Other ARNs stay whole, because their last part names no model. */
Str price_cut_arn(Str model)
{
	Str kind, id;

	return arn_parts(model, &kind, &id) && (str_is(kind, "foundation-model") || str_is(kind, "inference-profile")) ? id : model;
}

bool price_is_profile(Str model)
{
	Str kind, id;

	return arn_parts(model, &kind, &id) && str_is(kind, "application-inference-profile") && id.n;
}

/* The id without its geography; *premium says whether the row's factor for geographies holds (not for global). */
static Str cut_geography(Str id, bool *premium)
{
	size_t dot = 0;

	*premium = false;
	while (dot < id.n && dot < GEOGRAPHY_MAX && id.p[dot] != '.')
		dot++;
	for (size_t i = 0; dot < id.n && i < sizeof geographies / sizeof *geographies; i++) {
		Str g = geographies[i];

		if (g.n == dot + 1 && str_starts(id, g)) {
			*premium = !str_is(g, "global.");
			return str_sub(id, g.n, id.n);
		}
	}
	return id;
}

static size_t place_of(const PriceTable *t, Str id)
{
	return (size_t)((str_quick_hash(id) * UINT64_C(0x9E3779B97F4A7C15)) >> 32) & (t->slots - 1);
}

void price_index(PriceTable *t, Arena *a)
{
	size_t slots = 64;
	uint32_t *slot, *next;

	while (slots <= 2 * t->n)
		slots *= 2;
	t->slots = slots;
	t->slot = slot = ARENA_ARRAY(a, uint32_t, slots);
	t->next = next = ARENA_ARRAY(a, uint32_t, t->n + 1);
	/* From the end, so that each chain is in the order of the rows. */
	for (size_t i = t->n; i-- > 0;) {
		size_t at = place_of(t, str_of(t->row[i].model));

		while (slot[at] && strcmp(t->row[slot[at] - 1].model, t->row[i].model) != 0)
			at = (at + 1) & (slots - 1);
		next[i] = slot[at];
		slot[at] = (uint32_t)i + 1;
	}
}

static bool is_model(const PriceRow *r, Str id)
{
	return str_is(id, r->model);
}

/* The first row for this id; its number plus 1, 0 when there is none. */
static size_t first_row(const PriceTable *t, Str id)
{
	if (!id.n)
		return 0;
	if (t->slots) {
		for (size_t at = place_of(t, id); t->slot[at]; at = (at + 1) & (t->slots - 1))
			if (is_model(&t->row[t->slot[at] - 1], id))
				return t->slot[at];
		return 0;
	}
	for (size_t i = 0; i < t->n; i++)
		if (is_model(&t->row[i], id))
			return i + 1;
	return 0;
}

static size_t next_row(const PriceTable *t, Str id, size_t at)
{
	if (t->slots)
		return t->next[at - 1];
	for (size_t i = at; i < t->n; i++)
		if (is_model(&t->row[i], id))
			return i + 1;
	return 0;
}

/* One form of a model's name, and the first row that has it (0: none). */
typedef struct Form { Str id; size_t first; } Form;

/* *known: there are prices for this id then, perhaps of other tiers. */
static const PriceRow *find_id(const PriceTable *t, const Form *f, const PriceWork *w, const PriceCall *c, PriceOrigin origin, bool *known)
{
	*known = false;
	for (size_t i = f->first; i; i = next_row(t, f->id, i)) {
		const PriceRow *r = &t->row[i - 1];

		if (r->origin != origin || c->at_ms < r->from_ms || (r->until_ms && c->at_ms >= r->until_ms))
			continue;
		*known = true;
		if (r->tier == w->tier)
			return r;
	}
	return NULL;
}

static Str resolve(const PriceTable *t, Str model)
{
	for (size_t i = 0; i < t->aliases; i++)
		if (str_eq(t->alias[i].arn, model))
			return t->alias[i].model;
	return model;
}

static void find(const PriceTable *t, const PriceCall *c, PriceWork *w)
{
	Form whole = { .id = c->model }, id = { .id = price_cut_arn(c->model) }, base;
	bool premium, known;

	w->tier = price_tier_of(c->tier);
	w->geo_permille = 1000;
	w->model = id.id;
	if (!t)
		return;
	whole.first = first_row(t, whole.id);
	if (!whole.first && price_is_profile(id.id))
		w->model = id.id = price_cut_arn(resolve(t, id.id));
	id.first = id.id.p == whole.id.p ? 0 : first_row(t, id.id);
	base.id = cut_geography(id.id, &premium);
	base.first = base.id.n == id.id.n ? 0 : first_row(t, base.id);
	for (int origin = 0; !w->row && origin < PRICE_ORIGINS; origin++) {
		w->row = find_id(t, &whole, w, c, (PriceOrigin)origin, &known);
		if (!known)
			w->row = find_id(t, &id, w, c, (PriceOrigin)origin, &known);
		/* An id that has prices of its own but none for the tier has none: those of another geography are not its. */
		if (known)
			continue;
		w->row = find_id(t, &base, w, c, (PriceOrigin)origin, &known);
		if (w->row && premium)
			w->geo_permille = w->row->geo_permille;
	}
}

static int64_t sane(int64_t tokens, int64_t most)
{
	return tokens < 0 ? 0 : tokens > most ? most : tokens;
}

static void take_counts(PriceWork *w, const Tokens *tok, int64_t calls)
{
	const int64_t count[PRICE_CLASSES] = { tok->input, tok->output, tok->cache_read, tok->cache_write_5m, tok->cache_write_1h };

	for (int i = 0; i < PRICE_CLASSES; i++)
		w->count[i] = sane(count[i], calls > 1 ? max_sum : max_tokens);
}

/* With w's row, counts and factors. */
static PriceVerdict add_up(PriceWork *w, int64_t calls)
{
	/* The long tier is chosen by the whole prompt: what is read from or written to a cache is part of it. */
	const int64_t prompt = w->count[0] + w->count[2] + w->count[3] + w->count[4];
	__int128 pico = 0;

	w->long_context = w->row->long_above && prompt / (calls > 1 ? calls : 1) > w->row->long_above;
	memcpy(w->micro_usd, w->long_context ? w->row->long_micro_usd : w->row->micro_usd, sizeof w->micro_usd);
	for (int i = 0; i < PRICE_CLASSES; i++) {
		if (w->count[i] && w->micro_usd[i] < 0) {
			w->lacks = i;
			return PRICE_UNPRICED;
		}
		if (w->count[i])
			pico += (__int128)w->count[i] * w->micro_usd[i];
	}
	/* pUSD x thousandths x hundred-thousandths: one rounding for the classes, the factor and the discount together. */
	w->nusd = (int64_t)((pico * w->geo_permille * (100000 - w->milli_percent) + INT64_C(50000000000)) / INT64_C(100000000000));
	return PRICE_OK;
}

int32_t price_discount(const PriceTable *t, int64_t at_ms)
{
	int32_t now = 0;

	for (size_t i = 0; i < t->discounts && t->discount[i].from_ms <= at_ms; i++)
		now = t->discount[i].milli_percent;
	return now;
}

static PriceVerdict work(const PriceTable *t, const PriceCall *c, int64_t calls, PriceWork *w)
{
	*w = (PriceWork){ .lacks = -1 };
	take_counts(w, &c->tok, calls);
	find(t, c, w);
	if (!w->row)
		return PRICE_UNPRICED;
	w->milli_percent = price_discount(t, c->at_ms);
	return add_up(w, calls);
}

PriceVerdict price_work(const PriceTable *t, const PriceCall *c, PriceWork *w)
{
	return work(t, c, 1, w);
}

/* Whether each token of it costs a whole number of nUSD. */
static bool is_whole(const PriceWork *w)
{
	bool whole = true;

	for (int i = 0; i < PRICE_CLASSES; i++)
		whole &= !w->count[i] || (__int128)w->micro_usd[i] * w->geo_permille * (100000 - w->milli_percent) % INT64_C(100000000000) == 0;
	return whole;
}

PriceVerdict price_work_of(const PriceTable *t, const PriceCall *c, int64_t calls, PriceWork *w)
{
	return work(t, c, calls, w);
}

PriceVerdict price_amount_of(const PriceTable *t, const PriceCall *c, int64_t calls, int64_t longest, int64_t *nusd, bool *exact)
{
	PriceWork w;
	PriceVerdict v = work(t, c, calls, &w);

	*nusd = w.nusd;
	*exact = v != PRICE_OK || calls < 2 || ((!w.row->long_above || longest <= w.row->long_above) && is_whole(&w));
	return v;
}

PriceVerdict price_amount(const PriceTable *t, const PriceCall *c, int64_t *nusd)
{
	PriceWork w;
	PriceVerdict v = work(t, c, 1, &w);

	*nusd = w.nusd;
	return v;
}

const PriceRow *price_find(const PriceTable *t, const PriceCall *c)
{
	PriceWork w = { 0 };

	find(t, c, &w);
	return w.row;
}

int64_t price_dearest(const PriceTable *t, int64_t at_ms, const Tokens *tok, const PriceRow **row)
{
	int64_t most = -1;

	if (row)
		*row = NULL;
	for (size_t i = 0; i < t->n; i++) {
		PriceRow r = t->row[i];
		PriceWork w = { .row = &r, .geo_permille = r.geo_permille, .milli_percent = price_discount(t, at_ms) };

		if (at_ms < r.from_ms || (r.until_ms && at_ms >= r.until_ms))
			continue;
		if (r.long_above)
			memcpy(r.micro_usd, r.long_micro_usd, sizeof r.micro_usd);
		take_counts(&w, tok, 1);
		if (add_up(&w, 1) != PRICE_OK || w.nusd <= most)
			continue;
		most = w.nusd;
		if (row)
			*row = &t->row[i];
	}
	return most < 0 ? 0 : most;
}

int64_t price_reckon(const PriceTable *t, const PriceCall *call, bool *priced)
{
	int64_t nusd;
	const bool has = price_amount(t, call, &nusd) == PRICE_OK;

	if (priced)
		*priced = has;
	return has ? nusd : price_dearest(t, call->at_ms, &call->tok, NULL);
}

Str price_base_model(Str model)
{
	bool premium;

	return cut_geography(price_cut_arn(model), &premium);
}
