#include "store/lease.h"

#include <stdio.h>
#include <sys/random.h>

#include "base/clock.h"
#include "store/db.h"

typedef struct Row { LeaseInfo i; int64_t nonce, mono_ms; } Row;

LeaseNow lease_now(void)
{
	return (LeaseNow){ clock_mono_ms(), clock_wall_ms() };
}

void lease_init(Lease *l, const char *name, const char *what)
{
	*l = (Lease){ .name = name };
	(void)snprintf(l->what, sizeof l->what, "%s", what);
	process_self(&l->self);
	if (getrandom(&l->nonce, sizeof l->nonce, 0) != (ssize_t)sizeof l->nonce)
		l->nonce = clock_mono_ns() ^ l->self.pid << 40;
}

static void copy(char *out, size_t size, sqlite3_stmt *st, int at)
{
	(void)snprintf(out, size, "%.*s", STR_ARG(db_col_str(st, at)));
}

static int read_row(Store *s, const char *name, Row *r, Err *e)
{
	static const char sql[] = "SELECT pid, start, host, boot, space, what, nonce, beats, mono_ms, since_ms, renewed_ms "
		"FROM lease WHERE name = ?";
	sqlite3_stmt *st = db_stmt(s, sql, e);
	int rc;

	*r = (Row){ .i = { .state = LEASE_FREE } };
	if (!st)
		return -1;
	db_bind_str(st, 1, str_of(name));
	if ((rc = sqlite3_step(st)) == SQLITE_ROW) {
		r->i.state = LEASE_OTHER;
		r->i.who.pid = sqlite3_column_int64(st, 0);
		r->i.who.start = sqlite3_column_int64(st, 1);
		copy(r->i.who.host, sizeof r->i.who.host, st, 2);
		copy(r->i.who.boot, sizeof r->i.who.boot, st, 3);
		copy(r->i.who.space, sizeof r->i.who.space, st, 4);
		copy(r->i.what, sizeof r->i.what, st, 5);
		r->nonce = sqlite3_column_int64(st, 6);
		r->i.beats = sqlite3_column_int64(st, 7);
		r->mono_ms = sqlite3_column_int64(st, 8);
		r->i.since_ms = sqlite3_column_int64(st, 9);
		r->i.renewed_ms = sqlite3_column_int64(st, 10);
	} else if (rc != SQLITE_DONE) {
		return db_fail(s, "cannot read a lease", e);
	}
	sqlite3_reset(st);
	return 0;
}

/* The last change of another's lease, as this asker saw it. */
static bool silent_here(Lease *l, const Row *r, int64_t mono_ms)
{
	if (!l->seen_mono_ms || l->seen_beats != r->i.beats || l->seen_nonce != r->nonce) {
		l->seen_beats = r->i.beats;
		l->seen_nonce = r->nonce;
		l->seen_mono_ms = mono_ms;
	}
	return mono_ms - l->seen_mono_ms >= LEASE_LAPSE_MS;
}

static void judge(const ProcessId *self, Lease *l, LeaseNow now, Row *r)
{
	ProcessState alive;
	bool lapsed;

	if (r->i.state == LEASE_FREE)
		return;
	if (l && r->nonce == l->nonce) {
		r->i.state = LEASE_MINE;
		return;
	}
	alive = process_look(self, &r->i.who);
	/* A renewal later than now: it came since now was asked, or the clocks are not one after all. */
	if (process_same_clock(self, &r->i.who) && r->mono_ms <= now.mono_ms)
		lapsed = now.mono_ms - r->mono_ms >= LEASE_LAPSE_MS;
	else if (l)
		lapsed = silent_here(l, r, now.mono_ms);
	else
		lapsed = now.wall_ms - r->i.renewed_ms >= LEASE_LAPSE_MS;
	r->i.state = alive == PROCESS_GONE || lapsed ? LEASE_LAPSED : LEASE_OTHER;
}

