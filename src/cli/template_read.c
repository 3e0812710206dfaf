#include "cli/template_read.h"

#include <stdio.h>

bool templates_tell(const Templates *t)
{
	for (size_t i = 0; i < t->problems; i++) {
		const TemplateProblem *p = &t->problem[i];

		(void)fprintf(stderr, "seismo: templates of %s, %.*s: %.*s\n", p->of, STR_ARG(p->where), STR_ARG(p->why));
	}
	return t->problems > 0;
}

typedef struct Waiting { Templates *t; bool over; } Waiting;

static void on_read(void *arg, Templates *t)
{
	*(Waiting *)arg = (Waiting){ t, true };
}

Templates *templates_wait(Ask *a, const TemplatesSpec *spec)
{
	Waiting w = { 0 };

	(void)templates_read(spec, on_read, &w);
	while (!w.over)
		(void)uv_run(&a->loop, UV_RUN_ONCE);
	if (templates_tell(w.t))
		a->failed = ERR_FAILED;
	return w.t;
}
