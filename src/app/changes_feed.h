/* How it stands with the sources of changes, beside the agents table: each alone may be denied, not served in this Region or
 * failing, and the others go on. */
#ifndef APP_CHANGES_FEED_H
#define APP_CHANGES_FEED_H

#include "base/arena.h"
#include "model/change.h"

enum { CHANGE_READERS = 5 };

typedef enum SourceState {
	SOURCE_OFF,                      /* not asked yet */
	SOURCE_OK,
	SOURCE_DENIED, SOURCE_ABSENT,    /* absent: not served here, or not reachable while others are; both asked again after a while */
	SOURCE_FAILED,
	SOURCE_LEFT_OUT                  /* by the configuration: not asked */
} SourceState;

typedef struct SourceView {
	const char *name;                /* "CloudTrail" */
	SourceState state;
	int64_t fresh_ms;                /* wall clock of the last round that went well; 0: never */
	int64_t covered_from_ms;         /* complete since then; 0: not known */
	bool    behind;                  /* a part of the window has not been read yet */
	char    lacks[80];               /* "cloudtrail:LookupEvents" */
	char    why[400];                /* the sentence; empty when all is well */
} SourceView;

enum { SOURCES_TEXT = CHANGE_READERS * 600 };
typedef struct SourcesView { SourceView v[CHANGE_READERS]; int n; } SourcesView;

/* The first that is not well and not merely not here, or NULL. */
const SourceView *sources_worst(const SourcesView *s);
/* On their way into the store and back, for other processes; text that makes no sense is left out. */
void sources_pack(const SourcesView *s, char out[SOURCES_TEXT]);
void sources_unpack(Str text, SourcesView *out);
const char *source_reader_name(int i);      /* "CloudTrail" */
ChangeSource source_reader_of(int i);        /* CHANGE_BY_CLOUDTRAIL */
/* Of several contexts the one that is worst off, source by source. */
void sources_combine(SourcesView *to, const SourcesView *v);

#endif
