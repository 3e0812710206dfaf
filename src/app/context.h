/* Which contexts the console shows: those that it started with, and `:ctx`. For app/ files only. */
#ifndef APP_CONTEXT_H
#define APP_CONTEXT_H

#include "app/pane.h"
#include "app/watch.h"

int  context_open(App *a, const SessionSpec *spec, Err *e);      /* those that spec names, in place of none */
void context_start(App *a, bool live);          /* their stores and feeds */
void context_close(App *a);
void context_command(App *a, Str names);        /* ":ctx NAME"; empty: the list of them */
const char *context_complete(App *a, Str prefix);                /* the one name, whole, or NULL */
bool context_idle(const App *a);                /* no store is at work */
bool context_stored(const App *a);              /* the stores can be asked: not before the first paint */
Watch *context_find(const App *a, const char *name);             /* empty: the first */
/* The stores to ask together, and their contexts' names. Two contexts that show the same account, Region and tables are
 * one place: it is counted once. */
size_t context_stores(const App *a, StoreQ *queue[FIG_CONTEXTS], FigText name[FIG_CONTEXTS]);
/* Up to when each of these stores is known (FiguresAsk), in the same order. */
void context_known(const App *a, int64_t known_ms[FIG_CONTEXTS], int64_t counted_ms[FIG_CONTEXTS]);
const char *context_notice(const App *a);       /* what keeps credentials from being renewed; empty: nothing */
void context_views(App *a);                     /* who and how fresh they are, into World */
void context_kept_views(App *a);                /* the same of how fresh the stores say they are; nobody is asked */

#endif