static int write_row(Store *s, const Lease *l, LeaseNow now, const Row *was, Row *r, Err *e)
{
	static const char sql[] = "INSERT OR REPLACE INTO lease(name, pid, start, host, boot, space, what, nonce, beats, mono_ms, "
		"since_ms, renewed_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
	sqlite3_stmt *st = db_stmt(s, sql, e);

	if (!st)
		return -1;
	*r = (Row){ .i = { .state = LEASE_MINE, .who = l->self, .beats = was->i.beats + 1, .renewed_ms = now.wall_ms,
	                   .since_ms = was->i.state == LEASE_MINE ? was->i.since_ms : now.wall_ms },
	            .nonce = l->nonce, .mono_ms = now.mono_ms };
	(void)snprintf(r->i.what, sizeof r->i.what, "%s", l->what);
	db_bind_str(st, 1, str_of(l->name));
	sqlite3_bind_int64(st, 2, l->self.pid);
	sqlite3_bind_int64(st, 3, l->self.start);
	db_bind_str(st, 4, str_of(l->self.host));
	db_bind_str(st, 5, str_of(l->self.boot));
	db_bind_str(st, 6, str_of(l->self.space));
	db_bind_str(st, 7, str_of(l->what));
	sqlite3_bind_int64(st, 8, l->nonce);
	sqlite3_bind_int64(st, 9, r->i.beats);
	sqlite3_bind_int64(st, 10, now.mono_ms);
	sqlite3_bind_int64(st, 11, r->i.since_ms);
	sqlite3_bind_int64(st, 12, now.wall_ms);
	return db_done(s, st, "cannot keep a lease", e);
}

/* Nothing to write: another one's, or ours and fresh. */
static bool settled(const Lease *l, const Row *r, LeaseNow now)
{
	return (r->i.state == LEASE_OTHER && !l->force) || (r->i.state == LEASE_MINE && now.mono_ms - r->mono_ms < LEASE_BEAT_MS);
}

int lease_take(Store *s, Lease *l, LeaseNow now, LeaseInfo *info, Err *e)
{
	Row was, r;

	if (read_row(s, l->name, &r, e) < 0)
		return -1;
	judge(&l->self, l, now, &r);
	if (!settled(l, &r, now)) {
		if (db_begin(s, e) < 0)
			return -1;
		/* Asked again inside: another one may just have taken it. */
		if (read_row(s, l->name, &was, e) < 0)
			goto undo;
		judge(&l->self, l, now, &was);
		r = was;
		if (!settled(l, &was, now) && write_row(s, l, now, &was, &r, e) < 0)
			goto undo;
		if (db_commit(s, e) < 0)
			goto undo;
	}
	l->renewed_mono_ms = r.i.state == LEASE_MINE ? r.mono_ms : 0;
	if (info)
		*info = r.i;
	return 0;
undo:
	db_undo(s);
	return -1;
}

int lease_give(Store *s, Lease *l, Err *e)
{
	static const char sql[] = "DELETE FROM lease WHERE name = ? AND nonce = ?";
	sqlite3_stmt *st;

	if (!l->renewed_mono_ms)
		return 0;
	if (!(st = db_stmt(s, sql, e)))
		return -1;
	db_bind_str(st, 1, str_of(l->name));
	sqlite3_bind_int64(st, 2, l->nonce);
	if (db_done(s, st, "cannot give a lease back", e) < 0)
		return -1;
	l->renewed_mono_ms = 0;
	return 0;
}

bool lease_held(const Lease *l, int64_t mono_ms)
{
	return l->renewed_mono_ms && mono_ms - l->renewed_mono_ms < LEASE_LAPSE_MS;
}

int lease_look(Store *s, const char *name, Lease *l, LeaseNow now, LeaseInfo *info, Err *e)
{
	ProcessId self;
	Row r;

	*info = (LeaseInfo){ 0 };
	if (read_row(s, name, &r, e) < 0)
		return -1;
	if (!l)
		process_self(&self);
	judge(l ? &l->self : &self, l, now, &r);
	*info = r.i;
	return 0;
}
