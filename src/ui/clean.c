#include "ui/clean.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ui/width.h"

enum { TAB_COLUMNS = 4, PICTURES = 0x2400, PICTURE_DEL = 0x2421, REPLACEMENT = 0xFFFD, DOTTED_CIRCLE = 0x25CC };
enum { ZWJ = 0x200D, VS16 = 0xFE0F };

/* A run over raw text. The cell is kept for what is written, exactly as clean_next will read it: so columns agree. */
typedef struct Cleaner {
	Buf    *out;
	Cluster cell;
	int     column, widest;
	bool    ours;                  /* what was written last is a mark: combining marks of the text must not join it */
	bool    flood;                 /* ... and it stands for a combining mark too many */
	bool    full;
} Cleaner;

static void put(Cleaner *c, uint32_t cp)
{
	int width = c->cell.width;

	if (utf8_put(c->out, cp) < 0)
		c->full = true;
	if (cluster_join(&c->cell, cp)) {
		c->column += c->cell.width - width;
	} else {
		cluster_begin(&c->cell, cp);
		c->column += c->cell.width;
	}
	c->ours = c->flood = false;
}

static void put_mark(Cleaner *c, uint32_t cp)
{
	put(c, cp);
	c->ours = true;
}

static void put_escape(Cleaner *c, uint32_t cp)
{
	char hex[16];

	(void)snprintf(hex, sizeof hex, "U+%04X", (unsigned)cp);
	put(c, 0x2039);
	for (const char *p = hex; *p; p++)
		put(c, (unsigned char)*p);
	put_mark(c, 0x203A);
}

static void put_hidden(Cleaner *c, uint32_t cp)
{
	if (cp < 0x20)
		put_mark(c, PICTURES + cp);
	else if (cp == 0x7F)
		put_mark(c, PICTURE_DEL);
	else if (cp == ZWJ)
		put_mark(c, 0x2040);
	else if (cp == 0x00A0 || cp == 0x202F)
		put_mark(c, 0x237D);
	else
		put_escape(c, cp);
}

static bool can_join(const Cleaner *c, uint32_t cp)
{
	Cluster copy = c->cell;

	return cluster_join(&copy, cp);
}

/* A combining mark joins the cell before it, or stands on a dotted circle where it would join foreign text. A flood of
 * them is a row of escapes, not of dotted circles that begin new cells to flood. */
static void put_combining(Cleaner *c, uint32_t cp)
{
	if (!c->ours && can_join(c, cp)) {
		put(c, cp);
	} else if (cp == VS16 || c->flood || (!c->ours && c->cell.open && c->cell.marks == CLUSTER_MARKS)) {
		put_escape(c, cp);
		c->flood = true;
	} else {
		put(c, DOTTED_CIRCLE);
		if (can_join(c, cp))
			put(c, cp);
		else
			put_escape(c, cp);
	}
}

static void put_line_end(Cleaner *c)
{
	if (buf_putc(c->out, '\n') < 0)
		c->full = true;
	if (c->column > c->widest)
		c->widest = c->column;
	c->column = 0;
	c->cell.open = c->ours = c->flood = false;
}

static void put_tab(Cleaner *c)
{
	put_mark(c, 0x2192);
	while (c->column % TAB_COLUMNS)
		put_mark(c, ' ');
}

static void put_code_point(Cleaner *c, uint32_t cp, unsigned flags)
{
	if (cp == '\n' && (flags & CLEAN_KEEP_NEWLINES))
		put_line_end(c);
	else if (cp == '\t' && (flags & CLEAN_KEEP_NEWLINES))
		put_tab(c);
	else if (cp_is_hidden(cp))
		put_hidden(c, cp);
	else if (cp_is_mark(cp))
		put_combining(c, cp);
	else
		put(c, cp);
}

static bool is_plain(char c)
{
	return c >= 0x20 && c < 0x7F;
}

