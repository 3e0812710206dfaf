/* Searching jobs while one types, against the plainest way: every row looked at anew for every filter. */
#include "unit.h"

#include <time.h>

#include "base/xalloc.h"
#include "model/jobsearch.h"

enum { JOBS = 600, LANES = 2, MOST = 40 };

static uint64_t seed;
static unsigned dice(unsigned sides)
{
	seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(seed >> 33) % sides;
}

static const char *const tenants[] = { "acme", "Globex", "initech", "" };
static const char *const agents[] = { "upsell", "triage-judge", "" };
static const char *const versions[] = { "1.0", "8", "" };
static const char *const models[] = { "anthropic.claude-1", "amazon.nova" };
static const char *const stops[] = { "end_turn", "max_tokens", "" };
static const char *const errors[] = { "ThrottlingException", "ToolSchema" };
static const char *const statuses[JOB_STATES] = { "queued", "running", "succeeded", "failed", "cancelled", "weird" };

/* A job as it stands now, in the world that the segments are copies of. */
typedef struct World { JobFacts j; char id[24], trace[40], agent[40], template[16]; int64_t row; } World;
static World jobs[LANES][JOBS];
static int64_t now, rows_made;
static const FigText context[LANES] = { "dev", "prod" };

static void change(World *w, int number)
{
	unsigned t = dice(4), a = dice(3);

	(void)snprintf(w->id, sizeof w->id, "job-%03x-%c", (unsigned)number, 'a' + number % 26);
	(void)snprintf(w->trace, sizeof w->trace, "1-%08x-%u", (unsigned)number * 2654435761u, dice(1000));
	(void)snprintf(w->agent, sizeof w->agent, "%s@%s", agents[a], versions[dice(3)]);
	(void)snprintf(w->template, sizeof w->template, "t@%u", dice(9));
	w->j = (JobFacts){ .id = str_of(w->id), .trace = str_of(w->trace), .agent_n = strlen(agents[a]), .state = (JobState)dice(JOB_STATES),
	                   .cache_hit = (Tri)dice(3), .unpriced = dice(2), .has_tokens = dice(2), .nusd = dice(4) ? dice(1000) : FIG_NONE,
	                   .tokens = dice(9000), .latency_ms = dice(2) ? dice(90000) : FIG_NONE, .retries = dice(4) };
	w->j.name[NAME_TENANT] = str_of(tenants[t]);
	w->j.name[NAME_PERSONA] = STR("sales");
	w->j.name[NAME_AGENT] = str_of(w->agent);
	w->j.name[NAME_MODEL] = str_of(models[dice(2)]);
	w->j.name[NAME_STATUS] = str_of(statuses[w->j.state]);
	w->j.name[NAME_ERROR] = str_of(w->j.state == JOB_FAILED ? errors[dice(2)] : "");
	w->j.name[NAME_STOP] = str_of(stops[dice(3)]);
	w->j.name[NAME_TEMPLATE] = str_of(w->template);
	w->j.updated_ms = now += dice(3) * 40000;
	w->j.started_ms = dice(5) ? now - dice(2000000) : 0;
	w->row = ++rows_made;
}

/* --- the plainest way --- */

