#include "ui/markdown.h"

enum { MARKS_MOST = 3 /* of one kind side by side */, FENCE_INDENT = 8 /* those in a list stand below its text */,
       LEAST_TEXT = 8 /* cells that an indentation leaves */ };

void md_put(MdRows *r, MdRow row)
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
static void put_wrapped(MdRows *r, MdRow row)
{
	const char *from = row.text.p;
	const unsigned char *attr = row.attr;
	Clean rest = row.text, line;
	bool any = false;

	if (r->w - row.indent <= LEAST_TEXT)
		row.indent = 0;
	while (clean_wrap(&rest, r->w - row.indent, &line)) {
		if (any && !row.code && line.n && line.p[0] == ' ')      /* the blank at which the row before it ended */
			line = (Clean){ line.p + 1, line.n - 1, line.columns - 1 };
		row.text = line;
		row.attr = attr ? attr + (line.p - from) : NULL;
		md_put(r, row);
		any = true;
	}
	if (!any)
		md_put(r, row);
}

/* --- within a line --- */

static bool is_word(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static size_t run_of(Str s, size_t at)
{
	size_t n = 1;

	while (at + n < s.n && s.p[at + n] == s.p[at])
		n++;
	return n;
}

/* A run of marks that may begin (or end) emphasis here: it touches a word on that side, and "_" none on the other. */
static bool can_mark(Str s, size_t at, size_t n, bool opens)
{
	const char before = at ? s.p[at - 1] : ' ', behind = at + n < s.n ? s.p[at + n] : ' ';
	const char inner = opens ? behind : before, outer = opens ? before : behind;

	return inner != ' ' && inner != '\t' && (s.p[at] != '_' || !is_word(outer));
}

/* Where the next run of exactly n of c begins that may end what was begun; s.n: nowhere. Behind a backslash a mark is none, but in code. */
static size_t closing(Str s, size_t from, char c, size_t n)
{
	for (size_t i = from; i + n <= s.n;) {
		const size_t run = s.p[i] == c ? run_of(s, i) : 1;

		if (s.p[i] == '\\' && c != '`')
			i += 2;
		else if (s.p[i] == c && run == n && (c == '`' || can_mark(s, i, n, false)))
			return i;
		else
			i += run;
	}
	return s.n;
}

/* Texts and attributes of a line so far. none: a run that closes this many of this mark was looked for, and there is none up to the end of
 * what is read; so each kind is looked for in vain once, and a line takes time in its length whatever it holds. */
typedef struct Inline { Buf text, attr; } Inline;
typedef struct Vain { bool none[3][MARKS_MOST + 1]; } Vain;

static void put_inline(Inline *o, Str s, unsigned attr);

static void put_plain(Inline *o, Str s, unsigned attr)
{
	char same[64];

	memset(same, (int)attr, sizeof same);
	for (size_t i = 0; i < s.n; i += sizeof same)
		(void)buf_put(&o->attr, same, s.n - i < sizeof same ? s.n - i : sizeof same);
	(void)buf_put_str(&o->text, s);
}

/* A run of marks at i, and what it marks. Returns the bytes that it took: the run alone when it marks nothing. */
static size_t put_marked(Inline *o, Str s, size_t i, unsigned attr, Vain *vain)
{
	const char c = s.p[i];
	const size_t n = run_of(s, i);
	size_t end = s.n;

	if (n <= MARKS_MOST && (c == '`' || can_mark(s, i, n, true))) {
		bool *none = &vain->none[c == '`' ? 0 : c == '*' ? 1 : 2][n];

		if (!*none)
			end = closing(s, i + n, c, n);
		*none = end == s.n;
	}
	if (end == s.n) {
		put_plain(o, str_sub(s, i, n), attr);
		return n;
	}
	if (c == '`')
		put_plain(o, str_sub(s, i + n, end - i - n), attr | ATTR_BOLD);
	else
		put_inline(o, str_sub(s, i + n, end - i - n), attr | (n == 1 ? ATTR_UNDERLINE : ATTR_BOLD));
	return end + n - i;
}

static bool is_one_of(char c, const char *set)
{
	while (*set && *set != c)
		set++;
	return *set != 0;
}

static void put_inline(Inline *o, Str s, unsigned attr)
{
	Vain vain = { 0 };

	for (size_t i = 0, plain; i < s.n; i += plain) {
		plain = 0;
		if (is_one_of(s.p[i], "*_`")) {
			i += put_marked(o, s, i, attr, &vain);
			continue;
		}
		/* A backslash takes the meaning of a mark away. */
		if (s.p[i] == '\\' && i + 1 < s.n && is_one_of(s.p[i + 1], "\\`*_{}[]()#+-.!|>"))
			i++;
		for (plain = 1; i + plain < s.n && !is_one_of(s.p[i + plain], "*_`\\");)
			plain++;
		put_plain(o, str_sub(s, i, plain), attr);
	}
}

static void put_text(MdRows *r, Str raw, MdRow row)
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

/* Without its end, which is "\r\n" from some models. */
static Str next_line(Str *text)
{
	Str line = str_cut(*text, '\n', text);

	line.n -= line.n && line.p[line.n - 1] == '\r';
	return line;
}

/* Whether the line begins a code block, or ends the one that is open: at least as many of its own marks, and nothing else. */
static bool is_fence(Str line, MdFence *open)
{
	const Str s = str_sub(line, blanks(line), line.n);
	const size_t n = s.n ? run_of(s, 0) : 0;
	const Str rest = str_sub(s, n, s.n);

	if (n < 3 || blanks(line) >= FENCE_INDENT || !is_one_of(s.p[0], "`~"))
		return false;
	if (open->n) {
		if (s.p[0] != open->c || n < open->n || str_trim(rest).n)
			return false;
		*open = (MdFence){ .n = 0 };
		return true;
	}
	if (s.p[0] == '`' && str_has(rest, STR("`")))      /* code within a line */
		return false;
	*open = (MdFence){ s.p[0], n };
	return true;
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
	if (s.n > 1 && is_one_of(s.p[0], "-*+") && s.p[1] == ' ')
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
		if (s.p[i] != ' ' && (s.p[i] != s.p[0] || !is_one_of(s.p[i], "-*_")))
			return false;
		n += s.p[i] != ' ';
	}
	return n >= 3;
}

