#include "store/row.h"

#include <string.h>

#include "base/num.h"
#include "store/rows.h"

enum { SOON = 8 };       /* calls from now on */
enum { F_OWN_TOKENS = 1, F_TOKENS = 2, F_UNPRICED = 4, F_CACHE_SHIFT = 3, F_APPROVED_SHIFT = 5, F_CACHING = 128 };
/* In the order of CALL_COLUMNS. */
enum { ID, KIND, JOB_ID, UPDATED, STARTED, STATE, FLAGS, LATENCY, BOOKED, NUSD, KEYS, LINE = KEYS + DIM_SIMPLE - 1, REST };

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

static void set_flags(Call *c, int64_t flags)
{
	c->own_tokens = flags & F_OWN_TOKENS;
	c->b.has_tokens = flags & F_TOKENS;
	c->b.unpriced = flags & F_UNPRICED;
	c->cache_hit = (Tri)(flags >> F_CACHE_SHIFT & 3);
	c->approved = (Tri)(flags >> F_APPROVED_SHIFT & 3);
	c->caching = flags & F_CACHING;
}

static int64_t flags_of(const Call *c)
{
	return (c->own_tokens ? F_OWN_TOKENS : 0) | (c->b.has_tokens ? F_TOKENS : 0) | (c->b.unpriced ? F_UNPRICED : 0) |
	       c->cache_hit << F_CACHE_SHIFT | c->approved << F_APPROVED_SHIFT | (c->caching ? F_CACHING : 0);
}

