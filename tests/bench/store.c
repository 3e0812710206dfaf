/* Does the store stay as quick as it grows? Rates of taking in and times of answers, in a small store and in one with
 * many more jobs, and whether their ratio keeps the limit.
 *
 *     store [SMALL LARGE]           jobs; 100000 and 1000000 unless said
 * Both stores hold 35 days, and their last day is the same: only how much is stored differs. The file lies in $TMPDIR
 * (or /tmp) and is removed. Exit 1 when a limit is not kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/figures.h"
#include "store/latency.h"

enum { BATCH = 5000, FRESH = 150000, LAST_DAY = 28000, TENANTS = 40, AGENTS = 6, ROUNDS = 7, TEXT = 320, FRESH_IN_MS = 5 };
#define DAY_MS INT64_C(86400000)

/* On the hour, so that windows are easy to name. */
static const int64_t now_ms = INT64_C(1790000000000) / 3600000 * 3600000 + 3600000;

typedef enum Kind { ITEMS, LINES_OF_NEW_JOBS, LINES_OF_KNOWN_JOBS, KINDS } Kind;
typedef enum Ask { FIGURES, HOURS, COST_ON_HOUR, COST_OFF_HOUR, COST_TENANT_OFF_HOUR, GRID_TENANT, P95_TENANT, P95_TENANT_OFF_HOUR, ASKS } Ask;
typedef struct Times { double rate[KINDS], ms[ASKS]; } Times;

static PriceRow price_rows[] = {
	{ .model = "fix.large", .micro_usd = { 3000000, 15000000, 300000, 3750000, 6000000 }, .geo_permille = 1100 },
	{ .model = "fix.small", .micro_usd = { 250000, 1250000, 25000, 312500, 500000 }, .geo_permille = 1000 },
};
static PriceTable prices = { .row = price_rows, .n = 2 };

typedef struct Made {
	Arena arena;
	Job job[BATCH];
	LogLine line[BATCH];
} Made;

static void stop(const Err *e)
{
	(void)fprintf(stderr, "store: %s\n", e->text);
	exit(2);
}

static uint64_t scramble(uint64_t x)
{
	x = (x ^ x >> 31) * UINT64_C(0x7fb5d329728ea185);
	x = (x ^ x >> 27) * UINT64_C(0x81dadef4bc2dd44d);
	return x ^ x >> 33;
}

/* When the i-th of n jobs began: the last day is equally full in every store. */
static int64_t start_of(int64_t i, int64_t n)
{
	int64_t before = n - LAST_DAY;

	if (i < before)
		return now_ms - 35 * DAY_MS + i * (34 * DAY_MS / before);
	return now_ms - DAY_MS + (i - before) * (DAY_MS / LAST_DAY);
}

static Job make_job(Arena *a, int64_t i, int64_t at_ms)
{
	static const char *const models[] = { "fix.large", "fix.small" };
	uint64_t r = scramble((uint64_t)i);

	return (Job){
		.id = arena_printf(a, "%016llx-%012llx", (unsigned long long)r, (unsigned long long)i),
		.trace_id = arena_printf(a, "trace-%016llx", (unsigned long long)scramble((uint64_t)i / 3 + 77)),
		.tenant = arena_printf(a, "tenant-%02d", (int)(r % TENANTS)), .persona = STR("sales"),
		.agent = arena_printf(a, "agent-%d", (int)(r >> 8) % AGENTS & 7), .version = STR("3"),
		.model = str_of(models[r >> 16 & 1]), .status = STR("succeeded"), .state = JOB_SUCCEEDED, .has_tokens = true,
		.tokens = { 900 + (int64_t)(r >> 20 & 1023), 200, 100, 0, 0 }, .latency_ms = { true, 300 + (int64_t)(r >> 30 & 4095) },
		.cache_hit = r >> 50 & 1 ? TRI_YES : TRI_NO, .started_ms = at_ms, .updated_ms = at_ms + 2000,
	};
}

