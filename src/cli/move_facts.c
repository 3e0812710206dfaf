#include "cli/move_facts.h"

#include "app/card_facts.h"
#include "app/figures.h"
#include "app/registry.h"
#include "base/clock.h"
#include "base/file.h"

enum { WINDOW_MS = 15 * 60000 };

/* Is it the release? What the card says of it. */
static void ask_help(Store *store, const MoveView *v, Arena *a, MoveTold *t)
{
	CardAsk q = { .now_ms = clock_wall_ms() };
	CardFacts *f = ARENA_NEW(a, CardFacts);
	Err why;

	fig_text(q.agent, sizeof q.agent, v->name);
	fig_text(q.pointer, sizeof q.pointer, arena_printf(a, "%.*s/%.*s", STR_ARG(v->name), STR_ARG(v->pointer_name)));
	fig_text(q.from, sizeof q.from, route_main(v->from));
	fig_text(q.to, sizeof q.to, route_main(v->to));
	fig_text(q.backend, sizeof q.backend, str_of(v->backend));
	if (card_facts(store, &q, f, &why) == 0)
		t->help = blame_says(f->blame);
}

void move_facts(const Session *s, const MoveView *v, MoveTold *t)
{
	Arena a = { 0 };
	Store *store;
	Called called;
	Err why;

	/* No job goes by a label. */
	if (move_action_labels(v->action) || !s->store_path || !file_exists(s->store_path) || !v->from.n)
		return;
	if (!(store = store_open(s->store_path, STORE_READ, NULL, &why)))
		return;
	t->before_known = registry_called_read(store, v->backend, v->name, &a, &called, &why) == 0 &&
	                  version_did(store, v->name, registry_release_of(&called, route_main(v->from)), clock_wall_ms() - WINDOW_MS, 0, &a,
	                              &t->before, &why) == 0;
	t->before.key = STR("");                     /* it lived in a */
	if (v->action == MOVE_ROLLBACK)
		ask_help(store, v, &a, t);
	store_close(store);
	arena_done(&a);
}
