#include "app/template_list.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app_impl.h"
#include "app/playground_own.h"
#include "app/template_target.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "model/change.h"
#include "model/linediff.h"
#include "model/template.h"
#include "wire/jsonw.h"
#include "wire/time8601.h"

static void on_read(void *arg, Templates *t)
{
	TemplateList *l = arg;
	Str wanted = l->wanted;

	templates_free(l->t);
	l->t = t;
	l->reading = NULL;
	l->read_ms = clock_wall_ms();
	l->wanted = (Str){ NULL, 0 };
	if (wanted.p)
		template_command(l->a, wanted);
	free((char *)wanted.p);
	app_changed(l->a, TOPIC_CHAT);
}

static void start(TemplateList *l)
{
	TemplatesSpec spec = template_spec(&l->w->session);

	spec.cache = &l->verified;
	if (!l->reading)
		l->reading = templates_read(&spec, on_read, l);
	app_changed(l->a, TOPIC_CHAT);
}

TemplateList *template_list_of(App *a)
{
	Playground *p = playground_of(a);
	TemplateList *l = p ? p->templates : NULL;

	if (l || !p)
		return l;
	l = p->templates = xcalloc(1, sizeof *l);
	l->a = a;
	l->w = p->w;
	if (!a->world.cached)
		start(l);
	return l;
}

void template_list_refresh(App *a)
{
	TemplateList *l = template_list_of(a);

	if (l)
		start(l);
}

void template_list_close(App *a)
{
	TemplateList *l = a->playground ? a->playground->templates : NULL;

	if (!l)
		return;
	templates_cancel(l->reading);
	templates_cancel(l->trailing);
	free((char *)l->trail.p);
	templates_free(l->t);
	free((char *)l->wanted.p);
	free(l);
	a->playground->templates = NULL;
}

/* --- a page --- */

static void put_diff(Buf *b, const Template *from, const Template *to)
{
	static const char mark[] = { [DIFF_SAME] = ' ', [DIFF_GONE] = '-', [DIFF_ADDED] = '+' };
	Arena a = { 0 };
	LineDiff d = linediff(from->text, to->text, &a);

	(void)buf_printf(b, "\n%.*s beside %.*s: %zu lines gone, %zu new\n\n", STR_ARG(to->version), STR_ARG(from->version), d.gone, d.added);
	for (size_t i = 0; i < d.n; i++)
		if (d.line[i].kind != DIFF_SAME)
			(void)buf_printf(b, "%c %.*s\n", mark[d.line[i].kind], STR_ARG(d.line[i].text));
	arena_done(&a);
}

/* Who moved its labels, when and why. */
static void put_labels(Buf *b, const Templates *all, const Template *t)
{
	char at[TIME_TEXT];

	for (size_t i = 0; i < all->labels; i++) {
		const TemplateLabel *l = &all->label[i];

		if (!str_eq(l->id, t->id) || !str_eq(l->version, t->version))
			continue;
		time_format_iso(l->at_ms, at);
		(void)buf_printf(b, "label       %.*s, moved here %s by %.*s: %.*s%s\n", STR_ARG(l->name), at, STR_ARG(l->by), STR_ARG(l->reason),
		                 l->moving ? "; somebody is moving it" : "");
	}
	for (size_t i = 0; i < t->outdones; i++)
		(void)buf_printf(b, "outdone     the place's own label %.*s: seismo's is at another version\n", STR_ARG(t->outdone[i]));
}

static void put_variables(Buf *b, const Template *t)
{
	Arena a = { 0 };
	TemplateVar *v;
	size_t n;
	Err e = { 0 };

	if (template_vars(&a, t->text, &v, &n, &e) < 0)
		(void)buf_printf(b, "variables   %s\n", e.text);
	for (size_t i = 0; n && i < n; i++)
		(void)buf_printf(b, "%s%.*s: %s%s%.*s\n", i ? "            " : "variables   ", STR_ARG(v[i].name), var_type_names[v[i].type],
		                 v[i].has_default ? " = " : "", STR_ARG(v[i].value));
	arena_done(&a);
}

/* The version before it in the list, which stands in the order of versions. */
static const Template *before(const Templates *all, const Template *t)
{
	const Template *next = t + 1;

	return next < all->v + all->n && str_eq(next->id, t->id) && next->kind == t->kind ? next : NULL;
}

