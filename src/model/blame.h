/* Is it the release? What the figures of a version, of the version before it, and of others on the same model say about whether going back
 * will help. Pure. Shares are failed of failed + succeeded. */
#ifndef MODEL_BLAME_H
#define MODEL_BLAME_H

#include <stdbool.h>
#include <stdint.h>

enum { BLAME_LEAST = 30 };                 /* ended jobs below which a share says nothing */

typedef struct BlameShare { int64_t failed, succeeded; } BlameShare;

typedef struct BlameAsk {
	BlameShare now, then;                  /* the version that serves; the target, when it served */
	BlameShare others;                     /* other agents on the same model in the same window as `now` */
	int64_t throttled;                     /* of now.failed */
} BlameAsk;

typedef enum Blame {
	BLAME_UNKNOWN,                         /* nothing to compare with */
	BLAME_FEW,                             /* too few jobs to say anything */
	BLAME_RELEASE,                         /* it fails more than the target did, and the others do not: going back will probably help */
	BLAME_THROTTLING,                      /* most failures are throttling: it will probably not help */
	BLAME_MODEL,                           /* others on the model fail as much: it will probably not help */
	BLAME_SAME,                            /* the target failed as much: it will probably not help */
} Blame;

Blame blame_of(const BlameAsk *q);
const char *blame_says(Blame b);                 /* for the card and for a plan on the command line */
bool  blame_others_well(const BlameAsk *q);      /* there are enough others, and they fail clearly less */

#endif