static LogLine make_line(Arena *a, const Job *j, int64_t i)
{
	static const char filler[TEXT + 1] = "{\"message\":\"COST_TRACKING\"}";

	return (LogLine){
		.event_id = arena_printf(a, "%056lld", (long long)i), .event_ms = j->started_ms + 900, .kind = LINE_COST, .level = STR("INFO"),
		.trace_id = j->trace_id, .job_id = j->id, .tenant = j->tenant, .persona = j->persona, .agent = j->agent, .version = j->version,
		.model = j->model, .has_tokens = true, .tokens = j->tokens, .text = { filler, TEXT },
	};
}

/* Of the processor, not of the clock: other programs on the machine must not decide whether a limit is kept. */
static double cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Jobs [from, from + n) of a store of `of`, or beyond it: they begin from now on, some in each millisecond. Returns the seconds that taking in took. */
static double take_in(Store *s, Made *m, Kind kind, int64_t from, int64_t n, int64_t of)
{
	double seconds = 0;
	Err e = { 0 };

	for (int64_t i = 0; i < n; i += BATCH) {
		StoreBatch b = { .jobs = m->job, .lines = m->line, .prices = &prices, .now_ms = now_ms };
		size_t count = 0;
		double began;

		arena_reset(&m->arena);
		for (int64_t k = from + i; k < from + n && count < BATCH; k++, count++) {
			m->job[count] = make_job(&m->arena, k, k < of ? start_of(k, of) : now_ms + (k - of) / FRESH_IN_MS);
			m->line[count] = make_line(&m->arena, &m->job[count], k);
		}
		b.job_count = kind == ITEMS ? count : 0;
		b.line_count = kind == ITEMS ? 0 : count;
		began = cpu_s();
		if (store_apply(s, &b, NULL, &e) < 0)
			stop(&e);
		seconds += cpu_s() - began;
	}
	return seconds;
}

static void measure_rates(Store *s, Made *m, int64_t jobs, Times *t)
{
	t->rate[LINES_OF_NEW_JOBS] = FRESH / take_in(s, m, LINES_OF_NEW_JOBS, jobs, FRESH, jobs);
	t->rate[ITEMS] = FRESH / take_in(s, m, ITEMS, jobs + FRESH, FRESH, jobs);
	t->rate[LINES_OF_KNOWN_JOBS] = FRESH / take_in(s, m, LINES_OF_KNOWN_JOBS, jobs + FRESH, FRESH, jobs);
}

static void add_up(void *arg, int64_t hour, const int64_t key[DIM_SIMPLE], const Sums *x)
{
	(void)hour;
	(void)key;
	*(int64_t *)arg += x->nusd;
}

static void answer(Store *s, Ask ask, Arena *a)
{
	static Figures figures;
	static Sums hours[168];
	FiguresAsk fa = { .now_ms = now_ms - 1 };
	int64_t off = ask == COST_ON_HOUR || ask == P95_TENANT ? 0 : 1500000, sum = 0;
	LatencyGroup *l;
	CostGroup *g;
	Err e = { 0 };
	size_t n;
	int rc;

	if (ask == FIGURES)
		rc = figures_compute(&(Stores){ &s, NULL, 1 }, &fa, &figures, &e);
	else if (ask == HOURS)
		rc = store_hours(s, DIM_TENANT, STR("tenant-07"), now_ms / 3600000 - 168, 168, hours, &e);
	else if (ask == GRID_TENANT)
		rc = store_each_hour(s, DIM_TENANT, now_ms / 3600000 - 168, now_ms / 3600000, add_up, &sum, &e);
	else if (ask == P95_TENANT || ask == P95_TENANT_OFF_HOUR)
		rc = store_latency_by(s, DIM_TENANT, now_ms - 7 * DAY_MS + off, now_ms - off, a, &l, &n, &e);
	else
		rc = store_cost(s, ask == COST_OFF_HOUR ? DIM_ALL : DIM_TENANT, now_ms - 7 * DAY_MS + off, now_ms - off, a, &g, &n, &e);
	if (rc < 0)
		stop(&e);
}

