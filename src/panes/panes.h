/* All pane kinds there are. A new one is a file, a table in it, and a row here. */
#ifndef PANES_PANES_H
#define PANES_PANES_H

#include "app/pane.h"

extern const PaneClass pane_vitals, pane_money, pane_movers, pane_jobs, pane_heatmap, pane_contributors;

extern const PaneClass *const pane_classes[];       /* ends with NULL */

/* The first row of a pane: its title, and what its feeds have to say when they are not fresh, on up to three rows more
 * when it does not fit. Returns the box below. */
Box pane_head(Box b, const Pane *p, Clean title, Fresh fresh, Clean state);
Role fresh_role(Fresh f);
/* In the middle of an empty pane. */
void pane_empty(Box b, Fresh fresh, const char *nothing_text);

#endif
