/* Which definitions of tools were accepted, from one run to the next: {"SERVER": {"TOOL": "SHA-256", ...}, ...} in a private file. */
#ifndef MCP_ACCEPTED_H
#define MCP_ACCEPTED_H

#include "mcp/mcp.h"

char *accepted_path(void);                                         /* heap; NULL: there is no home for it, and nothing is kept */
/* Pins what was accepted of this server: before it is READY. A file that is not there is none; one that cannot be read is an error, for
 * a tool would pass that somebody has changed. */
int   accepted_load(const char *path, Mcp *m, Err *e);
int   accepted_save(const char *path, const Mcp *m, Err *e);       /* the other servers' stay as they are; not when nothing changed */

#endif
