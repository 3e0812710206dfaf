#include "panes/table.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "conf/yaml.h"

static int column_find(const Table *t, Str name)
{
	for (int i = 0; i < t->columns; i++)
		if (str_is(name, t->column[i].name))
			return i;
	return -1;
}

static int no_column(const Table *t, const Pane *p, Str name, Err *e)
{
	const char *known[TABLE_COLUMNS + 1] = { NULL }, *near;

	for (int i = 0; i < t->columns; i++)
		known[i] = t->column[i].name;
	near = nearest_word(name, known);
	return err_kind(e, ERR_USAGE, "line %d: the pane %s has no column %.*s%s%s%s", p->node->line, p->cls->name,
					STR_ARG(name), near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
}

int table_open(Table *t, const TableColumn *columns, int n, const Pane *p, Err *e)
{
	Str sort = p->node->sort;

	*t = (Table){ .column = columns, .columns = n, .sort = -1 };
	for (size_t i = 0; i < p->node->column_count && t->shown_n < TABLE_COLUMNS; i++) {
		const ViewColumn *v = &p->node->columns[i];
		int c = column_find(t, v->name);

		if (c < 0)
			return no_column(t, p, v->name, e);
		t->width[t->shown_n] = v->width;
		t->title[t->shown_n] = v->title.n ? clean_text(&t->titles, v->title, 0) : (Clean){ "", 0, 0 };
		t->shown[t->shown_n++] = c;
	}
	t->chosen = t->shown_n > 0;
	for (int i = 0; !t->chosen && i < n; i++)
		t->shown[t->shown_n++] = i;
	if (sort.n && sort.p[0] == '-') {
		t->down = true;
		sort = str_sub(sort, 1, sort.n);
	}
	if (sort.n && (t->sort = column_find(t, sort)) < 0)
		return no_column(t, p, sort, e);
	return 0;
}

void table_close(Table *t)
{
	free(t->row);
	arena_done(&t->titles);
	*t = (Table){ 0 };
}

void table_begin(Table *t)
{
	t->n = t->total = 0;
}

TableRow *table_add(Table *t, Str key, const void *object)
{
	VEC_GROW(t->row, t->cap, t->n + 1);
	t->row[t->n] = (TableRow){ .key = key, .object = object };
	t->total++;
	return &t->row[t->n++];
}

/* --- filter --- */

static int column_of(const void *t, Str name)
{
	return column_find(t, name);
}

static bool term_matches(const Filter *f, const Term *m, const Table *t, const TableRow *r)
{
	/* The key is the whole of what an id's cell shows the tail of. */
	bool hit = m->column == FILTER_ANY && term_holds(f, m, r->key);

	for (int i = 0; i < t->columns && !hit; i++)
		if (m->column == FILTER_ANY || m->column == i)
			hit = term_holds(f, m, (Str){ r->cell[i].text.p, r->cell[i].text.n });
	return hit != m->not;
}

static bool row_matches(const Table *t, const TableRow *r, const Filter *f)
{
	for (int i = 0; i < f->terms; i++)
		if (!term_matches(f, &f->term[i], t, r))
			return false;
	return true;
}

Clean filter_nothing(Str filter, const char *const *columns, FilterColumn column, const void *arg, Arena *a)
{
	const char *near;
	Filter f;
	Str name;

	filter_parse(&f, filter, column, arg);
	name = filter_stranger(&f, column, arg);
	if (!name.n)
		return clean_own("nothing matches the filter; Esc clears it");
	near = nearest_word(name, columns);
	return clean_ownf(a, "nothing matches the filter; no column is called %s%s%s%s; Esc clears it", clean_text(a, name, 0).p,
	                  near ? ": did you mean " : "", near ? near : "", near ? "?" : "");
}

Clean table_nothing(const Table *t, Str filter, Arena *a)
{
	const char *known[TABLE_COLUMNS + 1] = { NULL };

	for (int i = 0; i < t->columns; i++)
		known[i] = t->column[i].name;
	return filter_nothing(filter, known, column_of, t, a);
}

/* --- order --- */

static int row_cmp(const void *x, const void *y, void *arg)
{
	const Table *t = arg;
	const TableRow *a = x, *b = y;
	const TableCell *ca = &a->cell[t->sort], *cb = &b->cell[t->sort];
	int c = (ca->num > cb->num) - (ca->num < cb->num);

	if (!c)
		c = str_cmp((Str){ ca->text.p, ca->text.n }, (Str){ cb->text.p, cb->text.n });
	if (t->down)
		c = -c;
	return c ? c : str_cmp(a->key, b->key);
}

static void cursor_restore(Table *t)
{
	int old = t->cursor;

	t->cursor = old < (int)t->n ? old : (int)t->n - 1;
	if (t->cursor < 0)
		t->cursor = 0;
	for (size_t i = 0; i < t->n && t->cursor_key[0]; i++)
		if (str_is(t->row[i].key, t->cursor_key)) {
			t->cursor = (int)i;
			return;
		}
}

void table_end(Table *t, Str filter)
{
	size_t kept = 0;
	Filter f;

	filter_parse(&f, filter, column_of, t);
	for (size_t i = 0; i < t->n; i++)
		if (row_matches(t, &t->row[i], &f)) {
			if (kept != i)
				t->row[kept] = t->row[i];
			kept++;
		}
	t->n = kept;
	if (t->sort >= 0 && t->n)
		qsort_r(t->row, t->n, sizeof *t->row, row_cmp, t);
	cursor_restore(t);
}

/* --- drawing --- */

static int width_of(const Table *t, int i, int rest)
{
	int w = t->width[i] ? t->width[i] : t->column[t->shown[i]].width;

	return w < 0 ? rest : w;
}

/* What is left for the one column that takes the rest. */
static int rest_width(const Table *t, int w, bool shown[TABLE_COLUMNS])
{
	const int whole = w;

	for (int i = 0; i < t->shown_n; i++) {
		int cw = width_of(t, i, 8);

		shown[i] = t->chosen || (!t->hidden[t->shown[i]] && whole >= t->column[t->shown[i]].min_pane);
		if (shown[i])
			w -= cw + 1;
	}
	return w + 1 + 8 > 8 ? w + 1 + 8 : 8;
}

void table_draw(const Table *t, Box b, bool focused, Arena *scratch)
{
	bool shown[TABLE_COLUMNS];
	int rest = rest_width(t, b.w, shown), x = 0, top = t->top, rows = b.h - 1;

	for (int i = 0; i < t->shown_n; i++) {
		const TableColumn *c = &t->column[t->shown[i]];
		int w = width_of(t, i, rest);
		Clean title = t->title[i].n ? t->title[i] : clean_own(c->title);

		if (!shown[i])
			continue;
		if (t->sort == t->shown[i]) {
			/* The arrow is worth the title's last letter. */
			while (title.columns >= w && title.n && title.n == (size_t)title.columns)
				title = (Clean){ title.p, title.n - 1, title.columns - 1 };
			title = clean_ownf(scratch, "%.*s%s", (int)title.n, title.p, t->down ? "▼" : "▲");
		}
		if (c->right)
			draw_right(b, x, 0, w, ROLE_TITLE, clean_cut(scratch, title, w));
		else
			draw_left(b, x, 0, w, ROLE_TITLE, clean_cut(scratch, title, w));
		x += w + 1;
	}
	if (t->cursor < top)
		top = t->cursor;
	if (rows > 0 && t->cursor >= top + rows)
		top = t->cursor - rows + 1;
	for (int y = 0; y < rows && top + y < (int)t->n; y++) {
		const TableRow *r = &t->row[top + y];

		x = 0;
		for (int i = 0; i < t->shown_n; i++) {
			int w = width_of(t, i, rest);
			const TableCell *cell = &r->cell[t->shown[i]];

			if (!shown[i])
				continue;
			if (t->column[t->shown[i]].right)
				draw_right(b, x, y + 1, w, cell->role, clean_cut(scratch, cell->text, w));
			else
				draw_left(b, x, y + 1, w, cell->role, clean_cut(scratch, cell->text, w));
			x += w + 1;
		}
		if (focused && top + y == t->cursor)
			draw_role(b, 0, y + 1, b.w, ROLE_SELECTED, 0);
	}
}

/* --- keys --- */

static void move(Table *t, int to, int rows)
{
	if (to >= (int)t->n)
		to = (int)t->n - 1;
	if (to < 0)
		to = 0;
	t->cursor = to;
	if (to < t->top)
		t->top = to;
	if (rows > 0 && to >= t->top + rows)
		t->top = to - rows + 1;
	if (t->n) {
		size_t n = t->row[to].key.n < sizeof t->cursor_key ? t->row[to].key.n : sizeof t->cursor_key - 1;

		memcpy(t->cursor_key, t->row[to].key.p, n);
		t->cursor_key[n] = 0;
	}
}

static int sort_key(Table *t, uint32_t ch)
{
	for (int i = 0; i < t->columns; i++) {
		if (!t->column[i].sort || (uint32_t)t->column[i].sort != ch)
			continue;
		t->down = t->sort == i ? !t->down : t->column[i].right;
		t->sort = i;
		if (t->n)
			qsort_r(t->row, t->n, sizeof *t->row, row_cmp, t);
		cursor_restore(t);
		return PANE_HANDLED;
	}
	return PANE_IGNORED;
}

int table_key(Table *t, Key k, int rows)
{
	bool plain = k.kind == KEY_CHAR && !k.mod;

	if (k.kind == KEY_DOWN || (plain && k.ch == 'j'))
		move(t, t->cursor + 1, rows);
	else if (k.kind == KEY_UP || (plain && k.ch == 'k'))
		move(t, t->cursor - 1, rows);
	else if (k.kind == KEY_PAGE_DOWN)
		move(t, t->cursor + rows, rows);
	else if (k.kind == KEY_PAGE_UP)
		move(t, t->cursor - rows, rows);
	else if (k.kind == KEY_HOME || (plain && k.ch == 'g'))
		move(t, 0, rows);
	else if (k.kind == KEY_END || (plain && k.ch == 'G'))
		move(t, (int)t->n - 1, rows);
	else if (k.kind == KEY_CHAR && !(k.mod & (MOD_CTRL | MOD_ALT)))
		return sort_key(t, k.ch);
	else
		return PANE_IGNORED;
	return PANE_HANDLED;
}

const TableRow *table_current(const Table *t)
{
	return t->n ? &t->row[t->cursor] : NULL;
}

void table_help(const Table *t, Buf *out)
{
	(void)buf_puts(out, "  sort     ");
	for (int i = 0; i < t->columns; i++)
		if (t->column[i].sort)
			(void)buf_printf(out, "%c %s  ", t->column[i].sort, t->column[i].name);
	(void)buf_puts(out, "(again turns it round)\n");
}
