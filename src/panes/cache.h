/* What the cache view says about one of its rows, below the list. For cache.c and its tests. */
#ifndef PANES_CACHE_H
#define PANES_CACHE_H

#include "app/ask_cache.h"

enum { CACHE_NOTES = 8 };
typedef struct CacheNotes { Clean label[CACHE_NOTES], text[CACHE_NOTES]; Role role[CACHE_NOTES]; int n; } CacheNotes;

/* Prompts that were asked: below FEW of them a rate is not judged. */
int64_t cache_asks(const CacheCell *c);
int64_t cache_rate(const CacheCell *c);                        /* ppm; -1: no prompt */
bool    cache_used(const CacheCell *c);                        /* something was read or written, now or in the last seven days */
bool    cache_low(const CacheCell *c);                         /* 20 points below what it can */
/* The shortest prefix that the model caches; 0: not known. */
int     cache_least_prefix(Str model);
typedef struct CacheClock { int64_t now_ms, offset_ms, window_ms; } CacheClock;
void    cache_notes(const CacheCell *c, const CacheClock *t, Arena *a, CacheNotes *out);

#endif
