/* Which model is asked, and which next when that one cannot answer: the rules of `routing`, how the models of a chain have answered of late, and
 * what a failure allows. Nobody is asked for a second answer once a first one has begun, or may have to be paid for. */
#ifndef CHAT_WAYS_H
#define CHAT_WAYS_H

#include "chat/chat.h"
#include "local/local.h"

/* The model that is asked now. rule NULL: it was named, and no other stands behind it. */
typedef struct Way { char model[CHAT_WORD]; const ConfRoute *rule; size_t at; } Way;

/* Why there was no answer, and who may be asked instead: nobody, only what costs nothing (the first may have been carried out), or anybody. */
typedef enum Onward { ONWARD_NONE, ONWARD_LOCAL, ONWARD_ANY } Onward;
typedef struct Miss { Onward to; bool unreached, cancelled; const char *words; } Miss;      /* unreached: AWS as a whole */

Miss miss_of_aws(const AwsError *err);
Miss miss_of_local(const LocalError *err);
Miss miss_unsent(Str model, const Err *e);           /* it could not even be asked */

bool way_is_auto(Str model);
/* For the next step of the turn: what its column names, what a rule chooses, or who has answered the step before. Says so in the turn. */
int  way_first(Chat *c, const ChatColumn *col, ChatTurn *t, Way *w, Err *e);
/* The next of the chain. False: there is none that may be asked. */
bool way_next(Chat *c, ChatColumn *col, Way *w, const Miss *m);
/* After an answer (miss NULL; first_ms: until its first token) or none. */
void way_tell(Chat *c, const Way *w, int64_t first_ms, const Miss *m);
/* The dearest model that a question may go to: its own one, or one of the chain. */
typedef void (*WayModel)(void *arg, Str model);
void way_each(const Chat *c, const ChatColumn *col, Str question, WayModel each, void *arg);

#endif
