/* How one version of an agent did in a window: what the command line, the registry and the guard of a rollout all say of it. Runs on a
 * worker. */
#ifndef APP_VERSION_DID_H
#define APP_VERSION_DID_H

#include "store/store.h"

typedef struct Did {
	Str     key;                   /* "agent@version" as its jobs name it; empty: none was booked in the window */
	int64_t jobs, ended, failed;   /* ended: succeeded or failed */
	int64_t nusd, priced;          /* of the jobs that have an amount; how many they are */
	int64_t p95_ms;                /* approximate, within 1 %; -1: none took a known time */
} Did;

/* Jobs booked in [from, until), until 0 = open. Names of AgentCore have "_" where jobs may have "-". Text in a. */
int version_did(Store *s, Str agent, Str version, int64_t from_ms, int64_t until_ms, Arena *a, Did *out, Err *e);
int64_t did_each_nusd(const Did *p);         /* nUSD a job; -1: no job has an amount */
/* "agent@version" is that version of that agent. */
bool did_is(Str key, Str agent, Str version);

#endif