static void put_item(MdRows *r, Str s, size_t in, size_t mark, bool numbered)
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

static void put_line(MdRows *r, Str line)
{
	const size_t in = blanks(line);
	Str s = str_sub(line, in, line.n);
	size_t n;
	bool numbered;

	if (!s.n)
		md_put(r, (MdRow){ .text = clean_own(""), .role = ROLE_TEXT });
	else if (is_rule(s))
		md_put(r, (MdRow){ .text = clean_own("---"), .role = ROLE_DIM });
	else if ((n = heading(s)))
		put_text(r, str_trim(str_sub(s, n, s.n)), (MdRow){ .role = ROLE_TITLE });
	else if ((n = bullet(s, &numbered)))
		put_item(r, s, in < 8 ? in : 8, n, numbered);
	else if (s.p[0] == '>')
		put_text(r, str_trim(str_sub(s, 1, s.n)), (MdRow){ .role = ROLE_DIM, .indent = 2 });
	else
		put_text(r, s, (MdRow){ .role = ROLE_TEXT, .indent = (int)(in < 4 ? in : 4) });
}

static void put_any(MdRows *r, Str line, MdFence *open)
{
	if (is_fence(line, open))
		return;
	if (open->n)
		put_wrapped(r, (MdRow){ .text = clean_text(r->a, line, CLEAN_KEEP_NEWLINES), .role = ROLE_INFO, .indent = 2, .code = true });
	else
		put_line(r, line);
}

void markdown_lines(MdRows *out, Str text, MdPlace *place)
{
	Str rest = str_sub(text, place->at, text.n);

	while (memchr(rest.p, '\n', rest.n))
		put_any(out, next_line(&rest), &place->open);
	place->at = text.n - rest.n;
}

void markdown_rest(MdRows *out, Str text, const MdPlace *place)
{
	MdFence open = place->open;
	Str rest = str_sub(text, place->at, text.n);

	while (rest.n)
		put_any(out, next_line(&rest), &open);
}

MdRow *markdown_rows(Arena *a, Str text, int w, size_t *n)
{
	MdRows r = { .a = a, .w = w > 1 ? w : 1 };

	markdown_rest(&r, text, &(MdPlace){ .at = 0 });
	*n = r.n;
	return r.v;
}

int markdown_draw(Box b, int x, int y, const MdRow *r)
{
	size_t at = 0, from = 0;
	int to = x + r->indent;
	Str cluster;

	if (!r->attr)
		return to + draw_text(b, to, y, r->role, r->text);
	for (int wide; (wide = clean_next(r->text, &at, &cluster)) > 0 || cluster.n; from = at)
		to += draw_attr(b, to, y, r->role, r->attr[from], (Clean){ cluster.p, cluster.n, wide });
	return to;
}

static void take_block(Str block, size_t n, size_t *blocks, Str *found)
{
	++*blocks;
	if (!n || *blocks == n)
		*found = block;
}

Str markdown_code(Str text, size_t n, size_t *blocks)
{
	Str found = { "", 0 }, rest = text;
	MdFence open = { .n = 0 };
	const char *from = NULL;

	*blocks = 0;
	while (rest.n) {
		const char *const at = rest.p;

		if (!is_fence(next_line(&rest), &open))
			continue;
		if (open.n)
			from = rest.n ? rest.p : NULL;
		else if (from)
			take_block((Str){ from, (size_t)(at - from) }, n, blocks, &found);
	}
	/* An answer that was cut off ends within it. */
	if (open.n && from)
		take_block((Str){ from, (size_t)(text.p + text.n - from) }, n, blocks, &found);
	return found;
}
