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
struct AlertCell;

enum { PANE_IGNORED = 0, PANE_HANDLED = 1 };

/* The cards that there are (card_rows.c). */
typedef enum CardKind { CARD_ROLLBACK, CARD_ROLLOUT, CARD_PAUSE, CARD_RESUME, CARD_APPROVE, CARD_REJECT, CARD_UNDO, CARD_STOP,
	CARD_PROMOTE, CARD_KINDS } CardKind;

/* What a card is about, as a row, an alert or a command says it. Zero it first: what is not known stays empty. */
enum { ACT_REASON = 501, ACT_SESSIONS = 4096 };
typedef struct ActOn {
	FigText context;                           /* empty: the only one */
	FigKey  agent, pointer;                    /* pointer: a name, "BACKEND/NAME" or an id; empty: the only one. Or a template and a label */
	FigText to;                                /* where a rollback goes; empty: to the version that has proved itself */
	FigText version, percent;                  /* which one is approved, rejected, rolled out or promoted, and to how much of the traffic */
	FigText op, rung;                          /* what is undone (empty: the last one); which rung of the stop ladder is taken */
	char    sessions[ACT_SESSIONS];            /* "ID,ID": which are stopped */
	char    reason[ACT_REASON];
} ActOn;

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
	bool fills;                                /* draw writes every cell of its box: it need not be emptied before */
	bool aside;                                /* focusable, and not the first to be when another pane is */
	int  least_w;                              /* narrower it shows nothing: its room then goes to the pane at its left */
	int64_t scrub_ms;                          /* the step of < and > in it; 0: five minutes */
	int  (*open)(Pane *p, Err *e);             /* allocates state, reads the options; may be NULL */
	void (*update)(Pane *p, const World *w);   /* World -> own rows */
	bool (*tick)(Pane *p, const World *w);     /* only the clock moved: true when that was enough; may be NULL */
	void (*draw)(const Pane *p, Box b);        /* rows -> cells; nothing else */
	bool (*job)(const Pane *p, JobRef *out);   /* the job that its cursor is on; *out is zero; may be NULL */
	bool (*agent)(const Pane *p, ActOn *out);          /* what a card is about, on the row of its cursor; *out is zero; may be NULL */
	bool (*pointer)(const Pane *p, PointerRef *out);   /* the pointer that its cursor is on; other panes follow it; may be NULL */
	int  (*key)(Pane *p, Key k);               /* moves; PANE_* ; may be NULL */
	/* A text is being typed in it: every key goes to `key` first. Which of them do something then, without functions; NULL: it is not.
	 * May be NULL. */
	const PaneKey *(*typing)(const Pane *p);
	bool (*cursor)(const Pane *p, int *x, int *y);     /* where the terminal's cursor stands, in cells of its box; may be NULL */
	void (*close)(Pane *p);                    /* may be NULL */
	const PaneKey *keys;                       /* ends with a NULL key; may be NULL */
	int  vital_keys;                           /* how many of them a narrow bottom line has to name; 0: two */
	void (*help)(const Pane *p, Buf *out);     /* more lines for the help page (sort keys); may be NULL */
} PaneClass;

/* A question of panes to the stores that are shown, beyond the figures: a const row in app/ (ask_*.h), answered on a worker. */
typedef struct AskClass {
	const char *name;
	size_t in_size;                            /* of what is asked: plain data, compared by its bytes (zero the struct first) */
	bool   prices;                             /* it needs when->prices */
	/* On a worker. *out: one block from xmalloc, whatever its size, which the answer owns; pointers in it may lead into it only. */
	int  (*run)(const Stores *from, const FiguresAsk *when, const void *in, void **out, Err *e);
} AskClass;

enum { PANE_ASKS = 4 };                        /* kinds of questions of one pane */

typedef struct PaneAsk {
	const AskClass *cls;
	void   *in;                                /* the question of now */
	void   *out, *out_in;                      /* the newest answer (NULL: none yet), and the question that it answers */
	int64_t at_ms;                             /* the clock that it was computed with */
	bool    answered;                          /* out answers the question of now; else it is of another one, or of none */
	bool    loading, in_flight, again;
	char    error[256];                        /* why the question of now has no answer; empty: it has, or will have */
} PaneAsk;

struct Pane {
	const PaneClass *cls;
	App  *app;
	const ViewNode *node;                      /* title, columns, sort, options */
	void *state;
	uint64_t serial;                           /* of this pane alone, as long as the program runs */
	PaneAsk ask[PANE_ASKS];
	Arena arena;                               /* reset before each update */
	int   x, y, w, h;
	bool  focused, dirty;                      /* dirty: wants an update */
	bool  stale, drawn_focused;                /* stale: its cells on the surface are not what draw would make now */
};

Role app_stage_role(const char *stage);
Str pane_option(const Pane *p, const char *name);      /* empty when not given */

/* What a pane may ask of the app. */
void app_open_view(App *a, const char *view_id);
void app_say(App *a, Role role, const char *own_text);            /* on the bottom line, for some seconds: the answer to a key */
void app_tell(App *a, Role role, const char *own_text);           /* the same for what nobody asked for: it waits until the line is free */
void app_copy(App *a, Str text, const char *what);                /* OSC 52, and says so */
void app_select_cell(App *a, const CostCell *cell, int axes);     /* the other panes follow it: TOPIC_GROUPS; axes: GridAxes */
void app_select_dim(App *a, Dim by);                              /* by what a cell is taken apart, from now on */
void app_scope_jobs(App *a, const CostCell *scope);               /* narrows the jobs view and opens it */
/* Asks, unless this very question is asked already; the pane is updated when the answer is there, and again whenever the figures are
 * newer. What was answered before stays until then. */
void app_ask(Pane *p, const AskClass *cls, const void *in);
const PaneAsk *pane_answer(const Pane *p, const AskClass *cls);   /* never NULL; valid until update returns */
void app_focus(App *a, const char *pane_kind);                    /* the first pane of that kind in this view */
void app_card(App *a, CardKind kind);                             /* opens the card of the row; nothing is sent by that */
/* A page of text over the view: lines are shown as they are; text is cleaned by the overlay. */
void app_show_text(App *a, const char *title, Str text);
/* Where an amount comes from: why it differs from what is usual, and how it is computed; to the nano-dollar. */
void app_explain(App *a, const CostCell *cell);
void app_explain_job(App *a, const char *context, const char *id);
/* What the cursor is on, for `:ack` and `:silence`: "RULE:KEY", or the name of a CloudWatch alarm; empty: nothing. */
void app_point_alert(App *a, const char *context, const char *what);
void app_describe_alert(App *a, const struct AlertCell *c);
/* Opens the command line with this text in it, to be completed. */
void app_type_command(App *a, const char *text);
/* The view's filter, as if it had been typed. */
void app_filter(App *a, const char *text);
/* All that is known about one job, in words (raw = as JSON). Read from the store of its context (empty: the only one). */
void app_describe_job(App *a, const char *context, const char *id, bool raw);
/* Pages about a pointer and its agent, read from the store of its context: where it is and how it stands; the moves of all pointers of the
 * agent; how one version is made, or how the second differs from the first (b empty: it is shown alone). */
void app_describe_pointer(App *a, const PointerRef *p);
void app_agent_history(App *a, const PointerRef *p);
void app_describe_version(App *a, const PointerRef *p, const char *version, const char *b);
/* Everything that the log groups have of its trace: asked of AWS, shown as a page. */
void app_trace_lines(App *a, const JobCell *job);

#endif
