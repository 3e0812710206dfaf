/* Memory that is there or the program ends. Out of memory calls the hook once (the terminal is restored there),
 * prints one sentence and exits with 1; so no caller ever sees NULL. */
#ifndef BASE_XALLOC_H
#define BASE_XALLOC_H

#include <stddef.h>

void *xmalloc(size_t n);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *p, size_t n);
void *xreallocarray(void *p, size_t count, size_t size);
char *xstrdup(const char *s);
char *xstrndup(const char *s, size_t n);      /* copies exactly n bytes and adds a terminator */
void  xalloc_on_fail(void (*hook)(void));     /* NULL takes it away */
/* The same end for what is as fatal and has no caller to tell. why: one sentence. */
_Noreturn void xalloc_die(const char *why);

/* Grows *p so that it holds at least need elements; *cap is doubled. For plain growing arrays. */
#define VEC_GROW(p, cap, need) ((p) = vec_grow((p), &(cap), (need), sizeof *(p)))
void *vec_grow(void *p, size_t *cap, size_t need, size_t size);

#endif
