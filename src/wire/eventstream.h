/* application/vnd.amazon.eventstream: frames out of any split of the bytes, and frames into bytes.
 * Source: Amazon "Event stream encoding" (Smithy specification, amazon-eventstream). The decoder allocates nothing:
 * it looks at the caller's bytes and says how many it used. */
#ifndef WIRE_EVENTSTREAM_H
#define WIRE_EVENTSTREAM_H

#include "base/buf.h"

typedef enum EsType {
	ES_TRUE, ES_FALSE, ES_INT8, ES_INT16, ES_INT32, ES_INT64, ES_BYTES, ES_STRING, ES_TIMESTAMP, ES_UUID
} EsType;

typedef struct EsHeader {
	Str     name;
	EsType  type;
	Str     data;      /* BYTES, STRING, UUID (16 bytes) */
	int64_t num;       /* integers; TIMESTAMP in ms since 1970 */
} EsHeader;

enum {
	ES_MAX_PAYLOAD = 24 << 20,
	ES_MAX_HEADERS_BYTES = 128 << 10,
	ES_MAX_HEADERS = 1024,
	ES_MAX_FRAME = ES_MAX_PAYLOAD + ES_MAX_HEADERS_BYTES + 16,
	ES_MORE = 0,
};

typedef struct EsFrame {
	Str headers;       /* raw header block; walk with es_header_next */
	Str payload;
	uint32_t prelude_crc, message_crc;
} EsFrame;

/* Looks at p[0..n). Returns the length of the first whole frame and fills *out (borrowed), ES_MORE when more bytes
 * are needed, or -1, which is final: nothing after a bad frame can be trusted. Lengths are believed only after the
 * prelude's CRC held and they are under the caps; headers are checked (types, lengths, UTF-8 names and texts, no name
 * twice) before a frame is handed out. Input that ends while ES_MORE was the last answer and bytes are left was cut. */
long es_decode(Str bytes, EsFrame *out, Err *e);

/* *at starts at 0; returns false at the end. Only for headers of a frame that es_decode accepted. */
bool es_header_next(const EsFrame *f, size_t *at, EsHeader *out);
/* The string header of that name, or an empty Str. */
Str  es_header_str(const EsFrame *f, const char *name);

/* Appends one frame, or nothing and -1: a header that does not fit its type, a name given twice, a limit reached. */
int es_encode(Buf *out, const EsHeader *headers, size_t count, Str payload, Err *e);
/* Shorthand for {":message-type": "event", ":event-type": type, ":content-type": "application/json"}. */
int es_encode_event(Buf *out, const char *type, Str json_payload);
int es_encode_exception(Buf *out, const char *type, Str json_payload);

#endif
