#include "unit.h"

#include "cli/report.h"
#include "corpus.h"
#include "wire/xml.h"

enum { COLUMNS = 3 };
static const ReportColumn columns[COLUMNS] = { { "key", "Key", false }, { "nanoUsd", "USD", true }, { "hidden", NULL, false } };

/* A report whose every place for text from outside holds this. */
static void fill(Report *r, Str hostile)
{
	static const int64_t v[3] = { 1000000000, 0, 2500000000 }, u[3] = { 500000000, REPORT_GAP, 1 };
	ReportSeries *s = ARENA_ARRAY(r->a, ReportSeries, 2);
	Part *name = ARENA_ARRAY(r->a, Part, 3);
	ReportMark *mark = ARENA_ARRAY(r->a, ReportMark, 1);
	ReportTable *t;

	r->title[r->titles++] = part_own("Report of ");
	r->title[r->titles++] = part_out(hostile);
	REPORT_PUT(r, BLOCK_ITEM, part_own("of "), part_out(hostile), part_own(", "), part_nusd(-1234567891));
	REPORT_PUT(r, BLOCK_STEP, part_out(hostile));
	report_heading(r, "Rows");
	t = report_table(r, columns, COLUMNS, true);
	for (int i = 0; i < 2; i++) {
		Part *row = report_row(r, t);

		row[0] = part_out(hostile);
		row[1] = part_nusd(i ? -5 : 12345678901);
		row[2] = part_out(hostile);
	}
	s[0] = (ReportSeries){ .name = part_out(hostile), .v = v };
	s[1] = (ReportSeries){ .name = part_own("usual"), .v = u };
	for (int i = 0; i < 3; i++)
		name[i] = part_out(hostile);
	mark[0] = (ReportMark){ 1500, part_out(hostile) };
	report_chart(r, &(ReportChart){ .title = "By name", .points = 3, .series = s, .n = 2, .name = name });
	report_chart(r, &(ReportChart){ .title = "Over time", .bars = true, .points = 3, .series = s, .n = 2, .from_ms = 1000, .until_ms = 4000,
	             .mark = mark, .marks = 1 });
}

typedef struct Written { Buf md, csv, svg; } Written;

static Written write_all(Str hostile)
{
	Arena a = { 0 };
	Report r = { .a = &a };
	Written w = { 0 };

	fill(&r, hostile);
	report_markdown(&r, &w.md);
	report_csv(&r, &w.csv);
	report_svg(&r, &w.svg);
	report_done(&r);
	arena_done(&a);
	return w;
}

static void done(Written *w)
{
	buf_done(&w->md);
	buf_done(&w->csv);
	buf_done(&w->svg);
}

/* No byte that a terminal takes for an order. */
static void check_tame(Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i], next = i + 1 < s.n ? (unsigned char)s.p[i + 1] : 0;

		assert_true(c >= 0x20 || c == '\n');
		assert_int_not_equal(c, 0x7f);
		assert_false(c == 0xC2 && next >= 0x80 && next < 0xA0);
	}
}

/* What is left of a line of Markdown when its code spans are taken out, as CommonMark finds them. */
static void without_spans(Str line, Buf *out)
{
	for (size_t i = 0; i < line.n;) {
		size_t run = 0, end;

		while (i + run < line.n && line.p[i + run] == '`')
			run++;
		if (!run) {
			(void)buf_putc(out, line.p[i++]);
			continue;
		}
		for (end = i + run; end < line.n;) {
			size_t close = 0;

			while (end + close < line.n && line.p[end + close] == '`')
				close++;
			if (close == run)
				break;
			end += close ? close : 1;
		}
		assert_true(end < line.n);                        /* every fence is closed */
		i = end + run;
	}
}

static size_t count(Str s, char c)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] == c;
	return n;
}

static void check_markdown(Str md)
{
	static const char *const left[] = { "# Report of ", "", "- of , -$1.234567891", "", "1. ", "", "## Rows", "", "| Key | USD |", "| --- | ---: |",
	                                    "|  | $12.345678901 |", "|  | -$0.000000005 |" };
	size_t n = 0;
	Str rest = md;

	while (rest.n) {
		Str line = str_cut(rest, '\n', &rest), bare;
		Buf b = { 0 };
		char *at;

		if (line.n && line.p[0] == '|')
			assert_int_equal(count(line, '|'), 3);
		without_spans(line, &b);
		/* Bars of the text stand as entities between its spans. */
		while ((at = strstr(buf_cstr(&b), "&#124;"))) {
			memmove(at, at + 6, strlen(at + 6) + 1);
			b.n -= 6;
		}
		bare = buf_str(&b);
		assert_true(n < sizeof left / sizeof *left);
		if (!str_is(bare, left[n]))
			assert_string_equal(buf_cstr(&b), left[n]);
		n++;
		buf_done(&b);
	}
	assert_int_equal(n, sizeof left / sizeof *left);
}

