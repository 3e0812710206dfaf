#include "unit.h"

#include "sim/fleet_hour.h"
#include "sim/fleet_lines.h"
#include "wire/jsonval.h"
#include "wire/time8601.h"

#define INDEX "status-updatedAt-index"

static const int64_t start_ms = INT64_C(1795262400000);      /* 2026-11-21T12:00:00Z, a Saturday */
static const int64_t minute_ms = 60000;

static Fleet *open_at(int64_t start, int32_t speed_milli, SimScenario scenario)
{
	return fleet_open(&(FleetSpec){ .seed = 7, .start_ms = start, .speed_milli = speed_milli, .scenario = scenario });
}

static int64_t fixed_now(void *arg)
{
	return *(int64_t *)arg;
}

/* Rows as text, one a line. */
typedef struct Rows { Buf text; Str last; size_t n, limit; } Rows;

static bool collect(void *arg, Str range, Str item)
{
	Rows *r = arg;

	(void)range;
	buf_put_str(&r->text, item);
	buf_putc(&r->text, '\n');
	return ++r->n != r->limit;
}

static void rows_of(Fleet *f, int64_t now, const char *index, const char *hash, const char *from, bool backward, Rows *out)
{
	FleetRows fr = { f, fixed_now, &now };
	SimRows rows = fleet_rows(&fr);

	rows.each(rows.arg, index, str_of(hash), str_of(from), backward, collect, out);
}

static void same_seed_and_clock_same_bytes(void **state)
{
	Fleet *a = open_at(start_ms, 1000, SIM_QUIET), *b = open_at(start_ms, 1000, SIM_QUIET);
	Rows ra = {0}, rb = {0};
	int64_t now = start_ms + 20 * minute_ms;

	(void)state;
	(void)fleet_hour(b, start_ms / HOUR_MS - 100);      /* what was asked for before has no say */
	rows_of(a, now, INDEX, "succeeded", "2026-11-20T00:00", false, &ra);
	rows_of(b, now, INDEX, "succeeded", "2026-11-20T00:00", false, &rb);
	assert_true(ra.n > 1000);
	assert_true(str_eq(buf_str(&ra.text), buf_str(&rb.text)));
	buf_done(&ra.text);
	buf_done(&rb.text);
	fleet_close(a);
	fleet_close(b);
}

/* The very bytes: another compiler or machine must not change them. */
static void bytes_are_pinned(void **state)
{
	Fleet *f = open_at(start_ms, 1000, SIM_QUIET);
	FleetHour h = fleet_hour(f, start_ms / HOUR_MS - 24);
	Rows rows = { .limit = 5000 };
	char id[32];

	(void)state;
	fleet_job_id(&h.job[0], id);
	assert_string_equal(id, "j-f6z4-000000-kkq5h");
	rows_of(f, start_ms, "", "", "", false, &rows);
	assert_int_equal(rows.n, 5000);
	assert_true(str_hash(buf_str(&rows.text)) == UINT64_C(0x22277ea255599f0f));
	buf_done(&rows.text);
	fleet_close(f);
}

static void history_does_not_know_what_comes_later(void **state)
{
	Fleet *quiet = open_at(start_ms, 1000, SIM_QUIET), *loud = open_at(start_ms, 60000, SIM_RUNAWAY_COST);
	Rows ra = {0}, rb = {0};

	(void)state;
	rows_of(quiet, start_ms - 1, "", "", "", false, &ra);
	rows_of(loud, start_ms - 1, "", "", "", false, &rb);
	assert_true(str_eq(buf_str(&ra.text), buf_str(&rb.text)));
	assert_in_range(ra.n, 285000, 315000);      /* 35 days of 6 a minute */
	buf_done(&ra.text);
	buf_done(&rb.text);
	fleet_close(quiet);
	fleet_close(loud);
}

