/* An HTTP request as text, the way signing tests write it: "METHOD target HTTP/1.1", headers, an empty line, the body. */
#ifndef CLI_RAWREQUEST_H
#define CLI_RAWREQUEST_H

#include "wire/sigv4.h"

/* Line ends are LF or CRLF. The target stands between the first and the last blank, so it may hold blanks and UTF-8;
 * a line that starts with white space continues the value before it, joined by one blank. Fills method, path, query,
 * headers and body of *out; they borrow from text and from the arena. */
int rawrequest_parse(Arena *a, Str text, SigRequest *out, Err *e);

#endif
