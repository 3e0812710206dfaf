#include "store/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

enum { TEXT_MAX = 8 << 10, F_LINE_TOKENS = 1, F_LINE_CACHE_SHIFT = 1 };

static const size_t packed[] = {
	offsetof(LogLine, event_id), offsetof(LogLine, job_id), offsetof(LogLine, trace_id), offsetof(LogLine, request_id),
	offsetof(LogLine, service_tier),
};
static const size_t named[] = {
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

static void bind_opt(sqlite3_stmt *st, int at, Opt64 v)
{
	if (v.known)
		sqlite3_bind_int64(st, at, v.v);
	else
		sqlite3_bind_null(st, at);
}

int line_insert(Store *s, const LogLine *l, int64_t call, bool *fresh, Err *e)
{
	static const char sql[] =
		"INSERT OR IGNORE INTO line(event_ms, event_hash, kind, job_hash, trace_hash, flags, reported, duration_ms, input, output,"
		"cache_read, cache_write_5m, cache_write_1h, level, tenant, persona, agent, version, model, detail, text, call)"
		"VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	int64_t ids[COUNT(named)];
	const int64_t first[] = {
		l->event_ms, (int64_t)str_hash(l->event_id), l->kind, link_hash(l->job_id), link_hash(l->trace_id),
		(l->has_tokens ? F_LINE_TOKENS : 0) | l->cache_hit << F_LINE_CACHE_SHIFT,
	};
	const int64_t tokens[] = { l->tokens.input, l->tokens.output, l->tokens.cache_read, l->tokens.cache_write_5m, l->tokens.cache_write_1h };
	sqlite3_stmt *st;

	for (size_t i = 0; i < COUNT(named); i++)
		if (db_name_id(s, *part(l, named[i]), &ids[i], e) < 0)
			return -1;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	buf_reset(&s->scratch);
	pack(&s->scratch, l);
	for (int i = 0; i < (int)COUNT(first); i++)
		sqlite3_bind_int64(st, 1 + i, first[i]);
	bind_opt(st, 7, l->reported_nusd);
	bind_opt(st, 8, l->duration_ms);
	for (int i = 0; i < PRICE_CLASSES; i++)
		sqlite3_bind_int64(st, 9 + i, l->has_tokens ? tokens[i] : 0);
	for (int i = 0; i < (int)COUNT(named); i++)
		sqlite3_bind_int64(st, 14 + i, ids[i]);
	sqlite3_bind_blob64(st, 20, s->scratch.p, s->scratch.n, SQLITE_STATIC);
	db_bind_str(st, 21, str_sub(l->text, 0, TEXT_MAX));
	sqlite3_bind_int64(st, 22, call);
	if (db_done(s, st, "cannot keep a log line", e) < 0)
		return -1;
	*fresh = sqlite3_changes(s->db) > 0;
	return 0;
}

static int read_line(Store *s, sqlite3_stmt *st, LogLine *l, Err *e)
{
	int64_t flags = sqlite3_column_int64(st, 2);

	*l = (LogLine){ .event_ms = sqlite3_column_int64(st, 0), .kind = (LineKind)sqlite3_column_int64(st, 1) };
	l->has_tokens = flags & F_LINE_TOKENS;
	l->cache_hit = (Tri)(flags >> F_LINE_CACHE_SHIFT & 3);
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
