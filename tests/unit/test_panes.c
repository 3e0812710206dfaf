/* Every pane at many sizes and in every state, drawn from a World that is made here. */
#include "unit.h"

#include "app/ask_cost.h"
#include "app/ask_outcomes.h"
#include "base/num.h"
#include "base/xalloc.h"
#include "model/change.h"
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

static void make_changes(void)
{
	figures.change_count = 6;
	figures.changes_total = 40;
	for (int i = 0; i < figures.change_count; i++) {
		ChangeCell *c = &figures.change[i];

		*c = (ChangeCell){ .kind = i % CHANGE_KINDS, .source = i % CHANGE_SOURCES, .time_ms = now - i * 600000 };
		(void)snprintf(c->object, sizeof c->object, "upsell-generator-%d/route", i);
		(void)snprintf(c->by, sizeof c->by, "arn:aws:sts::1:assumed-role/release-pipeline/deploy");
		(void)snprintf(c->from, sizeof c->from, "%s", i % 2 ? "2.1" : "");
		(void)snprintf(c->to, sizeof c->to, "%s", i % 3 ? "2.2:90 2.1:10" : "");
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
	figures.day = figures.month = (FigForecast){ .spent_nusd = 24100000000, .low_nusd = 48900000000, .mid_nusd = 50000000000,
	                                             .high_nusd = 52400000000, .known = 1, .days = 34, .tries = 20, .percent = 80 };
	make_jobs();
	make_changes();
}

static void make_budget(int percent, int64_t reaches_ms)
{
	FigBudget *b = &figures.budget[figures.budget_count++];

	*b = (FigBudget){ .period = PERIOD_DAY, .percent = percent, .limit_nusd = 50000000000, .f = figures.day };
	b->f.reaches_ms = reaches_ms;
	(void)snprintf(b->id, sizeof b->id, "fleet-day");
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
	for (int i = 0; i < figures.change_count; i++) {
		ChangeCell *c = &figures.change[i];

		(void)snprintf(c->object, sizeof c->object, "%s%d", bad, i);
		(void)snprintf(c->by, sizeof c->by, "arn:%s", bad);
		(void)snprintf(c->from, sizeof c->from, "%s", bad);
		(void)snprintf(c->to, sizeof c->to, "%s", bad);
		c->kind = i * 100 - 1;
		c->time_ms = i % 2 ? 0 : INT64_C(253402300799000);
	}
	figures.change_count = 1000;
	for (int i = 0; i < FIG_DAYS * 24; i++)
		figures.grid[i].nusd = INT64_MAX / (FIG_DAYS * 24);
}

static void make_world(Case c)
{
	make_figures();
	if (c == HOSTILE)
		make_hostile();
	world = (World){ .fig = c == LOADING || c == EMPTY ? NULL : &figures, .now_ms = now, .clock_ms = now, .store_note = "", .filter = STR("") };
	for (int i = 0; i < FEEDS_N; i++) {
		FeedView *v = &world.feed[i];

		*v = (FeedView){ .name = "jobs", .phase = FEED_OK, .rounds = 1, .interval_ms = 5000, .fresh_ms = now };
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
	/* The cell that the heatmap would choose is chosen already, so that no pane needs the app. */
	world.cell = (CostCell){ .from_hour = c == CLOCK_BACK ? figures.first_hour : floor_div(world.now_ms, 3600000) };
	world.cell.until_hour = world.cell.from_hour + 1;
}

static Outcomes outcomes;

/* What a pane wants to know is answered here, as far as there are figures for it. */
static void answer(Pane *p)
{
	for (int i = 0; i < PANE_ASKS; i++) {
		PaneAsk *q = &p->ask[i];

		if (q->cls == &ask_who && world.fig) {
			CellGroups *g = q->out = xcalloc(1, sizeof *g);

			*g = (CellGroups){ .against = { .hours = 1, .based = 1, .samples = 20, .known = true }, .g = figures.movers_cost };
		} else if (q->cls == &ask_why && world.fig) {
			CellWhy *y = q->out = xcalloc(1, sizeof *y);

			*y = (CellWhy){ .against = { .hours = 1, .based = 1, .samples = 20, .known = true } };
			y->bridge = (Bridge){ 82000000000, 0, { 5000000000, 2000000000, 61000000000, 0, 14000000000, 0 } };
		}
		else if (q->cls == &ask_outcomes && world.fig)
			*(Outcomes *)(q->out = xcalloc(1, sizeof(Outcomes))) = outcomes;
		q->answered = q->out != NULL;
	}
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
		if (i == 0)
			answer(&p);
	}
	cls->draw(&p, surface_box(s));
	buf_reset(text);
	assert_int_equal(surface_to_text(s, ascii, text), 0);
	if (cls->close)
		cls->close(&p);
	for (int i = 0; i < PANE_ASKS; i++) {
		free(p.ask[i].in);
		free(p.ask[i].out);
	}
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

static const char *contributors(int64_t first, int64_t second, Buf *text)
{
	Groups *g = &figures.movers_cost;

	make_world(GOOD);
	*g = (Groups){ .n = 2, .total = 2 };
	for (int i = 0; i < 2; i++) {
		GroupCell *c = &g->cell[i];

		(void)snprintf(c->key, sizeof c->key, "who-%d", i);
		c->base_nusd = 1000000000;
		c->nusd = c->base_nusd + (i ? second : first);
		c->jobs = 10;
		c->base_jobs_milli = 10000;
		g->nusd += c->nusd;
		g->base_nusd += c->base_nusd;
	}
	draw_one(&pane_contributors, 120, 24, false, text);
	return buf_cstr(text);
}

/* Of differences that cancel each other out nobody has 531 %. */
static void test_shares_are_of_a_difference_to_speak_of(void **state)
{
	Buf text = { 0 };

	(void)state;
	assert_non_null(strstr(contributors(60000000, 40000000, &text), "60%"));
	assert_non_null(strstr(buf_cstr(&text), "40%"));
	assert_non_null(strstr(contributors(60000000, -20000000, &text), "150%"));
	assert_null(strchr(contributors(53100000, -43100000, &text), '%'));
	assert_non_null(strstr(buf_cstr(&text), "who-0"));
	assert_null(strchr(contributors(53100000, -53100000, &text), '%'));
	buf_done(&text);
}

static void test_the_states_are_told(void **state)
{
	Buf text = { 0 };

	(void)state;
	assert_non_null(strstr(drawn(&pane_jobs, LOADING, &text), "loading"));
	assert_non_null(strstr(drawn(&pane_jobs, EMPTY, &text), "no jobs"));
	assert_non_null(strstr(drawn(&pane_jobs, FAILED, &text), "lacks dynamodb:Query"));
	assert_non_null(strstr(drawn(&pane_jobs, STALE, &text), "@12:20:00, 10 min old"));
	assert_non_null(strstr(drawn(&pane_vitals, SNAPSHOT, &text), "snapshot"));
	assert_non_null(strstr(drawn(&pane_vitals, STALE, &text), "@"));
	assert_non_null(strstr(drawn(&pane_heatmap, GOOD, &text), "of 60 min"));
	buf_done(&text);
}

/* Of what was narrowed down nothing is said before there is an answer: no jobs would be an answer too. */
static void test_a_scope_that_is_asked_for_is_loading(void **state)
{
	JobCell none = { 0 };
	Buf text = { 0 };

	(void)state;
	make_world(GOOD);
	world.scope_jobs = (ScopeJobs){ .job = &none, .loading = true };
	draw_one(&pane_jobs, 80, 24, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "JOBS  loading"));
	assert_null(strstr(buf_cstr(&text), "no jobs"));
	assert_null(strstr(buf_cstr(&text), "0 failed"));
	world.scope_jobs.loading = false;
	draw_one(&pane_jobs, 80, 24, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "no jobs in this window"));
	buf_done(&text);
}

