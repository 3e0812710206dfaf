#include "app/price_list.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "model/money.h"
#include "wire/time8601.h"

/* A model by one of its names. */
typedef struct Named { Str name, id; bool twice; } Named;

/* What the products say of one model in one scope and tier. */
typedef struct Cell {
	Str id;
	ProductScope scope;
	PriceTier tier;
	int64_t price[2][PRICE_CLASSES];     /* [1]: long context; -1: none */
	bool differs;                        /* two products name different prices for one class */
	int64_t from_ms;                     /* the latest: the row holds when all its prices do */
	size_t products;
} Cell;

struct PriceList {
	Arena  a;
	Str    region;
	const PriceTable *shipped;
	Named *named; size_t named_n, named_cap;
	Cell  *cell;  size_t cell_n, cell_cap;
	PriceLeft *left; size_t left_n, left_cap;
	PriceListStats stats;
};

/* --- names --- */

/* Small letters, digits and +, without the maker in front and "Instruct" at the end: "Meta Llama 3.3 70B Instruct" is "llama3370b". */
static Str plain(Arena *a, Str name)
{
	static const char *const makers[] = {
		"anthropic", "amazon", "meta", "mistralai", "mistral", "cohere", "ai21labs", "ai21", "deepseek", "openai", "qwen",
	};
	char *out = arena_alloc(a, name.n + 1);
	size_t n = 0;
	Str s;

	for (size_t i = 0; i < name.n; i++) {
		unsigned char c = (unsigned char)name.p[i];

		if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '+')
			out[n++] = (char)c;
		else if (c >= 'A' && c <= 'Z')
			out[n++] = (char)(c - 'A' + 'a');
	}
	s = (Str){ out, n };
	for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
		/* "Mistral 7B" and "DeepSeek-R1" are names that begin with their maker's: both forms are one then, too. */
		if (str_starts(s, str_of(makers[i])) && s.n > strlen(makers[i])) {
			s = str_sub(s, strlen(makers[i]), s.n);
			break;
		}
	return str_ends(s, STR("instruct")) ? str_sub(s, 0, s.n - 8) : s;
}

static Named *find_name(PriceList *l, Str plain_name)
{
	for (size_t i = 0; i < l->named_n; i++)
		if (str_eq(l->named[i].name, plain_name))
			return &l->named[i];
	return NULL;
}

static void add_name(PriceList *l, Str id, Str name)
{
	Str key = plain(&l->a, name);
	Named *known = find_name(l, key);

	if (!key.n)
		return;
	if (known) {
		known->twice |= !str_eq(known->id, id);
		return;
	}
	VEC_GROW(l->named, l->named_cap, l->named_n + 1);
	l->named[l->named_n++] = (Named){ key, arena_str(&l->a, id), false };
}

/* "amazon.nova-pro-v1:0:24k": the same model with another limit, at the same price. */
static bool is_variant(Str id)
{
	Str rest;

	(void)str_cut(id, ':', &rest);
	(void)str_cut(rest, ':', &rest);
	return rest.n > 0;
}

void price_list_model(PriceList *l, Str id, Str name)
{
	if (!is_variant(id))
		add_name(l, id, name);
}

/* A shipped row by the id of its model, whatever its time. */
static const PriceRow *shipped_row(const PriceList *l, Str id, PriceTier tier)
{
	const PriceRow *last = NULL;

	for (size_t i = 0; i < l->shipped->n; i++)
		if (l->shipped->row[i].tier == tier && str_is(id, l->shipped->row[i].model))
			last = &l->shipped->row[i];
	return last;
}

PriceList *price_list_new(Str region, const PriceTable *shipped)
{
	PriceList *l = xcalloc(1, sizeof *l);

	l->region = arena_str(&l->a, region);
	l->shipped = shipped;
	for (size_t i = 0; i < shipped->n; i++) {
		Str rest = str_of(shipped->row[i].name);

		while (rest.n)
			add_name(l, str_of(shipped->row[i].model), str_cut(rest, '|', &rest));
	}
	return l;
}

