#include "store/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/rows.h"

enum { TEXT_MAX = 8 << 10, F_LINE_TOKENS = 1, F_LINE_CACHE_SHIFT = 1, F_LINE_LATE = 8, F_LINE_TAIL = 16 /* and no bit above it */ };

static const size_t packed[] = {
	offsetof(LogLine, event_id), offsetof(LogLine, job_id), offsetof(LogLine, trace_id), offsetof(LogLine, request_id),
	offsetof(LogLine, service_tier),
};
static const size_t named[LINE_NAMES] = {
	offsetof(LogLine, level), offsetof(LogLine, tenant), offsetof(LogLine, persona), offsetof(LogLine, agent),
	offsetof(LogLine, version), offsetof(LogLine, model),
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static Str *member(LogLine *l, size_t offset)
{
	return (Str *)(void *)((char *)l + offset);
}

static const Str *part(const LogLine *l, size_t offset)
{
	return (const Str *)(const void *)((const char *)l + offset);
}

static void pack(Buf *b, const LogLine *l)
{
	for (size_t i = 0; i < COUNT(packed); i++) {
		uint32_t n = (uint32_t)part(l, packed[i])->n;

		(void)buf_put(b, &n, sizeof n);
		(void)buf_put(b, n ? part(l, packed[i])->p : "", n);
	}
}

static void unpack(Str blob, LogLine *l)
{
	for (size_t i = 0; i < COUNT(packed); i++) {
		uint32_t n;

		if (blob.n < sizeof n)
			return;
		memcpy(&n, blob.p, sizeof n);
		blob = str_sub(blob, sizeof n, blob.n);
		*member(l, packed[i]) = str_sub(blob, 0, n);
		blob = str_sub(blob, n, blob.n);
	}
}

/* A hash of 0 means "none" in the partial indexes, so no text may have it. */
static int64_t link_hash(Str text)
{
	int64_t h = (int64_t)str_hash(text);

	return !text.n ? 0 : h ? h : 1;
}

/* The first row with this text at this time: one that Live Tail alone has seen (tail), or one that FilterLogEvents has. 0: none. */
static int find_same(Store *s, const LogLine *l, bool tail, int64_t *id, Err *e)
{
	static const char seen_by_tail[] = "SELECT id FROM line WHERE flags >= 16 AND event_ms = ?1 AND job_hash = ?2 AND text = ?3 LIMIT 1";
	static const char known[] =
		"SELECT id FROM line INDEXED BY line_event WHERE flags < 16 AND event_ms = ?1 AND job_hash = ?2 AND text = ?3 LIMIT 1";
	sqlite3_stmt *st = db_stmt(s, tail ? seen_by_tail : known, e);
	int rc;

	*id = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, l->event_ms);
	sqlite3_bind_int64(st, 2, link_hash(l->job_id));
	db_bind_str(st, 3, str_sub(l->text, 0, TEXT_MAX));
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*id = sqlite3_column_int64(st, 0);
	else if (rc != SQLITE_DONE)
		return db_fail(s, "cannot look for a log line", e);
	sqlite3_reset(st);
	return 0;
}

static int is_stored(Store *s, const LogLine *l, bool *stored, Err *e)
{
	static const char sql[] = "SELECT 1 FROM line WHERE event_ms = ? AND event_hash = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, l->event_ms);
	sqlite3_bind_int64(st, 2, (int64_t)str_hash(l->event_id));
	if ((rc = sqlite3_step(st)) != SQLITE_ROW && rc != SQLITE_DONE)
		return db_fail(s, "cannot look for a log line", e);
	*stored = rc == SQLITE_ROW;
	sqlite3_reset(st);
	return 0;
}

