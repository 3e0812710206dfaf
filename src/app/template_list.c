#include "app/template_list.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/app_impl.h"
#include "app/playground_own.h"
#include "app/watch.h"
#include "base/clock.h"
#include "base/xalloc.h"
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
	const Session *s = &l->w->session;

	if (!l->reading)
		l->reading = templates_read(&(TemplatesSpec){ .aws = s->aws, .source = s->ctx->src.templates, .n = s->ctx->src.template_n,
		                                              .stage = s->stage, .cache = &l->verified, .check = true }, on_read, l);
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
	put_variables(&b, t);
	(void)buf_printf(&b, "\n%.*s\n", STR_ARG(t->text));
	if (old)
		put_diff(&b, old, t);
	(void)snprintf(title, sizeof title, "%.*s@%.*s", STR_ARG(t->id), STR_ARG(t->version));
	page_show(a, title, buf_str(&b));
	buf_done(&b);
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
