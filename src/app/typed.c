#include "app/typed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { PAST = 50 };

/* Lines that were entered, the newest first. */
typedef struct TypedPast { char line[PAST][INPUT_MAX]; int n; } TypedPast;

struct TypedLines {
	TypedPast past[2];             /* of commands, of filters */
	int  at;                       /* which of them is shown, from 1; 0: what is being typed */
	char draft[INPUT_MAX];         /* that, while one of them is shown */
};

static void set(App *a, const char *text)
{
	(void)snprintf(a->input, sizeof a->input, "%s", text);
	a->input_n = strlen(a->input);
}

void typed_open(App *a, Mode m, const char *text)
{
	if (!a->typed)
		a->typed = xcalloc(1, sizeof *a->typed);
	a->typed->at = 0;
	a->mode = m;
	set(a, text);
	a->say[0] = 0;
}

void typed_close(App *a)
{
	free(a->typed);
	a->typed = NULL;
}

void app_type_command(App *a, const char *text)
{
	typed_open(a, MODE_COMMAND, text);
}

const char *typed_offer(App *a)
{
	const char *full = a->mode == MODE_COMMAND && a->input_n ? command_complete(a, a->input) : NULL;

	return full && strcmp(full, a->input) != 0 ? full : NULL;
}

/* --- lines of before --- */

static TypedPast *past_of(App *a)
{
	return &a->typed->past[a->mode == MODE_FILTER];
}

/* The newest is the first; the same line stands there once. */
static void remember(TypedPast *p, const char *line)
{
	int at = 0;

	if (!*line)
		return;
	while (at < p->n && strcmp(p->line[at], line) != 0)
		at++;
	if (at == p->n && p->n < PAST)
		p->n++;
	at -= at == PAST;
	memmove(p->line[1], p->line[0], (size_t)at * sizeof *p->line);
	(void)snprintf(p->line[0], sizeof *p->line, "%s", line);
}

/* What is being typed stands before them, and is there again on the way back. */
static void recall(App *a, int step)
{
	const TypedPast *p = past_of(a);
	struct TypedLines *t = a->typed;
	const int at = t->at + step;

	if (at < 0 || at > p->n)
		return;
	if (t->at == 0)
		memcpy(t->draft, a->input, sizeof t->draft);
	t->at = at;
	set(a, at ? p->line[at - 1] : t->draft);
}

/* --- keys --- */

static void put(App *a, const char *bytes, size_t n)
{
	if (a->input_n + n >= sizeof a->input)
		return;
	memcpy(a->input + a->input_n, bytes, n);
	a->input_n += n;
	a->input[a->input_n] = 0;
}

static void erase(App *a)
{
	/* A character, not a byte. */
	while (a->input_n && (a->input[--a->input_n] & 0xc0) == 0x80)
		;
	a->input[a->input_n] = 0;
}

static void erase_word(App *a)
{
	while (a->input_n && a->input[a->input_n - 1] == ' ')
		erase(a);
	while (a->input_n && a->input[a->input_n - 1] != ' ')
		erase(a);
}

static void filter_apply(App *a)
{
	memcpy(a->filter, a->input, sizeof a->filter);
	app_changed(a, TOPIC_FILTER);
}

static void leave(App *a)
{
	if (a->mode == MODE_FILTER) {
		set(a, "");
		filter_apply(a);
	}
	a->mode = MODE_VIEW;
}

static void enter(App *a)
{
	const Mode mode = a->mode;
	char line[INPUT_MAX];

	memcpy(line, a->input, sizeof line);
	remember(past_of(a), line);
	a->mode = MODE_VIEW;
	if (mode == MODE_FILTER)
		filter_apply(a);
	else
		command_run(a, line);
}

void typed_key(App *a, Key k)
{
	char bytes[4];
	const char *full;

	if (k.kind == KEY_ESC || input_is_key(k, "ctrl-c")) {
		leave(a);
		return;
	}
	if (k.kind == KEY_ENTER) {
		enter(a);
		return;
	}
	if (k.kind == KEY_UP || k.kind == KEY_DOWN) {
		recall(a, k.kind == KEY_UP ? 1 : -1);
	} else if (k.kind == KEY_TAB) {
		if ((full = typed_offer(a)))
			set(a, full);
	} else if (k.kind == KEY_BACKSPACE) {
		erase(a);
	} else if (input_is_key(k, "ctrl-u")) {
		set(a, "");
	} else if (input_is_key(k, "ctrl-w")) {
		erase_word(a);
	} else if (k.kind == KEY_CHAR && !(k.mod & (MOD_CTRL | MOD_ALT))) {
		put(a, bytes, key_utf8(k.ch, bytes));
	} else if (k.kind == KEY_PASTE) {
		/* One line of it: terminals send the line ends of a paste as carriage returns. */
		Str first = str_cut(str_cut(k.paste, '\n', &k.paste), '\r', &k.paste);

		put(a, first.p, first.n < sizeof a->input ? first.n : 0);
	}
	if (a->mode == MODE_FILTER)
		filter_apply(a);
}
