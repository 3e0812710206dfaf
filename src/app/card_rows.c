/* The cards that there are, and what opens them: a command with words, or the row under the cursor. */
#include "app/card.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "app/app_impl.h"
#include "app/strip.h"

#define WORD(member) { offsetof(ActOn, member), sizeof ((ActOn *)0)->member }

const CardRow card_rows[CARD_KINDS] = {
	[CARD_ROLLBACK] = { .title = "ROLL BACK", .button = "Roll back", .action = MOVE_ROLLBACK, .word = { WORD(agent), WORD(pointer), WORD(to) },
		.how = ":rollback AGENT [POINTER], or B on the row of an alert, a job or an agent" },
	[CARD_ROLLOUT] = { .title = "ROLL OUT", .button = "Roll out", .action = MOVE_ROLLOUT, .word = { WORD(agent), WORD(version), WORD(percent) },
		.counts = true, .of_version = true,
		.how = ":rollout AGENT VERSION [PERCENT], or :rollout [PERCENT] on a version's row" },
	[CARD_PAUSE] = { .title = "PAUSE", .button = "Pause", .action = MOVE_PAUSE, .word = { WORD(agent), WORD(pointer) },
		.how = ":pause AGENT [POINTER], or :pause on the row of an agent" },
	[CARD_RESUME] = { .title = "RESUME", .button = "Resume", .action = MOVE_RESUME, .word = { WORD(agent), WORD(pointer) },
		.how = ":resume AGENT [POINTER], or :resume on the row of an agent" },
	[CARD_APPROVE] = { .title = "APPROVE", .button = "Approve", .action = MOVE_APPROVE, .word = { WORD(agent), WORD(version) }, .of_version = true,
		.how = ":approve AGENT VERSION, or :approve on the row of a version", .undo = ":reject of the same version",
		.elsewhere = "only versions of the agents table have a status to approve or reject" },
	[CARD_REJECT] = { .title = "REJECT", .button = "Reject", .action = MOVE_REJECT, .word = { WORD(agent), WORD(version) }, .of_version = true,
		.how = ":reject AGENT VERSION, or :reject on the row of a version", .undo = ":approve of the same version",
		.elsewhere = "only versions of the agents table have a status to approve or reject" },
	[CARD_UNDO] = { .title = "UNDO", .button = "Undo", .action = MOVE_UNDO, .word = { WORD(op) }, .of_journal = true,
		.how = ":undo takes back the last action that can be undone; :undo OP that one" },
	[CARD_PROMOTE] = { .title = "PROMOTE", .button = "Promote", .action = MOVE_PROMOTE, .word = { WORD(agent), WORD(version), WORD(pointer) },
		.of_version = true, .how = ":promote TEMPLATE VERSION LABEL, or m on a version's row of the templates" },
	/* All back ends have a row for it: by it the pointer is found, when none was named. */
	[CARD_STOP] = { .title = "STOP", .button = "Stop", .action = MOVE_STOP_REJECT, .word = { WORD(agent), WORD(pointer), WORD(rung) },
		.how = ":stop AGENT [POINTER [RUNG]], or ctrl-d on the row of an agent" },
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

/* ":rollout 50" on a row: what it is about is under the cursor. */
static bool counted(const CardRow *r, Str rest, ActOn *of)
{
	const size_t last = CARD_WORDS - 1;
	int64_t n;

	if (!r->counts || str_i64(rest, &n) < 0 || rest.n >= r->word[last].size)
		return false;
	(void)snprintf((char *)of + r->word[last].at, r->word[last].size, "%.*s", STR_ARG(rest));
	return true;
}

static bool of_row(const App *a, ActOn *of)
{
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;

	return p && p->cls->agent && p->cls->agent(p, of);
}

/* What the strip shows, if it was done. */
static const MoveView *of_strip(const App *a, ActOn *of)
{
	const Errand *x = a->errand;

	if (!a->strip_rows || !strip_is_own(a) || !x->over || errand_view(x)->outcome != MOVE_DONE)
		return NULL;
	fig_text(of->context, sizeof of->context, x->w->session.ctx->name);
	return errand_view(x);
}

/* What the strip offers to undo is what it shows, whatever this machine has done since. */
static void last_done(const App *a, ActOn *of)
{
	MoveAction undo;
	const MoveView *v = of_strip(a, of);

	if (v && move_action_undo(v->action, &undo))
		fig_text(of->op, sizeof of->op, v->op);
}

void card_command(App *a, CardKind kind, Str rest)
{
	const CardRow *r = &card_rows[kind];
	ActOn of;
	bool known;

	memset(&of, 0, sizeof of);
	rest = str_trim(rest);
	if ((known = r->of_journal) && !rest.n)
		last_done(a, &of);
	else
		known = !rest.n || counted(r, rest, &of) ? of_row(a, &of) : said(r, rest, &of);
	if (known)
		card_open(a, kind, &of);
	else
		app_say(a, ROLE_INFO, r->how);
}

void card_sessions(App *a)
{
	ActOn of;
	const MoveView *v;

	memset(&of, 0, sizeof of);
	v = of_strip(a, &of);
	if (v && move_action_moves(v->action) && str_is(str_of(v->backend), "agentcore")) {
		fig_text(of.agent, sizeof of.agent, v->name);
		(void)snprintf(of.pointer, sizeof of.pointer, "%s/%.*s", v->backend, STR_ARG(v->pointer_name));
		fig_text(of.version, sizeof of.version, v->leaves);
	} else if (!of_row(a, &of)) {
		app_say(a, ROLE_INFO, ":stop AGENT POINTER sessions, or S on the row of an agent");
		return;
	}
	(void)snprintf(of.rung, sizeof of.rung, "sessions");
	card_open(a, CARD_STOP, &of);
}

void app_card(App *a, CardKind kind)
{
	card_command(a, kind, STR(""));
}
