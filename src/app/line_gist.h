/* A structured log line, short: level and message, then what is its own; whose it is stands above a list of such lines. */
#ifndef APP_LINE_GIST_H
#define APP_LINE_GIST_H

#include "base/buf.h"

/* Appends one line (line ends within become blanks; raw otherwise). Text that is no JSON object stays as it is. */
void line_gist(Str text, Buf *out);

#endif
