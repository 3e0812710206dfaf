/* Many small allocations that die together. One for a request, one for a pane's update; reset whole. */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"

typedef struct ArenaBlock ArenaBlock;
typedef struct Arena {
	ArenaBlock *head;
} Arena;          /* {0} is an empty arena */

void  arena_done(Arena *a);
void  arena_wipe_done(Arena *a);                          /* overwrites first: for secrets */
void  arena_reset(Arena *a);                              /* keeps one block for the next round */
void *arena_alloc(Arena *a, size_t n);                    /* zeroed, aligned for any type */
#define ARENA_NEW(a, type) ((type *)arena_alloc((a), sizeof(type)))
#define ARENA_ARRAY(a, type, count) ((type *)arena_alloc_array((a), (count), sizeof(type)))
void *arena_alloc_array(Arena *a, size_t count, size_t size);
Str   arena_str(Arena *a, Str s);                         /* a copy, with a terminator behind it */
char *arena_cstr(Arena *a, Str s);
Str   arena_printf(Arena *a, const char *fmt, ...) FORMAT(2, 3);

#endif
