/* The verify strip: what becomes of a move, in every view, above the bottom line: of the one that was sent from here, or of one that somebody
 * else has sent (ops_watch.h), which then says so. Esc folds it to one row. */
#ifndef APP_STRIP_H
#define APP_STRIP_H

#include "app/pane.h"

enum { STRIP_ROWS = 4 };

void strip_open(App *a);                     /* whole, for a move that is new */
void strip_close(App *a);                    /* there is none any more */
bool strip_is_own(const App *a);             /* it is about the errand */
bool strip_asked(const App *a);              /* a person wants to see the last one, though it is over */
bool strip_fold(App *a);                     /* false: there is nothing to fold */
void strip_command(App *a, Str rest);        /* ":strip": whole, folded, and gone once the move is over */
void strip_draw(App *a, Box b);
int  strip_rows(const App *a);
bool strip_offers_sessions(const App *a);    /* S stops them: they may be what is left of a version */

#endif
