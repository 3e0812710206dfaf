/* Where the lines of a job or of a trace are: an entry for each second in which the hash of its id has a line. Who writes lines never asks, so
 * nothing of it is kept in memory: a transaction's entries are a row of link_new, in the order of their hashes, and a quarter of all hashes
 * at a time is merged into link_upper and link_block (index_block.h). Inside the store only. */
#ifndef STORE_LINKS_H
#define STORE_LINKS_H

#include "store/index_block.h"

typedef struct Links { IndexEntry *v; size_t n, cap; } Links;    /* of the transaction under way */
/* The line ids of one second: [from, until]. */
typedef struct LinkSpan { int64_t from, until; } LinkSpan;
typedef struct LinkSpans { LinkSpan *v; size_t n, cap; } LinkSpans;      /* v: free it */

void links_lose(Links *x);                                       /* what was put is not wanted */
void links_done(Links *x);
/* money: the line is about money and kept as long as jobs are. */
void links_put(struct Store *s, int64_t hash, int64_t line, bool money);
int  links_settle(struct Store *s, Err *e);                      /* before a commit: writes what was put */
/* Adds the seconds that have lines of this hash, some of them twice, some whose lines are gone. */
int  links_find(struct Store *s, int64_t hash, LinkSpans *out, Err *e);
int  links_clear(struct Store *s, Err *e);

#endif