static void arrivals_follow_day_and_speed(void **state)
{
	Fleet *one = open_at(start_ms, 1000, SIM_QUIET), *ten = open_at(start_ms, 10000, SIM_QUIET), *held = open_at(start_ms, 0, SIM_QUIET);
	int64_t hour = start_ms / HOUR_MS;
	size_t night = fleet_hour(one, hour - 8).n, noon = fleet_hour(one, hour).n;

	(void)state;
	assert_in_range(night, 90, 130);             /* 04:00: 0.29 of the mean */
	assert_in_range(noon, 440, 560);
	assert_in_range(fleet_hour(ten, hour).n, 9.5 * noon, 10.5 * noon);
	assert_int_equal(fleet_hour(held, hour).n, 0);
	assert_int_equal(fleet_hour(ten, hour - 1).n, fleet_hour(one, hour - 1).n);
	fleet_close(one);
	fleet_close(ten);
	fleet_close(held);
}

static void index_equals_a_filtered_scan(void **state)
{
	static const char *const names[] = { "queued", "running", "succeeded", "failed", "cancelled" };
	Fleet *f = open_at(start_ms, 20000, SIM_QUIET);
	int64_t now = start_ms + 7 * minute_ms;
	size_t want[JOB_STATES] = {0}, total = 0;

	(void)state;
	for (int64_t h = fleet_first_hour(f); h <= now / HOUR_MS; h++) {
		FleetHour hour = fleet_hour(f, h);
		for (size_t i = 0; i < hour.n; i++) {
			FleetView v;
			if (!fleet_job_at(&hour.job[i], now, &v))
				continue;
			assert_true(v.updated_ms <= now && v.updated_ms >= hour.job[i].created_ms);
			want[v.state] += v.updated_ms >= now - 30 * minute_ms;
			total++;
		}
	}
	for (int i = 0; i < 5; i++) {
		Rows up = {0}, down = {0};
		char from[TIME_TEXT];
		time_format_iso(now - 30 * minute_ms, from);
		rows_of(f, now, INDEX, names[i], from, false, &up);
		assert_int_equal(up.n, want[i]);
		down.limit = up.n ? up.n : 1;
		rows_of(f, now, INDEX, names[i], "", true, &down);
		assert_int_equal(buf_str(&down.text).n, buf_str(&up.text).n);
		buf_done(&up.text);
		buf_done(&down.text);
	}
	assert_true(want[JOB_RUNNING] > 0 && want[JOB_QUEUED] > 0 && want[JOB_FAILED] > 0 && total > 300000);
	fleet_close(f);
}

/* Order of the index, and every row is found again by its id. */
typedef struct Check { SimRows rows; char before[TIME_TEXT]; size_t n; } Check;

static bool check_row(void *arg, Str range, Str item)
{
	Check *c = arg;
	Arena a = {0};
	JsonVal v;
	Str id, updated;
	Buf again = {0};

	assert_int_equal(jv_parse(&a, item, item.n, &v, NULL), 0);
	assert_int_equal(jv_str(jv_get(v, "jobId"), "S", &id, NULL), 0);
	assert_int_equal(jv_str(jv_get(v, "updatedAt"), "S", &updated, NULL), 0);
	assert_true(str_eq(range, updated));
	assert_true(str_cmp(str_of(c->before), range) <= 0);
	snprintf(c->before, sizeof c->before, "%.*s", STR_ARG(range));
	assert_true(c->rows.get(c->rows.arg, id, (Str){0}, &again));
	assert_true(str_eq(buf_str(&again), item));
	buf_done(&again);
	arena_done(&a);
	return ++c->n < 3000;
}

