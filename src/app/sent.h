/* When all runs of this user have asked models in the last minute: a file of times, locked while it is changed. Without the file this run counts
 * for itself, in memory. */
#ifndef APP_SENT_H
#define APP_SENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SENT_MAX = 1000 /* requests a minute that can be told apart */ };

typedef struct Sent {
	char   *path;                 /* NULL: nowhere */
	int64_t most;                 /* requests a minute; 0: no bound */
	int64_t own[SENT_MAX];        /* wall clock, where there is no file */
	size_t  n;
} Sent;

void   sent_open(Sent *s, char *path, int64_t most);      /* takes path, which may be NULL. Opens nothing yet */
void   sent_close(Sent *s);
/* How many requests of the last minute there are, and in *wait_ms how long until there is room for n more; 0: there is. */
size_t sent_peek(Sent *s, size_t n, int64_t now_ms, int64_t *wait_ms);
/* The same, and where there is room, or `anyway`, they count as sent from now on. */
size_t sent_claim(Sent *s, size_t n, bool anyway, int64_t now_ms, int64_t *wait_ms);

/* One that was claimed was not sent after all. */
void   sent_give_back(Sent *s);

#endif
