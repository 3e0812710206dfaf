/* Rows of the cache view from a store: achievable rates, burn, and the change that a rate is told apart by. */
#include "unit.h"

#include "app/caches.h"
#include "store_unit.h"

static const int64_t hour_ms = 3600000;
enum { FIRST = 497000, SAMPLES = 14, ASKS = 30 };      /* hours since 1970; hours before the release; jobs of each */

static Job jobs[2000];
static size_t n;
static Arena arena;

/* So many calls in an hour, each with 1000 tokens of prompt. */
static void calls(const char *version, int64_t hour, int count, int64_t read, Tri hit)
{
	for (int i = 0; i < count; i++) {
		jobs[n] = (Job){ .id = arena_printf(&arena, "job-%zu", n), .agent = STR("menu-writer"), .version = str_of(version), .model = STR("fix.small"),
		                 .status = STR("succeeded"), .state = JOB_SUCCEEDED, .started_ms = hour * hour_ms + i * 1000,
		                 .updated_ms = hour * hour_ms + i * 1000 + 500, .has_tokens = hit != TRI_YES, .cache_hit = hit };
		if (hit != TRI_YES)
			jobs[n].tokens = (Tokens){ .input = 200, .cache_read = read, .cache_write_5m = 800 - read };
		n++;
	}
}

static Store *filled(const char *name, const Change *changes, size_t count)
{
	Store *s = must_open(name, STORE_WRITE);
	StoreBatch b = { .jobs = jobs, .job_count = n, .changes = changes, .change_count = count, .prices = &fleet_prices,
	                 .now_ms = (FIRST + 40) * hour_ms };

	MUST(store_apply(s, &b, NULL, e));
	return s;
}

static void a_day(void)
{
	n = 0;
	for (int i = 0; i < SAMPLES; i++)
		calls("1.0", FIRST + i, ASKS, i % 2 ? 800 : 400, TRI_NO);
	calls("1.1", FIRST + SAMPLES, ASKS, 0, TRI_NO);
	calls("1.1", FIRST + SAMPLES, 10, 0, TRI_YES);
	calls("1.0", FIRST + SAMPLES, 5, 800, TRI_NO);
}

static const CacheRow *row_of(const Caches *c, const char *version)
{
	for (size_t i = 0; i < c->n; i++)
		if (str_is(c->row[i].version, version))
			return &c->row[i];
	fail_msg("no row of version %s among %zu", version, c->n);
	return NULL;
}

static Change move(const char *object, const char *from, const char *to, int64_t at_ms)
{
	return (Change){ .kind = CHANGE_POINTER, .source = object[4] == '_' ? CHANGE_BY_AGENTCORE : CHANGE_BY_DYNAMODB, .object = str_of(object),
	                 .from = str_of(from), .to = str_of(to), .by = STR("ci"), .id = str_of(object), .since_ms = at_ms, .time_ms = at_ms };
}

static void a_release_beside_the_one_before(void **state)
{
	const int64_t at = (FIRST + SAMPLES) * hour_ms, now = at + 1800000;
	const Change changes[] = { move("menu-writer/route", "1.0:100", "1.1:100", at + 60000), move("menu_writer/prod", "2", "3", at + 90000),
	                           move("other/route", "1.0:100", "1.1:100", at + 95000) };
	Store *s;
	const CacheRow *broken, *before;
	Caches c;

	(void)state;
	a_day();
	s = filled("release.db", changes, 3);
	MUST(caches_read(s, at, 0, now, &arena, &c, e));
	assert_int_equal(c.n, 2);
	broken = row_of(&c, "1.1");
	assert_true(&c.row[0] == broken);
	assert_true(str_is(broken->agent, "menu-writer") && str_is(broken->model, "fix.small"));
	/* Half of the hours read 80 %, half 40 %. */
	assert_int_equal(broken->samples, SAMPLES);
	assert_int_equal(broken->achievable_ppm, 800000);
	assert_int_equal(caches_asks(&broken->now), ASKS);
	/* Of 30,000 tokens none was read, 24,000 could have been; each call's miss: 200 x (0.250333 - 0.025) + 800 x (0.3125 - 0.025) USD/M
	 * = 45,066.6 + 230,000 nUSD, half up. */
	assert_int_equal(broken->now.cache.miss_nusd, ASKS * INT64_C(275067));
	assert_int_equal(broken->burn_nusd, ASKS * INT64_C(275067) * 24000 / 30000);
	assert_int_equal(broken->now.cache.premium_nusd, ASKS * INT64_C(49734));      /* 800 x 0.062167 = 49,733.6 */
	assert_int_equal(caches_net(&broken->now), -ASKS * INT64_C(49734));
	/* The registry names the version as jobs do, the platform does not. */
	assert_true(str_is(broken->deploy.to, "1.1:100") && broken->deploy.at_ms == at + 60000);
	assert_true(broken->deploy.concerns && broken->deploy.dropped);
	assert_int_equal(broken->deploy.before.asks, SAMPLES * ASKS);
	assert_int_equal(caching_rate(broken->deploy.before.read, broken->deploy.before.prompt), 600000);
	assert_int_equal(broken->deploy.after.asks, ASKS);
	assert_int_equal(broken->deploy.after.read, 0);
	before = row_of(&c, "1.0");
	assert_int_equal(before->burn_nusd, 0);
	assert_int_equal(before->week.asks, SAMPLES * ASKS);
	assert_true(!before->deploy.concerns && !before->deploy.dropped);
	store_close(s);
}