static bool holds(const Filter *f, const Term *t, const World *w, const char *where)
{
	static const char *const words[JOB_STATES] = { "wait", "run", "ok", "err", "can", "" };
	static const char *const cache[] = { "unknown", "miss", "hit" };
	char status[64];
	Str agent = str_sub(w->j.name[NAME_AGENT], 0, w->j.agent_n), version = str_sub(w->j.name[NAME_AGENT], w->j.agent_n + 1, 99);
	bool at = memchr(filter_value(f, t).p, '@', t->n) != NULL;
	const Str in[JOBCOLS] = {
		w->j.id, w->j.trace, w->j.name[NAME_TENANT], w->j.name[NAME_PERSONA], at ? w->j.name[NAME_AGENT] : agent, version,
		w->j.name[NAME_MODEL], str_of(status), w->j.name[NAME_ERROR], str_of(cache[w->j.cache_hit]), w->j.name[NAME_STOP],
		w->j.name[NAME_TEMPLATE], str_of(where),
	};
	bool hit = false;

	(void)snprintf(status, sizeof status, "%.*s\n%s", STR_ARG(w->j.name[NAME_STATUS]), words[w->j.state]);
	((Str *)(void *)&in[JOBCOL_STATUS])->n = strlen(status);
	if (t->column != FILTER_ANY)
		return term_holds(f, t, in[t->column]);
	for (int i = JOBCOL_TENANT; i <= JOBCOL_ERROR; i++)
		hit |= term_holds(f, t, i == JOBCOL_VERSION ? w->j.name[NAME_AGENT] : in[i]);
	hit |= term_holds(f, t, str_of(where));
	return hit || (!t->fuzzy && (term_holds(f, t, w->j.id) || term_holds(f, t, w->j.trace)));
}

/* Sunday is the first day; by the calendar of the C library. */
static bool in_hours(const JobNarrow *n, int64_t hour)
{
	time_t local = (time_t)(hour * 3600 + n->offset_ms / 1000);
	struct tm t;

	(void)gmtime_r(&local, &t);
	return hour >= n->from_hour && hour < n->until_hour && (!n->weekday || t.tm_wday + 1 == n->weekday) && (!n->slot || t.tm_hour + 1 == n->slot);
}

static bool passes(const Filter *f, const JobNarrow *n, const World *w, const char *where)
{
	int64_t booked = w->j.started_ms ? w->j.started_ms : w->j.updated_ms;

	if ((n->context[0] && strcmp(n->context, where) != 0) || (n->states && !(n->states >> w->j.state & 1)) ||
	    (n->updated_until_ms && w->j.updated_ms >= n->updated_until_ms) || (n->until_hour && !in_hours(n, booked / 3600000)))
		return false;
	for (int i = 0; i < n->keys; i++) {
		Str name = n->only[i].column == JOBCOL_TENANT ? w->j.name[NAME_TENANT] : w->j.name[NAME_AGENT];

		if (!str_is(n->only[i].column == JOBCOL_AGENT ? str_sub(name, 0, w->j.agent_n) : name, n->only[i].key))
			return false;
	}
	for (int i = 0; i < f->terms; i++)
		if (holds(f, &f->term[i], w, where) == f->term[i].not)
			return false;
	return true;
}

static int newest_first(const void *x, const void *y)
{
	const World *a = *(World *const *)x, *b = *(World *const *)y;

	if (a->j.updated_ms != b->j.updated_ms)
		return a->j.updated_ms < b->j.updated_ms ? 1 : -1;
	return a->row < b->row ? 1 : a->row > b->row ? -1 : 0;
}

/* --- segments, as a store would give them --- */

static bool is_behind(const World *w, JobKey k)
{
	return w->j.updated_ms > k.ms || (w->j.updated_ms == k.ms && w->row > k.row);
}

/* All rows of a lane behind `from` and not behind `until`, cut into pieces. */
static size_t read_rows(size_t lane, JobKey from, JobKey until, size_t piece, JobSeg *out[JOBS])
{
	World *w[JOBS];
	SegBuild *b = NULL;
	size_t n = 0, segs = 0;

	for (size_t i = 0; i < JOBS; i++)
		if (jobs[lane][i].row && is_behind(&jobs[lane][i], from) && !is_behind(&jobs[lane][i], until))
			w[n++] = &jobs[lane][i];
	qsort(w, n, sizeof *w, newest_first);
	for (size_t i = 0; i < n; i++) {
		if (!b)
			b = seg_begin();
		seg_add(b, &w[i]->j);
		if (seg_rows(b) == piece || i + 1 == n) {
			out[segs++] = seg_end(b, i + 1 == n ? from : (JobKey){ w[i]->j.updated_ms, w[i]->row - 1 });
			b = NULL;
		}
	}
	return segs;
}

