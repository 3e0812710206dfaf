#include "unit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/sent.h"

static char folder[] = "/tmp/seismo-sent-XXXXXX", path[80];

static void expect(Sent *s, size_t n, int64_t now_ms, size_t have, int64_t wait_ms)
{
	int64_t wait;

	assert_int_equal(sent_peek(s, n, now_ms, &wait), have);
	assert_int_equal(wait, wait_ms);
}

static void take(Sent *s, size_t n, bool anyway, int64_t now_ms, int64_t wait_ms)
{
	int64_t wait;

	(void)sent_claim(s, n, anyway, now_ms, &wait);
	assert_int_equal(wait, wait_ms);
}

static void a_minute_of_all_runs(void **state)
{
	Sent a, b;
	struct stat st;

	(void)state;
	sent_open(&a, strdup(path), 3);
	sent_open(&b, strdup(path), 3);
	expect(&a, 1, 1000, 0, 0);
	assert_int_equal(stat(path, &st), -1);              /* a look makes nothing */
	take(&a, 2, false, 1000, 0);
	take(&b, 1, false, 5000, 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	expect(&a, 1, 6000, 3, 55000);                      /* until the first is a minute old */
	expect(&a, 3, 6000, 3, 59000);                      /* until all are */
	take(&b, 1, false, 6000, 55000);
	expect(&b, 1, 6000, 3, 55000);                      /* what was refused does not count */
	take(&b, 1, true, 6000, 55000);
	expect(&a, 1, 7000, 4, 54000);                      /* what was sent anyway does */
	sent_give_back(&b);
	expect(&a, 1, 7000, 3, 54000);
	take(&b, 1, true, 7000, 54000);
	expect(&a, 1, 61000, 2, 0);
	expect(&a, 1, -9000, 0, 0);                         /* the clock was put back */
	expect(&a, 4, 61000, 2, 60000);                     /* more than ever fit */
	sent_close(&a);
	sent_close(&b);
}

static void what_stands_there_is_not_trusted(void **state)
{
	const int fd = open(path, O_WRONLY | O_TRUNC);
	Sent s;

	(void)state;
	assert_int_equal(write(fd, "junk and an odd number of bytes", 31), 31);
	close(fd);
	sent_open(&s, strdup(path), 2);
	expect(&s, 1, 1000, 0, 0);
	take(&s, 1, false, 1000, 0);
	expect(&s, 1, 1000, 1, 0);
	sent_close(&s);
}

static void without_a_file(void **state)
{
	Sent s;

	(void)state;
	sent_open(&s, NULL, 2);
	take(&s, 1, false, 1000, 0);
	take(&s, 1, false, 1001, 0);
	expect(&s, 1, 2000, 2, 59000);
	sent_give_back(&s);
	expect(&s, 1, 2000, 1, 0);
	sent_close(&s);
	sent_open(&s, NULL, 0);                             /* no bound */
	for (int i = 0; i < SENT_MAX + 10; i++)
		take(&s, 1, false, 1000, 0);
	expect(&s, 1, 1000, SENT_MAX, 0);
	sent_close(&s);
}

/* Of many at once no more get through than may. */
static void at_once(void **state)
{
	enum { RUNS = 8, EACH = 10, MOST = 25 };
	int got = 0, status;

	(void)state;
	(void)unlink(path);
	for (int i = 0; i < RUNS; i++)
		if (!fork()) {
			Sent s;
			int64_t wait;
			int mine = 0;

			sent_open(&s, strdup(path), MOST);
			for (int k = 0; k < EACH; k++) {
				(void)sent_claim(&s, 1, false, 1000 + k, &wait);
				mine += !wait;
			}
			sent_close(&s);
			_exit(mine);
		}
	for (int i = 0; i < RUNS; i++) {
		assert_true(wait(&status) > 0 && WIFEXITED(status));
		got += WEXITSTATUS(status);
	}
	assert_int_equal(got, MOST);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_minute_of_all_runs), cmocka_unit_test(what_stands_there_is_not_trusted), cmocka_unit_test(without_a_file),
		cmocka_unit_test(at_once),
	};
	int rc;

	if (!mkdtemp(folder))
		return 1;
	(void)snprintf(path, sizeof path, "%s/sent", folder);
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	(void)unlink(path);
	(void)rmdir(folder);
	return rc;
}
