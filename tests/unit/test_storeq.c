#include "unit.h"

#include "app/storeq.h"
#include "base/file.h"

/* A question to the store that notes when it ran and how it ended. */
typedef struct Ask {
	StoreQ **queue;
	int order, *clock;            /* place among the answers, from 1 */
	bool fail, close_in_done, write_in_done;
	int dones;
	Str want;                     /* a cursor's value to write; empty: only read */
	char got[32];
	Err err;
	bool failed;
	struct Ask *then;
} Ask;

static char place[64], path[128];
static uv_loop_t loop;

static int setup(void **state)
{
	(void)state;
	(void)snprintf(place, sizeof place, "/tmp/seismo-queue-XXXXXX");
	if (!mkdtemp(place))
		return -1;
	(void)snprintf(path, sizeof path, "%s/sub/store.db", place);
	return uv_loop_init(&loop);
}

static int teardown(void **state)
{
	char command[256];

	(void)state;
	if (uv_loop_close(&loop) != 0)
		return -1;
	(void)snprintf(command, sizeof command, "chmod -R u+w %s; rm -rf %s", place, place);
	return system(command) == 0 ? 0 : -1;
}

static int run_ask(Store *s, void *work, Err *e)
{
	Ask *a = work;
	Arena arena = { 0 };
	Cursor c = { "test", a->want };
	StoreBatch b = { .cursors = &c, .cursor_count = 1, .now_ms = 1 };
	StoreDelta d;
	Str got = STR("");
	int rc = 0;

	if (a->want.n)
		rc = store_apply(s, &b, &d, e);
	if (rc == 0 && (rc = store_cursor(s, "test", &arena, &got, e)) == 0)
		(void)snprintf(a->got, sizeof a->got, "%.*s", STR_ARG(got));
	arena_done(&arena);
	return rc == 0 && a->fail ? err_set(e, "asked to fail") : rc;
}

static void done_ask(void *work, const Err *err)
{
	Ask *a = work;

	a->dones++;
	a->order = ++*a->clock;
	a->failed = err != NULL;
	if (err)
		a->err = *err;
	if (a->write_in_done)
		storeq_write(*a->queue, (StoreWork){ run_ask, done_ask, a->then });
	if (a->close_in_done)
		storeq_close(*a->queue);
}

static StoreWork work_of(Ask *a)
{
	return (StoreWork){ run_ask, done_ask, a };
}

static void run_all(void)
{
	(void)uv_run(&loop, UV_RUN_DEFAULT);
}

static void test_writes_keep_their_order(void **state)
{
	StoreQ *q = storeq_new(&loop, path);
	int clock = 0;
	Ask a[3] = { { .clock = &clock, .want = STR("1") }, { .clock = &clock, .want = STR("2") },
				 { .clock = &clock, .want = STR("3") } };
	Ask r = { .clock = &clock };

	(void)state;
	for (int i = 0; i < 3; i++)
		storeq_write(q, work_of(&a[i]));
	assert_false(storeq_idle(q));
	run_all();
	for (int i = 0; i < 3; i++) {
		assert_int_equal(a[i].order, i + 1);
		assert_false(a[i].failed);
	}
	assert_true(storeq_idle(q));
	storeq_read(q, work_of(&r));
	run_all();
	assert_string_equal(r.got, "3");
	storeq_close(q);
	run_all();
}

static void test_a_failed_write_does_not_stop_the_next(void **state)
{
	StoreQ *q = storeq_new(&loop, NULL);
	int clock = 0;
	Ask bad = { .clock = &clock, .fail = true, .want = STR("1") }, good = { .clock = &clock, .want = STR("2") };

	(void)state;
	storeq_write(q, work_of(&bad));
	storeq_write(q, work_of(&good));
	run_all();
	assert_true(bad.failed);
	assert_string_equal(bad.err.text, "asked to fail");
	assert_false(good.failed);
	assert_string_equal(good.got, "2");
	storeq_close(q);
	run_all();
}

/* The running write goes on, those that wait come back at once, and each exactly once. */
static void test_closing_ends_what_waits(void **state)
{
	StoreQ *q = storeq_new(&loop, path);
	int clock = 0;
	Ask a[3] = { { .clock = &clock, .want = STR("1") }, { .clock = &clock, .want = STR("2") }, { .clock = &clock } };

	(void)state;
	storeq_write(q, work_of(&a[0]));
	storeq_write(q, work_of(&a[1]));
	storeq_read(q, work_of(&a[2]));
	storeq_close(q);
	assert_int_equal(a[1].dones, 1);
	assert_true(a[1].failed);
	assert_int_equal(a[0].dones, 0);
	run_all();
	assert_int_equal(a[0].dones, 1);
	assert_false(a[0].failed);
	assert_int_equal(a[1].dones, 1);
	assert_int_equal(a[2].dones, 1);
}

static void test_a_callback_may_close_the_queue(void **state)
{
	StoreQ *q = storeq_new(&loop, path);
	int clock = 0;
	Ask a = { .queue = &q, .clock = &clock, .want = STR("1"), .close_in_done = true };
	Ask b = { .clock = &clock, .want = STR("2") };

	(void)state;
	storeq_write(q, work_of(&a));
	storeq_write(q, work_of(&b));
	run_all();
	assert_int_equal(a.dones, 1);
	assert_int_equal(b.dones, 1);
	assert_true(b.failed);
}

