/* SQL functions over the two kinds of bytes that hold totals: migrations use them, and a person who asks with SQL looks inside. */
#include "store/sheets.h"

#include <string.h>

#include "model/sketch.h"
#include "store/line_pack.h"
#include "store/row.h"

static Str blob(sqlite3_value *v)
{
	const void *p = sqlite3_value_blob(v);

	return (Str){ p, (size_t)sqlite3_value_bytes(v) };
}

/* sums_pack(nusd, jobs, ...): members that are not given are 0. */
static void pack_sums(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	unsigned char bytes[SUMS_BLOB_MAX];
	Sums s = { 0 };

	for (int i = 0; i < n && i < SUM_FIELDS; i++)
		sums_set_field(&s, i, sqlite3_value_int64(arg[i]));
	sqlite3_result_blob64(ctx, bytes, sums_pack(&s, bytes), SQLITE_TRANSIENT);
}

/* sums_get(sums, 'nusd') */
static void get_sums(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	Str name = { (const char *)sqlite3_value_text(arg[1]), (size_t)sqlite3_value_bytes(arg[1]) };
	char room[SUMS_CELL_MAX] = { 0 };
	Str cell = blob(arg[0]);
	Sums s;

	(void)n;
	if (cell.n <= sizeof room - SUMS_BEHIND && cell.n)
		memcpy(room, cell.p, cell.n);
	if (sums_read((Str){ room, cell.n }, &s) < 0) {
		sqlite3_result_error(ctx, "totals are damaged", -1);
		return;
	}
	for (int i = 0; i < SUM_FIELDS; i++)
		if (str_is(name, sums_field_name(i))) {
			sqlite3_result_int64(ctx, sums_field(&s, i));
			return;
		}
	sqlite3_result_error(ctx, "totals have no member of that name", -1);
}

/* sketch_count(sketch) */
static void count_of(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	Sketch s = { 0 };
	Err e = { 0 };

	(void)n;
	if (sketch_read(&s, blob(arg[0]), &e) < 0)
		sqlite3_result_error(ctx, e.text, -1);
	else
		sqlite3_result_int64(ctx, sketch_count(&s));
	sketch_done(&s);
}

/* sketch_quantile(sketch, permille): NULL when nothing is in it. */
static void quantile_of(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	int64_t permille = sqlite3_value_int64(arg[1]), ms;
	Sketch s = { 0 };
	Err e = { 0 };

	(void)n;
	if (sketch_read(&s, blob(arg[0]), &e) < 0)
		sqlite3_result_error(ctx, e.text, -1);
	else if ((ms = sketch_quantile(&s, permille < 0 ? 0 : permille > 1000 ? 1000 : (int)permille)) >= 0)
		sqlite3_result_int64(ctx, ms);
	sketch_done(&s);
}

/* The members of a call in its bytes, in the order of job_pack's arguments; texts behind them. */
enum { CALL_NUMBERS = 19, CALL_REPORTED = 11, CALL_OWN_REPORTED, CALL_CONTENT = 18, CALL_TRACE, CALL_STATUS, CALL_DETAIL, CALL_MEMBERS };
static const struct { const char *name; size_t at; } call_members[CALL_MEMBERS] = {
	{ "retries", offsetof(Call, retries) }, { "source", 0 }, { "input", offsetof(Call, b.tokens.input) },
	{ "output", offsetof(Call, b.tokens.output) }, { "cache_read", offsetof(Call, b.tokens.cache_read) },
	{ "cache_write_5m", offsetof(Call, b.tokens.cache_write_5m) }, { "cache_write_1h", offsetof(Call, b.tokens.cache_write_1h) },
	{ "cache_saved", offsetof(Call, b.cache.saved_nusd) }, { "cache_premium", offsetof(Call, b.cache.premium_nusd) },
	{ "cache_miss", offsetof(Call, b.cache.miss_nusd) }, { "cost_lines", offsetof(Call, cost_lines) },
	{ "reported", offsetof(Call, b.reported_nusd.v) }, { "own_reported", offsetof(Call, own_reported.v) },
	{ "tenant", offsetof(Call, own[OWN_TENANT]) }, { "persona", offsetof(Call, own[OWN_PERSONA]) }, { "agent", offsetof(Call, own[OWN_AGENT]) },
	{ "version", offsetof(Call, own[OWN_VERSION]) }, { "model", offsetof(Call, own[OWN_MODEL]) }, { "content", offsetof(Call, content) },
	{ "trace", offsetof(Call, trace) }, { "status", offsetof(Call, status) }, { "detail", offsetof(Call, detail) },
};
enum { CALL_SOURCE = 1 };

/* job_pack(retries, ...) */
static void pack_call(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	Buf *out = sqlite3_user_data(ctx);
	Call c = { 0 };

	(void)n;
	for (int i = 0; i < CALL_NUMBERS; i++)
		if (i != CALL_SOURCE)
			*(int64_t *)(void *)((char *)&c + call_members[i].at) = sqlite3_value_int64(arg[i]);
	c.b.source = (CostSource)sqlite3_value_int64(arg[CALL_SOURCE]);
	c.b.reported_nusd.known = sqlite3_value_type(arg[CALL_REPORTED]) != SQLITE_NULL;
	c.own_reported.known = sqlite3_value_type(arg[CALL_OWN_REPORTED]) != SQLITE_NULL;
	for (int i = CALL_TRACE; i < CALL_MEMBERS; i++)
		*(Str *)(void *)((char *)&c + call_members[i].at) = blob(arg[i]);
	buf_reset(out);
	call_pack(out, &c);
	sqlite3_result_blob64(ctx, out->p, out->n, SQLITE_TRANSIENT);
}

