/* One action, most often a move of a pointer, from the question to the proof: plan -> (a person says yes) -> journal -> claim -> act ->
 * verify -> audit. What is different from action to action is a row (acts.h). Of several operators exactly one wins; what AWS did not
 * answer is read back, never sent again blind; the outcome is said only after what was changed itself says so. Everything on the
 * loop thread; one call at a time.
 *
 * DynamoDB decides who may act (items.h): UpdateAgentAlias and UpdateAgentRuntimeEndpoint know no condition, so the last writer
 * would win, and nobody could tell a retry of ours from a second decision. */
#ifndef ACT_MOVE_H
#define ACT_MOVE_H

#include <uv.h>

#include "act/items.h"
#include "aws/aws.h"
#include "conf/follow_ups.h"
#include "conf/version_file.h"
#include "store/journal.h"

typedef struct Move Move;

/* How a sentence of an unknown end goes on; the id of the action follows. */
#define MOVE_LOOK_AGAIN "; look again with: seismo op resolve "

typedef enum MoveAction { MOVE_ROLLBACK, MOVE_ROLLOUT, MOVE_UNDO, MOVE_PAUSE, MOVE_RESUME, MOVE_APPROVE, MOVE_REJECT, MOVE_REGISTER,
	MOVE_PROMOTE,
	/* The stop ladder, mildest first, and what takes its rungs back beside MOVE_RESUME and MOVE_UNDO. */
	MOVE_STOP_THROTTLE, MOVE_STOP_AB, MOVE_STOP_REJECT, MOVE_STOP_SESSIONS, MOVE_STOP_PARK, MOVE_UNTHROTTLE, MOVE_RESUME_AB, MOVE_UNPROMOTE,
	MOVE_ACTIONS } MoveAction;
const char *move_action_name(MoveAction a);      /* "rollback" */
bool move_action_of(Str name, MoveAction *out);
/* It takes a pointer from one version to another. So does what is called MOVE_ACTIONS: a move by others of which no more is known. */
bool move_action_moves(MoveAction a);
bool move_action_labels(MoveAction a);           /* it moves a label of a template: no jobs go by it */
bool move_action_stops(MoveAction a);            /* a rung of the ladder: it has a time until which it is meant to hold */
bool move_action_undo(MoveAction a, MoveAction *undo);           /* what puts it back; false: nothing does */
/* How it is done where things are kept in that back end ("agentcore"). call NULL: not at all, and text says why, or what there is instead;
 * else whom it reaches. false: such an action knows nothing of that back end. */
typedef struct MoveWay { const char *call, *text; } MoveWay;
bool move_action_way(MoveAction a, Str backend, MoveWay *out);

typedef struct MoveAsk {
	MoveAction action;
	Str   agent, pointer;        /* pointer: a name ("prod"), "BACKEND/NAME" or an id; empty: the only one */
	Str   from;                  /* the version that the operator saw (MOVE_APPROVE, MOVE_REJECT: the status); empty: what the plan reads */
	Str   to;                    /* empty: spec.choose finds it */
	Str   version;               /* MOVE_APPROVE, MOVE_REJECT: which */
	int64_t percent;             /* MOVE_ROLLOUT: how much of the traffic `to` gets */
	const Str *session; size_t sessions;         /* MOVE_STOP_SESSIONS */
	const VersionFile *file;     /* MOVE_REGISTER; borrowed */
	Route exact, expect;         /* MOVE_UNDO: the list that is put back, and the one that the pointer must have (none: whatever it has) */
	Str   reason;
	bool  no_claim;              /* break-glass: there is nobody to ask for the lock, and the operator has typed that */
} MoveAsk;

typedef enum MoveOutcome { MOVE_OPEN, MOVE_DONE, MOVE_FAILED, MOVE_REFUSED, MOVE_LOST, MOVE_UNKNOWN, MOVE_RELEASED } MoveOutcome;
const char *move_outcome_name(MoveOutcome o);    /* "planned" before the end */

typedef struct MoveRequest { const char *call; Str id; } MoveRequest;

/* One follow-up: what it does, in words; ok and message once it was done or failed. */
typedef struct MoveFollow { const char *kind; Str what; bool ok; Str message; } MoveFollow;

