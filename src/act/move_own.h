/* Inside an action. move.c has the ways that all steps go, and the end; plan.c finds out what is meant and whose keys these are; claim.c
 * takes and gives back the lock; deed.c asks AWS and verifies; each back end (backend_*.c) knows its own calls. What is different from
 * action to action is a row of acts[]: act_*.c. */
#ifndef ACT_MOVE_OWN_H
#define ACT_MOVE_OWN_H

#include "act/acts.h"
#include "api/agentcore.h"
#include "wire/jsonw.h"
#include "wire/text.h"

enum { REQUESTS_MAX = 64, LEFT_MAX = FINISH_STATUSES - 1 };

typedef void MoveThen(Move *m, const void *out, const AwsError *err);

/* A pointer that goes by the asked name. */
typedef struct Candidate { const Backend *b; Str agent, name, pointer, pointer_name; bool exact; } Candidate;

/* The pointer as AWS says it. */
typedef struct PointerState {
	Str  live, target, status, why;      /* why: of a failure */
	Str  word;                           /* the state that actions change: "serving", "paused" … */
	Route routes;                        /* where it has no version but parts */
	bool settled, failed;                /* settled: nothing is on its way */
	Str  description, state;             /* that an update must send back */
	Str  alias_name;
} PointerState;

struct Backend {
	const char *name, *thing;            /* thing: what it calls a pointer */
	bool splits;
	bool route;                          /* the lock is in the item of the pointer, and the finish moves it */
	void (*find)(Move *m);               /* adds candidates, ends in move_found */
	void (*read)(Move *m);               /* fills m->now, ends in move_read */
	void (*version)(Move *m, Str version);       /* is it there and may it serve? ends in move_version */
	/* Of a lock's key: agent and pointer_name, if that is one of its; an action is taken up that only the lock knows of. */
	bool (*place)(Move *m, Str key);
	bool label;                          /* as `route`, in a row of the lock table; a label may also point at nothing */
};
extern const Backend backend_dynamodb, backend_agentcore, backend_classic, backend_ab_tests, backend_gateway, backend_runtimes, backend_templates;

struct Move {
	MoveSpec spec;
	MoveAsk ask;
	Arena arena;
	MoveView v;
	const Act *a;
	const Way *way;                      /* how it goes in b */
	const Backend *b;
	AwsCall *call;
	MoveThen *then;
	uv_timer_t timer;
	void (*waited)(Move *m);
	bool risky;                          /* the lock may be held, or the pointer may be moved: it has an end only when that is seen */
	bool closing, stopping, going, ended, unlocked;
	void (*find)(Move *m);
	void (*begin)(Move *m);              /* what move_go leads to, once the keys are known to be the same */
	int  finder;                         /* which back end is being asked */
	Candidate *found; size_t founds, found_cap;
	Str  follower, follower_name;        /* what was asked for, but moves by itself, and whose it is; empty: it was not */
	Err  find_err; bool find_failed, find_unsure;   /* unsure: there may be more than was found */
	void *search;                        /* a back end's own, while it looks */
	LockPlace place;
	LockRow seen;                        /* at the plan */
	PointerState now;
	Err  read_err;                       /* of the last read; text empty: it came */
	void (*after_read)(Move *m);         /* who asked for it */
	void (*after_row)(Move *m, const LockRow *row);
	bool was_failed;                     /* before we did anything */
	/* Versions that lose all of their traffic and have an item; part: of the route, how far they were looked at. */
	Str  left[LEFT_MAX]; size_t left_n, part;
	Lock mine;
	MoveRequest request[REQUESTS_MAX];
	/* The transaction under way: built once, so that a resend is the same bytes. */
	DdbTransactIn txn;
	int64_t txn_from_ms;                 /* monotonic: first sent */
	int  tries, reads;
	bool unsure;                         /* an answer was lost: what is refused now may have been done before */
	MoveOutcome no;                      /* what the claim ends in when the item shows that it was not taken */
	bool taken;                          /* DynamoDB has said yes to the last one */
	char hash[72], hash_next[72];        /* of the audit item before; of the one that is being written */
	Str  op;                             /* of another one that is taken up (resolve.c) */
	Str  scanned;                        /* how far the tables were searched */
	bool forward;                        /* it is finished, not let go */
	bool holder_gone, was_claimed;       /* who holds the lock has ended; an audit item says that it was taken */
	Str  step; int64_t step_ms;          /* the last one that this machine's journal knows; empty: it does not know it */
	/* How it is to end when the lock is given back. */
	Finish fin;
	bool moved;                          /* it was done */
	MoveOutcome end;
	Err  end_err;
	int64_t deed_ms, fault_ms;           /* monotonic: when AWS was asked; when it failed to answer */
	int  deeds;
	bool answered_no, deed_unsure;       /* the last one was refused by AWS; one of them may have been taken, or may still be */
	Err  deed_err; AwsFault deed_fault;  /* of the last ask */
	Str  label_left; bool left_known;    /* of backend_templates: where the last move that is on record has left the label */
	AcRuntime *runtime;           /* of backend_runtimes: the newest version as it was read */
	bool sessions_ended;                 /* all that were named */
	size_t session_at;
	MoveFollow follow[FOLLOW_UPS_MAX];
	size_t following;                    /* which of them is under way */
	void (*after_follow)(Move *m);
	MoveLooked *looked; void *looked_arg;
};

