/* Cells of cost over a store in memory: every cell of every axis is what plain loops over its jobs say, and together they are what
 * `get cost` says, to the nano-dollar. */
#include "unit.h"

#include "app/ask_outcomes.h"
#include "app/explain.h"
#include "app/grid.h"
#include "base/num.h"

#define HOUR_MS INT64_C(3600000)

enum { JOBS = 9000, DAYS = 36 };

/* Wednesday, 2026-07-15 12:37:21.250 UTC. */
static const int64_t noon_hour = 495588, now_ms = INT64_C(495588) * HOUR_MS + 2241250;

static PriceRow price_rows[] = {
	{ .model = "large", .micro_usd = { 3000500, 15000000, 300000, 3750000, 6000000 }, .geo_permille = 1000 },
	{ .model = "small", .micro_usd = { 250333, 1250777, 25000, 312500, 500000 }, .geo_permille = 1000 },
};
static PriceTable prices = { .row = price_rows, .n = 2 };

static Job job[JOBS];
static int64_t cost[JOBS];
static Store *store;
static Stores from;
static FiguresAsk when;
static uint32_t seed = 29;

static int64_t dice(int64_t n)
{
	seed = seed * 1664525 + 1013904223;
	return (int64_t)((uint64_t)(seed >> 8) * (uint64_t)n >> 24);
}

static void make_job(int i, Arena *a)
{
	static const char *const tenants[] = { "acme", "globex", "initech", "" }, *const models[] = { "large", "small" };
	static const char *const personas[] = { "p", "chef", "", "mo|e\\" };
	static const char *const agents[] = { "triage", "upsell" }, *const versions[] = { "9", "10", "10.2" };
	Job *j = &job[i];
	PriceCall c;

	*j = (Job){ .id = arena_printf(a, "job-%d", i), .tenant = str_of(tenants[dice(4)]), .persona = str_of(personas[dice(4)]), .agent = str_of(agents[dice(2)]),
	            .version = str_of(versions[dice(3)]), .model = str_of(models[dice(2)]), .status = STR("succeeded"), .state = JOB_SUCCEEDED,
	            .has_tokens = true, .retries = dice(2), .cache_hit = dice(4) ? TRI_NO : TRI_YES };
	j->approved = (Tri)dice(3);
	if (dice(2))
		j->roi_milli = (Opt64){ true, dice(9000) - 1000 };
	if (dice(2))
		j->roi_confidence_milli = (Opt64){ true, dice(1000) };
	if (dice(3))
		j->reported_nusd = (Opt64){ true, 1000 * dice(90000) };
	if (dice(9) == 0) {
		j->state = dice(2) ? JOB_FAILED : JOB_CANCELLED;
		j->status = j->state == JOB_FAILED ? STR("failed") : STR("cancelled");
	}
	j->tokens = (Tokens){ dice(3000), dice(900), dice(5000), dice(300), dice(100) };
	j->started_ms = j->updated_ms = now_ms - dice(DAYS * 24 * HOUR_MS);
	c = (PriceCall){ .model = j->model, .at_ms = j->started_ms, .tok = j->tokens };
	assert_int_equal(price_amount(&prices, &c, &cost[i]), PRICE_OK);
}

static int setup(void **state)
{
	static Arena a;
	Err e = { 0 };
	char back[32];
	Cursor c = { "jobs.back", { back, 0 } };
	StoreBatch b = { .jobs = job, .job_count = JOBS, .prices = &prices, .now_ms = now_ms, .cursors = &c, .cursor_count = 1 };
	StoreDelta d;

	(void)state;
	for (int i = 0; i < JOBS; i++)
		make_job(i, &a);
	c.value.n = (size_t)snprintf(back, sizeof back, "%lld", (long long)(now_ms - (DAYS * 24 - 1) * HOUR_MS));
	if (!(store = store_open_memory("grid", STORE_WRITE, &e)) || store_apply(store, &b, &d, &e) < 0)
		fail_msg("%s", e.text);
	arena_done(&a);
	from = (Stores){ &store, NULL, 1 };
	when = (FiguresAsk){ .now_ms = now_ms, .prices = &prices };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	store_close(store);
	return 0;
}