/* RFC 4180: cells of each row; a text cell never begins like a formula. */
static void check_csv(Str csv)
{
	size_t i = 0, rows = 0, cells = 0;

	while (i < csv.n) {
		bool quoted = csv.p[i] == '"';
		size_t begin = i += quoted;

		assert_true(cells % COLUMNS == 1 || i >= csv.n || !strchr("=+@\t\r", csv.p[i]) || csv.p[i] == ',');
		for (; i < csv.n && (quoted || !strchr(",\n", csv.p[i])); i++) {
			if (!quoted)
				assert_int_not_equal(csv.p[i], '"');
			else if (csv.p[i] == '"' && i + 1 < csv.n && csv.p[i + 1] == '"')
				i++;
			else if (csv.p[i] == '"')
				break;
		}
		i += quoted;
		(void)begin;
		cells++;
		assert_true(i < csv.n && strchr(",\n", csv.p[i]));
		if (csv.p[i++] != '\n')
			continue;
		assert_int_equal(cells % COLUMNS, 0);
		rows++;
	}
	assert_int_equal(rows, 3);
}

static void check_element(const XmlNode *n)
{
	static const char *const known[] = { "svg", "title", "rect", "text", "line", "polyline", "polygon", "circle" };
	bool ok = false;

	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		ok |= str_is(n->name, known[i]);
	assert_true(ok);
	for (const XmlNode *c = n->child; c; c = c->next)
		check_element(c);
}

static void check_svg(Str svg)
{
	Arena a = { 0 };
	XmlNode *root;
	Err e = { 0 };

	if (xml_parse(&a, svg, svg.n + 1, &root, &e) < 0)
		fail_msg("%s", e.text);
	check_element(root);
	assert_false(str_has(svg, STR("href")) && str_has(svg, STR("href=\"")));
	arena_done(&a);
}

/* An empty text is not known, and shown as such. */
static void check(Str hostile)
{
	Written w = write_all(hostile.n ? hostile : STR(" "));

	check_tame(buf_str(&w.md));
	check_tame(buf_str(&w.csv));
	check_tame(buf_str(&w.svg));
	check_markdown(buf_str(&w.md));
	check_csv(buf_str(&w.csv));
	check_svg(buf_str(&w.svg));
	done(&w);
}

static void what_is_made_of_tame_words(void **state)
{
	Written w = write_all(STR("acme"));

	(void)state;
	assert_string_equal(buf_cstr(&w.md),
	                    "# Report of `acme`\n\n- of `acme`, -$1.234567891\n\n1. `acme`\n\n## Rows\n\n| Key | USD |\n| --- | ---: |\n"
	                    "| `acme` | $12.345678901 |\n| `acme` | -$0.000000005 |\n");
	assert_string_equal(buf_cstr(&w.csv), "key,nanoUsd,hidden\nacme,12345678901,acme\nacme,-5,acme\n");
	assert_non_null(strstr(buf_cstr(&w.svg), ">acme</text>"));
	assert_non_null(strstr(buf_cstr(&w.svg), "<title>Report of acme</title>"));
	done(&w);
}

static void names_that_would_be_more_than_names(void **state)
{
	static const char *const bad[] = {
		"a|b", "|", "||||", "a\\|b", "\\", "a\\", "`", "``", "a`b``c", "` |`", "<script>alert(1)</script>", "</title></svg><script/>", "\"><image href=\"x",
		"![x](http://x/y)", "[a](javascript:b)", "@everyone", "http://example.com/", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "\r\n=1",
		"a,b", "say \"x\"", "a\nb", "\n\n# heading", "- item", "| x | y |\n| --- | --- |", "\x1b[2J\x1b]0;x\x07", "]]>", "&amp;&lt;", "&#124;", "'", "  ",
		"\xff\xfe", "\xef\xbf\xbe", "\xc2\x9b" "2J", "\xe2\x80\xae" "gpj.exe", "--- | ---", "$a$", "%s%n%x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		check(str_of(bad[i]));
	check((Str){ "a\0b", 3 });
}

static void check_row(const cJSON *row, Str bytes)
{
	check(bytes);
	check(str_of(row_text(row, "text")));
}

static void the_corpus_of_escapes(void **state)
{
	(void)state;
	SKIP_WITHOUT(SHARED_DIR "/corpora/terminal/escapes.jsonl");
	assert_true(corpus_each(SHARED_DIR "/corpora/terminal/escapes.jsonl", check_row) > 100);
}

static void the_corpus_of_injections(void **state)
{
	(void)state;
	SKIP_WITHOUT(SHARED_DIR "/corpora/injection/attacks.jsonl");
	assert_true(corpus_each(SHARED_DIR "/corpora/injection/attacks.jsonl", check_row) > 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_made_of_tame_words), cmocka_unit_test(names_that_would_be_more_than_names),
		cmocka_unit_test(the_corpus_of_escapes), cmocka_unit_test(the_corpus_of_injections),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
