#include "store/row.h"

#include "base/num.h"

enum {
	F_OWN_TOKENS = 1, F_TOKENS = 2, F_UNPRICED = 4, F_CACHE_SHIFT = 3, F_APPROVED_SHIFT = 5,
	FIRST_NUMBER = 7, FIRST_OWN = 16,
};

static Opt64 col_opt(sqlite3_stmt *st, int at)
{
	bool known = sqlite3_column_type(st, at) != SQLITE_NULL;

	return (Opt64){ known, known ? sqlite3_column_int64(st, at) : 0 };
}

static void bind_opt(sqlite3_stmt *st, int at, Opt64 v)
{
	if (v.known)
		sqlite3_bind_int64(st, at, v.v);
	else
		sqlite3_bind_null(st, at);
}

void call_read(sqlite3_stmt *st, Call *c)
{
	int at = 0;
	int64_t flags;

	*c = (Call){ .id = sqlite3_column_int64(st, at++), .stored = true };
	c->kind = (CallKind)sqlite3_column_int64(st, at++);
	c->job_id = db_col_str(st, at++);
	c->trace = db_col_str(st, at++);
	c->status = db_col_str(st, at++);
	c->detail = db_col_str(st, at++);
	c->updated_ms = sqlite3_column_int64(st, at++);
	c->started_ms = sqlite3_column_int64(st, at++);
	c->content = sqlite3_column_int64(st, at++);
	c->cost_lines = sqlite3_column_int64(st, at++);
	c->retries = sqlite3_column_int64(st, at++);
	c->state = (JobState)sqlite3_column_int64(st, at++);
	flags = sqlite3_column_int64(st, at++);
	c->own_tokens = flags & F_OWN_TOKENS;
	c->b.has_tokens = flags & F_TOKENS;
	c->b.unpriced = flags & F_UNPRICED;
	c->cache_hit = (Tri)(flags >> F_CACHE_SHIFT & 3);
	c->approved = (Tri)(flags >> F_APPROVED_SHIFT & 3);
	c->own_reported = col_opt(st, at++);
	c->latency_ms = col_opt(st, at++);
	for (int i = 0; i < OWN_NAMES; i++)
		c->own[i] = sqlite3_column_int64(st, at++);
	c->b.booked_ms = sqlite3_column_int64(st, at++);
	c->b.hour = floor_div(c->b.booked_ms, 3600000);
	c->b.source = (CostSource)sqlite3_column_int64(st, at++);
	c->b.nusd = sqlite3_column_int64(st, at++);
	c->b.reported_nusd = col_opt(st, at++);
	c->b.tokens.input = sqlite3_column_int64(st, at++);
	c->b.tokens.output = sqlite3_column_int64(st, at++);
	c->b.tokens.cache_read = sqlite3_column_int64(st, at++);
	c->b.tokens.cache_write_5m = sqlite3_column_int64(st, at++);
	c->b.tokens.cache_write_1h = sqlite3_column_int64(st, at++);
	for (int d = DIM_ALL + 1; d < DIMS; d++)
		c->key[d] = sqlite3_column_int64(st, at++);
}

static void keep_text(Arena *a, Call *c)
{
	c->job_id = arena_str(a, c->job_id);
	c->trace = arena_str(a, c->trace);
	c->status = arena_str(a, c->status);
	c->detail = arena_str(a, c->detail);
}

int call_find(Store *s, Str job_id, bool lone, Arena *a, Call *c, bool *found, Err *e)
{
#define CALLS_IN(table) "SELECT " CALL_COLUMNS " FROM (SELECT id AS at FROM " table " WHERE hash = ?1) CROSS JOIN job ON id = at"
	static const char sql[] = CALLS_IN("job_recent") " UNION ALL " CALLS_IN("job_settled");
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*found = false;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, index_hash(job_id));
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (!str_eq(db_col_str(st, 2), job_id) || (sqlite3_column_int64(st, 1) == CALL_LONE) != lone)
			continue;
		call_read(st, c);
		keep_text(a, c);
		*found = true;
		break;
	}
	if (!*found && rc != SQLITE_DONE)
		(void)db_fail(s, "cannot find a job", e);
	sqlite3_reset(st);
	return *found || rc == SQLITE_DONE ? 0 : -1;
}

int call_get(Store *s, int64_t id, Arena *a, Call *c, Err *e)
{
	static const char sql[] = "SELECT " CALL_COLUMNS " FROM job WHERE id = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc = 0;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	if (sqlite3_step(st) == SQLITE_ROW) {
		call_read(st, c);
		keep_text(a, c);
	} else {
		rc = db_fail(s, "cannot read a job again", e);
	}
	sqlite3_reset(st);
	return rc;
}

