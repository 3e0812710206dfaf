/* Views and their panes: opening, placing, updating, drawing, focus and history. */
#include "app/app_impl.h"

#include <stdlib.h>
#include <string.h>

#include "app/strip.h"
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
		ask_forget(p);
		arena_done(&p->arena);
	}
	a->pane_count = 0;
}

/* What is too narrow to say anything leaves its room to the pane at its left. */
static void give_way(App *a)
{
	for (size_t i = 1; i < a->pane_count; i++) {
		Pane *p = &a->pane[i], *left = p - 1;

		if (p->w >= p->cls->least_w || left->y != p->y || left->x + left->w != p->x)
			continue;
		left->w += p->w;
		p->w = 0;
	}
}

static size_t lay_out(const App *a, bool firing, Placed at[PANES_MAX])
{
	int w = surface_width(a->surface), h = surface_height(a->surface);
	LayoutFor what = { w, h, firing };
	int top = 2 + a->banner_rows;

	return layout_place(a->view->layout, (Placed){ NULL, 0, top, w, h - 1 - top - strip_rows(a) }, &what, at, PANES_MAX);
}

static void place(App *a)
{
	Placed at[PANES_MAX];
	size_t n = lay_out(a, a->firing, at);

	for (size_t i = 0; i < a->pane_count && i < n; i++) {
		Pane *p = &a->pane[i];

		p->x = at[i].x;
		p->y = at[i].y;
		p->w = at[i].w;
		p->h = at[i].h;
		p->dirty = true;
	}
	give_way(a);
}

