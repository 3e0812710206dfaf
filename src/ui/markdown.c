#include "ui/markdown.h"

typedef struct Rows { Arena *a; MdRow *v; size_t n, cap; int w; } Rows;

static void put(Rows *r, MdRow row)
{
	if (r->n == r->cap) {
		MdRow *more = ARENA_ARRAY(r->a, MdRow, r->cap = r->cap ? r->cap * 2 : 32);

		if (r->n)
			memcpy(more, r->v, r->n * sizeof *more);
		r->v = more;
	}
	r->v[r->n++] = row;
}

/* Wrapped; later rows stand below the first one's text. */
static void put_wrapped(Rows *r, MdRow row)
{
	const char *from = row.text.p;
	const unsigned char *attr = row.attr;
	Clean rest = row.text, line;
	bool any = false;

	while (clean_wrap(&rest, r->w - row.indent > 8 ? r->w - row.indent : r->w, &line)) {
		row.text = line;
		row.attr = attr ? attr + (line.p - from) : NULL;
		put(r, row);
		any = true;
	}
	if (!any)
		put(r, row);
}

/* --- within a line --- */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

/* A run of marks that may begin (or end) emphasis here: it touches a word on that side, and "_" none on the other. */
static bool can_mark(Str s, size_t at, size_t n, bool opens)
{
	const char before = at ? s.p[at - 1] : ' ', behind = at + n < s.n ? s.p[at + n] : ' ';
	const char inner = opens ? behind : before, outer = opens ? before : behind;

	return inner != ' ' && inner != '\t' && (s.p[at] != '_' || !is_word(outer));
}

static size_t closing(Str s, size_t from, char c, size_t n)
{
	for (size_t i = from; i + n <= s.n; i++) {
		size_t run = 0;

		while (i + run < s.n && s.p[i + run] == c)
			run++;
		if (run == n && (c == '`' || can_mark(s, i, n, false)))
			return i;
		i += run > 1 ? run - 1 : 0;
	}
	return s.n;
}

typedef struct Inline { Buf text, attr; } Inline;

static void put_inline(Inline *o, Str s, unsigned attr);

static size_t put_marked(Inline *o, Str s, size_t i, unsigned attr)
{
	const char c = s.p[i];
	size_t n = 0, end;

	while (i + n < s.n && s.p[i + n] == c && n < 3)
		n++;
	end = c == '`' || can_mark(s, i, n, true) ? closing(s, i + n, c, n) : s.n;
	if (end == s.n)
		return 0;
	if (c == '`') {
		for (size_t k = i + n; k < end; k++) {
			(void)buf_putc(&o->text, s.p[k]);
			(void)buf_putc(&o->attr, (char)(attr | ATTR_BOLD));
		}
	} else {
		put_inline(o, str_sub(s, i + n, end - i - n), attr | (n == 1 ? ATTR_UNDERLINE : ATTR_BOLD));
	}
	return end + n - i;
}

static void put_inline(Inline *o, Str s, unsigned attr)
{
	for (size_t i = 0; i < s.n;) {
		const char c = s.p[i];
		size_t used = c == '*' || c == '_' || c == '`' ? put_marked(o, s, i, attr) : 0;

		if (used) {
			i += used;
			continue;
		}
		/* A backslash takes the meaning of a mark away. */
		if (c == '\\' && i + 1 < s.n && strchr("\\`*_{}[]()#+-.!|>", s.p[i + 1]))
			i++;
		(void)buf_putc(&o->text, s.p[i++]);
		(void)buf_putc(&o->attr, (char)attr);
	}
}

static void put_text(Rows *r, Str raw, MdRow row)
{
	Clean c = clean_text(r->a, raw, 0);
	Inline o = { 0 };

	put_inline(&o, (Str){ c.p, c.n }, 0);
	row.text = clean_text(r->a, buf_str(&o.text), 0);
	/* Cleaning what is clean changes nothing, so attributes still stand beside their bytes. */
	if (row.text.n == o.attr.n && row.text.n)
		row.attr = (const unsigned char *)arena_str(r->a, buf_str(&o.attr)).p;
	put_wrapped(r, row);
	buf_done(&o.text);
	buf_done(&o.attr);
}

/* --- lines --- */

static size_t blanks(Str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == ' ')
		n++;
	return n;
}

static bool is_fence(Str line)
{
	Str s = str_sub(line, blanks(line), line.n);

	return blanks(line) < 4 && (str_starts(s, STR("```")) || str_starts(s, STR("~~~")));
}

