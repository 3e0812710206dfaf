/* Why the day's estimate and the bill's tokens differ. Both are parted by model and token class. Of a part with B dollars for T tokens on
 * the bill, of which P are booked with a price here (L by our list) and U without one:
 *   unpriced  B x U / T        what such calls did cost
 *   prices    B x P / T - L    the same tokens at the bill's prices and at ours
 *   unseen    the rest of B    tokens that nobody told us of
 * so the three add up to B - L whatever is rounded. What is booked and not on the bill at all counts as unseen, negative. */
#include "app/reconcile_own.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "store/bills.h"
#include "store/books.h"

#define DAY_MS INT64_C(86400000)

/* A part whose prices differ by less than this: AWS rounds each hour's lines, and we each call. */
enum { ROUNDING_NUSD = 2000, PICO_A_NANO = 1000 };

typedef __int128 Pico;
typedef struct TokenPart { TokenFact f; Str names; Pico pico; bool reported; } TokenPart;       /* names: of our row; empty: only on the bill */
typedef struct Parting {
	TokenPart *v; size_t n, cap;
	const PriceTable *list;        /* without discounts */
	const PriceTable *names;
	Arena *a;
	int64_t list_nusd;             /* calls with a price, each rounded as a call */
	int64_t net_nusd;              /* the same as booked */
	int64_t reported_nusd, reported_list_nusd;      /* booked with a reported figure; by the list, where their tokens are known */
	int64_t unpriced_tokens;
} Parting;

static TokenPart *part_at(Parting *p, Str name, int cls)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->v[i].f.cls == cls && str_eq(p->v[i].f.name, name))
			return &p->v[i];
	VEC_GROW(p->v, p->cap, p->n + 1);
	p->v[p->n] = (TokenPart){ .f = { .name = arena_str(p->a, name), .cls = cls } };
	return &p->v[p->n++];
}

/* --- our side --- */

static int64_t class_of(const Tokens *t, int cls)
{
	const int64_t v[PRICE_CLASSES] = { t->input, t->output, t->cache_read, t->cache_write_5m, t->cache_write_1h };

	return v[cls];
}

/* The model as AWS calls it, when a row of the table says so; else its id. */
static Str name_of(const Parting *p, const PriceWork *w, Str model)
{
	Str id = price_base_model(w->row ? w->model : model);

	for (size_t i = 0; p->names && i < p->names->n; i++)
		if (p->names->row[i].name && str_is(id, p->names->row[i].model))
			return str_of(p->names->row[i].name);
	return id;
}

static int on_call(void *arg, const Bill *b, Err *e)
{
	Parting *p = arg;
	PriceCall c = { .model = b->model, .tier = b->tier, .at_ms = b->booked_ms, .tok = b->tokens };
	PriceWork w = { 0 };
	bool priced = b->has_tokens && price_work(p->list, &c, &w) == PRICE_OK;
	Str name;

	(void)e;
	if (b->source == COST_REPORTED) {
		p->reported_nusd += b->nusd;
		p->reported_list_nusd += priced ? w.nusd : 0;
	} else if (priced) {
		p->list_nusd += w.nusd;
		p->net_nusd += b->nusd;
	}
	if (!b->has_tokens)
		return 0;
	name = name_of(p, &w, b->model);
	for (int k = 0; k < PRICE_CLASSES; k++) {
		int64_t tokens = class_of(&b->tokens, k);
		TokenPart *t;

		if (tokens <= 0)
			continue;
		t = part_at(p, name, k);
		t->names = t->f.name;
		t->f.booked_tokens += tokens;
		if (priced)
			t->pico += (Pico)w.count[k] * w.micro_usd[k] * w.geo_permille / 1000;
		else
			t->f.unpriced_tokens += tokens;
	}
	return 0;
}

static int read_calls(Store *s, int64_t day, Parting *p, Err *e)
{
	BillFilter f = { .from_ms = day * DAY_MS, .until_ms = (day + 1) * DAY_MS };
	const PriceTable *own;
	PriceTable *list = ARENA_NEW(p->a, PriceTable);
	LedgerMode mode;

	if (store_books_prices(s, &own, &mode, e) < 0)
		return -1;
	if (own)
		*list = *own;
	list->discounts = 0;
	p->list = list;
	return store_each_bill(s, &f, on_call, p, e);
}

/* --- the bill's side --- */