/* The row that Live Tail made gets the event's own id. */
static int confirm(Store *s, const LogLine *l, int64_t id, Err *e)
{
	static const char sql[] = "UPDATE line SET event_hash = ?2, flags = flags & 15, detail = ?3 WHERE id = ?1";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	buf_reset(&s->scratch);
	pack(&s->scratch, l);
	sqlite3_bind_int64(st, 1, id);
	sqlite3_bind_int64(st, 2, (int64_t)str_hash(l->event_id));
	sqlite3_bind_blob64(st, 3, s->scratch.p, s->scratch.n, SQLITE_STATIC);
	return db_done(s, st, "cannot keep a log line", e);
}

/* Is there a waiting line of the other way with this text at this time? */
static bool has_held_twin(const Store *s, const LogLine *l)
{
	const HeldLine *h = held_of_time(&s->held, l->event_ms);

	for (; h; h = held_before(&s->held, h))
		if (h->l->tail != l->tail && str_eq(h->l->job_id, l->job_id) && str_eq(h->l->text, l->text))
			return true;
	return false;
}

int line_match(Store *s, const LogLine *l, LineMatch *out, Err *e)
{
	int64_t id;
	bool stored = false;

	*out = LINE_NEW;
	if (has_held_twin(s, l) && held_flush(s, e) < 0)
		return -1;
	if (l->event_ms > s->held.newest_ms)
		return 0;
	if (find_same(s, l, !l->tail, &id, e) < 0)
		return -1;
	if (!id)
		return 0;
	*out = LINE_KNOWN;
	if (l->tail)
		return 0;
	/* An event that has its row must not take that of another one which says the same. */
	if (is_stored(s, l, &stored, e) < 0)
		return -1;
	if (stored)
		return 0;
	*out = LINE_CONFIRMED;
	return confirm(s, l, id, e);
}

static bool is_held(const Store *s, int64_t event_ms, int64_t event_hash)
{
	const HeldLine *h = held_of_time(&s->held, event_ms);

	while (h && h->event_hash != event_hash)
		h = held_before(&s->held, h);
	return h;
}

int line_insert(Store *s, const LogLine *l, int64_t call, int64_t name[LINE_NAMES], bool *fresh, Err *e)
{
	HeldLine h = { .l = l, .call = call, .event_hash = (int64_t)str_hash(l->event_id) };
	bool stored = is_held(s, l->event_ms, h.event_hash);

	if (!stored && l->event_ms <= s->held.newest_ms && is_stored(s, l, &stored, e) < 0)
		return -1;
	*fresh = !stored;
	if (stored)
		return 0;
	for (size_t i = 0; i < COUNT(named); i++)
		if (db_name_id(s, *part(l, named[i]), &name[i], e) < 0)
			return -1;
	memcpy(h.name, name, sizeof h.name);
	return held_put_line(s, &h, e);
}

static int64_t flags_of(const LogLine *l)
{
	return (l->has_tokens ? F_LINE_TOKENS : 0) | l->cache_hit << F_LINE_CACHE_SHIFT | (l->late ? F_LINE_LATE : 0) | (l->tail ? F_LINE_TAIL : 0);
}

static void give_opt(sqlite3_context *ctx, Opt64 v)
{
	if (v.known)
		sqlite3_result_int64(ctx, v.v);
	else
		sqlite3_result_null(ctx);
}

/* Columns of line_write_held. */
enum { REPORTED = 6, DURATION, TOKENS, NAMES = TOKENS + PRICE_CLASSES, DETAIL = NAMES + LINE_NAMES, TEXT, CALL };

static void set_numbers(const HeldLine *h, int64_t v[HELD_NUMBERS])
{
	const LogLine *l = h->l;
	const int64_t tokens[] = { l->tokens.input, l->tokens.output, l->tokens.cache_read, l->tokens.cache_write_5m, l->tokens.cache_write_1h };

	v[0] = l->event_ms;
	v[1] = h->event_hash;
	v[2] = l->kind;
	v[3] = link_hash(l->job_id);
	v[4] = link_hash(l->trace_id);
	v[5] = flags_of(l);
	for (int i = 0; i < PRICE_CLASSES; i++)
		v[TOKENS + i] = l->has_tokens ? tokens[i] : 0;
	for (int i = 0; i < LINE_NAMES; i++)
		v[NAMES + i] = h->name[i];
	v[CALL] = h->call;
}