void price_list_free(PriceList *l)
{
	if (!l)
		return;
	free(l->named);
	free(l->cell);
	free(l->left);
	arena_done(&l->a);
	free(l);
}

/* --- products --- */

static void leave_out(PriceList *l, Str name, const char *why, size_t products)
{
	for (size_t i = 0; i < l->left_n; i++)
		if (str_eq(l->left[i].name, name) && l->left[i].why == why) {
			l->left[i].products += products;
			return;
		}
	VEC_GROW(l->left, l->left_cap, l->left_n + 1);
	l->left[l->left_n++] = (PriceLeft){ arena_str(&l->a, name), why, products };
}

static Cell *cell_of(PriceList *l, Str id, const Product *p)
{
	Cell *c;

	for (size_t i = 0; i < l->cell_n; i++)
		if (str_eq(l->cell[i].id, id) && l->cell[i].scope == p->scope && l->cell[i].tier == p->tier)
			return &l->cell[i];
	VEC_GROW(l->cell, l->cell_cap, l->cell_n + 1);
	c = &l->cell[l->cell_n++];
	*c = (Cell){ .id = id, .scope = p->scope, .tier = p->tier };
	for (int i = 0; i < PRICE_CLASSES; i++)
		c->price[0][i] = c->price[1][i] = -1;
	return c;
}

static void take(PriceList *l, Str id, const Product *p)
{
	Cell *c = cell_of(l, id, p);
	int64_t *price = &c->price[p->long_context][p->cls];

	c->differs |= *price >= 0 && *price != p->micro_usd;
	*price = p->micro_usd;
	c->from_ms = p->from_ms > c->from_ms ? p->from_ms : c->from_ms;
	c->products++;
}

int price_list_product(PriceList *l, Str json, Err *e)
{
	Arena a = { 0 };
	Product p;
	const Named *model;
	int rc = product_read(&a, json, &p, e);

	l->stats.products += rc == 0;
	if (rc == 0 && p.kind == PRODUCT_OTHER) {
		l->stats.other++;
	} else if (rc == 0 && p.kind == PRODUCT_ODD) {
		leave_out(l, p.name, p.why, 1);
	} else if (rc == 0) {
		model = find_name(l, plain(&a, p.name));
		if (!model && shipped_row(l, p.name, TIER_STANDARD))
			take(l, arena_str(&l->a, p.name), &p);
		else if (!model)
			leave_out(l, p.name, "no model is known by this name", 1);
		else if (model->twice)
			leave_out(l, p.name, "several models have this name", 1);
		else
			take(l, model->id, &p);
	}
	arena_done(&a);
	return rc;
}

/* --- rows --- */

/* Prefixes of the profiles of a Region's geography (Bedrock User Guide, "Supported Regions and models for inference profiles"). */
static const char *geography_of(Str region)
{
	static const struct { const char *begins, *prefix; } geographies[] = {
		{ "us-gov-", "us-gov." }, { "us-", "us." }, { "ca-", "us." }, { "eu-", "eu." }, { "ap-", "apac." },
	};

	for (size_t i = 0; i < sizeof geographies / sizeof *geographies; i++)
		if (str_starts(region, str_of(geographies[i].begins)))
			return geographies[i].prefix;
	return NULL;
}

/* The list often has no long-context prices where AWS charges them (docs/prices.md). Where its other prices are those of the shipped
 * table, times one factor, its long ones are taken times the same. */
