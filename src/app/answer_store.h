/* The answer cache's place in a context's store (store/answers.h). */
#ifndef APP_ANSWER_STORE_H
#define APP_ANSWER_STORE_H

#include "app/storeq.h"
#include "chat/cache.h"

typedef struct AnswerStore { StoreQ *const *queue; int64_t max_bytes; CacheStore calls; } AnswerStore;

/* *queue is looked at whenever it is needed: a console opens its store after its screen. NULL: nothing is to be kept there. s must stay where
 * it is. */
const CacheStore *answer_store_init(AnswerStore *s, StoreQ *const *queue, const ConfAnswerCache *conf);

#endif