static Str key_of(const Job *j, Dim d, char text[64])
{
	if (d == DIM_VERSION)
		return (Str){ text, (size_t)snprintf(text, 64, "%.*s@%.*s", STR_ARG(j->agent), STR_ARG(j->version)) };
	return d == DIM_TENANT ? j->tenant : d == DIM_AGENT ? j->agent : d == DIM_PERSONA ? j->persona : d == DIM_MODEL ? j->model : STR("");
}

static bool is_in(const Job *j, const CostCell *c, int64_t hour)
{
	char text[64];

	if (floor_div(j->started_ms, HOUR_MS) != hour)
		return false;
	for (int i = 0; i < CELL_KEYS && c->only[i].dim; i++)
		if (!str_eq(key_of(j, (Dim)c->only[i].dim, text), str_of(c->only[i].key)))
			return false;
	return true;
}

/* The hours' amounts and jobs of a cell's keys, once for all hours of the store. */
static void by_hour(const CostCell *c, int64_t nusd[DAYS * 24 + 2], int64_t jobs[DAYS * 24 + 2])
{
	memset(nusd, 0, (DAYS * 24 + 2) * sizeof *nusd);
	memset(jobs, 0, (DAYS * 24 + 2) * sizeof *jobs);
	for (int i = 0; i < JOBS; i++) {
		int64_t hour = floor_div(job[i].started_ms, HOUR_MS), at = hour - (noon_hour - DAYS * 24);

		if (!is_in(&job[i], c, hour))
			continue;
		nusd[at] += cost[i];
		jobs[at]++;
	}
}

static bool is_weekend(int64_t day)
{
	return (day + 4) % 7 == 0 || (day + 4) % 7 == 6;
}

/* Of whole days: each beside the mean of the days of its kind before it, as far as they are read. */
static void reckon_days(const CostCell *c, const int64_t nusd[], const int64_t count[], int64_t *now, int64_t *jobs, long double *usual, bool *known)
{
	int64_t first = noon_hour - DAYS * 24, today = noon_hour / 24;

	for (int64_t day = c->from_hour / 24; day < c->until_hour / 24 && day < today; day++) {
		long double sum = 0;
		int n = 0;

		for (int64_t d = today - BASE_DAYS; d < day; d++) {
			if (d + BASE_DAYS <= day || is_weekend(d) != is_weekend(day) || d * 24 * HOUR_MS < now_ms - (DAYS * 24 - 1) * HOUR_MS)
				continue;
			for (int64_t h = d * 24; h < d * 24 + 24; h++)
				sum += nusd[h - first];
			n++;
		}
		for (int64_t h = day * 24; h < day * 24 + 24; h++) {
			*now += nusd[h - first];
			*jobs += count[h - first];
		}
		*known &= n >= 4;
		*usual += n ? sum * 1000 / n : 0;
	}
}

/* What a cell adds up to and what is usual for it, in thousandths; known: whether it can be said. */
static void reckon(const CostCell *c, int64_t offset_ms, int64_t *now, int64_t *jobs, long double *usual, bool *known)
{
	static int64_t nusd[DAYS * 24 + 2], count[DAYS * 24 + 2];
	int64_t first = noon_hour - DAYS * 24;

	by_hour(c, nusd, count);
	*now = *jobs = 0;
	*usual = 0;
	*known = true;
	if (c->days)
		reckon_days(c, nusd, count, now, jobs, usual, known);
	for (int64_t hour = c->from_hour; hour < c->until_hour && hour <= noon_hour && !c->days; hour++) {
		int64_t base[BASE_HOURS_MAX], n = 0;
		size_t all = baseline_hours(hour, now_ms, offset_ms, base);
		long double sum = 0, part = hour == noon_hour ? (long double)(now_ms % HOUR_MS) / HOUR_MS : 1;

		if (!cell_has_hour(c, hour, offset_ms))
			continue;
		*now += nusd[hour - first];
		*jobs += count[hour - first];
		for (size_t i = 0; i < all; i++)
			if (base[i] * HOUR_MS >= now_ms - (DAYS * 24 - 1) * HOUR_MS) {
				sum += nusd[base[i] - first];
				n++;
			}
		*known &= n >= BASE_LEAST;
		*usual += n ? sum * 1000 / (long double)n * part : 0;
	}
}

