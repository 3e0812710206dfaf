/* `get templates`: what is kept of prompt templates, whether each is signed for its use, and by which labels it is found. */
#include "cli/get.h"

#include "cli/template_read.h"

/* Those of its labels that seismo moves; beside them the last move of one. */
static void put_moves(JsonW *w, const Templates *all, const Template *t)
{
	const TemplateLabel *last = templates_last_move(all, t);

	jw_key(w, "moves");
	jw_array(w);
	for (size_t i = 0; i < all->labels; i++) {
		const TemplateLabel *l = &all->label[i];

		if (!str_eq(l->id, t->id) || !str_eq(l->version, t->version))
			continue;
		jw_object(w);
		jw_kstr(w, "label", l->name);
		get_str(w, "by", l->by);
		get_time(w, "time", l->at_ms);
		get_str(w, "reason", l->reason);
		jw_kbool(w, "moving", l->moving);
		jw_object_end(w);
	}
	jw_array_end(w);
	get_str(w, "movedBy", last ? last->by : STR(""));
	get_time(w, "movedAt", last ? last->at_ms : 0);
}

static void one(JsonW *w, const AskPart *p, const Templates *all, const Template *t)
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
	jw_key(w, "outdone");
	jw_array(w);
	for (size_t i = 0; i < t->outdones; i++)
		jw_str(w, t->outdone[i]);
	jw_array_end(w);
	put_moves(w, all, t);
	jw_kstr(w, "sha256", str_of(t->sha256));
	jw_kstr(w, "signature", str_of(seal_verdict_name(t->verdict)));
	get_str(w, "why", t->why);
	jw_kstr(w, "place", t->place);
	get_time(w, "updatedAt", t->updated_ms);
	jw_object_end(w);
}

int get_templates(const Options *o, Ask *a, JsonW *w, Err *e)
{
	(void)o;
	(void)e;
	jw_array(w);
	for (size_t i = 0; i < a->n; i++) {
		const TemplatesSpec spec = template_spec(&a->part[i].watch->session);
		Templates *all = templates_wait(a, &spec);

		for (size_t k = 0; k < all->n; k++)
			one(w, &a->part[i], all, &all->v[k]);
		templates_free(all);
	}
	jw_array_end(w);
	return 0;
}
