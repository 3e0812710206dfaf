/* Actions as rows: what each reads to be planned, what it asks of AWS in each back end, how it is seen to have come about, what the last
 * transaction writes for it. The rows are in acts.c, what they name in act_*.c and backend_*.c. Inside of act/ only. */
#ifndef ACT_ACTS_H
#define ACT_ACTS_H

#include "act/move.h"

typedef struct Backend Backend;

/* How an action is done where a thing is kept. */
typedef struct Way {
	const Backend *in;
	const char *call;                    /* what AWS is asked: "UpdateAgentAlias". NULL: that back end does not have it */
	const char *text;                    /* whom it reaches; or why it is not to be had, and what is instead */
	void (*ask)(Move *m);                /* ends in deed_asked. NULL: the transaction that gives the lock back does it */
} Way;

/* What was read last says of an action. */
enum { IS_THERE = 1, IS_COMING = 2, IS_UNTOUCHED = 4 };

enum { ACT_WAYS = 4 };
/* One action. */
typedef struct Act {
	const char *name;
	bool moves;                          /* a pointer goes from one version to another; else `was` becomes `becomes` */
	const char *from, *becomes;          /* "serving", "paused": from any other word than these it is not done */
	bool takes_back;                     /* where it is `becomes` already there is nothing to do: nobody need have been first */
	const char *blind;                   /* what is said of it when it is taken up and AWS cannot tell what became of it; or NULL */
	MoveAction undo;                     /* what puts it back; MOVE_ROLLBACK: nothing */
	Way way[ACT_WAYS];                   /* in the order in which they are looked in; the rest is zero */
	void (*plan)(Move *m);               /* the thing and its lock are read: judges, reads on; ends in plan_done or move_end */
	unsigned (*stand)(const Move *m);    /* bits of the above; only for ways that ask */
	void (*finish)(Move *m, Finish *f);  /* what the last transaction writes besides giving the lock back */
	void (*prove)(Move *m);              /* reads what the lock's item does not say; ends in claim_proved. NULL: it says all */
} Act;
extern const Act acts[MOVE_ACTIONS];

bool way_set(Move *m, const Backend *b);         /* b, way and what the view says of them; false: the action has no row for b */

/* act_move.c */
void     act_move_plan(Move *m);
unsigned act_move_stand(const Move *m);
void     act_move_finish(Move *m, Finish *f);

/* act_promote.c: a version of a template gets a label, or it goes back to where it was. */
void act_promote_plan(Move *m);
void act_promote_finish(Move *m, Finish *f);

/* act_pause.c, act_status.c */
void     act_pause_plan(Move *m);
unsigned act_pause_stand(const Move *m);
void     act_pause_finish(Move *m, Finish *f);
void act_status_plan(Move *m);
void act_status_finish(Move *m, Finish *f);
void act_status_prove(Move *m);

/* Of the back ends: what they ask AWS. */
void endpoint_move(Move *m);
void alias_move(Move *m);
void alias_pause(Move *m);             /* or the other way round: as the view's `becomes` says */
void     act_register_plan(Move *m);
void     act_register_finish(Move *m, Finish *f);
void     act_register_prove(Move *m);
void     runtime_update(Move *m);
void ab_test_set(Move *m);
void gateway_set(Move *m);
void endpoint_stop_sessions(Move *m);
unsigned act_sessions_stand(const Move *m);
void     act_sessions_plan(Move *m);
void     act_sessions_finish(Move *m, Finish *f);

#endif
