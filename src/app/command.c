/* The command line behind `:` and the help page: both come from the tables of views, panes and actions. */
#include "app/alert_say.h"
#include "app/app_impl.h"
#include "app/card.h"
#include "app/page.h"
#include "app/past.h"
#include "app/playground.h"
#include "app/playground_local.h"
#include "app/playground_mcp.h"
#include "app/strip.h"
#include "app/template_list.h"
#include "app/theme.h"

#include <stdio.h>
#include <string.h>

#include "conf/yaml.h"
#include "model/filter.h"

enum { NAMES_MAX = 96 };

/* Commands that take something behind their name. */
/* run NULL: it opens that card. */
typedef struct Command { const char *name, *takes, *help; void (*run)(App *a, Str rest); CardKind card; } Command;

static const Command commands[] = {
	{ "ack", "[ALERT] REASON", "acknowledge an alert until it is over", alert_ack_command, 0 },
	{ "silence", "[ALERT] 2h [REASON]", "silence an alert for a time; 0s ends it", alert_silence_command, 0 },
	{ "at", "TIME", "show this moment of the past: 14:05, 2h, 2026-11-21T14:05Z", past_command, 0 },
	{ "coverage", "", "what is not seen, and why", coverage_command, 0 },
	{ "reconcile", "[DAY]", "the estimate beside the bill of a closed day", reconcile_command, 0 },
	{ "rollback", "AGENT [POINTER [VERSION]]", "the rollback card of this agent", NULL, CARD_ROLLBACK },
	{ "rollout", "[AGENT VERSION] [PERCENT]", "give a version a share of the traffic: its card", NULL, CARD_ROLLOUT },
	{ "pause", "[AGENT [POINTER]]", "pause a pointer: its card", NULL, CARD_PAUSE },
	{ "resume", "[AGENT [POINTER]]", "let a paused pointer serve again: its card", NULL, CARD_RESUME },
	{ "approve", "[AGENT VERSION]", "approve a version: its card", NULL, CARD_APPROVE },
	{ "reject", "[AGENT VERSION]", "reject a version: its card", NULL, CARD_REJECT },
	{ "undo", "[OP]", "take back the last action, or that one: its card", NULL, CARD_UNDO },
	{ "stop", "[AGENT [POINTER [RUNG]]]", "the stop ladder: a card", NULL, CARD_STOP },
	{ "promote", "TEMPLATE VERSION LABEL", "give a version of a template a label: its card", NULL, CARD_PROMOTE },
	{ "strip", "[copy]", "the strip of the last move: fold, open, hide; copy what it says", strip_command, 0 },
	{ "model", "ID", "playground: the model of the focused column", playground_model, 0 },
	{ "route", "[on|off]", "playground: the model by the rules of routing; alone, list them", playground_route, 0 },
	{ "cache", "on|off|clear|list", "playground: its own answers again to the same question", playground_cache, 0 },
	{ "system", "[TEXT]", "playground: its instructions; alone, none", playground_system, 0 },
	{ "temperature", "N|off", "playground: the temperature of the focused column, 0 to 1", playground_temperature, 0 },
	{ "tier", "[default|priority|flex|…]", "playground: the service tier to ask for; alone, none", playground_tier, 0 },
	{ "guardrail", "ID[:VERSION]|off", "playground: a Bedrock guardrail for the focused column", playground_guardrail, 0 },
	{ "prompt-cache", "on|off", "playground: prompts with cache points behind instructions and tools", playground_prompt_cache, 0 },
	{ "warm-up", "", "playground: fill the prompt caches with what is typed; no figure", playground_warm_up, 0 },
	{ "copy", "[N|last]", "playground: copy the answer, or one of its code blocks", playground_copy, 0 },
	{ "case", "FILE", "playground: append the last question to a suite's dataset", playground_case, 0 },
	{ "tokens", "", "playground: let the service count what is typed (free)", playground_tokens, 0 },
	{ "template", "[ID[@VERSION] [NAME=VALUE …]]", "playground: a template as its instructions; alone, list them", template_command, 0 },
	{ "tool", "[NAME|FILE]", "playground: answers must fill this tool's schema; alone, text", playground_tool, 0 },
	{ "tools", "local|off", "playground: the program's own tools, which only read; alone, list them", local_command, 0 },
	{ "mcp", "[on|off]", "playground: tools of the configured MCP servers; alone, list them", mcp_command, 0 },
	{ "allow", "", "playground: run the tool that waits", mcp_allow, 0 },
	{ "deny", "", "playground: refuse the tool that waits", mcp_deny, 0 },
	{ "column", "add|drop", "playground: one more column, or the focused one away", playground_column, 0 },
	{ "new", "", "playground: a new conversation", playground_new_command, 0 },
	{ "fork", "", "playground: go on apart, and keep the one so far", playground_fork_command, 0 },
	{ "chats", "[TEXT]", "kept conversations, or those with a text", playground_list, 0 },
	{ "chat", "[ID]", "go on with a kept conversation", playground_resume, 0 },
	{ "pin", "", "keep this conversation, or no longer", playground_pin, 0 },
	{ "forget", "ID", "delete a kept conversation", playground_forget, 0 },
	{ "theme", "[ID]", "draw with another theme; alone, list them", theme_command, 0 },
	{ "ctx", "[NAME,… or *]", "switch to other contexts; alone, list them", context_command, 0 },
	{ 0 },
};

