#include "cli/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/num.h"
#include "base/xalloc.h"
#include "model/money.h"
#include "wire/time8601.h"

void report_done(Report *r)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->block[i].table)
			free(r->block[i].table->cell);
	free(r->block);
}

static ReportBlock *add(Report *r, BlockKind kind)
{
	VEC_GROW(r->block, r->cap, r->n + 1);
	r->block[r->n] = (ReportBlock){ .kind = kind };
	return &r->block[r->n++];
}

void report_put(Report *r, BlockKind kind, const Part *part, size_t n)
{
	ReportBlock *b = add(r, kind);

	b->part = ARENA_ARRAY(r->a, Part, n);
	b->parts = n;
	memcpy(b->part, part, n * sizeof *part);
}

void report_heading(Report *r, const char *own)
{
	REPORT_PUT(r, BLOCK_HEADING, part_own(own));
}

ReportTable *report_table(Report *r, const ReportColumn *column, size_t columns, bool main)
{
	ReportTable *t = ARENA_NEW(r->a, ReportTable);

	*t = (ReportTable){ .column = column, .columns = columns, .main = main };
	add(r, BLOCK_TABLE)->table = t;
	return t;
}

Part *report_row(Report *r, ReportTable *t)
{
	(void)r;
	VEC_GROW(t->cell, t->cap, (t->rows + 1) * t->columns);
	memset(&t->cell[t->rows * t->columns], 0, t->columns * sizeof *t->cell);
	return &t->cell[t->rows++ * t->columns];
}

void report_chart(Report *r, const ReportChart *c)
{
	ReportChart *own = ARENA_NEW(r->a, ReportChart);

	*own = *c;
	add(r, BLOCK_CHART)->chart = own;
}

Str part_words(Arena *a, const Part *p)
{
	char text[MONEY_TEXT], time[TIME_TEXT];
	int64_t ppm = p->v < 0 ? -p->v : p->v;

	switch (p->kind) {
	case PART_NUSD:
		money_exact(p->v, text);
		return text[0] == '-' ? arena_printf(a, "-$%s", text + 1) : arena_printf(a, "$%s", text);
	case PART_COUNT:
		return arena_printf(a, "%lld", (long long)p->v);
	case PART_PPM:
		return arena_printf(a, "%s%lld.%lld %%", p->v < 0 ? "-" : "", (long long)((ppm + 500) / 10000), (long long)((ppm + 500) / 1000 % 10));
	case PART_TIME:
		time_format_iso(p->v, time);
		return arena_printf(a, "%.10s %.8sZ", time, time + 11);
	case PART_OWN: case PART_OUTSIDE:
		return p->text;
	case PART_NONE:
		break;
	}
	return STR("-");
}