static void run(Cleaner *c, Str raw, unsigned flags)
{
	size_t at = 0;

	while (at < raw.n && !c->full) {
		size_t from = at;
		uint32_t cp;
		int n;

		while (at < raw.n && is_plain(raw.p[at]))
			at++;
		if (at > from) {
			/* What stands before may join the first of them, what follows may join the last. */
			put(c, (unsigned char)raw.p[from++]);
			if (buf_put(c->out, raw.p + from, at - from) < 0)
				c->full = true;
			c->column += (int)(at - from);
			if (at > from)
				cluster_begin(&c->cell, (unsigned char)raw.p[at - 1]);
			continue;
		}
		n = utf8_next(raw, at, &cp);
		if (n < 0)
			put_mark(c, REPLACEMENT);
		else
			put_code_point(c, cp, flags);
		at += (size_t)(n < 0 ? -n : n);
	}
	if (c->column > c->widest)
		c->widest = c->column;
}

Clean clean_text(Arena *a, Str raw, unsigned flags)
{
	Buf b;
	Cleaner c = { .out = &b };
	Str s;

	buf_init(&b, SIZE_MAX / 2);
	run(&c, raw, flags);
	s = arena_str(a, buf_str(&b));
	buf_done(&b);
	return (Clean){ s.p, s.n, c.widest };
}

int clean_to(Buf *out, Str raw, unsigned flags)
{
	Cleaner c = { .out = out };

	run(&c, raw, flags);
	return c.full ? -1 : 0;
}

static void put_left_out(Cleaner *c, size_t bytes)
{
	char text[48];

	if (bytes < 1000)
		(void)snprintf(text, sizeof text, " … +%zu B", bytes);
	else if (bytes < 999950)
		(void)snprintf(text, sizeof text, " … +%.1f kB", (double)bytes / 1e3);
	else
		(void)snprintf(text, sizeof text, " … +%.1f MB", (double)bytes / 1e6);
	run(c, str_of(text), 0);
}

Clean clean_capped(Arena *a, Str raw, size_t max_bytes)
{
	Buf b;
	Cleaner c = { .out = &b };
	size_t n = raw.n < max_bytes ? raw.n : max_bytes;
	Str s;

	if (n == raw.n)
		return clean_text(a, raw, 0);
	/* Not in the middle of a character: a valid one has at most 3 bytes before this point. */
	for (int back = 0; back < 3 && n && ((unsigned char)raw.p[n] & 0xC0) == 0x80; back++)
		n--;
	buf_init(&b, SIZE_MAX / 2);
	run(&c, str_sub(raw, 0, n), 0);
	put_left_out(&c, raw.n - n);
	s = arena_str(a, buf_str(&b));
	buf_done(&b);
	return (Clean){ s.p, s.n, c.widest };
}

int clean_next(Clean c, size_t *at, Str *cluster)
{
	Str s = { c.p, c.n };
	size_t from = *at, end;
	Cluster cell;
	uint32_t cp;
	int n;

	*cluster = (Str){ c.p + from, 0 };
	if (from >= c.n)
		return 0;
	if (c.p[from] == '\n') {
		cluster->n = 1;
		*at = from + 1;
		return 0;
	}
	if (is_plain(c.p[from]) && (from + 1 == c.n || (unsigned char)c.p[from + 1] < 0x80)) {
		cluster->n = 1;
		*at = from + 1;
		return 1;
	}
	n = utf8_next(s, from, &cp);
	/* Cannot be in a Clean; a byte that is not a character must still not stop the caller's loop. */
	if (n < 0)
		cp = '?';
	cluster_begin(&cell, cp);
	end = from + (size_t)(n < 0 ? -n : n);
	while (end < c.n && (n = utf8_next(s, end, &cp)) > 0 && cluster_join(&cell, cp))
		end += (size_t)n;
	cluster->n = end - from;
	*at = end;
	return cell.width;
}

static int measure(Clean c)
{
	size_t at = 0;
	Str cluster;
	int w, columns = 0, widest = 0;

	do {
		w = clean_next(c, &at, &cluster);
		columns = w ? columns + w : 0;
		if (columns > widest)
			widest = columns;
	} while (cluster.n);
	return widest;
}

