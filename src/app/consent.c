#include "app/consent.h"

static bool is_prod(const Session *s)
{
	return !str_is(s->stage, "dev") && !str_is(s->stage, "test");
}

bool consent_says_race(Str typed)
{
	return str_ends(typed, STR(CONSENT_RACE));
}

static bool opens(const Session *s, const Consent *c)
{
	return s->read_only && c->unlocks && s->unlockable;
}

bool consent_wants_name(const Session *s, const Consent *c)
{
	return is_prod(s) || opens(s, c) || c->race;
}

Str consent_words(const Consent *c, Arena *a)
{
	return c->race ? arena_printf(a, "%.*s%s", STR_ARG(c->name), CONSENT_RACE) : c->name;
}

ConsentLack consent_look(const Session *s, const Consent *c)
{
	Str said = c->typed;
	bool typed;

	if (consent_says_race(said))
		said.n -= sizeof CONSENT_RACE - 1;
	typed = said.p && c->name.n && str_eq(said, c->name);
	if (s->read_only && !opens(s, c))
		return CONSENT_READ_ONLY;
	if (!c->reason.n)
		return CONSENT_REASON;
	if (said.p && !typed)
		return CONSENT_OTHER_NAME;
	if (consent_wants_name(s, c) && !typed)
		return CONSENT_NAME;
	if (c->race && !consent_says_race(c->typed))
		return CONSENT_RACE_WORDS;
	return c->yes || typed ? CONSENT_GIVEN : CONSENT_YES;
}