static size_t heading(Str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == '#')
		n++;
	return n && n < 7 && n < s.n && s.p[n] == ' ' ? n : 0;
}

/* "- ", "* ", "+ " or "12. ": its bytes; 0: none. */
static size_t bullet(Str s, bool *numbered)
{
	size_t n = 0;

	*numbered = false;
	if (s.n > 1 && strchr("-*+", s.p[0]) && s.p[1] == ' ')
		return 2;
	while (n < s.n && n < 9 && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	*numbered = n && n + 1 < s.n && (s.p[n] == '.' || s.p[n] == ')') && s.p[n + 1] == ' ';
	return *numbered ? n + 2 : 0;
}

static bool is_rule(Str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != ' ' && (s.p[i] != s.p[0] || !strchr("-*_", s.p[i])))
			return false;
		n += s.p[i] != ' ';
	}
	return n >= 3;
}

static void put_item(Rows *r, Str s, size_t in, size_t mark, bool numbered)
{
	const size_t at = r->n, indent = in + mark < (size_t)r->w / 2 ? in + mark : 2;

	put_text(r, str_sub(s, mark, s.n), (MdRow){ .role = ROLE_TEXT, .indent = (int)indent });
	/* The mark stands in the indentation of the first row: as a row of its own it would need one more. */
	if (at < r->n) {
		Clean m = numbered ? clean_text(r->a, str_sub(s, 0, mark - 1), 0) : clean_own("-");
		MdRow *row = &r->v[at];
		Str whole = arena_printf(r->a, "%.*s %.*s", (int)m.n, m.p, (int)row->text.n, row->text.p);
		unsigned char *attr = arena_alloc(r->a, whole.n + 1);

		if (row->attr)
			memcpy(attr + m.n + 1, row->attr, row->text.n);
		row->text = clean_text(r->a, whole, 0);
		row->attr = attr;
		row->indent -= m.columns + 1 < row->indent ? m.columns + 1 : row->indent;
	}
}

static void put_line(Rows *r, Str line)
{
	const size_t in = blanks(line);
	Str s = str_sub(line, in, line.n);
	size_t n;
	bool numbered;

	if (!s.n)
		put(r, (MdRow){ .text = clean_own(""), .role = ROLE_TEXT });
	else if (is_rule(s))
		put(r, (MdRow){ .text = clean_own("---"), .role = ROLE_DIM });
	else if ((n = heading(s)))
		put_text(r, str_trim(str_sub(s, n, s.n)), (MdRow){ .role = ROLE_TITLE });
	else if ((n = bullet(s, &numbered)))
		put_item(r, s, in < 8 ? in : 8, n, numbered);
	else if (s.p[0] == '>')
		put_text(r, str_trim(str_sub(s, 1, s.n)), (MdRow){ .role = ROLE_DIM, .indent = 2 });
	else
		put_text(r, s, (MdRow){ .role = ROLE_TEXT, .indent = (int)(in < 4 ? in : 4) });
}

MdRow *markdown_rows(Arena *a, Str text, int w, size_t *n)
{
	Rows r = { .a = a, .w = w > 1 ? w : 1 };
	bool code = false;

	while (text.n) {
		Str line = str_cut(text, '\n', &text);

		if (is_fence(line))
			code = !code;
		else if (code)
			put_wrapped(&r, (MdRow){ .text = clean_text(a, line, CLEAN_KEEP_NEWLINES), .role = ROLE_INFO, .indent = 2, .code = true });
		else
			put_line(&r, line);
	}
	*n = r.n;
	return r.v;
}

void markdown_draw(Box b, int x, int y, const MdRow *r)
{
	size_t at = 0, from = 0;
	int to = x + r->indent;
	Str cluster;

	if (!r->attr) {
		draw_text(b, to, y, r->role, r->text);
		return;
	}
	for (int wide; (wide = clean_next(r->text, &at, &cluster)) > 0 || cluster.n; from = at)
		to += draw_attr(b, to, y, r->role, r->attr[from], (Clean){ cluster.p, cluster.n, wide });
}

Str markdown_last_code(Str text)
{
	Str last = { "", 0 }, rest = text;
	const char *from = NULL;

	while (rest.n) {
		Str line = str_cut(rest, '\n', &rest);

		if (!is_fence(line))
			continue;
		if (from) {
			last = (Str){ from, (size_t)(line.p - from) };
			from = NULL;
		} else {
			from = rest.p;
		}
	}
	return last;
}
