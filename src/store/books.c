#include "store/books_own.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "store/apply.h"

/* Ids looked through in one slice when only unpriced calls are wanted: rows that are passed over cost little, but not nothing. */
enum { SLICE_IDS = 20000, SLICE_CALLS = 512 };

/* The one row of the table `books`. */
typedef struct Row {
	bool    any;
	int64_t hash, mode, profiles, todo, at, until;
} Row;

struct Books {
	int64_t hash, mode, profiles;
	PriceTable t;
	Arena   rows, aliases;
};

static int read_row(Store *s, Row *r, Err *e)
{
	static const char sql[] = "SELECT hash, mode, profiles, todo, at, until FROM books";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*r = (Row){ 0 };
	if (!st)
		return -1;
	if ((rc = sqlite3_step(st)) == SQLITE_ROW)
		*r = (Row){ true, sqlite3_column_int64(st, 0), sqlite3_column_int64(st, 1), sqlite3_column_int64(st, 2),
		            sqlite3_column_int64(st, 3), sqlite3_column_int64(st, 4), sqlite3_column_int64(st, 5) };
	else if (rc != SQLITE_DONE)
		return db_fail(s, "cannot read by which prices is booked", e);
	sqlite3_reset(st);
	return 0;
}

static int put_place(Store *s, int64_t todo, int64_t at, int64_t until, Err *e)
{
	static const char sql[] = "UPDATE books SET todo = ?, at = ?, until = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, todo);
	sqlite3_bind_int64(st, 2, at);
	sqlite3_bind_int64(st, 3, until);
	return db_done(s, st, "cannot keep how far is booked again", e);
}

/* From the beginning: a wish that comes while another one is under way may be about calls behind it. */
static int begin_again(Store *s, int64_t todo, int64_t under_way, Err *e)
{
	int64_t last;

	if (db_int(s, "SELECT coalesce(max(id), 0) FROM job", &last, e) < 0)
		return -1;
	return put_place(s, last ? (todo > under_way ? todo : under_way) : BOOKS_DONE, 0, last, e);
}

static int put_prices(Store *s, const PriceTable *t, LedgerMode mode, Err *e)
{
	static const char sql[] =
		"INSERT INTO books(one, hash, mode, prices, profiles, todo, at, until) VALUES(1, ?1, ?2, ?3, 0, 0, 0, 0) "
		"ON CONFLICT(one) DO UPDATE SET hash = ?1, mode = ?2, prices = ?3";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	Buf b = { 0 };
	int rc;

	if (!st)
		return -1;
	books_pack(&b, t);
	sqlite3_bind_int64(st, 1, (int64_t)books_hash(t, mode));
	sqlite3_bind_int64(st, 2, mode);
	sqlite3_bind_blob64(st, 3, b.p, b.n, SQLITE_STATIC);
	rc = db_done(s, st, "cannot keep by which prices is booked", e);
	buf_done(&b);
	return rc < 0 ? -1 : begin_again(s, BOOKS_ALL, BOOKS_DONE, e);
}

static int load_rows(Store *s, struct Books *b, Err *e)
{
	static const char sql[] = "SELECT prices FROM books";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc = -1;

	if (!st)
		return -1;
	arena_reset(&b->rows);
	if (sqlite3_step(st) == SQLITE_ROW)
		rc = books_unpack(&b->rows, db_col_str(st, 0), &b->t, e);
	else
		(void)db_fail(s, "cannot read by which prices is booked", e);
	sqlite3_reset(st);
	return rc < 0 ? err_wrap(e, "the snapshot %s", s->path) : 0;
}

static int load_aliases(Store *s, struct Books *b, Err *e)
{
	ProfileRow *v;
	PriceAlias *alias;
	size_t n, used = 0;

	arena_reset(&b->aliases);
	if (store_profiles(s, &b->aliases, &v, &n, e) < 0)
		return -1;
	alias = ARENA_ARRAY(&b->aliases, PriceAlias, n + 1);
	for (size_t i = 0; i < n; i++)
		if (v[i].model.n)
			alias[used++] = (PriceAlias){ v[i].arn, v[i].model };
	b->t.alias = alias;
	b->t.aliases = used;
	return 0;
}

/* Read anew only when another process, or we, changed them. */
static int load(Store *s, const Row *r, const PriceTable **prices, LedgerMode *mode, Err *e)
{
	struct Books *b = s->books ? s->books : xcalloc(1, sizeof *b);
	bool fresh = !s->books;

	s->books = b;
	if ((fresh || b->hash != r->hash) && load_rows(s, b, e) < 0) {
		books_close(s);
		return -1;
	}
	if ((fresh || b->hash != r->hash || b->profiles != r->profiles) && load_aliases(s, b, e) < 0) {
		books_close(s);
		return -1;
	}
	b->hash = r->hash;
	b->mode = r->mode;
	b->profiles = r->profiles;
	*prices = &b->t;
	*mode = (LedgerMode)r->mode;
	return 0;
}