/* Of a long sentence the remedy is read, in three rows and in one. */
static void test_what_failed_keeps_its_remedy(void **state)
{
	static const PaneClass *const classes[] = { &pane_jobs, &pane_pointers, &pane_changes };
	static const int sizes[][2] = { { 80, 24 }, { 80, 2 }, { 120, 5 } };
	Buf text = { 0 };

	(void)state;
	make_world(FAILED);
	for (int i = 0; i < FEEDS_N; i++)
		err_set(&world.feed[i].err, "DynamoDB in 111122223333/ap-northeast-1 is not asked for another 50 s: 19 calls in a row failed, the last one: cannot "
		        "reach https://vpce-0a1b2c3d-4e5f6a7b.dynamodb.ap-northeast-1.vpce.amazonaws.com:8443/of/a/path for DynamoDB Query: Failed to connect "
		        "to 10.0.0.1 port 8443 after 4032 ms: Couldn't connect to server; check --endpoint-url and that the server runs");
	for (size_t c = 0; c < sizeof classes / sizeof *classes; c++)
		for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
			draw_one(classes[c], sizes[i][0], sizes[i][1], false, &text);
			if (!strstr(buf_cstr(&text), "DynamoDB in") || !strstr(buf_cstr(&text), "check --endpoint-url and that the server runs"))
				fail_msg("%s at %dx%d:\n%s", classes[c]->name, sizes[i][0], sizes[i][1], buf_cstr(&text));
		}
	buf_done(&text);
}

