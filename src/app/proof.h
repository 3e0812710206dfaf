/* The figures of model/back.h from a snapshot: one question for the command line (--wait back) and for the console. Runs on a worker. */
#ifndef APP_PROOF_H
#define APP_PROOF_H

#include "act/move.h"
#include "app/feed.h"
#include "app/version_did.h"
#include "model/back.h"

typedef struct ProofAsk {
	const char *backend;           /* of the pointer; its versions may have other names there than in jobs; NULL: they have none */
	Str     agent, old, new;       /* versions: the one that was left, the one that shall serve */
	int64_t now_ms, moved_ms;
	int64_t known_ms;              /* jobs are known until then (feed_known_ms) */
	bool    fresh;                 /* and that is now */
	bool    counted;               /* what CloudWatch counts is fresh: how much is seen can be said */
	bool    served, away;          /* of BackFigures */
	bool    past;                  /* what came after now_ms does not count */
} ProofAsk;

typedef struct Proof {
	BackFigures f;
	Did    old, new;              /* since the move */
} Proof;

/* What was found from look to look. Zeroed at first, but for the rule and the pointer. */
typedef struct ProofTrack {
	BackRule rule;
	BackState state;
	BackFigures f;
	BackVerdict v;
	int64_t at_ms;                 /* wall clock of the last look at the jobs; 0: none yet */
	int64_t settled_ms;            /* since when it is BACK or NOT BACK; 0: it is not */
	bool    served, away;          /* the pointer, when it was read last */
} ProofTrack;

/* Whether it was a move of which can be asked if the fleet is back: of all traffic, away from a known version, and not to where it is parked. */
bool proof_fits(const MoveView *v);
/* How the feeds stand, into the ask. */
void proof_feeds(ProofAsk *q, const FeedView *jobs, const FeedView *metrics);
/* Texts of out live in a. */
int  proof_read(Store *s, const ProofAsk *q, Arena *a, Proof *out, Err *e);
/* One look more. */
void proof_track(ProofTrack *t, const ProofAsk *q, const Proof *p);
/* Looks from the last one on (at first: from the move) up to q->now_ms: what nobody looked at meanwhile is looked at as the snapshot tells it, every
 * PROOF_STEP_MS, as far as jobs are known. left_ms: when the pointer left the version again; INT64_MAX: it did not. */
enum { PROOF_STEP_MS = 30000 };
int  proof_follow(Store *s, const ProofAsk *q, int64_t left_ms, ProofTrack *t, Err *e);
/* As the configuration has it; what is too many failures is what the rule err-high says. */
BackRule proof_rule(const Config *c);

#endif
