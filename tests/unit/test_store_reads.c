#include "unit.h"

#include "store_unit.h"

static Fleet f;
static Want wants[FLEET_MAX];
static size_t want_count;

static Store *filled(const char *name)
{
	Store *s = must_open(name, STORE_WRITE);

	fleet_make(&f, 4);
	fleet_drop_ties(&f);
	apply_facts(s, f.v, f.n, LEDGER_COMPUTED);
	want_count = fleet_reckon(&f, LEDGER_COMPUTED, wants);
	return s;
}

static void gone(Store *s)
{
	store_close(s);
	arena_done(&f.a);
}

/* --- jobs --- */

static bool keys_match(const JobFilter *q, const Want *w)
{
	for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
		if (q->key[d].p && !str_eq(w->key[d], q->key[d]))
			return false;
	return true;
}

static bool asked(const JobFilter *q, const Want *w)
{
	const Job *j = w->job;

	return j && (!q->updated_from_ms || j->updated_ms >= q->updated_from_ms) && (!q->updated_until_ms || j->updated_ms < q->updated_until_ms) &&
	       (!q->booked_from_ms || w->booked_ms >= q->booked_from_ms) && (!q->booked_until_ms || w->booked_ms < q->booked_until_ms) &&
	       (!q->states || q->states >> j->state & 1) && keys_match(q, w);
}

static int newest_first(const void *a, const void *b)
{
	const Want *const *x = a, *const *y = b;

	if ((*x)->job->updated_ms != (*y)->job->updated_ms)
		return (*x)->job->updated_ms > (*y)->job->updated_ms ? -1 : 1;
	return str_cmp((*x)->job->id, (*y)->job->id);
}

static size_t check_filter(Store *s, const JobFilter *q)
{
	const Want *want[FLEET_MAX];
	Arena a = { 0 };
	JobRow *row;
	size_t n, count = 0;

	for (size_t i = 0; i < want_count; i++)
		if (asked(q, &wants[i]))
			want[count++] = &wants[i];
	qsort(want, count, sizeof *want, newest_first);
	if (q->limit && count > q->limit)
		count = q->limit;
	MUST(store_jobs(s, q, &a, &row, &n, e));
	assert_int_equal(n, count);
	for (size_t i = 0; i < n; i++) {
		assert_true(str_eq(row[i].job.id, want[i]->job->id));
		assert_int_equal(row[i].nusd, want[i]->s.nusd);
		assert_int_equal(row[i].unpriced, want[i]->s.unpriced);
	}
	arena_done(&a);
	return n;
}

static void every_filter_equals_a_plain_scan(void **state)
{
	static const unsigned sets[] = { 0, 1u << JOB_RUNNING, 1u << JOB_QUEUED | 1u << JOB_RUNNING, 1u << JOB_FAILED, 1u << JOB_FAILED | 1u << JOB_RUNNING };
	Store *s = filled("filter.db");
	size_t found = 0;

	(void)state;
	for (int i = 0; i < 600; i++) {
		const Want *w = &wants[dice((uint32_t)want_count)];
		JobFilter q = { .states = sets[dice(5)], .limit = dice(3) ? 0 : 1 + dice(20) };

		if (dice(2))
			q.updated_from_ms = fleet_start + dice(20000000);
		if (dice(2))
			q.updated_until_ms = fleet_start + dice(25000000);
		if (dice(2))
			q.booked_from_ms = fleet_start - 5000000 + dice(20000000);
		if (dice(2))
			q.booked_until_ms = fleet_start + dice(25000000);
		for (int d = DIM_ALL + 1; d < DIM_SIMPLE; d++)
			if (dice(4) == 0)
				q.key[d] = dice(20) == 0 ? STR("nobody") : w->key[d].n ? w->key[d] : STR("");
		found += check_filter(s, &q);
	}
	assert_true(found > 1000);
	gone(s);
}

