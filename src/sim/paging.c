#include "sim/paging.h"

#include <inttypes.h>

#include "sim/rng.h"

enum { CHECK_DIGITS = 16 };

static Str token_text(Arena *a, uint64_t salt, size_t from)
{
	return arena_printf(a, "%016" PRIx64 "%zu", rng_join(salt, from), from);
}

int page_open(Str token, uint64_t salt, size_t n, int64_t limit, size_t most, Page *out)
{
	size_t room = limit > 0 && (uint64_t)limit < most ? (size_t)limit : most;
	int64_t from = 0;
	Arena a = { 0 };
	int rc = 0;

	if (token.n && (token.n <= CHECK_DIGITS || str_i64(str_sub(token, CHECK_DIGITS, token.n), &from) < 0 || from < 0 ||
	                !str_eq(token, token_text(&a, salt, (size_t)from))))
		rc = -1;
	arena_done(&a);
	/* What was listed may have become shorter: the page is then empty and the last one. */
	out->from = (size_t)from < n ? (size_t)from : n;
	out->to = n - out->from < room ? n : out->from + room;
	return rc;
}

Str page_token(SimCall *c, uint64_t salt, size_t n, const Page *p)
{
	return p->to < n ? token_text(c->arena, salt, p->to) : STR("");
}
