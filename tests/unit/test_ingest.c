#include "unit.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app/ingest.h"
#include "base/xalloc.h"
#include "store_unit.h"

static const char line_text[] =
	"{\"level\":\"INFO\",\"message\":\"COST_TRACKING\",\"trace_id\":\"t1\",\"job_id\":\"j%d\",\"tenant_id\":\"acme\",\"persona_type\":\"sales\","
	"\"agent_id\":\"triage\",\"agent_version\":\"1\",\"model_id\":\"fix.small\",\"token_usage\":{\"input\":1000,\"output\":10},"
	"\"cost_cents\":0.5,\"timestamp\":\"2026-09-21T14:13:21.554Z\"}";

static Arena arena, scratch;
static Job job;
static LogLine line;
static Err err;

static IngestKind decode(const char *text)
{
	err = (Err){ 0 };
	return ingest_decode(&arena, &scratch, str_of(text), str_hash(str_of(text)), &job, &line, &err);
}

static void each_form_is_read(void **state)
{
	(void)state;
	assert_int_equal(decode(line_text), INGEST_LINE);
	assert_true(line.kind == LINE_COST && line.tail && str_is(line.tenant, "acme") && line.tokens.input == 1000);
	assert_true(line.reported_nusd.v == 5000000 && line.event_ms == INT64_C(1790000001554));
	assert_true(str_is(line.text, line_text) && line.event_id.n > 10);

	assert_int_equal(decode("{\"logStreamName\":\"s\",\"timestamp\":1790000000000,\"message\":\"COST_TRACKING {\\\"job_id\\\":\\\"j\\\",\\\"cost_cents\\\":2}\","
	                        "\"ingestionTime\":1790000070000,\"eventId\":\"e-1\"}"), INGEST_LINE);
	assert_true(!line.tail && line.late && str_is(line.event_id, "e-1") && line.event_ms == INT64_C(1790000000000));
	assert_true(str_is(line.job_id, "j") && line.reported_nusd.v == 20000000);

	for (int wrapped = 0; wrapped < 2; wrapped++) {
		static const char item[] =
			"{\"jobId\":{\"S\":\"j1\"},\"tenantId\":{\"S\":\"acme\"},\"status\":{\"S\":\"failed\"},\"tokens\":{\"M\":{\"input\":{\"N\":\"7\"}}},"
			"\"costMicroUsd\":{\"N\":\"1.5\"},\"cacheHit\":{\"BOOL\":true},\"startedAt\":{\"S\":\"2026-09-21T14:13:21.554Z\"}}";

		assert_int_equal(decode(wrapped ? arena_printf(&arena, "{\"Item\":%s}", item).p : item), INGEST_JOB);
		assert_true(str_is(job.id, "j1") && job.state == JOB_FAILED && job.tokens.input == 7 && job.reported_nusd.v == 1500);
		assert_true(job.cache_hit == TRI_YES && job.started_ms == INT64_C(1790000001554));
	}
	assert_int_equal(decode("{\"account\":\"111122223333\",\"region\":\"eu-west-1\",\"jobId\":\"j2\",\"traceId\":null,\"tenantId\":\"acme\",\"persona\":\"x\","
	                        "\"agentId\":\"a\",\"agentVersion\":\"2\",\"model\":\"m\",\"status\":\"succeeded\",\"costNanoUsd\":5,\"costSource\":\"computed\","
	                        "\"reportedNanoUsd\":77,\"tokens\":{\"input\":1,\"output\":2,\"cacheRead\":3,\"cacheWrite5m\":4,\"cacheWrite1h\":5},"
	                        "\"cacheHit\":false,\"latencyMs\":9,\"retryCount\":2,\"error\":{\"code\":\"C\",\"message\":\"M\"},"
	                        "\"startedAt\":null,\"updatedAt\":\"2026-09-21T14:13:21.554Z\"}"), INGEST_JOB);
	assert_true(str_is(job.id, "j2") && !job.trace_id.n && str_is(job.version, "2") && job.state == JOB_SUCCEEDED);
	assert_true(job.reported_nusd.known && job.reported_nusd.v == 77 && job.tokens.cache_write_1h == 5 && job.cache_hit == TRI_NO);
	assert_true(job.latency_ms.v == 9 && job.retries == 2 && str_is(job.error_code, "C") && !job.started_ms && job.updated_ms);
}

