/* What all runs of this user have spent on paid calls today (UTC): one line in a file of its own, 0600, locked while it is
 * changed. Without the file (no home, no room, a file system without locks) this run counts for itself. */
#ifndef APP_SPENT_H
#define APP_SPENT_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Spent {
	char   *path;                 /* NULL: nowhere */
	int64_t day, own_nusd;        /* day of own_nusd, since the epoch */
} Spent;

void    spent_open(Spent *s, char *path);      /* takes path, which may be NULL. Opens nothing yet */
void    spent_close(Spent *s);
/* Takes it where the day's sum stays within most, in one look: of several runs at once none goes over it. was: the sum before. */
bool    spent_claim(Spent *s, int64_t now_ms, int64_t nusd, int64_t most_nusd, int64_t *was_nusd);
void    spent_add(Spent *s, int64_t now_ms, int64_t nusd);      /* negative: given back */

#endif