static void one_job_and_the_counts(void **state)
{
	int64_t counts[JOB_STATES], want[JOB_STATES], oldest, want_oldest, from[] = { 0, fleet_start + 6000000, fleet_start + 90000000 };
	Store *s = filled("counts.db");
	Arena a = { 0 };
	JobRow row;
	bool found;

	(void)state;
	for (int k = 0; k < 3; k++) {
		memset(want, 0, sizeof want);
		want_oldest = 0;
		for (size_t i = 0; i < want_count; i++) {
			const Job *j = wants[i].job;

			if (j && j->updated_ms >= from[k])
				want[j->state]++;
			if (j && j->state == JOB_RUNNING && j->started_ms && (!want_oldest || j->started_ms < want_oldest))
				want_oldest = j->started_ms;
		}
		MUST(store_job_counts(s, from[k], 0, counts, &oldest, e));
		assert_memory_equal(counts, want, sizeof want);
		assert_true(want_oldest > 0);
		assert_int_equal(oldest, want_oldest);     /* however long ago it was heard of */
		MUST(store_job_counts(s, from[k], 0, counts, NULL, e));
	}
	for (size_t i = 0; i < want_count; i++)
		if (wants[i].job) {
			MUST(store_job(s, wants[i].job->id, &a, &row, &found, e));
			assert_true(found && str_eq(row.job.status, wants[i].job->status) && row.nusd == wants[i].s.nusd);
			assert_int_equal(row.job.retries, wants[i].job->retries);
			assert_int_equal(row.job.started_ms, wants[i].job->started_ms);
		}
	MUST(store_job(s, STR("job-none"), &a, &row, &found, e));
	assert_false(found);
	arena_done(&a);
	gone(s);
}

/* --- lines --- */

static size_t plain_lines(Str job, Str trace, const LogLine **out)
{
	size_t n = 0;

	for (size_t i = 0; i < f.n; i++)
		if (!f.v[i].is_job && ((job.n && str_eq(f.v[i].line.job_id, job)) || (trace.n && str_eq(f.v[i].line.trace_id, trace))))
			out[n++] = &f.v[i].line;
	return n;
}

static void check_lines(Store *s, Str job, Str trace)
{
	const LogLine *want[FLEET_MAX];
	size_t count = plain_lines(job, trace, want), n, limited;
	Arena a = { 0 };
	LogLine *l;

	MUST(store_job_lines(s, job, trace, 0, &a, &l, &n, e));
	assert_int_equal(n, count);
	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < count && !str_eq(want[k]->event_id, l[i].event_id))
			k++;
		assert_true(k < count);
		assert_true(i == 0 || l[i - 1].event_ms < l[i].event_ms ||
		            (l[i - 1].event_ms == l[i].event_ms && str_cmp(l[i - 1].event_id, l[i].event_id) < 0));
		assert_int_equal(l[i].event_ms, want[k]->event_ms);
		assert_int_equal(l[i].kind, want[k]->kind);
		assert_true(str_eq(l[i].tenant, want[k]->tenant) && str_eq(l[i].model, want[k]->model) && str_eq(l[i].text, want[k]->text));
		assert_int_equal(l[i].has_tokens, want[k]->has_tokens);
		assert_int_equal(l[i].reported_nusd.known, want[k]->reported_nusd.known);
	}
	MUST(store_job_lines(s, job, trace, 2, &a, &l, &limited, e));
	assert_int_equal(limited, count < 2 ? count : 2);
	arena_done(&a);
}

