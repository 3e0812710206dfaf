#include "store/row.h"

#include <string.h>

#include "base/num.h"
#include "store/rows.h"

enum {
	F_OWN_TOKENS = 1, F_TOKENS = 2, F_UNPRICED = 4, F_CACHE_SHIFT = 3, F_APPROVED_SHIFT = 5, F_CACHING = 128,
	FIRST_NUMBER = 7, FIRST_OWN = 16,
};

static Opt64 col_opt(sqlite3_stmt *st, int at)
{
	bool known = sqlite3_column_type(st, at) != SQLITE_NULL;

	return (Opt64){ known, known ? sqlite3_column_int64(st, at) : 0 };
}

static CacheMoney col_caching(sqlite3_stmt *st, int at)
{
	return (CacheMoney){ sqlite3_column_int64(st, at), sqlite3_column_int64(st, at + 1), sqlite3_column_int64(st, at + 2) };
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
	c->caching = flags & F_CACHING;
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
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
		c->key[d] = sqlite3_column_int64(st, at++);
	c->b.cache = col_caching(st, at);
	c->line = sqlite3_column_int64(st, at + 3);
}

static void keep_text(Arena *a, Call *c)
{
	c->job_id = arena_str(a, c->job_id);
	c->trace = arena_str(a, c->trace);
	c->status = arena_str(a, c->status);
	c->detail = arena_str(a, c->detail);
}

int call_look(Store *s, int64_t id, Arena *a, Call *c, bool *found, Err *e)
{
	static const char sql[] = "SELECT " CALL_COLUMNS " FROM job WHERE id = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*found = false;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, id);
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		call_read(st, c);
		keep_text(a, c);
		*found = true;
	}
	sqlite3_reset(st);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read a job again", e);
}

/* Is it the one that is looked for? Hashes are short. */
static bool is_call(const Call *c, Str job_id, bool lone)
{
	return (c->kind == CALL_LONE) == lone && str_eq(c->job_id, job_id);
}

int call_find(Store *s, Str job_id, bool lone, Arena *a, Call *c, bool *found, Err *e)
{
	const int64_t hash = index_hash(job_id);
	const Call *held = held_call(&s->held, job_id, lone, hash);
	const int64_t *id;
	size_t n;

	*found = held;
	if (held) {
		*c = *held;
		c->stored = true;            /* as far as its caller is concerned */
		keep_text(a, c);
		return 0;
	}
	if (index_ids(s, hash, &id, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n && !*found; i++) {
		/* One that has been deleted may have left its entry behind. */
		if (call_look(s, id[i], a, c, found, e) < 0)
			return -1;
		*found = *found && is_call(c, job_id, lone);
	}
	return 0;
}

int call_get(Store *s, int64_t id, Arena *a, Call *c, Err *e)
{
	bool found;

	if (call_look(s, id, a, c, &found, e) < 0)
		return -1;
	return found ? 0 : err_set(e, "the snapshot %s lacks a job; move it away and a new one is made", s->path);
}

int call_mark_last(Store *s, Err *e)
{
	return db_exec(s, "INSERT INTO meta SELECT 'last_call', max(id) FROM job HAVING max(id) IS NOT NULL "
	                  "ON CONFLICT(key) DO UPDATE SET value = max(value, excluded.value)", e);
}

int call_delete(Store *s, const Call *c, Err *e)
{
	static const char sql[] = "DELETE FROM job WHERE id = ?1";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, c->id);
	return db_done(s, st, "cannot take a call out", e) < 0 ? -1 : index_drop(s, index_hash(c->job_id), c->id, e);
}

static int64_t flags_of(const Call *c)
{
	return (c->own_tokens ? F_OWN_TOKENS : 0) | (c->b.has_tokens ? F_TOKENS : 0) | (c->b.unpriced ? F_UNPRICED : 0) |
	       c->cache_hit << F_CACHE_SHIFT | c->approved << F_APPROVED_SHIFT | (c->caching ? F_CACHING : 0);
}