/* The best of some rounds, each on a connection of its own, as the program asks. */
static void measure_answers(const char *path, Times *t)
{
	Arena a = { 0 };
	Err e = { 0 };

	for (int ask = 0; ask < ASKS; ask++) {
		double best = 1e9;

		for (int i = 0; i < ROUNDS; i++) {
			double began = cpu_s(), took;
			Store *s = store_open(path, STORE_READ, NULL, &e);

			if (!s)
				stop(&e);
			answer(s, (Ask)ask, &a);
			store_close(s);
			took = cpu_s() - began;
			best = took < best ? took : best;
			arena_reset(&a);
		}
		t->ms[ask] = best * 1000;
	}
	arena_done(&a);
}

static void remove_store(const char *path)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char name[300];

	for (size_t i = 0; i < 3; i++) {
		(void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
		(void)unlink(name);
	}
}

static void measure(const char *path, Made *m, int64_t jobs, bool rates, Times *t)
{
	Err e = { 0 };
	Store *s = store_open(path, STORE_WRITE, NULL, &e);
	double seconds;

	if (!s)
		stop(&e);
	seconds = take_in(s, m, ITEMS, 0, jobs, jobs);
	if (jobs)
		measure_answers(path, t);
	(void)printf("%lld jobs taken in in %.1f s\n", (long long)jobs, seconds);
	if (rates)
		measure_rates(s, m, jobs, t);
	store_close(s);
	remove_store(path);
}

static bool report(const char *what, const char *unit, double small, double large, double limit, bool at_least)
{
	double ratio = large / small;
	bool ok = at_least ? ratio >= limit : ratio <= limit;

	(void)printf("%-38s %10.1f %10.1f %-6s %6.2f  %s %.2f  %s\n", what, small, large, unit, ratio, at_least ? ">=" : "<=", limit,
	             ok ? "pass" : "FAIL");
	return ok;
}

int main(int argc, char **argv)
{
	static const char *const kinds[KINDS] = { "items", "cost lines of new jobs", "cost lines of known jobs" };
	static const struct { const char *what; double limit; } asks[ASKS] = {
		[FIGURES] = { "figures of the dashboard", 1.3 }, [HOURS] = { "168 hours of a tenant", 1.3 },
		[COST_ON_HOUR] = { "week by tenant, whole hours", 1.3 }, [COST_OFF_HOUR] = { "week, parts of hours", 1.3 },
		[COST_TENANT_OFF_HOUR] = { "week by tenant, parts of hours", 1.3 }, [GRID_TENANT] = { "week by tenant and hour", 1.3 },
		[P95_TENANT] = { "week's p95 by tenant, whole hours", 1.8 }, [P95_TENANT_OFF_HOUR] = { "week's p95 by tenant, parts", 1.8 },
	};
	static Made made;
	Times empty = { 0 }, small = { 0 }, large = { 0 };
	int64_t jobs[2] = { 100000, 1000000 };
	const char *tmp = getenv("TMPDIR");
	char path[256];
	bool ok = true;

	if (argc == 3 && (str_i64(str_of(argv[1]), &jobs[0]) < 0 || str_i64(str_of(argv[2]), &jobs[1]) < 0))
		return 2;
	(void)snprintf(path, sizeof path, "%s/seismo-bench-%d.db", tmp ? tmp : "/tmp", (int)getpid());
	measure(path, &made, 0, true, &empty);
	measure(path, &made, jobs[0], false, &small);
	measure(path, &made, jobs[1], true, &large);
	(void)printf("%-38s %10s %10lld\n", "rows taken in, into a store of jobs:", "0", (long long)jobs[1]);
	for (int i = 0; i < KINDS; i++)
		ok &= report(kinds[i], "1000/s", empty.rate[i] / 1000, large.rate[i] / 1000, 0.8, true);
	(void)printf("%-38s %10lld %10lld\n", "answers, from a store of jobs:", (long long)jobs[0], (long long)jobs[1]);
	for (int i = 0; i < ASKS; i++)
		ok &= report(asks[i].what, "ms", small.ms[i], large.ms[i], asks[i].limit, false);
	arena_done(&made.arena);
	return ok ? 0 : 1;
}
