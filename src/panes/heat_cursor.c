/* Where the heatmap's cursor stands: it follows its object, and starts on what is happening now. */
#include "panes/heat_own.h"

#include <string.h>

#include "base/num.h"
#include "wire/time8601.h"

int heat_running(const Grid *g, const World *w)
{
	int64_t at = floor_div(w->now_ms, 3600000) - g->from_hour;

	/* Inside the grid whatever the clock says: it may have been set back since the snapshot was made. */
	return at < 0 ? 0 : at >= (int64_t)g->rows * g->cols ? g->rows * g->cols - 1 : (int)at;
}

/* Where it stands until a person moves it: on what is happening now, or on the dearest. */
static void start_cursor(HeatPane *s, const World *w)
{
	CivilTime t = time_civil(w->now_ms + w->offset_ms);

	s->row = s->col = 0;
	if (s->axes == GRID_TENANT_WEEK)
		s->col = s->cols - 1;
	else if (s->axes == GRID_WEEKDAY_HOUR) {
		s->row = (t.weekday + 6) % 7;
		s->col = t.hour;
	} else if (s->axes == GRID_DATE_HOUR) {
		s->row = heat_running(s->grid, w) / 24;
		s->col = heat_running(s->grid, w) % 24;
	}
}

static void keep_cursor(HeatPane *s, const World *w)
{
	const Grid *g = s->grid;
	int running = heat_running(g, w);

	if (s->axes == GRID_DATE_HOUR) {
		int64_t at = s->at_hour - g->from_hour;

		/* At midnight the grid moves on by a day; the cursor stays on its hour. */
		at = at < 0 ? 0 : at > running ? running : at;
		s->row = (int)at / 24;
		s->col = (int)at % 24;
		return;
	}
	for (int r = 0; r < g->rows && s->axes != GRID_WEEKDAY_HOUR; r++)
		if (strcmp(g->row[r].key, s->at_key) == 0 && strcmp(g->row[r].context, s->at_context) == 0)
			s->row = r;
	for (int c = 0; c < s->cols && g->col_key; c++)
		if (strcmp(g->col_key[c], s->at_col) == 0)
			s->col = c;
	s->row = s->row < g->rows ? s->row : g->rows - 1;
	s->col = s->col < s->cols ? s->col : s->cols - 1;
}

static void remember(HeatPane *s)
{
	const Grid *g = s->grid;

	s->at_hour = g->from_hour + s->row * g->cols + s->col;
	memcpy(s->at_key, g->row[s->row].key, sizeof s->at_key);
	memcpy(s->at_context, g->row[s->row].context, sizeof s->at_context);
	memcpy(s->at_col, g->col_key ? g->col_key[s->col] : "", g->col_key ? sizeof s->at_col : 1);
}

/* Back from the jobs of a cell: that cell is still the chosen one. */
static void find_chosen(HeatPane *s, const World *w)
{
	const Grid *g = s->grid;
	CostCell c;

	if (!w->cell.until_hour || w->cell_axes != (int)s->axes || s->opened)
		return;
	for (int i = 0; i < g->rows * g->cols && !s->moved; i++) {
		grid_cell(g, i / g->cols, i % g->cols, &c);
		if (!cell_same(&c, &w->cell) || (s->axes == GRID_DATE_HOUR && i == heat_running(g, w)))
			continue;
		s->row = i / g->cols;
		s->col = i % g->cols;
		s->moved = true;
		remember(s);
	}
}

void heat_place(HeatPane *s, const World *w)
{
	const Grid *g = s->grid;

	s->running = heat_running(g, w);
	find_chosen(s, w);
	s->opened = true;
	if (s->moved)
		keep_cursor(s, w);
	else
		start_cursor(s, w);
	remember(s);
	if (s->row < s->top)
		s->top = s->row;
	if (s->row >= s->top + s->body)
		s->top = s->row - s->body + 1;
	if (s->top + s->body > g->rows)
		s->top = g->rows > s->body ? g->rows - s->body : 0;
}

static bool may_stand(const HeatPane *s, int row, int col)
{
	const Grid *g = s->grid;

	if (row < 0 || row >= g->rows || col < 0 || col >= s->cols)
		return false;
	/* Hours to come, and versions that an agent does not have, are no cells. */
	return s->axes == GRID_DATE_HOUR ? row * 24 + col <= s->running : s->axes != GRID_AGENT_VERSION || g->cell[row * g->cols + col].key[0];
}

/* Where it may stand; else it stays. */
static void move(HeatPane *s, int row, int col)
{
	const Grid *g = s->grid;

	/* Along the hours of a week a row goes on in the next one. */
	if (g->cols == 24 && (col < 0 || col > 23)) {
		row += col < 0 ? -1 : 1;
		col = col < 0 ? 23 : 0;
	}
	while (s->axes == GRID_AGENT_VERSION && col > 0 && row >= 0 && row < g->rows && !g->cell[row * g->cols + col].key[0])
		col--;
	if (!may_stand(s, row, col))
		return;
	s->row = row;
	s->col = col;
	s->moved = s->axes != GRID_DATE_HOUR || !g->cell[row * 24 + col].running;
	remember(s);
}

static void move_to_end(HeatPane *s)
{
	const Grid *g = s->grid;

	s->moved = s->axes != GRID_DATE_HOUR;
	if (s->moved)
		move(s, g->rows - 1, s->col);
}

int heat_key(Pane *p, Key k)
{
	HeatPane *s = p->state;
	bool plain = k.kind == KEY_CHAR && !k.mod;

	if (!s->grid)
		return PANE_IGNORED;
	if (k.kind == KEY_LEFT || (plain && k.ch == 'h'))
		move(s, s->row, s->col - 1);
	else if (k.kind == KEY_RIGHT || (plain && k.ch == 'l'))
		move(s, s->row, s->col + 1);
	else if (k.kind == KEY_UP || (plain && k.ch == 'k'))
		move(s, s->row - 1, s->col);
	else if (k.kind == KEY_DOWN || (plain && k.ch == 'j'))
		move(s, s->row + 1, s->col);
	else if (k.kind == KEY_PAGE_UP)
		move(s, s->row > s->body ? s->row - s->body : 0, s->col);
	else if (k.kind == KEY_PAGE_DOWN)
		move(s, s->row + s->body < s->grid->rows ? s->row + s->body : s->grid->rows - 1, s->col);
	else if (k.kind == KEY_HOME || (plain && k.ch == 'g'))
		move(s, 0, s->axes == GRID_DATE_HOUR ? 0 : s->col);
	else if (k.kind == KEY_END || (plain && k.ch == 'G'))
		move_to_end(s);
	else
		return PANE_IGNORED;
	p->dirty = true;
	return PANE_HANDLED;
}

void heat_next_basis(Pane *p)
{
	HeatPane *s = p->state;

	s->basis = (Basis)((s->basis + 1) % BASES);
}

void heat_explain_cell(Pane *p)
{
	HeatPane *s = p->state;
	CostCell cell;

	if (!s->grid)
		return;
	grid_cell(s->grid, s->row, s->col, &cell);
	app_explain(p->app, &cell);
}