static bool keep_long(const PriceList *l, const Cell *c, PriceRow *r)
{
	const PriceRow *s = shipped_row(l, c->id, c->tier);
	int64_t f = 0;

	if (!s || !s->long_above)
		return false;
	for (int i = 0; i < 2 && !f; i++)
		if (s->micro_usd[0] * (i ? s->geo_permille : 1000) == r->micro_usd[0] * 1000)
			f = i ? s->geo_permille : 1000;
	for (int i = 0; f && i < PRICE_CLASSES; i++) {
		if (r->micro_usd[i] >= 0 && s->micro_usd[i] >= 0 && s->micro_usd[i] * f != r->micro_usd[i] * 1000)
			return false;
		if (s->long_micro_usd[i] > 0 && s->long_micro_usd[i] * f % 1000)
			return false;
		r->long_micro_usd[i] = s->long_micro_usd[i] < 0 ? -1 : s->long_micro_usd[i] * f / 1000;
	}
	r->long_above = f ? s->long_above : 0;
	r->sure = f ? SURE_DOUBT : r->sure;
	return f != 0;
}

static bool has_long(const Cell *c)
{
	for (int i = 0; i < PRICE_CLASSES; i++)
		if (c->price[1][i] >= 0)
			return true;
	return false;
}

/* Whether the cell becomes a row. */
static bool make_row(PriceList *l, const Cell *c, Arena *a, PriceRow *r)
{
	const PriceRow *s = shipped_row(l, c->id, c->tier);
	const char *prefix = c->scope == PRODUCT_GLOBAL ? "global." : c->scope == PRODUCT_GEOGRAPHY ? geography_of(l->region) : "";

	*r = (PriceRow){ .tier = c->tier, .origin = PRICE_LIST, .from_ms = c->from_ms, .geo_permille = 1000, .sure = SURE_AWS };
	memcpy(r->micro_usd, c->price[0], sizeof r->micro_usd);
	/* What is free has no product: embeddings give no tokens back. */
	for (int i = 0; s && i < PRICE_CLASSES; i++)
		if (r->micro_usd[i] < 0 && s->micro_usd[i] == 0)
			r->micro_usd[i] = 0;
	if (c->differs)
		return leave_out(l, c->id, "two products have different prices for one class", c->products), false;
	if (!prefix)
		return leave_out(l, c->id, "nobody knows the profiles of this Region's geography", c->products), false;
	if (r->micro_usd[0] < 0)
		return leave_out(l, c->id, "it has no price for input tokens", c->products), false;
	if (has_long(c) && !(s && s->long_above))
		return leave_out(l, c->id, "it has long-context prices, and nobody says from which length on", c->products), false;
	if (has_long(c)) {
		r->long_above = s->long_above;
		memcpy(r->long_micro_usd, c->price[1], sizeof r->long_micro_usd);
		if (r->long_micro_usd[0] < 0)
			return leave_out(l, c->id, "its long-context prices have none for input tokens", c->products), false;
	} else if (keep_long(l, c, r)) {
		l->stats.long_kept++;
	}
	r->model = arena_cstr(a, arena_printf(a, "%s%.*s", prefix, STR_ARG(c->id)));
	return true;
}

static int by_place(const void *x, const void *y)
{
	const PriceRow *a = x, *b = y;
	int by_model = strcmp(a->model, b->model);

	if (by_model)
		return by_model;
	if (a->tier != b->tier)
		return a->tier < b->tier ? -1 : 1;
	return a->from_ms < b->from_ms ? -1 : a->from_ms > b->from_ms;
}

static bool same_price(const PriceRow *a, const PriceRow *b)
{
	return memcmp(a->micro_usd, b->micro_usd, sizeof a->micro_usd) == 0 && a->long_above == b->long_above &&
	       (!a->long_above || memcmp(a->long_micro_usd, b->long_micro_usd, sizeof a->long_micro_usd) == 0);
}

/* One row of the list before: joined with the new one where it says the same, ended by it where it says something else, dropped where
 * it never came into force. What the list has no more of stays: calls of its time were charged so. */
