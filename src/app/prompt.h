/* What credentials ask the person in front of the console: the code of an MFA device on the bottom line, a login to IAM
 * Identity Center in a panel above it. Neither is a mode: the view goes on behind them, and what they have no use for is
 * its key. What is typed here enters no history. */
#ifndef APP_PROMPT_H
#define APP_PROMPT_H

#include "app/pane.h"
#include "app/watch.h"
#include "aws/login.h"

enum { MFA_DIGITS = 6 };

typedef struct Prompt {
	Watch  *of;                    /* whose credentials ask; the others wait for their turn */
	char    serial[160];           /* of the MFA device whose code is awaited; empty: none is */
	char    digit[MFA_DIGITS + 1];
	size_t  digits;
	Login  *login;                 /* under way */
	Arena   arena;                 /* of what follows */
	Str     url;                   /* to copy; with the code in it where the service gives that */
	Clean   place, page, code;     /* place empty: no panel; code empty: not there yet */
	int64_t ends_ms;               /* of the code */
	uint64_t said;                 /* hash of the last notice */
} Prompt;

void prompt_open(App *a);
void prompt_attach(Watch *w);      /* from here on its credentials may ask */
void prompt_detach(App *a, const Watch *w);      /* it goes: what was asked for it is taken back */
void prompt_next(App *a);          /* asks what waits, unless something is asked */
void prompt_close(App *a);
void prompt_tick(App *a);          /* says what keeps the credentials from being renewed, once */
bool prompt_asks_mfa(const App *a);
bool prompt_key(App *a, Key k);    /* false: not ours */
void prompt_again(App *a);         /* asked for by the user: logs in, or lets the credentials ask once more */
void prompt_line(const App *a, Box b, int y);        /* the bottom line; only while prompt_asks_mfa */
int  prompt_cursor(const App *a);  /* its column on that line, -1: none */
void prompt_panel(const App *a, Box b);

#endif
