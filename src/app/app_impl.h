/* The App's inside, shared by app/ files only. */
#ifndef APP_APP_IMPL_H
#define APP_APP_IMPL_H

#include "app/app.h"
#include "app/ask.h"
#include "app/context.h"
#include "app/page.h"
#include "app/prompt.h"

typedef enum Mode { MODE_VIEW, MODE_COMMAND, MODE_FILTER, MODE_TEXT, MODE_CARD } Mode;

enum { SCREEN_LEAST_W = 20, SCREEN_LEAST_H = 5 };      /* below it only a word is shown */
enum { PANES_MAX = 16, INPUT_MAX = 256, HISTORY_MAX = 32, FRAME_MS = 33, SAY_MS = 6000, ESC_MS = 25, ANSWERS = 2, TELLS = 4, TICK_MS = 1000,
	SAVE_MS = 5000, COMPUTE_REST = 9 };

typedef enum Foot { FOOT_NONE, FOOT_FIRST, FOOT_ALWAYS, FOOT_AGENTS } Foot;      /* in the bottom line: before the views, behind them, for agents */
/* What the app itself can do, apart from its panes: a key, a command and a line of help in one row. */
typedef struct AppAction { const char *name, *key, *help; void (*run)(App *a); Foot foot; } AppAction;

struct App {
	AppSpec spec;
	const AppAction *actions;
	void (*draw)(App *a);              /* set by the files that stand above those which call them */
	void (*leave)(App *a);
	uv_loop_t *loop;
	Shared  shared;
	Watch  *watch[FIG_CONTEXTS];       /* what is shown now */
	size_t  watch_n;
	unsigned epoch;                    /* counts the switches: what was asked before one is dropped when it comes */
	char    note[400];                 /* of the stores */
	bool    drop_keys;                 /* typed ahead of a switch: meant for something else */
	World   world;
	Figures *fig;                      /* the newest; world.fig points here */
	Figures *held;                     /* computed while the screen stands still; shown when it goes on */
	void  **retired; size_t retired_n, retired_cap;     /* see app_retire */
	bool    computing, compute_again;
	int64_t compute_after_ms;          /* monotonic: not before */
	bool    unsaved;                   /* figures that the snapshot does not have yet */
	int64_t save_after_ms;
	int     reads; size_t idle_n;      /* store jobs that will come back to us; app_once: contexts whose feeds have ended */

	Arena   conf;                      /* views, themes */
	Views   views;
	Themes  themes;
	const Theme *theme; bool theme_open;   /* the terminal's answer chooses it */
	const View *view;
	Pane    pane[PANES_MAX];
	size_t  pane_count, focus;
	bool    focus_chosen;              /* by the user; else the first that there is room for */
	uint64_t pane_serial;              /* the last one given out */
	const View *history[HISTORY_MAX];
	int     history_n, history_at;

	Mode    mode;
	char    input[INPUT_MAX];          /* of the command or filter line */
	char    completed[INPUT_MAX];      /* what command_complete made */
	size_t  input_n;
	struct TypedLines *typed;          /* lines of before; NULL: none was typed */
	char    filter[INPUT_MAX];
	char    say[320]; Role say_role; int64_t say_until_ms;
	struct { char text[320]; Role role; } tell[TELLS]; int tell_n;      /* wait for the line, oldest first */
	TextPage page;
	Prompt  prompt;
	struct Find *find;                 /* find.h; NULL: no filter was typed yet where jobs are listed */
	FigText alert_context;             /* of the alert that the cursor is on */
	char    alert_what[2 * FIG_KEY];   /* "RULE:KEY"; empty: on none */
	struct Card *card; CardKind kept_kind; ActOn card_kept;      /* card.h; NULL: none is open. What the last one was, with reason and target */
	struct Errand *errand; struct OpsWatch *ops;   /* errand.h: the move that was sent last; ops_watch.h: what others do */
	struct Playground *playground;     /* NULL: it was not looked at yet */
	int64_t sweep_ms;                 /* monotonic: when old conversations are looked for next; 0: not yet */
	bool    beside_tokens, frozen, firing;     /* more than tokens came since the last frame; p was pressed; laid out while an alert fires */
	int64_t past_ms;                   /* the moment that all panes show; 0: now */
	unsigned topics;                   /* changed since the last update */

