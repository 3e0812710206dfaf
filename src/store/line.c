#include "store/row.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/line_pack.h"
#include "store/rows.h"

/* The id of a row is its line's time, then a hash of what it says, then one of sixteen places, then whether it is about money. So rows
 * lie in the order of time, and all that can be the same event lie in one lot of 32 ids; when the sixteen places of a lot are taken it
 * goes on with the next one, and after four with a lot by a hash of the event's id. Lines about money have places of their own because
 * they are kept longer: a place that becomes free for one kind would end the search for another. The hashes must stay what they are. */
enum { TEXT_MAX = 8 << 10, LOT_BITS = 5, LOT_PLACES = 16, LOTS_SHARED = 4, HASH_BITS = 15, TIME_SHIFT = LOT_BITS + HASH_BITS };
enum { F_LINE_TOKENS = 1, F_LINE_CACHE_SHIFT = 1, F_LINE_LATE = 8, F_LINE_TAIL = 16, F_LINE_MORE = 32 };

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

/* A hash of 0 means "none" in the partial indexes, so no text may have it. */
static int64_t column_hash(Str text, int64_t hash)
{
	return !text.n ? 0 : hash ? hash : 1;
}

static int64_t link_hash(Str text)
{
	return column_hash(text, index_hash(text));
}

static bool is_cost(LineKind kind)
{
	return kind == LINE_COST || kind == LINE_INVOCATION;
}

/* Ids have room for the times of 560 years; a line of another age stands at their end, and its row says by how much. */
static int64_t key_ms(int64_t event_ms)
{
	const int64_t most = (INT64_C(1) << (63 - TIME_SHIFT)) - 2;

	return event_ms > most ? most : event_ms < -most ? -most : event_ms;
}

static Str kept_text(const LogLine *l)
{
	return str_sub(l->text, 0, TEXT_MAX);
}

static int64_t lot_of(const LogLine *l, uint64_t hash)
{
	return key_ms(l->event_ms) * (1 << HASH_BITS) + (int64_t)(hash >> (64 - HASH_BITS));
}

LineHash line_hash(const LogLine *l)
{
	const int64_t job = index_hash(l->job_id);

	return (LineHash){
		.said = str_quick_hash(kept_text(l)) + str_quick_hash(l->job_id) * UINT64_C(0x9E3779B97F4A7C15),
		.event = (int64_t)str_hash(l->event_id), .job_id = job,
		.job = column_hash(l->job_id, job), .trace = column_hash(l->trace_id, index_hash(l->trace_id)),
	};
}

/* Beyond LOTS_SHARED: however many say the same, one is found at once. */
static int64_t own_lot(const LogLine *l, int64_t event_hash)
{
	return lot_of(l, (uint64_t)event_hash * UINT64_C(0x9E3779B97F4A7C15));
}

/* --- is it there, and where is room for it? --- */

typedef struct Look {
	const LogLine *l;
	int64_t event_hash;
	unsigned used;                   /* places of the lot under way */
	bool     stored;                 /* the event has its row */
	bool     held_twin;              /* one of the other way (Live Tail or not) that says the same waits */
	int64_t  twin;                   /* the id of a row that is one; 0: none */
	int64_t  twin_moved, twin_name[LINE_NAMES];
	int64_t  free;                   /* the id for a new row */
} Look;

static void look_at(Look *k, int64_t id)
{
	k->used |= 1u << (id >> 1 & (LOT_PLACES - 1));
}

static void look_at_row(Look *k, sqlite3_stmt *st)
{
	int64_t id = sqlite3_column_int64(st, 0), flags = sqlite3_column_int64(st, 1), moved = 0, name[LINE_NAMES];
	bool same = sqlite3_column_int64(st, 2) == k->event_hash, tail = flags & F_LINE_TAIL;
	LogLine l = { 0 };

	if ((id & 1) != is_cost(k->l->kind))
		return;
	look_at(k, id);
	if (!same && (tail == k->l->tail || k->twin || !str_eq(db_col_str(st, 4), kept_text(k->l))))
		return;
	if (!line_unpack(db_col_str(st, 3), &l, &moved, name) || (id >> TIME_SHIFT) + moved != k->l->event_ms)
		return;
	k->stored |= same;
	if (tail == k->l->tail || k->twin || !str_eq(l.job_id, k->l->job_id) || !str_eq(db_col_str(st, 4), kept_text(k->l)))
		return;
	k->twin = id;
	k->twin_moved = moved;
	memcpy(k->twin_name, name, sizeof name);
}

static int look_at_rows(Store *s, int64_t lot, Look *k, Err *e)
{
	static const char sql[] = "SELECT id, flags, event_hash, rest, text FROM line WHERE id >= ?1 AND id <= ?2";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, lot * (1 << LOT_BITS));
	sqlite3_bind_int64(st, 2, lot * (1 << LOT_BITS) + (1 << LOT_BITS) - 1);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		look_at_row(k, st);
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot look for a log line", e);
}

