/* How a pointer move is told: as the JSON of all writes, or as lines for a person. */
#ifndef CLI_MOVE_OUT_H
#define CLI_MOVE_OUT_H

#include "act/move.h"
#include "app/session.h"
#include "app/version_did.h"

/* What is known of a move beside itself. */
typedef struct MoveTold {
	bool before_known, after_known, traffic;
	Did  before, after;                /* the version that is left, before it; the version that serves, since then */
	int64_t old_share_ppm, waited_ms;  /* traffic: the old version's share of the jobs of both since the move */
	const char *help;                  /* whether it will help; NULL: it was not asked */
	int  exit;                         /* in place of the move's own; 0: its own */
	const char *message;
} MoveTold;

void move_out_json(const Session *s, const Move *m, const MoveTold *t);
void move_out_plan(const Session *s, const Move *m, const MoveTold *t);      /* what would be done, to stdout */
void move_out_end(const Move *m);                          /* the one line at the end */

#endif
