/* The cache view: what it says of rows that are judged, of few prompts, of calls without prices, and what nobody can know. */
#include "unit.h"

#include <string.h>

#include "base/xalloc.h"
#include "panes/cache.h"
#include "panes/panes.h"

#define HOUR_MS INT64_C(3600000)

enum { W = 80, H = 22 };
static const int64_t now_ms = 490000 * INT64_C(3600000) + 1800000;

static Figures fig;
static World world;
static ViewNode node;

static CacheCell cell(const char *version, const char *model, int64_t asks, Tokens tok, CacheMoney m)
{
	CacheCell c = { .now = { .jobs = asks, .tok = tok, .cache = m }, .week = { 5000, 1000000, 440000 }, .achievable_ppm = 500000,
	                .burn_nusd = 250000000, .samples = 40 };

	(void)snprintf(c.version, sizeof c.version, "%s", version);
	(void)snprintf(c.model, sizeof c.model, "%s", model);
	return c;
}

static CacheAnswer *answer_of(const CacheCell *c, size_t n)
{
	CacheAnswer *out = xcalloc(1, sizeof *out + n * sizeof *c);

	*out = (CacheAnswer){ .from_ms = now_ms - HOUR_MS, .window_ms = HOUR_MS, .burn_nusd = -1, .n = n };
	for (size_t i = 0; i < n; i++) {
		out->cell[i] = c[i];
		sums_add(&out->all, &c[i].now);
		if (c[i].burn_nusd >= 0)
			out->burn_nusd = (out->burn_nusd < 0 ? 0 : out->burn_nusd) + c[i].burn_nusd;
	}
	return out;
}

/* The pane as text after so many steps down; the caller frees it. */
static char *drawn(CacheAnswer *answer, int down, int w, int h)
{
	Surface *s = surface_new(w, h);
	Pane p = { .cls = &pane_cache, .node = &node, .w = w, .h = h };
	Buf out = { 0 };
	Err e = { 0 };
	char *text;

	fig.at_ms = fig.newest_ms = now_ms;
	fig.vital[VITAL_CACHE] = (Vital){ .now = 250000, .n = 40, .hits = 10 };
	world = (World){ .fig = &fig, .now_ms = now_ms, .clock_ms = now_ms };
	for (int i = 0; i < FEEDS_N; i++)
		world.feed[i] = (FeedView){ .name = "jobs", .phase = FEED_OK, .rounds = 1, .interval_ms = 2000, .fresh_ms = now_ms };
	p.ask[0] = (PaneAsk){ .cls = &ask_cache, .in = xcalloc(1, sizeof(CacheAsk)), .out = answer, .answered = answer != NULL };
	assert_int_equal(pane_cache.open(&p, &e), 0);
	pane_cache.update(&p, &world);
	for (; down > 0; down--)
		assert_int_equal(pane_cache.key(&p, (Key){ .kind = KEY_DOWN }), PANE_HANDLED);
	pane_cache.draw(&p, surface_box(s));
	assert_int_equal(surface_to_text(s, false, &out), 0);
	text = strdup(buf_cstr(&out));
	buf_done(&out);
	pane_cache.close(&p);
	free(p.ask[0].in);
	arena_done(&p.arena);
	surface_free(s);
	free(answer);
	return text;
}

static void says_at(const CacheCell *c, size_t n, int down, const char *const *what, const char *not)
{
	char *text = drawn(answer_of(c, n), down, W, H);

	for (; *what; what++)
		if (!strstr(text, *what))
			fail_msg("%s is not in:\n%s", *what, text);
	if (not && strstr(text, not))
		fail_msg("%s is in:\n%s", not, text);
	free(text);
}
#define SAYS(c, n, down, not, ...) says_at(c, n, down, (const char *const[]){ __VA_ARGS__, NULL }, not)

static const CacheMoney earned = { 500000000, 120000000, 300000000 }, lost = { 0, 95000000, 400000000 };

static void a_row_in_full(void **state)
{
	CacheCell c = cell("writer@1.0", "us.anthropic.claude-sonnet-4-5-20250929-v1:0", 60,
	                   (Tokens){ .input = 50000, .cache_read = 90000, .cache_write_5m = 12000, .cache_write_1h = 6000 }, earned);

	(void)state;
	/* 90 of 158 thousand; 1500, 200 and 100 a minute; 0.25 burnt; 0.50 less 0.12. */
	SAYS(&c, 1, 0, "▼", "writer@1.0           sonnet-4-5  56.9  44.0   1.5k    200    100   $0.25   $0.38\n",
	     "CACHE 1h  net $0.38  miss $0.25  achievable = own p90 of 7d", "read    56.9 % of 60 prompts; achievable 50.0 % (p90 of 40 samples)",
	     "net     reads saved $0.50, writes cost $0.12 more than plain\n", "deploy  no change of this agent is known in the last 7 days",
	     "prefix  first differing byte: not known, prompts are not recorded", "shortest that claude-sonnet-4-5 caches: 1,024 tokens",
	     "ttl     a prompt every 60s: 5 minutes hold, each read renews them");
}

