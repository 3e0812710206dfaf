#include "sim/insights_own.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "sim/rng.h"

enum { TABLE_FIRST = 64, ROW_ROOM = 2 };

Insights *insights_new(Str text, int64_t limit, size_t *from, size_t *to, Err *e)
{
	Insights *q = xcalloc(1, sizeof *q);

	q->limit = limit;
	if (insights_parse(q, text, from, to, e) < 0) {
		insights_free(q);
		return NULL;
	}
	if (!q->columns) {
		q->column[q->columns++] = (Column){ STR("@timestamp"), NULL };
		q->column[q->columns++] = (Column){ STR("@message"), NULL };
		for (int i = 0; i < q->columns; i++) {
			q->column[i].node = ARENA_NEW(&q->arena, Node);
			*q->column[i].node = (Node){ .kind = N_FIELD, .name = q->column[i].label };
		}
	}
	return q;
}

static void value_done(Value *v)
{
	free((char *)(uintptr_t)v->text.p);      /* own_value made it */
}

static Value own_value(Value v)
{
	v.text = v.text.n ? (Str){ xstrndup(v.text.p, v.text.n), v.text.n } : (Str){0};
	return v;
}

static void row_free(Row *r)
{
	for (int i = 0; i <= COLUMNS_MAX; i++)        /* the last one may be @ptr */
		value_done(&r->cell[i]);
	for (int i = 0; i < SORTS_MAX; i++)
		value_done(&r->key[i]);
	free(r);
}

static void group_free(Group *g)
{
	for (int i = 0; i < BY_MAX; i++)
		value_done(&g->by[i]);
	for (int i = 0; i < AGGS_MAX; i++) {
		free(g->agg[i].values);
		free(g->agg[i].seen);
	}
	free(g);
}

void insights_free(Insights *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < q->rows; i++)
		row_free(q->row[i]);
	for (size_t i = 0; i < q->table_size; i++)
		if (q->table[i])
			group_free(q->table[i]);
	for (Node *n = q->regexes; n; n = n->next_regex)
		regfree(n->re);
	free(q->row);
	free(q->table);
	arena_done(&q->scratch);
	arena_done(&q->arena);
	free(q);
}

/* --- groups --- */

static Group **find_slot(Group **table, size_t size, uint64_t hash, const Value *by, int n)
{
	for (size_t i = (size_t)hash & (size - 1);; i = (i + 1) & (size - 1)) {
		bool same = table[i] && table[i]->hash == hash;
		for (int k = 0; same && by && k < n; k++)
			same = table[i]->by[k].kind == by[k].kind && insights_compare(table[i]->by[k], by[k]) == 0;
		if (!table[i] || (same && by))
			return &table[i];
	}
}

static void grow(Insights *q)
{
	size_t size = q->table_size ? 2 * q->table_size : TABLE_FIRST;
	Group **table = xcalloc(size, sizeof *table);

	for (size_t i = 0; i < q->table_size; i++)
		if (q->table[i])
			*find_slot(table, size, q->table[i]->hash, NULL, 0) = q->table[i];
	free(q->table);
	q->table = table;
	q->table_size = size;
}

static Group *group_of(Insights *q, Err *e)
{
	Value by[BY_MAX] = { { 0 } };
	uint64_t hash = 1;
	Group **slot;

	for (int i = 0; i < q->by; i++) {
		by[i] = insights_eval(q, q->column[i].node);
		hash = rng_join(hash, rng_join(by[i].kind, str_hash(insights_text(&q->scratch, by[i]))));
	}
	if (2 * q->groups >= q->table_size)
		grow(q);
	slot = find_slot(q->table, q->table_size, hash, by, q->by);
	if (*slot)
		return *slot;
	if (q->groups == INSIGHTS_GROUPS) {
		(void)err_set(e, "the query makes more than %d groups", INSIGHTS_GROUPS);
		return NULL;
	}
	*slot = xcalloc(1, sizeof **slot);
	(*slot)->hash = hash;
	for (int i = 0; i < q->by; i++)
		(*slot)->by[i] = own_value(by[i]);
	q->groups++;
	return *slot;
}

static void count_distinct(AggState *s, uint64_t hash)
{
	/* Sorted: half the list is looked at, not all of it. */
	size_t lo = 0, hi = s->n_kept;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (s->seen[mid] < hash)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < s->n_kept && s->seen[lo] == hash)
		return;
	VEC_GROW(s->seen, s->cap, s->n_kept + 1);
	memmove(s->seen + lo + 1, s->seen + lo, (s->n_kept - lo) * sizeof *s->seen);
	s->seen[lo] = hash;
	s->n_kept++;
}

static void aggregate(Insights *q, const Node *agg, AggState *s)
{
	Value v = agg->args ? insights_eval(q, agg->arg[0]) : (Value){ V_NUM, 1, {0} };
	double x;

	if (v.kind == V_NONE)
		return;
	if (agg->code == AGG_DISTINCT) {
		count_distinct(s, str_hash(insights_text(&q->scratch, v)));
		return;
	}
	if (agg->code != AGG_COUNT && !insights_number(v, &x))
		return;
	s->n++;
	if (agg->code == AGG_COUNT)
		return;
	s->min = s->n == 1 || x < s->min ? x : s->min;
	s->max = s->n == 1 || x > s->max ? x : s->max;
	s->sum += x;
	if (agg->code == AGG_PCT) {
		VEC_GROW(s->values, s->cap, s->n_kept + 1);
		s->values[s->n_kept++] = x;
	}
}

