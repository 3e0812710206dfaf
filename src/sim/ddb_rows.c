#include "sim/ddb_rows.h"

#include <stdlib.h>

#include "base/xalloc.h"

/* Two ordered streams become one: SQLite is stepped from inside the callback that delivers made rows. Made rows with
 * equal sort keys are gathered first and put into the order of their primary keys, as the index has them. */
typedef struct Merge {
	DdbCall        *call;
	const DdbRange *range;
	DdbRowFn        fn;
	void           *arg;
	sqlite3_stmt   *st;
	bool            have_written;   /* `written` is the next row of st */
	DdbRow          written;
	DdbRow         *ties;
	size_t          n_ties, cap_ties;
	bool            stopped;
} Merge;

static int cmp_rows(const DdbRow *a, const DdbRow *b)
{
	int c = str_cmp(a->sort, b->sort);

	if (!c)
		c = str_cmp(a->key.hk, b->key.hk);
	return c ? c : str_cmp(a->key.rk, b->key.rk);
}

static int in_order(const Merge *m, const DdbRow *a, const DdbRow *b)
{
	return m->range->backward ? cmp_rows(b, a) : cmp_rows(a, b);
}

static void fetch_written(Merge *m)
{
	DdbCall *c = m->call;
	int rc = sqlite3_step(m->st);

	m->have_written = rc == SQLITE_ROW;
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		(void)ddb_fail(c, "InternalServerError", "state: %s", sqlite3_errmsg(c->ddb->db));
	if (!m->have_written)
		return;
	m->written.key.hk = arena_str(c->arena, ddb_column(m->st, 0));
	m->written.key.rk = arena_str(c->arena, ddb_column(m->st, 1));
	m->written.sort = arena_str(c->arena, ddb_column(m->st, 3));
	m->written.item = av_item_from_text(c, ddb_column(m->st, 2));
	if (!m->written.item)
		m->have_written = false;
}

/* Hands one row out if it lies in the range. false when there can be no more. */
static bool deliver(Merge *m, const DdbRow *row)
{
	const DdbRange *r = m->range;
	const DdbRow start = { .sort = r->start_sort, .key = r->start };

	if (m->call->code || m->stopped)
		return false;
	if (r->backward ? r->has_low && str_cmp(row->sort, r->low) < 0 : r->has_high && str_cmp(row->sort, r->high) > 0)
		m->stopped = true;
	else if (!(r->backward ? r->has_high && str_cmp(row->sort, r->high) > 0 : r->has_low && str_cmp(row->sort, r->low) < 0) &&
	         !(r->has_start && in_order(m, row, &start) <= 0))
		m->stopped = !m->fn(m->arg, row);
	return !m->stopped && !m->call->code;
}

static bool deliver_written_before(Merge *m, const DdbRow *row)
{
	while (m->have_written && (!row || in_order(m, &m->written, row) < 0)) {
		if (!deliver(m, &m->written))
			return false;
		fetch_written(m);
	}
	return !m->call->code;
}

static int by_key(const void *a, const void *b)
{
	return cmp_rows(a, b);
}

static bool flush_ties(Merge *m)
{
	if (m->n_ties > 1)
		qsort(m->ties, m->n_ties, sizeof *m->ties, by_key);
	for (size_t i = 0; i < m->n_ties; i++) {
		const DdbRow *row = &m->ties[m->range->backward ? m->n_ties - 1 - i : i];

		if (!deliver_written_before(m, row) || !deliver(m, row))
			return false;
	}
	m->n_ties = 0;
	return true;
}

static bool on_made_row(void *arg, Str range_key, Str item_json)
{
	Merge *m = arg;
	DdbCall *c = m->call;
	DdbRow row = { .sort = arena_str(c->arena, range_key), .item = av_item_from_text(c, item_json) };

	if (!row.item || ddb_item_key(c, m->range->table, row.item, &row.key) < 0)
		return false;
	if (m->n_ties && !str_eq(m->ties[0].sort, row.sort) && !flush_ties(m))
		return false;
	if (ddb_written(c, m->range->table, row.key))
		return true;
	VEC_GROW(m->ties, m->cap_ties, m->n_ties + 1);
	m->ties[m->n_ties++] = row;
	return true;
}

