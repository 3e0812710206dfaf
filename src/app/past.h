/* Time travel over the snapshot: all panes show one moment of it. */
#ifndef APP_PAST_H
#define APP_PAST_H

#include "app/app_impl.h"

void past_step(App *a, int steps);              /* earlier (negative) or later; at the end of it is now */
void past_leave(App *a);
void past_command(App *a, Str when);            /* ":at TIME" */
const char *past_refuses(const App *a);         /* what is shown is not now, and which key goes back to it; NULL: it is now */

#endif
