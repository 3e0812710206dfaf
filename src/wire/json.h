/* JSON (RFC 8259): one pull parser that is validator and reader, fed chunk by chunk.
 *
 *   json_init(&j, JSON_DEPTH_MAX, cap);
 *   json_feed(&j, chunk);            any split of the document gives the same tokens
 *   while ((t = json_next(&j)) > JSON_MORE) ...
 *   json_finish(&j);                 no more bytes will come
 *
 * Strings carry their length (a NUL is data), numbers keep their exact text, a lone surrogate becomes U+FFFD,
 * invalid UTF-8 is an error. No tree: memory is O(depth) plus the longest string. */
#ifndef WIRE_JSON_H
#define WIRE_JSON_H

#include "base/buf.h"

typedef enum JsonTok {
	JSON_ERROR = -1,   /* see json_error; final */
	JSON_MORE  = 0,    /* feed or finish */
	JSON_OBJECT, JSON_OBJECT_END, JSON_ARRAY, JSON_ARRAY_END,
	JSON_KEY, JSON_STRING, JSON_NUMBER, JSON_TRUE, JSON_FALSE, JSON_NULL,
	JSON_END,          /* one whole document and nothing after it but white space */
} JsonTok;

enum { JSON_DEPTH_MAX = 64 };

typedef struct Json Json;

Json   *json_new(size_t max_bytes);             /* max_bytes: of the whole document */
void    json_free(Json *j);
void    json_feed(Json *j, Str chunk);          /* borrowed until json_next has returned JSON_MORE */
void    json_finish(Json *j);
JsonTok json_next(Json *j);
Str     json_text(const Json *j);               /* of KEY, STRING (unescaped) or NUMBER (as written); until the next json_next */
int     json_error(const Json *j, Err *e);      /* "line 3, column 14: …"; returns -1 */

/* Validates a whole document. 0 or -1. */
int json_check(Str text, size_t max_bytes, Err *e);

#endif
