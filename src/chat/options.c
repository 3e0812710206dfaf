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

void chat_set_values(Chat *c, size_t i, Str json)
{
	buf_reset(&c->column[i].values);
	(void)buf_put_str(&c->column[i].values, json);
}

void chat_set_temperature(Chat *c, size_t i, OptNum t)
{
	c->column[i].temperature = t;
	chat_changed(c, &c->column[i]);
}

void chat_set_guardrail(Chat *c, size_t i, const Guardrail *g)
{
	c->column[i].guardrail = *g;
	chat_changed(c, &c->column[i]);
}

void chat_set_prompt_cache(Chat *c, bool on)
{
	c->prompt_cache = on;
	for (size_t i = 0; i < c->columns; i++)
		chat_changed(c, &c->column[i]);
}

bool chat_prompt_cache(const Chat *c)
{
	return c->prompt_cache;
}

/* Behind what stays the same from question to question. A model that caches nothing refuses them, and says so. */
static void put_cache_points(ConverseIn *in, Arena *a)
{
	const ConverseCachePoint point = { .type = STR("default") };

	if (in->system.n) {
		ConverseSystem *v = ARENA_ARRAY(a, ConverseSystem, in->system.n + 1);

		memcpy(v, in->system.v, in->system.n * sizeof *v);
		v[in->system.n++] = (ConverseSystem){ .cache_point = point };
		in->system.v = v;
	}
	if (in->tools.tools.n) {
		ConverseTool *v = ARENA_ARRAY(a, ConverseTool, in->tools.tools.n + 1);

		memcpy(v, in->tools.tools.v, in->tools.tools.n * sizeof *v);
		v[in->tools.tools.n++] = (ConverseTool){ .cache_point = point };
		in->tools.tools.v = v;
	}
}

void options_put(const Chat *c, const ChatColumn *col, Arena *a, ConverseIn *in)
{
	const Guardrail *g = &col->guardrail;

	in->tier.type = str_of(col->tier);
	if (g->id[0])
		in->guardrail = (ConverseGuardrail){ .id = str_of(g->id), .version = str_of(g->version), .trace = STR("enabled") };
	if (c->prompt_cache)
		put_cache_points(in, a);
	if (col->turns && col->turn[col->turns - 1].warm_up)
		in->limits.max_tokens = 1;
}

void options_note(const ChatColumn *col, ChatTurn *t)
{
	memcpy(t->tier, col->tier, sizeof t->tier);
	t->guardrail = col->guardrail;
}
