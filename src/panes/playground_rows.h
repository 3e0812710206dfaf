/* The rows above the playground's input: how two columns compare, and what the next question will come to. */
#ifndef PANES_PLAYGROUND_ROWS_H
#define PANES_PLAYGROUND_ROWS_H

#include "app/playground.h"

/* The focused column beside the first one; the first beside the second when it is that itself. Empty text: there is nothing to say. */
typedef struct Compared { Clean text; Role role; } Compared;
Compared playground_compared(Chat *chat, size_t focus, Arena *a);
/* What has to be said by a person goes before what the next question may cost. In a narrow window what matters least is left out. */
Clean playground_before(App *app, int w, Arena *a);

#endif
