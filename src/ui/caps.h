/* What terminfo says about one terminal. The only file of the program that includes curses headers is caps.c, because
 * their macros take over ordinary words. */
#ifndef UI_CAPS_H
#define UI_CAPS_H

#include "base/buf.h"

/* Strings are without padding ("$<5>": no terminal of today needs it) and never NULL; "" is a missing capability. */
typedef struct Caps {
	int  colours;                  /* 0 = none */
	bool truecolour, sync;         /* direct colour; synchronized output (private mode 2026) */
	bool wraps, wraps_late;        /* am, xenl: what happens behind the last column */
	bool erases_colour;            /* bce: erased cells get the current background */
	bool mouse, clipboard;         /* kmous; Ms (OSC 52), an extended capability that few name */
	bool ansi;                     /* ECMA-48 motions and SGR: written without asking terminfo each time */
	bool ansi_off;                 /* ... and attributes can be taken away one by one */
	bool column, row, linefeed;    /* CSI G, CSI d, and "\n" as cursor down */
	char *cup, *el, *clear, *smcup, *rmcup, *civis, *cnorm, *rmkx;
	char *sgr0, *bold, *dim, *underline, *reverse, *setaf, *setab;
	void *terminal;                /* ncurses' own record of it */
} Caps;

/* -1 (ERR_USAGE) when term is unknown or cannot address its cursor. fd: the terminal. */
int  caps_load(Caps *c, const char *term, int fd, Err *e);
void caps_free(Caps *c);
/* Fills a capability's parameters (tparm) and appends it. */
void caps_put(Buf *out, const char *cap, int a, int b);

#endif
