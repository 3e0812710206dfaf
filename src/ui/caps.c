#include "ui/caps.h"

#include <stdlib.h>
#include <string.h>

#include <curses.h>
#include <term.h>

#include "base/xalloc.h"

/* Terminals that are known to hold back drawing between mode 2026's set and reset. To the others the sequence is an
 * unknown private mode, but they would be sent 16 bytes a frame for nothing. */
static const char *const sync_terms[] = { "xterm-kitty", "xterm-ghostty", "foot", "alacritty", "wezterm", "contour", "rio", NULL };

/* A capability as our own string, without its padding. */
static char *take_string(const char *name)
{
	const char *s = tigetstr(name);
	char *copy, *to;

	if (!s || s == (char *)-1)
		return xstrdup("");
	copy = to = xstrdup(s);
	while (*s) {
		const char *end = s[0] == '$' && s[1] == '<' ? strchr(s, '>') : NULL;

		if (end)
			s = end + 1;
		else
			*to++ = *s++;
	}
	*to = 0;
	return copy;
}

static bool has_string(const char *name)
{
	const char *s = tigetstr(name);

	return s && s != (char *)-1 && *s;
}

static bool is_form(const char *name, const char *form)
{
	char *s = take_string(name);
	bool same = strcmp(s, form) == 0;

	free(s);
	return same;
}

static bool known_sync(const char *term)
{
	for (size_t i = 0; sync_terms[i]; i++)
		if (strncmp(term, sync_terms[i], strlen(sync_terms[i])) == 0)
			return true;
	return false;
}

static void read_all(Caps *c)
{
	const struct { char **to; const char *name; } strings[] = {
		{ &c->cup, "cup" }, { &c->el, "el" }, { &c->clear, "clear" }, { &c->smcup, "smcup" }, { &c->rmcup, "rmcup" },
		{ &c->civis, "civis" }, { &c->cnorm, "cnorm" }, { &c->rmkx, "rmkx" }, { &c->sgr0, "sgr0" }, { &c->bold, "bold" },
		{ &c->dim, "dim" }, { &c->underline, "smul" }, { &c->reverse, "rev" }, { &c->setaf, "setaf" }, { &c->setab, "setab" },
	};
	int colours = tigetnum("colors");

	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		*strings[i].to = take_string(strings[i].name);
	c->colours = colours > 0 ? colours : 0;
	c->truecolour = tigetflag("RGB") > 0 || tigetflag("Tc") > 0;
	c->wraps = tigetflag("am") > 0;
	c->wraps_late = tigetflag("xenl") > 0;
	c->mouse = has_string("kmous");
	c->clipboard = has_string("Ms");
	c->erases_colour = tigetflag("bce") > 0;
}

/* The usual forms are recognised once; what is not usual goes through tparm. */
static void find_forms(Caps *c)
{
	c->ansi = strcmp(c->cup, "\033[%i%p1%d;%p2%dH") == 0 && strstr(c->sgr0, "\033[") != NULL &&
	          (!*c->setaf || strncmp(c->setaf, "\033[", 2) == 0);
	c->ansi_off = c->ansi && is_form("rmul", "\033[24m") && (!c->colours || is_form("op", "\033[39;49m"));
	c->column = c->ansi && is_form("hpa", "\033[%i%p1%dG");
	c->row = c->ansi && is_form("vpa", "\033[%i%p1%dd");
	c->linefeed = is_form("cud1", "\n");
}

int caps_load(Caps *c, const char *term, int fd, Err *e)
{
	int status = 0;

	*c = (Caps){ 0 };
	if (!term || !*term)
		return err_kind(e, ERR_USAGE, "TERM is not set: set it to the name of your terminal, for example xterm-256color");
	if (setupterm((char *)term, fd, &status) != OK) {
		if (status == 1)
			return err_kind(e, ERR_USAGE, "TERM=%s prints on paper: the console needs a screen", term);
		return err_kind(e, ERR_USAGE, "TERM=%s is not in this machine's terminfo database: "
		                "set TERM=xterm-256color, or install the package ncurses-term", term);
	}
	c->terminal = cur_term;
	read_all(c);
	find_forms(c);
	c->sync = c->ansi && known_sync(term);
	if (!*c->cup || !*c->clear) {
		caps_free(c);
		return err_kind(e, ERR_USAGE, "TERM=%s cannot move its cursor: set TERM=xterm-256color, "
		                "or use `seismo get` and `seismo once`, which need no terminal", term);
	}
	return 0;
}

void caps_free(Caps *c)
{
	char *strings[] = { c->cup, c->el, c->clear, c->smcup, c->rmcup, c->civis, c->cnorm, c->rmkx, c->sgr0, c->bold,
	                    c->dim, c->underline, c->reverse, c->setaf, c->setab };

	if (!c->cup)
		return;
	for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
		free(strings[i]);
	if (c->terminal)
		(void)del_curterm(c->terminal);
	*c = (Caps){ 0 };
}

void caps_put(Buf *out, const char *cap, int a, int b)
{
	const char *s = *cap ? tparm((char *)cap, (long)a, (long)b, 0L, 0L, 0L, 0L, 0L, 0L, 0L) : NULL;

	if (s)
		(void)buf_puts(out, s);     /* out's cap is far above any frame */
}
