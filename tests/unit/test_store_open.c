#include "unit.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "store/beside.h"
#include "store/frame.h"

static char place[64];
static Err err;

static int make_place(void **state)
{
	(void)state;
	(void)snprintf(place, sizeof place, "/tmp/seismo-open-XXXXXX");
	return mkdtemp(place) ? 0 : -1;
}

static int clear_place(void **state)
{
	char command[256];

	(void)state;
	(void)snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", place, place);
	return system(command) == 0 ? 0 : -1;
}

static const char *file(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof path, "%s/%s", place, name);
	return path;
}

static void put(const char *name, const char *bytes, size_t n, mode_t mode)
{
	FILE *f = fopen(file(name), "w");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
	assert_int_equal(chmod(file(name), mode), 0);
}

static int count_aside(const char *name)
{
	DIR *d = opendir(place);
	char start[64];
	struct dirent *x;
	int n = 0;

	(void)snprintf(start, sizeof start, "%s.broken-", name);
	while ((x = readdir(d)))
		n += strncmp(x->d_name, start, strlen(start)) == 0;
	closedir(d);
	return n;
}

static void made_private_and_found_again(void **state)
{
	char note[256];
	struct stat st;
	Store *s = store_open(file("new.db"), STORE_WRITE, note, &err);

	(void)state;
	assert_non_null(s);
	assert_string_equal(note, "");
	assert_int_equal(stat(file("new.db"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(file("new.db-wal"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(store_pin_identity(s, STR("111122223333"), STR("eu-west-1"), &err), 0);
	assert_int_equal(store_pin_identity(s, STR("111122223333"), STR("eu-west-1"), &err), 0);
	store_close(s);
	s = store_open(file("new.db"), STORE_WRITE, note, &err);
	assert_non_null(s);
	assert_int_equal(store_pin_identity(s, STR("444455556666"), STR("eu-west-1"), &err), -1);
	assert_int_equal(err.kind, ERR_REFUSED);
	assert_non_null(strstr(err.text, "111122223333"));
	store_close(s);
}

static void strange_files_are_refused(void **state)
{
	(void)state;
	put("target.db", "", 0, 0600);
	assert_int_equal(symlink("target.db", file("link.db")), 0);
	assert_null(store_open(file("link.db"), STORE_WRITE, NULL, &err));
	assert_non_null(strstr(err.text, "not a regular file"));
	assert_int_equal(mkfifo(file("fifo.db"), 0600), 0);
	assert_null(store_open(file("fifo.db"), STORE_WRITE, NULL, &err));
	put("open.db", "", 0, 0666);
	assert_null(store_open(file("open.db"), STORE_WRITE, NULL, &err));
	assert_non_null(strstr(err.text, "chmod 600"));
	assert_null(store_open(file("absent/x.db"), STORE_WRITE, NULL, &err));
	assert_non_null(strstr(err.text, "absent"));
	assert_null(store_open(file("absent.db"), STORE_READ, NULL, &err));
	put("readable.db", "", 0, 0644);
	store_close(store_open(file("readable.db"), STORE_WRITE, NULL, &err));
}

static void damaged_files_are_set_aside(void **state)
{
	static char noise[8192];
	char note[256], command[256];
	Store *s;
	FILE *f;

	(void)state;
	memset(noise, 'x', sizeof noise);
	put("noise.db", noise, sizeof noise, 0600);
	s = store_open(file("noise.db"), STORE_WRITE, note, &err);
	assert_non_null(s);
	assert_non_null(strstr(note, ".broken-"));
	assert_int_equal(count_aside("noise.db"), 1);
	store_close(s);

	/* A page in the middle is overwritten. */
	s = store_open(file("bent.db"), STORE_WRITE, note, &err);
	assert_non_null(s);
	store_close(s);
	f = fopen(file("bent.db"), "r+");
	assert_non_null(f);
	fseek(f, 4096 * 3, SEEK_SET);
	assert_int_equal(fwrite(noise, 1, 4096 * 2, f), 4096 * 2);
	fclose(f);
	s = store_open(file("bent.db"), STORE_WRITE, note, &err);
	assert_non_null(s);
	assert_int_equal(count_aside("bent.db"), 1);
	store_close(s);

	(void)snprintf(command, sizeof command, "python3 -c \"import sqlite3; c = sqlite3.connect('%s'); c.execute('create table t(x)'); c.commit()\"",
	               file("foreign.db"));
	assert_int_equal(system(command), 0);
	s = store_open(file("foreign.db"), STORE_WRITE, note, &err);
	assert_non_null(s);
	assert_int_equal(count_aside("foreign.db"), 1);
	store_close(s);
}

static void a_newer_layout_is_left_alone(void **state)
{
	char command[256];
	Store *s = store_open(file("newer.db"), STORE_WRITE, NULL, &err);

	(void)state;
	assert_non_null(s);
	store_close(s);
	(void)snprintf(command, sizeof command, "python3 -c \"import sqlite3; c = sqlite3.connect('%s'); c.execute('pragma user_version = 99')\"",
	               file("newer.db"));
	assert_int_equal(system(command), 0);
	assert_null(store_open(file("newer.db"), STORE_WRITE, NULL, &err));
	assert_non_null(strstr(err.text, "newer"));
	assert_int_equal(count_aside("newer.db"), 0);
}

static void first_paint_reads_one_row(void **state)
{
	Arena a = { 0 };
	Store *w = store_open(file("frame.db"), STORE_WRITE, NULL, &err), *r;
	int64_t at, best = INT64_MAX;
	Str blob;

	(void)state;
	assert_non_null(w);
	assert_int_equal(store_put_frame(w, "pulse", (Str){ "a\0b", 3 }, 1234, &err), 0);
	assert_int_equal(store_put_frame(w, "pulse", (Str){ "c\0d", 3 }, 1235, &err), 0);
	for (int i = 0; i < 20; i++) {
		int64_t start = clock_mono_ns(), took;

		r = store_open(file("frame.db"), STORE_READ, NULL, &err);
		assert_non_null(r);
		assert_int_equal(store_get_frame(r, "pulse", &a, &blob, &at, &err), 0);
		took = clock_mono_ns() - start;
		best = took < best ? took : best;
		assert_true(at == 1235 && blob.n == 3 && memcmp(blob.p, "c\0d", 3) == 0);
		store_close(r);
	}
	printf("# open and read the frame: %.3f ms\n", (double)best / 1e6);
	r = store_open(file("frame.db"), STORE_READ, NULL, &err);
	assert_int_equal(store_put_frame(r, "pulse", STR("x"), 1, &err), -1);
	assert_int_equal(store_get_frame(r, "absent", &a, &blob, &at, &err), 0);
	assert_true(blob.n == 0 && at == 0);
	store_close(r);
	store_close(w);
	arena_done(&a);
}

/* --- the newest frame, beside the store --- */

static bool peeks(const char *name, const char *want)
{
	char out[16];
	size_t n = 0;

	return store_peek_frame(file("peek.db"), name, out, sizeof out, &n) == 0 && n == strlen(want) && memcmp(out, want, n) == 0;
}

static Store *store_with_frame(void)
{
	Store *w = store_open(file("peek.db"), STORE_WRITE, NULL, &err);

	assert_non_null(w);
	assert_int_equal(store_put_frame(w, "one", STR("a picture"), 1, &err), 0);
	return w;
}

static void the_newest_frame_is_read_without_the_store(void **state)
{
	Store *w = store_with_frame();
	char out[4];
	struct stat st;
	size_t n;

	(void)state;
	assert_true(peeks("one", "a picture"));
	assert_int_equal(store_peek_frame(file("peek.db"), "one", out, sizeof out, &n), -1);       /* no room */
	assert_false(peeks("on", "a picture") || peeks("one1", "a picture") || peeks("two", "a picture"));
	assert_int_equal(store_put_frame(w, "one", STR("newer"), 2, &err), 0);
	assert_true(peeks("one", "newer"));
	assert_int_equal(store_put_frame(w, "two", STR("of others"), 3, &err), 0);
	assert_true(peeks("two", "of others") && !peeks("one", "newer"));
	assert_int_equal(stat(file("peek.db-frame"), &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	store_close(w);
	put("peek.db", "noise", 5, 0600);        /* into the same file */
	assert_true(peeks("two", "of others"));
}

static void a_frame_of_another_store_is_passed_over(void **state)
{
	char other[128];

	(void)state;
	store_close(store_with_frame());
	assert_int_equal(chmod(file("peek.db"), 0622), 0);
	assert_false(peeks("one", "a picture"));
	assert_int_equal(chmod(file("peek.db"), 0600), 0);
	assert_true(peeks("one", "a picture"));
	put("other.db", "", 0, 0600);
	(void)snprintf(other, sizeof other, "%s", file("other.db"));
	assert_int_equal(rename(other, file("peek.db")), 0);
	assert_false(peeks("one", "a picture"));
	assert_int_equal(unlink(file("peek.db")), 0);
	assert_false(peeks("one", "a picture"));
}

static void a_frame_that_others_can_write_or_is_cut_is_passed_over(void **state)
{
	struct stat st;
	char to[128];

	(void)state;
	store_close(store_with_frame());
	assert_int_equal(chmod(file("peek.db-frame"), 0666), 0);
	assert_false(peeks("one", "a picture"));
	assert_int_equal(chmod(file("peek.db-frame"), 0600), 0);
	assert_int_equal(stat(file("peek.db-frame"), &st), 0);
	for (off_t n = st.st_size - 1; n >= 0; n--) {
		assert_int_equal(truncate(file("peek.db-frame"), n), 0);
		assert_false(peeks("one", "a picture"));
	}
	/* What a link leads to is neither read nor written. */
	put("target", "keep me", 7, 0600);
	(void)snprintf(to, sizeof to, "%s", file("target"));
	assert_int_equal(unlink(file("peek.db-frame")), 0);
	assert_int_equal(symlink(to, file("peek.db-frame")), 0);
	store_close(store_with_frame());
	assert_int_equal(stat(to, &st), 0);
	assert_int_equal(st.st_size, 7);
	assert_int_equal(unlink(file("peek.db-frame")), -1);     /* the link has gone: it stood for a picture that was older */
	store_close(store_with_frame());
	assert_true(peeks("one", "a picture"));
}

static void in_memory_connections_share(void **state)
{
	Arena a = { 0 };
	Cursor c = { "jobs", STR("17") };
	StoreBatch b = { .cursors = &c, .cursor_count = 1 };
	Store *w = store_open_memory("shared", STORE_WRITE, &err), *r = store_open_memory("shared", STORE_READ, &err), *other;
	Str value;

	(void)state;
	assert_non_null(w);
	assert_non_null(r);
	assert_int_equal(store_apply(w, &b, NULL, &err), 0);
	assert_int_equal(store_cursor(r, "jobs", &a, &value, &err), 0);
	assert_true(str_is(value, "17"));
	assert_int_equal(store_apply(r, &b, NULL, &err), -1);
	other = store_open_memory("other", STORE_WRITE, &err);
	assert_int_equal(store_cursor(other, "jobs", &a, &value, &err), 0);
	assert_int_equal(value.n, 0);
	store_close(other);
	store_close(r);
	store_close(w);
	arena_done(&a);
}

/* The writer leaves its log alone then, however long it gets; when all of it was brought over it begins anew. */
static void the_log_is_brought_over_beside(void **state)
{
	static char mebibyte[1 << 20];
	const Str blob = { mebibyte, sizeof mebibyte };
	Store *w = store_open(file("beside.db"), STORE_WRITE, NULL, &err), *beside;
	struct stat before, after;
	int64_t pages = 0;

	(void)state;
	assert_int_equal(store_log_pages(w), 0);
	assert_non_null(beside = store_beside(w, &err));
	assert_int_equal(stat(file("beside.db"), &before), 0);
	for (int i = 0; i < 40; i++) {
		assert_int_equal(store_put_frame(w, "frame", blob, i, &err), 0);
		assert_true(store_log_pages(w) > pages);
		pages = store_log_pages(w);
	}
	assert_true(pages > 8000);
	assert_int_equal(stat(file("beside.db"), &after), 0);
	assert_int_equal(before.st_size, after.st_size);
	assert_int_equal(store_sync(beside, &err), 0);
	assert_int_equal(stat(file("beside.db"), &after), 0);
	assert_true(after.st_size > before.st_size + (1 << 20));
	assert_int_equal(store_put_frame(w, "frame", blob, 41, &err), 0);
	assert_in_range(store_log_pages(w), 1, 1000);
	store_close(beside);
	store_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_frame_is_read_without_the_store), cmocka_unit_test(a_frame_of_another_store_is_passed_over),
		cmocka_unit_test(a_frame_that_others_can_write_or_is_cut_is_passed_over), cmocka_unit_test(the_log_is_brought_over_beside), cmocka_unit_test(made_private_and_found_again), cmocka_unit_test(strange_files_are_refused),
		cmocka_unit_test(damaged_files_are_set_aside), cmocka_unit_test(a_newer_layout_is_left_alone),
		cmocka_unit_test(first_paint_reads_one_row), cmocka_unit_test(in_memory_connections_share),
	};

	return cmocka_run_group_tests_name("store_open", tests, make_place, clear_place);
}
