/* What others do, while the console is open: moves under way, within their verification or of unknown end, and stops that hold (ops_seen.h). The
 * journal is read again when its file has changed, the registry's word when its feeds have news. For app/ files only. */
#ifndef APP_OPS_WATCH_H
#define APP_OPS_WATCH_H

#include "app/ops_seen.h"
#include "app/pane.h"
#include "app/proof.h"

typedef struct OpsWatch OpsWatch;

void ops_tick(App *a);
void ops_free(App *a);                   /* after the loop */

/* A move that this console did not send, or sent before its last one, and what is proved of it; NULL: none is to be shown. *more: how many
 * others there are. past: also one whose verification is over (":strip"), as long as it is pinned. */
const SeenMove *ops_move(const App *a, bool past, const ProofTrack **proof, int *more);
/* All traffic went from one version to another one, which is to serve: that can be proved. */
bool ops_provable(const SeenMove *m);

#endif