/* Refused with a reason that names what is wrong; nothing crashes. */
static void hostile_lines_have_a_reason(void **state)
{
	static const struct { const char *text, *says; } bad[] = {
		{ "words", "" }, { "{", "" }, { "[]", "neither" }, { "{}", "neither" }, { "null", "neither" }, { "\"x\"", "neither" }, { "{\"a\":1}", "neither" },
		{ "{\"message\":\"COST_TRACKING\",\"job_id\":\"x\"}", "timestamp" },
		{ "{\"message\":\"COST_TRACKING\",\"token_usage\":{\"input\":-1},\"timestamp\":1790000000000}", "neither" },
		{ "{\"message\":\"COST_TRACKING\",\"cost_cents\":1e999,\"timestamp\":1790000000000}", "neither" },
		{ "{\"jobId\":{\"S\":\"\"}}", "jobId" }, { "{\"jobId\":{\"S\":\"x\",\"N\":\"1\"}}", "" }, { "{\"jobId\":7}", "jobId" }, { "{\"jobId\":\"x\"}", "startedAt" },
		{ "{\"jobId\":\"x\",\"startedAt\":\"yesterday\"}", "startedAt" }, { "{\"jobId\":\"x\",\"startedAt\":\"2026-09-21T14:13:21Z\",\"tokens\":{\"input\":-5}}", "negative" },
		{ "{\"jobId\":\"x\",\"startedAt\":\"2026-09-21T14:13:21Z\",\"retryCount\":1e12}", "absurdly" },
		{ "{\"jobId\":\"x\",\"startedAt\":\"2026-09-21T14:13:21Z\",\"tokens\":[1]}", "tokens" },
		{ "{\"jobId\":{\"S\":\"x\"},\"tokens\":{\"M\":7}}", "" }, { "{\"Item\":{\"a\":1}}", "neither" },
		{ "{\"eventId\":\"e\",\"message\":\"hello\",\"timestamp\":5}", "message" }, { "{\"eventId\":\"e\",\"message\":\"hello\"}", "timestamp" },
		{ "{\"message\":\"COST_TRACKING\",\"message\":\"COST_TRACKING\",\"timestamp\":1790000000000}", "" },
		{ "\xff\xfe{\"message\":\"COST_TRACKING\"}", "" }, { "{\"message\":\"COST_TRACKING\",\"tenant_id\":\"\xc3(\",\"timestamp\":1790000000000}", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (decode(bad[i].text) != INGEST_NOTHING)
			fail_msg("taken: %s", bad[i].text);
		if (!err.text[0] || !strstr(err.text, bad[i].says))
			fail_msg("%s: %s", bad[i].text, err.text);
	}
	/* Cut anywhere: no crash, and never half a figure. */
	for (size_t n = 0; n < sizeof line_text - 1; n++)
		assert_int_equal(ingest_decode(&arena, &scratch, (Str){ line_text, n }, 0, &job, &line, &err), INGEST_NOTHING);
}

static IngestCounts run(Store *s, const char *path, size_t batch)
{
	IngestCounts c;
	IngestSpec spec = { .fd = open(path, O_RDONLY), .store = s, .batch = batch, .prices = &fleet_prices };

	assert_true(spec.fd >= 0);
	MUST(ingest_run(&spec, &c, e));
	close(spec.fd);
	return c;
}

/* Lines of every length around the limits of a read and of a line, empty ones, and none at the end. */
static void write_file(const char *path, int jobs)
{
	FILE *f = fopen(path, "w");
	char *big = xcalloc(1, 3 << 20);

	assert_non_null(f);
	memset(big, 'x', (3 << 20) - 1);
	(void)fprintf(f, "not json\n");
	for (int i = 0; i < jobs; i++) {
		char text[512];

		(void)snprintf(text, sizeof text, line_text, i);
		(void)fprintf(f, "%s%s", text, i % 7 == 0 ? "\r\n\n" : "\n");
		if (i == jobs / 2)
			(void)fprintf(f, "%s\n%.*s\n", big, 1 << 20, big);
		if (i == jobs / 3)
			(void)fprintf(f, "{\"jobId\":\"j%d\",\"status\":\"failed\",\"tenantId\":\"globex\",\"startedAt\":\"2026-09-21T14:00:00Z\",\"updatedAt\":\"2026-09-21T14:13:21Z\"}\n", i);
	}
	(void)fprintf(f, line_text, 0);
	assert_int_equal(fclose(f), 0);
	free(big);
}

static void counts_add_up(void **state)
{
	char path[160];
	CostGroup *g;
	size_t n;

	(void)state;
	(void)snprintf(path, sizeof path, "%s/lines.jsonl", place);
	write_file(path, 900);
	for (size_t batch = 1; batch <= 5000; batch = batch * 11 + 3) {
		char name[32];
		Store *s;
		IngestCounts c;

		(void)snprintf(name, sizeof name, "c%zu.db", batch);
		s = must_open(name, STORE_WRITE);
		c = run(s, path, batch);
		assert_int_equal(c.read, 1 + 900 + 2 + 1 + 1);
		assert_int_equal(c.skipped, 3);
		assert_int_equal(c.first_skipped, 1);
		assert_true(c.lines == 901 && c.lines_new == 900 && c.lines_again == 1 && c.jobs == 1 && c.jobs_new == 1);
		MUST(store_cost(s, DIM_TENANT, 0, 0, &arena, &g, &n, e));
		assert_true(n == 2 && g[0].s.jobs == 899 && g[1].s.jobs == 1 && str_is(g[1].key, "globex") && g[1].s.failed == 1);
		assert_int_equal(g[0].s.nusd + g[1].s.nusd, c.nusd);
		assert_int_equal(c.nusd, 900 * 262841);              /* (1000 x 250333 + 10 x 1250777) pUSD, half up */
		c = run(s, path, 5000);
		assert_true(c.lines_new == 0 && c.lines_again == 901 && c.jobs_new == 0 && c.jobs_changed == 0 && c.nusd == 0);
		store_close(s);
	}
}

/* What a pipe has given is stored when it pauses, not when it ends. */
static void a_pause_stores(void **state)
{
	Store *s = must_open("pause.db", STORE_WRITE);
	IngestSpec spec = { .store = s, .batch = 5000, .prices = &fleet_prices };
	IngestCounts c;
	int fd[2], status;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(fd), 0);
	if ((pid = fork()) == 0) {              /* ends its line only when the one before it is in the store */
		CostGroup *g;
		size_t n = 0;

		(void)dprintf(fd[1], line_text, 1);
		(void)dprintf(fd[1], "\n");
		for (int i = 0; i < 200 && !n; i++) {
			Store *r = store_open(file("pause.db"), STORE_READ, NULL, NULL);

			usleep(25000);
			if (!r || store_cost(r, DIM_ALL, 0, 0, &arena, &g, &n, NULL) < 0)
				n = 0;
			store_close(r);
		}
		_exit(n ? 0 : 1);
	}
	close(fd[1]);
	spec.fd = fd[0];
	MUST(ingest_run(&spec, &c, e));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(c.lines_new, 1);
	close(fd[0]);
	store_close(s);
}

