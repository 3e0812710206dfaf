#include "app/ask_completion.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static CompletionRow *row_of(Completion *c, const char *persona)
{
	for (int i = 0; i < c->n; i++)
		if (strcmp(c->row[i].persona, persona) == 0)
			return &c->row[i];
	if (c->n == COMPLETION_ROWS)
		return NULL;
	memcpy(c->row[c->n].persona, persona, sizeof(FigText));
	return &c->row[c->n++];
}

static int by_jobs(const void *x, const void *y)
{
	const CompletionRow *a = x, *b = y;

	if (a->ended != b->ended)
		return a->ended < b->ended ? 1 : -1;
	return strcmp(a->persona, b->persona);
}

static int run(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e)
{
	const CompletionAsk *q = in;
	Completion *c = xcalloc(1, sizeof *c);
	Arena a = { 0 };
	CostGroup *g;
	size_t n;
	int64_t from_ms = when->now_ms - q->back_ms, until_ms = when->past ? when->now_ms + 1 : 0;
	int rc = 0;

	for (size_t i = 0; i < from->n && rc == 0; i++) {
		if (!from->s[i] || (rc = store_cost(from->s[i], DIM_PERSONA, from_ms, until_ms, &a, &g, &n, e)) < 0)
			continue;
		for (size_t k = 0; k < n; k++) {
			FigText name = { 0 };
			CompletionRow *r;

			fig_text(name, sizeof name, g[k].key);
			if ((r = row_of(c, name))) {
				r->succeeded += g[k].s.succeeded;
				r->ended += g[k].s.succeeded + g[k].s.failed + g[k].s.cancelled;
			}
		}
	}
	arena_done(&a);
	if (rc < 0) {
		free(c);
		return -1;
	}
	qsort(c->row, (size_t)c->n, sizeof *c->row, by_jobs);
	*out = c;
	return 0;
}

const AskClass ask_completion = { .name = "completion", .in_size = sizeof(CompletionAsk), .run = run };
