#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

struct ArenaBlock {
	ArenaBlock *next;
	size_t      used, cap;
	max_align_t data[];
};

enum { BLOCK_MIN = 4096 };

static void blocks_free(ArenaBlock *b)
{
	while (b) {
		ArenaBlock *next = b->next;

		free(b);
		b = next;
	}
}

void arena_done(Arena *a)
{
	blocks_free(a->head);
	a->head = NULL;
}

void arena_wipe_done(Arena *a)
{
	for (ArenaBlock *b = a->head; b; b = b->next)
		explicit_bzero(b->data, b->used);
	arena_done(a);
}

void arena_reset(Arena *a)
{
	if (!a->head)
		return;
	blocks_free(a->head->next);
	a->head->next = NULL;
	a->head->used = 0;
}

void *arena_alloc(Arena *a, size_t n)
{
	ArenaBlock *b = a->head;
	size_t cap;
	void *p;

	assert(n < SIZE_MAX / 4);
	n = (n + sizeof(max_align_t) - 1) / sizeof(max_align_t) * sizeof(max_align_t);
	if (!b || b->cap - b->used < n) {
		/* Blocks double, so that a large result costs few of them. */
		cap = b ? b->cap * 2 : BLOCK_MIN;
		if (cap > (1 << 20))
			cap = 1 << 20;
		if (cap < n)
			cap = n;
		b = xmalloc(sizeof *b + cap);
		*b = (ArenaBlock){ .next = a->head, .cap = cap };
		a->head = b;
	}
	p = (char *)b->data + b->used;
	b->used += n;
	return memset(p, 0, n);
}

void *arena_alloc_array(Arena *a, size_t count, size_t size)
{
	size_t n;
	bool over = __builtin_mul_overflow(count, size, &n);

	assert(!over);
	(void)over;
	return arena_alloc(a, n);
}

char *arena_cstr(Arena *a, Str s)
{
	char *p = arena_alloc(a, s.n + 1);

	if (s.n)
		memcpy(p, s.p, s.n);
	return p;
}

Str arena_str(Arena *a, Str s)
{
	return (Str){ arena_cstr(a, s), s.n };
}

Str arena_printf(Arena *a, const char *fmt, ...)
{
	va_list ap;
	int n;
	char *p;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return STR("");
	p = arena_alloc(a, (size_t)n + 1);
	va_start(ap, fmt);
	(void)vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return (Str){ p, (size_t)n };
}
