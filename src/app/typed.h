/* The line behind ":" and "/": what is typed, what it may become, and what was typed before. */
#ifndef APP_TYPED_H
#define APP_TYPED_H

#include "app/app_impl.h"

void typed_open(App *a, Mode m, const char *text);
void typed_close(App *a);
void typed_key(App *a, Key k);
/* What Tab makes of the command line; NULL: nothing else. It may begin otherwise than what is typed: "rbk" becomes "rollback". */
const char *typed_offer(App *a);

#endif
