/* A page of text over the view: help, a description, raw JSON. */
#include "app/app_impl.h"

void page_close(App *a)
{
	arena_reset(&a->page.arena);
	a->page.line = NULL;
	a->page.count = a->page.top = 0;
	a->mode = MODE_VIEW;
	app_changed(a, TOPICS_ALL);
}

void page_show(App *a, const char *title, Str text)
{
	TextPage *p = &a->page;
	size_t n = 1;

	arena_reset(&p->arena);
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	p->title = clean_text(&p->arena, str_of(title), 0);
	p->line = ARENA_ARRAY(&p->arena, Clean, n);
	p->count = p->top = 0;
	while (text.n) {
		Str line = str_cut(text, '\n', &text);

		p->line[p->count++] = clean_capped(&p->arena, line, 65536);
	}
	a->mode = MODE_TEXT;
	app_changed(a, TOPICS_ALL);
}

void app_show_text(App *a, const char *title, Str text)
{
	page_show(a, title, text);
}

void page_scroll(App *a, int lines)
{
	int room = surface_height(a->surface) - 4, max = a->page.count - room;

	a->page.top += lines;
	if (a->page.top > max)
		a->page.top = max;
	if (a->page.top < 0)
		a->page.top = 0;
	app_changed(a, 0);
}

void page_draw(App *a)
{
	const TextPage *p = &a->page;
	Box b = surface_box(a->surface);

	if (b.w < SCREEN_LEAST_W || b.h < SCREEN_LEAST_H)
		return;
	b = box_sub(b, 0, 2, b.w, b.h - 3);

	draw_text(b, 0, 0, ROLE_TITLE, p->title);
	for (int i = 0; i < b.h - 1 && p->top + i < p->count; i++) {
		/* A left rule: no text from outside can pass for a line of ours. */
		draw_own(b, 0, i + 1, ROLE_BORDER, a->world.ascii ? "|" : "│");
		draw_text(box_sub(b, 2, i + 1, b.w - 2, 1), 0, 0, ROLE_TEXT, p->line[p->top + i]);
	}
}
