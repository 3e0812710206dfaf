#include "unit.h"

#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

static char folder[64], path[128], other[128];
static Err e;

static int make_folder(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof folder, "/tmp/seismo-put-XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof path, "%s/file", folder);
	(void)snprintf(other, sizeof other, "%s/other", folder);
	e = (Err){ 0 };
	return 0;
}

static int clear_folder(void **state)
{
	char command[128];

	(void)state;
	(void)snprintf(command, sizeof command, "rm -rf %s", folder);
	return system(command);
}

static void holds(const char *file, const char *want)
{
	Buf b = { 0 };

	assert_int_equal(file_read(file, &b, 1000, &e), 0);
	assert_string_equal(buf_cstr(&b), want);
	buf_done(&b);
}

static int entries(void)
{
	char command[128];
	FILE *f;
	int n = -1;

	(void)snprintf(command, sizeof command, "ls -A %s | wc -l", folder);
	f = popen(command, "r");
	assert_int_equal(fscanf(f, "%d", &n), 1);
	(void)pclose(f);
	return n;
}

static void a_new_file_is_private(void **state)
{
	struct stat st;

	(void)state;
	(void)umask(0);
	assert_int_equal(file_put(path, STR("one"), false, &e), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	holds(path, "one");
	assert_int_equal(entries(), 1);
}

static void what_is_there_is_spared(void **state)
{
	struct stat before, after;

	(void)state;
	assert_int_equal(file_put(path, STR("one"), false, &e), 0);
	assert_int_equal(stat(path, &before), 0);
	assert_int_equal(file_put(path, STR("two"), false, &e), -1);
	assert_non_null(strstr(e.text, "is there already"));
	holds(path, "one");
	assert_int_equal(file_put(path, STR("two"), true, &e), 0);
	holds(path, "two");
	/* Another file stands there: who had the old one open keeps all of it. */
	assert_int_equal(stat(path, &after), 0);
	assert_int_not_equal(before.st_ino, after.st_ino);
	assert_int_equal(entries(), 1);
}

static void links_are_not_followed(void **state)
{
	struct stat st;

	(void)state;
	assert_int_equal(file_put(other, STR("other"), false, &e), 0);
	assert_int_equal(symlink(other, path), 0);
	for (int force = 0; force < 2; force++) {
		assert_int_equal(file_put(path, STR("new"), force, &e), -1);
		assert_non_null(strstr(e.text, "is a link"));
	}
	holds(other, "other");
	assert_int_equal(unlink(other), 0);
	assert_int_equal(file_put(path, STR("new"), true, &e), -1);        /* also where it leads nowhere */
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(entries(), 1);
}

static void what_is_no_file_is_refused(void **state)
{
	(void)state;
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(file_put(path, STR("x"), true, &e), -1);
	assert_int_equal(file_put(folder, STR("x"), true, &e), -1);
	assert_int_equal(file_put("/nonexistent/folder/file", STR("x"), true, &e), -1);
	assert_int_equal(entries(), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_new_file_is_private, make_folder, clear_folder),
		cmocka_unit_test_setup_teardown(what_is_there_is_spared, make_folder, clear_folder),
		cmocka_unit_test_setup_teardown(links_are_not_followed, make_folder, clear_folder),
		cmocka_unit_test_setup_teardown(what_is_no_file_is_refused, make_folder, clear_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
