/* Request bodies, built with cJSON. It only ever builds: what comes from outside is read by wire/jsonval.h.
 * Integers go in as exact text (cJSON's own numbers are doubles). Running out of memory ends the program in xalloc. */
#ifndef API_JSONOUT_H
#define API_JSONOUT_H

#include <cjson/cJSON.h>

#include "base/buf.h"

cJSON *jo_new(void);
/* -1 when s has a NUL or is not UTF-8: it could not arrive as it is. The error names the key. */
int    jo_str(cJSON *object, const char *key, Str s, Err *e);
void   jo_cstr(cJSON *object, const char *key, const char *s);     /* of ours; NULL adds nothing */
void   jo_i64(cJSON *object, const char *key, int64_t v);
void   jo_bool(cJSON *object, const char *key, bool v);
void   jo_raw(cJSON *object, const char *key, Str json);           /* one whole value, already JSON */
cJSON *jo_object(cJSON *object, const char *key);                  /* a new object in it, borrowed */
cJSON *jo_array(cJSON *object, const char *key);
cJSON *jo_push(cJSON *array);                                      /* a new object at the end, borrowed */
void   jo_push_raw(cJSON *array, Str json);
/* Deletes root; writes it to *out first when rc is 0. Returns rc, or -1 when it did not fit. */
int    jo_finish(cJSON *root, int rc, Buf *out, Err *e);

#endif
