#include "app/template_target.h"

#include <stdio.h>

TemplatesSpec template_spec(const Session *s)
{
	const ConfSources *src = &s->ctx->src;

	return (TemplatesSpec){ .aws = s->aws, .source = src->templates, .n = src->template_n, .agents_table = src->agents_table.p,
	                        .lock_table = src->lock_table.p, .stage = s->stage, .check = true };
}

/* The version as it is kept in the first place that has it. Where it is kept in several, all of them must say the same, and each of them must be
 * fit: a label points at one text. */
static const Template *find(const TemplateTarget *x, Err *e)
{
	const Template *found = NULL;

	for (size_t i = 0; i < x->t->n && !e->text[0]; i++) {
		const Template *t = &x->t->v[i];

		if (!str_eq(t->id, x->id) || !str_eq(t->version, x->version))
			continue;
		if (t->kind == TEMPLATE_BEDROCK && str_is(t->version, "DRAFT"))
			(void)err_kind(e, ERR_REFUSED, "the draft of %.*s changes with every edit; make a version of it in Bedrock first", STR_ARG(x->id));
		else if (found && strcmp(found->sha256, t->sha256) != 0)
			(void)err_kind(e, ERR_REFUSED, "version %.*s of %.*s is kept twice with different texts: %.*s and %.*s; a label points at one text",
			               STR_ARG(x->version), STR_ARG(x->id), STR_ARG(found->place), STR_ARG(t->place));
		else
			(void)template_may_label(t, x->s->stage, e);
		found = found ? found : t;
	}
	return found;
}

static const Template *version_of(const Templates *all, Str id, Str version)
{
	for (size_t i = 0; version.n && i < all->n; i++)
		if (str_eq(all->v[i].id, id) && str_eq(all->v[i].version, version))
			return &all->v[i];
	return NULL;
}

static void say_missing(const TemplateTarget *x, Err *e)
{
	const Templates *all = x->t;
	bool known = false;

	for (size_t i = 0; i < all->n; i++)
		known |= str_eq(all->v[i].id, x->id);
	/* Where it may be could not be looked. */
	if (all->problems)
		(void)err_set(e, "version %.*s of %.*s was not found, and not all templates could be read: %s %.*s: %.*s", STR_ARG(x->version),
		              STR_ARG(x->id), all->problem[0].of, STR_ARG(all->problem[0].where), STR_ARG(all->problem[0].why));
	else if (known)
		(void)err_kind(e, ERR_USAGE, "template %.*s has no version %.*s; `seismo get templates` lists them", STR_ARG(x->id), STR_ARG(x->version));
	else
		(void)err_kind(e, ERR_USAGE, "there is no template %.*s where sources.templates says; `seismo get templates` lists them", STR_ARG(x->id));
}

/* What the place where it is kept calls the same, while we have no such label. */
static const Template *own_of_place(const TemplateTarget *x)
{
	const Templates *all = x->t;

	for (size_t i = 0; !templates_label(all, x->id, x->label) && i < all->n; i++)
		for (size_t k = 0; str_eq(all->v[i].id, x->id) && k < all->v[i].labels; k++)
			if (str_eq(all->v[i].label[k], x->label))
				return &all->v[i];
	return NULL;
}

static Str outdoes(const TemplateTarget *x, Arena *a)
{
	const Template *t = own_of_place(x);

	if (!t)
		return STR("");
	return arena_printf(a, "outdoes the label %.*s of %s itself, which is at %.*s", STR_ARG(x->label), template_kinds[t->kind], STR_ARG(t->version));
}

static Str evidence(const Template *t, Arena *a)
{
	if (t->verdict == SEAL_VERIFIED)
		return arena_printf(a, "SHA-256 %.12s, signed for %.*s in %.*s: verified", t->sha256, STR_ARG(t->seal.names.agent),
		                    STR_ARG(t->seal.names.environment));
	return arena_printf(a, "SHA-256 %.12s, %s: %.*s", t->sha256, seal_verdict_name(t->verdict), STR_ARG(t->why));
}

static void on_read(void *arg, Templates *t)
{
	TemplateTarget *x = arg;
	const MoveView *v = move_view(x->move);
	Arena a = { 0 };
	Err why = { 0 };

	x->reading = NULL;
	templates_free(x->t);
	x->t = t;
	x->to = find(x, &why);
	x->from = v->from.n ? version_of(t, x->id, route_main(v->from)) : own_of_place(x);
	if (!x->to && !why.text[0])
		say_missing(x, &why);
	else if (x->to && !why.text[0] && version_of(t, x->id, x->label))
		(void)err_kind(&why, ERR_USAGE, "template %.*s has a version %.*s: a label cannot be called like it", STR_ARG(x->id), STR_ARG(x->label));
	move_vetted(x->move, x->to ? evidence(x->to, &a) : STR(""), why.text[0] ? STR("") : outdoes(x, &a), why.text[0] ? &why : NULL);
	arena_done(&a);
}

void template_target_vet(TemplateTarget *x, const Session *s, Move *m, Str version)
{
	const MoveView *v = move_view(m);
	TemplatesSpec spec = template_spec(s);

	template_target_drop(x);
	x->s = s;
	x->move = m;
	x->id = v->name;
	x->version = version;
	x->label = v->pointer_name;
	x->from = x->to = NULL;
	spec.only = x->id;
	x->reading = templates_read(&spec, on_read, x);
}

void template_target_drop(TemplateTarget *x)
{
	templates_cancel(x->reading);
	x->reading = NULL;
}

void template_target_done(TemplateTarget *x)
{
	template_target_drop(x);
	templates_free(x->t);
	*x = (TemplateTarget){ 0 };
}
