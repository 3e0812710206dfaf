/* What a look at one of Bedrock's platforms gathers, on its way into the store (store/platform.h). A look lists agents and pointers each
 * time; versions only where some may have come or gone, and how one is made only once: it never changes. For the readers alone. */
#ifndef APP_PLATFORM_DRAFT_H
#define APP_PLATFORM_DRAFT_H

#include "app/changes_readers.h"
#include "aws/pages.h"
#include "store/platform.h"

typedef void DraftThen(void *arg);

/* How a platform is asked, once its agents and pointers are known. arg: of draft_begin. */
typedef struct DraftWay {
	const char *listing;                 /* "AgentCore's versions" */
	/* A page of an agent's versions; its answer goes to draft_page, draft_version and draft_paged. */
	void (*ask_versions)(void *arg, Str agent, Str token);
	void (*ask_detail)(void *arg, Str agent, Str version);       /* its answer goes to draft_detail */
} DraftWay;

typedef struct Draft {
	Feed *f;
	FeedBatch *batch;                    /* whose arena holds the texts */
	Platform now; size_t agent_cap, version_cap, pointer_cap;
	Platform known;                      /* as the store has it */
	const DraftWay *way;
	Pages pages; PagesStep step;         /* of the listing */
	PlatformVersion *about;              /* the one whose detail is asked for */
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
/* All agents and pointers are in it: lists versions where some may have come or gone (those of the others are taken over), asks how the new
 * ones are made, and for the rows of the lock table of all pointers; then(arg). What cannot be had is asked for again by the next look,
 * and nothing else is missing. */
void draft_fill(Draft *d, const DraftWay *way, DraftThen *then);
/* A page of versions came, or did not; the agent that it is of, NULL: its rows count for nothing. */
const PlatformAgent *draft_page(Draft *d, const AwsError *err, Str next_token, size_t rows);
void draft_paged(Draft *d);                                  /* its rows are in it */
/* How the version that was asked about is made, {"config","prompt","tools"}; err: it could not be had. The detail is in the
 * batch's arena, the others are copied. */
void draft_detail(Draft *d, const AwsError *err, Str release, Str model, Str detail);
const Platform *draft_take(Draft *d);                        /* into the batch's arena */
/* What the version is called by its team: the value of AGENT_VERSION if it has one, else the last word of a description that says
 * "AGENT VERSION". Borrowed; empty: it does not say. */
Str  draft_release(Str variable, Str description, Str agent);

#endif
