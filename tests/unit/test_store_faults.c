#include "unit.h"

#include <sched.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "store_unit.h"

#include "base/clock.h"

static Fleet f;

#define CHILD_NEEDS(cond) do { if (!(cond)) { (void)fprintf(stderr, "# line %d: %s\n", __LINE__, #cond); _exit(1); } } while (0)

/* Runs the test in a process of its own, for limits and rights that cannot be taken back. 77: it cannot run here. */
static int in_child(void (*test)(void))
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		test();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int apply_part(Store *s, size_t from, size_t n, Err *e)
{
	char at[24];
	Cursor c = { "jobs", { at, (size_t)snprintf(at, sizeof at, "%zu", from + n) } };
	StoreBatch b = batch_of(&f.v[from], n);

	b.cursors = &c;
	b.cursor_count = 1;
	return store_apply(s, &b, NULL, e);
}

static char *clean_export(size_t n)
{
	Store *clean = store_open_memory("faults-clean", STORE_WRITE, NULL);
	char *text;

	apply_facts(clean, f.v, n, LEDGER_COMPUTED);
	text = export(clean);
	store_close(clean);
	return text;
}

/* The view goes on in memory: what was acknowledged is in the copy, and all that comes is taken in there. */
static void go_on_in_memory(Store *s, size_t at)
{
	Err e = { 0 };
	Store *memory;
	char *here, *there;

	CHILD_NEEDS(store_disk_failure(s));
	CHILD_NEEDS((memory = store_copy_memory(s, "aside", 100000, &e)));
	here = export(memory);
	there = export(s);
	CHILD_NEEDS(strcmp(here, there) == 0);
	free(here);
	free(there);
	for (; at < f.n; at += 5)
		CHILD_NEEDS(apply_part(memory, at, f.n - at < 5 ? f.n - at : 5, &e) == 0);
	here = export(memory);
	there = clean_export(f.n);
	CHILD_NEEDS(strcmp(here, there) == 0);
	free(here);
	free(there);
	store_close(memory);
}

/* Fills until a batch fails; what was acknowledged is there and whole; with room again the same batch goes in. */
static void fill_then_go_on(const char *path, const char *say, void (*make_room)(void))
{
	Err e = { 0 };
	Store *s = store_open(path, STORE_WRITE, NULL, &e);
	size_t at = 0;
	char *here, *there;

	CHILD_NEEDS(s);
	while (at < f.n && apply_part(s, at, 5, &e) == 0)
		at += 5;
	CHILD_NEEDS(at > 0 && at < f.n);
	CHILD_NEEDS(strstr(e.text, path) && strstr(e.text, say));
	CHILD_NEEDS(apply_part(s, at, 5, &e) < 0);
	here = export(s);
	there = clean_export(at);
	CHILD_NEEDS(strcmp(here, there) == 0);
	free(here);
	free(there);
	go_on_in_memory(s, at);
	make_room();
	for (; at < f.n; at += 5)
		CHILD_NEEDS(apply_part(s, at, f.n - at < 5 ? f.n - at : 5, &e) == 0);
	here = export(s);
	there = clean_export(f.n);
	CHILD_NEEDS(strcmp(here, there) == 0);
	free(here);
	free(there);
	store_close(s);
}

static void set_file_limit(rlim_t bytes)
{
	struct rlimit r;

	CHILD_NEEDS(getrlimit(RLIMIT_FSIZE, &r) == 0);
	r.rlim_cur = bytes;
	CHILD_NEEDS(setrlimit(RLIMIT_FSIZE, &r) == 0);
}

static void lift_file_limit(void)
{
	set_file_limit(RLIM_INFINITY);
}

static void file_may_not_grow(void)
{
	(void)signal(SIGXFSZ, SIG_IGN);
	set_file_limit(600000);
	fill_then_go_on(file("limit.db"), "cannot", lift_file_limit);
}

static void remount_larger(void)
{
	CHILD_NEEDS(mount("none", file("small"), "tmpfs", MS_REMOUNT, "size=64m") == 0);
}

