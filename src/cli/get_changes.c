/* `get changes`: what was changed in the fleet, the newest first. */
#include "cli/get.h"

#include <stdlib.h>

#include "base/xalloc.h"
#include "store/change.h"

typedef struct FoundChange { const Change *c; const AskPart *part; } FoundChange;

/* Those of one time stay in the order of their context and store. */
static int newest_first(const void *x, const void *y)
{
	const FoundChange *a = x, *b = y;

	if (a->c->time_ms != b->c->time_ms)
		return a->c->time_ms < b->c->time_ms ? 1 : -1;
	return a->part != b->part ? (a->part > b->part) - (a->part < b->part) : (a->c > b->c) - (a->c < b->c);
}

void get_change(JsonW *w, const Change *c)
{
	get_time(w, "time", c->time_ms);
	jw_kstr(w, "kind", str_of(change_kind_name(c->kind)));
	get_str(w, "object", c->object);
	get_str(w, "from", c->from);
	get_str(w, "to", c->to);
	get_str(w, "by", c->by);
	jw_kstr(w, "source", str_of(change_source_name(c->source)));
}

static void one_change(const Ask *a, const FoundChange *f, JsonW *w)
{
	jw_object(w);
	if (a->n > 1)
		get_place(w, f->part);
	get_change(w, f->c);
	jw_object_end(w);
}

int get_changes(const Options *o, Ask *a, JsonW *w, Err *e)
{
	FoundChange *found = NULL;
	Arena arena = { 0 };
	size_t n = 0, cap = 0, rows;
	Change *c;
	int rc = 0;

	(void)o;
	for (size_t i = 0; i < a->n && rc == 0; i++) {
		if (!a->part[i].store || (rc = store_changes(a->part[i].store, a->since_ms, a->until_ms, 0, &arena, &c, &rows, e)) < 0)
			continue;
		VEC_GROW(found, cap, n + rows + 1);
		for (size_t k = 0; k < rows; k++)
			found[n++] = (FoundChange){ &c[k], &a->part[i] };
	}
	if (a->n > 1 && n)               /* one store has sorted them already */
		qsort(found, n, sizeof *found, newest_first);
	jw_array(w);
	for (size_t i = 0; rc == 0 && i < n; i++)
		one_change(a, &found[i], w);
	jw_array_end(w);
	free(found);
	arena_done(&arena);
	return rc;
}
