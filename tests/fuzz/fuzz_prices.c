/* Documents of the Price List of any bytes, one a line, and the store's prices. Oracle: the table that is made of the products can be
 * written and read again, and is the same then; prices that can be read price a call alike when they are written and read again. */
#include <stdlib.h>
#include <string.h>

#include "app/price_list.h"
#include "conf/prices.h"
#include "store/books_own.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void read_again(Arena *a, const PriceTable *t)
{
	PricesFile f = { .name = "list", .origin = PRICE_LIST, .sure = SURE_AWS };
	PriceTable back;
	Buf text = { 0 };
	Err e = { 0 };

	price_list_write(t, "fuzz", "2026-11-28", "list", &text);
	f.text = buf_str(&text);
	need(prices_parse(a, &f, &back, &e) == 0 && back.n == t->n);
	for (size_t i = 0; i < t->n; i++) {
		need(strcmp(t->row[i].model, back.row[i].model) == 0 && t->row[i].tier == back.row[i].tier);
		need(memcmp(t->row[i].micro_usd, back.row[i].micro_usd, sizeof t->row[i].micro_usd) == 0);
		need(t->row[i].from_ms == back.row[i].from_ms);
	}
	buf_done(&text);
}

static void list(Str text)
{
	static Arena kept;
	static PriceTable shipped;
	Arena a = { 0 };
	PriceTable rows, none = { 0 };
	PriceList *l;
	Err e = { 0 };

	need(shipped.n || prices_builtin(&kept, &shipped, &e) == 0);
	l = price_list_new(STR("eu-west-1"), &shipped);
	while (text.n)
		(void)price_list_product(l, str_cut(text, '\n', &text), &e);
	price_list_rows(l, &none, "list", &a, &rows);
	need(price_list_stats(l)->mapped + price_list_stats(l)->other <= price_list_stats(l)->products);
	read_again(&a, &rows);
	price_list_free(l);
	arena_done(&a);
}

static void books(Str blob)
{
	const PriceCall c = { STR("us.fix.large"), STR(""), INT64_C(1790000000000), { 9999, 1, 0, 0, 3 } };
	PriceTable t, back;
	Arena a = { 0 };
	Buf b = { 0 };
	Err e = { 0 };
	int64_t x, y;

	if (books_unpack(&a, blob, &t, &e) == 0) {
		books_pack(&b, &t);
		need(books_unpack(&a, buf_str(&b), &back, &e) == 0);
		need(price_amount(&t, &c, &x) == price_amount(&back, &c, &y) && x == y);
		need(books_hash(&t, LEDGER_COMPUTED) == books_hash(&back, LEDGER_COMPUTED));
	}
	buf_done(&b);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	(data[0] & 1 ? books : list)((Str){ (const char *)data + 1, size - 1 });
	return 0;
}
