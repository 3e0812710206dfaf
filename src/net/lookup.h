/* How long a host's name may be looked up. A name server that says nothing says nothing to every name: the patience is one
 * for all lookups of an Http, so a question that needs several hosts, with its retries, ends within LOOKUP_PATIENCE_MS and
 * a short LOOKUP_LAST_MS for each further name. Pure: monotonic ms come as arguments; zeroed is the start. */
#ifndef NET_LOOKUP_H
#define NET_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LOOKUP_FIRST_MS = 1700,      /* then a lookup is given up, so that a retry sends what a bad line may have lost */
	LOOKUP_PATIENCE_MS = 3400,   /* silence after which retries are no use */
	LOOKUP_LAST_MS = 500,        /* a new name is still asked for: a name server near by answers in that */
	LOOKUP_FORGET_MS = 30000,    /* nothing was looked up for so long: the silence may be over */
};

typedef struct Lookups { int64_t silent_since_ms, last_ms; } Lookups;   /* 0: not silent */

/* When a lookup that begins now is given up. */
int64_t lookup_until_ms(Lookups *l, int64_t now_ms);
/* The lookup begun then had no answer by now. true: and none will come. */
bool    lookup_silent(Lookups *l, int64_t begun_ms, int64_t now_ms);
/* A name server said something, an address or that there is none. */
void    lookup_answered(Lookups *l);

#endif
