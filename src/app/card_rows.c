/* The cards that there are, and what opens them: a command with words, or the row under the cursor. */
#include "app/card.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "app/app_impl.h"

#define WORD(member) { offsetof(ActOn, member), sizeof ((ActOn *)0)->member }

const CardRow card_rows[CARD_KINDS] = {
	[CARD_ROLLBACK] = { .title = "ROLL BACK", .button = "Roll back", .action = MOVE_ROLLBACK, .word = { WORD(agent), WORD(pointer), WORD(to) },
		.how = "B goes back from an alert, a job or an agent; :rollback AGENT [POINTER] from anywhere" },
	[CARD_PAUSE] = { .title = "PAUSE", .button = "Pause", .action = MOVE_PAUSE, .word = { WORD(agent), WORD(pointer) },
		.how = ":pause on the row of an agent; :pause AGENT [POINTER] from anywhere" },
	[CARD_RESUME] = { .title = "RESUME", .button = "Resume", .action = MOVE_RESUME, .word = { WORD(agent), WORD(pointer) },
		.how = ":resume on the row of an agent; :resume AGENT [POINTER] from anywhere" },
};

static bool said(const CardRow *r, Str rest, ActOn *of)
{
	for (int i = 0; i < CARD_WORDS && r->word[i].size; i++) {
		Str word = str_cut(str_trim(rest), ' ', &rest);

		if (word.n >= r->word[i].size)
			return false;
		(void)snprintf((char *)of + r->word[i].at, r->word[i].size, "%.*s", STR_ARG(word));
	}
	return !str_trim(rest).n;
}

static bool of_row(const App *a, ActOn *of)
{
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;

	return p && p->cls->agent && p->cls->agent(p, of);
}

void card_command(App *a, CardKind kind, Str rest)
{
	const CardRow *r = &card_rows[kind];
	ActOn of;

	memset(&of, 0, sizeof of);
	if (str_trim(rest).n ? !said(r, rest, &of) : !of_row(a, &of))
		app_say(a, ROLE_INFO, r->how);
	else
		card_open(a, kind, &of);
}

void app_card(App *a, CardKind kind)
{
	card_command(a, kind, STR(""));
}
