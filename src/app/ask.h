/* Questions to the stores of all contexts that are shown, on the worker pool. For app/ files only; panes have app_ask (pane.h). */
#ifndef APP_ASK_H
#define APP_ASK_H

#include "app/pane.h"

/* Whom a question goes to, as things stood when it was put. */
typedef struct Asked { App *a; unsigned epoch; size_t n; FigText name[FIG_CONTEXTS]; } Asked;
void   asked_send(App *a, Asked *who, int (*run)(Store *const *, size_t, void *, Err *), void (*done)(void *, const Err *), void *work);
Stores asked_stores(const Asked *who, Store *const *s);
bool   asked_late(const Asked *who);            /* an answer to a question of other contexts must not be shown as one about these */
FiguresAsk asked_now(const App *a);             /* the clock of what is shown */
void   ask_again(App *a);                       /* all questions of the panes that are shown: the stores have news */
void   ask_forget(Pane *p);                     /* it closes, or other contexts are shown */

#endif
