/* How a pointer move is told: as the JSON of all writes, or as lines for a person. */
#ifndef CLI_MOVE_OUT_H
#define CLI_MOVE_OUT_H

#include "act/move.h"
#include "app/session.h"

void move_out_json(const Session *s, const Move *m);
void move_out_plan(const Session *s, const Move *m);       /* what would be done, to stdout */
void move_out_end(const Move *m);                          /* the one line at the end */

#endif