static void merge(PriceTable *out, size_t fresh, const PriceRow *old)
{
	for (size_t i = 0; i < fresh; i++) {
		PriceRow *r = &out->row[i];

		if (r->tier != old->tier || strcmp(r->model, old->model) != 0)
			continue;
		if (same_price(r, old) && (!old->until_ms || old->until_ms >= r->from_ms)) {
			r->from_ms = old->from_ms < r->from_ms ? old->from_ms : r->from_ms;
			return;
		}
		if (old->from_ms >= r->from_ms)
			return;
		out->row[out->n] = *old;
		if (!old->until_ms || old->until_ms > r->from_ms)
			out->row[out->n].until_ms = r->from_ms;
		out->n++;
		return;
	}
	out->row[out->n++] = *old;
}

void price_list_rows(PriceList *l, const PriceTable *before, const char *source, Arena *a, PriceTable *out)
{
	size_t fresh;

	*out = (PriceTable){ .row = ARENA_ARRAY(a, PriceRow, l->cell_n + before->n + 1) };
	for (size_t i = 0; i < l->cell_n; i++) {
		PriceRow *r = &out->row[out->n];

		if (!make_row(l, &l->cell[i], a, r))
			continue;
		r->source = source;
		l->stats.mapped += l->cell[i].products;
		out->n++;
	}
	fresh = out->n;
	/* The newest of the old ones first: it may take the new one's beginning back. */
	for (size_t i = before->n; i-- > 0;)
		merge(out, fresh, &before->row[i]);
	qsort(out->row, out->n, sizeof *out->row, by_place);
}

const PriceListStats *price_list_stats(PriceList *l)
{
	l->stats.left = l->left;
	l->stats.left_n = l->left_n;
	return &l->stats;
}

/* --- the file --- */

static void put_classes(Buf *out, const int64_t micro_usd[PRICE_CLASSES])
{
	char usd[MONEY_TEXT];

	for (int i = 0; i < PRICE_CLASSES; i++) {
		if (micro_usd[i] < 0)
			continue;
		money_exact(micro_usd[i] * NUSD_PER_MICROUSD, usd);
		(void)buf_printf(out, "%s%s: %s", i ? ", " : "", price_class_names[i], usd);
	}
}

static void put_day(Buf *out, const char *key, int64_t ms)
{
	char t[TIME_TEXT];

	time_format_iso(ms, t);
	if (ms)
		(void)buf_printf(out, ", %s: %.10s", key, t);
}

/* In double quotes: names of models and sources are plain, but they come from outside. */
static void put_quoted(Buf *out, const char *s)
{
	(void)buf_putc(out, '"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			(void)buf_putc(out, '\\');
		if ((unsigned char)*s >= 0x20 && *s != 0x7f)
			(void)buf_putc(out, *s);
	}
	(void)buf_putc(out, '"');
}

void price_list_write(const PriceTable *t, const char *head, const char *day, const char *source, Buf *out)
{
	(void)buf_printf(out, "# %s\nchecked: %s\nsource: ", head, day);
	put_quoted(out, source);
	(void)buf_puts(out, "\nprices:\n");
	for (size_t i = 0; i < t->n; i++) {
		const PriceRow *r = &t->row[i];

		(void)buf_puts(out, "  - {model: ");
		put_quoted(out, r->model);
		(void)buf_printf(out, ", tier: %s", price_tier_name(r->tier));
		put_day(out, "from", r->from_ms);
		put_day(out, "until", r->until_ms);
		(void)buf_puts(out, ", ");
		put_classes(out, r->micro_usd);
		if (r->long_above) {
			(void)buf_printf(out, ", above: %" PRId64 ", then: {", r->long_above);
			put_classes(out, r->long_micro_usd);
			(void)buf_putc(out, '}');
		}
		if (strcmp(r->source, source) != 0) {
			(void)buf_puts(out, ", source: ");
			put_quoted(out, r->source);
		}
		(void)buf_printf(out, ", sure: %s}\n", price_sure_names[r->sure]);
	}
	if (!t->n)
		(void)buf_puts(out, "  []\n");
}
