/* The terminal that we run on: what it says it can do, what the environment takes away again, and whether both sides
 * count the cells of a character alike. */
#include "app/doctor.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "ui/caps.h"
#include "ui/clean.h"

typedef struct Lines { Arena *a; DoctorLine *first, **last; } Lines;

static const char *env(const char *name)
{
	const char *v = getenv(name);

	return v ? v : "";
}

static void say(Lines *l, const char *check, DoctorVerdict v, const char *remedy, const char *found, ...) FORMAT(5, 6);

static void say(Lines *l, const char *check, DoctorVerdict v, const char *remedy, const char *found, ...)
{
	DoctorLine *line = ARENA_NEW(l->a, DoctorLine);
	char text[400];
	va_list ap;

	va_start(ap, found);
	(void)vsnprintf(text, sizeof text, found, ap);
	va_end(ap);
	*line = (DoctorLine){ .check = check, .subject = str_of(check), .verdict = v, .found = arena_str(l->a, str_of(text)),
	                      .remedy = str_of(remedy), .ms = -1 };
	*l->last = line;
	l->last = &line->next;
}

/* --- TERM, size, colours --- */

static void say_size(Lines *l, bool out_tty, bool in_tty)
{
	struct winsize w = { 0 };

	if (!out_tty || ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || !w.ws_col)
		say(l, "size", DOCTOR_SKIPPED, NULL, "stdout is %s", out_tty ? "a terminal that does not say its size" : "no terminal");
	else if (w.ws_col < 60 || w.ws_row < 15)
		say(l, "size", DOCTOR_WARN, "make the window larger: 80x24 shows every view whole", "%dx%d", w.ws_col, w.ws_row);
	else
		say(l, "size", DOCTOR_OK, NULL, "%dx%d%s", w.ws_col, w.ws_row, in_tty ? "" : "; stdin is no terminal, so the console does not start");
}

static void say_colours(Lines *l, const Caps *c, bool no_color)
{
	const char *ct = env("COLORTERM"), *off = no_color ? "--no-color" : *env("NO_COLOR") ? "NO_COLOR" : NULL;
	bool wide = c->ansi && (!strcmp(ct, "truecolor") || !strcmp(ct, "24bit"));

	if (off)
		say(l, "colours", DOCTOR_OK, NULL, "none, by %s; state is shown by word and glyph", off);
	else if (c->colours < 8)
		say(l, "colours", DOCTOR_WARN, "set TERM=xterm-256color if the terminal has colours", "none, by TERM=%s", env("TERM"));
	else if (c->truecolour || wide)
		say(l, "colours", DOCTOR_OK, NULL, "16 million, by %s", c->truecolour ? "terminfo" : "COLORTERM");
	else
		say(l, "colours", DOCTOR_OK, NULL, "%d, by TERM; COLORTERM=truecolor would say that there are more", c->colours);
}

/* tmux and screen keep the clipboard to themselves unless they are told (tmux(1): set-clipboard, allow-passthrough). */
static void say_clipboard(Lines *l, const Caps *c)
{
	const char *term = env("TERM");

	if (*env("TMUX"))
		say(l, "clipboard", DOCTOR_OK, NULL, "OSC 52 through tmux: wants set -g allow-passthrough on, or set-clipboard on");
	else if (!strncmp(term, "screen", 6))
		say(l, "clipboard", DOCTOR_OK, NULL, "OSC 52 through screen, as far as the terminal behind it allows");
	else
		say(l, "clipboard", DOCTOR_OK, NULL, "OSC 52%s",
		    c->clipboard ? ", which terminfo names" : ", which most terminals take; terminfo does not say");
}

static void say_term(Lines *l, bool no_color)
{
	Caps c;
	Err e = { 0 };

	if (caps_load(&c, getenv("TERM"), STDOUT_FILENO, &e) < 0) {
		say(l, "term", DOCTOR_WARN, "set TERM to your terminal's name, for example xterm-256color", "%s", e.text);
		return;
	}
	say(l, "term", DOCTOR_OK, NULL, "%s%s%s%s", env("TERM"), *env("TERM_PROGRAM") ? " in " : "", env("TERM_PROGRAM"),
	    *env("TMUX") ? ", inside tmux" : "");
	say_colours(l, &c, no_color);
	say(l, "input", DOCTOR_OK, NULL, "bracketed paste is asked for%s; the mouse is left to the terminal",
	    c.mouse ? "" : " (terminfo knows no mouse)");
	say_clipboard(l, &c);
	caps_free(&c);
}

/* --- characters --- */

/* The cells that libc counts, -1 for what it cannot tell. */
static int libc_width(const char *text)
{
	wchar_t w[16];
	size_t n = mbstowcs(w, text, 16);

	return n == (size_t)-1 || n == 16 ? -1 : wcswidth(w, n);
}

/* wcwidth (the system) and utf8proc (this program) may be of different Unicode versions; a picture that is joined from
 * several is one to us and several to libc, which is why such are taken apart on the screen. */
static void say_widths(Lines *l)
{
	static const char *const samples[] = { "é", "€", "█", "▁", "中", "あ", "😀", "✓", "→" };
	char differ[80] = "";
	size_t n = 0;

	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		int ours = clean_text(l->a, str_of(samples[i]), 0).columns, libc = libc_width(samples[i]);

		if (ours != libc && n < sizeof differ)
			n += (size_t)snprintf(differ + n, sizeof differ - n, "%s%s %d/%d", n ? ", " : "", samples[i], ours, libc);
	}
	if (n)
		say(l, "widths", DOCTOR_WARN, "if columns are crooked, set ui.ascii: true or start with --ascii",
		    "this program and the system differ: %s", differ);
	else
		say(l, "widths", DOCTOR_OK, NULL, "as the system counts them, for all of %zu test characters", sizeof samples / sizeof *samples);
}

static void say_characters(Lines *l, bool ascii)
{
	bool set = setlocale(LC_CTYPE, "") != NULL;
	const char *codes = nl_langinfo(CODESET);
	bool utf8 = set && !strcmp(codes, "UTF-8");

	if (ascii)
		say(l, "characters", DOCTOR_OK, NULL, "ASCII only, by --ascii");
	else if (!set)
		say(l, "characters", DOCTOR_WARN, "set LC_ALL=C.UTF-8", "the locale of LC_ALL, LC_CTYPE or LANG is not installed");
	else if (!utf8)
		say(l, "characters", DOCTOR_WARN, "set LC_ALL=C.UTF-8, or start with --ascii", "the locale is %s, not UTF-8", codes);
	else
		say(l, "characters", DOCTOR_OK, NULL, "UTF-8");
	if (utf8)
		say_widths(l);
	(void)setlocale(LC_CTYPE, "C");
}

DoctorLine *doctor_terminal(Arena *a, bool no_color, bool ascii)
{
	Lines l = { .a = a, .last = &l.first };
	bool out = isatty(STDOUT_FILENO), in = isatty(STDIN_FILENO);

	say_size(&l, out, in);
	if (out)
		say_term(&l, no_color);
	else
		say(&l, "term", DOCTOR_SKIPPED, NULL, "TERM=%s; colours and keys matter on a terminal only", env("TERM"));
	say_characters(&l, ascii);
	return l.first;
}
