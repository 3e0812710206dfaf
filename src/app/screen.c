/* Views and their panes: opening, placing, updating, drawing, focus and history. */
#include "app/app_impl.h"

#include <stdlib.h>
#include <string.h>

#include "ui/layout.h"

Str pane_option(const Pane *p, const char *name)
{
	for (size_t i = 0; i < p->node->option_count; i++)
		if (str_is(p->node->options[i].key, name))
			return p->node->options[i].value;
	return STR("");
}

static const PaneClass *class_of(const App *a, Str kind)
{
	for (const PaneClass *const *c = a->spec.panes; *c; c++)
		if (str_is(kind, (*c)->name))
			return *c;
	return NULL;
}

static int check_options(const View *v, const ViewNode *n, const PaneClass *c, Err *e)
{
	for (size_t i = 0; i < n->option_count; i++) {
		bool known = false;

		for (const char *const *o = c->options; o && *o; o++)
			known |= str_is(n->options[i].key, *o);
		if (!known)
			return err_kind(e, ERR_USAGE, "%.*s:%d:%d: the pane %s has no option %.*s", STR_ARG(v->file),
							n->options[i].line, n->options[i].column, c->name, STR_ARG(n->options[i].key));
	}
	return 0;
}

void screen_close_view(App *a)
{
	for (size_t i = 0; i < a->pane_count; i++) {
		Pane *p = &a->pane[i];

		if (p->cls->close)
			p->cls->close(p);
		arena_done(&p->arena);
	}
	a->pane_count = 0;
}

static void place(App *a)
{
	Placed at[PANES_MAX];
	int w = surface_width(a->surface), h = surface_height(a->surface);
	size_t n = layout_place(a->view->layout, 0, 2, w, h - 3, at, PANES_MAX);

	for (size_t i = 0; i < a->pane_count && i < n; i++) {
		Pane *p = &a->pane[i];

		p->x = at[i].x;
		p->y = at[i].y;
		p->w = at[i].w;
		p->h = at[i].h;
		p->dirty = true;
	}
}

static size_t first_pane(const App *a)
{
	for (size_t i = 0; i < a->pane_count; i++)
		if (a->pane[i].cls->focusable)
			return i;
	return 0;
}

static void focus_first(App *a)
{
	a->focus = first_pane(a);
	for (size_t i = 0; i < a->pane_count; i++)
		a->pane[i].focused = i == a->focus;
}

static int panes_open(App *a, const View *v, Err *e)
{
	Placed at[PANES_MAX];
	size_t n = layout_place(v->layout, 0, 0, 200, 60, at, PANES_MAX);

	for (size_t i = 0; i < n; i++)
		if (check_options(v, at[i].node, class_of(a, at[i].node->pane), e) < 0)
			return -1;
	screen_close_view(a);
	a->view = v;
	for (size_t i = 0; i < n; i++) {
		Pane *p = &a->pane[i];

		*p = (Pane){ .cls = class_of(a, at[i].node->pane), .app = a, .node = at[i].node, .dirty = true };
		a->pane_count = i + 1;
		if (p->cls->open && p->cls->open(p, e) < 0)
			return -1;
	}
	return 0;
}

int screen_open_view(App *a, const View *v, Err *e)
{
	const View *old = a->view;
	int rc = panes_open(a, v, e);

	/* A view with a mistake in it must not leave half a screen. */
	if (rc < 0 && (!old || panes_open(a, old, NULL) < 0))
		return -1;
	place(a);
	focus_first(a);
	if (rc < 0)
		return -1;
	if (a->history_n == 0 || a->history[a->history_at] != v) {
		if (a->history_n && a->history_at < HISTORY_MAX - 1)
			a->history_at++;
		a->history[a->history_at] = v;
		a->history_n = a->history_at + 1;
	}
	return 0;
}

