/* The way of a key: the mode first, then the focused pane's rows, then the app's. */
#include "app/app_impl.h"
#include "app/drill.h"
#include "app/card.h"
#include "app/past.h"
#include "app/strip.h"
#include "app/typed.h"

#include <stdio.h>
#include <string.h>

void app_filter(App *a, const char *text)
{
	(void)snprintf(a->filter, sizeof a->filter, "%s", text);
	app_changed(a, TOPIC_FILTER);
}

static void act_command(App *a)
{
	typed_open(a, MODE_COMMAND, "");
}

static void act_filter(App *a)
{
	typed_open(a, MODE_FILTER, a->filter);
}

static void act_quit(App *a)
{
	app_quit(a, 0);
}

static void act_focus(App *a)
{
	screen_focus_next(a, 1);
}

static void act_focus_back(App *a)
{
	screen_focus_next(a, -1);
}

static void act_repaint(App *a)
{
	term_repaint(a->term);
}

static void act_freeze(App *a)
{
	a->say[0] = 0;                       /* what was refused for it is possible again */
	app_freeze(a, !a->frozen);
}

static void act_failures(App *a)
{
	if (!screen_has(a, "jobs")) {
		app_say(a, ROLE_INFO, "failures only is for lists of jobs: 3 opens jobs");
		return;
	}
	query_failures(a, !a->world.failures_only);
}

static void act_earlier(App *a)
{
	past_step(a, -1);
}

static void act_later(App *a)
{
	past_step(a, 1);
}

static void act_login(App *a)
{
	prompt_again(a);
}

static void act_rollback(App *a)
{
	app_card(a, CARD_ROLLBACK);
}

static void act_stop(App *a)
{
	app_card(a, CARD_STOP);
}

static void act_escape(App *a)
{
	if (!strip_fold(a))
		screen_back(a);
}

static void act_last(App *a)
{
	screen_forward(a, a->history_at ? -1 : 1);
}

static void act_older(App *a)
{
	screen_forward(a, -1);
}

static void act_newer(App *a)
{
	screen_forward(a, 1);
}

static const AppAction actions[] = {
	{ "command",  ":",         "command",                    act_command, FOOT_NONE },
	{ "filter",   "/",         "filter",                     act_filter, FOOT_ALWAYS },
	{ "help",     "?",         "help",                       help_show, FOOT_FIRST },
	{ "failures", "z",         "failures only",              act_failures, FOOT_ALWAYS },
	{ "freeze",   "p",         "freeze the screen, go on",   act_freeze, FOOT_NONE },
	{ "earlier",  "<",         "back in time: 5 min, in a grid 1 h", act_earlier, FOOT_NONE },
	{ "later",    ">",         "forward in time",            act_later, FOOT_NONE },
	{ "now",      ".",         "back to now",                past_leave, FOOT_NONE },
	{ "refresh",  "ctrl-r",    "ask AWS again now",          app_refresh_all, FOOT_NONE },
	{ "login",    "ctrl-g",    "log in (SSO, MFA)",          act_login, FOOT_NONE },
	{ "focus",    "tab",       "next pane",                  act_focus, FOOT_NONE },
	{ "unfocus",  "backtab",   "pane before",                act_focus_back, FOOT_NONE },
	{ "back",     "q",         "back",                       screen_back, FOOT_FIRST },
	{ "escape",   "esc",       "fold the strip, or back",    act_escape, FOOT_NONE },
	{ "rollback", "B",         "roll back: the card of this row", act_rollback, FOOT_AGENTS },
	{ "stop",     "ctrl-d",    "stop: the card of this row", act_stop, FOOT_NONE },
	{ "sessions", "S",         "stop sessions: the card of this row", card_sessions, FOOT_NONE },
	{ "last",     "-",         "last view",                  act_last, FOOT_NONE },
	{ "older",    "[",         "view before, in history",    act_older, FOOT_NONE },
	{ "newer",    "]",         "view after, in history",     act_newer, FOOT_NONE },
	{ "repaint",  "ctrl-l",    "repaint the screen",         act_repaint, FOOT_NONE },
	{ "suspend",  "ctrl-z",    "suspend to the shell",       app_suspend, FOOT_NONE },
	{ "quit",     "Q",         "quit",                       act_quit, FOOT_ALWAYS },
	{ "quit-c",   "ctrl-c",    "quit",                       act_quit, FOOT_NONE },
	{ 0 },
};

