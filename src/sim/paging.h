/* Page tokens of the listings that are numbered: one belongs to the listing that gave it out. */
#ifndef SIM_PAGING_H
#define SIM_PAGING_H

#include "sim/service.h"

/* One page of n things. salt: a number that is the same for requests that may share a token (the hash of their filters).
 * limit: what was asked for; 0: most. `from` is where the page begins, `to` where it ends. */
typedef struct Page { size_t from, to; } Page;
/* 0, or -1 for a token that was not given out for this listing. */
int  page_open(Str token, uint64_t salt, size_t n, int64_t limit, size_t most, Page *out);
/* The token of the page that follows; empty behind the last one. */
Str  page_token(SimCall *c, uint64_t salt, size_t n, const Page *p);

#endif
