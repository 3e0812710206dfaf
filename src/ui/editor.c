#include "ui/editor.h"

void editor_done(Editor *e)
{
	buf_done(&e->text);
	e->at = 0;
}

void editor_set(Editor *e, Str text)
{
	Buf own = { 0 };

	(void)buf_put_str(&own, text);
	buf_done(&e->text);
	e->text = own;
	e->at = own.n;
}

/* --- changing it --- */

static bool is_inside(const Editor *e, size_t at)
{
	return at < e->text.n && ((unsigned char)e->text.p[at] & 0xc0) == 0x80;
}

static size_t before(const Editor *e, size_t at)
{
	if (at)
		at--;
	while (at && is_inside(e, at))
		at--;
	return at;
}

static size_t behind(const Editor *e, size_t at)
{
	if (at < e->text.n)
		at++;
	while (is_inside(e, at))
		at++;
	return at;
}

static void take_out(Editor *e, size_t from, size_t to)
{
	if (from >= to)
		return;
	memmove(e->text.p + from, e->text.p + to, e->text.n - to);
	e->text.n -= to - from;
	e->text.p[e->text.n] = 0;
	e->at = from;
}

static void put_in(Editor *e, Str s, size_t most)
{
	const size_t at = e->at, old = e->text.n;

	if (!s.n || old + s.n > most || buf_put_str(&e->text, s) < 0)
		return;
	memmove(e->text.p + at + s.n, e->text.p + at, old - at);
	memcpy(e->text.p + at, s.p, s.n);
	e->at = at + s.n;
}

/* Terminals send the line ends of a paste as carriage returns. */
static void paste(Editor *e, Str s, size_t most)
{
	Buf own = { 0 };

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\r' && i + 1 < s.n && s.p[i + 1] == '\n')
			continue;
		(void)buf_putc(&own, s.p[i] == '\r' ? '\n' : s.p[i]);
	}
	put_in(e, buf_str(&own), most);
	buf_done(&own);
}

