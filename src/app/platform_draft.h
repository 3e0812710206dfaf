/* What a look at one of Bedrock's platforms gathers, on its way into the store (store/platform.h). A look lists agents and pointers each
 * time; versions only where some may have come or gone, and how one is made only once: it never changes. For the readers alone. */
#ifndef APP_PLATFORM_DRAFT_H
#define APP_PLATFORM_DRAFT_H

#include "app/changes_readers.h"
#include "store/platform.h"

typedef void DraftThen(void *arg);

typedef struct Draft {
	Feed *f;
	FeedBatch *batch;                    /* whose arena holds the texts */
	Platform now; size_t agent_cap, version_cap, pointer_cap;
	Platform known;                      /* as the store has it */
	size_t at, asked;                    /* the agent whose versions are listed next; how many details were asked for */
	bool   bare;                         /* no more details in this look */
	size_t claim_at; int claim_tries;
	Str    claim_left;
	DraftThen *then;
	void *arg;
} Draft;

/* Reads what the store knows; then(arg) on the loop. The batch stays the caller's. */
void draft_begin(Draft *d, Feed *f, FeedBatch *b, ChangeSource source, DraftThen *then, void *arg);
void draft_done(Draft *d);                                   /* frees the lists */
/* Texts are copied. */
void draft_agent(Draft *d, const PlatformAgent *x);
void draft_pointer(Draft *d, const PlatformPointer *x);
/* Of an agent whose versions are being listed; status and all else of the listing count, its detail when the store has it. */
void draft_version(Draft *d, const PlatformVersion *x);
/* The next agent whose versions are to be listed, or NULL; those of the others are taken over on the way. */
PlatformAgent *draft_unlisted(Draft *d);
void draft_listed(Draft *d, bool whole);                     /* whole false: they could not be; what was known stays, and is asked again */
/* The next version that nothing is known of, or NULL: there is none, or this look has asked enough. */
PlatformVersion *draft_bare(Draft *d);
/* The rows of the lock table for all pointers; what cannot be read there is not known, and nothing else is missing. */
void draft_claims(Draft *d, DraftThen *then);
const Platform *draft_take(Draft *d);                        /* into the batch's arena */
/* What the version is called by its team: the value of AGENT_VERSION if it has one, else the last word of a description that says
 * "AGENT VERSION". Borrowed; empty: it does not say. */
Str  draft_release(Str variable, Str description, Str agent);

#endif