/* Plain lines, some of them at odd times and without a job that anybody knows. */
static void add_plain_lines(Store *s)
{
	static const int64_t odd[] = { 0, 1, 4194303, 4194304, INT64_MAX, INT64_MAX - 1, INT64_MAX - 4194304 };
	size_t from = f.n;

	for (int i = 0; i < 200; i++) {
		LogLine l = { .event_id = arena_printf(&f.a, "plain-%d", i), .kind = (LineKind)(i % 4 ? LINE_PLAIN : LINE_JOB),
		              .event_ms = i < 7 ? odd[i] : fleet_start + (int64_t)dice(900000000) * 3, .level = STR("INFO"), .text = STR("{\"a\":1}") };

		if (i % 3)
			l.job_id = arena_printf(&f.a, "job-%d", i % 7 ? (int)dice(FLEET_JOBS) : 9000);
		if (i % 5)
			l.trace_id = arena_printf(&f.a, "trace-%d", (int)dice(FLEET_JOBS / 3));
		f.v[f.n++] = (Fact){ .line = l };
	}
	apply_facts(s, f.v + from, f.n - from, LEDGER_COMPUTED);
}

static void lines_are_found_by_job_and_trace(void **state)
{
	Store *s = filled("lines.db");

	(void)state;
	add_plain_lines(s);
	for (int i = 0; i < FLEET_JOBS; i++) {
		Str job = arena_printf(&f.a, "job-%d", i), trace = arena_printf(&f.a, "trace-%d", i / 3);

		check_lines(s, job, trace);
		check_lines(s, job, (Str){ 0 });
		check_lines(s, (Str){ 0 }, trace);
	}
	check_lines(s, STR("job-9000"), (Str){ 0 });
	check_lines(s, STR("nothing"), STR("nowhere"));
	gone(s);
}

static void id_text(char out[24], uint64_t i)
{
	(void)snprintf(out, 24, "%016llx", (unsigned long long)((i + 1) * UINT64_C(0x9E3779B97F4A7C15)));
}