static size_t line_start(const Editor *e, size_t at)
{
	while (at && e->text.p[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const Editor *e, size_t at)
{
	while (at < e->text.n && e->text.p[at] != '\n')
		at++;
	return at;
}

static size_t word_start(const Editor *e, size_t at)
{
	while (at && e->text.p[at - 1] == ' ')
		at--;
	while (at && e->text.p[at - 1] != ' ' && e->text.p[at - 1] != '\n')
		at--;
	return at;
}

/* The same distance into the line above or below; false: there is none. */
static bool move_line(Editor *e, bool down)
{
	const size_t start = line_start(e, e->at), into = e->at - start;
	size_t to, end;

	if (down ? line_end(e, e->at) == e->text.n : start == 0)
		return false;
	to = down ? line_end(e, e->at) + 1 : line_start(e, start - 1);
	end = line_end(e, to);
	e->at = to + into < end ? to + into : end;
	while (is_inside(e, e->at))
		e->at--;
	return true;
}

static bool control(Editor *e, uint32_t ch)
{
	switch (ch) {
	case 'a':
		e->at = line_start(e, e->at);
		return true;
	case 'e':
		e->at = line_end(e, e->at);
		return true;
	case 'k':
		take_out(e, e->at, line_end(e, e->at));
		return true;
	case 'u':
		take_out(e, line_start(e, e->at), e->at);
		return true;
	case 'w':
		take_out(e, word_start(e, e->at), e->at);
		return true;
	case 'd':
		take_out(e, e->at, behind(e, e->at));
		return true;
	default:
		return false;
	}
}

static bool move(Editor *e, KeyKind kind)
{
	const size_t was = e->at;

	switch (kind) {
	case KEY_LEFT:
		e->at = before(e, e->at);
		break;
	case KEY_RIGHT:
		e->at = behind(e, e->at);
		break;
	case KEY_HOME:
		e->at = line_start(e, e->at);
		return true;
	case KEY_END:
		e->at = line_end(e, e->at);
		return true;
	case KEY_UP:
	case KEY_DOWN:
		return move_line(e, kind == KEY_DOWN);
	default:
		return false;
	}
	return e->at != was;
}

bool editor_key(Editor *e, Key k, size_t most)
{
	char bytes[4];

	if (k.kind == KEY_PASTE)
		paste(e, k.paste, most);
	else if (k.kind == KEY_ENTER && k.mod & MOD_ALT)
		put_in(e, STR("\n"), most);
	else if (k.kind == KEY_BACKSPACE)
		take_out(e, before(e, e->at), e->at);
	else if (k.kind == KEY_DELETE)
		take_out(e, e->at, behind(e, e->at));
	else if (k.kind == KEY_CHAR && k.mod & (MOD_CTRL | MOD_ALT))
		return control(e, k.ch);
	else if (k.kind == KEY_CHAR)
		put_in(e, (Str){ bytes, key_utf8(k.ch, bytes) }, most);
	else
		return move(e, k.kind);
	return true;
}

/* --- its rows --- */

typedef struct Wrapped { Clean *v; size_t n, cap; } Wrapped;

static void add_row(Wrapped *out, Arena *a, Clean row)
{
	if (out->n == out->cap) {
		Clean *more = ARENA_ARRAY(a, Clean, out->cap = out->cap ? out->cap * 2 : 16);

		if (out->n)
			memcpy(more, out->v, out->n * sizeof *more);
		out->v = more;
	}
	out->v[out->n++] = row;
}

/* A line of the text as one row at least. Cut at w cells, so that where a row ends does not depend on what is typed behind it. */
static Wrapped hard_wrap(Arena *a, Str line, int w)
{
	Clean c = clean_text(a, line, 0), row = { c.p, 0, 0 };
	Wrapped out = { .n = 0 };
	size_t at = 0;
	Str cluster;
	int wide;

	while ((wide = clean_next(c, &at, &cluster)) > 0 || cluster.n) {
		if (row.columns + wide > w && row.n) {
			add_row(&out, a, row);
			row = (Clean){ cluster.p, 0, 0 };
		}
		row.n += cluster.n;
		row.columns += wide;
	}
	add_row(&out, a, row);
	return out;
}

/* The rows of the cursor's line; *at: the one of them that it is in, *x: its cell there. Behind a full row it stands in the next one. */
static Wrapped cursor_line(const Editor *e, Arena *a, int w, size_t from, size_t *at, int *x)
{
	const Wrapped before = hard_wrap(a, str_sub(buf_str(&e->text), from, e->at - from), w);
	Wrapped all = hard_wrap(a, str_sub(buf_str(&e->text), from, line_end(e, from) - from), w);

	*at = before.n - 1;
	*x = before.v[*at].columns;
	if (*x >= w) {
		++*at;
		*x = 0;
	}
	while (all.n <= *at)
		add_row(&all, a, clean_own(""));
	return all;
}

/* Only what can be seen is laid out, and the cursor's line: a long paste costs nothing with each key. */
EditorRows editor_rows(const Editor *e, Arena *a, int w, int h)
{
	const Str all = buf_str(&e->text);
	const size_t room = h > 1 ? (size_t)h : 1;
	Clean *row = ARENA_ARRAY(a, Clean, room * 2);
	size_t start = line_start(e, e->at), end = line_end(e, e->at), at, top = room, n = room;
	EditorRows out = { .x = 0 };
	Wrapped line = cursor_line(e, a, w, start, &at, &out.x);

	/* The rows above it fill their half from its end. */
	for (size_t i = at; i > 0 && top > 1; i--)
		row[--top] = line.v[i - 1];
	while (start > 0 && top > 1) {
		const size_t to = start - 1;
		const Wrapped above = hard_wrap(a, str_sub(all, line_start(e, to), to - line_start(e, to)), w);

		start = line_start(e, to);
		for (size_t i = above.n; i > 0 && top > 1; i--)
			row[--top] = above.v[i - 1];
	}
	out.y = (int)(room - top);
	for (size_t i = at; i < line.n && n - top < room; i++)
		row[n++] = line.v[i];
	while (end < all.n && n - top < room) {
		const Wrapped below = hard_wrap(a, str_sub(all, end + 1, line_end(e, end + 1) - end - 1), w);

		end = line_end(e, end + 1);
		for (size_t i = 0; i < below.n && n - top < room; i++)
			row[n++] = below.v[i];
	}
	out.row = row + top;
	out.n = (int)(n - top);
	return out;
}
