#include "unit.h"

#include <signal.h>
#include <sys/wait.h>

#include "base/clock.h"
#include "store/lease.h"
#include "store_unit.h"

enum { DAY_MS = 86400000 };

static LeaseInfo take(Store *s, Lease *l, LeaseNow now)
{
	LeaseInfo i;

	MUST(lease_take(s, l, now, &i, e));
	return i;
}

static LeaseNow after(LeaseNow t, int64_t ms)
{
	return (LeaseNow){ t.mono_ms + ms, t.wall_ms + ms };
}

/* Another container: its clock and its pids say nothing here. */
static Lease elsewhere(const char *name)
{
	Lease l;

	lease_init(&l, name, "collect");
	(void)snprintf(l.self.host, sizeof l.self.host, "far-away");
	(void)snprintf(l.self.space, sizeof l.self.space, "another");
	return l;
}

static void one_has_it_until_it_gives_it_back(void **state)
{
	Store *s = must_open("one.db", STORE_WRITE), *other = must_open("one.db", STORE_WRITE);
	LeaseNow now = lease_now();
	Lease a, b, w;
	LeaseInfo i;

	(void)state;
	lease_init(&a, LEASE_FEEDER, "console");
	lease_init(&b, LEASE_FEEDER, "collect");
	lease_init(&w, LEASE_WATCHER, "collect");
	MUST(lease_look(other, LEASE_FEEDER, NULL, now, &i, e));
	assert_int_equal(i.state, LEASE_FREE);
	assert_false(lease_held(&a, now.mono_ms));
	assert_int_equal(take(s, &a, now).state, LEASE_MINE);
	assert_true(lease_held(&a, now.mono_ms));

	i = take(other, &b, now);
	assert_int_equal(i.state, LEASE_OTHER);
	assert_false(lease_held(&b, now.mono_ms));
	assert_int_equal(i.who.pid, getpid());
	assert_string_equal(i.who.host, a.self.host);
	assert_string_equal(i.what, "console");
	assert_int_equal(i.since_ms, now.wall_ms);
	/* Another name is another job. */
	assert_int_equal(take(other, &w, now).state, LEASE_MINE);

	MUST(lease_give(other, &b, e));          /* not b's: stays */
	assert_int_equal(take(other, &b, now).state, LEASE_OTHER);
	MUST(lease_give(s, &a, e));
	assert_false(lease_held(&a, now.mono_ms));
	assert_int_equal(take(other, &b, now).state, LEASE_MINE);
	assert_int_equal(take(s, &a, now).state, LEASE_OTHER);
	store_close(s);
	store_close(other);
}

static void it_is_renewed_now_and_then_and_lapses(void **state)
{
	Store *s = must_open("lapse.db", STORE_WRITE);
	LeaseNow t = lease_now();
	Lease a, b;
	LeaseInfo i;

	(void)state;
	lease_init(&a, LEASE_FEEDER, "console");
	lease_init(&b, LEASE_FEEDER, "console");
	assert_int_equal(take(s, &a, t).beats, 1);
	assert_int_equal(take(s, &a, after(t, LEASE_BEAT_MS - 1)).beats, 1);
	i = take(s, &a, after(t, LEASE_BEAT_MS));
	assert_int_equal(i.beats, 2);
	assert_int_equal(i.since_ms, t.wall_ms);
	assert_int_equal(i.renewed_ms, t.wall_ms + LEASE_BEAT_MS);

	t = after(t, LEASE_BEAT_MS);
	assert_int_equal(take(s, &b, after(t, LEASE_LAPSE_MS - 1)).state, LEASE_OTHER);
	assert_true(lease_held(&a, t.mono_ms + LEASE_LAPSE_MS - 1));
	assert_false(lease_held(&a, t.mono_ms + LEASE_LAPSE_MS));
	/* Nobody took it meanwhile: it is still ours. */
	assert_int_equal(take(s, &a, after(t, 2 * LEASE_LAPSE_MS)).state, LEASE_MINE);
	t = after(t, 2 * LEASE_LAPSE_MS);
	MUST(lease_look(s, LEASE_FEEDER, &b, after(t, LEASE_LAPSE_MS), &i, e));
	assert_int_equal(i.state, LEASE_LAPSED);
	i = take(s, &b, after(t, LEASE_LAPSE_MS));
	assert_int_equal(i.state, LEASE_MINE);
	assert_int_equal(i.since_ms, t.wall_ms + LEASE_LAPSE_MS);
	/* The first one learns of it and leaves it alone, also when it ends. */
	t = after(t, LEASE_LAPSE_MS);
	assert_int_equal(take(s, &a, t).state, LEASE_OTHER);
	assert_false(lease_held(&a, t.mono_ms));
	MUST(lease_give(s, &a, e));
	assert_int_equal(take(s, &b, t).state, LEASE_MINE);
	store_close(s);
}

