/* The last painted figures: a row of the store for each name, and a copy of the newest row in a file beside the store, from which a start
 * paints without opening the store. The row is what counts: a copy that is torn, or of a store that lay here before, is passed over. */
#ifndef STORE_FRAME_H
#define STORE_FRAME_H

#include "store/store.h"

/* The row, then the copy. */
int store_put_frame(Store *s, const char *name, Str blob, int64_t now_ms, Err *e);
/* From the row; an empty blob: there is none of this name. */
int store_get_frame(Store *s, const char *name, Arena *a, Str *blob, int64_t *at_ms, Err *e);
/* From the copy beside the store at path: into room bytes at out, *n of them. -1: there is none of this name that belongs to this store,
 * and out may have been written to; ask the row. Its bytes are as the disk has them: they need a check of their own. */
int store_peek_frame(const char *path, const char *name, void *out, size_t room, size_t *n);

#endif
