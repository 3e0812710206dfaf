/* A conversation as JSON, to be kept and resumed. Its texts pass through `mask` on their way out, so that what must not be kept is not. */
#ifndef CHAT_RECORD_H
#define CHAT_RECORD_H

#include "chat/chat.h"

enum { RECORD_MAX = 8 << 20 };

/* Appends the text as it may be kept. */
typedef struct RecordMask { void (*put)(void *arg, Str text, Buf *out); void *arg; } RecordMask;

/* mask NULL: texts go out as they are. -1: it is longer than RECORD_MAX. */
int  record_write(Chat *c, const RecordMask *mask, Buf *out, Err *e);
/* Takes the place of the columns and turns of c. -1: it is none of ours; c has one empty column then. */
int  record_read(Chat *c, Str json, Err *e);
/* One step alone, word for word. The second's -1: it is none of ours, and *s holds nothing then. */
int  record_step_write(const ChatStep *s, Buf *out);
int  record_step_read(ChatStep *s, Str json, Err *e);
/* The first question in one line, at most so many bytes and never within a character: what a session is called until it is named. */
void record_title(Chat *c, const RecordMask *mask, size_t most, Buf *out);

#endif
