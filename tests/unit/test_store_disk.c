/* The store on a disk that lies and fails. The calls of the C library that SQLite writes with are replaced here: they can fail from the
 * Nth on, and they remember what was not synced, so that a power cut can take it back. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>

#include "base/xalloc.h"
#include "store_unit.h"

enum { SECTOR = 512, FILES = 256, FACTS = 500 };

/* --- the disk --- */

typedef struct Sector { off_t at; unsigned char was[SECTOR]; } Sector;
typedef struct Unsynced {                /* of one open file: what its sectors and size were when it was synced last */
	bool    used;
	off_t   size;
	Sector *v;
	size_t  n, cap;
} Unsynced;

static struct {
	bool   watching;
	long   calls, fail_at;               /* writes, truncations and syncs so far; from which on they fail, 0: never */
	bool   once, short_write;
	int    error;
	long   fs_type;                      /* instead of the true one, 0: none */
	int    lock_error;
	Unsynced file[FILES];
} disk;

static bool failing(void)
{
	if (!disk.watching)
		return false;
	disk.calls++;
	return disk.fail_at && (disk.once ? disk.calls == disk.fail_at : disk.calls >= disk.fail_at);
}

static off_t size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_size : 0;
}

static Unsynced *unsynced(int fd)
{
	Unsynced *u = fd < FILES ? &disk.file[fd] : NULL;

	if (!u || !disk.watching)
		return NULL;
	if (!u->used) {
		u->used = true;
		u->size = size_of(fd);
	}
	return u;
}

static void remember(int fd, off_t from, size_t n)
{
	Unsynced *u = unsynced(fd);
	off_t end = from + (off_t)n;

	for (off_t at = from / SECTOR * SECTOR; u && at < end; at += SECTOR) {
		size_t i = 0;

		while (i < u->n && u->v[i].at != at)
			i++;
		if (i < u->n || at >= u->size)
			continue;                    /* what stands behind the old end goes with the size */
		VEC_GROW(u->v, u->cap, u->n + 1);
		u->v[u->n] = (Sector){ .at = at };
		if (syscall(SYS_pread64, fd, u->v[u->n].was, SECTOR, at) >= 0)
			u->n++;
	}
}

ssize_t pwrite64(int fd, const void *p, size_t n, off_t at)
{
	if (failing()) {
		if (disk.short_write && n > 1) {
			remember(fd, at, n / 2);
			(void)!syscall(SYS_pwrite64, fd, p, n / 2, at);
		}
		errno = disk.error;
		return -1;
	}
	remember(fd, at, n);
	return syscall(SYS_pwrite64, fd, p, n, at);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	return pwrite64(fd, p, n, at);
}

int ftruncate64(int fd, off_t size)
{
	if (failing()) {
		errno = disk.error;
		return -1;
	}
	remember(fd, size, (size_t)(size_of(fd) > size ? size_of(fd) - size : 0));
	return (int)syscall(SYS_ftruncate, fd, size);
}

int ftruncate(int fd, off_t size)
{
	return ftruncate64(fd, size);
}

static int sync_fd(int fd)
{
	if (failing()) {
		errno = disk.error == ENOSPC ? EIO : disk.error;
		return -1;
	}
	if (fd < FILES && disk.file[fd].used) {
		disk.file[fd].size = size_of(fd);
		disk.file[fd].n = 0;
	}
	return 0;
}

int fdatasync(int fd)
{
	return sync_fd(fd);
}

int fsync(int fd)
{
	return sync_fd(fd);
}

int statfs(const char *path, struct statfs *out)
{
	int rc = (int)syscall(SYS_statfs, path, out);

	if (rc == 0 && disk.fs_type)
		out->f_type = disk.fs_type;
	return rc;
}

static int no_locks(int fd, int what, ...)
{
	long arg;
	va_list ap;

	va_start(ap, what);
	arg = va_arg(ap, long);
	va_end(ap);
	if (disk.lock_error && (what == F_SETLK || what == F_SETLKW)) {
		errno = disk.lock_error;
		return -1;
	}
	return (int)syscall(SYS_fcntl, fd, what, arg);
}

int fcntl64(int fd, int what, ...)
{
	long arg;
	va_list ap;

	va_start(ap, what);
	arg = va_arg(ap, long);
	va_end(ap);
	return no_locks(fd, what, arg);
}

int fcntl(int fd, int what, ...)
{
	long arg;
	va_list ap;

	va_start(ap, what);
	arg = va_arg(ap, long);
	va_end(ap);
	return no_locks(fd, what, arg);
}

