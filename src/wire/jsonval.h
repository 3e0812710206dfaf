/* A read-only JSON document in an arena, made by the pull parser (wire/json.h), with typed getters.
 * This is how everything that comes from outside is read. Getters name the path in their error
 * ("Items[3].tokens.input: not an integer") and never print a value.
 *
 * JsonVal is a small handle, passed by value. A missing member is a handle for which jv_is_absent() holds. */
#ifndef WIRE_JSONVAL_H
#define WIRE_JSONVAL_H

#include "base/arena.h"
#include "wire/json.h"

typedef enum JvType { JV_ABSENT, JV_NULL, JV_FALSE, JV_TRUE, JV_NUMBER, JV_STRING, JV_ARRAY, JV_OBJECT } JvType;
typedef struct JvNode JvNode;
typedef struct JsonVal { const JvNode *node; } JsonVal;

/* Parses a whole document. Everything, strings included, is copied into the arena. */
int jv_parse(Arena *a, Str text, size_t max_bytes, JsonVal *out, Err *e);

JvType  jv_type(JsonVal v);
bool    jv_is_absent(JsonVal v);                       /* absent or null */
size_t  jv_count(JsonVal v);                           /* members or elements; 0 for scalars */
JsonVal jv_at(JsonVal array, size_t i);                /* O(1) */
JsonVal jv_member_at(JsonVal object, size_t i, Str *key);
bool    jv_has(JsonVal object, const char *key);
bool    jv_is_twice(JsonVal v);                        /* its key, or one on the way to it, stands twice in its object */
/* The member, or absent. A key that is there twice makes every typed getter on the result fail. */
JsonVal jv_get(JsonVal object, const char *key);
JsonVal jv_get_str(JsonVal object, Str key);
JsonVal jv_path(JsonVal v, const char *dotted);        /* "output.message.content": objects only */

/* Typed getters: 0 and *out, or -1 and an Err with the path. jv_opt_* leave *out alone and return 0 when the
 * member is absent or null. jv_name: a non-empty string that becomes a name, header, path or id: NUL and
 * control characters are refused. */
int jv_str(JsonVal object, const char *key, Str *out, Err *e);
int jv_name(JsonVal object, const char *key, Str *out, Err *e);
int jv_i64(JsonVal object, const char *key, int64_t *out, Err *e);         /* exact; "1.0" and "1e3" are integers, 1.5 is not */
int jv_bool(JsonVal object, const char *key, bool *out, Err *e);
int jv_scaled(JsonVal object, const char *key, int scale, int64_t *out, Err *e);  /* str_scaled of the number's or string's text */
int jv_num(JsonVal object, const char *key, double *out, Err *e);          /* for metric values and rates, never money */
int jv_object(JsonVal object, const char *key, JsonVal *out, Err *e);
int jv_array(JsonVal object, const char *key, JsonVal *out, Err *e);
int jv_opt_str(JsonVal object, const char *key, Str *out, Err *e);
int jv_opt_name(JsonVal object, const char *key, Str *out, Err *e);
int jv_opt_i64(JsonVal object, const char *key, int64_t *out, Err *e);
int jv_opt_bool(JsonVal object, const char *key, bool *out, Err *e);
int jv_opt_scaled(JsonVal object, const char *key, int scale, int64_t *out, Err *e);
int jv_opt_num(JsonVal object, const char *key, double *out, Err *e);
int jv_opt_object(JsonVal object, const char *key, JsonVal *out, Err *e);
int jv_opt_array(JsonVal object, const char *key, JsonVal *out, Err *e);

/* The scalar itself, for array elements: same rules. */
int jv_as_str(JsonVal v, Str *out, Err *e);
int jv_as_name(JsonVal v, Str *out, Err *e);
int jv_as_i64(JsonVal v, int64_t *out, Err *e);
int jv_as_num(JsonVal v, double *out, Err *e);
int jv_as_bool(JsonVal v, bool *out, Err *e);
/* For readers of their own: the member and 1; 0 when it is absent or null and not needed; -1 when it is needed, there
 * twice, or object is none. jv_bad: -1, with the path of v before what is wrong with it. */
int jv_member(JsonVal object, const char *key, bool needed, JsonVal *out, Err *e);
int jv_bad(JsonVal v, const char *what, Err *e);
Str jv_number_text(JsonVal v);                         /* exact text of a number; empty otherwise */
/* Writes v as JSON again (compact). */
int jv_write(JsonVal v, Buf *out);

#endif
