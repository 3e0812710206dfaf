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