static void rows_are_ordered_and_found_by_id(void **state)
{
	Fleet *f = open_at(start_ms, 1000, SIM_QUIET);
	int64_t now = start_ms;
	FleetRows fr = { f, fixed_now, &now };
	Check c = { .rows = fleet_rows(&fr) };
	Buf none = {0};

	(void)state;
	c.rows.each(c.rows.arg, INDEX, STR("succeeded"), STR("2026-11-20T10:00:00.000Z"), false, check_row, &c);
	assert_int_equal(c.n, 3000);
	assert_false(c.rows.get(c.rows.arg, STR("j-0000-000000-00000"), (Str){0}, &none));
	assert_false(c.rows.get(c.rows.arg, STR("no such job"), (Str){0}, &none));
	assert_false(c.rows.get(c.rows.arg, STR("j-f700-000001-!!!!!"), (Str){0}, &none));
	fleet_close(f);
}

static void a_job_moves_through_its_states(void **state)
{
	Fleet *f = open_at(start_ms, 1000, SIM_QUIET);
	FleetHour h = fleet_hour(f, start_ms / HOUR_MS - 3);
	size_t retried = 0;

	(void)state;
	for (size_t i = 0; i < h.n; i++) {
		const FleetJob *j = &h.job[i];
		FleetView v;
		assert_false(fleet_job_at(j, j->created_ms - 1, &v));
		assert_true(fleet_job_at(j, j->created_ms, &v) && v.state == JOB_QUEUED);
		assert_true(fleet_job_at(j, j->created_ms + j->end_ms, &v) && v.state == j->end_state);
		assert_true(j->end_ms < FLEET_LIFE_MAX_MS);
		for (int k = 0; k < j->tries; k++) {
			assert_true(fleet_job_at(j, j->created_ms + j->call[k].begin_ms, &v));
			assert_true(v.state == JOB_RUNNING && v.retries == k);
		}
		retried += j->tries > 1;
	}
	assert_true(retried > 2);
	fleet_close(f);
}

typedef struct Share { size_t jobs, schema; int64_t micro_usd; } Share;

static Share share_of(Fleet *f, unsigned agent, int64_t from, int64_t to)
{
	Share s = {0};

	for (int64_t h = from / HOUR_MS; h <= to / HOUR_MS; h++) {
		FleetHour hour = fleet_hour(f, h);
		for (size_t i = 0; i < hour.n; i++) {
			const FleetJob *j = &hour.job[i];
			if (j->created_ms < from || j->created_ms >= to || j->agent != agent)
				continue;
			s.jobs++;
			s.schema += j->end_state == JOB_FAILED && j->call[j->tries - 1].outcome == FLEET_SCHEMA;
			for (unsigned k = 0; k < j->tries; k++)
				s.micro_usd += fleet_call_micro_usd(j, k);
		}
	}
	return s;
}

static void bad_release_fails_until_it_is_rolled_back(void **state)
{
	Fleet *f = open_at(start_ms, 30000, SIM_BAD_RELEASE);
	unsigned agent = 99;
	int64_t release = fleet_release_ms(f, &agent), back = release + 20 * minute_ms;
	FleetRoute route = { .from_ms = back, .weight = { 0, 100 } };
	Share before, after, healed;

	(void)state;
	assert_true(release > start_ms && release <= start_ms + 10000);      /* four minutes at thirty times the speed */
	assert_string_equal(fleet_agent_id(agent), "upsell-generator");
	before = share_of(f, agent, start_ms - 24 * HOUR_MS, release);
	after = share_of(f, agent, release, back);
	assert_true(before.jobs > 1000 && before.schema * 100 < before.jobs);
	assert_in_range(after.schema * 1000 / after.jobs, 150, 215);
	fleet_route_set(f, agent, &route);
	healed = share_of(f, agent, back, back + 20 * minute_ms);
	assert_true(healed.jobs > 500 && healed.schema * 100 < healed.jobs);
	assert_int_equal(share_of(f, agent, release, back).schema, after.schema);      /* what has happened stays */
	fleet_close(f);
}

