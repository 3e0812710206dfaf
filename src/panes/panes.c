#include "panes/panes.h"

static Role fresh_role(Fresh f)
{
	static const Role role[] = {
		[FRESH_OK] = ROLE_DIM,       [FRESH_LOADING] = ROLE_INFO, [FRESH_STALE] = ROLE_STALE,
		[FRESH_FAILED] = ROLE_ERROR, [FRESH_EMPTY] = ROLE_DIM,
	};

	return role[f];
}

Box pane_head(Box b, const Pane *p, Clean title, Fresh fresh, Clean state)
{
	int x = draw_text(b, 0, 0, p->focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, title);

	if (state.n && x + 3 < b.w)
		draw_text(box_sub(b, x + 2, 0, b.w - x - 2, 1), 0, 0, fresh_role(fresh), state);
	return box_sub(b, 0, 1, b.w, b.h - 1);
}

void pane_empty(Box b, Fresh fresh, const char *nothing_text)
{
	if (b.h < 2)
		return;
	draw_own(b, 2, 1, ROLE_DIM, fresh == FRESH_LOADING ? "loading ..." : nothing_text);
}

const PaneClass *const pane_classes[] = {
	&pane_vitals, &pane_money, &pane_movers, &pane_jobs, &pane_heatmap, &pane_contributors, NULL,
};
