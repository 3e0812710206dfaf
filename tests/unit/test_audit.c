#include "unit.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "act/audit.h"
#include "base/file.h"

static char place[64];

static const char *fresh(void)
{
	(void)snprintf(place, sizeof place, "/tmp/seismo-audit-%ld.jsonl", (long)getpid());
	(void)unlink(place);
	return place;
}

static void add(const char *path, const char *event, const char *reason)
{
	RoutePart from = { STR("2.1"), 100 }, to = { STR("2.0"), 100 };
	Str ids[] = { STR("REQ1"), STR("REQ2") };
	AuditRow r = { .at_ms = 1700000000123, .event = event, .op = STR("op"), .action = STR("rollback"), .by = STR("arn:aws:sts::1:x/y"),
	               .host = STR("h"), .agent = STR("upsell"), .pointer = STR("upsell/route"), .reason = str_of(reason), .from = { &from, 1 },
	               .to = { &to, 1 }, .claim = true, .request = ids, .requests = 2 };
	Err e = { 0 };

	if (audit_append(path, &r, NULL, &e) < 0)
		fail_msg("%s", e.text);
}

static AuditVerdict verdict(const char *path)
{
	AuditVerdict v;
	Err e = { 0 };

	if (audit_verify(path, &v, &e) < 0)
		fail_msg("%s", e.text);
	return v;
}

static void rows_follow_each_other(void **state)
{
	const char *path = fresh();
	Buf b = { 0 };
	AuditVerdict v;

	(void)state;
	for (int i = 0; i < 50; i++)
		add(path, i % 2 ? "done" : "claiming", "\"quoted\", and \n a new line, and \xff");
	v = verdict(path);
	assert_int_equal(v.bad_row, 0);
	assert_int_equal(v.rows, 50);
	assert_int_equal(file_read(path, &b, 1 << 20, NULL), 0);
	assert_true(str_starts(buf_str(&b), STR("{\"time\":\"2023-11-14T22:13:20.123Z\",\"event\":\"claiming\",\"op\":\"op\"")));
	assert_true(str_has(buf_str(&b), STR("\"from\":[{\"version\":\"2.1\",\"weight\":100}],\"to\":[{\"version\":\"2.0\",\"weight\":100}],"
	                                     "\"claim\":true,\"requestIds\":[\"REQ1\",\"REQ2\"],\"prevHash\":\"0000")));
	buf_done(&b);
	(void)unlink(path);
}

/* Each byte of the file, once: the row is named, or the one behind it. */
static void one_byte_is_enough(void **state)
{
	const char *path = fresh();
	Buf b = { 0 };
	int row = 1;

	(void)state;
	for (int i = 0; i < 3; i++)
		add(path, "done", "reason");
	assert_int_equal(file_read(path, &b, 1 << 20, NULL), 0);
	for (size_t i = 0; i < b.n; i++) {
		char was = b.p[i];
		AuditVerdict v;

		b.p[i] = (char)(was ^ 1);
		assert_int_equal(file_replace(path, buf_str(&b), NULL), 0);
		v = verdict(path);
		if (v.bad_row != row)
			fail_msg("byte %zu of row %d: row %lld is named", i, row, (long long)v.bad_row);
		b.p[i] = was;
		row += was == '\n';
	}
	buf_done(&b);
	(void)unlink(path);
}

static void a_row_that_is_gone(void **state)
{
	const char *path = fresh();
	Buf b = { 0 };
	Str all, first, second;

	(void)state;
	for (int i = 0; i < 3; i++)
		add(path, "done", i == 1 ? "the second" : "r");
	assert_int_equal(file_read(path, &b, 1 << 20, NULL), 0);
	all = buf_str(&b);
	first = str_cut(all, '\n', &all);
	second = str_cut(all, '\n', &all);
	memmove((char *)second.p, all.p, all.n);     /* the third in its place */
	assert_int_equal(file_replace(path, (Str){ first.p, first.n + 1 + all.n }, NULL), 0);
	assert_int_equal(verdict(path).bad_row, 2);
	buf_done(&b);
	(void)unlink(path);
}

/* What a power cut leaves is named, and does not keep the next row from being written. */
static void a_torn_row(void **state)
{
	const char *path = fresh();
	Buf b = { 0 };
	AuditVerdict v;

	(void)state;
	add(path, "done", "r");
	add(path, "done", "r");
	assert_int_equal(file_read(path, &b, 1 << 20, NULL), 0);
	assert_int_equal(file_replace(path, str_sub(buf_str(&b), 0, b.n - 20), NULL), 0);
	v = verdict(path);
	assert_int_equal(v.bad_row, 2);
	assert_int_equal(v.rows, 1);
	add(path, "done", "r");
	assert_int_equal(verdict(path).bad_row, 2);
	buf_done(&b);
	(void)unlink(path);
}

/* Several programs at once: every row is there and the chain holds. */
/* What is read back is what was written; a window, an agent by either spelling; a line that is none of ours is passed over. */
static void rows_are_read_back(void **state)
{
	const char *path = fresh();
	const AuditAsk all = { STR(""), 0, INT64_MAX }, none = { STR("other"), 0, INT64_MAX }, early = { STR("upsell"), 0, 1700000000123 };
	AuditRow *row = NULL;
	Arena a = { 0 };
	size_t n = 9;
	Err e = { 0 };
	int fd;

	(void)state;
	assert_int_equal(audit_list(path, &all, &a, &row, &n, &e), 0);
	assert_int_equal(n, 0);
	add(path, "claiming", "why\n\xff");
	fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"time\":\n", 10), 10);
	close(fd);
	add(path, "done", "why");
	assert_int_equal(audit_list(path, &all, &a, &row, &n, &e), 0);
	assert_int_equal(n, 2);
	assert_string_equal(row[0].event, "claiming");
	assert_string_equal(row[1].event, "done");
	assert_int_equal(row[1].at_ms, 1700000000123);
	assert_true(str_is(row[1].reason, "why") && row[1].claim && str_is(row[1].agent, "upsell"));
	assert_true(row[1].requests == 2 && str_is(row[1].request[1], "REQ2"));
	assert_true(row[1].from.n == 1 && str_is(row[1].from.part[0].version, "2.1") && row[1].to.part[0].weight == 100);
	assert_int_equal(audit_list(path, &none, &a, &row, &n, &e), 0);
	assert_int_equal(n, 0);
	assert_int_equal(audit_list(path, &early, &a, &row, &n, &e), 0);
	assert_int_equal(n, 0);
	arena_done(&a);
	(void)unlink(path);
}

static void many_writers(void **state)
{
	const char *path = fresh();
	AuditVerdict v;

	(void)state;
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			for (int k = 0; k < 20; k++)
				add(path, "done", "r");
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	v = verdict(path);
	assert_int_equal(v.bad_row, 0);
	assert_int_equal(v.rows, 80);
	(void)unlink(path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_follow_each_other), cmocka_unit_test(one_byte_is_enough), cmocka_unit_test(a_row_that_is_gone),
		cmocka_unit_test(a_torn_row), cmocka_unit_test(rows_are_read_back), cmocka_unit_test(many_writers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
