#include "model/agent_name.h"

static char plain(char c)
{
	return c == '_' ? '-' : c;
}

bool agent_same_name(Str a, Str b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		if (plain(a.p[i]) != plain(b.p[i]))
			return false;
	return true;
}
