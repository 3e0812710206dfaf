/* The command line behind `:` and the help page: both come from the tables of views, panes and actions. */
#include "app/app_impl.h"

#include <stdio.h>
#include <string.h>

#include "conf/yaml.h"

enum { NAMES_MAX = 96 };

/* Everything that can stand after ':', for completion and for the nearest name. */
static size_t names(App *a, const char *out[NAMES_MAX + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < a->views.count && n < NAMES_MAX; i++)
		out[n++] = a->views.view[i].id.p;
	for (const AppAction *act = a->actions; act->name && n < NAMES_MAX; act++)
		out[n++] = act->name;
	out[n] = NULL;
	return n;
}

const char *command_complete(App *a, const char *prefix)
{
	const char *name[NAMES_MAX + 1];
	size_t n = names(a, name), len = strlen(prefix);

	for (size_t i = 0; i < n; i++)
		if (len && strncmp(name[i], prefix, len) == 0)
			return name[i];
	return NULL;
}

static void unknown(App *a, Str word)
{
	const char *name[NAMES_MAX + 1], *near;
	char say[200];

	(void)names(a, name);
	near = nearest_word(word, name);
	(void)snprintf(say, sizeof say, "no command %.60s%s%s%s", word.n ? word.p : "",
				   near ? ": did you mean " : "; ? lists what there is", near ? near : "", near ? "?" : "");
	app_say(a, ROLE_WARN, say);
}

void command_run(App *a, const char *line)
{
	Str rest, word = str_cut(str_trim(str_of(line)), ' ', &rest);
	const View *v = views_find(&a->views, word);
	char id[INPUT_MAX];

	if (!word.n)
		return;
	if (str_is(word, "q")) {
		app_quit(a, 0);
		return;
	}
	if (!v && word.n == 1)
		v = views_by_key(&a->views, word.p[0]);
	if (v) {
		(void)snprintf(id, sizeof id, "%.*s", STR_ARG(v->id));
		app_scope_clear(a);
		a->world.groups.hour = 0;
		query_failures(a, a->world.failures_only);
		app_open_view(a, id);
		rest = str_trim(rest);
		if (rest.n && rest.p[0] == '/')
			(void)snprintf(a->filter, sizeof a->filter, "%.*s", (int)(rest.n - 1), rest.p + 1);
		app_changed(a, TOPICS_ALL);
		return;
	}
	for (const AppAction *act = a->actions; act->name; act++)
		if (str_is(word, act->name)) {
			act->run(a);
			return;
		}
	(void)snprintf(id, sizeof id, "%.*s", STR_ARG(word));
	unknown(a, str_of(id));
}

void help_show(App *a)
{
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;
	Buf b = { 0 };

	(void)buf_printf(&b, "\nViews\n");
	for (size_t i = 0; i < a->views.count; i++) {
		const View *v = &a->views.view[i];

		(void)buf_printf(&b, "  %c        :%-12.*s %.*s\n", v->key ? v->key : ' ', STR_ARG(v->id),
						 STR_ARG(v->description));
	}
	if (p && p->cls->keys) {
		(void)buf_printf(&b, "\nIn this pane (%s)\n", p->cls->name);
		for (const PaneKey *k = p->cls->keys; k->key; k++)
			(void)buf_printf(&b, "  %-8s %s\n", k->key, k->help);
		(void)buf_puts(&b, "  arrows, j k, page keys, home end, g G   move\n");
	}
	if (p && p->cls->help)
		p->cls->help(p, &b);
	(void)buf_printf(&b, "\nEverywhere\n");
	for (const AppAction *act = a->actions; act->name; act++)
		(void)buf_printf(&b, "  %-8s %-28s :%s\n", act->key, act->help, act->name);
	(void)buf_puts(&b, "\nFilter (/)\n"
	               "  text     rows that contain it     !text   rows that do not\n"
	               "  column:text   only in that column; several words must all hold; Esc clears\n"
	               "\nAlt doubles every ctrl key. Nothing here changes anything in AWS.\n");
	page_show(a, "Keys", buf_str(&b));
	buf_done(&b);
}

void app_keys_reference(const PaneClass *const *panes, Buf *out)
{
	(void)buf_puts(out, "## Everywhere\n\n| key | command | does |\n| --- | --- | --- |\n");
	for (const AppAction *act = input_actions(); act->name; act++)
		(void)buf_printf(out, "| `%s` | `:%s` | %s |\n", act->key, act->name, act->help);
	for (; *panes; panes++) {
		if (!(*panes)->keys)
			continue;
		(void)buf_printf(out, "\n## In the pane %s\n\n| key | does |\n| --- | --- |\n", (*panes)->name);
		for (const PaneKey *k = (*panes)->keys; k->key; k++)
			(void)buf_printf(out, "| `%s` | %s |\n", k->key, k->help);
	}
}