const AppAction *input_actions(void)
{
	return actions;
}

bool input_is_key(Key k, const char *name)
{
	Key want = { 0 };

	if (key_parse(name, &want) < 0)
		return false;
	/* Alt doubles ctrl for people whose ctrl keys belong to a terminal multiplexer. */
	if (want.mod == MOD_CTRL && k.mod == MOD_ALT)
		k.mod = MOD_CTRL;
	return key_same(k, want);
}

static void input_view(App *a, Key k)
{
	Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;
	const View *v;
	Err e = { 0 };

	if (p)
		p->stale = true;         /* a cursor may move */
	if (p && p->cls->typing && p->cls->typing(p) && p->cls->key(p, k) == PANE_HANDLED) {
		p->dirty = true;
		return;
	}
	/* What the strip offers goes before what a pane sorts by. */
	if (input_is_key(k, "S") && strip_offers_sessions(a)) {
		card_sessions(a);
		return;
	}
	for (const PaneKey *row = p ? p->cls->keys : NULL; row && row->key; row++)
		if (input_is_key(k, row->key)) {
			row->run(p);
			p->dirty = true;
			return;
		}
	if (p && p->cls->key && p->cls->key(p, k) == PANE_HANDLED)
		return;
	if (k.kind == KEY_CHAR && k.mod == 0 && k.ch >= '0' && k.ch <= '9') {
		v = views_by_key(&a->views, (char)k.ch);
		if (!v) {
			app_say(a, ROLE_WARN, "no view has this key; ? lists them");
			return;
		}
		a->filter[0] = 0;
		app_scope_clear(a);
		a->world.cell = (CostCell){ 0 };
		query_failures(a, a->world.failures_only);
		if (screen_open_view(a, v, &e) < 0)
			app_say(a, ROLE_ERROR, e.text);
		app_changed(a, TOPICS_ALL);
		return;
	}
	for (const AppAction *act = actions; act->name; act++)
		if (input_is_key(k, act->key)) {
			act->run(a);
			return;
		}
}

static void input_text(App *a, Key k)
{
	int page = surface_height(a->surface) - 5;

	if (k.kind == KEY_ESC || k.kind == KEY_ENTER || input_is_key(k, "q") || input_is_key(k, "?"))
		page_close(a);
	else if (k.kind == KEY_DOWN || input_is_key(k, "j"))
		page_scroll(a, 1);
	else if (k.kind == KEY_UP || input_is_key(k, "k"))
		page_scroll(a, -1);
	else if (k.kind == KEY_PAGE_DOWN || input_is_key(k, "space"))
		page_scroll(a, page);
	else if (k.kind == KEY_PAGE_UP)
		page_scroll(a, -page);
	else if (k.kind == KEY_HOME || input_is_key(k, "g"))
		page_scroll(a, -1000000);
	else if (k.kind == KEY_END || input_is_key(k, "G"))
		page_scroll(a, 1000000);
	else if (input_is_key(k, "x"))
		page_turn(a);
	else if (input_is_key(k, "ctrl-c") || input_is_key(k, "Q"))
		app_quit(a, 0);
	else if (input_is_key(k, "ctrl-l"))
		term_repaint(a->term);
	else if (input_is_key(k, "ctrl-z"))
		app_suspend(a);
	else if (k.kind == KEY_CHAR && !k.mod && (k.ch == ':' || (k.ch >= '0' && k.ch <= '9'))) {
		page_close(a);
		input_view(a, k);
	}
}

void input_key(App *a, Key k)
{
	drill_key(a->spec.drill);
	if (a->mode == MODE_CARD)
		card_key(a, k);
	else if (a->mode == MODE_COMMAND || a->mode == MODE_FILTER)
		typed_key(a, k);
	else if (a->mode == MODE_TEXT)
		input_text(a, k);
	else if (!prompt_key(a, k))
		input_view(a, k);
}