static void look_at_held(const Held *held, int64_t lot, Look *k)
{
	for (const HeldLine *h = held_of_lot(held, lot); h; h = held_before(held, h)) {
		if ((h->id & 1) != is_cost(k->l->kind))
			continue;
		look_at(k, h->id);
		if (h->l->event_ms != k->l->event_ms)
			continue;
		k->stored |= h->event_hash == k->event_hash;
		k->held_twin |= h->l->tail != k->l->tail && str_eq(h->l->job_id, k->l->job_id) && str_eq(h->l->text, k->l->text);
	}
}

/* Goes on from lot to lot until one has room; *lots (may be NULL): how many were full. */
static int look_from(Store *s, int64_t lot, Look *k, int *lots, Err *e)
{
	for (int full = 0;; lot++, full++) {
		int place = 0;

		k->used = 0;
		if (lot <= line_lot(s->held.newest_id) && look_at_rows(s, lot, k, e) < 0)
			return -1;
		look_at_held(&s->held, lot, k);
		while (k->used >> place & 1)
			place++;
		if (place == LOT_PLACES)
			continue;
		k->free = lot * (1 << LOT_BITS) + place * 2 + is_cost(k->l->kind);
		if (lots)
			*lots = full;
		return 0;
	}
}

/* What Live Tail alone has seen stays where it is looked for by what it says. */
static int look(Store *s, const LogLine *l, const LineHash *hash, Look *k, Err *e)
{
	int full;

	*k = (Look){ .l = l, .event_hash = hash->event };
	/* First among all that says the same at the same time. */
	if (look_from(s, lot_of(l, hash->said), k, &full, e) < 0)
		return -1;
	return l->tail || full < LOTS_SHARED ? 0 : look_from(s, own_lot(l, k->event_hash), k, NULL, e);
}

/* The row that Live Tail made gets the event's own id. */
static int confirm(Store *s, const Look *k, Err *e)
{
	static const char sql[] = "UPDATE line SET event_hash = ?2, flags = flags & ~16, rest = ?3 WHERE id = ?1";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	buf_reset(&s->scratch);
	line_pack(&s->scratch, k->l, k->twin_moved, k->twin_name);
	sqlite3_bind_int64(st, 1, k->twin);
	sqlite3_bind_int64(st, 2, k->event_hash);
	sqlite3_bind_blob64(st, 3, s->scratch.p, s->scratch.n, SQLITE_STATIC);
	return db_done(s, st, "cannot keep a log line", e);
}

int line_match(Store *s, const LogLine *l, const LineHash *hash, LineMatch *out, LinePlace *place, Err *e)
{
	Look k;

	if (look(s, l, hash, &k, e) < 0)
		return -1;
	/* Only rows can be taken over. */
	if (k.held_twin && (held_flush(s, e) < 0 || look(s, l, hash, &k, e) < 0))
		return -1;
	*place = (LinePlace){ k.stored, k.free, k.event_hash };
	*out = LINE_NEW;
	if (!k.twin)
		return 0;
	*out = LINE_KNOWN;
	/* An event that has its row must not take that of another one which says the same. */
	if (l->tail || k.stored)
		return 0;
	*out = LINE_CONFIRMED;
	return confirm(s, &k, e);
}

int line_place(Store *s, const LogLine *l, const LineHash *hash, LinePlace *place, Err *e)
{
	Look k;

	if (look(s, l, hash, &k, e) < 0)
		return -1;
	*place = (LinePlace){ k.stored, k.free, k.event_hash };
	return 0;
}

int line_insert(Store *s, const LogLine *l, const LineHash *hash, const LinePlace *place, LineCall call, int64_t name[LINE_NAMES], bool *fresh,
                Err *e)
{
	HeldLine h = { .l = l, .id = place->id, .call = call.id, .more = call.more, .event_hash = place->event_hash,
	               .job_hash = hash->job, .trace_hash = hash->trace };

	*fresh = !place->known;
	if (place->known)
		return 0;
	for (size_t i = 0; i < COUNT(named); i++)
		if (db_name_id(s, *part(l, named[i]), &name[i], e) < 0)
			return -1;
	memcpy(h.name, name, sizeof h.name);
	return held_put_line(s, &h, e);
}

static int64_t flags_of(const HeldLine *h)
{
	const LogLine *l = h->l;

	return (l->has_tokens ? F_LINE_TOKENS : 0) | l->cache_hit << F_LINE_CACHE_SHIFT | (l->late ? F_LINE_LATE : 0) |
	       (l->tail ? F_LINE_TAIL : 0) | (h->more ? F_LINE_MORE : 0);
}

