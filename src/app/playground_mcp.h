/* Tools of MCP servers in the playground: the servers of mcp_servers are started when they are asked for, their tools offered to the models, and
 * each use of one that is not marked read-only waits for a person. For app/ files and the pane that shows it. */
#ifndef APP_PLAYGROUND_MCP_H
#define APP_PLAYGROUND_MCP_H

#include "app/pane.h"

enum { MCP_ASKED = 600 };

typedef struct PlaygroundMcp PlaygroundMcp;

void mcp_command(App *a, Str rest);          /* ":mcp on|off", alone: which servers, their tools, and what became of them */
void mcp_allow(App *a, Str rest);            /* runs the use that waits */
void mcp_deny(App *a, Str rest);             /* tells the model that it was refused */
/* What waits: "filesystem/write_file {"path": …}"; empty: nothing. Borrowed. */
const char *mcp_waiting(const App *a);

/* For playground.c. */
void mcp_run(App *a, size_t column, unsigned serial, size_t use, Str name, Str input);
void mcp_drop(App *a, size_t column);        /* nobody waits for what this column's model has asked for */
void mcp_offer(App *a);                      /* all that is offered now, the program's own tools too: after a change of either */
void mcp_leave(App *a);

#endif