/* Everything that can stand after ':', for completion and for the nearest name. */
static size_t names(App *a, const char *out[NAMES_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < a->views.count && n < NAMES_MAX; i++)
		out[n++] = a->views.view[i].id.p;
	for (const AppAction *act = a->actions; act->name && n < NAMES_MAX; act++)
		out[n++] = act->name;
	for (const Command *c = commands; c->name && n < NAMES_MAX; c++)
		out[n++] = c->name;
	out[n] = NULL;
	return n;
}

/* The context's name that is being typed: behind "ctx " the last of the list, elsewhere behind '@'. Empty p: none is. */
static Str context_typed(const char *line)
{
	Str rest, word = str_cut(str_of(line), ' ', &rest), part = rest;
	const char *at = strrchr(line, '@');

	if (str_is(word, "ctx") && word.n < strlen(line)) {
		while (str_has(part, STR(",")))
			(void)str_cut(part, ',', &part);
		return part.p ? part : STR("");
	}
	return at && at > line && at[-1] == ' ' ? str_of(at + 1) : (Str){ NULL, 0 };
}

/* The shortest name that begins as the word does and has all its letters in their order. */
static const char *closest(const char *const *name, const char *word)
{
	const char *best = NULL;

	for (; *name; name++)
		if ((*name)[0] == word[0] && filter_fuzzy(str_of(*name), str_of(word)) && (!best || strlen(*name) < strlen(best)))
			best = *name;
	return best;
}

const char *command_complete(App *a, const char *prefix)
{
	const char *name[NAMES_MAX + 1], *context;
	size_t n = names(a, name), len = strlen(prefix);
	Str part = context_typed(prefix);

	if (part.p) {
		if (!part.n || !(context = context_complete(a, part)))
			return NULL;
		(void)snprintf(a->completed, sizeof a->completed, "%.*s%s", (int)(len - part.n), prefix, context);
		return a->completed;
	}
	for (size_t i = 0; i < n; i++)
		if (len && strncmp(name[i], prefix, len) == 0)
			return name[i];
	if (len > 1 && !strchr(prefix, ' ') && (context = closest(name, prefix)))
		return context;
	context = theme_complete(a, prefix);
	return context ? context : playground_complete(a, prefix);
}

static void unknown(App *a, Str word)
{
	const char *name[NAMES_MAX + 1], *near;
	char say[200];

	(void)names(a, name);
	near = nearest_word(word, name);
	(void)snprintf(say, sizeof say, "no command %.60s%s%s%s", word.n ? word.p : "",
				   near ? ": did you mean " : "; ? lists what there is", near ? near : "", near ? "?" : "");
	app_say(a, ROLE_WARN, say);
}

/* ":view @context" and ":view /filter", also both: the filter goes to the end of the line. */
static void view_arguments(App *a, Str rest)
{
	if (rest.n && rest.p[0] == '@') {
		Str names = str_cut(str_sub(rest, 1, rest.n), ' ', &rest);

		context_command(a, names);
		rest = str_trim(rest);
	}
	if (rest.n && rest.p[0] == '/')
		(void)snprintf(a->filter, sizeof a->filter, "%.*s", (int)(rest.n - 1), rest.p + 1);
}

static bool is_for_command(Str word, Str rest)
{
	bool known = false;

	for (const Command *c = commands; c->name; c++)
		known |= str_is(word, c->name);
	return known && rest.n && rest.p[0] != '@' && rest.p[0] != '/';
}