static void near(int64_t milli, long double want)
{
	long double off = (long double)milli - want;

	if (off > 2 || off < -2)
		fail_msg("%lld thousandths, not %Lf", (long long)milli, want);
}

/* A cell's groups, by all dimensions, add up to the cell. */
static void check_cell(const CostCell *c)
{
	int64_t now, jobs;
	long double usual;
	bool known;

	reckon(c, when.offset_ms, &now, &jobs, &usual, &known);
	for (Dim by = DIM_ALL; by <= DIM_MODEL; by++) {
		Sums sum = { 0 }, base = { 0 };
		Against g;
		Compared *v;
		Arena a = { 0 };
		Err e = { 0 };
		size_t n;

		assert_int_equal(compare_read(&from, &when, c, by, &a, &v, &n, &g, &e), 0);
		for (size_t i = 0; i < n; i++) {
			sums_add(&sum, &v[i].now);
			sums_add(&base, &v[i].base);
		}
		assert_int_equal(sum.nusd, now);
		assert_int_equal(sum.jobs, jobs);
		assert_int_equal(g.known, known);
		near(base.nusd, known ? usual + (long double)0 : 0);
		arena_done(&a);
	}
}

static void cells_are_what_their_jobs_add_up_to(void **state)
{
	(void)state;
	for (int round = 0; round < 60; round++) {
		CostCell c = { .from_hour = noon_hour - dice(20 * 24) };
		static const char *const keys[DIMS] = { [DIM_TENANT] = "acme", [DIM_AGENT] = "triage", [DIM_VERSION] = "triage@10", [DIM_MODEL] = "small", [DIM_PERSONA] = "p" };

		c.until_hour = round % 3 ? c.from_hour + 1 + dice(40) : c.from_hour + 1;
		if (round % 5 == 0) {
			c.from_hour = noon_hour - 21 * 24;
			c.until_hour = noon_hour + 12;
			c.weekday = 1 + (int32_t)dice(7);
			c.slot = 1 + (int32_t)dice(24);
		}
		for (int k = (int)dice(3); k > 0; k--) {
			Dim d = (Dim)(1 + dice(5));

			(void)cell_narrow(&c, d, keys[d]);
		}
		when.offset_ms = (dice(3) - 1) * 3 * HOUR_MS;
		check_cell(&c);
	}
	when.offset_ms = 0;
}

/* A cell of whole days, taken apart in every way, and one that ends today: today is not over and counts nowhere. */
static void days_are_compared_with_days(void **state)
{
	(void)state;
	for (int back = 1; back <= 9; back += 4)
		for (int keys = 0; keys < 4; keys++) {
			CostCell c = { .from_hour = (noon_hour / 24 - back) * 24, .until_hour = noon_hour / 24 * 24 + (back == 5 ? 24 : 0), .days = 1 };

			if (keys & 1)
				(void)cell_narrow(&c, DIM_PERSONA, "mo|e\\");
			if (keys & 2)
				(void)cell_narrow(&c, DIM_MODEL, "small");
			when.offset_ms = back == 9 ? -3 * HOUR_MS : 0;
			check_cell(&c);
		}
	when.offset_ms = 0;
}

static Grid *grid_for(GridAxes axes)
{
	GridAsk q = { .axes = (int32_t)axes };
	void *out = NULL;
	Err e = { 0 };

	if (ask_grid.run(&from, &when, &q, &out, &e) < 0)
		fail_msg("%s", e.text);
	return out;
}

