/* What panes may look at when they update: figures, feeds, who we are, what is selected. Plain data, owned by the app. */
#ifndef APP_WORLD_H
#define APP_WORLD_H

#include "app/feed.h"
#include "app/figures.h"

enum { TOPIC_FIGURES = 1, TOPIC_FEEDS = 2, TOPIC_GROUPS = 4, TOPIC_CLOCK = 8, TOPIC_FILTER = 16, TOPICS_ALL = 31 };

/* Groups of one hour, asked for by the cost view. */
typedef struct HourGroups {
	int64_t hour;                     /* 0: none asked yet */
	Dim     by;
	bool    loading, loaded;
	int64_t base_n;
	Groups  g;
	char    error[256];
} HourGroups;

/* From where a list of jobs is narrowed down: a cell or a contributor that was entered. */
typedef struct JobScope {
	int64_t hour;                     /* 0: any */
	Dim     by;                       /* DIM_ALL: any */
	FigKey  key;
} JobScope;

/* The jobs of the scope; job NULL when no scope is set: the newest jobs of the figures are shown then. */
typedef struct ScopeJobs { JobCell *job; int n; } ScopeJobs;

typedef struct World {
	const Figures *fig;               /* NULL until the first figures: panes are then loading or empty */
	bool    from_snapshot;            /* painted from the frame row; the feeds have not answered yet */
	bool    cached;                   /* nobody is asked: what the store has is all there will be */
	int64_t now_ms;
	int64_t offset_ms;                /* of the display's time zone */
	FeedView feed[FEEDS_N];
	HourGroups groups;
	JobScope scope;
	ScopeJobs scope_jobs;
	bool    failures_only;
	Str     filter;                   /* of the view, as typed */
	bool    ascii;
	const char *store_note;
} World;

/* Jobs, lines or whatever a pane rests on: the worst of the feeds in the mask, for its state line. */
typedef enum Fresh { FRESH_OK, FRESH_LOADING, FRESH_STALE, FRESH_FAILED, FRESH_EMPTY } Fresh;
/* text: "loading", "0.9 h old", the failed feed's sentence; empty when fresh. */
Fresh world_fresh(const World *w, unsigned feeds, char text[320]);
int   world_stale_feeds(const World *w);

#endif
