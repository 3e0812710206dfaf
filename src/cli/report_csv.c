/* CSV (RFC 4180, with line feeds): the main table, as `get -o csv` writes it. Money is nUSD, times are ISO 8601. */
#include "cli/emit.h"
#include "cli/report.h"

#include "wire/time8601.h"

static Str value(Arena *a, const Part *p)
{
	char text[TIME_TEXT];

	switch (p->kind) {
	case PART_NUSD: case PART_COUNT:
		return arena_printf(a, "%lld", (long long)p->v);
	case PART_PPM:
		return arena_printf(a, "%s%lld.%06lld", p->v < 0 ? "-" : "", (long long)(p->v < 0 ? -p->v : p->v) / 1000000,
		                    (long long)(p->v < 0 ? -p->v : p->v) % 1000000);
	case PART_TIME:
		time_format_iso(p->v, text);
		return arena_str(a, str_of(text));
	case PART_OWN: case PART_OUTSIDE:
		return p->text;
	case PART_NONE:
		break;
	}
	return STR("");
}

static void put_row(Buf *out, const ReportTable *t, const Part *cell, Arena *a)
{
	bool any = false;

	for (size_t k = 0; k < t->columns; k++) {
		const Part head = part_own(t->column[k].key), *p = cell ? &cell[k] : &head;

		if (!t->column[k].key)
			continue;
		if (any)
			(void)buf_putc(out, ',');
		any = true;
		csv_put(out, value(a, p), p->kind == PART_OWN || p->kind == PART_OUTSIDE, a);
	}
	(void)buf_putc(out, '\n');
}

void report_csv(const Report *r, Buf *out)
{
	Arena a = { 0 };

	for (size_t i = 0; i < r->n; i++) {
		const ReportTable *t = r->block[i].table;

		if (!t || !t->main)
			continue;
		put_row(out, t, NULL, &a);
		for (size_t k = 0; k < t->rows; k++) {
			put_row(out, t, &t->cell[k * t->columns], &a);
			arena_reset(&a);
		}
		break;
	}
	arena_done(&a);
}
