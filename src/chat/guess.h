/* What a text comes to in tokens as long as nobody has counted it. Pure. */
#ifndef CHAT_GUESS_H
#define CHAT_GUESS_H

#include <stdint.h>

/* Four bytes to a token, as English prose has; code, numbers and other scripts have fewer. *within: percent that it may be off either way. */
int64_t guess_tokens(int64_t bytes, int *within);

#endif
