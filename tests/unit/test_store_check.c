/* A look at a snapshot from outside: it must say what is wrong and change nothing. */
#include "unit.h"

#include <sys/stat.h>

#include "base/file.h"
#include "store/check.h"
#include "store/db.h"
#include "store_unit.h"

static void not_there(void **state)
{
	StoreCheck c;

	(void)state;
	store_check(file("deeper/none.db"), 4000, &c);
	assert_false(c.there);
	assert_true(c.free_bytes > 0);
	assert_false(file_exists(file("deeper")));
}

static void sound_and_private(void **state)
{
	StoreCheck c;
	struct stat before, after;

	(void)state;
	store_close(must_open("a.db", STORE_WRITE));
	assert_int_equal(stat(file("a.db"), &before), 0);
	store_check(file("a.db"), 4000, &c);
	assert_true(c.there && c.regular && c.own && c.readable && c.checked && c.sound);
	assert_false(c.foreign || c.locked);
	assert_int_equal(c.mode, 0600);
	assert_int_equal(c.layout, c.newest_layout);
	assert_string_equal(c.why, "");
	assert_true(c.size > 0);
	assert_int_equal(stat(file("a.db"), &after), 0);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	assert_false(file_exists(file("a.db-wal")) || file_exists(file("a.db-shm")));
}

static void open_to_others(void **state)
{
	StoreCheck c;

	(void)state;
	store_close(must_open("b.db", STORE_WRITE));
	assert_int_equal(chmod(file("b.db"), 0664), 0);
	store_check(file("b.db"), 4000, &c);
	assert_int_equal(c.mode & 077, 064);
}

static void in_use(void **state)
{
	Store *s = must_open("c.db", STORE_WRITE);
	StoreCheck c;
	Err e = { 0 };

	(void)state;
	assert_int_equal(db_exec(s, "BEGIN IMMEDIATE", &e), 0);
	store_check(file("c.db"), 4000, &c);
	assert_true(c.sound && c.locked);
	assert_int_equal(db_exec(s, "ROLLBACK", &e), 0);
	store_check(file("c.db"), 4000, &c);
	assert_true(c.sound && !c.locked);
	store_close(s);
}

static void broken(void **state)
{
	StoreCheck c;
	FILE *f;

	(void)state;
	store_close(must_open("d.db", STORE_WRITE));
	assert_non_null(f = fopen(file("d.db"), "r+"));
	assert_int_equal(fseek(f, 4096, SEEK_SET), 0);
	for (int i = 0; i < 30000; i++)
		(void)fputc(i * 7, f);
	assert_int_equal(fclose(f), 0);
	store_check(file("d.db"), 4000, &c);
	assert_true(c.there && !c.sound);
	assert_true(c.damage[0] || c.why[0]);
}

/* SQLite itself finds nothing wrong where what is missing was zero. */
static void cut_within_a_page(void **state)
{
	StoreCheck c;
	struct stat st;
	char note[256];
	Err e = { 0 };
	Store *s;

	(void)state;
	store_close(must_open("cut.db", STORE_WRITE));
	assert_int_equal(stat(file("cut.db"), &st), 0);
	assert_int_equal(truncate(file("cut.db"), st.st_size - 10), 0);
	store_check(file("cut.db"), 4000, &c);
	assert_true(!c.sound && (c.damage[0] || c.why[0]));      /* in whose words is a matter of what the page holds */
	s = store_open(file("cut.db"), STORE_WRITE, note, &e);
	assert_non_null(s);
	assert_non_null(strstr(note, "kept as .broken-"));
	store_close(s);
}

static void no_database(void **state)
{
	StoreCheck c;
	FILE *f;

	(void)state;
	assert_non_null(f = fopen(file("e.db"), "w"));
	assert_true(fputs("this is a letter, not a database; it is long enough to be one", f) > 0);
	assert_int_equal(fclose(f), 0);
	store_check(file("e.db"), 4000, &c);
	assert_true(c.there && !c.sound);
	assert_true(c.damage[0] || c.why[0]);
}

static void a_link(void **state)
{
	StoreCheck c;
	char to[128];

	(void)state;
	(void)snprintf(to, sizeof to, "%s", file("a.db"));
	assert_int_equal(symlink(to, file("l.db")), 0);
	store_check(file("l.db"), 4000, &c);
	assert_true(c.there && !c.regular && !c.readable);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(not_there), cmocka_unit_test(sound_and_private), cmocka_unit_test(open_to_others), cmocka_unit_test(in_use),
		cmocka_unit_test(broken), cmocka_unit_test(cut_within_a_page), cmocka_unit_test(no_database), cmocka_unit_test(a_link),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
