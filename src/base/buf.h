/* Owned bytes that grow up to a hard cap. For everything whose size comes from outside.
 * A Buf set to {0} is empty and usable with the default cap. There is always a terminator after p[n-1]
 * once anything was put (it is not counted). Past the cap nothing is added and `full` stays set. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include "base/err.h"
#include "base/str.h"

typedef struct Buf {
	char  *p;
	size_t n, cap;
	size_t max;      /* 0 = BUF_DEFAULT_MAX */
	bool   full;     /* something did not fit */
} Buf;

enum { BUF_DEFAULT_MAX = 64 << 20 };

void  buf_init(Buf *b, size_t max_bytes);
void  buf_done(Buf *b);
void  buf_wipe_done(Buf *b);                        /* overwrites first: for secrets */
void  buf_reset(Buf *b);                            /* keeps the memory */
int   buf_put(Buf *b, const void *p, size_t n);     /* 0, or -1 when the cap is reached */
int   buf_puts(Buf *b, const char *s);
int   buf_put_str(Buf *b, Str s);
int   buf_putc(Buf *b, char c);
int   buf_printf(Buf *b, const char *fmt, ...) FORMAT(2, 3);
void  buf_shift(Buf *b, size_t n);                  /* drops the first n bytes */
Str   buf_str(const Buf *b);                        /* borrowed until the next change */
const char *buf_cstr(Buf *b);                       /* never NULL */
char *buf_take(Buf *b);                             /* ownership to the caller; b is empty again */

#endif
