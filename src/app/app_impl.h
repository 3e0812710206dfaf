/* The App's inside, shared by app/ files only. */
#ifndef APP_APP_IMPL_H
#define APP_APP_IMPL_H

#include "app/app.h"

typedef enum Mode { MODE_VIEW, MODE_COMMAND, MODE_FILTER, MODE_TEXT } Mode;

enum { SCREEN_LEAST_W = 20, SCREEN_LEAST_H = 5 };      /* below it only a word is shown */
enum { PANES_MAX = 16, INPUT_MAX = 256, HISTORY_MAX = 32, FRAME_MS = 33, SAY_MS = 6000, ESC_MS = 25, TICK_MS = 1000,
	SAVE_MS = 5000, COMPUTE_REST = 9 };

typedef struct TextPage {              /* an overlay: help, describe, raw */
	Arena arena, rows;
	Clean title, *line;                /* as given */
	Clean *row;                        /* wrapped to wrapped_w columns */
	int   count, row_count, top, wrapped_w;
} TextPage;

/* What the app itself can do, apart from its panes: a key, a command and a line of help in one row. */
typedef struct AppAction { const char *name, *key, *help; void (*run)(App *a); bool bottom; } AppAction;

struct App {
	AppSpec spec;
	const AppAction *actions;
	void (*draw)(App *a);              /* set by the files that stand above those which call them */
	void (*leave)(App *a);
	uv_loop_t *loop;
	Session session;
	StoreQ *queue;
	Feeds  *feeds;
	World   world;
	Figures *fig;                      /* the newest; world.fig points here */
	Figures *held;                     /* computed while the screen stands still; shown when it goes on */
	void  **retired; size_t retired_n, retired_cap;     /* see app_retire */
	bool    computing, compute_again;
	int64_t compute_after_ms;          /* monotonic: not before */
	bool    unsaved;                   /* figures that the snapshot does not have yet */
	int64_t save_after_ms;
	int     reads;                     /* store jobs that will come back to us */

	Arena   conf;                      /* views, themes */
	Views   views;
	Themes  themes;
	const Theme *theme;
	const View *view;
	Pane    pane[PANES_MAX];
	size_t  pane_count, focus;
	const View *history[HISTORY_MAX];
	int     history_n, history_at;

	Mode    mode;
	char    input[INPUT_MAX];          /* of the command or filter line */
	size_t  input_n;
	char    filter[INPUT_MAX];
	char    say[320];
	Role    say_role;
	int64_t say_until_ms;
	TextPage page;
	bool    frozen;                    /* p: the screen stands still, feeds go on */
	unsigned topics;                   /* changed since the last update */

	Surface *surface;
	Term    *term;                     /* NULL in app_once */
	Keys    *keys;
	int64_t last_frame_ms;
	bool    frame_due, blocked, suspended, quitting;
	int     exit_code;

	uv_poll_t in, out;
	uv_timer_t refresh, frame, esc, compute;
	uv_signal_t sig[6];
	bool    handles;                   /* the handles above are open */
	int64_t refresh_ms;
	int64_t keep_due_ms;               /* monotonic; 0: never asked */
	bool    keep_first;                /* the store has not been looked through since the start */
	Err     fatal;
};

/* Each file below uses only those above it. */

/* state.c; app_say and app_copy are in pane.h */
void app_changed(App *a, unsigned topics);      /* something to draw: now, or with the next frame */
void app_quit(App *a, int code);
int64_t app_now(const App *a);
void app_suspend(App *a);
void app_scope_clear(App *a);
/* Panes keep pointers into figures and scopes until their next update: what is replaced is freed behind it. */
void app_retire(App *a, void *p);
void app_sweep(App *a);                         /* all panes have let go */

/* page.c */
void page_show(App *a, const char *title, Str text);
void page_close(App *a);
void page_draw(App *a);
void page_scroll(App *a, int lines);

/* screen.c: views and panes */
int  screen_open_view(App *a, const View *v, Err *e);
void screen_close_view(App *a);
void screen_resize(App *a, int w, int h);
void screen_update(App *a);                     /* panes whose topics changed */
void screen_draw(App *a);
void screen_focus_next(App *a, int step);
bool screen_has(const App *a, const char *pane_kind);
void screen_back(App *a);
void screen_forward(App *a, int step);

/* keep.c */
void keep_tick(App *a);                         /* what the store forgets: after the start, then hourly */

/* queries.c: what is asked of the store and of the feeds */
void query_start(App *a, bool live);            /* opens the feeds */
void query_feeds(App *a);                       /* their state into World */
void query_tick(App *a);                        /* what time alone makes due */
void app_compute(App *a);                       /* figures from the store, on a worker */
void app_refresh_all(App *a);
void query_failures(App *a, bool only);         /* failures alone, of the scope or of all that is known; or all again */
void app_freeze(App *a, bool frozen);
void query_snapshot(App *a);                    /* the last painted figures, read at once on this thread */

/* command.c */
void command_run(App *a, const char *line);
const char *command_complete(App *a, const char *prefix);      /* the one completion, or NULL */
void help_show(App *a);

/* frame.c: header, breadcrumb, bottom line */
void frame_draw(App *a);
int  frame_cursor(const App *a);                /* column of the cursor in the line that is typed */

/* input.c */
void input_key(App *a, Key k);
const AppAction *input_actions(void);           /* ends with a NULL name */

/* loop.c */
void loop_open(App *a);
void loop_close(App *a);
void loop_draw(App *a);
void loop_refresh(App *a);

#endif
