/* CloudTrail's events as changes of the fleet: which events count, and where in them stands what was changed. Pure.
 * Source: AWS CloudTrail User Guide, "CloudTrail record contents"; the request members are those of each service's API. */
#ifndef API_TRAIL_CHANGE_H
#define API_TRAIL_CHANGE_H

#include "api/cloudtrail.h"
#include "model/change.h"

enum { TRAIL_CHANGES_MAX = 16 };

typedef struct TrailChanges {
	Change v[TRAIL_CHANGES_MAX]; size_t n;     /* several for a transaction, or an item of which several things changed */
	KnownAs known; bool has_known;             /* the event tells the name of an id */
} TrailChanges;

/* No changes: an event that was refused, only reads, or is about something else. agents_table: writes to other tables are about
 * something else. Texts in a or borrowed from the event. A record that cannot be read is no change. */
void trail_changes(Arena *a, const TrailEvent *event, Str agents_table, TrailChanges *out);

#endif
