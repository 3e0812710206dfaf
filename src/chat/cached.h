/* Between an answer under way and the answer cache: what may come from there, what may be kept there, and answers that are asked for anew. */
#ifndef CHAT_CACHED_H
#define CHAT_CACHED_H

#include "chat/cache.h"
#include "chat/chat.h"

/* What is asked, as the cache knows it. on: it takes part. plain: it has neither personal data nor secrets. */
typedef struct CachedAsk { bool on, plain, fixed; unsigned char key[ANSWER_KEY]; } CachedAsk;

struct Asking;

/* The key of what is asked; off where answers do not come from the cache. */
void cached_ask(const Chat *c, const ChatColumn *col, const ConverseIn *in, CachedAsk *out);
/* Fills the last step of the turn with a kept answer, and says so. stale: it had better be asked for anew. False: there is none. */
bool cached_find(Chat *c, ChatTurn *t, const CachedAsk *ask, bool *stale);
/* Keeps the step when it is whole, and nothing speaks against it. */
void cached_keep(Chat *c, const ChatTurn *t, const CachedAsk *ask);
void cached_keep_step(Chat *c, const ChatStep *s, const CachedAsk *ask);

/* Asks the same in the background, once at a time; what it did cost is said in the turn that was answered meanwhile. Nothing is said when
 * that may not be, or goes wrong: the stale answer stays until its time is over. */
void renew_begin(Chat *c, ChatColumn *col, const ConverseIn *in, int64_t most_nusd, const CachedAsk *ask);
void renew_drop(Chat *c);

#endif
