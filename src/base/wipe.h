/* Memory for libraries that have secrets go through them and free it as it is. What is given back here is overwritten
 * first, all that the allocator had given. */
#ifndef BASE_WIPE_H
#define BASE_WIPE_H

#include <stddef.h>

void  wipe_free(void *p);                      /* NULL is fine */
void *wipe_realloc(void *p, size_t n);         /* never NULL, as in base/xalloc.h */
/* What calls that are over have left below the caller's frame: among it the vector registers, through which memcpy moves
 * secrets, as the dynamic linker saves them when a function is called for the first time. */
void  wipe_stack(void);

#endif
