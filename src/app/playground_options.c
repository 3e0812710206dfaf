/* What a column asks for besides the text: its tier and its guardrail. */
#include <stdio.h>

#include "app/app_impl.h"
#include "app/playground_own.h"
#include "app/watch.h"
#include "base/clock.h"

void playground_tier(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	Str word = str_trim(rest);
	char say[160];
	Err e = { 0 };

	if (!p)
		return;
	if (chat_set_tier(p->chat, p->focus, word, &e) < 0) {
		playground_say(a, &e);
		return;
	}
	p->agreed_nusd = p->again_nusd = 0;
	if (chat_column(p->chat, p->focus)->tier[0])
		(void)snprintf(say, sizeof say, "column %zu asks for tier %s; each answer says in which it was served, and is priced by that", p->focus + 1,
		               chat_column(p->chat, p->focus)->tier);
	else
		(void)snprintf(say, sizeof say, "column %zu asks for no tier", p->focus + 1);
	app_say(a, ROLE_INFO, say);
}

void playground_temperature(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	const Str word = str_trim(rest);
	int64_t millionths = 0;
	OptNum t = { .has = word.n && !str_is(word, "off") };
	char say[80];

	if (!p)
		return;
	/* inferenceConfig.temperature of the Converse API. */
	if (t.has && (str_scaled(word, 6, &millionths) < 0 || millionths < 0 || millionths > 1000000)) {
		app_say(a, ROLE_WARN, ":temperature takes a number from 0 to 1, or off: the model's own");
		return;
	}
	t.v = (double)millionths / 1e6;
	chat_set_temperature(p->chat, p->focus, t);
	if (t.has)
		(void)snprintf(say, sizeof say, "column %zu asks with temperature %g", p->focus + 1, t.v);
	else
		(void)snprintf(say, sizeof say, "column %zu asks with the model's own temperature", p->focus + 1);
	app_say(a, ROLE_INFO, say);
}

void playground_guardrail(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	char say[240], name[GUARD_ID + GUARD_VERSION];
	Guardrail g;
	Err e = { 0 };

	if (!p)
		return;
	if (guardrail_parse(rest, &g, &e) < 0) {
		playground_say(a, &e);
		return;
	}
	chat_set_guardrail(p->chat, p->focus, &g);
	if (g.id[0])
		(void)snprintf(say, sizeof say, "column %zu goes through guardrail %s; AWS charges it by the text, and no price of it is known here",
		               p->focus + 1, guardrail_name(&g, name));
	else
		(void)snprintf(say, sizeof say, "column %zu goes through no guardrail", p->focus + 1);
	app_say(a, ROLE_INFO, say);
}

void playground_prompt_cache(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	Str word = str_trim(rest);

	if (!p)
		return;
	if (!str_is(word, "on") && !str_is(word, "off")) {
		app_say(a, ROLE_WARN, ":prompt-cache on sends prompts with cache points behind instructions and tools; off without");
		return;
	}
	chat_set_prompt_cache(p->chat, str_is(word, "on"));
	app_say(a, ROLE_INFO, chat_prompt_cache(p->chat) ? "prompt cache on: the first question pays for writing it; :warm-up fills it first"
	                                           : "prompt cache off");
}

void playground_warm_up(App *a, Str rest)
{
	Playground *p = playground_ready(a);
	Err e = { 0 };

	(void)rest;
	if (!p || !playground_shown(a))
		return;
	if (chat_warm_up(p->chat, buf_str(&p->input.text), &p->agreed_nusd, &e) < 0)
		playground_say(a, &e);
	else
		p->used_ms = clock_wall_ms();
}

void playground_tokens(App *a, Str rest)
{
	Playground *p = playground_shown(a);
	Err e = { 0 };

	(void)rest;
	if (!p)
		return;
	if (chat_count(p->chat, buf_str(&p->input.text), &e) < 0)
		playground_say(a, &e);
	else
		app_say(a, ROLE_INFO, "asking the service to count (free); = is exact until something changes");
}

void playground_counted(Playground *p, size_t column, const Err *why)
{
	char say[sizeof p->a->say];

	if (!why)
		return;
	(void)snprintf(say, sizeof say, "column %zu was not counted, its estimate stays: %.200s", column + 1, why->text);
	app_say(p->a, ROLE_WARN, say);
}

void playground_defaults(Playground *p)
{
	Guardrail g;

	/* The configuration has checked its form. */
	if (guardrail_parse(p->w->session.ctx->guardrail, &g, NULL) == 0)
		chat_set_guardrail(p->chat, 0, &g);
}
