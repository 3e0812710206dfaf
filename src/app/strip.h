/* The verify strip: what becomes of the move that was sent, in every view, above the bottom line. Esc folds it to one row. */
#ifndef APP_STRIP_H
#define APP_STRIP_H

#include "app/pane.h"

enum { STRIP_ROWS = 4 };

void strip_open(App *a);                     /* whole, for the errand that was sent */
bool strip_fold(App *a);                     /* false: there is nothing to fold */
void strip_command(App *a, Str rest);        /* ":strip": whole, folded, and gone once the move is over */
void strip_draw(App *a, Box b);
int  strip_rows(const App *a);

#endif
