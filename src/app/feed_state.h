/* How a feed stands, on its way into the store and back: the process that polls keeps it for the others. */
#ifndef APP_FEED_STATE_H
#define APP_FEED_STATE_H

#include "app/feed.h"
#include "store/pulse.h"

void feed_state_of(const FeedView *v, Arena *a, FeedState *out);      /* texts are borrowed from v, or in a */
void feed_state_view(const FeedState *st, FeedView *out);       /* the name stays what it is in out */
/* The views of all feeds that the list has, by their names. */
void feed_states_show(const FeedState *st, size_t n, FeedView v[FEEDS_N]);
/* Whether the two differ by more than a round that went well makes them differ. */
bool feed_state_differs(const FeedView *a, const FeedView *b);

#endif