/* How it stands. Text lives as long as the move. */
typedef struct MoveView {
	Str  op;                     /* UUID; empty while nothing was journaled */
	MoveAction action;
	MoveOutcome outcome;
	int  exit;                   /* ErrKind; 0 when done */
	Err  err;                    /* why not done */
	const char *backend;         /* "dynamodb", "agentcore", "agents-classic" */
	const char *thing;           /* what it calls a pointer: "route", "endpoint", "A/B test" */
	const char *call, *reach;    /* what AWS is asked to do it, and whom that reaches */
	bool splits;                 /* it can divide traffic */
	Str  agent, name, pointer, pointer_name;     /* agent: its id there; pointer: ARN or "AGENT/route" */
	Route from, to;              /* the same when the action moves nothing */
	bool  versions;              /* these are versions of the agent; else a test's variants, or a limit */
	Str  leaves;                 /* the version that a move is to get away from */
	Str  version;                /* which one it is about, when that is one */
	Str  was, becomes;           /* what changes when nothing moves: "serving", "paused" */
	Str  change;                 /* the same as a sentence; empty when a pointer moves */
	int64_t until_ms;            /* of a stop: until when it is meant to hold; 0: it is none */
	const Str *choice; size_t choices;           /* "BACKEND/NAME" of several pointers, of which none was named: why it was refused */
	Str  resolution;             /* of move_resolve: what will be done, or how it had ended already */
	Str  evidence, drift;        /* why this target; what stands in the way of trusting the plan (empty: nothing) */
	Str  reason, by, account;    /* by: the caller's ARN */
	bool claim, no_table;        /* no_table: there is no lock table */
	bool no_lock;                /* refused because nobody could be asked for the lock: MoveAsk.no_claim goes on without */
	int64_t rev_seen, rev_now;
	int64_t started_ms, finished_ms;
	bool verified;
	bool same;                   /* refused because it serves that already */
	bool lost_to_lock;           /* winner is a running action; else the last one that moved it */
	Lock winner;                 /* op empty: nobody is known */
	const MoveRequest *request; size_t requests;
	const MoveFollow *follow; size_t follows;
} MoveView;

typedef struct MoveSpec {
	AwsClient *aws;
	uv_loop_t *loop;
	Journal *journal;
	const char *audit_path;
	Str  context, account, host;
	const char *agents_table, *lock_table;
	bool dynamodb, agentcore, classic;           /* where agents are looked for */
	int64_t stop_ms;             /* how long a stop is meant to hold; 0: 30 min */
	/* MOVE_STOP_THROTTLE: the gateway, the target of a rate limit there, and how much it lets through. */
	Str  gateway, throttle_target; int64_t per_minute;
	const ConfFollowUp *follow_up; size_t follow_ups;    /* done after a verified move, before on_done */
	bool on_card;                /* what is refused is read on a card: a remedy there is a key or a command of the console, not a flag */
	int64_t verify_ms;           /* how long a pointer may be on its way; 0: 15 min */
	/* A target for a rollback without one. 0, or -1 when there is none with evidence. */
	int  (*choose)(void *arg, const MoveView *v, Arena *a, Str *to, Str *evidence, Err *e);
	/* MOVE_PROMOTE, MOVE_UNPROMOTE: is that version of v.name there, and may a label point at it? Ends in move_vetted, at once or from the loop;
	 * a move that has ended meanwhile is not to be told. */
	void (*vet)(void *arg, Move *m, Str version);
	/* What speaks for a target of a rollback that was named; empty: nothing. In a. May be NULL. */
	Str  (*vouch)(void *arg, const MoveView *v, Str to, Arena *a);
	void (*on_planned)(void *arg, Move *m);      /* move_go, or move_stop */
	void (*on_step)(void *arg, Move *m, const char *sentence);      /* may be NULL */
	void (*on_done)(void *arg, Move *m);         /* once; free it here or later */
	void *arg;
} MoveSpec;

/* Texts of both are copied. Looks and reads only, until move_go. */
Move *move_start(const MoveSpec *spec, const MoveAsk *ask);
/* Takes up an action whose end is not known, one's own or anybody's: on_planned comes when it is clear what it should end in (`resolution`
 * says it; move_go does it), on_done at once when nothing is left to do, or not yet. The journal's row ends with it. */
Move *move_resolve(const MoveSpec *spec, Str op);
/* What the person has said since the plan, before move_go: why; and whether their word opens a read-only session for this one action
 * (AwsHandler.unlocked). reason is copied; its p NULL: as asked. */
void  move_consent(Move *m, Str reason, bool unlocked);
/* The answer to MoveSpec.vet. evidence: what speaks for it; beware: what a person should know first; both are copied and may be empty. why: it
 * may not be pointed at; NULL: it may. */
void  move_vetted(Move *m, Str evidence, Str beware, const Err *why);
/* Writes. From here on the outcome is kept in the journal. */
void  move_go(Move *m);
/* Ends it at the next point that is safe: before the claim nothing was done; a claim that led to nothing is let go; what AWS may have
 * begun is seen through. on_done still comes. */
void  move_stop(Move *m);
/* After it has ended: where is its pointer now? One read; nothing else of m is used until looked comes. THERE: it serves what it was moved to,
 * and nothing is on its way. UNKNOWN: it could not be read, or is between the two. */
typedef enum MoveSeen { MOVE_SEEN_UNKNOWN, MOVE_SEEN_THERE, MOVE_SEEN_AWAY } MoveSeen;
typedef void MoveLooked(void *arg, Move *m, MoveSeen seen);
void  move_look(Move *m, MoveLooked *looked, void *arg);
void  move_free(Move *m);        /* after on_done; NULL is fine */
const MoveView *move_view(const Move *m);

#endif
