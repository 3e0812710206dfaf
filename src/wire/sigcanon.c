#include "wire/sigcanon.h"

#include <stdlib.h>
#include <string.h>

#include "wire/text.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\v' || c == '\f';
}

/* Removes "." and ".." and empty segments; a trailing slash stays when anything is left before it. */
static Str normal_path(Arena *a, Str path)
{
	char *out = arena_alloc(a, path.n + 2);
	size_t n = 0;
	Str rest = path;

	while (rest.n) {
		Str segment = str_cut(rest, '/', &rest);

		if (!segment.n || str_is(segment, "."))
			continue;
		if (str_is(segment, "..")) {
			while (n && out[--n] != '/')
				;
			continue;
		}
		out[n++] = '/';
		memcpy(out + n, segment.p, segment.n);
		n += segment.n;
	}
	if (!n || path.p[path.n - 1] == '/')
		out[n++] = '/';
	return (Str){ out, n };
}

static int put_path(Arena *a, Buf *out, Str path, SigPath how, Err *e)
{
	if (!path.n)
		path = STR("/");
	if (path.p[0] != '/')
		return err_set(e, "the request path must start with '/'");
	if (how == SIG_PATH_ON_WIRE)
		(void)buf_put_str(out, path);
	else
		(void)uri_encode(out, how == SIG_PATH_NORMAL ? normal_path(a, path) : path, true);
	return 0;
}

/* Percent-encoded once in total: escapes that are there count as the byte that they stand for, so "%2b", "%2B" and "+"
 * all end as "%2B", whichever the sender chose. A "%" that begins no escape is a byte like any other. */
static Str encode_once(Arena *a, Str s)
{
	char *raw = arena_alloc(a, s.n + 1);
	size_t n = 0;
	Buf encoded = { 0 };
	Str out;

	for (size_t i = 0; i < s.n; i++) {
		int hi = s.p[i] == '%' && s.n - i > 2 ? hex_digit(s.p[i + 1]) : -1;
		int lo = hi < 0 ? -1 : hex_digit(s.p[i + 2]);

		raw[n++] = lo < 0 ? s.p[i] : (char)(hi << 4 | lo);
		if (lo >= 0)
			i += 2;
	}
	buf_init(&encoded, n * 3 + 1);
	(void)uri_encode(&encoded, (Str){ raw, n }, false);   /* cannot fail: three times is the longest */
	out = arena_str(a, buf_str(&encoded));
	buf_done(&encoded);
	return out;
}

/* By name, then by value: of the pair, not of "name=value", where "a-b=1" would come before "a=1". */
static int by_pair(const void *left, const void *right)
{
	const SigHeader *a = left, *b = right;
	int c = str_cmp(a->name, b->name);

	return c ? c : str_cmp(a->value, b->value);
}

static void put_query(Arena *a, Buf *out, Str query)
{
	size_t count = query.n > 0, n = 0;
	SigHeader *pairs;

	for (size_t i = 0; i < query.n; i++)
		count += query.p[i] == '&';
	pairs = ARENA_ARRAY(a, SigHeader, count);
	while (n < count) {
		Str value, name = str_cut(str_cut(query, '&', &query), '=', &value);

		pairs[n++] = (SigHeader){ encode_once(a, name), encode_once(a, value) };
	}
	qsort(pairs, count, sizeof *pairs, by_pair);
	for (size_t i = 0; i < count; i++) {
		if (i)
			(void)buf_putc(out, '&');
		(void)buf_put_str(out, pairs[i].name);
		(void)buf_putc(out, '=');
		(void)buf_put_str(out, pairs[i].value);
	}
}

/* Trimmed, and runs of white space inside become one space. */
static void put_value(Buf *out, Str s)
{
	size_t i = 0;
	bool first = true;

	while (i < s.n) {
		size_t from;

		while (i < s.n && is_blank(s.p[i]))
			i++;
		for (from = i; i < s.n && !is_blank(s.p[i]); i++)
			;
		if (i > from && !first)
			(void)buf_putc(out, ' ');
		if (i > from)
			first = false;
		(void)buf_put_str(out, str_sub(s, from, i - from));
	}
}

/* Insertion sort: it keeps the order of equal names, and a request has few headers. */
static void sort_headers(SigHeader *h, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		SigHeader moving = h[i];
		size_t at = i;

		for (; at && str_cmp(h[at - 1].name, moving.name) > 0; at--)
			h[at] = h[at - 1];
		h[at] = moving;
	}
}

static void put_headers(Buf *out, const SigHeader *h, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool again = i && str_eq(h[i].name, h[i - 1].name);

		if (again) {
			(void)buf_putc(out, ',');
		} else {
			if (i)
				(void)buf_putc(out, '\n');
			(void)buf_put_str(out, h[i].name);
			(void)buf_putc(out, ':');
		}
		put_value(out, h[i].value);
	}
	(void)buf_puts(out, "\n\n");
}

static void put_names(Buf *out, const SigHeader *h, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i && str_eq(h[i].name, h[i - 1].name))
			continue;
		if (i)
			(void)buf_putc(out, ';');
		(void)buf_put_str(out, h[i].name);
	}
}

bool sigcanon_is_s3(Str service)
{
	return str_is(service, "s3");
}

SigPath sigcanon_path_of(Str service, unsigned flags)
{
	if (flags & SIG_S3_PATH || sigcanon_is_s3(service))
		return SIG_PATH_ON_WIRE;
	return flags & SIG_NO_NORMALIZE ? SIG_PATH_AS_IS_ENCODED : SIG_PATH_NORMAL;
}

Str sigcanon_lower(Arena *a, Str s)
{
	char *p = arena_cstr(a, s);

	for (size_t i = 0; i < s.n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] |= 0x20;
	return (Str){ p, s.n };
}

/* The puts are not checked one by one: a full Buf stays full, which the end asks once. */
int sigcanon_build(Arena *a, const SigRequest *rq, SigPath how, SigHeader *headers, size_t count, Str payload_hash,
                   SigCanon *out, Err *e)
{
	Buf text = { 0 };
	size_t names_at, names_end;
	int rc = -1;

	(void)buf_put_str(&text, rq->method);
	(void)buf_putc(&text, '\n');
	if (put_path(a, &text, rq->path, how, e) < 0)
		goto out;
	(void)buf_putc(&text, '\n');
	put_query(a, &text, rq->query);
	(void)buf_putc(&text, '\n');
	sort_headers(headers, count);
	put_headers(&text, headers, count);
	names_at = text.n;
	put_names(&text, headers, count);
	names_end = text.n;
	(void)buf_putc(&text, '\n');
	(void)buf_put_str(&text, payload_hash);
	if (text.full) {
		err_set(e, "the request line and headers are too long to sign");
		goto out;
	}
	out->text = arena_str(a, buf_str(&text));
	out->signed_names = str_sub(out->text, names_at, names_end - names_at);
	rc = 0;
out:
	buf_done(&text);
	return rc;
}