/* What its prompts read from the cache and what they wrote to it. */
static Tokens prompts_of(Fleet *f, unsigned agent, int64_t from, int64_t to, int *calls)
{
	Tokens t = { 0 };

	*calls = 0;
	for (int64_t h = from / HOUR_MS; h * HOUR_MS < to; h++) {
		FleetHour hour = fleet_hour(f, h);

		for (size_t i = 0; i < hour.n; i++) {
			const FleetJob *j = &hour.job[i];

			for (unsigned k = 0; k < j->tries && j->agent == agent && j->created_ms >= from && j->created_ms < to; k++) {
				const int32_t *n = j->call[k].tok;

				*calls += n[0] > 0;
				t = tokens_add(t, (Tokens){ n[0], n[1], n[2], n[3], n[4] });
			}
		}
	}
	return t;
}

/* The same arrivals as in a quiet fleet: only what is read and written differs, and that only from the release on. */
static void a_release_with_a_timestamp_reads_no_cache(void **state)
{
	Fleet *f = open_at(start_ms, 30000, SIM_CACHE_COLLAPSE), *quiet = open_at(start_ms, 30000, SIM_QUIET);
	unsigned agent = 99;
	int64_t release = fleet_release_ms(f, &agent), end = start_ms + 30 * minute_ms;
	Tokens before, after, usual;
	int calls, usual_calls;

	(void)state;
	assert_string_equal(fleet_agent_id(agent), "menu-writer");
	assert_true(release > start_ms && release <= start_ms + 10000);
	before = prompts_of(f, agent, start_ms - 24 * HOUR_MS, release, &calls);
	assert_in_range(before.cache_read * 100 / (before.cache_read + before.cache_write_5m + before.cache_write_1h), 65, 79);
	after = prompts_of(f, agent, release, end, &calls);
	usual = prompts_of(quiet, agent, release, end, &usual_calls);
	assert_true(calls > 100);
	assert_int_equal(calls, usual_calls);
	assert_int_equal(after.cache_read, 0);
	assert_int_equal(after.cache_write_5m, 3000 * (int64_t)calls);
	assert_int_equal(after.input, usual.input);
	assert_int_equal(after.cache_write_5m, usual.cache_read + usual.cache_write_5m + usual.cache_write_1h);
	fleet_close(f);
	fleet_close(quiet);
}

static void runaway_multiplies_the_cost(void **state)
{
	Fleet *f = open_at(start_ms, 1000, SIM_RUNAWAY_COST);
	int64_t begin = start_ms + 3 * minute_ms;
	int64_t before = 0, after = 0;

	(void)state;
	for (unsigned a = 0; a < FLEET_AGENTS; a++) {
		before += share_of(f, a, start_ms - 57 * minute_ms, begin).micro_usd;
		after += share_of(f, a, begin, begin + 60 * minute_ms).micro_usd;
	}
	assert_true(after > 4 * before);
	assert_true(after - before > 50 * INT64_C(1000000));
	fleet_close(f);
}

typedef struct Lines { size_t n; char last[FLEET_EVENT_ID]; int64_t micro_cents; int64_t now; Buf ids; } Lines;

static bool on_line(void *arg, const FleetLine *line)
{
	Lines *l = arg;

	assert_true(strcmp(line->id, l->last) > 0);
	assert_int_equal(strlen(line->id), FLEET_EVENT_ID - 1);
	assert_true(line->in_ms > line->t_ms && line->in_ms <= l->now && line->in_ms - line->t_ms < FLEET_LATE_MAX_MS);
	assert_int_equal(json_check(line->text, 1 << 20, NULL), 0);
	memcpy(l->last, line->id, sizeof l->last);
	buf_puts(&l->ids, line->id);
	l->n++;
	return true;
}

