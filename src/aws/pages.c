#include "aws/pages.h"

#include <inttypes.h>
#include <string.h>

void pages_start(Pages *p, const char *what, const PagesLimit *limit, int64_t now_ms)
{
	pages_done(p);
	*p = (Pages){ .what = what, .limit = limit ? *limit : (PagesLimit){ 0 }, .began_ms = now_ms };
	if (!p->limit.pages)
		p->limit.pages = PAGES_MAX;
	if (!p->limit.empty)
		p->limit.empty = PAGES_EMPTY_MAX;
}

void pages_done(Pages *p)
{
	arena_done(&p->keep[0]);
	arena_done(&p->keep[1]);
	p->token = STR("");
}

static void keep_token(Pages *p, Str token)
{
	Arena *keep = &p->keep[p->turn ^= 1];

	arena_reset(keep);
	p->token = arena_str(keep, token);
}

/* Of two different tokens with one hash in 64 bits nobody will hear. */
static bool was_seen(Pages *p, Str token)
{
	uint64_t hash = str_hash(token);

	for (size_t i = 0; i < PAGES_SEEN && i < (size_t)p->count; i++)
		if (p->seen[i] == hash)
			return true;
	p->seen[(size_t)p->count % PAGES_SEEN] = hash;
	return false;
}

PagesStep pages_next(Pages *p, Str token, size_t items, int64_t now_ms, Err *e)
{
	p->items += (int64_t)items;
	p->empty = items ? 0 : p->empty + 1;
	if (!token.n) {
		p->token = STR("");
		return PAGES_DONE;
	}
	if (str_eq(token, p->token) || was_seen(p, token))
		(void)err_set(e, "%s: AWS gave the same page token twice, so the list is not complete (%" PRId64 " items); try again", p->what,
		              p->items);
	else if (++p->count >= p->limit.pages)
		(void)err_set(e, "%s came to no end within %d pages; ask for less time or fewer items", p->what, p->limit.pages);
	else if (p->empty >= p->limit.empty)
		(void)err_set(e, "%s: %d pages in a row were empty and still there is said to be more; ask for less time", p->what, p->empty);
	else if (p->limit.ms && now_ms - p->began_ms >= p->limit.ms)
		(void)err_set(e, "%s came to no end within %" PRId64 " s (%d pages); ask for less time or fewer items", p->what,
		              p->limit.ms / 1000, p->count);
	else {
		keep_token(p, token);
		return PAGES_MORE;
	}
	p->token = STR("");
	return PAGES_BROKEN;
}

static bool is_one_of(const char *code, const char *const *codes)
{
	for (; *codes; codes++)
		if (str_eq_nocase(str_of(code), str_of(*codes)))
			return true;
	return false;
}

bool pages_token_expired(const char *code, const char *message)
{
	static const char *const own[] = {
		"InvalidNextToken", "InvalidNextTokenException", "ExpiredNextTokenException", "InvalidPaginationTokenException",
		"InvalidPaginationToken", "ExpiredNextToken", "ExpiredIteratorException", NULL,
	};
	static const char *const general[] = { "InvalidParameterException", "InvalidParameterValueException", "ValidationException", NULL };
	static const char *const words[] = { "nexttoken", "next token", "pagination token" };

	if (is_one_of(code, own))
		return true;
	for (size_t i = 0; is_one_of(code, general) && i < sizeof words / sizeof *words; i++)
		if (strcasestr(message, words[i]))
			return true;
	return false;
}

bool pages_restart(Pages *p, const char *code, const char *message)
{
	/* The first page was asked without a token: it cannot be at fault. */
	if (!p->token.n || p->restarts >= PAGES_RESTARTS || !pages_token_expired(code, message))
		return false;
	p->restarts++;
	p->token = STR("");
	p->count = p->empty = 0;
	p->items = 0;
	memset(p->seen, 0, sizeof p->seen);
	return true;
}
