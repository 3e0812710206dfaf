#include "ui/json_rows.h"

#include "base/buf.h"

enum { INDENT = 2, DEEPEST = 20 };

static void new_line(Buf *b, int depth)
{
	(void)buf_putc(b, '\n');
	for (int i = 0; i < INDENT * (depth < DEEPEST ? depth : DEEPEST); i++)
		(void)buf_putc(b, ' ');
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

Clean json_rows(Arena *a, Str s)
{
	bool text = false, escaped = false, fresh = false;       /* fresh: right behind an opening bracket */
	int depth = 0;
	Buf b = { 0 };
	Clean out;

	for (size_t i = 0; i < s.n; i++) {
		const char c = s.p[i];

		if (text) {
			(void)buf_putc(&b, c);
			text = escaped || c != '"';
			escaped = !escaped && c == '\\';
			continue;
		}
		if (is_blank(c))
			continue;
		if (c == '}' || c == ']') {
			depth -= depth > 0;
			if (!fresh)
				new_line(&b, depth);
		} else if (fresh) {
			new_line(&b, depth);
		}
		fresh = c == '{' || c == '[';
		depth += fresh;
		text = c == '"';
		(void)buf_putc(&b, c);
		if (c == ':')
			(void)buf_putc(&b, ' ');
		else if (c == ',')
			new_line(&b, depth);
	}
	out = clean_text(a, buf_str(&b), CLEAN_KEEP_NEWLINES);
	buf_done(&b);
	return out;
}
