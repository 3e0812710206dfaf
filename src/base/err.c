#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(Err *e, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	e->kind = ERR_FAILED;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof e->text, fmt, ap);   /* a cut sentence is still a sentence */
	va_end(ap);
	return -1;
}

int err_kind(Err *e, ErrKind kind, const char *fmt, ...)
{
	va_list ap;

	if (!e)
		return -1;
	e->kind = kind;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	return -1;
}

int err_wrap(Err *e, const char *fmt, ...)
{
	char old[sizeof e->text];
	size_t n;
	va_list ap;

	if (!e)
		return -1;
	if (!e->kind)
		e->kind = ERR_FAILED;
	memcpy(old, e->text, sizeof old);
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof e->text, fmt, ap);
	va_end(ap);
	n = strlen(e->text);
	(void)snprintf(e->text + n, sizeof e->text - n, ": %s", old);
	return -1;
}

size_t err_remedy(const char *text, size_t n)
{
	size_t at = n;

	while (at > 1 && !(text[at - 2] == ';' && text[at - 1] == ' '))
		at--;
	return at > 1 ? at : n;
}

void err_cut(const char *text, char *out, size_t size)
{
	static const char gap[] = "… ";
	size_t n = strlen(text), tail = err_remedy(text, n), head = size - sizeof gap;

	/* A remedy of half the room and more is no reason to say nothing of what failed. */
	if (n < size || n - tail > head / 2) {
		(void)snprintf(out, size, "%s", text);
		return;
	}
	head -= n - tail;
	while (head && ((unsigned char)text[head] & 0xC0) == 0x80)      /* not within a character */
		head--;
	(void)snprintf(out, size, "%.*s%s%s", (int)head, text, tail < n ? gap : "…", text + tail);
}
