/* What others do, while the console is open: moves under way, within their verification or of unknown end, and stops that hold (ops_seen.h). The
 * journal is read again when its file has changed, the registry's word when its feeds have news. For app/ files only. */
#ifndef APP_OPS_WATCH_H
#define APP_OPS_WATCH_H

#include "app/ops_seen.h"
#include "app/pane.h"
#include "app/proof.h"
#include "app/watch.h"

typedef struct OpsWatch OpsWatch;

void ops_tick(App *a);
void ops_free(App *a);                   /* after the loop */

/* A move that this console did not send, or sent before its last one, and what is proved of it. */
typedef struct OpsMove {
	const SeenMove *m;                       /* NULL: none is to be shown */
	const ProofTrack *proof;
	const Watch *w;                          /* whose context it is in */
	int more;                                /* how many others there are */
} OpsMove;
/* past: also one whose verification is over (":strip"), as long as it is pinned. */
OpsMove ops_move(const App *a, bool past);
/* Those of unknown end but the errand, also what a person has hidden. Returns how many. */
typedef struct OpsUnknown { const Watch *w; const MoveView *v; } OpsUnknown;
size_t ops_unknown(const App *a, OpsUnknown *out, size_t most);
void ops_hide(App *a, const SeenMove *m);        /* of unknown end, and it was read: shown again when it is asked for */
/* All traffic went from one version to another one, which is to serve: that can be proved. */
bool ops_provable(const SeenMove *m);

#endif
