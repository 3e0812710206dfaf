/* What all commands that write to AWS share: the context, the journal and the audit file, signals, and what stands between a plan
 * and its deed. */
#ifndef CLI_ACTING_H
#define CLI_ACTING_H

#include "app/mover.h"
#include "app/template_target.h"
#include "cli/move_out.h"
#include "cli/options.h"

typedef struct Acting {
	const Options *o;
	uv_loop_t loop;
	Session s;
	Arena arena;
	Mover mover;
	Move *move;
	TemplateTarget target;               /* of a label that is moved */
	uv_signal_t signal[3];
	uv_timer_t limit;
	bool watching;
	int  code;
	MoveTold told;                       /* beside the move, for how it is told */
	/* What comes after a move that is done, in place of the end; it ends in acting_finish. NULL: nothing. */
	void (*then)(struct Acting *r);
	void (*failed)(struct Acting *r);    /* the same of a move that was not done; NULL: it is told, and that is the end */
	bool takes_same;                     /* then comes also when the pointer is already where it was to go */
	int  (*check)(struct Acting *r, const MoveView *v, Err *e);    /* of a plan, before it is done; NULL: nothing more */
	void (*stop)(struct Acting *r);      /* told to end meanwhile */
	void (*close)(struct Acting *r);     /* with acting_leave: ends what keeps the loop running */
	void (*done)(struct Acting *r);      /* after the loop */
	void *later;                         /* theirs */
} Acting;

/* Opens session and books. After -1 there is still acting_end to call. */
int  acting_open(Acting *r, const Options *o, Err *e);
/* Everything of a move's specification that is the same for all: callbacks included. */
MoveSpec acting_spec(Acting *r);
/* SIGHUP, SIGTERM and Ctrl-C from here on end the move at the next safe point, and the program after 30 s. */
void acting_watch(Acting *r);
/* May this be done, for the agent of that name? ERR_REFUSED and ERR_USAGE say what is missing. */
int  acting_may(const Acting *r, Str name, Err *e);
bool acting_stopping(const Acting *r);           /* a signal has come: what is under way is the last */
void acting_leave(Acting *r, int code);
/* Tells the move, and leaves. code, message: of what came after a move that is done; else its own. */
void acting_finish(Acting *r, int code, const char *message);
/* One action from its beginning to its end; the exit code. */
int  acting_run(const Options *o, const MoveAsk *ask);
/* Runs the loop to its end and closes everything; the exit code. */
int  acting_end(Acting *r);
int  acting_usage(const char *text);             /* on stderr; exit code 2 */
bool acting_bad_reason(const Options *o);        /* given, and empty or too long */
/* "NAME unlocked-race": moves without a claim. */
bool acting_unlocked(const Options *o);

#endif
