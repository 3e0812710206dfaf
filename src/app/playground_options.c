/* What a column asks for besides the text: its tier and its guardrail. */
#include <stdio.h>

#include "app/app_impl.h"
#include "app/playground_own.h"
#include "app/watch.h"

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

void playground_defaults(Playground *p)
{
	Guardrail g;

	/* The configuration has checked its form. */
	if (guardrail_parse(p->w->session.ctx->guardrail, &g, NULL) == 0)
		chat_set_guardrail(p->chat, 0, &g);
}
