/* The rollback card: the whole screen, because what is decided on it is decided once. It plans (which only reads), shows what speaks for and
 * against going back, and sends after the person has typed the agent's name and chosen the button that is not focused by itself. What is typed in
 * haste, arrives late in one packet or is pasted confirms nothing: see card_keys.c. For app/ files only; panes have app_rollback (pane.h). */
#ifndef APP_CARD_H
#define APP_CARD_H

#include "app/card_facts.h"
#include "app/consent.h"
#include "app/errand.h"

enum { CARD_CHOICES = 9 };               /* each has a digit */
typedef enum CardState { CARD_PLANNING, CARD_READY, CARD_REFUSED, CARD_EXPIRED } CardState;
/* Where keys go. FIELD_CARD: letters are commands. FIELD_SEND: there is nothing to type, the buttons are next. */
typedef enum CardField { FIELD_CARD, FIELD_REASON, FIELD_NAME, FIELD_SEND } CardField;

enum { CARD_GUARD_MS = 500, CARD_NAME_MAX = FIG_KEY + 32, CARD_SAY = 900, CARD_LEAST_W = 60, CARD_LEAST_H = 21 };

typedef struct Card {
	uint64_t serial;                         /* answers to questions of another card are not for this one */
	Watch *w;                                /* whose pointer; it lives as long as its context is shown */
	Errand *errand;                          /* the plan; NULL: none is under way, or it was given up */
	RollbackOf of;                           /* as it was asked for */
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
	FigText seen_from, seen_to, seen_backend; FigKey seen_pointer;       /* what facts are asked about: as the plan has it */
	CardFacts facts; bool has_facts, asking;
	int64_t asked_ms, facts_ms;              /* monotonic; wall */
	char facts_error[200];
	int  cursor_x, cursor_y;                 /* set by card_draw; x -1: none */
} Card;

void card_open(App *a, const RollbackOf *of);
void card_close(App *a);                     /* gives the plan up; nothing was sent */
void card_key(App *a, Key k);
void card_tick(App *a);                      /* live facts; expiry */
void card_painted(App *a);                   /* what card_draw drew is on the terminal */
void card_expire(App *a, const char *why);
/* For card_keys.c. */
void card_say(Card *c, Role role, const char *fmt, ...) FORMAT(3, 4);        /* on the card, below what is typed */
const MoveView *card_plan(const Card *c);    /* what would be done; NULL: nothing is planned */
bool card_wants_name(const Card *c);
void card_replan(App *a);                    /* reads everything again */
void card_cancel(App *a);
void card_send(App *a);                      /* if the person has said all that it takes; else the card says what is missing */
void card_command(App *a, Str rest);         /* ":rollback AGENT [POINTER [VERSION]]"; empty: of the row under the cursor */

/* card_draw.c */
void card_draw(App *a, Box b);
/* card_say.c: the same with AWS's own tool, for whom the console is not allowed to. In a. */
Str  card_aws_command(const MoveView *v, Str region, Str table, Arena *a);
Consent card_consent(const Card *c);         /* what the person has said so far */
bool card_fits(const App *a);

#endif