static int64_t total(Dim by, int64_t from_hour, int64_t until_hour)
{
	CostGroup *g;
	Arena a = { 0 };
	Err e = { 0 };
	int64_t sum = 0;
	size_t n;

	assert_int_equal(store_cost(store, by, from_hour * HOUR_MS, until_hour * HOUR_MS, &a, &g, &n, &e), 0);
	for (size_t i = 0; i < n; i++)
		sum += g[i].s.nusd;
	arena_done(&a);
	return sum;
}

static void every_axis_adds_up(void **state)
{
	(void)state;
	for (GridAxes axes = GRID_TENANT_WEEK; axes < GRID_AXES; axes++) {
		Grid *g = grid_for(axes);
		int64_t sum = 0, jobs = 0;

		assert_true(g->rows > 1 && g->cols > 1);
		for (int i = 0; i < g->rows * g->cols; i++) {
			CostCell c;
			int64_t now, n;
			long double usual;
			bool known;

			sum += g->cell[i].nusd;
			jobs += g->cell[i].jobs;
			if (axes == GRID_AGENT_VERSION && !g->cell[i].key[0])
				continue;
			grid_cell(g, i / g->cols, i % g->cols, &c);
			reckon(&c, 0, &now, &n, &usual, &known);
			assert_int_equal(g->cell[i].nusd, now);
			assert_int_equal(g->cell[i].jobs, n);
			assert_int_equal(g->cell[i].base_nusd != FIG_NONE, known);
			if (known)
				near(g->cell[i].base_nusd * 1000, (long double)((int64_t)(usual + 500) / 1000 * 1000));
		}
		assert_true(jobs > 500);
		assert_int_equal(sum, total(DIM_TENANT, g->from_hour, g->until_hour));
		assert_int_equal(sum, total(DIM_MODEL, g->from_hour, g->until_hour));
		free(g);
	}
}

/* The dearest first; versions by their numbers, the newest at the left. */
static void rows_and_columns_are_in_order(void **state)
{
	Grid *g = grid_for(GRID_TENANT_WEEK), *v = grid_for(GRID_AGENT_VERSION), *m = grid_for(GRID_PERSONA_MODEL);
	int64_t before = INT64_MAX;

	(void)state;
	assert_int_equal(g->cols, GRID_WEEKS);
	for (int r = 0; r < g->rows; r++) {
		int64_t sum = 0;

		for (int c = 0; c < g->cols; c++)
			sum += g->cell[r * g->cols + c].nusd;
		assert_true(sum <= before);
		before = sum;
	}
	assert_int_equal(floor_div(g->col_from[0] + 72, 24) % 7, 0);       /* Mondays */
	assert_int_equal(v->rows, 2);
	for (int r = 0; r < v->rows; r++) {
		char want[3][200];

		(void)snprintf(want[0], 200, "%s@10.2", v->row[r].key);
		(void)snprintf(want[1], 200, "%s@10", v->row[r].key);
		(void)snprintf(want[2], 200, "%s@9", v->row[r].key);
		for (int c = 0; c < 3; c++)
			assert_string_equal(v->cell[r * v->cols + c].key, want[c]);
	}
	assert_int_equal(m->rows, 4);
	assert_int_equal(m->cols, 2);
	assert_string_equal(m->col_key[0], "large");
	assert_int_equal(m->until_hour, noon_hour / 24 * 24);
	assert_int_equal(m->until_hour - m->from_hour, FIG_DAYS * 24);
	for (int r = 1; r < m->rows; r++)
		assert_true(m->cell[r * 2].nusd + m->cell[r * 2 + 1].nusd <= m->cell[r * 2 - 2].nusd + m->cell[r * 2 - 1].nusd);
	free(g);
	free(v);
	free(m);
}

