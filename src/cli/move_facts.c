#include "cli/move_facts.h"

#include "base/clock.h"
#include "base/file.h"

enum { WINDOW_MS = 15 * 60000 };

void move_facts(const Session *s, const MoveView *v, MoveTold *t)
{
	Arena a = { 0 };
	Store *store;
	Err why;

	if (!s->store_path || !file_exists(s->store_path) || !v->from.n || !(store = store_open(s->store_path, STORE_READ, NULL, &why)))
		return;
	t->before_known = version_did(store, v->name, route_main(v->from), clock_wall_ms() - WINDOW_MS, 0, &a, &t->before, &why) == 0;
	t->before.key = STR("");                     /* it lived in a */
	store_close(store);
	arena_done(&a);
}