/* While the queue waits for its last job to come back, new work is answered and not kept. */
static void test_work_after_close_comes_back(void **state)
{
	StoreQ *q = storeq_new(&loop, path);
	int clock = 0;
	Ask late = { .clock = &clock, .want = STR("9") };
	Ask a = { .queue = &q, .clock = &clock, .want = STR("1"), .write_in_done = true, .then = &late };

	(void)state;
	storeq_write(q, work_of(&a));
	storeq_close(q);
	run_all();
	assert_int_equal(a.dones, 1);
	assert_int_equal(late.dones, 1);
	assert_true(late.failed);
}

static void test_writing_from_a_callback(void **state)
{
	StoreQ *q = storeq_new(&loop, NULL);
	int clock = 0;
	Ask next = { .clock = &clock, .want = STR("2") };
	Ask a = { .queue = &q, .clock = &clock, .want = STR("1"), .write_in_done = true, .then = &next };

	(void)state;
	storeq_write(q, work_of(&a));
	run_all();
	assert_int_equal(next.order, 2);
	assert_string_equal(next.got, "2");
	storeq_close(q);
	run_all();
}

/* The live view must go on when the disk cannot be used. */
static void test_a_file_that_cannot_be_written_is_replaced_by_memory(void **state)
{
	StoreQ *q;
	int clock = 0;
	Ask w = { .clock = &clock, .want = STR("7") }, r = { .clock = &clock };
	Arena arena = { 0 };
	Store *s;
	Str got;
	Err e = { 0 };

	(void)state;
	q = storeq_new(&loop, "/proc/nowhere/store.db");
	storeq_write(q, work_of(&w));
	run_all();
	assert_false(w.failed);
	assert_non_null(strstr(storeq_note(q), "not recording: "));
	storeq_read(q, work_of(&r));
	run_all();
	assert_string_equal(r.got, "7");
	assert_non_null(s = storeq_open_reader(q, &e));
	assert_int_equal(store_cursor(s, "test", &arena, &got, &e), 0);
	assert_true(str_is(got, "7"));
	store_close(s);
	arena_done(&arena);
	storeq_close(q);
	run_all();
}

static void test_reading_a_file_that_is_not_there_fails(void **state)
{
	StoreQ *q = storeq_new(&loop, path);
	int clock = 0;
	Ask r = { .clock = &clock };

	(void)state;
	storeq_read(q, work_of(&r));
	run_all();
	assert_true(r.failed);
	assert_false(file_exists(path));
	storeq_close(q);
	run_all();
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* --- several queues --- */

typedef struct Together { char got[3][32]; bool there[3]; int dones; bool failed; } Together;

static int run_together(Store *const *s, size_t n, void *work, Err *e)
{
	Together *t = work;
	Arena arena = { 0 };
	Str got = STR("");

	for (size_t i = 0; i < n; i++) {
		if (!(t->there[i] = s[i] != NULL))
			continue;
		if (store_cursor(s[i], "test", &arena, &got, e) < 0)
			return -1;
		(void)snprintf(t->got[i], sizeof t->got[i], "%.*s", STR_ARG(got));
	}
	arena_done(&arena);
	return 0;
}

static void done_together(void *work, const Err *err)
{
	Together *t = work;

	t->dones++;
	t->failed = err != NULL;
}

static void on_gone(void *arg)
{
	++*(int *)arg;
}

static void test_several_are_read_together(void **state)
{
	char second[160], third[160];
	StoreQ *q[3];
	int clock = 0, gone = 0;
	Ask a = { .clock = &clock, .want = STR("one") }, b = { .clock = &clock, .want = STR("two") };
	Together t = { 0 }, late = { 0 };

	(void)state;
	(void)snprintf(second, sizeof second, "%s/second.db", place);
	(void)snprintf(third, sizeof third, "%s/third.db", place);
	q[0] = storeq_new(&loop, path);
	q[1] = storeq_new(&loop, second);
	q[2] = storeq_new(&loop, third);          /* nothing has been written there yet */
	for (int i = 0; i < 3; i++)
		storeq_on_gone(q[i], on_gone, &gone);
	storeq_write(q[0], work_of(&a));
	storeq_write(q[1], work_of(&b));
	run_all();
	storeq_read_all(q, 3, (StoreReads){ run_together, done_together, &t });
	/* Closed while it reads: they live until it has answered. */
	storeq_close(q[1]);
	assert_int_equal(gone, 0);
	run_all();
	assert_int_equal(t.dones, 1);
	assert_false(t.failed);
	assert_string_equal(t.got[0], "one");
	assert_string_equal(t.got[1], "two");
	assert_false(t.there[2]);
	assert_int_equal(gone, 1);
	storeq_read_all(q + 2, 1, (StoreReads){ run_together, done_together, &late });
	run_all();
	assert_true(late.dones == 1 && late.failed);
	storeq_close(q[0]);
	storeq_close(q[2]);
	run_all();
	assert_int_equal(gone, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_writes_keep_their_order),
		CASE(test_a_failed_write_does_not_stop_the_next),
		CASE(test_closing_ends_what_waits),
		CASE(test_a_callback_may_close_the_queue),
		CASE(test_work_after_close_comes_back),
		CASE(test_writing_from_a_callback),
		CASE(test_a_file_that_cannot_be_written_is_replaced_by_memory),
		CASE(test_reading_a_file_that_is_not_there_fails), CASE(test_several_are_read_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
