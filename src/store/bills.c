/* How calls are booked, one after the other: for those who take an amount apart. */
#include "store/bills.h"

#include "store/row.h"

enum { FIRST_KEY = 3 };
#define KEY_IS(column, at) " AND (?" #at " < 0 OR " column " = ?" #at ")"

static int bill_of(Store *s, const Call *c, Arena *a, Bill *b, Err *e)
{
	LineQuery q = { .call = c->id, .line = c->line, .call_only = true };
	LogLine *line = NULL;
	Job own = { 0 };

	detail_unpack(arena_str(a, c->detail), &own);
	*b = (Bill){ .job_id = c->kind == CALL_LONE ? STR("") : arena_str(a, c->job_id), .request_id = own.request_id, .tier = own.service_tier,
	             .booked_ms = c->b.booked_ms, .source = c->b.source, .nusd = c->b.nusd, .unpriced = c->b.unpriced,
	             .has_tokens = c->b.has_tokens, .reported_nusd = c->b.reported_nusd, .tokens = c->b.tokens };
	if (db_name_text(s, c->key[DIM_MODEL], &b->model, e) < 0)
		return -1;
	b->model = arena_str(a, b->model);
	if (c->cost_lines && line_list(s, &q, a, &line, &b->lines, e) < 0)
		return -1;
	b->line = line;
	return 0;
}

static int bind_keys(Store *s, sqlite3_stmt *st, const Str key[DIM_SIMPLE], bool *known, Err *e)
{
	for (int d = DIM_ALL + 1; d <= DIM_MODEL; d++) {
		int64_t id = -1;

		if (key[d].p && db_name_find(s, key[d], &id, e) < 0)
			return -1;
		*known &= !key[d].p || id >= 0;
		sqlite3_bind_int64(st, FIRST_KEY - 1 + d, id);
	}
	return 0;
}

int store_each_bill(Store *s, const BillFilter *f, int (*each)(void *arg, const Bill *b, Err *e), void *arg, Err *e)
{
	static const char sql[] = "SELECT " CALL_COLUMNS " FROM job INDEXED BY job_booked WHERE booked_ms >= ?1 AND booked_ms < ?2"
		KEY_IS("k_tenant", 3) KEY_IS("k_persona", 4) KEY_IS("k_agent", 5) KEY_IS("k_version", 6) KEY_IS("k_model", 7) " ORDER BY booked_ms, id";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	bool known = true;
	Arena a = { 0 };
	int rc = SQLITE_DONE, stop = 0;

	if (!st || bind_keys(s, st, f->key, &known, e) < 0)
		return -1;
	sqlite3_bind_int64(st, 1, f->from_ms);
	sqlite3_bind_int64(st, 2, f->until_ms);
	while (known && stop == 0 && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		Call c;
		Bill b;

		call_read(st, &c);
		arena_reset(&a);
		stop = bill_of(s, &c, &a, &b, e) < 0 ? -1 : each(arg, &b, e);
	}
	if (stop == 0 && rc != SQLITE_DONE)
		stop = db_fail(s, "cannot read how calls are booked", e);
	sqlite3_reset(st);
	arena_done(&a);
	return stop;
}

int store_bill(Store *s, Str job_id, Arena *a, Bill *out, bool *found, Err *e)
{
	Call c;

	if (call_find(s, call_key(job_id, false), a, &c, found, e) < 0)
		return -1;
	return *found ? bill_of(s, &c, a, out, e) : 0;
}
