/* Every pane at many sizes and in every state, drawn from a World that is made here. */
#include "unit.h"

#include "base/num.h"
#include "panes/panes.h"

static const int64_t now = INT64_C(1784118600000);     /* 2026-07-15 12:30 UTC */

typedef enum Case { LOADING, EMPTY, GOOD, STALE, FAILED, SNAPSHOT, CLOCK_BACK, HOSTILE, CASES } Case;

static Figures figures;
static World world;

static void make_jobs(void)
{
	figures.job_count = 30;
	for (int i = 0; i < figures.job_count; i++) {
		JobCell *j = &figures.job[i];

		(void)snprintf(j->id, sizeof j->id, "job-%04d", i);
		(void)snprintf(j->agent, sizeof j->agent, "upsell-generator");
		(void)snprintf(j->version, sizeof j->version, "%d", i);
		(void)snprintf(j->tenant, sizeof j->tenant, "acme");
		j->state = i % JOB_STATES;
		j->nusd = i % 4 ? i * INT64_C(123456789) : FIG_NONE;
		j->latency_ms = 100 * i;
		j->started_ms = j->updated_ms = now - i * 1000;
		j->has_tokens = 1;
		j->tokens.input = i * 1000;
	}
}

static void make_figures(void)
{
	memset(&figures, 0, sizeof figures);
	figures.at_ms = now;
	figures.first_hour = floor_div(now, 3600000) - 6 * 24 - 12;
	figures.grid_known = FIG_DAYS * 24;
	for (int i = 0; i < FIG_DAYS * 24; i++)
		figures.grid[i] = (HourCell){ .nusd = i * INT64_C(100000000), .jobs = i % 5, .base_nusd = i % 3 ? INT64_C(5000000000) : FIG_NONE, .base_n = 20 };
	for (int i = 0; i < VITALS; i++) {
		figures.vital[i] = (Vital){ .now = 400000, .hour = 300000, .base = 100000, .n = 500, .hits = 200, .base_n = 20, .age_ms = 1000 };
		for (int k = 0; k < FIG_SPARK; k++)
			figures.vital[i].spark[k] = k % 7 ? k : FIG_NONE;
	}
	figures.movers_cost.n = figures.movers_errors.n = 3;
	for (int i = 0; i < 3; i++) {
		GroupCell g = { .nusd = 1000000000, .base_nusd = i * INT64_C(100000000), .jobs = 100, .failed = 10, .err_ppm = 100000,
						.base_err_ppm = i ? 10000 : FIG_NONE };

		(void)snprintf(g.key, sizeof g.key, "agent-%d@1", i);
		figures.movers_cost.cell[i] = figures.movers_errors.cell[i] = g;
	}
	make_jobs();
}

/* What comes from outside may be anything that fits. */
static void make_hostile(void)
{
	static const char bad[] = "\033]52;c;AAAA\007\xe2\x80\xae\xff\xfe";

	for (int i = 0; i < figures.job_count; i++) {
		(void)snprintf(figures.job[i].id, sizeof figures.job[i].id, "%s%d", bad, i);
		(void)snprintf(figures.job[i].tenant, sizeof figures.job[i].tenant, "%s", bad);
		(void)snprintf(figures.job[i].status, sizeof figures.job[i].status, "%s", bad);
		figures.job[i].state = i - 2;
		figures.job[i].nusd = INT64_MAX;
		figures.job[i].updated_ms = figures.job[i].started_ms = i % 2 ? 0 : INT64_C(253402300799000);
		figures.job[i].tokens = (Tokens){ INT64_MAX, INT64_MAX, 1, 1, 1 };
	}
	for (int i = 0; i < FIG_DAYS * 24; i++)
		figures.grid[i].nusd = INT64_MAX / (FIG_DAYS * 24);
}

static void make_world(Case c)
{
	make_figures();
	if (c == HOSTILE)
		make_hostile();
	world = (World){ .fig = c == LOADING || c == EMPTY ? NULL : &figures, .now_ms = now, .store_note = "", .filter = STR("") };
	for (int i = 0; i < FEEDS_N; i++) {
		FeedView *v = &world.feed[i];

		*v = (FeedView){ .name = "jobs", .phase = FEED_OK, .interval_ms = 5000, .fresh_ms = now };
		if (c == LOADING || c == SNAPSHOT)
			*v = (FeedView){ .name = "jobs", .phase = FEED_LOADING, .interval_ms = 5000 };
		if (c == STALE)
			v->fresh_ms = now - 600000;
		if (c == FAILED) {
			v->phase = FEED_FAILED;
			err_set(&v->err, "the role lacks dynamodb:Query");
		}
	}
	world.from_snapshot = c == SNAPSHOT;
	if (c == CLOCK_BACK)
		world.now_ms = now - INT64_C(20) * 86400000;
	world.failures_only = c == FAILED;
	/* The hour that the heatmap would ask for is here already, so that no pane asks the app. */
	world.groups = (HourGroups){ .loaded = true, .by = DIM_TENANT, .base_n = 20, .g = figures.movers_cost };
	world.groups.hour = floor_div(world.now_ms, 3600000);
	if (c == CLOCK_BACK)
		world.groups.hour = figures.first_hour;
}

