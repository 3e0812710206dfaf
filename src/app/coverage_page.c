/* The page that :coverage opens: all contexts that are shown, one below the other. */
#include "app/app_impl.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/coverage.h"
#include "base/xalloc.h"

typedef struct Page {
	App *a;
	unsigned epoch;
	size_t n, left;
	CoverageList list[FIG_CONTEXTS];
	FigText name[FIG_CONTEXTS];
} Page;
typedef struct Part { Page *p; size_t at; } Part;

static void show(Page *p)
{
	Buf b = { 0 };

	for (size_t i = 0; i < p->n; i++) {
		if (p->n > 1)
			(void)buf_printf(&b, "%s== %s ==\n\n", i ? "\n" : "", p->name[i]);
		coverage_text(&p->list[i], &b);
	}
	p->a->say[0] = 0;
	page_show(p->a, "Coverage: what is not seen, and why", buf_str(&b));
	buf_done(&b);
}

static void on_part(void *arg, CoverageList *l)
{
	Part *part = arg;
	Page *p = part->p;
	App *a = p->a;

	p->list[part->at] = *l;
	free(part);
	a->reads--;
	if (--p->left)
		return;
	/* What was asked of other contexts is nobody's answer any more; over a line that is being typed nothing pops up. */
	if (!a->quitting && p->epoch == a->epoch && (a->mode == MODE_VIEW || a->mode == MODE_TEXT))
		show(p);
	for (size_t i = 0; i < p->n; i++)
		coverage_done(&p->list[i]);
	free(p);
}

void coverage_command(App *a, Str rest)
{
	Page *p = xcalloc(1, sizeof *p);

	(void)rest;
	*p = (Page){ .a = a, .epoch = a->epoch, .n = a->watch_n, .left = a->watch_n };
	app_say(a, ROLE_INFO, "asking what is not seen ...");
	for (size_t i = 0; i < p->n; i++) {
		Part *part = xcalloc(1, sizeof *part);

		*part = (Part){ p, i };
		(void)snprintf(p->name[i], sizeof p->name[i], "%s", a->world.context[i].name);
		a->reads++;
		coverage_look(a->watch[i], app_clock(a), on_part, part);
	}
}
