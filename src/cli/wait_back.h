/* --wait back: a pointer was moved and reads back; the command goes on until the fleet is back (model/back.h), certainly is not, or it
 * cannot be said in time. A line on stderr tells what it waits for. */
#ifndef CLI_WAIT_BACK_H
#define CLI_WAIT_BACK_H

#include "cli/acting.h"

/* Takes over after the move is done; ends in acting_finish: exit 0 for BACK (also with low traffic), else 6. */
void wait_back(Acting *r);

#endif