static void draw_one(const PaneClass *cls, int w, int h, bool ascii, Buf *text)
{
	static const ViewNode node;
	Pane p = { .cls = cls, .node = &node, .focused = true, .w = w, .h = h };
	Surface *s = surface_new(w, h);
	Err e = { 0 };

	world.ascii = ascii;
	if (cls->open && cls->open(&p, &e) < 0)
		fail_msg("%s", e.text);
	for (int i = 0; i < 2; i++) {
		arena_reset(&p.arena);
		cls->update(&p, &world);
	}
	cls->draw(&p, surface_box(s));
	buf_reset(text);
	assert_int_equal(surface_to_text(s, ascii, text), 0);
	if (cls->close)
		cls->close(&p);
	arena_done(&p.arena);
	surface_free(s);
}

static void test_all_panes_in_all_states_at_all_sizes(void **state)
{
	static const int sizes[][2] = { { 1, 1 }, { 20, 5 }, { 40, 2 }, { 80, 24 }, { 132, 3 }, { 300, 80 } };
	Buf text = { 0 };

	(void)state;
	for (int c = 0; c < CASES; c++)
		for (const PaneClass *const *cls = pane_classes; *cls; cls++)
			for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
				for (int ascii = 0; ascii < 2; ascii++) {
					make_world((Case)c);
					draw_one(*cls, sizes[i][0], sizes[i][1], ascii, &text);
					assert_null(strchr(buf_cstr(&text), '\033'));
				}
	buf_done(&text);
}

static const char *drawn(const PaneClass *cls, Case c, Buf *text)
{
	make_world(c);
	draw_one(cls, 120, 24, false, text);
	return buf_cstr(text);
}

static void test_the_states_are_told(void **state)
{
	Buf text = { 0 };

	(void)state;
	assert_non_null(strstr(drawn(&pane_jobs, LOADING, &text), "loading"));
	assert_non_null(strstr(drawn(&pane_jobs, EMPTY, &text), "no jobs"));
	assert_non_null(strstr(drawn(&pane_jobs, FAILED, &text), "lacks dynamodb:Query"));
	assert_non_null(strstr(drawn(&pane_jobs, STALE, &text), "10 min old"));
	assert_non_null(strstr(drawn(&pane_vitals, SNAPSHOT, &text), "snapshot"));
	assert_non_null(strstr(drawn(&pane_vitals, STALE, &text), "@"));
	assert_non_null(strstr(drawn(&pane_heatmap, GOOD, &text), "of 60 min"));
	buf_done(&text);
}

/* A value that has lost its claim to be now has no verdict. */
static void test_old_values_are_not_judged(void **state)
{
	Buf text = { 0 };

	(void)state;
	assert_non_null(strstr(drawn(&pane_vitals, GOOD, &text), "x HIGH"));
	assert_null(strstr(drawn(&pane_vitals, STALE, &text), "x HIGH"));
	assert_null(strstr(drawn(&pane_vitals, SNAPSHOT, &text), "x HIGH"));
	buf_done(&text);
}

static void test_a_zone_with_half_hours(void **state)
{
	Buf text = { 0 };

	(void)state;
	make_world(GOOD);
	world.offset_ms = 330 * 60000;
	draw_one(&pane_heatmap, 120, 24, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "+05:30"));
	assert_non_null(strstr(buf_cstr(&text), "17:30"));
	make_world(GOOD);
	world.offset_ms = -210 * 60000;
	draw_one(&pane_heatmap, 120, 24, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "-03:30"));
	buf_done(&text);
}

/* --- the words of a World --- */

static void test_the_worst_feed_speaks(void **state)
{
	char text[320];

	(void)state;
	make_world(GOOD);
	assert_int_equal(world_fresh(&world, FEEDS_ALL, text), FRESH_OK);
	assert_string_equal(text, "");
	assert_int_equal(world_stale_feeds(&world), 0);
	world.feed[FEED_LINES].fresh_ms = now - 60000;
	assert_int_equal(world_fresh(&world, FEEDS_ALL, text), FRESH_STALE);
	assert_int_equal(world_stale_feeds(&world), 1);
	world.feed[FEED_METRICS].phase = FEED_FAILED;
	err_set(&world.feed[FEED_METRICS].err, "no");
	assert_int_equal(world_fresh(&world, FEEDS_ALL, text), FRESH_FAILED);
	assert_string_equal(text, "no");
	assert_int_equal(world_fresh(&world, FEED_BIT(FEED_JOBS), text), FRESH_OK);
	assert_int_equal(world_stale_feeds(&world), 2);
	/* Three intervals are still fresh. */
	world.feed[FEED_JOBS].fresh_ms = now - 3 * 5000;
	assert_int_equal(world_fresh(&world, FEED_BIT(FEED_JOBS), text), FRESH_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_panes_in_all_states_at_all_sizes),
		cmocka_unit_test(test_the_states_are_told),
		cmocka_unit_test(test_old_values_are_not_judged),
		cmocka_unit_test(test_a_zone_with_half_hours),
		cmocka_unit_test(test_the_worst_feed_speaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
