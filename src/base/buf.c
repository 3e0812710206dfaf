#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/wipe.h"
#include "base/xalloc.h"

enum { WIPED_BYTES = 64 << 10 };     /* credentials are never read into more */

void buf_init(Buf *b, size_t max_bytes)
{
	*b = (Buf){ .max = max_bytes };
}

void buf_done(Buf *b)
{
	free(b->p);
	*b = (Buf){ .max = b->max };
}

void buf_wipe_done(Buf *b)
{
	if (b->p)
		explicit_bzero(b->p, b->cap);
	buf_done(b);
}

void buf_reset(Buf *b)
{
	b->n = 0;
	b->full = false;
	if (b->p)
		b->p[0] = 0;
}

static int make_room(Buf *b, size_t n)
{
	size_t max = b->max ? b->max : BUF_DEFAULT_MAX;
	size_t cap = b->cap ? b->cap : 64;

	if (n > max || b->n > max - n) {
		b->full = true;
		return -1;
	}
	while (cap <= b->n + n)
		cap *= 2;
	/* What is small may be a secret; what is large must not be copied each time. */
	b->p = b->cap < WIPED_BYTES ? wipe_realloc(b->p, cap) : xrealloc(b->p, cap);
	b->cap = cap;
	return 0;
}

/* With one byte more, for the end. */
static inline int buf_room(Buf *b, size_t n)
{
	return n < b->cap - b->n && b->n + n <= (b->max ? b->max : BUF_DEFAULT_MAX) ? 0 : make_room(b, n);
}

int buf_put(Buf *b, const void *p, size_t n)
{
	if (buf_room(b, n) < 0)
		return -1;
	if (n)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
	return 0;
}

int buf_puts(Buf *b, const char *s)
{
	return buf_put(b, s, strlen(s));
}

int buf_put_str(Buf *b, Str s)
{
	return buf_put(b, s.p, s.n);
}

int buf_putc(Buf *b, char c)
{
	return buf_put(b, &c, 1);
}

int buf_printf(Buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0 || buf_room(b, (size_t)n) < 0)
		return -1;
	va_start(ap, fmt);
	(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);   /* buf_room made room for n + 1 */
	va_end(ap);
	b->n += (size_t)n;
	return 0;
}

void buf_shift(Buf *b, size_t n)
{
	if (n > b->n)
		n = b->n;
	if (!n)
		return;
	memmove(b->p, b->p + n, b->n - n);
	b->n -= n;
	b->p[b->n] = 0;
}

Str buf_str(const Buf *b)
{
	return b->p ? (Str){ b->p, b->n } : (Str){ "", 0 };
}

const char *buf_cstr(Buf *b)
{
	return b->p ? b->p : "";
}

char *buf_take(Buf *b)
{
	char *p = b->p ? b->p : xstrdup("");

	b->p = NULL;
	b->n = b->cap = 0;
	b->full = false;
	return p;
}