static size_t first_pane(const App *a)
{
	for (int aside = 0; aside < 2; aside++)
		for (size_t i = 0; i < a->pane_count; i++)
			if (a->pane[i].cls->focusable && a->pane[i].h > 0 && a->pane[i].cls->aside == (aside != 0))
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
	size_t n = layout_place(v->layout, (Placed){ NULL, 0, 0, 200, 60 }, NULL, at, PANES_MAX);

	for (size_t i = 0; i < n; i++)
		if (check_options(v, at[i].node, class_of(a, at[i].node->pane), e) < 0)
			return -1;
	screen_close_view(a);
	a->drawn_view = NULL;
	a->view = v;
	for (size_t i = 0; i < n; i++) {
		Pane *p = &a->pane[i];

		*p = (Pane){ .cls = class_of(a, at[i].node->pane), .app = a, .node = at[i].node, .dirty = true, .serial = ++a->pane_serial };
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
	a->focus_chosen = false;
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
	else if (!cell_anything(&a->world.scope)) {
		app_scope_clear(a);
		screen_forward(a, -1);
	} else {
		screen_forward(a, -1);
	}
	app_changed(a, TOPICS_ALL);
}

void screen_replace(App *a)
{
	a->drawn_view = NULL;
	if (a->view)
		place(a);
	app_changed(a, TOPICS_ALL);
}

void screen_banner(App *a)
{
	int rows = 0;

	for (int i = 0; i < a->world.contexts; i++)
		rows |= a->world.context[i].banner[0] != 0;
	if (rows == a->banner_rows)
		return;
	a->banner_rows = rows;
	screen_replace(a);
}

/* Panes may come and go with alerts; the one that a person has gone to stays until that person leaves it. */
static void follow_alerts(App *a)
{
	bool firing = a->world.fig && a->world.fig->alerts > 0, lost;
	Placed at[PANES_MAX];

	if (firing == a->firing || !a->view || a->frozen)
		return;
	lost = a->focus >= lay_out(a, firing, at) || at[a->focus].w < 1 || at[a->focus].h < 1;
	if (lost && a->focus_chosen)
		return;
	a->firing = firing;
	a->drawn_view = NULL;
	place(a);
	if (lost)
		focus_first(a);
}

void screen_resize(App *a, int w, int h)
{
	surface_resize(a->surface, w < 1 ? 1 : w, h < 1 ? 1 : h);
	a->drawn_view = NULL;
	place(a);
	/* Panes come and go with the room for them; what the user has chosen stays, unless it is gone. */
	if (!a->focus_chosen || a->focus >= a->pane_count || a->pane[a->focus].h < 1)
		focus_first(a);
}

void screen_focus_next(App *a, int step)
{
	size_t n = a->pane_count;

	a->focus_chosen = true;
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
	a->focus_chosen = true;
	for (size_t i = 0; i < a->pane_count; i++)
		if (strcmp(a->pane[i].cls->name, kind) == 0 && a->pane[i].h > 0)
			a->focus = i;
	for (size_t i = 0; i < a->pane_count; i++) {
		a->pane[i].focused = i == a->focus;
		a->pane[i].dirty = true;
	}
	app_changed(a, 0);
}

/* The panes behind a list of jobs follow its cursor. */
static unsigned follow_job(App *a, const Pane *p)
{
	JobRef job;

	memset(&job, 0, sizeof job);
	if (!p->cls->job || (!p->cls->job(p, &job) && !a->world.job.id[0]) || memcmp(&job, &a->world.job, sizeof job) == 0)
		return 0;
	a->world.job = job;
	return TOPIC_JOB;
}

/* And those behind a list of pointers. */
static unsigned follow_pointer(App *a, const Pane *p)
{
	PointerRef at;

	memset(&at, 0, sizeof at);
	if (!p->cls->pointer || (!p->cls->pointer(p, &at) && !a->world.pointer.id[0]) || memcmp(&at, &a->world.pointer, sizeof at) == 0)
		return 0;
	a->world.pointer = at;
	return TOPIC_POINTER;
}

static void update(App *a, Pane *p, unsigned topics)
{
	unsigned more = p->cls->topics & topics & ~(unsigned)(TOPIC_CLOCK | TOPIC_HELD);

	if (!p->dirty && !a->retired_n && !(p->cls->topics & topics))
		return;
	p->stale = true;
	if (!p->dirty && !a->retired_n && !more && p->cls->tick && p->cls->tick(p, &a->world))
		return;
	p->dirty = false;
	arena_reset(&p->arena);
	p->cls->update(p, &a->world);
}

void screen_update(App *a)
{
	unsigned topics = a->topics;

	follow_alerts(a);
	a->topics = 0;
	a->world.frozen = a->frozen;
	if (a->frozen)
		topics &= TOPIC_FILTER | TOPIC_JOB | TOPIC_HELD | TOPIC_POINTER;
	a->world.filter = str_of(a->filter);
	for (size_t i = 0; i < a->pane_count; i++) {
		update(a, &a->pane[i], topics);
		topics |= follow_job(a, &a->pane[i]) | follow_pointer(a, &a->pane[i]);
	}
	app_sweep(a);
}

void screen_cursor(const App *a, int *x, int *y)
{
	const Pane *p = a->focus < a->pane_count ? &a->pane[a->focus] : NULL;
	int in_x, in_y;

	if (!p || !p->cls->cursor || p->w <= 0 || p->h <= 0 || !p->cls->cursor(p, &in_x, &in_y))
		return;
	*x = p->x + in_x;
	*y = p->y + in_y;
}

/* Pages and panels lie over the panes. */
static bool is_covered(const App *a)
{
	return a->mode == MODE_TEXT || a->mode == MODE_CARD || a->prompt.login;
}

/* Panes that stand as they were drawn are left alone: a key moves one cursor. The frame draws its own rows each time. */
bool screen_draw(App *a)
{
	Box all = surface_box(a->surface);
	bool small = all.w < SCREEN_LEAST_W || all.h < SCREEN_LEAST_H;
	bool whole = small || is_covered(a) || a->drawn_view != a->view;

	a->drawn_view = small || is_covered(a) ? NULL : a->view;
	if (whole)
		surface_clear(a->surface);
	if (small) {
		draw_own(all, 0, 0, ROLE_WARN, "window too small");
		return true;
	}
	for (size_t i = 0; i < a->pane_count && a->mode != MODE_TEXT && a->mode != MODE_CARD; i++) {
		Pane *p = &a->pane[i];
		Box b = box_sub(all, p->x, p->y, p->w, p->h);

		if (p->w <= 0 || p->h <= 0 || (!whole && !p->stale && p->focused == p->drawn_focused))
			continue;
		if (!whole && !p->cls->fills)
			box_clear(b);
		p->cls->draw(p, b);
		p->stale = false;
		p->drawn_focused = p->focused;
	}
	return whole;
}