/* The power goes: of what was not synced each sector is on the disk or not, and so is each new end of a file. */
static void cut_power(bool all_lost)
{
	for (int fd = 0; fd < FILES; fd++) {
		Unsynced *u = &disk.file[fd];
		off_t now;

		if (!u->used || fcntl(fd, F_GETFD) < 0)
			continue;
		now = size_of(fd);
		for (size_t i = 0; i < u->n; i++)
			if (all_lost || dice(2))
				(void)!syscall(SYS_pwrite64, fd, u->v[i].was, SECTOR, u->v[i].at);
		if (now > u->size)
			now = u->size + (all_lost ? 0 : (off_t)dice((uint32_t)(now - u->size) + 1) / SECTOR * SECTOR);
		(void)syscall(SYS_ftruncate, fd, now);
	}
}

/* --- the tests --- */

static Fleet f;

#define CHILD_NEEDS(cond) do { if (!(cond)) { (void)fprintf(stderr, "# line %d: %s\n", __LINE__, #cond); _exit(1); } } while (0)

static int apply_part(Store *s, size_t from, size_t n, Err *e)
{
	char at[24];
	Cursor c = { "jobs", { at, (size_t)snprintf(at, sizeof at, "%zu", from + n) } };
	StoreBatch b = batch_of(&f.v[from], n);

	b.cursors = &c;
	b.cursor_count = 1;
	return store_apply(s, &b, NULL, e);
}

/* What a store says that has the first n facts. */
static const char *clean_export(size_t n)
{
	static char *known[FLEET_MAX + 1];
	Store *clean;

	if (known[n])
		return known[n];
	clean = store_open_memory("disk-clean", STORE_WRITE, NULL);
	apply_facts(clean, f.v, n, LEDGER_COMPUTED);
	known[n] = export(clean);
	store_close(clean);
	return known[n];
}

/* How many facts the store says that it has, which its cursor must be true about; -1 when it is not sound. */
static long facts_in(const char *name, Store *s)
{
	Arena a = { 0 };
	sqlite3_stmt *st;
	sqlite3 *db;
	long n = 0;
	Str at;
	int64_t v = 0;
	char *here;

	assert_int_equal(sqlite3_open(file(name), &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &st, NULL), SQLITE_OK);
	if (sqlite3_step(st) != SQLITE_ROW || strcmp((const char *)sqlite3_column_text(st, 0), "ok") != 0)
		n = -1;
	sqlite3_finalize(st);
	sqlite3_close(db);
	MUST(store_cursor(s, "jobs", &a, &at, e));
	(void)str_i64(at, &v);
	here = export(s);
	if (n == 0)
		n = strcmp(here, clean_export((size_t)v)) == 0 ? (long)v : -1;
	free(here);
	arena_done(&a);
	return n;
}

static void remove_store(const char *name)
{
	char command[300];

	(void)snprintf(command, sizeof command, "rm -f %s/%s*", place, name);
	assert_int_equal(system(command), 0);
}

typedef struct Life { size_t synced, acknowledged; int error; long calls; } Life;

/* Takes facts in until the end or until the disk fails; says on the pipe how far it had come. */
static void live(const char *name, int pipe_fd, long cut_after)
{
	Err e = { 0 };
	Life l = { 0 };
	Store *s;

	disk.watching = true;
	if (!(s = store_open(file(name), STORE_WRITE, NULL, &e)))
		l.error = 1;
	for (size_t at = 0, n; s && at < f.n && !l.error; at += n) {
		n = 1 + dice(40);
		n = n > f.n - at ? f.n - at : n;
		if (apply_part(s, at, n, &e) < 0)
			l.error = 2;
		else
			l.acknowledged = at + n;
		if (!l.error && dice(6) == 0) {
			if (store_sync(s, &e) == 0)
				l.synced = l.acknowledged;
			else
				l.error = 3;
		}
		if (cut_after && disk.calls >= cut_after)
			break;
	}
	l.calls = disk.calls;
	if (cut_after)
		cut_power(dice(4) == 0);
	(void)!write(pipe_fd, &l, sizeof l);
	_exit(0);
}

