/* Which sessions an agent has, as far as its logs say: AWS lists none. Asked of the context's log groups once, when somebody wants to stop
 * them; nothing is kept. For app/ files only. */
#ifndef APP_SESSION_IDS_H
#define APP_SESSION_IDS_H

#include "app/pane.h"
#include "app/watch.h"

enum { SESSION_IDS_MINUTES = 15 };

typedef struct SessionIds {
	char list[ACT_SESSIONS];                     /* "ID,ID": as the lines came, each once */
	int  n;
	bool more;                                   /* than fit, or than were looked for */
	char why[200];                               /* why not all that there are were asked; empty: they were */
} SessionIds;

/* version: as the platform calls it; empty: of all versions. tell comes once, unless the contexts have changed by then. serial: for tell. */
typedef void SessionIdsTell(App *a, uint64_t serial, const SessionIds *found);
void session_ids_ask(App *a, Watch *w, const ActOn *of, uint64_t serial, SessionIdsTell *tell);

#endif