/* What is said of a cell's jobs, by persona, is what plain loops over them say. */
static void outcomes_are_those_of_the_jobs(void **state)
{
	(void)state;
	for (int round = 0; round < 12; round++) {
		CostCell c = { .from_hour = noon_hour - 24 * dice(9), .until_hour = noon_hour + 1 };
		Outcomes *o;
		void *out = NULL;
		int64_t jobs = 0;
		Err e = { 0 };

		if (round % 2)
			(void)cell_narrow(&c, DIM_TENANT, "globex");
		if (round % 3 == 0) {
			c.from_hour = (noon_hour / 24 - 5) * 24;
			c.until_hour = noon_hour / 24 * 24;
			c.days = 1;
			(void)cell_narrow(&c, DIM_MODEL, "small");
		}
		assert_int_equal(ask_outcomes.run(&from, &when, &c, &out, &e), 0);
		o = out;
		assert_int_equal(o->n, 4);
		assert_int_equal(o->total, 4);
		for (int i = 0; i < o->n; i++) {
			Sums want = { 0 };

			for (int k = 0; k < JOBS; k++) {
				const Job *j = &job[k];
				int64_t hour = floor_div(j->started_ms, HOUR_MS);

				if (hour < c.from_hour || hour >= c.until_hour || !is_in(j, &c, hour) || !str_is(j->persona, o->row[i].persona))
					continue;
				want.jobs++;
				want.succeeded += j->state == JOB_SUCCEEDED;
				want.failed += j->state == JOB_FAILED;
				want.cancelled += j->state == JOB_CANCELLED;
				want.approved += j->approved == TRI_YES;
				want.judged += j->approved != TRI_UNKNOWN;
				want.roi_milli += j->roi_milli.known ? j->roi_milli.v : 0;
				want.roi_n += j->roi_milli.known;
				want.confidence_milli += j->roi_confidence_milli.known ? j->roi_confidence_milli.v : 0;
				want.confidence_n += j->roi_confidence_milli.known;
				want.reported_nusd += j->reported_nusd.known ? j->reported_nusd.v : 0;
				want.reported_n += j->reported_nusd.known;
				want.reported_booked_nusd += j->reported_nusd.known ? cost[k] : 0;
			}
			assert_int_equal(o->row[i].s.jobs, want.jobs);
			assert_int_equal(o->row[i].s.succeeded, want.succeeded);
			assert_int_equal(o->row[i].s.failed, want.failed);
			assert_int_equal(o->row[i].s.cancelled, want.cancelled);
			assert_int_equal(o->row[i].s.approved, want.approved);
			assert_int_equal(o->row[i].s.judged, want.judged);
			assert_int_equal(o->row[i].s.roi_milli, want.roi_milli);
			assert_int_equal(o->row[i].s.roi_n, want.roi_n);
			assert_int_equal(o->row[i].s.confidence_milli, want.confidence_milli);
			assert_int_equal(o->row[i].s.confidence_n, want.confidence_n);
			assert_int_equal(o->row[i].s.reported_nusd, want.reported_nusd);
			assert_int_equal(o->row[i].s.reported_n, want.reported_n);
			assert_int_equal(o->row[i].s.reported_booked_nusd, want.reported_booked_nusd);
			assert_true(i == 0 || o->row[i].s.jobs <= o->row[i - 1].s.jobs);
			jobs += want.jobs;
		}
		assert_true(jobs > 0);
		assert_int_equal(o->all.jobs, jobs);
		free(o);
	}
}

/* Why a cell differs: the bridge's sides are the cell's. */
static void the_bridge_is_of_the_cell(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		CostCell c = { .from_hour = noon_hour - dice(10 * 24) };
		int64_t now, jobs, sum = 0;
		long double usual;
		bool known;
		CellWhy *y;
		void *out = NULL;
		Err e = { 0 };

		c.until_hour = c.from_hour + 1 + (round % 2 ? dice(30) : 0);
		if (round % 3 == 0)
			(void)cell_narrow(&c, DIM_TENANT, "globex");
		reckon(&c, 0, &now, &jobs, &usual, &known);
		assert_true(known);
		assert_int_equal(ask_why.run(&from, &when, &c, &out, &e), 0);
		y = out;
		assert_int_equal(y->bridge.now_nusd, now);
		assert_int_equal(y->jobs, jobs);
		near(y->bridge.base_nusd, usual / 1000);
		for (int k = 0; k < BRIDGE_EFFECTS; k++)
			sum += y->bridge.effect[k];
		assert_int_equal(sum, y->bridge.now_nusd - y->bridge.base_nusd);
		free(y);
	}
}