static void give_line(sqlite3_context *ctx, void *store, size_t row, int column)
{
	Store *s = store;
	const HeldLine *h = &s->held.line[row];
	Str text;

	if (s->held.given != h) {
		set_numbers(h, s->held.number);
		s->held.given = h;
	}
	switch (column) {
	case REPORTED:
		give_opt(ctx, h->l->reported_nusd);
		break;
	case DURATION:
		give_opt(ctx, h->l->duration_ms);
		break;
	case DETAIL:
		buf_reset(&s->scratch);
		pack(&s->scratch, h->l);
		sqlite3_result_blob64(ctx, s->scratch.p, s->scratch.n, SQLITE_STATIC);
		break;
	case TEXT:
		text = str_sub(h->l->text, 0, TEXT_MAX);
		sqlite3_result_text64(ctx, text.n ? text.p : "", text.n, SQLITE_STATIC, SQLITE_UTF8);
		break;
	default:
		sqlite3_result_int64(ctx, s->held.number[column]);
	}
}

/* OR FAIL: what a failed statement has written goes with the transaction, so no journal of its own is kept for it. */
int line_write_held(Store *s, Err *e)
{
	static const char sql[] =
		"INSERT OR FAIL INTO line(event_ms, event_hash, kind, job_hash, trace_hash, flags, reported, duration_ms, input, output,"
		"cache_read, cache_write_5m, cache_write_1h, level, tenant, persona, agent, version, model, detail, text, call)"
		"SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21 FROM rows WHERE true";

	return rows_write(s, sql, &(Rows){ s->held.lines, give_line, s }, "cannot keep log lines", e);
}

static int read_line(Store *s, sqlite3_stmt *st, LogLine *l, Err *e)
{
	int64_t flags = sqlite3_column_int64(st, 2);

	*l = (LogLine){ .event_ms = sqlite3_column_int64(st, 0), .kind = (LineKind)sqlite3_column_int64(st, 1) };
	l->has_tokens = flags & F_LINE_TOKENS;
	l->cache_hit = (Tri)(flags >> F_LINE_CACHE_SHIFT & 3);
	l->late = flags & F_LINE_LATE;
	l->tail = flags & F_LINE_TAIL;
	l->reported_nusd.known = sqlite3_column_type(st, 3) != SQLITE_NULL;
	l->reported_nusd.v = sqlite3_column_int64(st, 3);
	l->duration_ms.known = sqlite3_column_type(st, 4) != SQLITE_NULL;
	l->duration_ms.v = sqlite3_column_int64(st, 4);
	l->tokens.input = sqlite3_column_int64(st, 5);
	l->tokens.output = sqlite3_column_int64(st, 6);
	l->tokens.cache_read = sqlite3_column_int64(st, 7);
	l->tokens.cache_write_5m = sqlite3_column_int64(st, 8);
	l->tokens.cache_write_1h = sqlite3_column_int64(st, 9);
	for (int i = 0; i < (int)COUNT(named); i++)
		if (db_name_text(s, sqlite3_column_int64(st, 10 + i), member(l, named[i]), e) < 0)
			return -1;
	unpack(db_col_str(st, 16), l);
	l->text = db_col_str(st, 17);
	return 0;
}

int line_requests(Store *s, int (*each)(Store *s, Str request, int64_t call, Err *e), Err *e)
{
	static const char sql[] = "SELECT call, detail FROM line WHERE call <> 0";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc, bad = 0;

	if (!st)
		return -1;
	while (!bad && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		LogLine l = { 0 };

		unpack(db_col_str(st, 1), &l);
		bad = each(s, l.request_id, sqlite3_column_int64(st, 0), e);
	}
	sqlite3_reset(st);
	return bad || rc == SQLITE_DONE ? bad : db_fail(s, "cannot read log lines", e);
}

