/* Server-sent events (WHATWG HTML, 9.2), fed in pieces: any split of the stream gives the same events. An event that the
 * stream's end cuts off is none. */
#ifndef WIRE_SSE_H
#define WIRE_SSE_H

#include "base/buf.h"

typedef struct Sse {
	Buf    line, type, data;
	size_t max_bytes;            /* of one event */
	bool   after_cr, begun, has_data;
} Sse;

/* type: "message" when the stream did not say. Both are borrowed until it returns. -1 ends the feeding. */
typedef int (*SseEvent)(void *arg, Str type, Str data);

void sse_init(Sse *s, size_t max_bytes);
void sse_done(Sse *s);
/* -1 and Err: an event or a line is over the cap; -1 without Err (text empty): on_event said so. */
int  sse_feed(Sse *s, Str piece, SseEvent on_event, void *arg, Err *e);

#endif
