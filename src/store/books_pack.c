#include "store/books_own.h"

enum { FORM = 1 };

static void put(Buf *b, int64_t v)
{
	(void)buf_put(b, &v, sizeof v);
}

static int64_t take(Str *from, bool *ok)
{
	int64_t v = 0;

	*ok = *ok && from->n >= sizeof v;
	if (!*ok)
		return 0;
	memcpy(&v, from->p, sizeof v);
	*from = str_sub(*from, sizeof v, from->n);
	return v;
}

static void put_row(Buf *b, const PriceRow *r)
{
	put(b, (int64_t)strlen(r->model));
	(void)buf_puts(b, r->model);
	put(b, r->tier);
	put(b, r->origin);
	put(b, r->from_ms);
	put(b, r->until_ms);
	put(b, r->long_above);
	put(b, r->geo_permille);
	for (int i = 0; i < PRICE_CLASSES; i++) {
		put(b, r->micro_usd[i]);
		put(b, r->long_above ? r->long_micro_usd[i] : 0);
	}
}

static void take_row(Arena *a, Str *from, PriceRow *r, bool *ok)
{
	int64_t n = take(from, ok);

	*ok = *ok && n >= 0 && (size_t)n <= from->n;
	if (!*ok)
		return;
	*r = (PriceRow){ .model = arena_cstr(a, str_sub(*from, 0, (size_t)n)), .source = "", .sure = SURE_OWN };
	*from = str_sub(*from, (size_t)n, from->n);
	r->tier = (PriceTier)take(from, ok);
	r->origin = (PriceOrigin)take(from, ok);
	r->from_ms = take(from, ok);
	r->until_ms = take(from, ok);
	r->long_above = take(from, ok);
	r->geo_permille = (int32_t)take(from, ok);
	for (int i = 0; i < PRICE_CLASSES; i++) {
		r->micro_usd[i] = take(from, ok);
		r->long_micro_usd[i] = take(from, ok);
	}
}

/* The file never leaves the machine that wrote it, so numbers stand in its own byte order. */
void books_pack(Buf *b, const PriceTable *t)
{
	put(b, FORM);
	put(b, (int64_t)t->discounts);
	for (size_t i = 0; i < t->discounts; i++) {
		put(b, t->discount[i].from_ms);
		put(b, t->discount[i].milli_percent);
	}
	put(b, (int64_t)t->n);
	for (size_t i = 0; i < t->n; i++)
		put_row(b, &t->row[i]);
}

int books_unpack(Arena *a, Str blob, PriceTable *t, Err *e)
{
	bool ok = true;
	PriceDiscount *d;
	int64_t n;

	*t = (PriceTable){ 0 };
	if (take(&blob, &ok) != FORM)
		return err_set(e, "its prices were kept by another version of seismo");
	n = take(&blob, &ok);
	ok = ok && n >= 0 && (size_t)n <= blob.n / sizeof n;
	d = ARENA_ARRAY(a, PriceDiscount, ok ? (size_t)n + 1 : 1);
	for (int64_t i = 0; ok && i < n; i++) {
		d[i].from_ms = take(&blob, &ok);
		d[i].milli_percent = (int32_t)take(&blob, &ok);
	}
	t->discount = d;
	t->discounts = ok ? (size_t)n : 0;
	n = take(&blob, &ok);
	ok = ok && n >= 0 && (size_t)n <= blob.n / sizeof n;
	t->row = ARENA_ARRAY(a, PriceRow, ok ? (size_t)n + 1 : 1);
	for (int64_t i = 0; ok && i < n; i++)
		take_row(a, &blob, &t->row[i], &ok);
	if (!ok)
		return err_set(e, "its prices cannot be read");
	t->n = (size_t)n;
	price_index(t, a);
	return 0;
}

uint64_t books_hash(const PriceTable *prices, LedgerMode mode)
{
	Buf b = { 0 };
	uint64_t h;

	books_pack(&b, prices);
	put(&b, mode);
	h = str_hash(buf_str(&b));
	buf_done(&b);
	return h;
}
