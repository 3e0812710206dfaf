/* Markdown for pull requests, tickets and post-mortems (GitHub Flavored Markdown Spec, 0.29). Text from outside stands in code spans:
 * there nothing is a link, a mention, an image or HTML. A bar would end a cell also in there, so it stands between two spans. */
#include "cli/report.h"

#include <stdio.h>

#include "ui/clean.h"

enum { TEXT_COLUMNS = 200 };

/* A fence longer than any run of backticks inside; blanks where the text begins or ends with one. */
static void code_span(Buf *out, Str s)
{
	size_t run = 0, most = 0;
	bool pad;

	if (!s.n)
		return;
	for (size_t i = 0; i < s.n; i++) {
		run = s.p[i] == '`' ? run + 1 : 0;
		most = run > most ? run : most;
	}
	pad = s.p[0] == '`' || s.p[s.n - 1] == '`' || (s.p[0] == ' ' && s.p[s.n - 1] == ' ');
	for (size_t i = 0; i <= most; i++)
		(void)buf_putc(out, '`');
	(void)buf_printf(out, "%s%.*s%s", pad ? " " : "", STR_ARG(s), pad ? " " : "");
	for (size_t i = 0; i <= most; i++)
		(void)buf_putc(out, '`');
}

static void put_outside(Buf *out, Str raw, Arena *a)
{
	Clean c = clean_cut(a, clean_capped(a, raw, 4 * TEXT_COLUMNS), TEXT_COLUMNS);
	Str rest = { c.p, c.n };

	while (rest.n) {
		Str after, span = str_cut(rest, '|', &after);

		code_span(out, span);
		if (span.n < rest.n)
			(void)buf_puts(out, "&#124;");
		rest = after;
	}
}

static void put_part(Buf *out, const Part *p, Arena *a)
{
	if (p->kind == PART_OUTSIDE)
		put_outside(out, p->text, a);
	else
		(void)buf_put_str(out, part_words(a, p));
}

static void put_parts(Buf *out, const char *before, const Part *p, size_t n, Arena *a)
{
	(void)buf_puts(out, before);
	for (size_t i = 0; i < n; i++)
		put_part(out, &p[i], a);
	(void)buf_putc(out, '\n');
}

static void put_table(Buf *out, const ReportTable *t, Arena *a)
{
	(void)buf_puts(out, "|");
	for (size_t k = 0; k < t->columns; k++)
		if (t->column[k].title)
			(void)buf_printf(out, " %s |", t->column[k].title);
	(void)buf_puts(out, "\n|");
	for (size_t k = 0; k < t->columns; k++)
		if (t->column[k].title)
			(void)buf_puts(out, t->column[k].right ? " ---: |" : " --- |");
	(void)buf_putc(out, '\n');
	for (size_t i = 0; i < t->rows; i++) {
		(void)buf_puts(out, "|");
		for (size_t k = 0; k < t->columns; k++) {
			if (!t->column[k].title)
				continue;
			(void)buf_putc(out, ' ');
			put_part(out, &t->cell[i * t->columns + k], a);
			(void)buf_puts(out, " |");
		}
		(void)buf_putc(out, '\n');
	}
}

static bool for_people(const ReportTable *t)
{
	for (size_t k = 0; k < t->columns; k++)
		if (t->column[k].title)
			return true;
	return false;
}

/* A blank line where another kind of block begins: else a list would go on, or a table would be text. */
static void put_block(Buf *out, const ReportBlock *b, BlockKind before, size_t *step, Arena *a)
{
	char number[24];

	if (b->kind != before || b->kind == BLOCK_TEXT || b->kind == BLOCK_TABLE)
		(void)buf_putc(out, '\n');
	*step = b->kind == BLOCK_STEP ? *step + 1 : 0;
	switch (b->kind) {
	case BLOCK_HEADING: put_parts(out, "## ", b->part, b->parts, a); break;
	case BLOCK_TEXT:    put_parts(out, "", b->part, b->parts, a); break;
	case BLOCK_ITEM:    put_parts(out, "- ", b->part, b->parts, a); break;
	case BLOCK_TABLE:   put_table(out, b->table, a); break;
	case BLOCK_STEP:
		(void)snprintf(number, sizeof number, "%zu. ", *step);
		put_parts(out, number, b->part, b->parts, a);
		break;
	case BLOCK_CHART: break;
	}
}

void report_markdown(const Report *r, Buf *out)
{
	BlockKind before = BLOCK_HEADING;
	Arena a = { 0 };
	size_t step = 0;

	put_parts(out, "# ", r->title, r->titles, &a);
	for (size_t i = 0; i < r->n; i++) {
		const ReportBlock *b = &r->block[i];

		if (b->kind == BLOCK_CHART || (b->table && !for_people(b->table)))
			continue;
		put_block(out, b, before, &step, &a);
		before = b->kind;
		arena_reset(&a);
	}
	arena_done(&a);
}