Clean clean_own(const char *text)
{
	Clean c = { text, strlen(text), 0 };

	c.columns = measure(c);
	return c;
}

Clean clean_ownf(Arena *a, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *p;
	Clean c;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return (Clean){ "", 0, 0 };
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);          /* measured above */
	va_end(ap);
	c = (Clean){ p, (size_t)n, 0 };
	c.columns = measure(c);
	return c;
}

/* Bytes of the front of c that fit into columns cells; *used says how many cells they take. */
static size_t front(Clean c, int columns, int *used)
{
	size_t at = 0, end = 0;
	Str cluster;
	int w;

	*used = 0;
	while ((w = clean_next(c, &at, &cluster)) && *used + w <= columns) {
		*used += w;
		end = at;
	}
	return end;
}

static Clean join_cut(Arena *a, Str head, Str tail, int columns)
{
	static const char dots[] = "…";
	size_t n = head.n + sizeof dots - 1 + tail.n;
	char *p = arena_alloc(a, n + 1);

	memcpy(p, head.p, head.n);
	memcpy(p + head.n, dots, sizeof dots - 1);
	if (tail.n)
		memcpy(p + head.n + sizeof dots - 1, tail.p, tail.n);
	return (Clean){ p, n, columns };
}

/* A character that would share the cell of the dots before it cannot be the first of a tail. */
static bool joins_dots(Clean c, size_t at)
{
	Cluster dots;
	uint32_t cp;

	cluster_begin(&dots, 0x2026);
	return at < c.n && utf8_next((Str){ c.p, c.n }, at, &cp) > 0 && cluster_join(&dots, cp);
}

Clean clean_cut(Arena *a, Clean c, int columns)
{
	int used;
	size_t n;

	if (c.columns <= columns)
		return c;
	if (columns <= 0)
		return (Clean){ "", 0, 0 };
	n = front(c, columns - 1, &used);
	return join_cut(a, (Str){ c.p, n }, STR(""), used + 1);
}

Clean clean_cut_middle(Arena *a, Clean c, int columns)
{
	int used, left = c.columns, w;
	size_t n, at = 0;
	Str cluster;

	if (c.columns <= columns)
		return c;
	if (columns <= 0)
		return (Clean){ "", 0, 0 };
	n = front(c, columns / 2, &used);
	while ((left > columns - 1 - used || joins_dots(c, at)) && (w = clean_next(c, &at, &cluster)))
		left -= w;
	return join_cut(a, (Str){ c.p, n }, (Str){ c.p + at, c.n - at }, used + 1 + left);
}

Clean clean_end(Arena *a, Str raw, int columns)
{
	Clean c = clean_text(a, raw, 0);

	while (c.columns > columns && raw.n) {
		do
			raw = str_sub(raw, 1, raw.n);
		while (raw.n && (raw.p[0] & 0xc0) == 0x80);
		c = clean_text(a, raw, 0);
	}
	return c;
}

bool clean_wrap(Clean *rest, int columns, Clean *line)
{
	size_t at = 0, end = 0, blank = 0;
	int w, used = 0, blank_used = 0;
	Str cluster;

	if (!rest->n)
		return false;
	while ((w = clean_next(*rest, &at, &cluster)) && (used + w <= columns || !used)) {
		used += w;
		end = at;
		if (cluster.n == 1 && cluster.p[0] == ' ') {
			blank = end;
			blank_used = used;
		}
	}
	if (w && blank && cluster.p[0] != ' ') {
		end = blank;
		used = blank_used;
	}
	*line = (Clean){ rest->p, end, used };
	if (!w)
		end = at;                    /* the line end goes with the line */
	*rest = (Clean){ rest->p + end, rest->n - end, rest->columns };
	return true;
}

int clean_rows(Clean c, int columns)
{
	Clean line;
	int rows = 0;

	while (clean_wrap(&c, columns, &line))
		rows++;
	return rows;
}