void books_close(Store *s)
{
	if (!s->books)
		return;
	arena_done(&s->books->rows);
	arena_done(&s->books->aliases);
	free(s->books);
	s->books = NULL;
}

int books_open(Store *s, const PriceTable *batch, LedgerMode mode, const PriceTable **prices, LedgerMode *its, Err *e)
{
	Row r;

	*prices = NULL;
	*its = mode;
	if (read_row(s, &r, e) < 0)
		return -1;
	if (!r.any && batch && (put_prices(s, batch, mode, e) < 0 || read_row(s, &r, e) < 0))
		return -1;
	return r.any ? load(s, &r, prices, its, e) : 0;
}

static void state_of(const Row *r, BooksState *out)
{
	*out = (BooksState){ .any = r->any, .hash = (uint64_t)r->hash, .mode = (LedgerMode)r->mode, .todo = (BooksTodo)r->todo, .percent = 100 };
	if (r->todo && r->until > 0)
		out->percent = (int)(r->at * 100 / r->until);
}

int store_books_state(Store *s, BooksState *out, Err *e)
{
	Row r;

	if (read_row(s, &r, e) < 0)
		return -1;
	state_of(&r, out);
	return 0;
}

int store_books_prices(Store *s, const PriceTable **out, LedgerMode *mode, Err *e)
{
	return books_open(s, NULL, LEDGER_COMPUTED, out, mode, e);
}

int store_books_use(Store *s, const PriceTable *prices, LedgerMode mode, BooksState *out, Err *e)
{
	Row r;

	if (db_begin(s, e) < 0)
		return -1;
	if (read_row(s, &r, e) < 0 || ((!r.any || r.hash != (int64_t)books_hash(prices, mode)) &&
	                               (put_prices(s, prices, mode, e) < 0 || read_row(s, &r, e) < 0)) || db_commit(s, e) < 0) {
		db_undo(s);
		return -1;
	}
	if (out)
		state_of(&r, out);
	return 0;
}

/* --- booking again --- */

/* The ids of the next calls that are wanted, at most cap; *upto: everything up to it has been looked at. */
static int next_ids(Store *s, const Row *r, int64_t *ids, size_t cap, size_t *n, int64_t *upto, Err *e)
{
	static const char all[] = "SELECT id FROM job WHERE id > ? AND id <= ? ORDER BY id LIMIT ?";
	static const char unpriced[] = "SELECT id FROM job WHERE id > ? AND id <= ? AND flags & 4 ORDER BY id LIMIT ?";
	sqlite3_stmt *st = db_stmt(s, r->todo == BOOKS_ALL ? all : unpriced, e);
	int64_t last = r->todo == BOOKS_ALL || r->until - r->at < SLICE_IDS ? r->until : r->at + SLICE_IDS;
	int rc;

	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, r->at);
	sqlite3_bind_int64(st, 2, last);
	sqlite3_bind_int64(st, 3, (int64_t)cap);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW && *n < cap)
		ids[(*n)++] = sqlite3_column_int64(st, 0);
	sqlite3_reset(st);
	*upto = *n == cap ? ids[*n - 1] : last;
	return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : db_fail(s, "cannot read the jobs again", e);
}

static bool same_booking(const Call *x, const Call *y)
{
	const Booking *a = &x->b, *b = &y->b;

	return x->caching == y->caching && memcmp(&a->cache, &b->cache, sizeof a->cache) == 0 && a->nusd == b->nusd &&
	       a->source == b->source && a->unpriced == b->unpriced && a->has_tokens == b->has_tokens && a->booked_ms == b->booked_ms &&
	       a->reported_nusd.known == b->reported_nusd.known && a->reported_nusd.v == b->reported_nusd.v &&
	       memcmp(&a->tokens, &b->tokens, sizeof a->tokens) == 0 && memcmp(x->key, y->key, sizeof x->key) == 0;
}

static int rebook(Store *s, int64_t id, const PriceTable *prices, LedgerMode mode, Arena *a, Err *e)
{
	Call c, old;
	int rc;

	if (call_get(s, id, a, &old, e) < 0)
		return -1;
	c = old;
	if ((rc = apply_book(s, &c, &old, prices, mode, a, NULL, e)) == 0 && !same_booking(&c, &old))
		rc = call_save(s, &c, &old, e);
	arena_reset(a);
	return rc;
}

