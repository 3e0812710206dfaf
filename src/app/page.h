/* A page of text over the view: help, describe, raw. For app/ files only; panes have app_show_text (pane.h). */
#ifndef APP_PAGE_H
#define APP_PAGE_H

#include "app/pane.h"

typedef struct TextPage {              /* an overlay: help, describe, raw */
	Arena arena, rows;
	Clean title, *line;                /* as given */
	Clean *row;                        /* wrapped to wrapped_w columns */
	int   count, row_count, top, wrapped_w;
	Str   other, other_title;          /* the page that x turns to; p NULL: there is none */
	Str   own, own_title;              /* this one, as it was given */
} TextPage;

void page_show(App *a, const char *title, Str text);
void page_second(App *a, const char *title, Str text);      /* behind the one that is shown */
void page_turn(App *a);
void page_close(App *a);
void page_draw(App *a);
void page_scroll(App *a, int lines);
void reconcile_command(App *a, Str rest);       /* reconcile_page.c: reads the snapshots, then shows a page */

#endif