/* job_get(rest, 'status') */
static void get_of_call(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	Str member = { (const char *)sqlite3_value_text(arg[1]), (size_t)sqlite3_value_bytes(arg[1]) };
	Call c = { 0 };
	int i = 0;

	(void)n;
	call_unpack(blob(arg[0]), &c);
	while (i < CALL_MEMBERS && !str_is(member, call_members[i].name))
		i++;
	if (i == CALL_MEMBERS) {
		sqlite3_result_error(ctx, "jobs have no member of that name", -1);
	} else if (i == CALL_SOURCE) {
		sqlite3_result_int64(ctx, c.b.source);
	} else if (i < CALL_NUMBERS) {
		if ((i != CALL_REPORTED || c.b.reported_nusd.known) && (i != CALL_OWN_REPORTED || c.own_reported.known))
			sqlite3_result_int64(ctx, *(const int64_t *)(const void *)((const char *)&c + call_members[i].at));
	} else {
		const Str *text = (const Str *)(const void *)((const char *)&c + call_members[i].at);

		if (i == CALL_DETAIL)
			sqlite3_result_blob64(ctx, text->n ? text->p : "", text->n, SQLITE_TRANSIENT);
		else
			sqlite3_result_text64(ctx, text->n ? text->p : "", text->n, SQLITE_TRANSIENT, SQLITE_UTF8);
	}
}

static void give_opt(sqlite3_context *ctx, Opt64 v)
{
	if (v.known)
		sqlite3_result_int64(ctx, v.v);
}

/* line_get(rest, 'tenant'): the id of a name, a number, or NULL. moved_ms: what is to be added to the time that the row's id says. */
static void get_of_line(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	static const char *const names[LINE_NAMES] = { "level", "tenant", "persona", "agent", "version", "model" };
	Str member = { (const char *)sqlite3_value_text(arg[1]), (size_t)sqlite3_value_bytes(arg[1]) };
	int64_t moved, name[LINE_NAMES];
	LogLine l = { 0 };
	const struct { const char *name; int64_t v; } number[] = {
		{ "input", offsetof(Tokens, input) }, { "output", offsetof(Tokens, output) }, { "cache_read", offsetof(Tokens, cache_read) },
		{ "cache_write_5m", offsetof(Tokens, cache_write_5m) }, { "cache_write_1h", offsetof(Tokens, cache_write_1h) },
	};
	const struct { const char *name; const Str *v; } text[] = {
		{ "event_id", &l.event_id }, { "job_id", &l.job_id }, { "trace_id", &l.trace_id }, { "request_id", &l.request_id },
		{ "service_tier", &l.service_tier },
	};

	(void)n;
	if (!line_unpack(blob(arg[0]), &l, &moved, name)) {
		sqlite3_result_error(ctx, "the line is damaged", -1);
		return;
	}
	for (int i = 0; i < LINE_NAMES; i++)
		if (str_is(member, names[i]))
			sqlite3_result_int64(ctx, name[i]);
	for (size_t i = 0; i < sizeof number / sizeof *number; i++)
		if (str_is(member, number[i].name))
			sqlite3_result_int64(ctx, *(const int64_t *)(const void *)((const char *)&l.tokens + number[i].v));
	for (size_t i = 0; i < sizeof text / sizeof *text; i++)
		if (str_is(member, text[i].name))
			sqlite3_result_text64(ctx, text[i].v->n ? text[i].v->p : "", text[i].v->n, SQLITE_TRANSIENT, SQLITE_UTF8);
	if (str_is(member, "moved_ms"))
		sqlite3_result_int64(ctx, moved);
	else if (str_is(member, "reported"))
		give_opt(ctx, l.reported_nusd);
	else if (str_is(member, "duration_ms"))
		give_opt(ctx, l.duration_ms);
}

/* sheet_minute(0: of totals, 1: of latencies; id): where a sheet of minutes begins, in ms. NULL: it is none. */
static void minute_of(sqlite3_context *ctx, int n, sqlite3_value **arg)
{
	SheetReader r;
	Place p;

	(void)n;
	if (!sheets_open(sqlite3_value_int(arg[0]) ? SHEETS_LATENCY : SHEETS_TOTAL, sqlite3_value_int64(arg[1]), STR(""), &r, &p))
		return;
	if (rollup_kind((Rollup)p.rollup)->span_ms == 60000)
		sqlite3_result_int64(ctx, p.at * 60000);
}

int db_functions(Store *s, Err *e)
{
	static const struct {
		const char *name;
		int args;
		void (*run)(sqlite3_context *, int, sqlite3_value **);
	} all[] = {
		{ "sums_pack", -1, pack_sums }, { "sums_get", 2, get_sums }, { "sketch_quantile", 2, quantile_of }, { "sketch_count", 1, count_of },
		{ "sheet_minute", 2, minute_of }, { "line_get", 2, get_of_line }, { "job_pack", CALL_MEMBERS, pack_call },
		{ "job_get", 2, get_of_call },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		if (sqlite3_create_function_v2(s->db, all[i].name, all[i].args, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, &s->merged,
		                               all[i].run, NULL, NULL, NULL) != SQLITE_OK)
			return db_fail(s, "cannot prepare the snapshot", e);
	return 0;
}
