/* What a column asks for besides the text: the tier that it is served in, and the guardrail that looks at it. */
#include "chat/own.h"

#include <stdio.h>
#include <string.h>

/* ServiceTierType of the Converse API. */
static const char *const tiers[] = { "default", "priority", "flex", "reserved" };

int chat_tier_check(Str word, Err *e)
{
	for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
		if (str_is(word, tiers[i]))
			return 0;
	return word.n ? err_kind(e, ERR_USAGE, "a tier is default, priority, flex or reserved") : 0;
}

int chat_set_tier(Chat *c, size_t i, Str word, Err *e)
{
	ChatColumn *col = &c->column[i];

	if (str_is(word, "off"))
		word = STR("");
	if (chat_tier_check(word, e) < 0)
		return -1;
	(void)snprintf(col->tier, sizeof col->tier, "%.*s", STR_ARG(word));
	chat_changed(c, col);
	return 0;
}

void chat_set_guardrail(Chat *c, size_t i, const Guardrail *g)
{
	c->column[i].guardrail = *g;
	chat_changed(c, &c->column[i]);
}

void options_put(const char *tier, const Guardrail *g, ConverseIn *in)
{
	in->tier.type = str_of(tier);
	if (g->id[0])
		in->guardrail = (ConverseGuardrail){ .id = str_of(g->id), .version = str_of(g->version), .trace = STR("enabled") };
}

void options_note(const ChatColumn *col, ChatTurn *t)
{
	memcpy(t->tier, col->tier, sizeof t->tier);
	t->guardrail = col->guardrail;
}
