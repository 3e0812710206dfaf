#include "wire/jsonw.h"

#include <assert.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every value and key passes here first: puts the comma that is due and remembers that the next one needs one. */
static void before(JsonW *w)
{
	uint64_t bit = UINT64_C(1) << (w->depth & 63);

	if (w->after_key) {
		w->after_key = false;
		return;
	}
	if (w->more & bit)
		(void)buf_putc(w->out, ',');   /* here and below: a full Buf says so itself, in `full` */
	w->more |= bit;
}

static void open_container(JsonW *w, char c)
{
	before(w);
	(void)buf_putc(w->out, c);
	w->depth++;
	assert(w->depth < 64);
	w->more &= ~(UINT64_C(1) << w->depth);
}

static void close_container(JsonW *w, char c)
{
	assert(w->depth > 0 && !w->after_key);
	(void)buf_putc(w->out, c);
	w->depth--;
}

/* Length of the valid UTF-8 sequence at p, or 0. Table 3-7 of the Unicode standard. */
static size_t sequence(const unsigned char *p, size_t n)
{
	size_t len = p[0] >= 0xC2 && p[0] <= 0xDF ? 2 : (p[0] & 0xF0) == 0xE0 ? 3 : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4 : 0;

	if (!len || len > n)
		return 0;
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) ||
	    (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	for (size_t i = 1; i < len; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	return len;
}

static void put_escape(Buf *out, unsigned char c)
{
	static const char names[] = "btn\0fr";   /* of 8 to 13; \v has none */
	char two[2] = { '\\', (char)c };

	/* Quotes are most of what is escaped, in lines of JSON within JSON: not worth a format each. */
	if (c >= '\b' && c <= '\r')
		two[1] = names[c - '\b'];
	else if (c != '"' && c != '\\')
		two[1] = 0;
	if (two[1])
		(void)buf_put(out, two, sizeof two);
	else
		(void)buf_printf(out, "\\u%04x", c);
}

static void put_text(Buf *out, Str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t run = 0, i = 0, len;

	(void)buf_putc(out, '"');
	while (i < s.n) {
		if (p[i] >= 0x20 && p[i] < 0x80 && p[i] != '"' && p[i] != '\\') {
			i++;
			continue;
		}
		if (p[i] >= 0x80 && (len = sequence(p + i, s.n - i))) {
			i += len;
			continue;
		}
		(void)buf_put(out, s.p + run, i - run);
		if (p[i] >= 0x80)
			(void)buf_puts(out, "\xEF\xBF\xBD");
		else
			put_escape(out, p[i]);
		run = ++i;
	}
	if (i > run)
		(void)buf_put(out, s.p + run, i - run);
	(void)buf_putc(out, '"');
}

JsonW jw_to(Buf *out)
{
	return (JsonW){ .out = out };
}

void jw_object(JsonW *w)
{
	open_container(w, '{');
}

void jw_object_end(JsonW *w)
{
	close_container(w, '}');
}

void jw_array(JsonW *w)
{
	open_container(w, '[');
}

void jw_array_end(JsonW *w)
{
	close_container(w, ']');
}

void jw_key_str(JsonW *w, Str key)
{
	before(w);
	put_text(w->out, key);
	(void)buf_putc(w->out, ':');
	w->after_key = true;
}

void jw_key(JsonW *w, const char *key)
{
	jw_key_str(w, str_of(key));
}

void jw_str(JsonW *w, Str s)
{
	before(w);
	put_text(w->out, s);
}

void jw_cstr(JsonW *w, const char *s)
{
	if (s)
		jw_str(w, str_of(s));
	else
		jw_null(w);
}

void jw_raw(JsonW *w, Str json)
{
	assert(json.n > 0);
	before(w);
	(void)buf_put_str(w->out, json);
}

void jw_i64(JsonW *w, int64_t v)
{
	before(w);
	(void)buf_printf(w->out, "%lld", (long long)v);
}

void jw_num(JsonW *w, double v)
{
	/* The decimal point must not follow the user's locale. newlocale("C") allocates nothing in glibc. */
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0), old = uselocale(c);
	char text[32] = "null";

	if (isfinite(v))
		for (int digits = 15; digits <= 17; digits++) {
			(void)snprintf(text, sizeof text, "%.*g", digits, v);   /* 17 digits, sign, point, e-308: 24 bytes */
			if (strtod(text, NULL) == v)
				break;
		}
	uselocale(old);
	freelocale(c);
	jw_raw(w, str_of(text));
}

void jw_bool(JsonW *w, bool v)
{
	jw_raw(w, v ? STR("true") : STR("false"));
}

void jw_null(JsonW *w)
{
	jw_raw(w, STR("null"));
}

void jw_kraw(JsonW *w, const char *key, Str json)
{
	if (!json.n)
		return;
	jw_key(w, key);
	jw_raw(w, json);
}

void jw_kstr(JsonW *w, const char *key, Str s)
{
	jw_key(w, key);
	if (s.p)
		jw_str(w, s);
	else
		jw_null(w);
}

void jw_ki64(JsonW *w, const char *key, int64_t v)
{
	jw_key(w, key);
	jw_i64(w, v);
}

void jw_knum(JsonW *w, const char *key, double v)
{
	jw_key(w, key);
	jw_num(w, v);
}

void jw_kbool(JsonW *w, const char *key, bool v)
{
	jw_key(w, key);
	jw_bool(w, v);
}

void jw_knull(JsonW *w, const char *key)
{
	jw_key(w, key);
	jw_null(w);
}
