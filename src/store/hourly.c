/* Hourly totals and booked calls one after the other, for those who add them up in their own ways. */
#include "base/num.h"
#include "store/row.h"
#include "store/sheets.h"
#include "store/totals.h"

static const int64_t hour_ms = 3600000;

typedef struct Giving { StoreEach each; void *arg; const RollupKind *kind; bool money; } Giving;

static int give_span(Store *s, const Place *p, Str body, void *arg, Err *e)
{
	const Giving *g = arg;
	int64_t key[DIM_SIMPLE] = { 0 };
	Sums x;

	for (int i = 0; i < DIM_PARTS; i++)
		if (g->kind->part[i] != DIM_ALL)
			key[g->kind->part[i]] = p->key[i];
	if ((g->money ? sums_read_money(body, &x) : sums_read(body, &x)) < 0)
		return sheets_damaged(s, e);
	g->each(g->arg, p->at * (g->kind->span_ms / hour_ms), key, &x);
	return 0;
}

static int give_hours(Store *s, Dim by, int64_t from_hour, int64_t until_hour, Giving *g, Err *e)
{
	int64_t hours;

	g->kind = rollup_kind(dim_rollup(by));
	hours = g->kind->span_ms / hour_ms;
	return sheets_each(s, SHEETS_TOTAL, dim_rollup(by), floor_div(from_hour, hours), floor_div(until_hour, hours), give_span, g, e);
}

int store_each_hour(Store *s, Dim by, int64_t from_hour, int64_t until_hour, StoreEach each, void *arg, Err *e)
{
	return give_hours(s, by, from_hour, until_hour, &(Giving){ .each = each, .arg = arg }, e);
}

int store_each_hour_money(Store *s, Dim by, int64_t from_hour, int64_t until_hour, StoreEach each, void *arg, Err *e)
{
	return give_hours(s, by, from_hour, until_hour, &(Giving){ .each = each, .arg = arg, .money = true }, e);
}

static int give_call(Store *s, sqlite3_stmt *st, void *arg, Err *e)
{
	const Giving *g = arg;
	int64_t key[DIM_SIMPLE];
	Sums x;

	(void)s;
	(void)e;
	call_sums_read(st, &x, key);
	g->each(g->arg, floor_div(sqlite3_column_int64(st, CALL_SUM_COLUMN_COUNT), hour_ms), key, &x);
	return 0;
}

int store_each_call(Store *s, int64_t from_ms, int64_t until_ms, StoreEach each, void *arg, Err *e)
{
	static const char sql[] = "SELECT " CALL_SUM_COLUMNS ", booked_ms FROM job INDEXED BY job_booked WHERE booked_ms >= ? AND booked_ms < ?";

	return db_each(s, &(DbQuery){ sql, "cannot read the calls of an hour", give_call, { from_ms, until_ms }, 2 },
	               &(Giving){ .each = each, .arg = arg }, e);
}

int store_key_id(Store *s, Str text, int64_t *id, Err *e)
{
	return db_name_find(s, text, id, e);
}

int store_key_text(Store *s, int64_t id, Arena *a, Str *text, Err *e)
{
	if (db_name_text(s, id, text, e) < 0)
		return -1;
	*text = arena_str(a, *text);
	return 0;
}
