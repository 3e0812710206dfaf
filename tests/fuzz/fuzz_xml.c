/* Any bytes: what is accepted, written as a tree of elements with escaped text, is accepted again with the same tree. */
#include <stdlib.h>

#include "base/buf.h"
#include "wire/xml.h"

static void put_text(Buf *out, Str s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '<' || s.p[i] == '>' || s.p[i] == '&' || s.p[i] == '\r')
			(void)buf_printf(out, "&#%d;", s.p[i]);
		else
			(void)buf_putc(out, s.p[i]);
	}
}

static void write_tree(const XmlNode *n, int depth, Buf *out)
{
	/* A local name alone may start with what no name may start with: "x:-" is one, "-" is not. */
	const char *prefix = str_has(n->name, STR(":")) ? "" : "x:";

	if (depth > 64 || !n->name.n)
		abort();
	(void)buf_printf(out, "<%s%.*s>", prefix, STR_ARG(n->name));
	put_text(out, n->text);
	for (const XmlNode *c = n->child; c; c = c->next)
		write_tree(c, depth + 1, out);
	(void)buf_printf(out, "</%s%.*s>", prefix, STR_ARG(n->name));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = { 0 };
	Buf once = { 0 }, twice = { 0 };
	XmlNode *root = NULL;
	Err e = { 0 };

	if (xml_parse(&a, (Str){ (const char *)data, size }, 1 << 20, &root, &e) < 0) {
		if (root || !e.text[0])
			abort();
		return arena_done(&a), 0;
	}
	write_tree(root, 1, &once);
	root = NULL;
	if (xml_parse(&a, buf_str(&once), 1 << 22, &root, &e) < 0)
		abort();
	write_tree(root, 1, &twice);
	if (!str_eq(buf_str(&once), buf_str(&twice)))
		abort();
	buf_done(&once);
	buf_done(&twice);
	arena_done(&a);
	return 0;
}