/* What lies below a total that is old is as old. */
static void test_old_sums_say_when_they_were_true(void **state)
{
	Buf text = { 0 };

	(void)state;
	assert_null(strchr(drawn(&pane_budget, GOOD, &text), '@'));
	assert_null(strchr(drawn(&pane_trust, GOOD, &text), '@'));
	assert_non_null(strstr(drawn(&pane_budget, STALE, &text), "@12:20 today "));
	assert_non_null(strstr(drawn(&pane_trust, STALE, &text), "@12:20 seen "));
	make_world(STALE);
	figures.change_count = 0;
	draw_one(&pane_changes, 80, 3, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "nothing was changed in the 24 h until 12:20"));
	buf_done(&text);
}

/* Beside another pane the last column stays blank: an age and a model's name would be one word. */
static void test_changes_end_before_the_pane_beside_them(void **state)
{
	static const ViewNode node;
	Pane p = { .cls = &pane_changes, .node = &node, .w = 80, .h = 2 };
	Surface *s = surface_new(100, 2);
	Buf text = { 0 };
	Err e = { 0 };

	(void)state;
	make_world(GOOD);
	assert_int_equal(p.cls->open(&p, &e), 0);
	p.cls->update(&p, &world);
	p.cls->draw(&p, (Box){ s, 0, 0, 80, 2 });
	draw_own(surface_box(s), 80, 0, ROLE_TEXT, "BESIDE");
	assert_int_equal(surface_to_text(s, true, &text), 0);
	assert_non_null(strstr(buf_cstr(&text), " BESIDE"));
	p.cls->close(&p);
	arena_done(&p.arena);
	surface_free(s);
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

static void test_budgets_are_told(void **state)
{
	Buf text = { 0 };

	(void)state;
	assert_non_null(strstr(drawn(&pane_budget, GOOD, &text), "today $24.1, ends $48.9-52.4 (8 of 10, 34 d)"));
	make_budget(48, now + 9 * 3600000);
	draw_one(&pane_budget, 80, 1, false, &text);
	assert_string_equal(buf_cstr(&text), "fleet-day $24.1 of $50.0 a day 48 % OVER ~21:30, ends $48.9-52.4 (8 of 10, 34 d)\n");
	make_world(GOOD);
	make_budget(48, now + 9 * 3600000);
	draw_one(&pane_money, 120, 1, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "| limit $50.0 48% | by 24h $48.9-52.4 OVER ~21:30"));
	make_world(GOOD);
	figures.day = figures.month = (FigForecast){ .spent_nusd = 24100000000, .days = 6 };
	draw_one(&pane_budget, 80, 1, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "today $24.1 (no forecast: 6 of 7 days)"));
	buf_done(&text);
}

