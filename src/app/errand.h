/* One action for the person in front of the console, from the plan on its card to the end: it holds the context's session, the
 * journal and the move, whatever becomes of the card, the view or the terminal. Once it was sent it is seen through, also after the
 * terminal has gone. For app/ files only. */
#ifndef APP_ERRAND_H
#define APP_ERRAND_H

#include "app/mover.h"
#include "app/pane.h"
#include "app/proof.h"
#include "app/template_target.h"
#include "app/watch.h"

/* What is asked, as a person says it. */
typedef struct ErrandAsk {
	MoveAsk move;
	Str op;                                  /* MOVE_UNDO: of the action that is taken back; empty: the last one */
	Str sessions;                            /* MOVE_STOP_SESSIONS: "ID,ID" */
} ErrandAsk;

typedef struct ErrandHandler {
	void (*on_planned)(void *arg);           /* errand_view says what would be done */
	void (*on_refused)(void *arg);           /* the plan could not be made; the errand is over when this returns */
	void *arg;
} ErrandHandler;

enum { ERRAND_STEP = 400 };
typedef struct Errand {
	App *a;
	uint64_t serial;
	Watch *w;
	Mover mover;
	Arena arena;                             /* what the specification of the move borrows */
	Move *move;
	TemplateTarget target;                   /* of a label that is moved: both versions, as they were read for the plan */
	ErrandHandler h;
	bool  dropped;                           /* whoever asked is gone */
	bool  going, over, parted;               /* parted: the session may close */
	bool  looking, reading;                  /* a question to the snapshot is under way; one to AWS, which needs the move */
	bool  leaving;                           /* it is freed when that one has come back */
	char  step[ERRAND_STEP];                 /* the last that the move said */
	int64_t went_ms, look_ms, read_ms;       /* wall: sent; monotonic: of the last look, and at the pointer */
	ProofTrack proof;                        /* is it back (model/back.h)? Looked at every few seconds once the pointer was read back */
	uv_timer_t limit;                        /* while the program waits for it to end */
} Errand;

/* Reads the plan. NULL: it cannot even be tried. One errand at a time belongs to a card; the one that was sent belongs to the app. */
Errand *errand_start(App *a, Watch *w, const ErrandAsk *ask, ErrandHandler h, Err *e);
const MoveView *errand_view(const Errand *x);
/* Whoever asked does not want it any more; nothing was sent. Frees itself. */
void errand_drop(Errand *x);
/* Sends. From here on it is the app's (App.errand), which shows it in the strip. */
void errand_send(Errand *x, Str reason, bool unlocked);
bool errand_busy(const App *a);              /* one was sent and has not ended */
bool errand_proves(const Errand *x);         /* is it back? is looked at from now on */
void errand_tick(App *a);                    /* what came since, now and then */
/* The console ends: what was sent is finished or stopped at a safe point, within 30 s; else the program ends with exit 5. */
void errand_leave(App *a);
/* The command that resolves an action of unknown end, as it is allowed in that context. */
void errand_put_resolve(Buf *b, const Watch *w, const MoveView *v);
void errand_last_word(App *a);               /* the terminal is the shell's again: what is of unknown end, and what resolves it */
void errand_close(App *a);                   /* after the loop */

#endif