/* --- rows --- */

static int compare_rows(const Insights *q, const Row *a, const Row *b)
{
	for (int i = 0; i < q->sorts; i++) {
		int c = insights_compare(a->key[i], b->key[i]);
		if (c)
			return q->sort[i].down ? -c : c;
	}
	/* The service gives the newest events first when nothing else was asked for. */
	return a->t_ms != b->t_ms ? a->t_ms < b->t_ms ? 1 : -1 : 0;
}

static int by_order(const void *a, const void *b, void *q)
{
	return compare_rows(q, *(Row *const *)a, *(Row *const *)b);
}

static void sort_rows(Insights *q)
{
	if (q->rows)
		qsort_r(q->row, q->rows, sizeof(Row *), by_order, q);
	while (q->rows > (size_t)q->limit)
		row_free(q->row[--q->rows]);
}

static void add_row(Insights *q, Row *r)
{
	VEC_GROW(q->row, q->row_cap, q->rows + 1);
	q->row[q->rows++] = r;
	/* What can no longer be among the first rows is let go now and then. */
	if (q->rows >= (size_t)q->limit * ROW_ROOM + 1000)
		sort_rows(q);
}

static void add_event(Insights *q)
{
	Row *r = xcalloc(1, sizeof *r);

	r->t_ms = q->line->t_ms;
	for (int i = 0; i < q->columns; i++)
		r->cell[i] = own_value(insights_eval(q, q->column[i].node));
	r->cell[q->columns] = own_value(insights_eval(q, &(Node){ .kind = N_FIELD, .name = STR("@ptr") }));
	for (int i = 0; i < q->sorts; i++)
		r->key[i] = own_value(insights_eval(q, q->sort[i].node));
	add_row(q, r);
}

static Value column_value(const Insights *q, const Row *r, Str label)
{
	for (int i = 0; i < q->columns; i++)
		if (str_eq(q->column[i].label, label))
			return r->cell[i];
	return (Value){0};
}

static void add_group(Insights *q, const Group *g)
{
	Row *r = xcalloc(1, sizeof *r);
	Value v;

	q->group = g;
	arena_reset(&q->scratch);
	for (int i = 0; i < q->columns; i++) {
		v = i < q->by ? g->by[i] : insights_eval(q, q->column[i].node);
		r->cell[i] = own_value(v);
		if (i == 0 && v.kind == V_TIME)
			r->t_ms = (int64_t)v.num;
	}
	for (int i = 0; i < q->sorts; i++)
		r->key[i] = own_value(column_value(q, r, q->sort[i].text));
	VEC_GROW(q->row, q->row_cap, q->rows + 1);
	q->row[q->rows++] = r;
}

static int take_event(Insights *q, Err *e)
{
	Group *g;

	for (int i = 0; i < q->filters; i++)
		if (!insights_true(insights_eval(q, q->filter[i])))
			return 0;
	q->count.matched++;
	if (!q->stats) {
		add_event(q);
		return 0;
	}
	if (!(g = group_of(q, e)))
		return -1;
	for (int i = 0; i < q->aggs; i++)
		aggregate(q, q->agg[i], &g->agg[i]);
	return 0;
}

int insights_feed(Insights *q, const FleetLine *line, Str log, Err *e)
{
	int rc;

	arena_reset(&q->scratch);
	q->line = line;
	q->log = log;
	q->doc_read = false;
	q->count.scanned++;
	q->count.bytes += (int64_t)line->text.n;
	rc = take_event(q, e);
	q->line = NULL;                /* borrowed until here */
	return rc;
}

InsightsCount insights_count(const Insights *q)
{
	return q->count;
}

size_t insights_rows(Insights *q)
{
	if (q->stats) {
		while (q->rows)
			row_free(q->row[--q->rows]);
		for (size_t i = 0; i < q->table_size; i++)
			if (q->table[i])
				add_group(q, q->table[i]);
	}
	sort_rows(q);
	return q->rows;
}

static void put_cell(JsonW *w, Arena *a, Str label, Value v)
{
	if (v.kind == V_NONE)
		return;
	jw_object(w);
	jw_kstr(w, "field", label);
	jw_kstr(w, "value", v.text.n || v.kind != V_TEXT ? insights_text(a, v) : STR(""));
	jw_object_end(w);
}

void insights_put_row(const Insights *q, size_t i, JsonW *w)
{
	const Row *r = q->row[i];
	Arena a = {0};
	bool pointer = !q->stats;

	jw_array(w);
	for (int k = 0; k < q->columns; k++) {
		put_cell(w, &a, q->column[k].label, r->cell[k]);
		pointer &= !str_is(q->column[k].label, "@ptr");
	}
	if (pointer)
		put_cell(w, &a, STR("@ptr"), r->cell[q->columns]);
	jw_array_end(w);
	arena_done(&a);
}
