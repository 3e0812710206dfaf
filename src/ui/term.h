/* The terminal: what terminfo (ncurses) says it can do, raw mode, and our own damage drawing: the cells that differ
 * from what the terminal shows, in one write(2) a frame. Over a blocked line frames are skipped, never queued. */
#ifndef UI_TERM_H
#define UI_TERM_H

#include "base/buf.h"
#include "ui/surface.h"

typedef struct Term Term;

typedef struct TermSpec {
	int  in_fd, out_fd;
	bool no_color, ascii;
	const char *term;             /* $TERM */
	const char *colorterm;        /* $COLORTERM */
} TermSpec;

typedef enum TermDepth { DEPTH_MONO, DEPTH_16, DEPTH_256, DEPTH_TRUE } TermDepth;

/* Fails with a sentence (ERR_USAGE) when stdin/stdout is no terminal or TERM cannot address the cursor. Does not write yet. */
Term *term_open(const TermSpec *spec, Err *e);
void  term_close(Term *t);                        /* leaves and frees */
int   term_enter(Term *t, Err *e);                /* raw mode, alternate screen, bracketed paste */
void  term_leave(Term *t);                        /* restores; safe to call twice */
void  term_leave_signal_safe(void);               /* for fatal signals: restores the one terminal that was entered */
void  term_size(Term *t, int *w, int *h);
void  term_window(int fd, int *w, int *h);        /* the same before there is a Term; 80x24 where fd does not know */
TermDepth term_depth(const Term *t);
void  term_theme(Term *t, const Theme *theme);
void  term_repaint(Term *t);                      /* the next frame draws everything (ctrl-l, resize, resume) */

/* Draws what differs. Returns bytes written: 0 when nothing changed; -1 when the line is blocked (call again with the
 * newest surface once term_poll_fd is writable: frames are never queued, only a frame that the line took in part is
 * completed first) or dead (*dead is set, never cleared). cursor_x < 0 hides the cursor. */
long  term_draw(Term *t, const Surface *s, int cursor_x, int cursor_y, bool *dead);
/* Renders the frame into a Buf instead (benchmarks, tests). */
long  term_render(Term *t, const Surface *s, int cursor_x, int cursor_y, Buf *out);
/* The descriptor to poll for writing while a frame is blocked: a non-blocking second opening of the terminal, so that
 * the mode of the shell's own descriptors stays as it is. The terminal owns it. */
int   term_poll_fd(const Term *t);
bool  term_blocked(const Term *t);                /* the rest of a frame waits for the line */
/* OSC 52, also through tmux and screen. -1: over the cap (TERM_COPY_MAX bytes), or the terminal is not entered. */
int   term_copy(Term *t, Str text);
enum { TERM_COPY_MAX = 74994 };                   /* its base64 and the frame around it stay below 100,000 bytes */

/* Asks which colour its background has; the answer is KEY_BACKGROUND, or never comes. What comes after the terminal was left is dropped, so that a
 * shell does not get it as typed. Source: XTerm Control Sequences, OSC 11. */
bool  term_ask_background(Term *t);               /* false: this one is not asked */
void  term_answered(Term *t);                     /* it has come */

/* Keys. Input bytes in, keys out; replies to queries and pasted text never come out as keys. */
typedef enum KeyKind { KEY_NONE, KEY_CHAR, KEY_ENTER, KEY_ESC, KEY_TAB, KEY_BACKTAB, KEY_BACKSPACE, KEY_DELETE,
	KEY_UP, KEY_DOWN, KEY_LEFT, KEY_RIGHT, KEY_HOME, KEY_END, KEY_PAGE_UP, KEY_PAGE_DOWN, KEY_INSERT, KEY_F, KEY_PASTE,
	KEY_FOCUS_IN, KEY_FOCUS_OUT, KEY_BACKGROUND /* nobody's: the answer to term_ask_background */ } KeyKind;
enum { MOD_CTRL = 1, MOD_ALT = 2, MOD_SHIFT = 4 };
typedef struct Key {
	KeyKind kind;
	uint32_t ch;                  /* CHAR: code point ('c' with MOD_CTRL for ctrl-c); F: number; BACKGROUND: 0xRRGGBB */
	unsigned mod;
	Str  paste;                   /* PASTE: the text, borrowed until the next call */
	bool shared_read;             /* came in one read with other bytes */
} Key;
typedef struct Keys Keys;
Keys *keys_new(void);
void  keys_free(Keys *k);
void  keys_feed(Keys *k, Str bytes);
/* Next key; false when none. A lone ESC waits until flush (25 ms later, by the caller's timer) says that nothing follows.
 * A reply that came in part goes on waiting: its rest must not turn into keys. A paste without its end is given up, and
 * delivered as far as it came, after a second of flushes. At most KEY_PASTE_MAX bytes of a paste are kept. */
bool  keys_next(Keys *k, bool flush, Key *out);
enum { KEY_PASTE_MAX = 1 << 20 };
bool  keys_pending(const Keys *k);               /* something waits for the timer: set it (again) for a flush */
/* "ctrl-d", "B", "enter", "alt-x", "space", "pgup", "f1", "<": both ways, for tables and help. -1: no such key. */
int   key_parse(const char *name, Key *out);
void  key_format(Key k, char out[24]);
bool  key_same(Key a, Key b);
size_t key_utf8(uint32_t ch, char out[4]);        /* a character that was typed, as bytes */

#endif
