/* What the files of the playground share. */
#ifndef APP_PLAYGROUND_OWN_H
#define APP_PLAYGROUND_OWN_H

#include "app/playground.h"

void playground_say(App *a, const Err *e);       /* on the bottom line */
void playground_keep(Playground *p);             /* writes the conversation to the store, unless nothing was asked */
void playground_choose_model(Playground *p);     /* when its first column has none: the one that most pointers of the fleet lead to */
Playground *playground_shown(App *a);            /* opens its view when another one is shown; NULL: there is none */

#endif