/* The part of ours that the bill's name means; the exact name goes before one that it begins. */
static TokenPart *ours(Parting *p, size_t own, Str bill, int cls)
{
	TokenPart *best = NULL;
	int fits = 0;

	for (size_t i = 0; i < own; i++) {
		int f = p->v[i].f.cls == cls && p->v[i].names.n ? charge_names(bill, p->v[i].names) : 0;

		if (f > fits) {
			best = &p->v[i];
			fits = f;
		}
	}
	return best;
}

static void read_lines(const ChargeDay *d, Parting *p, Reconciled *r)
{
	size_t own = p->n;

	for (size_t i = 0; i < d->rows; i++) {
		const ChargeRow *row = &d->row[i];
		ChargeTokens t;
		TokenPart *part;

		if (row->part != CHARGE_USAGE || !charge_tokens(p->a, row->service, row->what, row->micro_units, &t))
			continue;
		part = ours(p, own, t.name, t.cls);
		part = part ? part : part_at(p, t.name, t.cls);
		part->f.billed_tokens += t.tokens;
		part->f.billed_nusd += row->nusd;
		r->billed_tokens += t.tokens;
	}
}

/* --- causes --- */

static void explain_part(TokenPart *t, Reconciled *r)
{
	TokenFact *f = &t->f;
	int64_t priced = f->booked_tokens - f->unpriced_tokens, at_theirs, prices;

	f->list_nusd = (int64_t)((t->pico + PICO_A_NANO / 2) / PICO_A_NANO);
	r->booked_tokens += f->booked_tokens;
	if (f->billed_tokens <= 0) {
		r->cause_nusd[CAUSE_UNSEEN] += f->billed_nusd - f->list_nusd;
		return;
	}
	at_theirs = mul_div(f->billed_nusd, priced, f->billed_tokens);
	prices = at_theirs - f->list_nusd;
	r->cause_nusd[llabs(prices) <= ROUNDING_NUSD ? CAUSE_ROUNDING : CAUSE_PRICES] += prices;
	r->cause_nusd[CAUSE_UNPRICED] += mul_div(f->billed_nusd, f->unpriced_tokens, f->billed_tokens);
	r->cause_nusd[CAUSE_UNSEEN] += f->billed_nusd - at_theirs - mul_div(f->billed_nusd, f->unpriced_tokens, f->billed_tokens);
}

static int dearest_first(const void *x, const void *y)
{
	const TokenFact *a = x, *b = y;
	int64_t p = a->billed_nusd > a->list_nusd ? a->billed_nusd : a->list_nusd, q = b->billed_nusd > b->list_nusd ? b->billed_nusd : b->list_nusd;
	int c = str_cmp(a->name, b->name);

	return p != q ? (p < q ? 1 : -1) : c ? c : a->cls - b->cls;
}

static void put_parts(Parting *p, Reconciled *r)
{
	int64_t whole = 0, explained = r->booked_nusd;

	r->token = ARENA_ARRAY(p->a, TokenFact, p->n + 1);
	for (size_t i = 0; i < p->n; i++) {
		explain_part(&p->v[i], r);
		whole += p->v[i].f.list_nusd;
		r->token[r->tokens++] = p->v[i].f;
	}
	if (r->tokens)
		qsort(r->token, r->tokens, sizeof *r->token, dearest_first);
	r->list_nusd = p->list_nusd + p->reported_nusd;
	r->cause_nusd[CAUSE_REPORTED] = p->reported_list_nusd - p->reported_nusd;
	r->cause_nusd[CAUSE_DISCOUNT] += p->list_nusd - p->net_nusd;
	/* Calls are rounded one by one, parts as a whole. */
	r->cause_nusd[CAUSE_ROUNDING] += whole - p->list_nusd - p->reported_list_nusd;
	for (int c = 0; c < CAUSES_OF_DRIFT; c++)
		explained += r->cause_nusd[c];
	r->cause_nusd[CAUSE_UNEXPLAINED] += r->bill_tokens_nusd - explained;
}

int reconcile_causes(Store *s, const PriceTable *names, const ChargeDay *d, Arena *a, Reconciled *r, Err *e)
{
	Parting p = { .a = a, .names = names };
	int rc = read_calls(s, d->day, &p, e);

	if (rc == 0) {
		read_lines(d, &p, r);
		put_parts(&p, r);
	}
	free(p.v);
	return rc;
}