	int     banner_rows;               /* between the breadcrumb and the view: 0 or 1 */
	Surface *surface;
	const View *drawn_view;            /* whose panes are on the surface, with nothing over them; NULL: draw all of them */
	Term    *term;                     /* NULL in app_once */
	Keys    *keys;
	int64_t last_frame_ms, last_token_ms; int answers;    /* so many changes more are drawn at once: what the last key asked for */
	bool    frame_due, blocked, suspended, quitting;
	int     exit_code, strip_rows; bool strip_asked;       /* strip.h: 0, 1 or 4; somebody wants it */

	uv_poll_t in, out; uv_timer_t refresh, frame, esc, compute; uv_signal_t sig[6];
	bool    handles;                   /* the handles above are open */
	int64_t refresh_ms; Err fatal;
};

/* Each file below uses only those above it. */

/* state.c; app_say and app_copy are in pane.h */
void app_changed(App *a, unsigned topics);      /* something to draw: now, or with the next frame */
void app_token(App *a);                         /* an answer under way has grown, and nothing else */
void app_quit(App *a, int code);
int64_t app_now(const App *a);                  /* the moment that is shown: now, the last that is known, or one in the past */
int64_t app_clock(const App *a);                /* the clock */
void app_suspend(App *a);
void app_scope_clear(App *a);
void app_say_tick(App *a);                      /* what has been said long enough goes, what waits comes */
/* Panes keep pointers into figures and scopes until their next update: what is replaced is freed behind it. */
void app_retire(App *a, void *p);
void app_sweep(App *a);                         /* all panes have let go */

/* screen.c: views and panes */
int  screen_open_view(App *a, const View *v, Err *e);
void screen_close_view(App *a);
void screen_resize(App *a, int w, int h);
void screen_replace(App *a);                    /* the room for the panes has changed */
void screen_banner(App *a);                     /* its row comes and goes with what it has to say */
void screen_update(App *a);                     /* panes whose topics changed */
bool screen_draw(App *a);                       /* true: all of it, on an empty surface */
void screen_cursor(const App *a, int *x, int *y);      /* of the focused pane, if it has one */
void screen_focus_next(App *a, int step);
bool screen_has(const App *a, const char *pane_kind);
void screen_back(App *a);
void screen_forward(App *a, int step);

/* queries.c: what is asked of the store and of the feeds */
void query_changed(void *arg, Watch *w);
void query_idle(void *arg, Watch *w);
void query_forget(App *a);                      /* what is shown and what was asked belonged to other contexts */
void query_feeds(App *a);                       /* their state into World */
void query_pauses(App *a);                      /* and the services that are left alone */
void query_tick(App *a);                        /* what time alone makes due */
void app_compute(App *a);                       /* figures from the store, on a worker */
void app_refresh_all(App *a);
void query_failures(App *a, bool only);         /* failures alone, of the scope or of all that is known; or all again */
void app_freeze(App *a, bool frozen);
void query_snapshot(App *a);                    /* the last painted figures, read at once on this thread */

/* coverage_page.c */
void coverage_command(App *a, Str rest);        /* asks, then shows a page */

/* command.c */
void command_run(App *a, const char *line);
const char *command_complete(App *a, const char *prefix);      /* the one completion, or NULL; it may begin otherwise */
void help_show(App *a);

/* header.c; frame.c: breadcrumb, bottom line */
void header_draw(App *a, Box b);
void header_banner(App *a, Box b);
void frame_draw(App *a);
int  frame_cursor(const App *a);                /* column of the cursor in the line that is typed */

/* input.c */
void input_key(App *a, Key k);
bool input_is_key(Key k, const char *name);
const AppAction *input_actions(void);           /* ends with a NULL name */

/* loop.c */
void loop_open(App *a);
void loop_close(App *a);
void loop_draw(App *a);
void loop_refresh(App *a);

#endif