/* move.c */
/* One call; `then` gets what came. What cannot even be sent comes back the same way, at once. */
void move_call(Move *m, const AwsOp *op, const void *in, MoveThen *then);
void move_wait(Move *m, int64_t ms, void (*then)(Move *m));
void move_uuid(char out[UUID_TEXT]);
Str  move_keep(Move *m, Str s);
void move_say(Move *m, const char *fmt, ...) FORMAT(2, 3);
int  move_journal(Move *m, Err *e);                               /* begins its row */
int  move_note(Move *m, const char *step, Str detail);           /* into the journal; -1: it has ended, with the reason */
void move_audit(Move *m, const char *event);                     /* into the local file */
void move_audit_note(Move *m, const char *event, Str note);
void move_read(Move *m, const AwsError *err);                    /* m->now is filled; err: it is not */
void move_reread(Move *m, void (*after)(Move *m));
void move_row(Move *m, void (*then)(Move *m, const LockRow *row));       /* consistent; row NULL: m->read_err says why */
void move_end(Move *m, MoveOutcome o, const Err *why);           /* why NULL: done */
void move_lost(Move *m, const LockRow *row);                     /* lost.c: row is what the lock's item is now */
void move_tell_change(Move *m);                                  /* fills v.change */

void move_refuse(Move *m, ErrKind kind, const char *fmt, ...) FORMAT(3, 4);
LockPlace move_place(const Move *m);                             /* where the lock of v.pointer is kept */

/* plan.c */
void plan_find(Move *m);                                         /* begins; goes on by itself to spec.on_planned */
void plan_identity(Move *m);                                     /* whose keys; then the plan, or the claim once move_go was called */
bool move_names(const Move *m, Str name, bool *exact);           /* is that the agent that was asked for? */
void move_add(Move *m, const Backend *b, Str agent, Str name, Str pointer, Str pointer_name);
void move_add_follower(Move *m, const Backend *b, Str name, Str pointer, Str pointer_name);       /* nobody can move it */
void move_found(Move *m, const AwsError *err);                   /* of one back end; NULL: it was searched */
void move_version(Move *m, const Err *why);                      /* why: it cannot be a target */
bool plan_stands(Move *m);                                       /* the pointer is where it was seen, and nothing is on its way; else it has ended */
bool plan_may_serve(const Move *m, Str version, Str status, Err *why);    /* drafts and rejected ones may not */
void plan_done(Move *m);

/* claim.c */
void claim_begin(Move *m);
void claim_finish(Move *m, bool moved, MoveOutcome end, const Err *why, const char *event);
void claim_proved(Move *m, const Err *why);                      /* why: what was written does not read back */

/* resolve.c */
void resolve_find(Move *m);                                      /* in place of plan_find */
void resolve_begin(Move *m);                                     /* in place of claim_begin */
/* For Backend.place: arn becomes the pointer. What stands behind `before` in it; empty: it is not in it. */
Str  place_behind(Move *m, Str arn, const char *before);
bool place_parts(Move *m, Str arn, const char *before, const char *between);     /* "…BEFORE agent/BETWEEN pointer" */

/* follow.c */
void follow_plan(Move *m);                                       /* fills v.follow with what would be done */
void follow_begin(Move *m, void (*then)(Move *m));

/* deed.c */
void deed_begin(Move *m);                                        /* the lock is ours */
void deed_asked(Move *m, const AwsError *err);

#endif