/* A line from a file and the event of CloudWatch Logs that says the same are one. */
static void a_file_and_the_feed_are_one(void **state)
{
	static const char plain[] = "{\"message\":\"COST_TRACKING\",\"job_id\":\"k\",\"cost_cents\":2,\"timestamp\":1790000000000}";
	static const char event[] =
		"{\"eventId\":\"e1\",\"timestamp\":1790000000000,\"message\":\"{\\\"message\\\":\\\"COST_TRACKING\\\",\\\"job_id\\\":\\\"k\\\",\\\"cost_cents\\\":2,"
		"\\\"timestamp\\\":1790000000000}\"}";
	CostGroup *g;
	size_t n;

	(void)state;
	for (int order = 0; order < 2; order++) {
		Store *s = must_open(order ? "one.db" : "two.db", STORE_WRITE);

		for (int i = 0; i < 2; i++) {
			StoreBatch b = { .lines = &line, .line_count = 1, .prices = &fleet_prices };

			assert_int_equal(decode(i == order ? plain : event), INGEST_LINE);
			MUST(store_apply(s, &b, NULL, e));
		}
		MUST(store_cost(s, DIM_ALL, 0, 0, &arena, &g, &n, e));
		assert_true(n == 1 && g[0].s.jobs == 1 && g[0].s.nusd == 20000000);
		store_close(s);
	}
}

static int clear_all(void **state)
{
	arena_done(&arena);
	arena_done(&scratch);
	return clear_place(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form_is_read), cmocka_unit_test(hostile_lines_have_a_reason), cmocka_unit_test(counts_add_up),
		cmocka_unit_test(a_pause_stores), cmocka_unit_test(a_file_and_the_feed_are_one),
	};

	return cmocka_run_group_tests_name("ingest", tests, make_place, clear_all);
}