void app_open_view(App *a, const char *id)
{
	const View *v = views_find(&a->views, str_of(id));
	Err e = { 0 };

	if (!v) {
		app_say(a, ROLE_WARN, "there is no such view");
		return;
	}
	a->filter[0] = 0;
	if (screen_open_view(a, v, &e) < 0)
		app_say(a, ROLE_ERROR, e.text);
	app_changed(a, TOPICS_ALL);
}

void screen_forward(App *a, int step)
{
	int at = a->history_at + step;
	Err e = { 0 };

	if (at < 0 || at >= a->history_n)
		return;
	a->history_at = at;
	if (screen_open_view(a, a->history[at], &e) < 0)
		app_say(a, ROLE_ERROR, e.text);
	app_changed(a, TOPICS_ALL);
}

bool screen_has(const App *a, const char *pane_kind)
{
	for (size_t i = 0; i < a->pane_count; i++)
		if (strcmp(a->pane[i].cls->name, pane_kind) == 0)
			return true;
	return false;
}

/* One step back: the filter, then the view's first pane, then the scope, then the view before. */
void screen_back(App *a)
{
	if (a->filter[0])
		a->filter[0] = 0;
	else if (a->focus != first_pane(a))
		focus_first(a);
	else if (a->world.scope.hour || a->world.scope.by != DIM_ALL) {
		app_scope_clear(a);
		screen_forward(a, -1);
	} else {
		screen_forward(a, -1);
	}
	app_changed(a, TOPICS_ALL);
}

void screen_resize(App *a, int w, int h)
{
	surface_resize(a->surface, w < 1 ? 1 : w, h < 1 ? 1 : h);
	place(a);
}

void screen_focus_next(App *a, int step)
{
	size_t n = a->pane_count;

	for (size_t i = 0; i < n; i++) {
		a->focus = (a->focus + n + (size_t)(step < 0 ? n - 1 : 1)) % n;
		if (a->pane[a->focus].cls->focusable && a->pane[a->focus].w > 0 && a->pane[a->focus].h > 0)
			break;
	}
	for (size_t i = 0; i < n; i++)
		a->pane[i].focused = i == a->focus;
	app_changed(a, 0);
}

void app_focus(App *a, const char *kind)
{
	for (size_t i = 0; i < a->pane_count; i++)
		if (strcmp(a->pane[i].cls->name, kind) == 0 && a->pane[i].h > 0)
			a->focus = i;
	for (size_t i = 0; i < a->pane_count; i++) {
		a->pane[i].focused = i == a->focus;
		a->pane[i].dirty = true;
	}
	app_changed(a, 0);
}

void screen_update(App *a)
{
	unsigned topics = a->topics;

	a->topics = 0;
	if (a->frozen)
		topics &= TOPIC_FILTER;
	a->world.filter = str_of(a->filter);
	for (size_t i = 0; i < a->pane_count; i++) {
		Pane *p = &a->pane[i];

		if (!p->dirty && !a->retired_n && !(p->cls->topics & topics))
			continue;
		if (!p->dirty && !a->retired_n && !(p->cls->topics & topics & ~TOPIC_CLOCK) && p->cls->tick &&
			p->cls->tick(p, &a->world))
			continue;
		p->dirty = false;
		arena_reset(&p->arena);
		p->cls->update(p, &a->world);
	}
	app_sweep(a);
}

void screen_draw(App *a)
{
	Box all = surface_box(a->surface);

	surface_clear(a->surface);
	if (all.w < SCREEN_LEAST_W || all.h < SCREEN_LEAST_H) {
		draw_own(all, 0, 0, ROLE_WARN, "window too small");
		return;
	}
	for (size_t i = 0; i < a->pane_count && a->mode != MODE_TEXT; i++)
		if (a->pane[i].w > 0 && a->pane[i].h > 0)
			a->pane[i].cls->draw(&a->pane[i], box_sub(all, a->pane[i].x, a->pane[i].y, a->pane[i].w, a->pane[i].h));
}
