/* What is said to local models and what they answer, as bytes. Pure. */
#ifndef LOCAL_DIALECT_H
#define LOCAL_DIALECT_H

#include "api/converse.h"
#include "conf/local_models.h"

enum { LOCAL_EVENT_MAX = 1 << 20 /* bytes of one event or line */, LOCAL_ANSWER_MAX = 16 << 20 /* of all of them */ };

/* Appends the body of the request. -1: something of it cannot be said in this dialect. */
int local_request(const ConfLocalModel *m, const ConverseIn *in, Buf *out, Err *e);

/* What one event or line adds to the turn. done: the end of the answer was said. */
typedef struct LocalFold { ConverseTurn *said; bool added, done; } LocalFold;
int local_openai_event(Arena *a, Str json, LocalFold *f, Err *e);
int local_ollama_line(Arena *a, Str json, LocalFold *f, Err *e);

/* The words of a refusal in an answer's body; empty: there are none. */
Str local_refusal(Arena *a, Str body);

#endif
