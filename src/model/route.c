#include "model/route.h"

#include "base/buf.h"

Route route_one(Arena *a, Str version)
{
	RoutePart *p;

	if (!version.n)
		return (Route){ 0 };
	p = ARENA_NEW(a, RoutePart);
	*p = (RoutePart){ arena_str(a, version), 100 };
	return (Route){ p, 1 };
}

Route route_copy(Arena *a, Route r)
{
	RoutePart *p = ARENA_ARRAY(a, RoutePart, r.n + 1);

	for (size_t i = 0; i < r.n; i++)
		p[i] = (RoutePart){ arena_str(a, r.part[i].version), r.part[i].weight };
	return (Route){ p, r.n };
}

int64_t route_share(Route r, Str version)
{
	int64_t share = 0;

	for (size_t i = 0; i < r.n; i++)
		if (str_eq(r.part[i].version, version))
			share += r.part[i].weight;
	return share;
}

bool route_eq(Route x, Route y)
{
	if (x.n != y.n)
		return false;
	for (size_t i = 0; i < x.n; i++)
		if (route_share(y, x.part[i].version) != route_share(x, x.part[i].version))
			return false;
	return true;
}

Str route_main(Route r)
{
	return route_beside(r, STR(""));
}

Str route_beside(Route r, Str but)
{
	Str best = STR("");
	int64_t most = 0;

	for (size_t i = 0; i < r.n; i++)
		if (r.part[i].weight > most && !(but.n && str_eq(r.part[i].version, but))) {
			most = r.part[i].weight;
			best = r.part[i].version;
		}
	return best;
}

int route_check(Route r, Err *e)
{
	int64_t sum = 0;

	for (size_t i = 0; i < r.n; i++) {
		const RoutePart *p = &r.part[i];

		if (!p->version.n)
			return err_set(e, "a route without the name of its version");
		if (p->weight < 1 || p->weight > 100)
			return err_set(e, "version %.*s has the weight %lld; weights are 1 to 100", STR_ARG(p->version), (long long)p->weight);
		if (route_share(r, p->version) != p->weight)
			return err_set(e, "version %.*s is in the route twice", STR_ARG(p->version));
		sum += p->weight;
	}
	return sum == 100 ? 0 : err_set(e, "the weights add up to %lld, not to 100", (long long)sum);
}

Str route_text(Route r, Arena *a)
{
	Buf b = { 0 };
	Str s;

	if (!r.n)
		return STR("-");
	if (r.n == 1 && r.part[0].weight == 100)
		return arena_str(a, r.part[0].version);
	for (size_t i = 0; i < r.n; i++)
		(void)buf_printf(&b, "%s%.*s:%lld", i ? " " : "", STR_ARG(r.part[i].version), (long long)r.part[i].weight);
	s = arena_str(a, buf_str(&b));
	buf_done(&b);
	return s;
}