int ddb_each_in_range(DdbCall *c, const DdbRange *r, DdbRowFn fn, void *arg)
{
	Merge m = { .call = c, .range = r, .fn = fn, .arg = arg };
	bool from_start = r->has_start, from_bound = r->backward ? r->has_high : r->has_low;
	Str bound = r->backward ? r->high : r->low, from = from_start ? r->start_sort : from_bound ? bound : STR("");
	const SimRows *rows = r->table->rows;

	/* The start key lies inside the range, unless somebody made it up. */
	if (from_start && from_bound && (r->backward ? str_cmp(bound, from) < 0 : str_cmp(bound, from) > 0))
		from = bound;
	m.st = ddb_sql(c->ddb, r->index ? (r->backward ? SQL_INDEX_BACK : SQL_INDEX) : r->backward ? SQL_QUERY_BACK : SQL_QUERY);
	if (!m.st)
		return ddb_fail(c, "InternalServerError", "state: %s", sqlite3_errmsg(c->ddb->db));
	(void)sqlite3_bind_text(m.st, 1, r->table->name, -1, SQLITE_STATIC);
	ddb_bind(m.st, 2, r->hash);
	if (!r->backward || from_start || from_bound)
		ddb_bind(m.st, 3, from);
	fetch_written(&m);
	if (rows && !c->code)
		rows->each(rows->arg, r->index ? r->table->gsi : "", r->hash, from, r->backward, on_made_row, &m);
	if (!c->code && !m.stopped && flush_ties(&m))
		(void)deliver_written_before(&m, NULL);
	(void)sqlite3_reset(m.st);
	free(m.ties);
	return c->code ? -1 : 0;
}

/* A whole table: first the made rows in their own order (a written one in the place of the row that it hides), then the
 * written rows that hide none. So a start key has one place in the walk, whatever was written meanwhile. */
typedef struct Walk {
	DdbCall        *call;
	const DdbTable *table;
	const DdbKey   *skip_to;        /* made rows up to and including this one were seen on earlier pages */
	DdbRowFn        fn;
	void           *arg;
	bool            stopped;
} Walk;

static bool on_walked_row(void *arg, Str range_key, Str item_json)
{
	Walk *w = arg;
	DdbCall *c = w->call;
	DdbRow row = { .item = av_item_from_text(c, item_json) };

	(void)range_key;
	if (!row.item || ddb_item_key(c, w->table, row.item, &row.key) < 0)
		return false;
	if (w->skip_to) {
		if (str_eq(row.key.hk, w->skip_to->hk) && str_eq(row.key.rk, w->skip_to->rk))
			w->skip_to = NULL;
		return true;
	}
	if (ddb_written(c, w->table, row.key) && ddb_load(c, w->table, row.key, &row.item) < 0)
		return false;
	w->stopped = row.item && !w->fn(w->arg, &row);
	return !w->stopped && !c->code;
}

static void walk_written(Walk *w, const DdbKey *start)
{
	DdbCall *c = w->call;
	sqlite3_stmt *st = ddb_sql(c->ddb, SQL_SCAN);
	int rc = SQLITE_DONE;

	if (!st) {
		(void)ddb_fail(c, "InternalServerError", "state: %s", sqlite3_errmsg(c->ddb->db));
		return;
	}
	(void)sqlite3_bind_text(st, 1, w->table->name, -1, SQLITE_STATIC);
	ddb_bind(st, 2, start ? start->hk : STR(""));
	ddb_bind(st, 3, start ? start->rk : STR(""));
	while (!w->stopped && !c->code && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		DdbRow row = { .key = { arena_str(c->arena, ddb_column(st, 0)), arena_str(c->arena, ddb_column(st, 1)) } };

		if (ddb_has_base(c, w->table, row.key))
			continue;
		row.item = av_item_from_text(c, ddb_column(st, 2));
		w->stopped = row.item && !w->fn(w->arg, &row);
	}
	if (rc != SQLITE_ROW && rc != SQLITE_DONE)
		(void)ddb_fail(c, "InternalServerError", "state: %s", sqlite3_errmsg(c->ddb->db));
	(void)sqlite3_reset(st);
}

int ddb_each_in_table(DdbCall *c, const DdbTable *t, const DdbKey *start, DdbRowFn fn, void *arg)
{
	Walk w = { .call = c, .table = t, .fn = fn, .arg = arg };
	bool in_written = start && !ddb_has_base(c, t, *start);

	if (!in_written)
		w.skip_to = start;
	if (t->rows && !in_written)
		t->rows->each(t->rows->arg, "", STR(""), start ? start->hk : STR(""), false, on_walked_row, &w);
	if (!w.stopped && !c->code)
		walk_written(&w, in_written ? start : NULL);
	return c->code ? -1 : 0;
}