static Life run_life(const char *name, uint64_t seed, long cut_after)
{
	int fd[2], status;
	Life l = { 0 };
	pid_t pid;

	assert_int_equal(pipe(fd), 0);
	if ((pid = fork()) == 0) {
		dice_state = seed;
		live(name, fd[1], cut_after);
	}
	close(fd[1]);
	assert_int_equal(read(fd[0], &l, sizeof l), sizeof l);
	close(fd[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return l;
}

/* Whatever the cut takes, the file is sound and holds the facts up to some moment: all that was synced, nothing half. */
static void test_d06_power_cut(void **state)
{
	long cuts = getenv("SEISMO_TORTURE") ? 2000 : 60, lost = 0;

	(void)state;
	for (long i = 0; i < cuts; i++) {
		Life l;
		Store *s;
		long n;
		char note[256];

		remove_store("cut.db");
		l = run_life("cut.db", (uint64_t)i * 977 + 5, 1 + (long)(i * 37 % 400));
		assert_int_equal(l.error, 0);
		s = store_open(file("cut.db"), STORE_WRITE, note, NULL);
		assert_non_null(s);
		assert_string_equal(note, "");                     /* it was not set aside */
		n = facts_in("cut.db", s);
		if (n < (long)l.synced)
			fail_msg("cut %ld: holds %ld facts, %zu were synced, %zu acknowledged", i, n, l.synced, l.acknowledged);
		lost += n < (long)l.acknowledged;
		MUST(apply_part(s, 0, f.n, e));                    /* and it goes on */
		assert_int_equal(facts_in("cut.db", s), (long)f.n);
		store_close(s);
	}
	printf("# %ld cuts, %ld took back what was acknowledged and not synced\n", cuts, lost);
}

/* Every write, truncation and sync fails once, in each way; the batch that meets it says so, nothing half stays, and once the disk is
 * well the rest goes in. */
static void test_d06_each_write_fails(void **state)
{
	static const struct { int error; bool once, short_write; } ways[] = {
		{ EIO, true, false }, { EIO, false, true }, { ENOSPC, false, false }, { ENOSPC, true, true },
	};
	long step = getenv("SEISMO_TORTURE") ? 1 : 17, runs = 0, told = 0, calls;

	(void)state;
	remove_store("fail.db");
	calls = run_life("fail.db", 7, 0).calls;
	assert_true(calls > 100);
	for (size_t w = 0; w < sizeof ways / sizeof *ways; w++)
		for (long at = 1 + (long)w; at <= calls; at += step, runs++) {
			Life l;
			Store *s;
			long n;

			remove_store("fail.db");
			disk.fail_at = at;
			disk.error = ways[w].error;
			disk.once = ways[w].once;
			disk.short_write = ways[w].short_write;
			l = run_life("fail.db", 7, 0);
			disk.fail_at = 0;
			told += l.error != 0;
			assert_non_null(s = store_open(file("fail.db"), STORE_WRITE, NULL, NULL));
			n = facts_in("fail.db", s);
			if (n < (long)l.acknowledged)
				fail_msg("way %zu, call %ld: holds %ld facts of %zu acknowledged", w, at, n, l.acknowledged);
			MUST(apply_part(s, 0, f.n, e));
			assert_int_equal(facts_in("fail.db", s), (long)f.n);
			store_close(s);
		}
	printf("# %ld runs over %ld calls, %ld of them told of an error\n", runs, calls, told);
	assert_true(told > runs * 2 / 3);
}

/* Another machine's disk: the log is one that needs no shared memory. */
static void test_d08_network_disk(void **state)
{
	static const long types[] = { 0x6969, 0x517B, (long)0xFF534D42, 0x65735546, 0x01021997 };
	char path[160];

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		Store *s, *r;

		remove_store("far.db");
		disk.fs_type = types[i];
		s = must_open("far.db", STORE_WRITE);
		MUST(apply_part(s, 0, f.n, e));
		r = must_open("far.db", STORE_READ);
		assert_int_equal(facts_in("far.db", r), (long)f.n);
		(void)snprintf(path, sizeof path, "%s-wal", file("far.db"));
		assert_int_equal(access(path, F_OK), -1);
		store_close(r);
		store_close(s);
	}
	disk.fs_type = 0;
	store_close(must_open("far.db", STORE_WRITE));         /* moved to a disk of ours: the quicker log again */
	assert_int_equal(access(path, F_OK), -1);
}

static void test_d08_no_locks(void **state)
{
	static const int errors[] = { ENOLCK, ENOSYS, EOPNOTSUPP, EINVAL };
	Err e = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
		disk.lock_error = errors[i];
		assert_null(store_open(file("unlocked.db"), STORE_WRITE, NULL, &e));
		assert_non_null(strstr(e.text, "no file locks"));
		assert_non_null(strstr(e.text, "XDG_DATA_HOME"));
	}
	disk.lock_error = 0;
	store_close(must_open("unlocked.db", STORE_WRITE));
}

static int make_fleet(void **state)
{
	fleet_make(&f, 3);
	fleet_drop_ties(&f);
	f.n = f.n < FACTS ? f.n : FACTS;
	return make_place(state);
}

static int clear_fleet(void **state)
{
	arena_done(&f.a);
	return clear_place(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_d06_power_cut), cmocka_unit_test(test_d06_each_write_fails), cmocka_unit_test(test_d08_network_disk),
		cmocka_unit_test(test_d08_no_locks),
	};

	return cmocka_run_group_tests_name("store_disk", tests, make_fleet, clear_fleet);
}
