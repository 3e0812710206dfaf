/* May this person do this, here and now? One answer for the command line and for the card: what the configuration allows, what the
 * session was opened for, and what the person has typed. What it lacks is told as a word; whoever asks makes the sentence with their
 * remedy (a flag, a line to type). */
#ifndef APP_CONSENT_H
#define APP_CONSENT_H

#include "app/session.h"

#define CONSENT_RACE " unlocked-race"            /* behind the name: without a claim, and the person knows */

typedef struct Consent {
	Str  name;                       /* of what is acted on */
	Str  typed;                      /* to confirm; p NULL: nothing */
	Str  reason;                     /* p NULL or empty: none */
	bool yes;                        /* said without typing the name */
	bool unlocks;                    /* the typed name opens a read-only session for this one action, where the configuration allows writing */
	bool race;                       /* nobody can be asked for the lock */
} Consent;

typedef enum ConsentLack {
	CONSENT_GIVEN,
	CONSENT_READ_ONLY,               /* the session, or the configuration */
	CONSENT_REASON,
	CONSENT_OTHER_NAME,              /* typed is not the name */
	CONSENT_NAME,                    /* the name has to be typed */
	CONSENT_RACE_WORDS,              /* and CONSENT_RACE behind it */
	CONSENT_YES,
} ConsentLack;

enum { CONSENT_REASON_MAX = 500 };   /* bytes */

ConsentLack consent_look(const Session *s, const Consent *c);
/* Must the name be typed? Everywhere but in dev and test, and where it is what opens the session. */
bool consent_wants_name(const Session *s, const Consent *c);
/* What has to be typed, as far as it has to be. In a. */
Str  consent_words(const Consent *c, Arena *a);
bool consent_says_race(Str typed);

#endif