void call_read(sqlite3_stmt *st, Call *c)
{
	*c = (Call){
		.id = sqlite3_column_int64(st, ID), .stored = true, .kind = (CallKind)sqlite3_column_int64(st, KIND), .job_id = db_col_str(st, JOB_ID),
		.updated_ms = sqlite3_column_int64(st, UPDATED), .started_ms = sqlite3_column_int64(st, STARTED),
		.state = (JobState)sqlite3_column_int64(st, STATE), .latency_ms = col_opt(st, LATENCY), .line = sqlite3_column_int64(st, LINE),
		.b = { .booked_ms = sqlite3_column_int64(st, BOOKED), .nusd = sqlite3_column_int64(st, NUSD) },
		.trace = STR(""), .status = STR(""), .detail = STR(""),
	};
	set_flags(c, sqlite3_column_int64(st, FLAGS));
	c->b.hour = floor_div(c->b.booked_ms, 3600000);
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
		c->key[d] = sqlite3_column_int64(st, KEYS + d - 1);
	call_unpack(db_col_str(st, REST), c);
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
static bool is_call(const Call *c, const CallKey *key)
{
	return (c->kind == CALL_LONE) == key->lone && str_eq(c->job_id, key->id);
}

CallKey call_key(Str id, bool lone)
{
	return (CallKey){ id, index_hash(id), lone };
}

int call_find(Store *s, CallKey key, Arena *a, Call *c, bool *found, Err *e)
{
	const Call *held = held_call(&s->held, key.id, key.lone, key.hash);
	const int64_t *id;
	size_t n;

	*found = held;
	if (held) {
		*c = *held;
		c->stored = true;            /* as far as its caller is concerned */
		keep_text(a, c);
		return 0;
	}
	if (index_ids(s, key.hash, &id, &n, e) < 0)
		return -1;
	for (size_t i = 0; i < n && !*found; i++) {
		/* One that has been deleted may have left its entry behind. */
		if (call_look(s, id[i], a, c, found, e) < 0)
			return -1;
		*found = *found && is_call(c, &key);
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
	/* With a condition on it, SQLite would read all of them for the last one. */
	return db_exec(s, "INSERT INTO meta SELECT 'last_call', (SELECT max(id) FROM job) WHERE EXISTS (SELECT 1 FROM job) "
	                  "ON CONFLICT(key) DO UPDATE SET value = max(value, excluded.value)", e);
}

int call_delete(Store *s, const Call *c, Err *e)
{
	static const char sql[] = "DELETE FROM job WHERE id = ?1";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, c->id);
	index_drop(s, index_hash(c->job_id), c->id);
	return db_done(s, st, "cannot take a call out", e);
}

/* SQLite writes an index anew when one of its columns is named in an UPDATE, whether or not the value differs. */
static bool same_places(const Call *c, const Call *was)
{
	return c->kind == was->kind && c->updated_ms == was->updated_ms && c->state == was->state && c->b.booked_ms == was->b.booked_ms;
}

/* The parameters are numbered alike in both statements: one more than the columns. The id of its first line stays. */
static int update(Store *s, const Call *c, const Call *was, Err *e)
{
#define SET_REST \
	"started_ms = ?5, flags = ?7, latency_ms = ?8, nusd = ?10, k_tenant = ?11, k_persona = ?12, k_agent = ?13, k_version = ?14," \
	"k_model = ?15, rest = ?17 WHERE id = ?1"
	static const char move[] = "UPDATE job SET kind = ?2, updated_ms = ?4, state = ?6, booked_ms = ?9, " SET_REST;
	static const char stay[] = "UPDATE job SET " SET_REST;
	sqlite3_stmt *st = db_stmt(s, was && same_places(c, was) ? stay : move, e);

	if (!st)
		return -1;
	buf_reset(&s->scratch);
	call_pack(&s->scratch, c);
	sqlite3_bind_int64(st, ID + 1, c->id);
	sqlite3_bind_int64(st, KIND + 1, c->kind);
	sqlite3_bind_int64(st, UPDATED + 1, c->updated_ms);
	sqlite3_bind_int64(st, STARTED + 1, c->started_ms);
	sqlite3_bind_int64(st, STATE + 1, c->state);
	sqlite3_bind_int64(st, FLAGS + 1, flags_of(c));
	bind_opt(st, LATENCY + 1, c->latency_ms);
	sqlite3_bind_int64(st, BOOKED + 1, c->b.booked_ms);
	sqlite3_bind_int64(st, NUSD + 1, c->b.nusd);
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
		sqlite3_bind_int64(st, KEYS + d, c->key[d]);
	sqlite3_bind_blob64(st, REST + 1, s->scratch.p, s->scratch.n, SQLITE_STATIC);
	return db_done(s, st, "cannot keep a job", e);
}

int call_save(Store *s, const Call *c, const Call *was, Err *e)
{
	if (!c->stored)
		return held_put_call(s, c, c->hash, e);
	return held_replace(&s->held, c) ? 0 : update(s, c, was, e);
}

/* --- new ones, all at once --- */

/* Its texts are far when another thread has read them. */
static void near_call(const Held *h, size_t row)
{
	if (row >= h->calls)
		return;
	__builtin_prefetch(h->call[row].job_id.p);
	__builtin_prefetch(h->call[row].trace.p);
}

static void give_call(sqlite3_context *ctx, void *store, size_t row, int column)
{
	Store *s = store;
	const Call *c = &s->held.call[row];

	switch (column) {
	case ID:
		near_call(&s->held, row + SOON);
		/* Those behind the first follow it, as SQLite's own choice does, which it need not look for. */
		if (!row)
			sqlite3_result_int64(ctx, c->id);
		break;
	case KIND:
		sqlite3_result_int64(ctx, c->kind);
		break;
	case JOB_ID:
		sqlite3_result_text64(ctx, c->job_id.n ? c->job_id.p : "", c->job_id.n, SQLITE_STATIC, SQLITE_UTF8);
		break;
	case UPDATED:
		sqlite3_result_int64(ctx, c->updated_ms);
		break;
	case STARTED:
		sqlite3_result_int64(ctx, c->started_ms);
		break;
	case STATE:
		sqlite3_result_int64(ctx, c->state);
		break;
	case FLAGS:
		sqlite3_result_int64(ctx, flags_of(c));
		break;
	case LATENCY:
		if (c->latency_ms.known)
			sqlite3_result_int64(ctx, c->latency_ms.v);
		break;
	case BOOKED:
		sqlite3_result_int64(ctx, c->b.booked_ms);
		break;
	case NUSD:
		sqlite3_result_int64(ctx, c->b.nusd);
		break;
	case LINE:
		sqlite3_result_int64(ctx, c->line);
		break;
	case REST:
		buf_reset(&s->scratch);
		call_pack(&s->scratch, c);
		sqlite3_result_blob64(ctx, s->scratch.p, s->scratch.n, SQLITE_STATIC);
		break;
	default:
		sqlite3_result_int64(ctx, c->key[DIM_ALL + 1 + column - KEYS]);
	}
}

int call_write_held(Store *s, Err *e)
{
	static const char sql[] = "INSERT OR FAIL INTO job(" CALL_COLUMNS ") "
		"SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16 FROM rows WHERE true";
	Held *h = &s->held;

	if (rows_write(s, sql, &(Rows){ h->calls, give_call, s }, "cannot keep jobs", e) < 0)
		return -1;
	if (h->calls && sqlite3_last_insert_rowid(s->db) != h->call[h->calls - 1].id)
		return err_set(e, "the snapshot %s gave a job an id of its own; move it away and a new one is made", s->path);
	for (size_t i = 0; i < h->calls; i++) {
		if (i + SOON < h->calls)
			index_near(&s->index, h->hash[i + SOON]);
		if (index_put(s, h->hash[i], h->call[i].id, e) < 0)
			return -1;
	}
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
	enum { SUM_KIND, SUM_STATE, SUM_FLAGS, SUM_LATENCY, SUM_NUSD, SUM_REST };
	Call c = { .kind = (CallKind)sqlite3_column_int64(st, SUM_KIND), .state = (JobState)sqlite3_column_int64(st, SUM_STATE),
	           .latency_ms = col_opt(st, SUM_LATENCY), .b = { .nusd = sqlite3_column_int64(st, SUM_NUSD) } };

	set_flags(&c, sqlite3_column_int64(st, SUM_FLAGS));
	call_unpack(db_col_str(st, SUM_REST), &c);
	key[DIM_ALL] = 0;
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
		key[d] = sqlite3_column_int64(st, SUM_REST + d);
	call_sums(&c, out);
}
