/* A card: the whole screen, because what is decided on it is decided once. It plans (which only reads), shows what would be done and what
 * speaks for and against it, and sends after the person has typed the agent's name and chosen the button that is not focused by itself.
 * What is typed in haste, arrives late in one packet or is pasted confirms nothing: see card_keys.c. What is different from card to card is
 * a row (card_rows.c). For app/ files only; panes have app_card (pane.h). */
#ifndef APP_CARD_H
#define APP_CARD_H

#include "app/card_facts.h"
#include "app/consent.h"
#include "app/errand.h"
#include "app/stops.h"
#include "app/template_eval.h"

enum { CARD_CHOICES = 9 };               /* each has a digit */
/* CARD_LADDER: a rung of the stop ladder is to be chosen. */
typedef enum CardState { CARD_PLANNING, CARD_READY, CARD_REFUSED, CARD_EXPIRED, CARD_LADDER } CardState;
/* Where keys go. FIELD_CARD: letters are commands. FIELD_SEND: there is nothing to type, the buttons are next. */
typedef enum CardField { FIELD_CARD, FIELD_SESSIONS, FIELD_REASON, FIELD_NAME, FIELD_SEND } CardField;

enum { CARD_GUARD_MS = 500, CARD_NAME_MAX = FIG_KEY + 32, CARD_SAY = 900, CARD_LEAST_W = 60, CARD_LEAST_H = 21, CARD_WORDS = 3 };

/* One kind of card. */
typedef struct CardRow {
	const char *title, *button;              /* "ROLL BACK", "Roll back" */
	MoveAction action;                       /* CARD_UNDO: the journal says which; CARD_STOP: the rung */
	struct { size_t at, size; } word[CARD_WORDS];        /* what stands behind its command, as members of ActOn; size 0: nothing more */
	bool counts;                             /* a number alone is the last of these words, and the others are the row's */
	bool of_version, of_journal;             /* it is about one version; or about what was done: no agent need be named */
	const char *how;                         /* said when there is neither a word nor a row that it could be about */
	const char *undo;                        /* what puts it back, where no action does it by itself; or NULL */
	const char *elsewhere;                   /* said of a back end that has no such action; NULL: the plan says it */
} CardRow;
extern const CardRow card_rows[CARD_KINDS];

typedef struct Card {
	uint64_t serial;                         /* answers to questions of another card are not for this one */
	CardKind kind;
	const Rung *rung;                        /* CARD_STOP: the one that was chosen; NULL: none yet */
	Watch *w;                                /* whose pointer; it lives as long as its context is shown */
	Errand *errand;                          /* the plan; NULL: none is under way, or it was given up */
	ActOn of;                                /* as it was asked for */
	FigKey thing;                            /* of a rung that is done to no pointer: which one was chosen of several */
	bool locating;                           /* only where the agent is, is asked: the rungs are shown for that */
	FigText choice[CARD_CHOICES]; size_t choices;          /* the agent's pointers, when none was named */
	FigText to, from;                        /* to: chosen, empty: what has proved itself; from: said to the plan because of a drift */
	bool no_claim;                           /* nobody can be asked for the lock */
	CardState state;
	CardField field;
	bool send;                               /* the button that sends is focused, not Cancel */
	char reason[CONSENT_REASON_MAX + 1], typed[CARD_NAME_MAX];
	int64_t painted_ms, key_ms;              /* monotonic: since when the facts stand on the screen (0: not yet); the last key */
	int64_t ignored, pasted;                 /* keys and pastes that counted for nothing */
	char say[CARD_SAY]; Role say_role;
	bool seen;                               /* what facts are asked about is known: as the plan has it */
	FigText seen_from, seen_to, seen_backend; FigKey seen_pointer;       /* seen_from empty: the agent as a whole */
	CardFacts facts; bool has_facts, asking;
	int64_t asked_ms, facts_ms;              /* monotonic; wall */
	char facts_error[200];
	TemplateEval eval; bool has_eval;        /* of the text that a label is to point at */
	int  cursor_x, cursor_y;                 /* set by card_draw; x -1: none */
} Card;

void card_open(App *a, CardKind kind, const ActOn *of);
void card_close(App *a);                     /* gives the plan up; nothing was sent */
void card_key(App *a, Key k);
void card_tick(App *a);                      /* live facts; expiry */
void card_painted(App *a);                   /* what card_draw drew is on the terminal */
void card_expire(App *a, const char *why);

/* card_rows.c. Behind ":pause": "AGENT [POINTER]" …; empty: of the row under the cursor. */
void card_command(App *a, CardKind kind, Str rest);
/* The card of stopping the sessions of what the strip shows, else of the row under the cursor. */
void card_sessions(App *a);

/* For card_keys.c. */
void card_say(Card *c, Role role, const char *fmt, ...) FORMAT(3, 4);        /* on the card, below what is typed */
const MoveView *card_plan(const Card *c);    /* what would be done; NULL: nothing is planned */
bool card_wants_name(const Card *c);
int64_t card_share(const Card *c);           /* CARD_ROLLOUT: how much the version gets, in percent; 0: that is no number */
void card_replan(App *a);                    /* reads everything again */
void card_rung(App *a, const Rung *r);       /* takes it; NULL: back to the ladder */
bool card_rung_way(const Card *c, const Rung *r, MoveWay *out);      /* how it goes where the pointer is; false: not at all */
void card_cancel(App *a);
void card_send(App *a);                      /* if the person has said all that it takes; else the card says what is missing */

/* card_draw.c */
void card_draw(App *a, Box b);
/* card_say.c: the same with AWS's own tool, for whom the console is not allowed to. table: of agents; lock_table: of labels; target and per_minute:
 * of a throttle. In a. */
typedef struct CardPlace { Str region, table, lock_table, target, sessions; int64_t per_minute; } CardPlace;
Str  card_aws_command(const MoveView *v, const CardPlace *p, Arena *a);
Consent card_consent(const Card *c);         /* what the person has said so far */
bool card_fits(const App *a);

#endif
