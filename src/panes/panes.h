/* All pane kinds there are. A new one is a file, a table in it, and a row here. */
#ifndef PANES_PANES_H
#define PANES_PANES_H

#include "app/pane.h"
#include "panes/table.h"

extern const PaneClass pane_vitals, pane_money, pane_movers, pane_jobs, pane_heatmap, pane_contributors, pane_changes, pane_budget, pane_trust;
extern const PaneClass pane_timeline, pane_completion, pane_alerts, pane_week, pane_contexts, pane_outcomes, pane_cache, pane_quotas, pane_day;
extern const PaneClass pane_pointers, pane_versions, pane_playground, pane_templates, pane_evals;

extern const PaneClass *const pane_classes[];       /* ends with NULL */

/* The first row of a pane: its title, and what its feeds have to say when they are not fresh, on up to three rows more
 * when it does not fit. Returns the box below. */
Box pane_head(Box b, const Pane *p, Clean title, Fresh fresh, Clean state);
/* The line with the moment of which it is before it, when that is not now; *role then claims nothing. */
Clean pane_dated(const Pane *p, const World *w, Clean line, Role *role, Arena *a);
/* What failed, in so many columns: of a longer sentence the remedy at its end stays. */
Clean pane_cut(Arena *a, Clean c, int columns);
/* "no logs:FilterLogEvents" when that is why one of the pane's feeds failed; else empty. */
Clean pane_lacks(const Pane *p, const World *w, Arena *a);
/* "@18:49" when what the pane shows is known up to then only; else empty. */
Clean pane_as_of(const Pane *p, const World *w, Arena *a);
Role fresh_role(Fresh f);
/* In the middle of an empty pane. */
void pane_empty(Box b, Fresh fresh, const char *nothing_text);
/* A pane that is a table below its head; empty: what it says without a row. */
void pane_table(Box b, const Pane *p, const Table *t, Clean title, Fresh fresh, Clean state, Clean empty);

#endif
