/* Any bytes, cut anywhere: the tokens do not depend on the cuts, and what is accepted, read into a document and written
 * again, is accepted with the same tokens. The first two bytes choose the cut and the cap. */
#include <stdlib.h>
#include <string.h>

#include "wire/jsonval.h"

static JsonTok take(Json *j, Buf *out)
{
	JsonTok t;

	while ((t = json_next(j)) > JSON_MORE) {
		Str s = t == JSON_KEY || t == JSON_STRING || t == JSON_NUMBER ? json_text(j) : STR("");

		(void)buf_printf(out, "%d:%zu:", t, s.n);
		(void)buf_put_str(out, s);
		if (t == JSON_END)
			break;
	}
	return t;
}

/* Feeds pieces of step bytes, each in memory of its own. */
static JsonTok tokens(Str doc, size_t step, size_t cap, Buf *out)
{
	Json *j = json_new(cap);
	JsonTok t = JSON_MORE;
	Err e;

	for (size_t i = 0; i < doc.n && t == JSON_MORE; i += step) {
		Str piece = str_sub(doc, i, step);
		Buf copy = { 0 };

		(void)buf_put_str(&copy, piece);
		json_feed(j, buf_str(&copy));
		t = take(j, out);
		buf_done(&copy);
	}
	if (t == JSON_MORE) {
		json_finish(j);
		t = take(j, out);
	}
	if (t == JSON_ERROR && json_error(j, &e) < 0)
		(void)buf_puts(out, e.text);
	json_free(j);
	return t;
}

static void rewrite(Str doc, size_t cap)
{
	Arena a = { 0 };
	Buf once = { 0 }, twice = { 0 }, was = { 0 }, is = { 0 };
	JsonVal v;

	if (jv_parse(&a, doc, cap, &v, NULL) < 0 || jv_write(v, &once) < 0)
		abort();
	(void)tokens(doc, doc.n, cap, &was);
	/* Writing never grows a document: the short forms are used, and U+FFFD is shorter than the escape it stands for. */
	if (once.n > doc.n)
		abort();
	if (tokens(buf_str(&once), once.n, cap, &is) != JSON_END || !str_eq(buf_str(&was), buf_str(&is)))
		abort();
	if (jv_parse(&a, buf_str(&once), cap, &v, NULL) < 0 || jv_write(v, &twice) < 0 || !str_eq(buf_str(&once), buf_str(&twice)))
		abort();
	buf_done(&once);
	buf_done(&twice);
	buf_done(&was);
	buf_done(&is);
	arena_done(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Buf whole = { 0 }, cut = { 0 };
	size_t cap;
	JsonTok t;
	Str doc;

	if (size < 3)
		return 0;
	doc = (Str){ (const char *)data + 2, size - 2 };
	cap = data[1] & 1 ? (size_t)data[1] : 1 << 20;
	t = tokens(doc, doc.n, cap, &whole);
	if (tokens(doc, 1 + data[0] % 16, cap, &cut) != t || !str_eq(buf_str(&whole), buf_str(&cut)))
		abort();
	if (json_check(doc, cap, NULL) != (t == JSON_END ? 0 : -1))
		abort();
	if (t == JSON_END && cap > 255)
		rewrite(doc, cap);
	buf_done(&whole);
	buf_done(&cut);
	return 0;
}
