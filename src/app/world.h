/* What panes may look at when they update: figures, feeds, who we are, what is selected. Plain data, owned by the app. */
#ifndef APP_WORLD_H
#define APP_WORLD_H

#include "app/cell.h"
#include "app/share.h"
#include "app/figures.h"

enum { TOPIC_FIGURES = 1, TOPIC_FEEDS = 2, TOPIC_GROUPS = 4, TOPIC_CLOCK = 8, TOPIC_FILTER = 16, TOPIC_JOB = 32, TOPIC_HELD = 64,
	TOPIC_POINTER = 128, TOPIC_CHAT = 256, TOPICS_ALL = 511 };

/* The jobs of the scope; job NULL when no scope is set: the newest jobs of the figures are shown then. */
typedef struct ScopeJobs { JobCell *job; int n; bool loading; } ScopeJobs;      /* loading: there was no answer yet */

/* What the filter has found among all jobs that the stores keep; job NULL when nothing is searched. */
typedef struct JobsFound {
	JobCell *job; int n;              /* the newest that match */
	int64_t matched, of;              /* how many match, and among how many */
	int64_t states[JOB_STATES], nusd; /* of those that match */
	bool    searching;                /* not all of them were looked at yet */
	bool    loading, capped;          /* jobs are still being read; there are more than are held */
	char    error[256];
} JobsFound;

typedef struct JobRef { FigText context; FigKey id; } JobRef;          /* context empty: the only one. Zero it first */

/* A pointer of a back end, as it was shown. name: of its agent; live, target: "2.1", "3.1:90 3.2:10". Zero it first: it is compared by its bytes. */
typedef struct PointerRef { FigText context, backend; FigKey agent, name; FigText pointer; char id[256]; FigText live, target; } PointerRef;

/* One of the contexts that are watched. */
typedef struct ContextView {
	FigText name, stage, region, role;
	char    account[16];
	bool    read_only;
	char    banner[320];              /* what must not be overlooked about it; empty: nothing */
	bool    grave;                    /* the banner is about a wrong account, or about where signed requests go */
	int64_t expires_ms;               /* of the credentials; 0: not known, or never */
	char    fed_by[SHARE_WORDS];      /* the other process that polls AWS for this one: "collect 4711"; empty: this one, or nobody yet */
	FeedView feed[FEEDS_N];
} ContextView;

typedef struct World {
	const Figures *fig;               /* NULL until the first figures: panes are then loading or empty */
	bool    from_snapshot;            /* painted from the frame row; the feeds have not answered yet */
	bool    cached;                   /* nobody is asked: what the store has is all there will be */
	int64_t now_ms;                   /* the moment that is shown */
	int64_t clock_ms;                 /* the clock; later than that when the past is shown */
	bool    still;                    /* drawn on change only: the clock has no seconds */
	bool    past;
	int64_t offset_ms;                /* of the display's time zone */
	FeedView feed[FEEDS_N];           /* with several contexts the least fresh of each kind, and its counts added up */
	ContextView context[FIG_CONTEXTS]; int contexts;
	CostCell cell;                    /* chosen in the cost view; until_hour 0: none yet */
	int     cell_axes;                /* GridAxes that it was chosen from */
	Dim     cell_by;                  /* by what it is taken apart, as chosen; DIM_ALL: not yet */
	CostCell scope;                   /* what the list of jobs is narrowed down to: a cell or a contributor that was entered */
	ScopeJobs scope_jobs;
	JobsFound found;
	JobRef  job;                      /* that the cursor of the list of jobs is on; id empty: none */
	PointerRef pointer;               /* that the cursor of the list of pointers is on; id empty: none */
	int64_t good_jobs, good_days;     /* what makes a version a known good one (rollback.known_good) */
	int     stops, stops_over;        /* that hold; of them beyond their time */
	int64_t stop_until_ms;            /* of the one that ends first */
	char    stop_what[160];           /* it: "park upsell-generator/prod" */
	bool    frozen; int held;         /* the screen stands still; how many jobs came or changed since, at least */
	bool    failures_only;
	Str     filter;                   /* of the view, as typed */
	bool    ascii;
	const char *store_note;
	int64_t prices_ms;                /* the day of the list prices, the earliest of all contexts; 0: not known */
	char    basis[96];                /* what the totals are: "est list", "est net", "reported", "mixed basis"; and "43 % rebooked" behind it */
	char    pause_note[80];           /* "DynamoDB down, next 8 s": a service that is left alone for a while; or empty */
} World;

/* Jobs, lines or whatever a pane rests on: the worst of the feeds in the mask, for its state line. */
typedef enum Fresh { FRESH_OK, FRESH_LOADING, FRESH_STALE, FRESH_FAILED, FRESH_EMPTY } Fresh;
enum { FRESH_TEXT = 640 };
/* text: "loading", "0.9 h old", the failed feed's sentence; empty when fresh. With several contexts each that is not fresh
 * says so behind its name, the worst first. */
Fresh world_fresh(const World *w, unsigned feeds, char text[FRESH_TEXT]);
/* The same of one of them alone. */
Fresh world_context_fresh(const World *w, int context, unsigned feeds, char text[FRESH_TEXT]);
/* "18:49": up to when what rests on these feeds is known, when that is not now; else empty. Of several contexts the oldest. */
void  world_as_of(const World *w, unsigned feeds, char out[32]);
/* The permission that one of these feeds failed for, "logs:FilterLogEvents", for panes without room for its sentence; empty:
 * none lacks one. Borrowed. */
const char *world_lacks(const World *w, unsigned feeds);
/* The contexts' views into the one that panes rest on. */
void  world_combine(World *w);
int   world_stale_feeds(const World *w);
const char *world_basis(const World *w);      /* basis; "est list" when nobody has said */

#endif
