#include "app/theme.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/app_impl.h"
#include "base/file.h"

/* Half as bright as white or more is light. Weights: ITU-R BT.601 luma. */
enum { LIGHT_FROM = 128 * 1000 };

static char *folder_of(const App *a)
{
	return a->spec.demo ? NULL : xdg_path(XDG_CONFIG, "themes");
}

/* id: it lives as long as the configuration. */
static int take(App *a, Str id, Err *e)
{
	char *folder = folder_of(a);
	int rc = themes_load_one(&a->conf, folder, id, &a->themes, e);
	const Theme *t = rc == 0 ? themes_find(&a->themes, id) : NULL;

	free(folder);
	if (rc < 0)
		return -1;
	if (!t)
		return err_kind(e, ERR_USAGE, "there is no theme %.*s; :theme lists them", STR_ARG(id));
	a->theme = t;
	return 0;
}

int theme_open(App *a, Err *e)
{
	Str id = a->shared.conf.ui.theme;

	/* COLORFGBG is what some terminals say of themselves: "15;0" is light on dark. */
	if (!id.n || str_is(id, "auto")) {
		const char *fgbg = getenv("COLORFGBG"), *bg = fgbg ? strrchr(fgbg, ';') : NULL;

		a->theme_open = !bg;
		id = bg && (strcmp(bg, ";7") == 0 || strcmp(bg, ";15") == 0) ? STR("light") : STR("dark");
	}
	return take(a, id, e) < 0 ? err_wrap(e, "ui.theme") : 0;
}

void theme_ask(App *a)
{
	a->theme_open = a->theme_open && term_depth(a->term) != DEPTH_MONO && term_ask_background(a->term);
}

static void draw_with(App *a, Str id)
{
	Err e = { 0 };

	if (take(a, id, &e) < 0) {
		app_say(a, ROLE_WARN, e.text);
		return;
	}
	if (a->term)
		term_theme(a->term, a->theme);
	app_changed(a, 0);
}

void theme_background(App *a, uint32_t rgb)
{
	const uint32_t luma = 299 * (rgb >> 16 & 255) + 587 * (rgb >> 8 & 255) + 114 * (rgb & 255);

	term_answered(a->term);
	if (a->theme_open && luma >= LIGHT_FROM)
		draw_with(a, STR("light"));
	a->theme_open = false;
}

/* --- :theme --- */

static int load_all(const App *a, Arena *ar, Themes *all, Err *e)
{
	char *folder = folder_of(a);
	int rc = themes_load(ar, folder, all, e);

	free(folder);
	return rc;
}

static void list(App *a)
{
	Arena ar = { 0 };
	Themes all;
	Buf text = { 0 };
	Err e = { 0 };

	if (load_all(a, &ar, &all, &e) < 0) {
		app_say(a, ROLE_WARN, e.text);
	} else {
		(void)buf_puts(&text, "theme: ");
		for (size_t i = 0; i < all.count; i++)
			(void)buf_printf(&text, "%s%.*s%s", i ? " " : "", STR_ARG(all.theme[i].id), str_eq(all.theme[i].id, a->theme->id) ? "*" : "");
		(void)buf_puts(&text, "   ui.theme in the configuration keeps one");
		app_say(a, ROLE_INFO, buf_cstr(&text));
	}
	buf_done(&text);
	arena_done(&ar);
}

void theme_command(App *a, Str rest)
{
	rest = str_trim(rest);
	if (!rest.n) {
		list(a);
		return;
	}
	a->theme_open = false;
	draw_with(a, arena_str(&a->conf, rest));
}

const char *theme_complete(App *a, const char *line)
{
	Str rest, word = str_cut(str_of(line), ' ', &rest);
	Arena ar = { 0 };
	Themes all = { .count = 0 };
	bool found = false;

	if (!str_is(word, "theme") || word.n == strlen(line) || !rest.n || load_all(a, &ar, &all, NULL) < 0) {
		arena_done(&ar);
		return NULL;
	}
	for (size_t i = 0; i < all.count && !found; i++)
		if (str_starts(all.theme[i].id, rest)) {
			(void)snprintf(a->completed, sizeof a->completed, "theme %.*s", STR_ARG(all.theme[i].id));
			found = true;
		}
	arena_done(&ar);
	return found ? a->completed : NULL;
}
