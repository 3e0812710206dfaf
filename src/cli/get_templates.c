/* `get templates`: what is kept of prompt templates, whether each is signed for its use, and by which labels it is found. */
#include "cli/get.h"

#include <stdio.h>

#include "template/templates.h"

typedef struct Asking { Templates *t; bool over; } Asking;

static void on_read(void *arg, Templates *t)
{
	*(Asking *)arg = (Asking){ t, true };
}

static void one(JsonW *w, const AskPart *p, const Template *t)
{
	jw_object(w);
	get_place(w, p);
	jw_kstr(w, "id", t->id);
	jw_kstr(w, "source", str_of(template_kinds[t->kind]));
	get_str(w, "version", t->version);
	jw_key(w, "labels");
	jw_array(w);
	for (size_t i = 0; i < t->labels; i++)
		jw_str(w, t->label[i]);
	jw_array_end(w);
	jw_kstr(w, "sha256", str_of(t->sha256));
	jw_kstr(w, "signature", str_of(seal_verdict_name(t->verdict)));
	get_str(w, "why", t->why);
	jw_kstr(w, "place", t->place);
	get_time(w, "updatedAt", t->updated_ms);
	jw_object_end(w);
}

/* Part of a list would pass for all of it. */
static void tell(Ask *a, const Templates *t)
{
	for (size_t i = 0; i < t->problems; i++) {
		const TemplateProblem *p = &t->problem[i];

		(void)fprintf(stderr, "seismo: templates of %s, %.*s: %.*s\n", template_kinds[p->kind], STR_ARG(p->where), STR_ARG(p->why));
		a->failed = ERR_FAILED;
	}
}

int get_templates(const Options *o, Ask *a, JsonW *w, Err *e)
{
	(void)o;
	(void)e;
	jw_array(w);
	for (size_t i = 0; i < a->n; i++) {
		const Session *s = &a->part[i].watch->session;
		Asking q = { 0 };

		(void)templates_read(&(TemplatesSpec){ .aws = s->aws, .source = s->ctx->src.templates, .n = s->ctx->src.template_n, .stage = s->stage,
		                                       .check = true }, on_read, &q);
		while (!q.over)
			(void)uv_run(&a->loop, UV_RUN_ONCE);
		for (size_t k = 0; k < q.t->n; k++)
			one(w, &a->part[i], &q.t->v[k]);
		tell(a, q.t);
		templates_free(q.t);
	}
	jw_array_end(w);
	return 0;
}
