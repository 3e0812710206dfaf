/* What is made of the tables of commands and flags: the manual page, and what a shell offers when Tab is pressed. */
#ifndef CLI_MANUAL_H
#define CLI_MANUAL_H

#include "base/buf.h"
#include "cli/options.h"

/* seismo(1) as roff, with the macros of man(7). */
void manual_page(const Command *commands, Buf *out);
/* A script for that shell. -1 (ERR_USAGE): none is known for it. */
int  completion_script(const Command *commands, Str shell, Buf *out, Err *e);

#endif