/* The amount at the end of a line of a page, in nUSD; *any false: there is none. */
static int64_t amount_at_end(const char *line, size_t n, bool *any)
{
	size_t at = n;
	int64_t v = 0;

	while (at > 0 && strchr("0123456789.+-", line[at - 1]))
		at--;
	*any = n - at > 10 && line[n - 10] == '.' && at > 0 && line[at - 1] == ' ';
	for (size_t i = at; i < n && *any; i++)
		if (line[i] >= '0' && line[i] <= '9')
			v = v * 10 + (line[i] - '0');
	return *any && line[at] == '-' ? -v : v;
}

/* Adds up what stands above the line that begins with "= "; the first `skip` amounts are no part of it. */
static void check_page(Buf *page, int skip, int64_t want)
{
	Str text = buf_str(page);
	int64_t sum = 0;

	while (text.n) {
		Str line = str_cut(text, '\n', &text);
		bool any;
		/* Of the why page each line's amount is followed by words. */
		const char *words = line.n > 38 && line.p[38] == ' ' && line.p[28] == '.' ? line.p + 38 : line.p + line.n;
		int64_t v = amount_at_end(line.p, (size_t)(words - line.p), &any);

		if (!any)
			continue;
		if (line.p[0] == '=') {
			assert_int_equal(v, want);
			assert_int_equal(sum, want);
			return;
		}
		sum += skip-- > 0 ? 0 : v;
	}
	fail_msg("no sum in\n%s", buf_cstr(page));
}

static void pages_add_up(void **state)
{
	(void)state;
	for (int round = 0; round < 20; round++) {
		CostCell c = { .from_hour = noon_hour - dice(6 * 24) };
		int64_t now, jobs;
		long double usual;
		Explained x = { 0 };
		CellWhy *y;
		void *out = NULL;
		bool known;
		Err e = { 0 };

		c.until_hour = c.from_hour + 1 + dice(30);
		if (round % 2)
			(void)cell_narrow(&c, DIM_VERSION, "upsell@9");
		reckon(&c, 0, &now, &jobs, &usual, &known);
		assert_int_equal(explain_cell(&from, &when, &c, &x, &e), 0);
		assert_int_equal(ask_why.run(&from, &when, &c, &out, &e), 0);
		y = out;
		assert_int_equal(x.nusd, now);
		check_page(&x.how, 0, now);
		check_page(&x.why, 3, y->bridge.now_nusd - y->bridge.base_nusd);
		buf_done(&x.why);
		buf_done(&x.how);
		free(y);
	}
}

static void pages_of_a_job(void **state)
{
	(void)state;
	for (int i = 0; i < JOBS; i += 777) {
		Explained x = { 0 };
		char id[16];
		bool found;
		Err e = { 0 };

		(void)snprintf(id, sizeof id, "job-%d", i);
		assert_int_equal(explain_job(&from, &when, str_of(id), &x, &found, &e), 0);
		assert_true(found);
		assert_int_equal(x.nusd, cost[i]);
		check_page(&x.how, 0, cost[i]);
		assert_non_null(strstr(buf_cstr(&x.how), id));
		buf_done(&x.why);
		buf_done(&x.how);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cells_are_what_their_jobs_add_up_to),
		cmocka_unit_test(days_are_compared_with_days),
		cmocka_unit_test(every_axis_adds_up),
		cmocka_unit_test(rows_and_columns_are_in_order),
		cmocka_unit_test(outcomes_are_those_of_the_jobs),
		cmocka_unit_test(the_bridge_is_of_the_cell),
		cmocka_unit_test(pages_add_up),
		cmocka_unit_test(pages_of_a_job),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
