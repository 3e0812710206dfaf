/* Looks at a registry: the difference of two is a list of changes. */
#include "store/change.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/xalloc.h"
#include "store/db.h"

/* A writer's clock may be wrong by so much before its word about the time is not taken. */
enum { SKEW_MS = 60000, BEFORE_MS = 5000, LOOK_MAX_MS = 600000 };

typedef struct Old { Trait f; bool seen; } Old;
typedef struct Diff {
	Store *s;
	const TraitSet *set;
	Arena  a;
	Old   *old; size_t n, cap;
	const Trait **now; size_t now_n;        /* sorted */
	int64_t since_ms;                      /* of the look before */
	bool   first_look;
	size_t *fresh;
} Diff;

static int by_key(const Trait *x, const Trait *y)
{
	int c = str_cmp(x->object, y->object);

	return c ? c : (int)x->kind - (int)y->kind;
}

static int by_key_p(const void *x, const void *y)
{
	return by_key(*(const Trait *const *)x, *(const Trait *const *)y);
}

static int read_old(Diff *d, Err *e)
{
	static const char sql[] = "SELECT object, kind, base, value, first FROM trait WHERE source = ? ORDER BY object, kind";
	sqlite3_stmt *st = db_stmt(d->s, sql, e);
	int rc;

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, d->set->source);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		VEC_GROW(d->old, d->cap, d->n + 1);
		d->old[d->n++] = (Old){ .f = { .object = arena_str(&d->a, db_col_str(st, 0)), .kind = (ChangeKind)sqlite3_column_int(st, 1),
		                               .base = arena_str(&d->a, db_col_str(st, 2)), .value = arena_str(&d->a, db_col_str(st, 3)),
		                               .first = sqlite3_column_int(st, 4) != 0 } };
	}
	sqlite3_reset(st);
	return rc == SQLITE_DONE ? 0 : db_fail(d->s, "cannot read the registry as it was", e);
}

