#include "panes/panes.h"

#include "base/err.h"

enum { HEAD_ROWS = 4 };          /* of a pane's title and of what failed in it */

Role fresh_role(Fresh f)
{
	static const Role role[] = {
		[FRESH_OK] = ROLE_DIM,       [FRESH_LOADING] = ROLE_INFO, [FRESH_STALE] = ROLE_STALE,
		[FRESH_FAILED] = ROLE_ERROR, [FRESH_EMPTY] = ROLE_DIM,
	};

	return role[f];
}

Clean pane_lacks(const Pane *p, const World *w, Arena *a)
{
	const char *lacks = world_lacks(w, p->cls->feeds);

	return *lacks ? clean_text(a, arena_printf(a, "no %s", lacks), 0) : clean_own("");
}

Clean pane_as_of(const Pane *p, const World *w, Arena *a)
{
	char at[32];

	world_as_of(w, p->cls->feeds, at);
	return *at ? clean_ownf(a, "@%s", at) : clean_own("");
}

Clean pane_dated(const Pane *p, const World *w, Clean line, Role *role, Arena *a)
{
	Clean at = pane_as_of(p, w, a);

	if (!at.n)
		return line;
	*role = ROLE_STALE;
	return clean_ownf(a, "%s %s", at.p, line.p);
}

Clean pane_cut(Arena *a, Clean c, int columns)
{
	enum { LEAST_HEAD = 12 };
	size_t at = err_remedy(c.p, c.n);
	Clean remedy, head;

	if (c.columns <= columns)
		return c;
	remedy = clean_text(a, (Str){ c.p + at, c.n - at }, 0);
	if (!remedy.n || remedy.columns + LEAST_HEAD > columns)
		return clean_cut_middle(a, c, columns);
	head = clean_cut(a, clean_text(a, (Str){ c.p, at }, 0), columns - remedy.columns - 1);
	return clean_text(a, arena_printf(a, "%.*s %.*s", (int)head.n, head.p, (int)remedy.n, remedy.p), 0);
}

/* In at most so many rows: what they lose where a word goes to the next one is not known before. */
static Clean cut_to_rows(Arena *a, Clean c, int w, int rows)
{
	int room = rows * w;
	Clean cut;

	do
		cut = pane_cut(a, c, room--);
	while (clean_rows(cut, w) > rows && room > w);
	return cut;
}

Box pane_head(Box b, const Pane *p, Clean title, Fresh fresh, Clean state)
{
	int x = draw_text(b, 0, 0, p->focused ? ROLE_BORDER_FOCUS : ROLE_TITLE, title);

	int used = 1, most = b.h < HEAD_ROWS ? b.h : HEAD_ROWS;
	Arena scratch = { 0 };
	Clean line;

	if (state.n && x + 2 + state.columns <= b.w) {
		draw_text(b, x + 2, 0, fresh_role(fresh), state);
		return box_sub(b, 0, 1, b.w, b.h - 1);
	}
	/* What failed and what to do about it is worth the rows that it takes. */
	state = cut_to_rows(&scratch, state, b.w, most - 1);
	while (used < most && clean_wrap(&state, b.w, &line))
		draw_text(b, 0, used++, fresh_role(fresh), line);
	arena_done(&scratch);
	return box_sub(b, 0, used, b.w, b.h - used);
}

void pane_empty(Box b, Fresh fresh, const char *nothing_text)
{
	if (b.h < 2)
		return;
	draw_own(b, 2, 1, ROLE_DIM, fresh == FRESH_LOADING ? "loading ..." : nothing_text);
}

void pane_table(Box b, const Pane *p, const Table *t, Clean title, Fresh fresh, Clean state, Clean empty)
{
	Box in = pane_head(b, p, title, fresh, state);
	Arena scratch = { 0 };

	table_draw(t, in, p->focused, &scratch);
	if (!t->n)
		pane_empty(in, fresh, empty.p);
	arena_done(&scratch);
}

const PaneClass *const pane_classes[] = {
	&pane_vitals, &pane_money, &pane_movers, &pane_jobs, &pane_heatmap, &pane_contributors, &pane_changes, &pane_budget, &pane_trust,
	&pane_timeline, &pane_completion, &pane_alerts, &pane_week, &pane_contexts, &pane_outcomes,
	&pane_cache, &pane_quotas, &pane_day, &pane_pointers, &pane_versions, &pane_playground, &pane_templates, &pane_evals,
	NULL,
};
