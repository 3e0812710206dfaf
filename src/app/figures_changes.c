/* What was changed in the last 24 hours, of all stores. */
#include "app/figures_own.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/change.h"

typedef struct Found { const Change *c; size_t from; } Found;

static int newest_first(const void *x, const void *y)
{
	const Found *a = x, *b = y;

	if (a->c->time_ms != b->c->time_ms)
		return a->c->time_ms < b->c->time_ms ? 1 : -1;
	return a->from != b->from ? (a->from > b->from) - (a->from < b->from) : (a->c > b->c) - (a->c < b->c);
}

static void change_cell(const Work *w, const Found *f, ChangeCell *out)
{
	const Change *c = f->c;

	*out = (ChangeCell){ .kind = (int32_t)c->kind, .source = (int32_t)c->source, .time_ms = c->time_ms };
	if (w->from->context)
		memcpy(out->context, w->from->context[f->from], sizeof out->context);
	fig_text(out->object, sizeof out->object, c->object);
	fig_text(out->by, sizeof out->by, c->by);
	fig_text(out->from, sizeof out->from, c->from);
	fig_text(out->to, sizeof out->to, c->to);
}

int figures_part_changes(Work *w, Err *e)
{
	Figures *f = w->f;
	Found *found = NULL;
	size_t n = 0, cap = 0, rows;
	Change *c;
	int rc = 0;

	for (size_t i = 0; i < w->from->n && rc == 0; i++) {
		if (!w->from->s[i] || (rc = store_changes(w->from->s[i], w->ask->now_ms - DAY_MS, w->ask->now_ms + 1, 0, &w->arena, &c, &rows, e)) < 0)
			continue;
		VEC_GROW(found, cap, n + rows + 1);
		for (size_t k = 0; k < rows; k++)
			found[n++] = (Found){ &c[k], i };
	}
	if (w->from->n > 1 && n)         /* one store has sorted them already */
		qsort(found, n, sizeof *found, newest_first);
	f->changes_total = rc < 0 ? 0 : (int32_t)n;
	for (size_t i = 0; rc == 0 && i < n && i < FIG_MARKS; i++)
		f->mark_ms[f->mark_count++] = found[i].c->time_ms;
	for (size_t i = 0; rc == 0 && i < n && i < FIG_CHANGES; i++)
		change_cell(w, &found[i], &f->change[f->change_count++]);
	free(found);
	return rc;
}
