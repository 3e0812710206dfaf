/* A pane: a const table and four functions. Panes ask for things with app_*; they never talk to aws/ or store/. They
 * compute in update and only paint in draw. */
#ifndef APP_PANE_H
#define APP_PANE_H

#include "app/world.h"
#include "conf/views.h"
#include "ui/surface.h"
#include "ui/term.h"

typedef struct App App;
typedef struct Pane Pane;

enum { PANE_IGNORED = 0, PANE_HANDLED = 1 };

/* A key of a pane is a row: help and the bottom line come from it. */
typedef struct PaneKey {
	const char *key, *help;
	void (*run)(Pane *p);
} PaneKey;

typedef struct PaneClass {
	const char *name;
	const char *title;                         /* shown on its first row when the view gives none */
	unsigned topics;                           /* update runs when one of these changed */
	unsigned feeds;                            /* FEED_BIT: its state line rests on these */
	const char *const *options;                /* names of the options it knows; NULL-terminated or NULL */
	bool focusable;
	int  (*open)(Pane *p, Err *e);             /* allocates state, reads the options; may be NULL */
	void (*update)(Pane *p, const World *w);   /* World -> own rows */
	bool (*tick)(Pane *p, const World *w);     /* only the clock moved: true when that was enough; may be NULL */
	void (*draw)(const Pane *p, Box b);        /* rows -> cells; nothing else */
	int  (*key)(Pane *p, Key k);               /* moves; PANE_* ; may be NULL */
	void (*close)(Pane *p);                    /* may be NULL */
	const PaneKey *keys;                       /* ends with a NULL key; may be NULL */
	void (*help)(const Pane *p, Buf *out);     /* more lines for the help page (sort keys); may be NULL */
} PaneClass;

struct Pane {
	const PaneClass *cls;
	App  *app;
	const ViewNode *node;                      /* title, columns, sort, options */
	void *state;
	Arena arena;                               /* reset before each update */
	int   x, y, w, h;
	bool  focused, dirty;
};

Str pane_option(const Pane *p, const char *name);      /* empty when not given */

/* What a pane may ask of the app. */
void app_open_view(App *a, const char *view_id);
void app_say(App *a, Role role, const char *own_text);            /* on the bottom line, for some seconds */
void app_copy(App *a, Str text, const char *what);                /* OSC 52, and says so */
void app_select_hour(App *a, int64_t hour, Dim by);               /* groups of that hour, into World */
void app_scope_jobs(App *a, const JobScope *scope);               /* narrows the jobs view and opens it */
void app_focus(App *a, const char *pane_kind);                    /* the first pane of that kind in this view */
/* A page of text over the view: lines are shown as they are; text is cleaned by the overlay. */
void app_show_text(App *a, const char *title, Str text);
/* All that is known about one job, in words (raw = as JSON). Read from the store. */
void app_describe_job(App *a, const char *id, bool raw);

#endif
