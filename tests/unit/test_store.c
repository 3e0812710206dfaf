#include "unit.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_unit.h"

static void order_batches_and_duplicates_do_not_matter(void **state)
{
	static Fleet f;
	char *first = NULL;

	(void)state;
	for (int round = 0; round < 12; round++) {
		char name[32], *text;
		Store *s;

		fleet_make(&f, 7);
		dice_state = (uint64_t)round + 1;
		for (size_t i = 0, n = f.n; round && i < n && f.n < FLEET_MAX; i += 3)
			f.v[f.n++] = f.v[i];
		if (round)
			shuffle(f.v, f.n);
		(void)snprintf(name, sizeof name, "order-%d.db", round);
		s = must_open(name, STORE_WRITE);
		for (size_t i = 0, n; i < f.n; i += n) {
			n = round ? 1 + dice(round == 1 ? 1 : 200) : f.n;
			n = n > f.n - i ? f.n - i : n;
			apply_facts(s, f.v + i, n, LEDGER_COMPUTED);
		}
		text = export(s);
		if (!first)
			first = text;
		else
			assert_string_equal(text, first);
		if (text != first)
			free(text);
		store_close(s);
		arena_done(&f.a);
	}
	free(first);
}

static void totals_equal_a_plain_reckoning(void **state)
{
	static Fleet f;
	static Want w[FLEET_MAX];

	(void)state;
	for (uint64_t seed = 1; seed <= 6; seed++) {
		LedgerMode mode = seed % 2 ? LEDGER_COMPUTED : LEDGER_REPORTED, other = seed % 2 ? LEDGER_REPORTED : LEDGER_COMPUTED;
		char name[32];
		Store *s;
		size_t n;

		fleet_make(&f, seed);
		fleet_drop_ties(&f);
		shuffle(f.v, f.n);
		(void)snprintf(name, sizeof name, "sums-%d.db", (int)seed);
		s = must_open(name, STORE_WRITE);
		for (size_t i = 0; i < f.n; i += 37)
			apply_facts(s, f.v + i, f.n - i < 37 ? f.n - i : 37, mode);
		n = fleet_reckon(&f, mode, w);
		check_totals(s, w, n, 0, 0);
		for (int i = 0; i < 40; i++) {
			int64_t from = fleet_start - 6000000 + dice(20000000);

			check_totals(s, w, n, from, from + 1 + dice(9000000));
		}
		MUST(store_rebook(s, &fleet_prices, other, e));
		n = fleet_reckon(&f, other, w);
		check_totals(s, w, n, 0, 0);
		check_totals(s, w, n, fleet_start + 1234567, fleet_start + 7654321);
		store_close(s);
		arena_done(&f.a);
	}
}

/* Applies batches of five with a cursor each and says so with a byte after every one. */
static void take_in_and_tell(const Fleet *f, const char *path, int tell)
{
	Store *s = store_open(path, STORE_WRITE, NULL, NULL);

	for (size_t i = 0; s && i < f->n; i += 5) {
		char at[24];
		size_t end = i + 5 < f->n ? i + 5 : f->n;
		Cursor c = { "jobs", { at, (size_t)snprintf(at, sizeof at, "%zu", end) } };
		StoreBatch b = { .cursors = &c, .cursor_count = 1, .prices = &fleet_prices };
		Job jobs[5];
		LogLine lines[5];

		for (size_t k = i; k < end; k++)
			if (f->v[k].is_job)
				jobs[b.job_count++] = f->v[k].job;
			else
				lines[b.line_count++] = f->v[k].line;
		b.jobs = jobs;
		b.lines = lines;
		if (store_apply(s, &b, NULL, NULL) < 0 || write(tell, "x", 1) != 1)
			_exit(1);
	}
	_exit(s ? 0 : 1);
}

/* The child dies without warning; what is found must be whole batches, none lost that it had called done. */
static void killed_at_any_moment(void **state)
{
	static Fleet f;

	(void)state;
	fleet_make(&f, 99);
	for (int round = 0; round < 25; round++) {
		Arena a = { 0 };
		int pipes[2], acknowledged = 0, last = 1 + (int)dice(50);
		int64_t done = 0;
		char name[32], note[256], byte, *here, *there;
		Str value;
		Store *s, *clean;
		pid_t pid;

		(void)snprintf(name, sizeof name, "kill-%d.db", round);
		assert_int_equal(pipe(pipes), 0);
		if ((pid = fork()) == 0)
			take_in_and_tell(&f, file(name), pipes[1]);
		close(pipes[1]);
		while (acknowledged < last && read(pipes[0], &byte, 1) == 1)
			acknowledged++;
		assert_int_equal(acknowledged, last);
		usleep(dice(400));
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		close(pipes[0]);
		s = store_open(file(name), STORE_WRITE, note, NULL);     /* checks a file of this size whole */
		assert_non_null(s);
		assert_string_equal(note, "");
		MUST(store_cursor(s, "jobs", &a, &value, e));
		assert_int_equal(str_i64(value, &done), 0);
		assert_true(done >= (int64_t)acknowledged * 5 || done == (int64_t)f.n);
		clean = store_open_memory("kill-check", STORE_WRITE, NULL);
		apply_facts(clean, f.v, (size_t)done, LEDGER_COMPUTED);
		here = export(s);
		there = export(clean);
		assert_string_equal(here, there);
		free(here);
		free(there);
		store_close(clean);
		store_close(s);
		arena_done(&a);
	}
	arena_done(&f.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_batches_and_duplicates_do_not_matter), cmocka_unit_test(totals_equal_a_plain_reckoning),
		cmocka_unit_test(killed_at_any_moment),
	};

	return cmocka_run_group_tests_name("store", tests, make_place, clear_place);
}