static void give_line(sqlite3_context *ctx, void *store, size_t row, int column)
{
	enum { ID, EVENT, KIND, FLAGS, CALL, JOB, TRACE, REST, TEXT };
	Store *s = store;
	const HeldLine *h = &s->held.line[row];
	Str text;

	switch (column) {
	case ID:
		sqlite3_result_int64(ctx, h->id);
		break;
	case EVENT:
		sqlite3_result_int64(ctx, h->event_hash);
		break;
	case KIND:
		sqlite3_result_int64(ctx, h->l->kind);
		break;
	case FLAGS:
		sqlite3_result_int64(ctx, flags_of(h));
		break;
	case CALL:
		sqlite3_result_int64(ctx, h->call);
		break;
	case JOB:
		/* A cost line is found by its call. */
		sqlite3_result_int64(ctx, h->l->kind == LINE_COST ? 0 : h->job_hash);
		break;
	case TRACE:
		sqlite3_result_int64(ctx, h->trace_hash);
		break;
	case REST:
		buf_reset(&s->scratch);
		line_pack(&s->scratch, h->l, h->l->event_ms - (h->id >> TIME_SHIFT), h->name);
		sqlite3_result_blob64(ctx, s->scratch.p, s->scratch.n, SQLITE_STATIC);
		break;
	default:
		text = kept_text(h->l);
		sqlite3_result_text64(ctx, text.n ? text.p : "", text.n, SQLITE_STATIC, SQLITE_UTF8);
	}
}

/* OR FAIL: what a failed statement has written goes with the transaction, so no journal of its own is kept for it. */
int line_write_held(Store *s, Err *e)
{
	static const char sql[] = "INSERT OR FAIL INTO line(id, event_hash, kind, flags, call, job_hash, trace_hash, rest, text) "
		"SELECT c0, c1, c2, c3, c4, c5, c6, c7, c8 FROM rows WHERE true";

	return rows_write(s, sql, &(Rows){ s->held.lines, give_line, s }, "cannot keep log lines", e);
}

/* Columns of LINE_SELECT. */
static int read_line(Store *s, sqlite3_stmt *st, LogLine *l, Err *e)
{
	int64_t id = sqlite3_column_int64(st, 0), flags = sqlite3_column_int64(st, 2), moved, name[LINE_NAMES];

	*l = (LogLine){ .kind = (LineKind)sqlite3_column_int64(st, 1) };
	l->cache_hit = (Tri)(flags >> F_LINE_CACHE_SHIFT & 3);
	l->late = flags & F_LINE_LATE;
	l->tail = flags & F_LINE_TAIL;
	if (!line_unpack(db_col_str(st, 3), l, &moved, name))
		return err_set(e, "the snapshot %s has a damaged log line; move it away and a new one is made", s->path);
	l->event_ms = (id >> TIME_SHIFT) + moved;
	for (int i = 0; i < (int)COUNT(named); i++)
		if (db_name_text(s, name[i], member(l, named[i]), e) < 0)
			return -1;
	l->text = db_col_str(st, 4);
	return 0;
}

int line_requests(Store *s, int (*each)(Store *s, Str request, int64_t call, Err *e), Err *e)
{
	static const char sql[] = "SELECT call, rest FROM line WHERE call <> 0";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc, bad = 0;

	if (!st)
		return -1;
	while (!bad && (rc = sqlite3_step(st)) == SQLITE_ROW) {
		int64_t moved, name[LINE_NAMES];
		LogLine l = { 0 };

		if (line_unpack(db_col_str(st, 1), &l, &moved, name))
			bad = each(s, l.request_id, sqlite3_column_int64(st, 0), e);
	}
	sqlite3_reset(st);
	return bad || rc == SQLITE_DONE ? bad : db_fail(s, "cannot read log lines", e);
}

int line_move(Store *s, const Call *from, int64_t to_call, Err *e)
{
	static const char first[] = "UPDATE line SET call = ?2, flags = flags | 32 WHERE id = ?1";
	static const char more[] = "UPDATE line SET call = ?2 WHERE call = ?1 AND flags & 32";
	sqlite3_stmt *st = db_stmt(s, first, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, from->line);
	sqlite3_bind_int64(st, 2, to_call);
	if (db_done(s, st, "cannot move log lines", e) < 0 || !(st = db_stmt(s, more, e)))
		return -1;
	sqlite3_bind_int64(st, 1, from->id);
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
#define LINE_SELECT "SELECT id, kind, flags, rest, text FROM line "
	/* Walks the spans of 2^22 ms that hold lines at all (one step each), then asks each for the job and the trace. */
	static const char any[] =
		"WITH RECURSIVE span(x) AS (SELECT min(id) >> 42 FROM line UNION ALL SELECT (SELECT id >> 42 FROM line "
		"WHERE id > (span.x << 42 | 4398046511103) ORDER BY id LIMIT 1) FROM span WHERE x IS NOT NULL) "
		LINE_SELECT "WHERE id IN (SELECT ?4 UNION SELECT id FROM line INDEXED BY line_more WHERE call = ?3 AND flags & 32 "
		"UNION SELECT id FROM span CROSS JOIN line INDEXED BY line_job ON id >> 42 = x AND job_hash = ?1 AND job_hash <> 0 "
		"UNION SELECT id FROM span CROSS JOIN line INDEXED BY line_trace ON id >> 42 = x AND trace_hash = ?2 AND trace_hash <> 0)";
	static const char cost[] = LINE_SELECT "WHERE id = ?4 UNION ALL "
		LINE_SELECT "INDEXED BY line_more WHERE call = ?3 AND flags & 32";
	sqlite3_stmt *st = db_stmt(s, q->call_only ? cost : any, e);
	LogLine *v = NULL, l;
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 3, q->call);
	sqlite3_bind_int64(st, 4, q->line);
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