static JobKey until_of(const JobSearch *js, size_t lane, size_t i)
{
	return i ? jobsearch_seg(js, lane, i - 1)->from : JOBKEY_FIRST;
}

static void reread(JobSearch *js, size_t lane, size_t at, size_t n, size_t piece)
{
	JobSeg *seg[JOBS];
	size_t got = read_rows(lane, jobsearch_seg(js, lane, at + n - 1)->from, until_of(js, lane, at), piece, seg);

	/* A first segment there must be: what is newer goes there. */
	if (!got && at == 0)
		seg[got++] = seg_end(seg_begin(), jobsearch_seg(js, lane, n - 1)->from);
	jobsearch_put(js, lane, at, n, seg, got);
}

static int64_t ticks;
static int64_t tick(void)
{
	return ticks++;
}

static JobHits finished(JobSearch *js, int64_t budget)
{
	int rounds = 0;

	while (!jobsearch_step(js, tick, ticks + budget))
		assert_true(++rounds < 100000);
	return jobsearch_hits(js);
}

static void compare(JobSearch *js, const char *text, const JobNarrow *n)
{
	static JobCell cell[MOST];
	World *w[LANES * JOBS];
	const char *where[LANES * JOBS];
	JobHits hits = finished(js, 1 + dice(5)), want = { 0 };
	Filter f;
	int got;
	size_t all = 0;

	filter_parse(&f, str_of(text), job_column_of, NULL);
	for (size_t lane = 0; lane < LANES; lane++)
		for (size_t i = 0; i < JOBS; i++) {
			World *x = &jobs[lane][i];

			if (!x->row)
				continue;
			want.of++;
			if (!passes(&f, n, x, context[lane]))
				continue;
			where[all] = context[lane];
			w[all++] = x;
			want.states[x->j.state]++;
			want.nusd += x->j.nusd == FIG_NONE ? 0 : x->j.nusd;
		}
	(void)where;
	qsort(w, all, sizeof *w, newest_first);
	if (hits.n != (int64_t)all)
		fail_msg("/%s: %lld instead of %zu", text, (long long)hits.n, all);
	assert_true(hits.whole && hits.of == want.of && hits.nusd == want.nusd);
	assert_memory_equal(hits.states, want.states, sizeof want.states);
	got = jobsearch_newest(js, cell, MOST);
	assert_int_equal(got, all < MOST ? all : MOST);
	/* Of two with one time either may come first. */
	for (int i = 0; i < got; i++)
		assert_int_equal(cell[i].updated_ms, w[i]->j.updated_ms);
}

static const char *const texts[] = {
	"a", "acme", "glob", "!acme", "~ac", "~tj", "tenant:acme", "agent:ups", "agent:upsell@8", "version:1", "model:nova", "status:fail", "err",
	"ok", "cache:hit", "stop:max", "template:t@3", "job:job-0", "trace:1-0", "trace:-0", "job:-0", "trace:~19", "job:~j2", "context:pro", "prod", "job-01", "1-9e",
	"tenant:acme !agent:triage", "acme judge claude", "sales", "nobody-is-called-so", "error:tool", "!status:succ !cache:miss",
};