static void lines_are_ordered_stable_and_split_anywhere(void **state)
{
	Fleet *f = open_at(start_ms, 1000, SIM_QUIET);
	int64_t from = start_ms - 90 * minute_ms, to = start_ms - 20 * minute_ms, cut = start_ms - 60 * minute_ms + 12345;
	Lines whole = { .now = start_ms }, parts = { .now = start_ms };

	(void)state;
	fleet_lines_each(f, FLEET_LOG_JOBS, from, to, start_ms, on_line, &whole);
	fleet_lines_each(f, FLEET_LOG_JOBS, from, cut, start_ms, on_line, &parts);
	fleet_lines_each(f, FLEET_LOG_JOBS, cut, to, start_ms, on_line, &parts);
	assert_true(whole.n > 1500);
	assert_true(str_eq(buf_str(&whole.ids), buf_str(&parts.ids)));
	buf_done(&whole.ids);
	buf_done(&parts.ids);
	fleet_close(f);
}

static void count_call(void *arg, int64_t t_ms, const FleetJob *j, const FleetCall *c)
{
	(void)t_ms;
	(void)j;
	*(size_t *)arg += c->tok[0] > 0;
}

static bool count_cost(void *arg, const FleetLine *line)
{
	*(size_t *)arg += str_has(line->text, STR("\"COST_TRACKING\""));
	return true;
}

static void each_answered_call_has_its_cost_line(void **state)
{
	Fleet *f = open_at(start_ms, 1000, SIM_QUIET);
	size_t calls = 0, lines = 0;

	(void)state;
	fleet_calls_each(f, start_ms - 5 * HOUR_MS, start_ms - HOUR_MS, count_call, &calls);
	fleet_lines_each(f, FLEET_LOG_JOBS, start_ms - 5 * HOUR_MS, start_ms - HOUR_MS, start_ms, count_cost, &lines);
	assert_true(calls > 1000);
	assert_int_equal(calls, lines);
	fleet_close(f);
}

static void paused_agents_get_no_jobs_and_new_versions_some(void **state)
{
	Fleet *f = open_at(start_ms, 10000, SIM_QUIET);
	FleetRoute paused = { .from_ms = start_ms, .paused = true, .weight = { 0, 100 } };
	FleetRoute fresh = { .from_ms = start_ms };
	int v = fleet_version_of(f, 1, STR("2.0-rc1"));

	(void)state;
	fresh.weight[v] = 100;
	fleet_route_set(f, 0, &paused);
	fleet_route_set(f, 1, &fresh);
	assert_int_equal(share_of(f, 0, start_ms, start_ms + HOUR_MS).jobs, 0);
	FleetHour h = fleet_hour(f, start_ms / HOUR_MS);
	for (size_t i = 0; i < h.n; i++)
		assert_true(h.job[i].agent != 1 || h.job[i].version == v);
	assert_true(str_is(fleet_version(f, 1, (unsigned)v), "2.0-rc1"));
	for (int i = 0; i < 40; i++) {
		char name[16];
		snprintf(name, sizeof name, "x%d", i);
		assert_true(fleet_version_of(f, 2, str_of(name)) < FLEET_VERSIONS_MAX);
	}
	assert_int_equal(fleet_version_of(f, 2, STR("one too many")), -1);
	fleet_close(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_and_clock_same_bytes),
		cmocka_unit_test(bytes_are_pinned),
		cmocka_unit_test(history_does_not_know_what_comes_later),
		cmocka_unit_test(arrivals_follow_day_and_speed),
		cmocka_unit_test(index_equals_a_filtered_scan),
		cmocka_unit_test(rows_are_ordered_and_found_by_id),
		cmocka_unit_test(a_job_moves_through_its_states),
		cmocka_unit_test(bad_release_fails_until_it_is_rolled_back),
		cmocka_unit_test(a_release_with_a_timestamp_reads_no_cache),
		cmocka_unit_test(runaway_multiplies_the_cost),
		cmocka_unit_test(lines_are_ordered_stable_and_split_anywhere),
		cmocka_unit_test(each_answered_call_has_its_cost_line),
		cmocka_unit_test(paused_agents_get_no_jobs_and_new_versions_some),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