void command_run(App *a, const char *line)
{
	Str rest, word = str_cut(str_trim(str_of(line)), ' ', &rest);
	const View *v = views_find(&a->views, word);
	char id[INPUT_MAX];

	if (!word.n)
		return;
	if (str_is(word, "q")) {
		app_quit(a, 0);
		return;
	}
	/* A view and a command have one name: the command is what has a word behind it. */
	if (v && is_for_command(word, str_trim(rest)))
		v = NULL;
	if (!v && word.n == 1)
		v = views_by_key(&a->views, word.p[0]);
	if (v) {
		(void)snprintf(id, sizeof id, "%.*s", STR_ARG(v->id));
		app_scope_clear(a);
		a->world.cell = (CostCell){ 0 };
		query_failures(a, a->world.failures_only);
		app_open_view(a, id);
		view_arguments(a, str_trim(rest));
		app_changed(a, TOPICS_ALL);
		return;
	}
	for (const Command *c = commands; c->name; c++)
		if (str_is(word, c->name)) {
			if (c->run)
				c->run(a, rest);
			else
				card_command(a, c->card, rest);
			return;
		}
	for (const AppAction *act = a->actions; act->name; act++)
		if (str_is(word, act->name)) {
			act->run(a);
			return;
		}
	(void)snprintf(id, sizeof id, "%.*s", STR_ARG(word));
	unknown(a, str_of(id));
}

void help_show(App *a)
{
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;
	Buf b = { 0 };

	(void)buf_printf(&b, "\nViews\n");
	for (size_t i = 0; i < a->views.count; i++) {
		const View *v = &a->views.view[i];

		(void)buf_printf(&b, "  %c        :%-12.*s %.*s\n", v->key ? v->key : ' ', STR_ARG(v->id),
						 STR_ARG(v->description));
	}
	if (p && p->cls->keys) {
		(void)buf_printf(&b, "\nIn this pane (%s)\n", p->cls->name);
		for (const PaneKey *k = p->cls->keys; k->key; k++)
			(void)buf_printf(&b, "  %-8s %s\n", k->key, k->help);
		(void)buf_puts(&b, "  arrows, j k, page keys, home end, g G   move\n");
	}
	if (p && p->cls->help)
		p->cls->help(p, &b);
	(void)buf_printf(&b, "\nEverywhere\n");
	for (const AppAction *act = a->actions; act->name; act++)
		(void)buf_printf(&b, "  %-8s %-28s :%s\n", act->key, act->help, act->name);
	for (const Command *c = commands; c->name; c++)
		(void)buf_printf(&b, "  %-8s %-28s :%s %s\n", "", c->help, c->name, c->takes);
	(void)buf_puts(&b, "  :VIEW @NAME opens a view of another context, :VIEW /TEXT with a filter\n"
	                   "  while typing: up and down bring lines of before back, tab completes, also by letters: rlbk\n");
	(void)buf_puts(&b, "\nFilter (/)\n"
	               "  text     rows that contain it     !text   rows that do not\n"
	               "  ~text    rows with its letters in this order\n"
	               "  column:text   only in that column; several words must all hold; Esc clears\n"
	               "\nAlt doubles every ctrl key. Nothing here changes anything in AWS but what a card\n"
	               "sends after the agent's name was typed on it.\n");
	page_show(a, "Keys", buf_str(&b));
	buf_done(&b);
}

void app_keys_reference(const PaneClass *const *panes, Buf *out)
{
	(void)buf_puts(out, "## Everywhere\n\n| key | command | does |\n| --- | --- | --- |\n");
	for (const AppAction *act = input_actions(); act->name; act++)
		(void)buf_printf(out, "| `%s` | `:%s` | %s |\n", act->key, act->name, act->help);
	for (const Command *c = commands; c->name; c++)
		(void)buf_printf(out, "| | `:%s %s` | %s |\n", c->name, c->takes, c->help);
	for (; *panes; panes++) {
		if (!(*panes)->keys)
			continue;
		(void)buf_printf(out, "\n## In the pane %s\n\n| key | does |\n| --- | --- |\n", (*panes)->name);
		for (const PaneKey *k = (*panes)->keys; k->key; k++)
			(void)buf_printf(out, "| `%s` | %s |\n", k->key, k->help);
	}
}
