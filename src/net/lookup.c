#include "net/lookup.h"

int64_t lookup_until_ms(Lookups *l, int64_t now_ms)
{
	int64_t until;

	if (l->silent_since_ms && now_ms - l->last_ms > LOOKUP_FORGET_MS)
		*l = (Lookups){ 0 };
	if (!l->silent_since_ms)
		return now_ms + LOOKUP_FIRST_MS;
	until = l->silent_since_ms + LOOKUP_PATIENCE_MS;
	return until > now_ms + LOOKUP_LAST_MS ? until : now_ms + LOOKUP_LAST_MS;
}

bool lookup_silent(Lookups *l, int64_t begun_ms, int64_t now_ms)
{
	if (!l->silent_since_ms)
		l->silent_since_ms = begun_ms;
	l->last_ms = now_ms;
	return now_ms - l->silent_since_ms >= LOOKUP_PATIENCE_MS;
}

void lookup_answered(Lookups *l)
{
	*l = (Lookups){ 0 };
}
