/* A page of text over the view: help, a description, raw JSON. */
#include "app/app_impl.h"
#include "app/strip.h"

void page_close(App *a)
{
	arena_reset(&a->page.arena);
	arena_reset(&a->page.rows);
	a->page.line = a->page.row = NULL;
	a->page.other = a->page.own = (Str){ 0 };
	a->page.count = a->page.row_count = a->page.top = a->page.wrapped_w = 0;
	a->mode = MODE_VIEW;
	app_changed(a, TOPICS_ALL);
}

/* Title and text live in the page's arena. */
static void set(TextPage *p, Str title, Str text)
{
	size_t n = 1;

	p->wrapped_w = 0;
	p->own = text;
	p->own_title = title;
	for (size_t i = 0; i < text.n; i++)
		n += text.p[i] == '\n';
	p->title = clean_text(&p->arena, title, 0);
	p->line = ARENA_ARRAY(&p->arena, Clean, n);
	p->count = p->top = 0;
	while (text.n) {
		Str line = str_cut(text, '\n', &text);

		p->line[p->count++] = clean_capped(&p->arena, line, 65536);
	}
}

void page_show(App *a, const char *title, Str text)
{
	TextPage *p = &a->page;

	/* What was asked for before the card was opened comes too late. */
	if (a->mode == MODE_CARD)
		return;
	arena_reset(&p->arena);
	p->other = (Str){ 0 };
	set(p, arena_str(&p->arena, str_of(title)), arena_str(&p->arena, text));
	a->mode = MODE_TEXT;
	app_changed(a, TOPICS_ALL);
}

void page_second(App *a, const char *title, Str text)
{
	a->page.other = arena_str(&a->page.arena, text);
	a->page.other_title = arena_str(&a->page.arena, str_of(title));
}

void page_turn(App *a)
{
	TextPage *p = &a->page;
	Str text = p->other, title = p->other_title;

	if (!text.p)
		return;
	p->other = p->own;
	p->other_title = p->own_title;
	set(p, title, text);
	app_changed(a, 0);
}

void app_show_text(App *a, const char *title, Str text)
{
	page_show(a, title, text);
}

/* Nothing is cut off at the right: a long line goes on in the next row. Done anew when the width changes. */
static void page_wrap(App *a)
{
	TextPage *p = &a->page;
	int w = surface_width(a->surface) - 2, cap = p->count;

	if (w < 1 || p->wrapped_w == w)
		return;
	arena_reset(&p->rows);
	for (int i = 0; i < p->count; i++)
		cap += (int)(p->line[i].n / (size_t)w) + p->line[i].columns;
	p->row = ARENA_ARRAY(&p->rows, Clean, (size_t)cap + 1);
	p->row_count = 0;
	for (int i = 0; i < p->count; i++) {
		Clean rest = p->line[i], part = { "", 0, 0 };

		do {
			if (clean_wrap(&rest, w, &part))
				p->row[p->row_count++] = part;
			else if (!p->line[i].n)
				p->row[p->row_count++] = part;
		} while (rest.n && p->row_count < cap);
	}
	p->wrapped_w = w;
}

void page_scroll(App *a, int lines)
{
	int room = surface_height(a->surface) - 4 - a->banner_rows - strip_rows(a), max;

	page_wrap(a);
	max = a->page.row_count - room;
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

	page_wrap(a);
	if (b.w < SCREEN_LEAST_W || b.h < SCREEN_LEAST_H)
		return;
	b = box_sub(b, 0, 2 + a->banner_rows, b.w, b.h - 3 - a->banner_rows - strip_rows(a));

	draw_text(b, 0, 0, ROLE_TITLE, p->title);
	for (int i = 0; i < b.h - 1 && p->top + i < p->row_count; i++) {
		/* A left rule: no text from outside can pass for a line of ours. */
		draw_own(b, 0, i + 1, ROLE_BORDER, a->world.ascii ? "|" : "│");
		draw_text(box_sub(b, 2, i + 1, b.w - 2, 1), 0, 0, ROLE_TEXT, p->row[p->top + i]);
	}
}
