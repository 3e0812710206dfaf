/* The cost lines by question: while it is on, they are neither tailed nor searched, but added up by Logs Insights (question.h,
 * pushdown.h) in slices that follow one another; each hour is asked for once more as a whole when its late lines have come. */
#ifndef APP_FEED_PUSH_H
#define APP_FEED_PUSH_H

#include "app/feed_impl.h"
#include "model/push_rate.h"

typedef struct Push Push;

Push *push_new(Feed *f);
void  push_free(Push *p);            /* NULL is fine */
/* The cursors have been read anew. */
void  push_resume(Push *p);
/* Ends what is under way, also at AWS. */
void  push_close(Push *p);
/* By the configuration, or because of what was measured. */
bool  push_is_on(const Push *p);
/* So many lines have been found in [from_ms, until_ms), by the search. */
void  push_count(Push *p, int64_t lines, int64_t from_ms, int64_t until_ms);
/* One round; ends in feed_end. */
void  push_round(Push *p);
/* Lines of before this are Insights'; 0: none are. */
int64_t push_until_ms(const Push *p);

#endif