void template_show(App *a, const Template *t)
{
	const TemplateList *l = template_list_of(a);
	const Template *old = l && l->t ? before(l->t, t) : NULL;
	char title[160], at[TIME_TEXT] = "";
	Buf b = { 0 };

	if (t->updated_ms)
		time_format_iso(t->updated_ms, at);
	(void)buf_printf(&b, "place       %.*s\nupdated     %s\nsha256      %s\n", STR_ARG(t->place), at, t->sha256);
	(void)buf_printf(&b, "signature   %s%s%.*s\n", seal_verdict_name(t->verdict), t->why.n ? ": " : "", STR_ARG(t->why));
	if (t->sealed)
		(void)buf_printf(&b, "signed for  %.*s in %.*s, checked with %.*s\n", STR_ARG(t->seal.names.agent), STR_ARG(t->seal.names.environment),
		                 STR_ARG(t->use.key));
	if (l && l->t)
		put_labels(&b, l->t, t);
	put_variables(&b, t);
	(void)buf_printf(&b, "\n%.*s\n", STR_ARG(t->text));
	if (old)
		put_diff(&b, old, t);
	(void)snprintf(title, sizeof title, "%.*s@%.*s", STR_ARG(t->id), STR_ARG(t->version));
	page_show(a, title, buf_str(&b));
	buf_done(&b);
}

/* --- its trail --- */

static void put_moves(Buf *b, const Templates *trail)
{
	char at[TIME_TEXT];

	for (size_t i = 0; i < trail->labels; i++)
		if (!trail->label[i].moving && template_label_strayed(trail, &trail->label[i]))
			(void)buf_printf(b, "BY HAND   %.*s is at %.*s: no move of seismo has led there\n\n", STR_ARG(trail->label[i].name),
			                 STR_ARG(trail->label[i].version));
	for (size_t i = 0; i < trail->moves; i++) {
		const TemplateMove *m = &trail->move[i];

		time_format_iso(m->at_ms, at);
		(void)buf_printf(b, "%s  %.*s %.*s  %.*s > %.*s  %.*s\n          by %.*s on %.*s: %.*s\n", at, STR_ARG(m->action), STR_ARG(m->label),
		                 STR_ARG(m->from.n ? m->from : STR("-")), STR_ARG(m->to.n ? m->to : STR("-")), STR_ARG(m->outcome),
		                 STR_ARG(change_actor(m->by)), STR_ARG(m->host), STR_ARG(m->reason));
	}
	if (!trail->moves && !trail->problems)
		(void)buf_puts(b, "no label of it was moved by seismo\n");
	for (size_t i = 0; i < trail->problems; i++)
		(void)buf_printf(b, "%s %.*s: %.*s\n", trail->problem[i].of, STR_ARG(trail->problem[i].where), STR_ARG(trail->problem[i].why));
}

static void put_written(Buf *b, const Templates *all, Str id)
{
	char at[TIME_TEXT];

	(void)buf_puts(b, "\nwritten\n");
	for (size_t i = 0; all && i < all->n; i++) {
		const Template *t = &all->v[i];

		if (!str_eq(t->id, id))
			continue;
		time_format_iso(t->updated_ms, at);
		(void)buf_printf(b, "%s  %.*s  %.*s\n", t->updated_ms ? at : "at a time not known     ", STR_ARG(t->version), STR_ARG(t->place));
	}
}

static void on_trail(void *arg, Templates *trail)
{
	TemplateList *l = arg;
	char title[160];
	Buf b = { 0 };

	l->trailing = NULL;
	put_moves(&b, trail);
	put_written(&b, l->t, l->trail);
	(void)snprintf(title, sizeof title, "%.*s: its labels and versions", STR_ARG(l->trail));
	page_show(l->a, title, buf_str(&b));
	buf_done(&b);
	templates_free(trail);
	app_changed(l->a, TOPIC_CHAT);
}

void template_trail(App *a, const Template *t)
{
	TemplateList *l = template_list_of(a);
	TemplatesSpec spec;

	if (!l || l->trailing)
		return;
	free((char *)l->trail.p);
	l->trail = (Str){ xstrndup(t->id.p, t->id.n), t->id.n };
	spec = template_spec(&l->w->session);
	spec.n = 0;                          /* of the places everything is known */
	spec.trail = l->trail;
	app_say(a, ROLE_INFO, "asking the table of locks who moved its labels");
	l->trailing = templates_read(&spec, on_trail, l);
}

