#include "store/books.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/row.h"

static int by_jobs(const void *a, const void *b)
{
	const UnpricedRow *x = a, *y = b;

	return x->jobs != y->jobs ? (x->jobs < y->jobs ? 1 : -1) : str_cmp(x->model, y->model);
}

typedef struct Sum { int64_t id; UnpricedRow row; } Sum;

static Sum *sum_of(Sum **v, size_t *cap, size_t *n, int64_t id)
{
	for (size_t i = 0; i < *n; i++)
		if ((*v)[i].id == id)
			return &(*v)[i];
	VEC_GROW(*v, *cap, *n + 1);
	(*v)[*n] = (Sum){ .id = id };
	return &(*v)[(*n)++];
}

/* Added up here and not by SQL, whose sums refuse absurd counts. */
static int add_up(Store *s, int64_t from_ms, int64_t until_ms, Sum **v, size_t *n, Err *e)
{
	static const char sql[] = "SELECT k_model, rest FROM job "
		"WHERE booked_ms >= ? AND booked_ms < ? AND flags & 4";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	size_t cap = 0;
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from_ms);
	sqlite3_bind_int64(st, 2, until_ms ? until_ms : INT64_MAX);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		Sum *one = sum_of(v, &cap, n, sqlite3_column_int64(st, 0));
		Call c = { 0 };

		one->row.jobs++;
		call_unpack(db_col_str(st, 1), &c);
		one->row.tokens = tokens_add(one->row.tokens, c.b.tokens);
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the calls without a price", e);
}

int store_unpriced(Store *s, int64_t from_ms, int64_t until_ms, Arena *a, UnpricedRow **out, size_t *n, Err *e)
{
	Sum *v = NULL;
	int rc;

	*n = 0;
	rc = add_up(s, from_ms, until_ms, &v, n, e);
	*out = ARENA_ARRAY(a, UnpricedRow, *n + 1);
	for (size_t i = 0; rc == 0 && i < *n; i++) {
		(*out)[i] = v[i].row;
		rc = db_name_text(s, v[i].id, &(*out)[i].model, e);
		(*out)[i].model = arena_str(a, (*out)[i].model);
	}
	free(v);
	if (rc == 0 && *n)
		qsort(*out, *n, sizeof **out, by_jobs);
	return rc;
}