/* Rates and means of few say how few; what nobody claims is no zero; the sum is there even when not every row is. */
static void test_outcomes_are_told(void **state)
{
	Buf text = { 0 };

	(void)state;
	outcomes = (Outcomes){ .hours = 39, .n = 3, .total = 3, .all = { .jobs = 1212, .succeeded = 1100, .failed = 100, .roi_milli = 60000000, .roi_n = 50 } };
	outcomes.row[0] = (OutcomeRow){ .persona = "Solo-Sarah", .s = { .jobs = 1200, .succeeded = 1090, .failed = 99, .cancelled = 1, .approved = 40,
		.judged = 50, .roi_milli = 60000000, .roi_n = 49, .confidence_milli = 34839, .confidence_n = 49, .reported_nusd = 1018000000,
		.reported_n = 9, .reported_booked_nusd = 1000000000 } };
	outcomes.row[1] = (OutcomeRow){ .persona = "Chain-Chris", .s = { .jobs = 11, .succeeded = 10, .failed = 1, .approved = 2, .judged = 3, .roi_n = 1,
		.confidence_n = 1, .reported_nusd = 1, .reported_n = 1, .reported_booked_nusd = 3 } };
	outcomes.row[2] = (OutcomeRow){ .persona = "", .s = { .jobs = 1 } };
	make_world(GOOD);
	draw_one(&pane_outcomes, 82, 7, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "OUTCOMES of these 39 hours"));
	assert_non_null(strstr(buf_cstr(&text), "claimed by agent and application:"));
	assert_non_null(strstr(buf_cstr(&text), " Solo-Sarah            1.2k   91.5 %   80.0 %     1.2k     0.71    $1.02   +1.8 %\n"));
	assert_non_null(strstr(buf_cstr(&text), " Chain-Chris             11    10/11      2/3      n=1      n=1  <$.0001  -66.6 %\n"));
	assert_non_null(strstr(buf_cstr(&text), " (none)                   1        -        -        -        -        -        -\n"));
	assert_non_null(strstr(buf_cstr(&text), " all 3                 1.2k   91.6 %        -     1.2k        -        -        -\n"));
	draw_one(&pane_outcomes, 82, 4, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "Solo-Sarah"));
	assert_null(strstr(buf_cstr(&text), "Chain-Chris"));
	assert_non_null(strstr(buf_cstr(&text), "all 3"));
	outcomes = (Outcomes){ .hours = 1 };
	draw_one(&pane_outcomes, 82, 7, false, &text);
	assert_non_null(strstr(buf_cstr(&text), "no calls here"));
	buf_done(&text);
}

/* --- the words of a World --- */

static void test_the_worst_feed_speaks(void **state)
{
	char text[FRESH_TEXT];

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
	assert_string_equal(text, "@12:30:00 no");
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
		cmocka_unit_test(test_changes_end_before_the_pane_beside_them),
		cmocka_unit_test(test_old_sums_say_when_they_were_true),
		cmocka_unit_test(test_what_failed_keeps_its_remedy),
		cmocka_unit_test(test_a_scope_that_is_asked_for_is_loading),
		cmocka_unit_test(test_shares_are_of_a_difference_to_speak_of),
		cmocka_unit_test(test_old_values_are_not_judged),
		cmocka_unit_test(test_a_zone_with_half_hours),
		cmocka_unit_test(test_budgets_are_told),
		cmocka_unit_test(test_outcomes_are_told),
		cmocka_unit_test(test_the_worst_feed_speaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
