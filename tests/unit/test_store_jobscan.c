/* All jobs of a store, newest first, in stretches that join without a gap. */
#include "unit.h"

#include "store/jobscan.h"
#include "store_unit.h"

typedef struct Seen { JobKey key[FLEET_MAX]; char id[FLEET_MAX][16]; size_t n, most; const Want *want; size_t want_n; } Seen;

static const Want *want_of_id(const Seen *s, Str id)
{
	for (size_t i = 0; i < s->want_n; i++)
		if (s->want[i].job && str_eq(s->want[i].job->id, id))
			return &s->want[i];
	return NULL;
}

static bool on_row(void *arg, const JobFacts *j, JobKey at)
{
	Seen *s = arg;
	const Want *w = want_of_id(s, j->id);

	assert_non_null(w);
	assert_true(j->updated_ms == w->job->updated_ms && at.ms == j->updated_ms && j->started_ms == w->job->started_ms);
	assert_int_equal(j->nusd == FIG_NONE ? 0 : j->nusd, w->s.nusd);
	assert_int_equal(j->tokens, tokens_total(&w->s.tok));
	assert_int_equal(j->state, w->job->state);
	assert_true(str_eq(j->name[NAME_TENANT], w->key[DIM_TENANT]) && str_eq(j->name[NAME_MODEL], w->key[DIM_MODEL]));
	assert_true(str_eq(j->name[NAME_AGENT], w->key[DIM_VERSION]) && str_eq(str_sub(j->name[NAME_AGENT], 0, j->agent_n), w->key[DIM_AGENT]));
	assert_true(str_eq(j->name[NAME_ERROR], w->job->error_code) && str_eq(j->trace, w->job->trace_id));
	assert_true(j->unpriced == (w->s.unpriced > 0) && j->cache_hit == w->job->cache_hit);
	if (s->n == s->most)
		return false;
	s->key[s->n] = at;
	(void)snprintf(s->id[s->n++], sizeof s->id[0], "%.*s", STR_ARG(j->id));
	return true;
}

static void test_all_of_them_in_order_and_in_parts(void **state)
{
	static Fleet f;
	static Want want[FLEET_MAX];
	static Seen all, part;
	Store *s = must_open("scan.db", STORE_WRITE);
	size_t n = 0;

	(void)state;
	fleet_make(&f, 8);
	fleet_drop_ties(&f);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	all = part = (Seen){ .most = FLEET_MAX, .want = want, .want_n = fleet_reckon(&f, LEDGER_COMPUTED, want) };
	for (size_t i = 0; i < all.want_n; i++)
		n += want[i].job != NULL;
	MUST(store_scan_jobs(s, JOBKEY_LAST, JOBKEY_FIRST, on_row, &all, e));
	assert_int_equal(all.n, n);
	for (size_t i = 1; i < n; i++)
		assert_true(all.key[i - 1].ms > all.key[i].ms || (all.key[i - 1].ms == all.key[i].ms && all.key[i - 1].row > all.key[i].row));
	/* Parts of any length, each from where the one before ended. */
	for (int round = 0; round < 200; round++) {
		JobKey until = JOBKEY_FIRST;
		size_t got = 0;

		while (got < n) {
			size_t end = got + 1 + dice(20) < n ? got + 1 + dice(20) : n;
			JobKey from = end == n ? JOBKEY_LAST : all.key[end < n ? end : n - 1];

			part.n = 0;
			part.most = FLEET_MAX;
			MUST(store_scan_jobs(s, from, until, on_row, &part, e));
			for (size_t i = 0; i < part.n; i++)
				assert_string_equal(part.id[i], all.id[got + i]);
			got += part.n;
			until = from;
		}
		assert_int_equal(got, n);
	}
	/* Who has enough says so. */
	part.n = 0;
	part.most = 7;
	MUST(store_scan_jobs(s, JOBKEY_LAST, JOBKEY_FIRST, on_row, &part, e));
	assert_int_equal(part.n, 7);
	store_close(s);
	arena_done(&f.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_of_them_in_order_and_in_parts),
	};

	return cmocka_run_group_tests(tests, make_place, clear_place);
}