static Old *find_old(const Diff *d, const Trait *f)
{
	size_t lo = 0, hi = d->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = by_key(&d->old[mid].f, f);

		if (c == 0)
			return &d->old[mid];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* The same key twice in one look: the first one counts, or each look would find a change. */
static bool is_repeated(const Diff *d, const Trait *f)
{
	const Trait **at = bsearch(&f, d->now, d->now_n, sizeof *d->now, by_key_p);

	return at && *at != f;
}

static void sort_now(Diff *d)
{
	size_t kept = 0;

	d->now = xcalloc(d->set->count + 1, sizeof *d->now);
	for (size_t i = 0; i < d->set->count; i++)
		d->now[i] = &d->set->trait[i];
	if (d->set->count)
		qsort(d->now, d->set->count, sizeof *d->now, by_key_p);
	for (size_t i = 0; i < d->set->count; i++)
		if (!kept || by_key(d->now[kept - 1], d->now[i]) != 0)
			d->now[kept++] = d->now[i];
	d->now_n = kept;
}

static int keep(Diff *d, const Trait *f, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO trait(source, object, kind, base, value, first) VALUES(?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(d->s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, d->set->source);
	db_bind_str(st, 2, f->object);
	sqlite3_bind_int64(st, 3, f->kind);
	db_bind_str(st, 4, f->base);
	db_bind_str(st, 5, f->value);
	sqlite3_bind_int64(st, 6, f->first);
	return db_done(d->s, st, "cannot keep the registry as it is", e);
}

static int forget(Diff *d, const Trait *f, Err *e)
{
	static const char sql[] = "DELETE FROM trait WHERE source = ? AND object = ? AND kind = ?";
	sqlite3_stmt *st = db_stmt(d->s, sql, e);

	if (!st)
		return -1;
	sqlite3_bind_int64(st, 1, d->set->source);
	db_bind_str(st, 2, f->object);
	sqlite3_bind_int64(st, 3, f->kind);
	return db_done(d->s, st, "cannot forget what the registry had", e);
}

static int tell(Diff *d, const Trait *f, Str from, Str to, Err *e)
{
	int64_t at = f->at_ms;
	bool exact = at > d->since_ms - BEFORE_MS && at <= d->set->ended_ms + SKEW_MS;
	Change c = { .kind = f->kind, .source = d->set->source, .object = f->object, .from = from, .to = to,
	             .by = exact || !at ? f->by : STR(""),           /* who wrote it before is not who did this */
	             .time_ms = exact ? at : d->set->ended_ms, .since_ms = exact ? at - d->set->slack_ms : d->since_ms };

	c.id = arena_printf(&d->a, "%.*s %s %" PRId64, STR_ARG(f->object), change_kind_name(f->kind), d->set->ended_ms);
	return d->first_look ? 0 : change_take(d->s, &c, d->fresh, e);
}

/* What is there now. Of a base that has just appeared only the first trait is news. */
static int tell_now(Diff *d, Err *e)
{
	Str new_base = { NULL, 0 };

	for (size_t i = 0; i < d->set->count; i++) {
		const Trait *f = &d->set->trait[i];
		Old *old = find_old(d, f);
		bool told;

		if (is_repeated(d, f))
			continue;
		if (old)
			old->seen = true;
		if (old && str_eq(old->f.value, f->value))
			continue;
		if (f->first && !old)
			new_base = f->base;
		told = f->first || old || !new_base.p || !str_eq(new_base, f->base);
		if ((told && tell(d, f, old ? old->f.value : STR(""), f->value, e) < 0) || keep(d, f, e) < 0)
			return -1;
	}
	return 0;
}

static int by_text(const void *x, const void *y)
{
	return str_cmp(*(const Str *)x, *(const Str *)y);
}

/* What is gone; of a base that is gone only the first trait. Nobody says who took it away, or when. */
static int tell_gone(Diff *d, Err *e)
{
	Str *base = xcalloc(d->n + 1, sizeof *base);
	size_t bases = 0;
	int rc = 0;

	for (size_t i = 0; i < d->n; i++)
		if (!d->old[i].seen && d->old[i].f.first)
			base[bases++] = d->old[i].f.base;
	if (bases)
		qsort(base, bases, sizeof *base, by_text);
	for (size_t i = 0; i < d->n && rc == 0; i++) {
		const Trait *f = &d->old[i].f;

		if (d->old[i].seen)
			continue;
		if (f->first || !bases || !bsearch(&f->base, base, bases, sizeof *base, by_text))
			rc = tell(d, f, f->value, STR(""), e);
		if (rc == 0)
			rc = forget(d, f, e);
	}
	free(base);
	return rc;
}

/* When the source was looked at last, begin and end, and where: "1790000000000 1790000000800 agents". Of two processes on
 * one store the one whose look overlaps with what the other has stored may have seen what was before that: it counts for
 * nothing. (A clock that was put back is not taken for that.) */
static int look_before(Diff *d, const char *cursor, bool *overlaps, Err *e)
{
	int64_t ended = 0;
	Str text, rest;

	if (store_cursor(d->s, cursor, &d->a, &text, e) < 0)
		return -1;
	d->first_look = str_i64(str_cut(text, ' ', &rest), &d->since_ms) < 0 || str_i64(str_cut(rest, ' ', &rest), &ended) < 0 ||
	                !str_eq(rest, d->set->place);
	*overlaps = !d->first_look && d->set->began_ms < ended && ended - d->set->began_ms < LOOK_MAX_MS;
	return 0;
}

static int put_cursor(Diff *d, const char *sql, const char *key, Str text, Err *e)
{
	sqlite3_stmt *st = db_stmt(d->s, sql, e);

	if (!st)
		return -1;
	db_bind_str(st, 1, str_of(key));
	db_bind_str(st, 2, text);
	return db_done(d->s, st, "cannot keep when the registry was read", e);
}

static void from_key(ChangeSource source, char out[40])
{
	(void)snprintf(out, 40, "looked.%s", change_source_name(source));
}

/* A store of before does not say when the looks began: then it is the last one that it knows of. */
static int look_done(Diff *d, const char *cursor, Err *e)
{
	static const char first[] = "INSERT OR REPLACE INTO cursor VALUES(?, ?)", if_none[] = "INSERT OR IGNORE INTO cursor VALUES(?, ?)";
	char from[40];

	from_key(d->set->source, from);
	return put_cursor(d, first, cursor, arena_printf(&d->a, "%" PRId64 " %" PRId64 " %.*s", d->set->began_ms, d->set->ended_ms,
	                                                 STR_ARG(d->set->place)), e) < 0 ||
	       put_cursor(d, d->first_look ? first : if_none, from,
	                  arena_printf(&d->a, "%" PRId64, d->first_look ? d->set->ended_ms : d->since_ms), e) < 0 ? -1 : 0;
}

int store_looked_from(Store *s, ChangeSource source, int64_t *from_ms, Err *e)
{
	Arena a = { 0 };
	char key[40];
	Str text;
	int rc;

	*from_ms = 0;
	from_key(source, key);
	if ((rc = store_cursor(s, key, &a, &text, e)) == 0 && text.n && str_i64(text, from_ms) < 0)
		*from_ms = 0;
	arena_done(&a);
	return rc;
}

int change_traits(Store *s, const TraitSet *set, size_t *fresh, Err *e)
{
	Diff d = { .s = s, .set = set, .fresh = fresh };
	char cursor[40];
	bool overlaps;
	int rc;

	(void)snprintf(cursor, sizeof cursor, "traits.%s", change_source_name(set->source));
	sort_now(&d);
	rc = look_before(&d, cursor, &overlaps, e);
	if (rc == 0 && !overlaps)
		rc = read_old(&d, e) < 0 || tell_now(&d, e) < 0 || tell_gone(&d, e) < 0 ? -1 : look_done(&d, cursor, e);
	free(d.now);
	free(d.old);
	arena_done(&d.a);
	return rc;
}