static void a_release_that_broke_its_prefix(void **state)
{
	CacheCell c = cell("writer@1.1", "us.anthropic.claude-haiku-4-5-20251001-v1:0", 60, (Tokens){ .input = 50000, .cache_write_5m = 90000 }, lost);

	(void)state;
	SAYS(&c, 1, 0, "▼", "▽0.0", "-$0.095", "shortest that claude-haiku-4-5 caches: 4,096 tokens");      /* negative net */
	c.deploy.at_ms = now_ms - 1200000;
	c.deploy.concerns = c.deploy.dropped = 1;
	(void)snprintf(c.deploy.from, sizeof c.deploy.from, "1.0");
	(void)snprintf(c.deploy.to, sizeof c.deploy.to, "1.1");
	(void)snprintf(c.deploy.by, sizeof c.deploy.by, "arn:aws:sts::000000000000:assumed-role/release/ci");
	c.deploy.before = (CacheHour){ 700, 1000000, 441000 };
	c.deploy.after = (CacheHour){ 60, 140000, 0 };
	SAYS(&c, 1, 0, "▽", "▼0.0", "deploy  16:10 pointer 1.0>1.1 by release/ci\n", "read 44.1 % of 700 the day before, 0.0 % of 60 since ▼");
	c.deploy.concerns = c.deploy.dropped = 0;
	SAYS(&c, 1, 0, "▼", "▽0.0", "it brought another version");
}

/* Few prompts: counts, no verdict. */
static void few_prompts_are_counted_only(void **state)
{
	CacheCell c = cell("writer@1.0", "m", 29, (Tokens){ .input = 58000, .cache_write_5m = 90000 }, lost);

	(void)state;
	c.week = (CacheHour){ 29, 100, 50 };
	c.achievable_ppm = -1;
	c.burn_nusd = -1;
	c.samples = 3;
	SAYS(&c, 1, 0, "▽", "n=29     -      -   1.5k      -       - -$0.095\n", "read    0/148k tok, 29 prompts; achievable not known: 3 of 12 samples in 7 days",
	     "miss not known", "shortest that this model caches: not known");
	c.now.jobs = 0;
	SAYS(&c, 1, 0, NULL, "no prompts in this hour");
}

static void what_has_no_price_is_counted(void **state)
{
	CacheCell c[2] = { cell("a@1", "mine", 60, (Tokens){ .input = 50000, .cache_read = 90000 }, (CacheMoney){ 0 }),
	                   cell("b@1", "m", 60, (Tokens){ .input = 50000, .cache_read = 90000 }, earned) };

	(void)state;
	c[0].now.unpriced = 60;
	c[0].burn_nusd = -1;
	SAYS(c, 2, 0, NULL, "net $0.38  miss $0.25  unpriced 60", "64.2  44.0   1.5k      -      -       -  no $/M", "net     not known: 60 of the calls have no price");
	c[1].now.unpriced = 2;
	SAYS(c, 2, 1, NULL, "net     reads saved $0.50, writes cost $0.12 more than plain; without 2 unpriced");
}

static void a_prompt_that_is_not_cached(void **state)
{
	CacheCell c = cell("judge@1", "us.meta.llama3-3-70b-instruct-v1:0", 60, (Tokens){ .input = 90000 }, (CacheMoney){ 0 });

	(void)state;
	c.week.read = c.burn_nusd = 0;
	SAYS(&c, 1, 0, "saved $", "judge@1              llama3-3-…     -     -      -      -      -       -       -", "nothing read or written");
}

static void answers(void **state)
{
	CacheCell c = cell("a@1", "m", 60, (Tokens){ .input = 5 }, earned);
	CacheAnswer *a;
	char *text;

	(void)state;
	SAYS(&c, 1, 0, "ANSWERS hit", "ANSWERS no job of this hour says whether it was answered from a cache");
	c.now.cache_known = 60;
	c.now.cache_hits = 15;
	a = answer_of(&c, 1);
	a->answers_nusd = 2000000000;
	text = drawn(a, 0, W, H);
	assert_non_null(strstr(text, "ANSWERS hit 5m 25.0 %  1h 25.0 %: 15 hits, 45 misses, saved ~$2.00 in 1h"));
	assert_non_null(strstr(text, "stale, age: not known, no job says how old its answer was"));
	free(text);
	a = answer_of(&c, 1);
	a->answers_nusd = FIG_NONE;
	a->approximate = true;
	text = drawn(a, 0, W, H);
	assert_non_null(strstr(text, "45 misses, saved: not known"));
	assert_non_null(strstr(text, "CACHE 1h  approx net $0.38"));
	free(text);
}

static void states_and_sizes(void **state)
{
	CacheCell c = cell("a@1", "m", 60, (Tokens){ .input = 5 }, earned);
	char *text = drawn(NULL, 0, W, H);

	(void)state;
	assert_non_null(strstr(text, "loading ..."));
	free(text);
	text = drawn(answer_of(&c, 0), 0, W, H);
	assert_non_null(strstr(text, "no calls in the last hour"));
	free(text);
	/* In a low pane the list stays, what is below it goes. */
	text = drawn(answer_of(&c, 1), 0, 20, 5);
	assert_non_null(strstr(text, "a@1"));
	assert_null(strstr(text, "prefix"));
	free(text);
	free(drawn(answer_of(&c, 1), 0, 300, 80));
	free(drawn(answer_of(&c, 1), 0, 1, 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_row_in_full), cmocka_unit_test(a_release_that_broke_its_prefix), cmocka_unit_test(few_prompts_are_counted_only),
		cmocka_unit_test(what_has_no_price_is_counted), cmocka_unit_test(a_prompt_that_is_not_cached), cmocka_unit_test(answers),
		cmocka_unit_test(states_and_sizes),
	};

	return cmocka_run_group_tests_name("pane_cache", tests, NULL, NULL);
}
