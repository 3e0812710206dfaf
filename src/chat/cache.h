/* The answer cache: answers that were whole, given again to the very same question. In memory up to a bound, the ones used longest ago go first;
 * behind it perhaps a store that outlives the program. All on the loop's thread; times are of the wall clock and come as arguments. */
#ifndef CHAT_CACHE_H
#define CHAT_CACHE_H

#include "base/arena.h"
#include "conf/answer_cache.h"
#include "model/answer.h"

/* Where answers are kept beyond this run; none of the functions may be NULL. find: the row with texts in a; it may have come to its end
 * meanwhile. */
typedef struct CacheStore {
	bool (*find)(void *arg, const unsigned char key[ANSWER_KEY], Arena *a, AnswerRow *out);
	void (*put)(void *arg, const AnswerRow *row);
	void (*used)(void *arg, const unsigned char key[ANSWER_KEY]);
	void (*clear)(void *arg);
	void *arg;
} CacheStore;

typedef struct AnswerCache AnswerCache;
typedef enum CacheFound { CACHE_MISS, CACHE_FRESH, CACHE_STALE } CacheFound;

typedef struct CacheCounts {
	int64_t hits, stale, misses, saved_nusd;      /* since it was made; stale ones are no hits */
	size_t  answers;
	int64_t bytes;                                /* in memory */
} CacheCounts;

AnswerCache *cache_new(const ConfAnswerCache *conf, const CacheStore *store);     /* both borrowed; store NULL: memory alone */
void         cache_free(AnswerCache *c);                                          /* NULL is fine */
const ConfAnswerCache *cache_conf(const AnswerCache *c);
/* Counts, and fills *out with texts in a. stale_is_none: what is not fresh counts as missing. */
CacheFound   cache_find(AnswerCache *c, const unsigned char key[ANSWER_KEY], bool stale_is_none, int64_t now_ms, Arena *a, AnswerRow *out);
/* Copies it; of an answer that is larger than all the room nothing is kept. */
void         cache_put(AnswerCache *c, const AnswerRow *row, bool in_store);
void         cache_clear(AnswerCache *c);                                         /* here and in the store; the counts stay */
CacheCounts  cache_counts(const AnswerCache *c);

#endif