/* Without a version that is known, what came in whole hours after it. */
static void a_change_in_place(void **state)
{
	const int64_t at = (FIRST + SAMPLES - 2) * hour_ms + 1800000, now = (FIRST + SAMPLES) * hour_ms + 1800000;
	Change c[2] = { move("menu-writer@1.0 maxTokens", "100", "200", at), move("menu-writer/route", "1.0:100", "1.1:100", at - 10 * hour_ms) };
	Caches found;
	Store *s;
	const CacheDeploy *d;

	(void)state;
	a_day();
	c[0].kind = CHANGE_CONFIG;
	s = filled("place.db", c, 2);
	MUST(caches_read(s, (FIRST + SAMPLES) * hour_ms, 0, now, &arena, &found, e));
	d = &row_of(&found, "1.0")->deploy;
	assert_true(d->kind == CHANGE_CONFIG && d->concerns && !d->dropped);
	assert_int_equal(d->before.asks, (SAMPLES - 2) * ASKS);
	assert_int_equal(d->after.asks, ASKS + ASKS + 5);         /* the hour of the change is neither */
	store_close(s);
}

static void what_answers_saved(void **state)
{
	const int64_t at = (FIRST + SAMPLES) * hour_ms;
	int64_t saved;
	Caches c;
	Store *s;
	const Sums *x;

	(void)state;
	a_day();
	s = filled("answers.db", NULL, 0);
	MUST(caches_read(s, at, 0, at + 1800000, &arena, &c, e));
	x = &row_of(&c, "1.1")->now;
	assert_int_equal(x->cache_hits, 10);
	assert_int_equal(x->answer_miss_n, ASKS);
	assert_true(caches_answers_saved(x, &saved));
	assert_int_equal(saved, x->nusd * 10 / ASKS);             /* ten answers, at what the thirty others cost on average */
	assert_int_equal(row_of(&c, "1.1")->deploy.at_ms, 0);
	assert_true(caches_answers_saved(&(Sums){ .jobs = 5 }, &saved) && saved == 0);
	assert_false(caches_answers_saved(&(Sums){ .jobs = 5, .cache_hits = 5, .cache_known = 5 }, &saved));
	assert_true(caches_unpriced(&(Sums){ .unpriced = 3 }) && !caches_unpriced(&(Sums){ .jobs = 3 }));
	store_close(s);
}

/* What came after the moment that is asked about does not count. */
static void in_the_past(void **state)
{
	const int64_t at = (FIRST + 13) * hour_ms;
	Caches c;
	Store *s;

	(void)state;
	a_day();
	s = filled("past.db", NULL, 0);
	MUST(caches_read(s, at, at + 5001, at + 5000, &arena, &c, e));
	assert_int_equal(c.n, 1);
	assert_int_equal(c.row[0].now.jobs, 6);
	assert_int_equal(c.row[0].samples, 13);
	assert_int_equal(c.row[0].week.asks, 13 * ASKS);
	MUST(caches_read(s, at - hour_ms, at - hour_ms + 5001, at - hour_ms + 5000, &arena, &c, e));
	assert_int_equal(c.row[0].samples, 12);
	MUST(caches_read(s, at - 2 * hour_ms, at - 2 * hour_ms + 5001, at - 2 * hour_ms + 5000, &arena, &c, e));
	assert_int_equal(c.row[0].achievable_ppm, -1);
	assert_int_equal(c.row[0].burn_nusd, -1);
	store_close(s);
	arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_release_beside_the_one_before), cmocka_unit_test(a_change_in_place), cmocka_unit_test(what_answers_saved),
		cmocka_unit_test(in_the_past),
	};

	return cmocka_run_group_tests_name("caches", tests, make_place, clear_place);
}