static void bind_call(sqlite3_stmt *st, const Call *c)
{
	const int64_t flags = (c->own_tokens ? F_OWN_TOKENS : 0) | (c->b.has_tokens ? F_TOKENS : 0) | (c->b.unpriced ? F_UNPRICED : 0) |
	                      c->cache_hit << F_CACHE_SHIFT | c->approved << F_APPROVED_SHIFT;
	const int64_t numbers[] = { c->updated_ms, c->started_ms, c->content, c->cost_lines, c->retries, c->state, flags };

	sqlite3_bind_int64(st, 2, c->kind);
	db_bind_str(st, 4, c->trace);
	db_bind_str(st, 5, c->status);
	sqlite3_bind_blob64(st, 6, c->detail.p ? c->detail.p : "", c->detail.n, SQLITE_STATIC);
	for (int i = 0; i < (int)(sizeof numbers / sizeof *numbers); i++)
		sqlite3_bind_int64(st, FIRST_NUMBER + i, numbers[i]);
	bind_opt(st, 14, c->own_reported);
	bind_opt(st, 15, c->latency_ms);
	for (int i = 0; i < OWN_NAMES; i++)
		sqlite3_bind_int64(st, FIRST_OWN + i, c->own[i]);
	sqlite3_bind_int64(st, 21, c->b.booked_ms);
}

/* The parameters are numbered alike in all three statements. */
static void bind_booking(sqlite3_stmt *st, const Call *c)
{
	const int64_t tokens[] = { c->b.tokens.input, c->b.tokens.output, c->b.tokens.cache_read, c->b.tokens.cache_write_5m,
	                           c->b.tokens.cache_write_1h };

	sqlite3_bind_int64(st, 22, c->b.source);
	sqlite3_bind_int64(st, 23, c->b.nusd);
	bind_opt(st, 24, c->b.reported_nusd);
	for (int i = 0; i < PRICE_CLASSES; i++)
		sqlite3_bind_int64(st, 25 + i, tokens[i]);
	for (int d = DIM_ALL + 1; d < DIMS; d++)
		sqlite3_bind_int64(st, 29 + d, c->key[d]);
}

/* SQLite writes an index anew when one of its columns is named in an UPDATE, whether or not the value differs. */
static bool same_places(const Call *c, const Call *was)
{
	return c->kind == was->kind && c->updated_ms == was->updated_ms && c->state == was->state && c->b.booked_ms == was->b.booked_ms &&
	       c->latency_ms.known == was->latency_ms.known && c->latency_ms.v == was->latency_ms.v;
}

int call_save(Store *s, const Call *c, const Call *was, Err *e)
{
#define SET_REST \
	"trace = ?4, status = ?5, detail = ?6, started_ms = ?8, content = ?9, cost_lines = ?10, retries = ?11, flags = ?13," \
	"own_reported = ?14, tenant = ?16, persona = ?17, agent = ?18, version = ?19, model = ?20, source = ?22, nusd = ?23," \
	"reported = ?24, input = ?25, output = ?26, cache_read = ?27, cache_write_5m = ?28, cache_write_1h = ?29," \
	"k_tenant = ?30, k_persona = ?31, k_agent = ?32, k_version = ?33, k_model = ?34 WHERE id = ?1"
	static const char insert[] =
		"INSERT INTO job(" CALL_COLUMNS ", hash) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		"?17, ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, ?35)";
	static const char move[] = "UPDATE job SET kind = ?2, updated_ms = ?7, state = ?12, latency_ms = ?15, booked_ms = ?21, " SET_REST;
	static const char stay[] = "UPDATE job SET " SET_REST;
	int64_t hash = index_hash(c->job_id);
	bool staying = c->stored && was && same_places(c, was);
	sqlite3_stmt *st = db_stmt(s, !c->stored ? insert : staying ? stay : move, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, c->id);
	if (!c->stored) {
		db_bind_str(st, 3, c->job_id);
		sqlite3_bind_int64(st, 35, hash);
	}
	bind_call(st, c);
	bind_booking(st, c);
	if (db_done(s, st, "cannot keep a job", e) < 0)
		return -1;
	return c->stored ? 0 : index_put(s, hash, c->id, e);
}

void call_sums(const Call *c, Sums *out)
{
	*out = (Sums){
		.nusd = c->b.nusd,
		.jobs = 1,
		.failed = c->kind == CALL_ITEM && c->state == JOB_FAILED,
		.unpriced = c->b.unpriced,
		.cache_hits = c->cache_hit == TRI_YES,
		.cache_known = c->cache_hit != TRI_UNKNOWN,
		.retries = c->retries,
		.latency_ms_sum = c->latency_ms.known ? c->latency_ms.v : 0,
		.latency_n = c->latency_ms.known,
		.tok = c->b.tokens,
	};
}

void call_sums_read(sqlite3_stmt *st, Sums *out)
{
	int64_t flags = sqlite3_column_int64(st, 2);
	Call c = { .kind = (CallKind)sqlite3_column_int64(st, 0), .state = (JobState)sqlite3_column_int64(st, 1) };

	c.b.unpriced = flags & F_UNPRICED;
	c.cache_hit = (Tri)(flags >> F_CACHE_SHIFT & 3);
	c.retries = sqlite3_column_int64(st, 3);
	c.latency_ms = col_opt(st, 4);
	c.b.nusd = sqlite3_column_int64(st, 5);
	c.b.tokens = (Tokens){ sqlite3_column_int64(st, 6), sqlite3_column_int64(st, 7), sqlite3_column_int64(st, 8),
	                       sqlite3_column_int64(st, 9), sqlite3_column_int64(st, 10) };
	call_sums(&c, out);
}