static JobNarrow some_narrow(void)
{
	JobNarrow n;

	memset(&n, 0, sizeof n);
	if (dice(3) == 0)
		n.states = 1u << JOB_FAILED;
	if (dice(4) == 0) {
		n.from_hour = now / 3600000 - dice(9);
		n.until_hour = n.from_hour + 1 + dice(9);
		n.offset_ms = ((int64_t)dice(25) - 12) * 3600000;
		n.weekday = dice(2) ? 0 : 1 + (int32_t)dice(7);
		n.slot = dice(2) ? 0 : 1 + (int32_t)dice(24);
	}
	if (dice(5) == 0)
		n.updated_until_ms = now - dice(3000000);
	for (; dice(3) == 0 && n.keys < NARROW_KEYS; n.keys++) {
		int c = dice(2) ? JOBCOL_TENANT : dice(2) ? JOBCOL_AGENT : JOBCOL_VERSION;

		n.only[n.keys].column = c;
		(void)snprintf(n.only[n.keys].key, sizeof n.only[0].key, "%s", c == JOBCOL_TENANT ? "acme" : c == JOBCOL_AGENT ? "upsell" : "upsell@8");
	}
	if (dice(6) == 0)
		memcpy(n.context, context[1], sizeof n.context);
	return n;
}

static void begin(JobSearch *js)
{
	JobSeg *seg[JOBS];

	now = INT64_C(1790000000000);
	rows_made = 0;
	memset(jobs, 0, sizeof jobs);
	jobsearch_lanes(js, LANES, context);
	for (size_t lane = 0; lane < LANES; lane++) {
		for (int i = 0; i < JOBS / 2; i++)
			change(&jobs[lane][i], i);
		jobsearch_put(js, lane, 0, 0, seg, read_rows(lane, JOBKEY_LAST, JOBKEY_FIRST, 1 + dice(150), seg));
	}
}

/* Jobs come and change; their newest versions are read, older segments now and then. */
static void live(JobSearch *js)
{
	for (size_t lane = 0; lane < LANES; lane++) {
		int n = (int)dice(12);
		size_t segs = jobsearch_segs(js, lane);

		for (int i = 0; i < n; i++) {
			int number = (int)dice(JOBS);

			/* A job keeps the time when it began. */
			if (jobs[lane][number].row) {
				int64_t row = jobs[lane][number].row, began = jobs[lane][number].j.started_ms;

				change(&jobs[lane][number], number);
				jobs[lane][number].row = row;
				jobs[lane][number].j.started_ms = began;
			} else {
				change(&jobs[lane][number], number);
			}
		}
		if (segs > 2 && dice(3) == 0)
			reread(js, lane, 1 + dice((unsigned)segs - 2), 1 + dice(2), 1 + dice(100));
		reread(js, lane, 0, 1, dice(4) ? SEG_ROWS : 60);
	}
}

/* Types a text letter by letter, with some backspaces. */
static void type(JobSearch *js, const char *text, const JobNarrow *n)
{
	size_t len = strlen(text), at = 0;
	char part[FILTER_TEXT];
	Filter f;

	for (int keys = 0; at < len && keys < 60; keys++) {
		at += at && dice(5) == 0 ? (size_t)-1 : 1;
		(void)snprintf(part, sizeof part, "%.*s", (int)at, text);
		filter_parse(&f, str_of(part), job_column_of, NULL);
		jobsearch_ask(js, &f, n);
		if (dice(3) == 0)
			(void)jobsearch_step(js, tick, ticks + dice(4));     /* the next key comes before it is done */
		if (dice(8) == 0)
			live(js);
		if (dice(2))
			compare(js, part, n);
	}
	filter_parse(&f, str_of(text), job_column_of, NULL);
	jobsearch_ask(js, &f, n);
	compare(js, text, n);
}

static void test_the_same_as_looking_at_every_row(void **state)
{
	JobSearch *js = jobsearch_new();

	(void)state;
	for (seed = 1; seed < 30; seed++) {
		uint64_t keep = seed;

		begin(js);
		for (int i = 0; i < 25; i++) {
			JobNarrow n = some_narrow();

			type(js, texts[dice(sizeof texts / sizeof *texts)], &n);
			if (dice(2))
				type(js, texts[dice(sizeof texts / sizeof *texts)], &n);
		}
		seed = keep;
	}
	jobsearch_free(js);
}