static void bind_call(sqlite3_stmt *st, const Call *c)
{
	const int64_t numbers[] = { c->updated_ms, c->started_ms, c->content, c->cost_lines, c->retries, c->state, flags_of(c) };

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

/* The parameters are numbered alike in both statements. */
static void bind_booking(sqlite3_stmt *st, const Call *c)
{
	const int64_t tokens[] = { c->b.tokens.input, c->b.tokens.output, c->b.tokens.cache_read, c->b.tokens.cache_write_5m,
	                           c->b.tokens.cache_write_1h };

	sqlite3_bind_int64(st, 22, c->b.source);
	sqlite3_bind_int64(st, 23, c->b.nusd);
	bind_opt(st, 24, c->b.reported_nusd);
	for (int i = 0; i < PRICE_CLASSES; i++)
		sqlite3_bind_int64(st, 25 + i, tokens[i]);
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
		sqlite3_bind_int64(st, 29 + d, c->key[d]);
	sqlite3_bind_int64(st, 35, c->b.cache.saved_nusd);
	sqlite3_bind_int64(st, 36, c->b.cache.premium_nusd);
	sqlite3_bind_int64(st, 37, c->b.cache.miss_nusd);
}

/* SQLite writes an index anew when one of its columns is named in an UPDATE, whether or not the value differs. */
static bool same_places(const Call *c, const Call *was)
{
	return c->kind == was->kind && c->updated_ms == was->updated_ms && c->state == was->state && c->b.booked_ms == was->b.booked_ms &&
	       c->latency_ms.known == was->latency_ms.known && c->latency_ms.v == was->latency_ms.v;
}

static int update(Store *s, const Call *c, const Call *was, Err *e)
{
#define SET_REST \
	"trace = ?4, status = ?5, detail = ?6, started_ms = ?8, content = ?9, cost_lines = ?10, retries = ?11, flags = ?13," \
	"own_reported = ?14, tenant = ?16, persona = ?17, agent = ?18, version = ?19, model = ?20, source = ?22, nusd = ?23," \
	"reported = ?24, input = ?25, output = ?26, cache_read = ?27, cache_write_5m = ?28, cache_write_1h = ?29," \
	"k_tenant = ?30, k_persona = ?31, k_agent = ?32, k_version = ?33, k_model = ?34, cache_saved = ?35, cache_premium = ?36," \
	"cache_miss = ?37 WHERE id = ?1"
	static const char move[] = "UPDATE job SET kind = ?2, updated_ms = ?7, state = ?12, latency_ms = ?15, booked_ms = ?21, " SET_REST;
	static const char stay[] = "UPDATE job SET " SET_REST;
	sqlite3_stmt *st = db_stmt(s, was && same_places(c, was) ? stay : move, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, c->id);
	bind_call(st, c);
	bind_booking(st, c);
	return db_done(s, st, "cannot keep a job", e);
}

int call_save(Store *s, const Call *c, const Call *was, Err *e)
{
	if (!c->stored)
		return held_put_call(s, c, index_hash(c->job_id), e);
	return held_replace(&s->held, c) ? 0 : update(s, c, was, e);
}

/* --- new ones, all at once --- */

static void give_opt(sqlite3_context *ctx, Opt64 v)
{
	if (v.known)
		sqlite3_result_int64(ctx, v.v);
	else
		sqlite3_result_null(ctx);
}

static void give_text(sqlite3_context *ctx, Str text)
{
	sqlite3_result_text64(ctx, text.n ? text.p : "", text.n, SQLITE_STATIC, SQLITE_UTF8);
}

/* In the order of CALL_COLUMNS, then the hash. */
enum { ID, KIND, JOB_ID, TRACE, STATUS, DETAIL, NUMBERS, REPORTED = 13, LATENCY, OWN, BOOKED = OWN + OWN_NAMES, SOURCE, NUSD, REPORTED_BOOKED, TOKENS,
       KEYS = TOKENS + PRICE_CLASSES, CACHE = KEYS + DIM_SIMPLE - 1, LINE = CACHE + 3, HASH };

static void set_numbers(const Call *c, int64_t hash, int64_t v[HELD_NUMBERS])
{
	const int64_t numbers[] = { c->updated_ms, c->started_ms, c->content, c->cost_lines, c->retries, c->state, flags_of(c) };
	const int64_t tokens[] = { c->b.tokens.input, c->b.tokens.output, c->b.tokens.cache_read, c->b.tokens.cache_write_5m,
	                           c->b.tokens.cache_write_1h };

	v[ID] = c->id;
	v[KIND] = c->kind;
	memcpy(v + NUMBERS, numbers, sizeof numbers);
	memcpy(v + OWN, c->own, sizeof c->own);
	v[BOOKED] = c->b.booked_ms;
	v[SOURCE] = c->b.source;
	v[NUSD] = c->b.nusd;
	memcpy(v + TOKENS, tokens, sizeof tokens);
	memcpy(v + KEYS, c->key + DIM_ALL + 1, (DIM_SIMPLE - 1) * sizeof *v);
	v[CACHE] = c->b.cache.saved_nusd;
	v[CACHE + 1] = c->b.cache.premium_nusd;
	v[CACHE + 2] = c->b.cache.miss_nusd;
	v[LINE] = c->line;
	v[HASH] = hash;
}

static void give_call(sqlite3_context *ctx, void *held, size_t row, int column)
{
	Held *h = held;
	const Call *c = &h->call[row];

	if (h->given != c) {
		set_numbers(c, h->hash[row], h->number);
		h->given = c;
	}
	switch (column) {
	case JOB_ID:
		give_text(ctx, c->job_id);
		break;
	case TRACE:
		give_text(ctx, c->trace);
		break;
	case STATUS:
		give_text(ctx, c->status);
		break;
	case DETAIL:
		sqlite3_result_blob64(ctx, c->detail.n ? c->detail.p : "", c->detail.n, SQLITE_STATIC);
		break;
	case REPORTED:
		give_opt(ctx, c->own_reported);
		break;
	case LATENCY:
		give_opt(ctx, c->latency_ms);
		break;
	case REPORTED_BOOKED:
		give_opt(ctx, c->b.reported_nusd);
		break;
	default:
		sqlite3_result_int64(ctx, h->number[column]);
	}
}

int call_write_held(Store *s, Err *e)
{
	static const char sql[] =
		"INSERT OR FAIL INTO job(" CALL_COLUMNS ", hash) SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16,"
		"c17, c18, c19, c20, c21, c22, c23, c24, c25, c26, c27, c28, c29, c30, c31, c32, c33, c34, c35, c36, c37, c38 FROM rows WHERE true";
	Held *h = &s->held;

	if (rows_write(s, sql, &(Rows){ h->calls, give_call, h }, "cannot keep jobs", e) < 0)
		return -1;
	for (size_t i = 0; i < h->calls; i++)
		if (index_put(s, h->hash[i], h->call[i].id, e) < 0)
			return -1;
	return 0;
}

void call_sums(const Call *c, Sums *out)
{
	bool item = c->kind == CALL_ITEM, reported = c->b.reported_nusd.known && c->b.source != COST_NONE;
	Str detail = c->detail;
	Job said = { 0 };

	detail_numbers(&detail, &said);
	*out = (Sums){
		.nusd = c->b.nusd,
		.jobs = 1,
		.failed = item && c->state == JOB_FAILED,
		.succeeded = item && c->state == JOB_SUCCEEDED,
		.cancelled = item && c->state == JOB_CANCELLED,
		.booked = c->b.source != COST_NONE,
		.unpriced = c->b.unpriced,
		.cache_hits = c->cache_hit == TRI_YES,
		.cache_known = c->cache_hit != TRI_UNKNOWN,
		.retries = c->retries,
		.latency_ms_sum = c->latency_ms.known ? c->latency_ms.v : 0,
		.latency_n = c->latency_ms.known,
		.tok = c->b.tokens,
		.reported_nusd = reported ? c->b.reported_nusd.v : 0,
		.reported_n = reported,
		.reported_booked_nusd = reported ? c->b.nusd : 0,
		.approved = c->approved == TRI_YES,
		.judged = c->approved != TRI_UNKNOWN,
		.roi_milli = said.roi_milli.known ? said.roi_milli.v : 0,
		.roi_n = said.roi_milli.known,
		.confidence_milli = said.roi_confidence_milli.known ? said.roi_confidence_milli.v : 0,
		.confidence_n = said.roi_confidence_milli.known,
	};
	if (!c->caching)
		return;
	out->cache = c->b.cache;
	out->answer_hit_nusd = c->cache_hit == TRI_YES ? c->b.nusd : 0;
	out->answer_miss_nusd = c->cache_hit == TRI_NO ? c->b.nusd : 0;
	out->answer_miss_n = c->cache_hit == TRI_NO && c->b.source != COST_NONE;
}

void call_sums_read(sqlite3_stmt *st, Sums *out, int64_t key[DIM_SIMPLE])
{
	int64_t flags = sqlite3_column_int64(st, 2);
	Call c = { .kind = (CallKind)sqlite3_column_int64(st, 0), .state = (JobState)sqlite3_column_int64(st, 1) };

	c.b.unpriced = flags & F_UNPRICED;
	c.cache_hit = (Tri)(flags >> F_CACHE_SHIFT & 3);
	c.approved = (Tri)(flags >> F_APPROVED_SHIFT & 3);
	c.caching = flags & F_CACHING;
	c.retries = sqlite3_column_int64(st, 3);
	c.latency_ms = col_opt(st, 4);
	c.b.nusd = sqlite3_column_int64(st, 5);
	c.b.tokens = (Tokens){ sqlite3_column_int64(st, 6), sqlite3_column_int64(st, 7), sqlite3_column_int64(st, 8),
	                       sqlite3_column_int64(st, 9), sqlite3_column_int64(st, 10) };
	c.b.source = (CostSource)sqlite3_column_int64(st, 11);
	c.b.reported_nusd = col_opt(st, 12);
	c.detail = db_col_str(st, 13);
	key[DIM_ALL] = 0;
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
		key[d] = sqlite3_column_int64(st, 13 + d);
	c.b.cache = col_caching(st, 19);
	call_sums(&c, out);
}
