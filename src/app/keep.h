/* Keeps the store within its ages and its size. */
#ifndef APP_KEEP_H
#define APP_KEEP_H

#include "store/store.h"

struct Watch;

typedef struct KeepStep { int64_t jobs_ms, lines_ms; } KeepStep;
typedef struct KeepResult {
	KeepStep kept;         /* the ages that were applied */
	bool shortened;        /* shorter than usual, for the file's size */
	bool fits;             /* within the limit now */
} KeepResult;

/* Forgets what is past its age, and then by shorter ages until the rows fit into limit_bytes; gives space back to the
 * disk while the file is larger than that. */
int  keep_run(Store *s, int64_t now_ms, int64_t limit_bytes, KeepResult *out, Err *e);
/* What to say about it on the screen; empty when all is as usual. */
void keep_text(const KeepResult *r, int64_t limit_bytes, char out[160]);

/* Does it on the store of a watched context when it is due: once after the start, when the feeds have had their first answers, then
 * every hour. Its feeds must have been started. now_ms: wall clock. */
void keep_tick(struct Watch *w, int64_t now_ms);

#endif
