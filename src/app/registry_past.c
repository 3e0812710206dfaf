/* The registry's pointers as they were at a moment, from the changes that are known. What cannot be said is said to be unknown, never taken for
 * what it is now. */
#include "app/registry.h"

#include "store/change.h"
#include "wire/time8601.h"

/* The changes of one pointer around the moment. */
typedef struct Around {
	const Change *before, *after;        /* the last one before it, the first one behind it; NULL: none is known */
	bool between;                        /* one happened between two looks, and the moment lies between them too */
} Around;

static Around around(const Registry *r, const RegPointer *p, int64_t at_ms)
{
	Around x = { 0 };

	/* The newest come first. */
	for (size_t i = 0; i < r->changes && !x.before; i++) {
		const Change *c = &r->change[i];

		if (!str_eq(c->object, p->object))
			continue;
		if (c->time_ms <= at_ms)
			x.before = c;
		else if (c->since_ms >= at_ms)
			x.after = c;
		else
			x.between = true;
	}
	return x;
}

/* Where it was, as changes write it; false: not known. looked: the pointer has been looked at since before the moment. */
static bool value_then(const Around *x, const RegPointer *p, bool looked, Arena *a, Str *value, bool *as_now)
{
	bool paused;

	*as_now = false;
	if (x->between)
		return false;
	if (x->before && x->before->to.n) {
		*value = x->before->to;
		/* What the next one says that it came from must be that: else a move in between was never seen. */
		return x->after ? !x->after->from.n || str_eq(x->after->from, *value) : route_eq(registry_route(*value, a, &paused), p->live);
	}
	if (!x->before && !looked)
		return false;
	if (x->after) {
		*value = x->after->from;
		return value->n > 0;
	}
	*as_now = true;
	return true;
}

static void forget(RegPointer *p)
{
	p->status = p->updated_by = p->updated_at = STR("");
	p->updated_ms = 0;
	p->paused = p->locked = p->drift = p->has_rev = false;
	p->lock = (Lock){ 0 };
	p->live = p->target = p->left = (Route){ 0 };
}

static void pointer_at(const Registry *r, RegPointer *p, int64_t at_ms, int64_t looked_from_ms, Arena *a)
{
	const Around x = around(r, p, at_ms);
	const Route now = p->live;
	bool as_now, known, paused = p->paused;
	int64_t since_ms;
	Str value = STR("");

	/* A lock says when it was taken. */
	if (p->locked && (time_parse_iso(p->lock.since, &since_ms) < 0 || since_ms > at_ms))
		p->locked = false;
	/* Whoever keeps it says that nothing was changed since: it is what it was. */
	if (!x.after && !x.between && p->updated_ms && p->updated_ms <= at_ms)
		return;
	known = value_then(&x, p, looked_from_ms && looked_from_ms <= at_ms, a, &value, &as_now);
	forget(p);
	p->unknown = !known;
	if (!known)
		return;
	p->live = p->target = as_now ? now : registry_route(value, a, &paused);
	p->paused = paused;
	if (x.before) {
		p->updated_by = x.before->by;
		p->updated_ms = x.before->time_ms;
	}
}

int registry_at(Store *s, Registry *r, int64_t at_ms, Arena *a, Err *e)
{
	int64_t looked_from_ms[CHANGE_SOURCES] = { 0 };
	size_t kept = 0;

	for (int i = 0; i < CHANGE_SOURCES; i++)
		if (store_looked_from(s, (ChangeSource)i, &looked_from_ms[i], e) < 0)
			return -1;
	for (size_t i = 0; i < r->pointers; i++)
		pointer_at(r, &r->pointer[i], at_ms, looked_from_ms[r->pointer[i].source], a);
	/* What came after it had not happened yet. */
	for (size_t i = 0; i < r->changes; i++)
		if (r->change[i].time_ms <= at_ms)
			r->change[kept++] = r->change[i];
	r->changes = kept;
	kept = 0;
	for (size_t i = 0; i < r->moves; i++)
		if (r->move[i].at_ms <= at_ms)
			r->move[kept++] = r->move[i];
	r->moves = kept;
	return 0;
}