static void a_wall_clock_that_jumps_changes_nothing(void **state)
{
	static const int64_t jump[] = { -DAY_MS, DAY_MS, -INT64_C(400) * DAY_MS };
	LeaseNow t = lease_now();

	(void)state;
	for (size_t k = 0; k < sizeof jump / sizeof *jump; k++) {
		Store *s = must_open("jump.db", STORE_WRITE);
		Lease a, b;

		lease_init(&a, LEASE_FEEDER, "console");
		lease_init(&b, LEASE_FEEDER, "console");
		assert_int_equal(take(s, &a, t).state, LEASE_MINE);
		t.wall_ms += jump[k];
		assert_int_equal(take(s, &b, after(t, LEASE_LAPSE_MS - 1)).state, LEASE_OTHER);
		assert_int_equal(take(s, &a, after(t, LEASE_BEAT_MS)).beats, 2);
		assert_int_equal(take(s, &b, after(t, LEASE_LAPSE_MS)).state, LEASE_OTHER);
		assert_int_equal(take(s, &b, after(t, LEASE_BEAT_MS + LEASE_LAPSE_MS)).state, LEASE_MINE);
		MUST(lease_give(s, &b, e));
		t = after(t, DAY_MS);
		store_close(s);
	}
}

static void one_elsewhere_lapses_when_its_count_stands_still(void **state)
{
	Store *s = must_open("far.db", STORE_WRITE);
	LeaseNow t = lease_now(), far = { 77, t.wall_ms - 3 * (int64_t)DAY_MS };
	Lease a = elsewhere(LEASE_FEEDER), b;

	(void)state;
	lease_init(&b, LEASE_FEEDER, "console");
	assert_int_equal(take(s, &a, far).state, LEASE_MINE);
	/* Its clocks are three days behind: nothing follows from that. */
	assert_int_equal(take(s, &b, t).state, LEASE_OTHER);
	assert_int_equal(take(s, &b, after(t, LEASE_LAPSE_MS - 1)).state, LEASE_OTHER);
	assert_int_equal(take(s, &a, after(far, LEASE_BEAT_MS)).beats, 2);
	assert_int_equal(take(s, &b, after(t, LEASE_LAPSE_MS)).state, LEASE_OTHER);
	t = after(t, LEASE_LAPSE_MS);
	t.wall_ms += 5 * (int64_t)DAY_MS;
	assert_int_equal(take(s, &b, after(t, LEASE_LAPSE_MS - 1)).state, LEASE_OTHER);
	assert_int_equal(take(s, &b, after(t, LEASE_LAPSE_MS)).state, LEASE_MINE);
	assert_int_equal(take(s, &a, after(far, 2 * LEASE_BEAT_MS)).state, LEASE_OTHER);
	store_close(s);
}

static void what_a_machine_held_before_it_was_started_again_is_free(void **state)
{
	Store *s = must_open("boot.db", STORE_WRITE);
	LeaseNow t = lease_now();
	Lease a, b;

	(void)state;
	lease_init(&a, LEASE_FEEDER, "console");
	lease_init(&b, LEASE_FEEDER, "console");
	if (!a.self.boot[0])
		skip();
	a.self.boot[0] ^= 1;
	assert_int_equal(take(s, &a, t).state, LEASE_MINE);
	assert_int_equal(take(s, &b, t).state, LEASE_MINE);
	store_close(s);
}

static void a_pid_that_was_given_out_again_is_another_process(void **state)
{
	ProcessId me, p;

	(void)state;
	process_self(&me);
	assert_int_equal(process_look(&me, &me), PROCESS_ALIVE);
	assert_true(me.start > 0);
	p = me;
	p.start--;
	assert_int_equal(process_look(&me, &p), PROCESS_GONE);
	p = me;
	p.pid = 1 << 30;              /* over the kernel's largest */
	assert_int_equal(process_look(&me, &p), PROCESS_GONE);
	p.space[0] = '\0';
	assert_int_equal(process_look(&me, &p), PROCESS_UNKNOWN);
}

/* A child that takes the lease and then sleeps until it is killed. */
static pid_t holder(const char *name)
{
	int ready[2];
	char c;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	if ((pid = fork()) == 0) {
		Err e = { 0 };
		Store *s = store_open(file(name), STORE_WRITE, NULL, &e);
		Lease l;
		LeaseInfo i = { 0 };

		lease_init(&l, LEASE_FEEDER, "collect");
		c = s && lease_take(s, &l, lease_now(), &i, &e) == 0 && i.state == LEASE_MINE ? 'y' : 'n';
		(void)!write(ready[1], &c, 1);
		for (;;)
			pause();
	}
	assert_true(pid > 0);
	close(ready[1]);
	assert_int_equal(read(ready[0], &c, 1), 1);
	assert_int_equal(c, 'y');
	close(ready[0]);
	return pid;
}

