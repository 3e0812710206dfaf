/* The program's own tools in the playground: offered when a view lists them or :tools local asks for them, and run at once, for they only read.
 * For app/ files. */
#ifndef APP_PLAYGROUND_LOCAL_H
#define APP_PLAYGROUND_LOCAL_H

#include "app/playground.h"

void local_command(App *a, Str rest);                  /* ":tools local|off"; alone: which there are, and which are offered */
/* Appends those that are offered, as models know them. Returns how many. */
size_t local_offer(App *a, ChatTool *out, size_t room);
/* False: it is none of them. Else its result goes to chat_tool_result, later. */
bool local_run(App *a, size_t column, unsigned serial, size_t use, Str name, Str input);
void local_open(App *a);                               /* with a playground that was opened: says which names of the view nobody has */

#endif
