/* Models that are asked without AWS (`local_models` of config.yaml): OpenAI's chat completions with server-sent events, or Ollama's chat with
 * lines of JSON, streamed. An answer ends in the form that those of Bedrock have. All on the loop's thread. */
#ifndef LOCAL_LOCAL_H
#define LOCAL_LOCAL_H

#include "api/converse.h"
#include "conf/local_models.h"
#include "net/http.h"

typedef struct LocalCall LocalCall;

/* err: one sentence, without the key. unreached: nothing was sent. */
typedef struct LocalError { bool cancelled, unreached; Err err; } LocalError;

typedef struct LocalHandler {
	void (*on_piece)(LocalCall *c, void *arg);       /* something was added to the turn */
	void (*on_done)(LocalCall *c, const LocalError *err, void *arg);     /* exactly once, never from inside local_ask; err NULL: it is whole */
	void *arg;
} LocalHandler;

/* Asks it: system, messages (texts and tools), limits and tools of in; the rest is Bedrock's own and is left out. The answer is added to *said,
 * which must stay where it is until on_done or local_cancel. m is borrowed until on_done. NULL and Err: it cannot be asked. */
LocalCall *local_ask(Http *http, const ConfLocalModel *m, const ConverseIn *in, ConverseTurn *said, const LocalHandler *h, Err *e);
void local_cancel(LocalCall *c);      /* nothing more is added; on_done comes in a later turn of the loop */

#endif