static int slice(Store *s, int64_t until_ms, Row *r, Arena *a, Err *e)
{
	const PriceTable *prices;
	LedgerMode mode;
	int64_t ids[SLICE_CALLS], upto, news;
	size_t n;

	if (read_row(s, r, e) < 0)
		return -1;
	if (!r->todo)
		return 0;
	if (load(s, r, &prices, &mode, e) < 0 || recent_begin(s, 0, e) < 0)
		return -1;
	do {
		size_t i = 0;

		if (next_ids(s, r, ids, SLICE_CALLS, &n, &upto, e) < 0)
			return -1;
		for (; i < n && (!i || i % 32 || clock_mono_ms() < until_ms); i++)
			if (rebook(s, ids[i], prices, mode, a, e) < 0)
				return -1;
		r->at = i < n ? ids[i - 1] : upto;
	} while (r->at < r->until && clock_mono_ms() < until_ms);
	if (r->at >= r->until)
		r->todo = BOOKS_DONE;
	return apply_flush(s, e) < 0 || apply_news(s, &news, e) < 0 ? -1 : put_place(s, r->todo, r->at, r->until, e);
}

int store_books_step(Store *s, int64_t budget_ms, BooksState *out, Err *e)
{
	int64_t until_ms = clock_mono_ms() + budget_ms;
	Arena a = { 0 };
	Row r;
	int rc = db_begin(s, e);

	if (rc == 0 && (rc = slice(s, until_ms, &r, &a, e)) == 0)
		rc = db_commit(s, e);
	if (rc < 0)
		db_undo(s);
	else
		state_of(&r, out);
	arena_done(&a);
	return rc;
}

int store_rebook(Store *s, const PriceTable *prices, LedgerMode mode, Err *e)
{
	BooksState now;

	if (db_begin(s, e) < 0)
		return -1;
	if (put_prices(s, prices, mode, e) < 0 || db_commit(s, e) < 0) {
		db_undo(s);
		return -1;
	}
	do {
		if (store_books_step(s, 1000, &now, e) < 0)
			return -1;
	} while (now.todo);
	return 0;
}

/* --- application inference profiles --- */

int store_profiles(Store *s, Arena *a, ProfileRow **out, size_t *n, Err *e)
{
	static const char sql[] = "SELECT arn, model, why, asked_ms FROM profile ORDER BY arn";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	ProfileRow *v = NULL;
	size_t cap = 0;
	int rc;

	*out = NULL;
	*n = 0;
	if (!st)
		return -1;
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		VEC_GROW(v, cap, *n + 1);
		v[(*n)++] = (ProfileRow){ arena_str(a, db_col_str(st, 0)), arena_str(a, db_col_str(st, 1)), arena_str(a, db_col_str(st, 2)),
		                          sqlite3_column_int64(st, 3) };
	}
	sqlite3_reset(st);
	if (rc == SQLITE_DONE && *n) {
		*out = ARENA_ARRAY(a, ProfileRow, *n);
		memcpy(*out, v, *n * sizeof *v);
	}
	free(v);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot read the inference profiles", e);
}

int store_profiles_wanted(Store *s, int64_t retry_before_ms, size_t max, Arena *a, Str **out, size_t *n, Err *e)
{
	/* Names begin alike and have an index: only those that can be profiles are read. */
	static const char sql[] =
		"SELECT text FROM name LEFT JOIN profile ON arn = text WHERE text >= 'arn:' AND text < 'arn;' "
		"AND text LIKE 'arn:%:bedrock:%:application-inference-profile/%' AND (arn IS NULL OR (model = '' AND asked_ms < ?)) LIMIT ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*out = ARENA_ARRAY(a, Str, max + 1);
	*n = 0;
	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, retry_before_ms);
	sqlite3_bind_int64(st, 2, (int64_t)max);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		if (price_is_profile(db_col_str(st, 0)))
			(*out)[(*n)++] = arena_str(a, db_col_str(st, 0));
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(s, "cannot look for inference profiles", e);
}

static int put_profile(Store *s, const ProfileRow *p, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO profile(arn, model, why, asked_ms) VALUES(?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, p->arn);
	db_bind_str(st, 2, p->model);
	db_bind_str(st, 3, p->why);
	sqlite3_bind_int64(st, 4, p->asked_ms);
	return db_done(s, st, "cannot keep an inference profile", e);
}

static int put_profiles(Store *s, const ProfileRow *v, size_t n, Err *e)
{
	bool resolved = false;
	Row r;

	for (size_t i = 0; i < n; i++) {
		if (put_profile(s, &v[i], e) < 0)
			return -1;
		resolved |= v[i].model.n > 0;
	}
	if (!resolved)
		return 0;
	if (read_row(s, &r, e) < 0)
		return -1;
	if (!r.any)
		return 0;                            /* nothing is booked yet */
	return db_exec(s, "UPDATE books SET profiles = profiles + 1", e) < 0 ? -1 : begin_again(s, BOOKS_UNPRICED, r.todo, e);
}

int store_profiles_put(Store *s, const ProfileRow *v, size_t n, Err *e)
{
	if (db_begin(s, e) < 0)
		return -1;
	if (put_profiles(s, v, n, e) < 0 || db_commit(s, e) < 0) {
		db_undo(s);
		return -1;
	}
	return 0;
}
