/* Any bytes as a sheet of cells (the first byte says how many numbers a key has, the second where the keys to change begin): what is
 * taken means just what it says, so its cells put again are the same bytes; changing nothing changes nothing; and after a change each
 * cell is there once, in order, with what was asked for. Bodies are read as sums and as log lines too: these written are the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "store/line_pack.h"
#include "store/sheet.h"
#include "store/sums.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { KEYS = 64 };
typedef struct Change { SheetKey key[KEYS]; size_t n; int numbers; } Change;

static void need(bool holds)
{
	if (!holds)
		abort();
}

/* Every third cell goes, the others become one byte longer. */
static int change(void *arg, size_t i, Str old, Buf *out, Err *e)
{
	(void)arg;
	(void)e;
	return i % 3 == 0 ? 0 : buf_put_str(out, old) < 0 || buf_putc(out, 'x') < 0 ? -1 : 0;
}

static void as_sums(Str body)
{
	unsigned char room[SUMS_CELL_MAX], out[SUMS_CELL_MAX];
	Sums s, money;

	if (body.n > SUMS_CELL_MAX - SUMS_BEHIND)
		return;
	memset(room, 0xa5, sizeof room);
	memcpy(room, body.p, body.n);
	if (sums_read((Str){ (const char *)room, body.n }, &s) < 0)
		return;
	need(str_eq((Str){ (const char *)out, sums_write(&s, out) }, body));
	need(sums_read_money((Str){ (const char *)room, body.n }, &money) == 0 && money.nusd == s.nusd && money.jobs == s.jobs);
}

static void as_line(Str body)
{
	int64_t moved_ms, name[LINE_NAMES];
	LogLine line = { 0 };
	Buf out = { 0 };
	LineCell c;

	if (!line_cell_take(body, &c))
		return;
	line_cell_put(&out, &c);
	need(str_eq(buf_str(&out), body));
	(void)line_unpack(c.rest, &line, &moved_ms, name);
	buf_done(&out);
}

static bool again(Str sheet, int numbers, Buf *out)
{
	SheetReader r = sheet_reader(sheet, numbers);
	Str found;
	int rc;

	while ((rc = sheet_next(&r)) > 0) {
		need(sheet_put(out, &r.cell.key, numbers, r.cell.body) == 0);
		as_sums(r.cell.body);
		as_line(r.cell.body);
		need(sheet_find(sheet, numbers, &r.cell.key, &found) == 1 && found.p == r.cell.body.p && found.n == r.cell.body.n);
	}
	return rc == 0;
}

/* Keys of the sheet's own, some of them one further. */
static void make_keys(Str sheet, Str picks, Change *c)
{
	SheetReader r = sheet_reader(sheet, c->numbers);

	for (size_t i = 0; i < picks.n && c->n < KEYS && sheet_next(&r) > 0; i++) {
		SheetKey k = r.cell.key;

		if (picks.p[i] & 1)
			continue;
		if (picks.p[i] & 2 && k.n[c->numbers - 1] < INT64_MAX)
			k.n[c->numbers - 1]++;
		if (!c->n || sheet_compare(&c->key[c->n - 1], &k, c->numbers) < 0)
			c->key[c->n++] = k;
	}
}

static void check_changed(Str old, Str now, const Change *c)
{
	SheetReader a = sheet_reader(old, c->numbers), b = sheet_reader(now, c->numbers);
	bool in_a = sheet_next(&a) > 0, in_b = sheet_next(&b) > 0;
	size_t i = 0;

	while (in_a || i < c->n) {
		int order = !in_a ? 1 : i == c->n ? -1 : sheet_compare(&a.cell.key, &c->key[i], c->numbers);
		const SheetKey *key = order <= 0 ? &a.cell.key : &c->key[i];
		Str body = order <= 0 ? a.cell.body : STR("");
		const bool changed = order >= 0, goes = changed && i % 3 == 0;
		Str found;

		need((sheet_find(now, c->numbers, key, &found) == 1) == !goes);
		if (!goes) {
			need(in_b && sheet_compare(&b.cell.key, key, c->numbers) == 0 && b.cell.body.n == body.n + changed);
			need(str_eq(str_sub(b.cell.body, 0, body.n), body));
			in_b = sheet_next(&b) > 0;
		}
		i += changed;
		if (order <= 0)
			in_a = sheet_next(&a) > 0;
	}
	need(!in_b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Str all = { (const char *)data, size };
	size_t cut = size > 1 ? data[1] : 0;
	Str picks = str_sub(all, 2, cut), sheet = str_sub(all, 2 + cut, size);
	Change c = { .numbers = 1 + (size ? data[0] % SHEET_NUMBERS : 0) };
	Buf same = { 0 }, out = { 0 }, body = { 0 };
	const SheetChange nothing = { .add = change, .body = &body };
	Err e = { 0 };
	const bool good = again(sheet, c.numbers, &same);

	need(!good || str_eq(buf_str(&same), sheet));
	need((sheet_merge(sheet, c.numbers, &nothing, &out, &e) == 0) == good && (good || e.text[0]));
	need(!good || str_eq(buf_str(&out), sheet));
	make_keys(sheet, picks, &c);
	buf_reset(&out);
	need((sheet_merge(sheet, c.numbers, &(SheetChange){ .key = c.key, .n = c.n, .add = change, .arg = &c, .body = &body }, &out, &e) == 0) == good);
	if (good)
		check_changed(sheet, buf_str(&out), &c);
	buf_done(&same);
	buf_done(&out);
	buf_done(&body);
	return 0;
}