/* Texts longer than what is kept of them, and backspaces over all of it. */
static void test_a_long_filter_and_back(void **state)
{
	JobSearch *js = jobsearch_new();
	const char *text = "acme sales upsell claude !cache:miss succeeded";
	JobNarrow all = { 0 };
	char part[FILTER_TEXT];
	Filter f;

	(void)state;
	seed = 99;
	begin(js);
	for (size_t n = 1; n <= strlen(text) * 2; n++) {
		size_t len = n <= strlen(text) ? n : strlen(text) * 2 - n + 1;

		(void)snprintf(part, sizeof part, "%.*s", (int)len, text);
		filter_parse(&f, str_of(part), job_column_of, NULL);
		jobsearch_ask(js, &f, &all);
		compare(js, part, &all);
	}
	jobsearch_free(js);
}

/* A set that was kept is there at once. */
static void test_backspace_takes_no_work(void **state)
{
	JobSearch *js = jobsearch_new();
	JobNarrow all = { 0 };
	Filter f[4];
	JobHits hits[4];

	(void)state;
	seed = 5;
	begin(js);
	for (int i = 0; i < 4; i++) {
		filter_parse(&f[i], str_sub(STR("acme"), 0, (size_t)i + 1), job_column_of, NULL);
		jobsearch_ask(js, &f[i], &all);
		hits[i] = finished(js, 1000000);
	}
	for (int i = 2; i >= 0; i--) {
		JobHits h;

		jobsearch_ask(js, &f[i], &all);
		h = jobsearch_hits(js);
		assert_true(h.whole);
		assert_int_equal(h.n, hits[i].n);
	}
	jobsearch_free(js);
}

static void test_a_row_keeps_what_is_shown(void **state)
{
	SegBuild *b = seg_begin();
	char trace[400], name[400];
	JobFacts j = { .id = { "a\0b", 3 }, .state = JOB_FAILED, .cache_hit = TRI_YES, .unpriced = true, .has_tokens = true, .updated_ms = 5,
	               .started_ms = 4, .nusd = -7, .tokens = INT64_MAX, .latency_ms = INT64_MAX, .retries = 999 };
	JobCell c;
	JobSeg *s;

	(void)state;
	memset(trace, 't', sizeof trace);
	memset(name, 'n', sizeof name);
	j.trace = (Str){ trace, sizeof trace };
	j.name[NAME_AGENT] = STR("up@sell@8");
	j.agent_n = 7;
	j.name[NAME_MODEL] = (Str){ name, sizeof name };
	j.name[NAME_STATUS] = STR("failed");
	j.name[NAME_STOP] = STR("tool_use");
	j.name[NAME_TEMPLATE] = STR("greet@3");
	seg_add(b, &j);
	s = seg_end(b, JOBKEY_LAST);
	seg_cell(s, 0, &c);
	assert_string_equal(c.id, "a?b");
	assert_int_equal(strlen(c.trace), FIG_TEXT - 1);
	assert_int_equal(strlen(c.model), FIG_TEXT - 1);
	assert_string_equal(c.agent, "up@sell");
	assert_string_equal(c.version, "8");
	assert_string_equal(c.status, "failed");
	assert_string_equal(c.stop_reason, "tool_use");
	assert_string_equal(c.template, "greet@3");
	assert_true(c.state == JOB_FAILED && c.cache_hit == TRI_YES && c.unpriced && c.has_tokens);
	assert_true(c.nusd == -7 && c.tokens.input == UINT32_MAX && c.latency_ms == INT32_MAX && c.retries == 255);
	assert_int_equal(seg_find(s, STR("a?b")), 0);
	assert_int_equal(seg_find(s, STR("b")), -1);
	seg_free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_row_keeps_what_is_shown),
		cmocka_unit_test(test_the_same_as_looking_at_every_row),
		cmocka_unit_test(test_a_long_filter_and_back),
		cmocka_unit_test(test_backspace_takes_no_work),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