static void one_that_is_killed_has_it_no_more(void **state)
{
	pid_t pid = holder("kill.db");
	Store *s = must_open("kill.db", STORE_WRITE);
	Lease l;
	LeaseInfo i;
	siginfo_t si;

	(void)state;
	lease_init(&l, LEASE_FEEDER, "console");
	i = take(s, &l, lease_now());
	assert_int_equal(i.state, LEASE_OTHER);
	assert_int_equal(i.who.pid, pid);
	/* One that stands still still has it, for as long as its lease lasts. */
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(waitpid(pid, NULL, WUNTRACED), pid);
	assert_int_equal(take(s, &l, lease_now()).state, LEASE_OTHER);
	assert_int_equal(kill(pid, SIGKILL), 0);
	/* Dead and not yet waited for, then gone: no lapse is waited for. */
	assert_int_equal(waitid(P_PID, (id_t)pid, &si, WEXITED | WNOWAIT), 0);
	MUST(lease_look(s, LEASE_FEEDER, &l, lease_now(), &i, e));
	assert_int_equal(i.state, LEASE_LAPSED);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	MUST(lease_look(s, LEASE_FEEDER, NULL, lease_now(), &i, e));
	assert_int_equal(i.state, LEASE_LAPSED);
	assert_int_equal(take(s, &l, lease_now()).state, LEASE_MINE);
	store_close(s);
}

static void one_that_stands_still_loses_it(void **state)
{
	pid_t pid = holder("stop.db");
	Store *s = must_open("stop.db", STORE_WRITE);
	Lease l;

	(void)state;
	lease_init(&l, LEASE_FEEDER, "console");
	assert_int_equal(kill(pid, SIGSTOP), 0);
	assert_int_equal(take(s, &l, lease_now()).state, LEASE_OTHER);
	assert_int_equal(take(s, &l, after(lease_now(), LEASE_LAPSE_MS)).state, LEASE_MINE);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	store_close(s);
}

/* Six take at the same moment, again and again: one of them gets it each time. */
static void of_many_at_once_one_gets_it(void **state)
{
	enum { ROUNDS = 30, RACERS = 6 };
	Store *s = must_open("race.db", STORE_WRITE);

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		int go[2], end[2], won[2], winners = 0;
		char c;

		assert_int_equal(pipe(go), 0);
		assert_int_equal(pipe(end), 0);
		assert_int_equal(pipe(won), 0);
		for (int k = 0; k < RACERS; k++)
			if (fork() == 0) {
				Store *own = store_open(file("race.db"), STORE_WRITE, NULL, NULL);
				LeaseInfo i = { 0 };
				Lease l;

				lease_init(&l, LEASE_FEEDER, "race");
				close(go[1]);
				close(end[1]);
				(void)!read(go[0], &c, 1);         /* ends for all when the parent closes it */
				c = !own || lease_take(own, &l, lease_now(), &i, NULL) < 0 ? 'e' : i.state == LEASE_MINE ? 'w' : '.';
				(void)!write(won[1], &c, 1);
				/* The winner stays until all have asked, or they would find it gone. */
				(void)!read(end[0], &c, 1);
				_exit(0);
			}
		close(go[0]);
		close(go[1]);
		close(end[0]);
		for (int k = 0; k < RACERS; k++) {
			assert_int_equal(read(won[0], &c, 1), 1);
			assert_int_not_equal(c, 'e');
			winners += c == 'w';
		}
		close(end[1]);
		assert_int_equal(winners, 1);
		for (int k = 0; k < RACERS; k++)
			assert_true(wait(NULL) > 0);
		close(won[0]);
		close(won[1]);
	}
	store_close(s);
}

static void a_reader_only_looks(void **state)
{
	Store *w = must_open("read.db", STORE_WRITE), *r = must_open("read.db", STORE_READ);
	LeaseNow t = lease_now();
	Lease a, b;
	LeaseInfo i;
	Err why = { 0 };

	(void)state;
	lease_init(&a, LEASE_FEEDER, "console");
	lease_init(&b, LEASE_FEEDER, "console");
	assert_int_equal(lease_take(r, &b, t, &i, &why), -1);
	assert_non_null(strstr(why.text, "reading only"));
	take(w, &a, t);
	MUST(lease_take(r, &b, t, &i, e));
	assert_int_equal(i.state, LEASE_OTHER);
	store_close(w);
	store_close(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_has_it_until_it_gives_it_back),
		cmocka_unit_test(it_is_renewed_now_and_then_and_lapses),
		cmocka_unit_test(a_wall_clock_that_jumps_changes_nothing),
		cmocka_unit_test(one_elsewhere_lapses_when_its_count_stands_still),
		cmocka_unit_test(what_a_machine_held_before_it_was_started_again_is_free),
		cmocka_unit_test(a_pid_that_was_given_out_again_is_another_process),
		cmocka_unit_test(one_that_is_killed_has_it_no_more),
		cmocka_unit_test(one_that_stands_still_loses_it),
		cmocka_unit_test(of_many_at_once_one_gets_it),
		cmocka_unit_test(a_reader_only_looks),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
