/* Text from outside made safe for a sentence: control characters, invisible and direction-changing ones become '?'. */
#ifndef AWS_PLAIN_H
#define AWS_PLAIN_H

#include <stddef.h>

#include "base/str.h"

/* Copies as much as fits, cut between characters, always terminated. */
void plain_copy(char *out, size_t size, Str s);
/* The same of what another program has said: runs that could be a key, long with letters and digits, become asterisks. */
void plain_said(char *out, size_t size, Str s);

#endif