static void disk_is_full(void)
{
	char path[160];

	/* A mount of our own, seen by this process only. */
	if (mkdir(file("small"), 0700) < 0 || unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) < 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 || mount("none", file("small"), "tmpfs", 0, "size=700k") < 0)
		_exit(77);
	(void)snprintf(path, sizeof path, "%s/x.db", file("small"));
	fill_then_go_on(path, "free space on that disk", remount_larger);
}

/* Of a store that is too large for memory only the last hours go along; no total changes, and what is too old to be known there is
 * not taken for new. */
static void a_copy_may_be_of_the_last_hours(void **state)
{
	Store *s = must_open("large.db", STORE_WRITE), *memory;
	Arena a = { 0 };
	CostGroup *g, *h;
	JobRow *rows;
	Job old = { .id = STR("long ago"), .has_tokens = true, .tokens = { 1000, 0, 0, 0, 0 }, .model = STR("fix.small") };
	size_t n, m, all, kept;

	(void)state;
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	MUST(store_jobs(s, &(JobFilter){ 0 }, &a, &rows, &all, e));
	memory = store_copy_memory(s, "hours", 60, NULL);
	assert_non_null(memory);
	old.updated_ms = old.started_ms = fleet_start - 7200000;
	MUST(store_apply(memory, &(StoreBatch){ .jobs = &old, .job_count = 1, .prices = &fleet_prices }, NULL, e));
	MUST(store_jobs(memory, &(JobFilter){ 0 }, &a, &rows, &kept, e));
	assert_true(kept > 0 && kept <= 60 && kept < all);
	for (Dim d = DIM_ALL; d < DIMS; d++) {
		MUST(store_cost(s, d, 0, 0, &a, &g, &n, e));
		MUST(store_cost(memory, d, 0, 0, &a, &h, &m, e));
		assert_int_equal(n, m);
		for (size_t i = 0; i < n; i++)
			assert_true(str_eq(g[i].key, h[i].key) && memcmp(&g[i].s, &h[i].s, sizeof g[i].s) == 0);
	}
	arena_done(&a);
	store_close(memory);
	store_close(s);
}

static void a_file_that_may_not_grow_loses_nothing(void **state)
{
	(void)state;
	assert_int_equal(in_child(file_may_not_grow), 0);
}

static void a_full_disk_loses_nothing(void **state)
{
	int rc = in_child(disk_is_full);

	(void)state;
	if (rc == 77) {
		printf("# skipped: a small disk cannot be mounted here\n");
		skip();
	}
	assert_int_equal(rc, 0);
}

/* Rights do not hold root back, so the test becomes nobody; the folder is nobody's first. */
static void folder_is_read_only(void)
{
	char folder[128], path[160];
	Err e = { 0 };
	Store *s;

	(void)snprintf(folder, sizeof folder, "%s", file("locked"));
	(void)snprintf(path, sizeof path, "%s/x.db", folder);
	CHILD_NEEDS(mkdir(folder, 0700) == 0 && chmod(place, 0711) == 0);
	if (geteuid() == 0)
		CHILD_NEEDS(chown(folder, 65534, 65534) == 0 && setegid(65534) == 0 && seteuid(65534) == 0);
	CHILD_NEEDS(chmod(folder, 0500) == 0);
	CHILD_NEEDS(!store_open(path, STORE_WRITE, NULL, &e) && strstr(e.text, path) && strstr(e.text, "Permission denied"));
	CHILD_NEEDS(chmod(folder, 0700) == 0);
	CHILD_NEEDS((s = store_open(path, STORE_WRITE, NULL, &e)));
	CHILD_NEEDS(apply_part(s, 0, 20, &e) == 0);
	store_close(s);
	CHILD_NEEDS(chmod(path, 0400) == 0 && chmod(folder, 0500) == 0);
	CHILD_NEEDS(!store_open(path, STORE_WRITE, NULL, &e) && strstr(e.text, path));
	CHILD_NEEDS(chmod(folder, 0700) == 0 && chmod(path, 0600) == 0);
}

static void a_read_only_folder_is_named(void **state)
{
	(void)state;
	assert_int_equal(in_child(folder_is_read_only), 0);
}