/* --- using one --- */

/* "NAME=VALUE", "NAME="a value with blanks"" one after the other. */
static int values_of(Str rest, TemplateValue *v, size_t *n, Err *e)
{
	for (*n = 0, rest = str_trim(rest); rest.n; rest = str_trim(rest)) {
		Str name = str_trim(str_cut(rest, '=', &rest)), value;

		if (*n == TEMPLATE_VARS || !name.n || str_has(name, STR(" ")))
			return err_kind(e, ERR_USAGE, "a template's values are NAME=VALUE or NAME=\"VALUE\"");
		if (rest.n && rest.p[0] == '"')
			value = str_cut(str_sub(rest, 1, rest.n), '"', &rest);
		else
			value = str_cut(rest, ' ', &rest);
		v[(*n)++] = (TemplateValue){ name, value };
	}
	return 0;
}

/* The values as a JSON object of texts. */
static void put_values(const TemplateValue *v, size_t n, Buf *out)
{
	JsonW w = jw_to(out);

	jw_object(&w);
	for (size_t i = 0; i < n; i++) {
		jw_key_str(&w, v[i].name);
		jw_str(&w, v[i].value);
	}
	jw_object_end(&w);
}

static int use(App *a, const TemplateList *l, Str name, Str rest, Err *e)
{
	TemplateValue value[TEMPLATE_VARS];
	Playground *p = playground_of(a);
	const Template *t = templates_find(l->t, name, e);
	Buf text = { 0 }, values = { 0 };
	Str label;
	Arena ar = { 0 };
	size_t n;
	int rc = -1;

	if (t && template_may_send(t, l->w->session.stage, e) == 0 && values_of(rest, value, &n, e) == 0 &&
	    template_fill(&text, t->text, value, n, e) == 0) {
		label = arena_printf(&ar, "%.*s@%.*s%s%s", STR_ARG(t->id), STR_ARG(t->version), t->verdict == SEAL_VERIFIED ? "" : " ",
		                     t->verdict == SEAL_VERIFIED ? "" : seal_verdict_name(t->verdict));
		put_values(value, n, &values);
		chat_set_system(p->chat, p->focus, buf_str(&text), label, str_of(t->sha256));
		chat_set_values(p->chat, p->focus, buf_str(&values));
		rc = 0;
	}
	buf_done(&text);
	buf_done(&values);
	arena_done(&ar);
	return rc;
}

void template_command(App *a, Str rest)
{
	TemplateList *l = template_list_of(a);
	Str all = str_trim(rest), values, name = str_cut(all, ' ', &values);
	Err e = { 0 };

	if (!l)
		return;
	if (!name.n) {
		app_open_view(a, "templates");
		return;
	}
	if (!l->t) {                         /* once they are read */
		free((char *)l->wanted.p);
		l->wanted = (Str){ xstrndup(all.p, all.n), all.n };
		app_say(a, ROLE_INFO, "reading the templates");
		return;
	}
	if (use(a, l, name, values, &e) < 0) {
		playground_say(a, &e);
		return;
	}
	(void)playground_shown(a);
	app_say(a, ROLE_OK, "the column has this template's text as its instructions");
}

void template_type_use(App *a, const Template *t)
{
	char line[INPUT_MAX];
	TemplateVar *v;
	Arena ar = { 0 };
	size_t n, used;

	used = (size_t)snprintf(line, sizeof line, "template %.*s@%.*s", STR_ARG(t->id), STR_ARG(t->version));
	if (template_vars(&ar, t->text, &v, &n, NULL) == 0)
		for (size_t i = 0; i < n && used < sizeof line; i++)
			if (!v[i].has_default)
				used += (size_t)snprintf(line + used, sizeof line - used, " %.*s=", STR_ARG(v[i].name));
	arena_done(&ar);
	app_type_command(a, line);
}

void template_type_promote(App *a, const Template *t)
{
	char line[INPUT_MAX];

	(void)snprintf(line, sizeof line, "promote %.*s %.*s production", STR_ARG(t->id), STR_ARG(t->version));
	app_type_command(a, line);
}