int line_move(Store *s, int64_t from_call, int64_t to_call, Err *e)
{
	static const char sql[] = "UPDATE line SET call = ?2 WHERE call = ?1 AND call <> 0";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from_call);
	sqlite3_bind_int64(st, 2, to_call);
	return db_done(s, st, "cannot move log lines", e);
}

static void keep_line(Arena *a, LogLine *l)
{
	for (size_t i = 0; i < COUNT(packed); i++)
		*member(l, packed[i]) = arena_str(a, *member(l, packed[i]));
	for (size_t i = 0; i < COUNT(named); i++)
		*member(l, named[i]) = arena_str(a, *member(l, named[i]));
	l->text = arena_str(a, l->text);
}

static bool wanted(const LineQuery *q, const LogLine *l)
{
	return q->call_only || (q->job_id.n && str_eq(l->job_id, q->job_id)) || (q->trace_id.n && str_eq(l->trace_id, q->trace_id));
}

static int by_time(const void *a, const void *b)
{
	const LogLine *x = a, *y = b;

	if (x->event_ms != y->event_ms)
		return x->event_ms < y->event_ms ? -1 : 1;
	return str_cmp(x->event_id, y->event_id);
}

int line_list(Store *s, const LineQuery *q, Arena *a, LogLine **out, size_t *n, Err *e)
{
#define LINE_SELECT \
	"SELECT event_ms, kind, flags, reported, duration_ms, input, output, cache_read, cache_write_5m, cache_write_1h, level," \
	"tenant, persona, agent, version, model, detail, text FROM line "
	/* Walks the spans that hold lines at all (one step each), then asks each for the job and the trace. */
	static const char any[] =
		"WITH RECURSIVE span(x) AS (SELECT min(event_ms) >> 22 FROM line UNION ALL SELECT (SELECT event_ms >> 22 FROM line "
		"INDEXED BY line_event WHERE event_ms > (span.x << 22 | 4194303) ORDER BY event_ms LIMIT 1) FROM span WHERE x IS NOT NULL) "
		LINE_SELECT "WHERE id IN (SELECT id FROM line WHERE call = ?3 AND call <> 0 "
		"UNION SELECT id FROM span CROSS JOIN line INDEXED BY line_job ON event_ms >> 22 = x AND job_hash = ?1 AND job_hash <> 0 AND kind <> 1 "
		"UNION SELECT id FROM span CROSS JOIN line INDEXED BY line_trace ON event_ms >> 22 = x AND trace_hash = ?2 AND trace_hash <> 0)";
	static const char cost[] = LINE_SELECT "WHERE call = ?3 AND call <> 0";
	sqlite3_stmt *st = db_stmt(s, q->call_only ? cost : any, e);
	LogLine *v = NULL, l;
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 3, q->call);
	if (!q->call_only) {
		sqlite3_bind_int64(st, 1, link_hash(q->job_id));
		sqlite3_bind_int64(st, 2, link_hash(q->trace_id));
	}
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		if (read_line(s, st, &l, e) < 0)
			break;
		if (!wanted(q, &l))
			continue;
		keep_line(a, &l);
		VEC_GROW(v, cap, *n + 1);
		v[(*n)++] = l;
	}
	if (rc != SQLITE_DONE && rc != SQLITE_ROW)
		(void)db_fail(s, "cannot read log lines", e);
	sqlite3_reset(st);
	if (rc == SQLITE_DONE && *n) {
		qsort(v, *n, sizeof *v, by_time);
		if (q->limit && *n > q->limit)
			*n = q->limit;
		*out = ARENA_ARRAY(a, LogLine, *n);
		memcpy(*out, v, *n * sizeof *v);
	}
	free(v);
	return rc == SQLITE_DONE ? 0 : -1;
}
