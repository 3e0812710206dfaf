/* Agents, versions and pointers of Bedrock's own platforms, as the last look at each saw them. Those of the agents table are
 * AgentVersionRows. Taken in by store_apply, in the batch's transaction. */
#ifndef STORE_PLATFORM_H
#define STORE_PLATFORM_H

#include "store/store.h"

/* mark: changes when versions may have come or gone; empty: they could not be listed. */
typedef struct PlatformAgent { Str id, name, mark; } PlatformAgent;

/* release: what the team and its jobs call it ("2.1"), when the version says so; else empty. detail: {"config","prompt","tools"} as JSON;
 * empty: not read yet. Except for its status a version never changes. */
typedef struct PlatformVersion { Str agent, version, status, release, model, detail; int64_t created_ms; } PlatformVersion;

/* claim: the pointer's row of the lock table as an item's JSON; empty: it has none. claim_known false: nobody could look there. */
typedef struct PlatformPointer {
	Str  agent, id, name, live, target, status, claim;
	bool follows, paused, claim_known;
	int64_t updated_ms;
} PlatformPointer;

/* Everything of one platform. */
typedef struct Platform {
	ChangeSource source;
	PlatformAgent *agent; size_t agents;
	PlatformVersion *version; size_t versions;
	PlatformPointer *pointer; size_t pointers;
} Platform;

/* What was there before of this platform is gone. *changed: it is not what it was. */
int platform_put(Store *s, const Platform *p, bool *changed, Err *e);
/* Agents and pointers by id, versions by agent in the order in which they came. In a. */
int store_platform(Store *s, ChangeSource source, Arena *a, Platform *out, Err *e);

#endif
