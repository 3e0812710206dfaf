#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store/journal.h"

static char place[64];

static const char *fresh(void)
{
	(void)snprintf(place, sizeof place, "/tmp/seismo-journal-%ld.db", (long)getpid());
	(void)unlink(place);
	return place;
}

static Journal *opened(const char *path)
{
	Err e = { 0 };
	Journal *j = journal_open(path, &e);

	if (!j)
		fail_msg("%s", e.text);
	return j;
}

static void begun_stepped_ended(void **state)
{
	Journal *j = opened(fresh());
	Arena a = { 0 };
	JournalRow r, *list;
	JournalStep *steps;
	size_t n;
	bool found;
	Err e = { 0 };

	(void)state;
	assert_int_equal(journal_begin(j, STR("op-1"), STR("{\"to\":\"2.0\"}"), 1000, &e), 0);
	assert_int_equal(journal_step(j, STR("op-1"), "claiming", STR("x"), 1001, &e), 0);
	journal_close(j);
	j = opened(place);                           /* what the next start sees */
	assert_int_equal(journal_list(j, true, 10, &a, &list, &n, &e), 0);
	assert_int_equal(n, 1);
	assert_true(str_is(list[0].op, "op-1") && str_is(list[0].step, "claiming") && str_is(list[0].facts, "{\"to\":\"2.0\"}"));
	assert_int_equal(list[0].outcome.n, 0);
	assert_int_equal(journal_end(j, STR("op-1"), "done", STR("verified"), 1002, &e), 0);
	assert_int_equal(journal_list(j, true, 10, &a, &list, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(journal_find(j, STR("op-1"), &a, &r, &found, &e), 0);
	assert_true(found && str_is(r.outcome, "done") && str_is(r.detail, "verified") && r.begun_ms == 1000 && r.at_ms == 1002);
	assert_int_equal(journal_steps(j, STR("op-1"), &a, &steps, &n, &e), 0);
	assert_int_equal(n, 3);
	assert_true(str_is(steps[0].step, "begun") && str_is(steps[1].step, "claiming") && str_is(steps[2].step, "done"));
	journal_close(j);
	arena_done(&a);
	(void)unlink(place);
}

/* What ended stays as it ended, and what never began has no steps. */
static void an_outcome_is_kept(void **state)
{
	Journal *j = opened(fresh());
	Arena a = { 0 };
	JournalRow r;
	bool found;
	Err e = { 0 };

	(void)state;
	assert_int_equal(journal_begin(j, STR("op"), STR("{}"), 1, &e), 0);
	assert_int_equal(journal_end(j, STR("op"), "failed", STR("denied"), 2, &e), 0);
	assert_int_equal(journal_end(j, STR("op"), "done", STR(""), 3, &e), -1);
	assert_int_equal(journal_step(j, STR("op"), "acting", STR(""), 3, &e), -1);
	assert_int_equal(journal_step(j, STR("another"), "acting", STR(""), 3, &e), -1);
	assert_non_null(strstr(e.text, "no open action another"));
	assert_int_equal(journal_begin(j, STR("op"), STR("{}"), 4, &e), -1);
	assert_int_equal(journal_find(j, STR("op"), &a, &r, &found, &e), 0);
	assert_true(found && str_is(r.outcome, "failed") && r.at_ms == 2);
	assert_int_equal(journal_find(j, STR("another"), &a, &r, &found, &e), 0);
	assert_false(found);
	journal_close(j);
	arena_done(&a);
	(void)unlink(place);
}

/* A kill between two steps leaves the first one. */
static void a_killed_writer_leaves_its_steps(void **state)
{
	const char *path = fresh();
	Arena a = { 0 };
	JournalRow *list;
	Journal *j;
	size_t n;
	int status;
	pid_t child = fork();
	Err e = { 0 };

	(void)state;
	if (child == 0) {
		j = journal_open(path, NULL);
		if (j && journal_begin(j, STR("op"), STR("{}"), 1, NULL) == 0 && journal_step(j, STR("op"), "acting", STR(""), 2, NULL) == 0)
			_exit(7);                        /* without closing anything */
		_exit(1);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(WEXITSTATUS(status), 7);
	j = opened(path);
	assert_int_equal(journal_list(j, true, 10, &a, &list, &n, &e), 0);
	assert_int_equal(n, 1);
	assert_true(str_is(list[0].step, "acting"));
	journal_close(j);
	arena_done(&a);
	(void)unlink(path);
}

/* The second action began a day earlier, by a clock that was put back. */
static void newest_first_whatever_the_clock_says(void **state)
{
	const char *path = fresh();
	Journal *j = opened(path);
	Arena a = { 0 };
	JournalRow *list = NULL;
	size_t n = 0;
	Err e = { 0 };

	(void)state;
	assert_int_equal(journal_begin(j, STR("first"), STR("{}"), 200000000, &e), 0);
	assert_int_equal(journal_begin(j, STR("second"), STR("{}"), 100000000, &e), 0);
	assert_int_equal(journal_step(j, STR("first"), "acting", STR(""), 50000000, &e), 0);
	assert_int_equal(journal_list(j, false, 8, &a, &list, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_true(str_is(list[0].op, "second"));
	assert_true(str_is(list[1].op, "first"));
	journal_close(j);
	arena_done(&a);
	(void)unlink(path);
}

static void files_that_are_no_journal(void **state)
{
	const char *path = fresh();
	Err e = { 0 };
	int fd = open(path, O_WRONLY | O_CREAT, 0600);

	(void)state;
	assert_int_equal(write(fd, "this is not a database at all, and it is long enough", 52), 52);
	close(fd);
	assert_null(journal_open(path, &e));
	assert_non_null(strstr(e.text, "nothing is sent without it"));
	(void)unlink(path);
	journal_close(opened(path));
	assert_int_equal(chmod(path, 0666), 0);
	assert_null(journal_open(path, &e));
	assert_non_null(strstr(e.text, "only you can write"));
	(void)unlink(path);
	assert_int_equal(symlink("/dev/null", path), 0);
	assert_null(journal_open(path, &e));
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begun_stepped_ended), cmocka_unit_test(an_outcome_is_kept),
		cmocka_unit_test(a_killed_writer_leaves_its_steps), cmocka_unit_test(newest_first_whatever_the_clock_says),
		cmocka_unit_test(files_that_are_no_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
