/* What the files of the playground share. */
#ifndef APP_PLAYGROUND_OWN_H
#define APP_PLAYGROUND_OWN_H

#include "app/playground.h"

void playground_say(App *a, const Err *e);       /* on the bottom line */
/* The model that most pointers of the fleet lead to, for a first column that has none yet. */
void playground_choose(Playground *p);
void playground_defaults(Playground *p);         /* what the context's configuration says of a first column */
void playground_name(Playground *p);             /* what is asked from here on is a conversation of its own */
void playground_keep(Playground *p);             /* writes the conversation to the store, unless nothing was asked or its hour is over */
void playground_cache_open(Playground *p);
void playground_flag(Playground *p, const Flag *f);      /* keeps a security event */
void playground_counted(Playground *p, size_t column, const Err *why);
Playground *playground_ready(App *a);            /* NULL, and said: what is shown is not now, or there is nobody to ask */
Playground *playground_shown(App *a);            /* opens its view when another one is shown; NULL: there is none */

#endif