static int by_number(const void *a, const void *b)
{
	const uint64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* Ids are looked up by 32 bits of a hash, so two of some hundred thousand share them. */
static void ids_with_one_hash_stay_apart(void **state)
{
	enum { IDS = 1 << 18 };
	static uint64_t seen[IDS];
	static char text[2][24];
	int pairs = 0;

	(void)state;
	for (uint64_t i = 0; i < IDS; i++) {
		id_text(text[0], i);
		seen[i] = str_hash(str_of(text[0])) << 32 | i;
	}
	qsort(seen, IDS, sizeof *seen, by_number);
	for (size_t i = 1; i < IDS && pairs < 3; i++) {
		Job job[2] = { 0 };
		LogLine line[2] = { 0 };
		StoreBatch b = { .jobs = job, .lines = line, .line_count = 2, .prices = &fleet_prices };
		Arena a = { 0 };
		CostGroup *g;
		JobRow row;
		char name[32];
		bool found;
		size_t n;
		Store *s;

		if (seen[i] >> 32 != seen[i - 1] >> 32)
			continue;
		(void)snprintf(name, sizeof name, "hash-%d.db", pairs++);
		s = must_open(name, STORE_WRITE);
		for (int k = 0; k < 2; k++) {
			id_text(text[k], seen[i - (size_t)k] & UINT32_MAX);
			job[k] = (Job){ .id = str_of(text[k]), .status = STR("failed"), .state = JOB_FAILED, .updated_ms = fleet_start + k, .retries = 5 + k };
			line[k] = (LogLine){ .event_id = k ? STR("b") : STR("a"), .event_ms = fleet_start, .kind = LINE_COST, .job_id = job[k].id,
			                     .reported_nusd = { true, 1000 * (k + 1) } };
		}
		MUST(store_apply(s, &b, NULL, e));          /* lines first, their items later */
		b.job_count = 2;
		MUST(store_apply(s, &b, NULL, e));
		for (int k = 0; k < 2; k++) {
			MUST(store_job(s, job[k].id, &a, &row, &found, e));
			assert_true(found && row.job.retries == 5 + k && row.nusd == 1000 * (k + 1));
		}
		MUST(store_cost(s, DIM_ALL, 0, 0, &a, &g, &n, e));
		assert_true(n == 1 && g[0].s.jobs == 2 && g[0].s.nusd == 3000);
		arena_done(&a);
		store_close(s);
	}
	assert_true(pairs > 0);
}

static void a_lone_line_is_not_the_job_of_its_name(void **state)
{
	Job job = { .id = STR("same"), .status = STR("running"), .state = JOB_RUNNING, .updated_ms = fleet_start };
	LogLine line = { .event_id = STR("same"), .event_ms = fleet_start, .kind = LINE_COST, .reported_nusd = { true, 700 } };
	StoreBatch b = { .jobs = &job, .job_count = 1, .lines = &line, .line_count = 1, .prices = &fleet_prices };
	Store *s = must_open("lone.db", STORE_WRITE);
	Arena a = { 0 };
	CostGroup *g;
	JobRow row;
	bool found;
	size_t n;

	(void)state;
	MUST(store_apply(s, &b, NULL, e));
	MUST(store_apply(s, &b, NULL, e));
	MUST(store_job(s, STR("same"), &a, &row, &found, e));
	assert_true(found && row.nusd == 0 && row.job.state == JOB_RUNNING);
	MUST(store_cost(s, DIM_ALL, 0, 0, &a, &g, &n, e));
	assert_true(n == 1 && g[0].s.jobs == 2 && g[0].s.nusd == 700);
	arena_done(&a);
	store_close(s);
}

/* --- totals --- */

static void minutes_and_chosen_hours(void **state)
{
	int64_t first = fleet_start / 60000 - 100, hours[] = { fleet_start / 3600000, fleet_start / 3600000 + 3, fleet_start / 3600000 + 900 };
	static Sums minute[600];
	Store *s = filled("minutes.db");
	Arena a = { 0 };
	CostGroup *g;
	size_t n;

	(void)state;
	MUST(store_minutes(s, first, 600, minute, e));
	for (int i = 0; i < 600; i++) {
		Sums want = { 0 };

		for (size_t k = 0; k < want_count; k++)
			if (wants[k].booked_ms / 60000 == first + i) {
				want.nusd += wants[k].s.nusd;
				want.jobs++;
				want.failed += wants[k].s.failed;
			}
		assert_int_equal(minute[i].nusd, want.nusd);
		assert_int_equal(minute[i].jobs, want.jobs);
		assert_int_equal(minute[i].failed, want.failed);
	}
	for (Dim d = DIM_ALL; d < DIMS; d++) {
		int64_t jobs = 0, nusd = 0, span_ms = dim_span_ms(d), spans[3];

		for (int h = 0; h < 3; h++)
			spans[h] = span_ms == 3600000 ? hours[h] : fleet_start / span_ms + h;
		MUST(store_hours_by(s, d, spans, 3, &a, &g, &n, e));
		assert_true(n > 0);
		for (size_t k = 0; k < want_count; k++)
			for (int h = 0; h < 3; h++)
				if (wants[k].booked_ms / span_ms == spans[h]) {
					size_t i = 0;

					while (i < n && !str_eq(g[i].key, wants[k].key[d]))
						i++;
					assert_true(i < n);
					g[i].s.nusd -= wants[k].s.nusd;
					g[i].s.jobs--;
				}
		for (size_t i = 0; i < n; i++) {
			jobs |= g[i].s.jobs;
			nusd |= g[i].s.nusd;
		}
		assert_true(jobs == 0 && nusd == 0);
	}
	arena_done(&a);
	gone(s);
}

static void metrics_keep_gaps_and_replace_points(void **state)
{
	const MetricPoint first[] = { { 1000, true, 1.5 }, { 2000, false, 0 }, { 3000, true, -2 } }, more[] = { { 2000, true, 7 }, { 4000, true, 8 } };
	MetricSeries m[] = {
		{ STR("AWS/Bedrock"), STR("Invocations"), STR("{\"ModelId\":\"m\"}"), STR("Sum"), STR("Count"), 60, first, 3, false },
		{ STR("AWS/Bedrock"), STR("Invocations"), STR("{\"ModelId\":\"m\"}"), STR("Sum"), STR("Count"), 300, first, 1, true },
	}, again = { STR("AWS/Bedrock"), STR("Invocations"), STR("{\"ModelId\":\"m\"}"), STR("Sum"), STR("Count"), 60, more, 2, true }, *out;
	StoreBatch b = { .series = m, .series_count = 2 }, c = { .series = &again, .series_count = 1 };
	Store *s = must_open("metrics.db", STORE_WRITE);
	StoreDelta d;
	Arena a = { 0 };
	size_t n;

	(void)state;
	MUST(store_apply(s, &b, &d, e));
	assert_int_equal(d.series, 2);
	MUST(store_apply(s, &c, NULL, e));
	MUST(store_metrics(s, 0, 0, &a, &out, &n, e));
	assert_int_equal(n, 2);
	assert_true(out[0].period_s == 60 && out[0].partial && out[0].count == 4 && str_is(out[0].unit, "Count"));
	assert_true(out[0].points[1].has && out[0].points[1].t_ms == 2000 && out[0].points[1].v > 6.9 && out[0].points[1].v < 7.1);
	assert_true(out[1].period_s == 300 && out[1].partial && out[1].count == 1);
	MUST(store_metrics(s, 2000, 4000, &a, &out, &n, e));
	assert_true(out[0].count == 2 && out[0].points[1].t_ms == 3000 && out[1].count == 0);
	arena_done(&a);
	store_close(s);
}

static void agents_are_replaced_as_a_whole(void **state)
{
	AgentVersionRow rows[] = {
		{ STR("triage"), STR("2"), STR("production"), STR("fix.large"), STR("me"), STR("{\"x\":2}"), 20, 0, false },
		{ STR("triage"), STR("#route"), { 0 }, { 0 }, { 0 }, STR("{\"r\":1}"), 0, 7, true },
		{ STR("audit"), STR("1"), STR("draft"), STR("fix.small"), STR("you"), STR("{}"), 10, 0, false },
	}, *out;
	StoreBatch all = { .agents = rows, .agent_count = 3, .agents_replace = true }, one = { .agents = rows, .agent_count = 1 };
	Store *s = must_open("agents.db", STORE_WRITE);
	Arena a = { 0 };
	size_t n;

	(void)state;
	MUST(store_agents(s, &a, &out, &n, e));
	assert_int_equal(n, 0);
	MUST(store_apply(s, &all, NULL, e));
	rows[0].status = STR("deprecated");
	MUST(store_apply(s, &one, NULL, e));                     /* adds or replaces, the others stay */
	MUST(store_agents(s, &a, &out, &n, e));
	assert_int_equal(n, 3);
	assert_true(str_is(out[0].agent, "audit") && out[0].created_ms == 10 && str_is(out[0].created_by, "you"));
	assert_true(str_is(out[1].version, "#route") && out[1].is_route && out[1].rev == 7 && str_is(out[1].raw_json, "{\"r\":1}"));
	assert_true(str_is(out[2].status, "deprecated") && !out[2].is_route);
	one.agents_replace = true;
	MUST(store_apply(s, &one, NULL, e));
	MUST(store_agents(s, &a, &out, &n, e));
	assert_true(n == 1 && str_is(out[0].agent, "triage"));
	arena_done(&a);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_filter_equals_a_plain_scan), cmocka_unit_test(one_job_and_the_counts),
		cmocka_unit_test(lines_are_found_by_job_and_trace),
		cmocka_unit_test(ids_with_one_hash_stay_apart), cmocka_unit_test(a_lone_line_is_not_the_job_of_its_name),
		cmocka_unit_test(minutes_and_chosen_hours), cmocka_unit_test(metrics_keep_gaps_and_replace_points),
		cmocka_unit_test(agents_are_replaced_as_a_whole),
	};

	return cmocka_run_group_tests_name("store_reads", tests, make_place, clear_place);
}
