/* JSON (RFC 8259): one pull parser that is validator and reader, fed chunk by chunk.
 *
 *   j = json_new(cap);
 *   json_feed(j, chunk);             any split of the document gives the same tokens
 *   while ((t = json_next(j)) > JSON_MORE) ...
 *   json_finish(j);                  no more bytes will come
 *
 * Strings carry their length (a NUL is data), numbers keep their exact text, a lone surrogate becomes U+FFFD,
 * invalid UTF-8 is an error, and so is a byte order mark. No tree: memory is O(depth) plus the longest string. */
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
void    json_reset(Json *j);                    /* ready for the next document; keeps the memory */
void    json_feed(Json *j, Str chunk);          /* borrowed until json_next has returned JSON_MORE */
void    json_finish(Json *j);
JsonTok json_next(Json *j);
Str     json_text(const Json *j);               /* of KEY, STRING (unescaped) or NUMBER (as written); until the next json_next */
/* Reads a value whose KEY (or whose array) came just before and drops it, members and all. JSON_MORE: feed and call
 * json_skip again; JSON_ERROR: see json_error; else the last token of what was skipped. */
JsonTok json_skip(Json *j);
int     json_error(const Json *j, Err *e);      /* "line 3, column 14: …" (columns are bytes); returns -1 */

/* Text of a NUMBER into a value. i64: exact, "1.0" and "1e3" are integers, 1.5 is not. num: the nearest double,
 * whatever the locale. Both return 0, or -1 when the value does not fit (or is no integer) and leave *out alone. */
int json_text_i64(Str number, int64_t *out);
int json_text_num(Str number, double *out);
/* The same of the NUMBER that json_next has just returned: its digits need not be read again. */
int json_i64(const Json *j, int64_t *out);
int json_num(const Json *j, double *out);

/* Validates a whole document. 0 or -1. */
int json_check(Str text, size_t max_bytes, Err *e);

#endif
