#include "base/wipe.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

void wipe_free(void *p)
{
	if (!p)
		return;
	explicit_bzero(p, malloc_usable_size(p));
	free(p);
}

/* Never in place: realloc would leave the old copy behind where it moves. */
void *wipe_realloc(void *p, size_t n)
{
	size_t old = p ? malloc_usable_size(p) : 0;
	void *to = xmalloc(n);

	if (old)
		memcpy(to, p, old < n ? old : n);
	wipe_free(p);
	return to;
}

enum { STACK_BYTES = 64 << 10 };

__attribute__((noinline)) void wipe_stack(void)
{
	char below[STACK_BYTES];

	explicit_bzero(below, sizeof below);
}
