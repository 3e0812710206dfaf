/* Which stretch of time a feed has read without a hole, and which it reads next. No I/O, no clock of its own.
 *
 *   forward   from the newest time seen, less an overlap: indexes are eventually consistent and writers' clocks differ
 *   backward  to the window that was asked for at once, then slice by slice to the end of the back-fill, newest first */
#ifndef APP_FEED_SPAN_H
#define APP_FEED_SPAN_H

#include "base/str.h"

typedef struct Span { int64_t head_ms, back_ms; } Span;                  /* read from back to head; 0 = never */
typedef struct Range { int64_t from_ms, until_ms; bool back; } Range;    /* until 0 = open */

/* The live end: from since when nothing was read yet, and never further back than what is read already. */
Range span_forward(const Span *s, int64_t since_ms, int64_t overlap_ms);
/* The next stretch of the past, or false when there is none. want_ms: the end of the back-fill, 0 = no back-fill. */
bool  span_backward(const Span *s, int64_t since_ms, int64_t want_ms, int64_t slice_ms, Range *out);
/* The span once the range is read and newest (0: nothing came) was the newest time in it. A time in the future is a
 * wrong clock: following it would leave out everything until then. */
Span  span_after(const Span *s, const Range *r, int64_t newest_ms, int64_t now_ms);

#endif
