/* Who speaks: the user of this machine, as it stands beside acknowledgements and silences. */
#ifndef APP_SAID_BY_H
#define APP_SAID_BY_H

#include <stdint.h>

enum { SAID_BY = 160 };
#define SILENCE_MAX_MS (INT64_C(90) * 86400000)

void said_by(char out[SAID_BY]);       /* "oncall@host" */

#endif
