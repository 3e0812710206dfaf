/* The console: one session, its feeds, the views, and the screen. One thread draws; only the loop waits. */
#ifndef APP_APP_H
#define APP_APP_H

#include "app/pane.h"

typedef struct AppSpec {
	SessionSpec session;
	const PaneClass *const *panes;     /* all pane kinds, NULL-terminated */
	const char *view, *filter;         /* what to start on; NULL: the first view, no filter */
	int64_t refresh_ms;                /* 0: as configured; -1: only on change */
	bool no_color, ascii, demo;
	int64_t fixed_now_ms;              /* 0: the wall clock */
	int     w, h;                      /* of app_once; app_run asks the terminal */
	bool    cached;                    /* app_once: do not ask AWS */
	void  (*after_loop)(void *arg); void *arg;   /* the console is leaving: end the child */
	struct DrillNotes *drill;          /* NULL: no drill; what the console notes for its score card (drill.h) */
} AppSpec;

/* Runs the console until the user leaves. Returns the exit code, or -1 and *e when it could not begin. */
int app_run(uv_loop_t *loop, const AppSpec *spec, Err *e);
/* Renders one view as text into *out. */
int app_once(uv_loop_t *loop, const AppSpec *spec, Buf *out, Err *e);
/* Every key of the app and of these panes as Markdown tables, from the rows that the console itself acts on. */
void app_keys_reference(const PaneClass *const *panes, Buf *out);

#endif
