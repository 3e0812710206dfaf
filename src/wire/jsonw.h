/* Writes JSON straight into a Buf: for output of any size, with exact integers. Commas and colons are its own
 * business. Text is escaped; invalid UTF-8 becomes U+FFFD. At most 63 levels. When the Buf's cap is reached the rest is
 * dropped and out->full stays set: look at it before using the text. */
#ifndef WIRE_JSONW_H
#define WIRE_JSONW_H

#include "base/buf.h"

typedef struct JsonW {
	Buf     *out;
	uint64_t more;     /* bit per depth: a comma is due */
	int      depth;
	bool     after_key;
} JsonW;

JsonW jw_to(Buf *out);
void  jw_object(JsonW *w);
void  jw_object_end(JsonW *w);
void  jw_array(JsonW *w);
void  jw_array_end(JsonW *w);
void  jw_key(JsonW *w, const char *key);
void  jw_key_str(JsonW *w, Str key);           /* a key that is data */
void  jw_str(JsonW *w, Str s);
void  jw_cstr(JsonW *w, const char *s);        /* NULL writes null */
void  jw_i64(JsonW *w, int64_t v);
void  jw_num(JsonW *w, double v);              /* shortest text that reads back the same; NaN and infinity write null */
void  jw_bool(JsonW *w, bool v);
void  jw_null(JsonW *w);
void  jw_raw(JsonW *w, Str json);              /* one whole value, already JSON */
/* key and value in one go; an empty Str with p == NULL writes null */
void  jw_kstr(JsonW *w, const char *key, Str s);
void  jw_kraw(JsonW *w, const char *key, Str json);     /* nothing at all when it is empty */
void  jw_ki64(JsonW *w, const char *key, int64_t v);
void  jw_knum(JsonW *w, const char *key, double v);
void  jw_kbool(JsonW *w, const char *key, bool v);
void  jw_knull(JsonW *w, const char *key);

#endif