static void a_lock_of_another_process_is_waited_for(void **state)
{
	Store *s = must_open("busy.db", STORE_WRITE);
	int64_t began;
	int pipes[2], status;
	Err e = { 0 };
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	if ((pid = fork()) == 0) {
		sqlite3 *db;

		CHILD_NEEDS(sqlite3_open(file("busy.db"), &db) == SQLITE_OK);
		CHILD_NEEDS(sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL) == SQLITE_OK);
		CHILD_NEEDS(write(pipes[1], "x", 1) == 1);
		usleep(300000);
		CHILD_NEEDS(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
		_exit(0);
	}
	assert_int_equal(read(pipes[0], &byte, 1), 1);
	began = clock_mono_ms();
	assert_int_equal(apply_part(s, 0, 20, &e), 0);
	assert_true(clock_mono_ms() - began >= 150);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	store_close(s);
}

/* Takes everything in, in an order of its own, while the other does the same. */
static void take_all(const char *path, uint64_t seed)
{
	Err e = { 0 };
	Store *s = store_open(path, STORE_WRITE, NULL, &e);

	CHILD_NEEDS(s);
	dice_state = seed;
	shuffle(f.v, f.n);
	for (size_t i = 0, n; i < f.n; i += n) {
		n = 1 + dice(12);
		n = n > f.n - i ? f.n - i : n;
		if (apply_part(s, i, n, &e) < 0) {
			(void)fprintf(stderr, "# %s\n", e.text);
			_exit(1);
		}
	}
	store_close(s);
	_exit(0);
}

static void two_processes_write_one_store(void **state)
{
	char *there = clean_export(f.n), *here;
	int status;
	pid_t pid[2];
	Store *s;

	(void)state;
	for (uint64_t i = 0; i < 2; i++)                     /* both also make it */
		if ((pid[i] = fork()) == 0)
			take_all(file("two.db"), i + 5);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(waitpid(pid[i], &status, 0), pid[i]);
		assert_int_equal(status, 0);
	}
	s = must_open("two.db", STORE_WRITE);
	here = export(s);
	assert_string_equal(here, there);
	free(here);
	free(there);
	store_close(s);
}

/* Only a writer looks through the file, and only through a small one: else a bad page is an error when it is met. */
static void damage_that_is_met_later_is_an_error(void **state)
{
	static char noise[4096];
	Store *s = must_open("later.db", STORE_WRITE);
	Err e = { 0 };
	FILE *io;
	Arena a = { 0 };
	JobRow *row;
	size_t n;

	(void)state;
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	store_close(s);
	s = must_open("later.db", STORE_READ);
	memset(noise, 'x', sizeof noise);
	assert_non_null(io = fopen(file("later.db"), "r+"));
	assert_int_equal(fseek(io, 0, SEEK_END), 0);
	for (long pages = ftell(io) / 4096, page = pages / 4; page < pages; page++)
		assert_true(fseek(io, page * 4096, SEEK_SET) == 0 && fwrite(noise, 1, sizeof noise, io) == sizeof noise);
	assert_int_equal(fclose(io), 0);
	assert_int_equal(store_jobs(s, &(JobFilter){ 0 }, &a, &row, &n, &e), -1);
	assert_non_null(strstr(e.text, "the file is damaged: move it away"));
	arena_done(&a);
	store_close(s);
}

static int make_fleet(void **state)
{
	fleet_make(&f, 3);
	fleet_drop_ties(&f);
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
		cmocka_unit_test(a_file_that_may_not_grow_loses_nothing), cmocka_unit_test(a_full_disk_loses_nothing),
		cmocka_unit_test(a_copy_may_be_of_the_last_hours), cmocka_unit_test(a_read_only_folder_is_named), cmocka_unit_test(a_lock_of_another_process_is_waited_for),
		cmocka_unit_test(two_processes_write_one_store), cmocka_unit_test(damage_that_is_met_later_is_an_error),
	};

	return cmocka_run_group_tests_name("store_faults", tests, make_fleet, clear_fleet);
}
