/* The filter over many jobs. "index": what a key costs in its pure part, what scanning costs beside one pass over the same
 * bytes, what a fuzzy word costs; prints "name value" lines, CPU time in microseconds. "store": makes the same jobs as a store, and as
 * a file of lines for other programs. filter.py makes the table.
 *
 *     filter index ROWS
 *     filter store ROWS STORE LINES */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/scan.h"
#include "model/jobsearch.h"
#include "store/store.h"

enum { ROUNDS = 21, BATCH = 5000 };

static const char *const tenants[] = { "t-harborside", "t-casa-verde", "t-sunrise", "t-metro-grill", "t-northlight", "t-pier-nine",
	"t-saffron", "t-tin-roof", "t-old-mill", "t-bluebird", "t-green-fork", "t-little-tenor" };
static const char *const personas[] = { "Agency-Owner", "Chain-COO", "Franchisee", "Manager", "Solo-Sales" };
static const char *const agents[] = { "upsell-generator", "upsell-judge", "visibility-check", "menu-writer", "lead-qualifier", "review-responder" };
static const char *const models[] = { "amazon.nova-lite-v1:0", "amazon.nova-pro-v1:0", "us.anthropic.claude-sonnet-4-20250514-v1:0",
	"us.anthropic.claude-3-5-haiku-20241022-v1:0", "us.meta.llama3-3-70b-instruct-v1:0" };
static const char *const errors[] = { "ThrottlingException", "ToolSchemaError", "ModelTimeoutException" };

static uint64_t state = 1;
static uint64_t dice(uint64_t sides)
{
	state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (state >> 33) % sides;
}

#define PICK(a) ((a)[dice(sizeof (a) / sizeof *(a))])

/* Of this thread's own work: what else the machine does stays out of it. */
static int64_t now_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* One job of the fleet. */
typedef struct Made { char id[32], trace[48], version[8]; const char *tenant, *persona, *agent, *model, *error; bool failed; int64_t tokens, nusd; } Made;

static Made make(void)
{
	Made m = { .tenant = PICK(tenants), .persona = PICK(personas), .agent = PICK(agents), .model = PICK(models), .error = "", .failed = dice(60) == 0,
	           .tokens = (int64_t)dice(20000), .nusd = (int64_t)dice(90000000) };

	(void)snprintf(m.id, sizeof m.id, "job-%08x%04x", (unsigned)dice(1ull << 32), (unsigned)dice(65536));
	(void)snprintf(m.trace, sizeof m.trace, "1-%08x-%08x%08x%08x", (unsigned)dice(1ull << 32), (unsigned)dice(1ull << 32),
	               (unsigned)dice(1ull << 32), (unsigned)dice(1ull << 32));
	(void)snprintf(m.version, sizeof m.version, "%u.%u", (unsigned)dice(5), (unsigned)dice(5));
	if (m.failed)
		m.error = PICK(errors);
	return m;
}

static JobSeg *make_seg(uint32_t rows, int64_t newest_ms)
{
	SegBuild *b = seg_begin();

	for (uint32_t i = 0; i < rows; i++) {
		Made m = make();
		char agent[48];
		JobFacts j = { .id = str_of(m.id), .trace = str_of(m.trace), .agent_n = strlen(m.agent), .state = m.failed ? JOB_FAILED : JOB_SUCCEEDED,
		               .updated_ms = newest_ms - i * 100, .started_ms = newest_ms - i * 100 - 3000, .nusd = m.nusd, .tokens = m.tokens, .has_tokens = true };

		(void)snprintf(agent, sizeof agent, "%s@%s", m.agent, m.version);
		j.name[NAME_TENANT] = str_of(m.tenant);
		j.name[NAME_PERSONA] = str_of(m.persona);
		j.name[NAME_AGENT] = str_of(agent);
		j.name[NAME_MODEL] = str_of(m.model);
		j.name[NAME_STATUS] = m.failed ? STR("failed") : STR("succeeded");
		j.name[NAME_ERROR] = str_of(m.error);
		seg_add(b, &j);
	}
	return seg_end(b, (JobKey){ newest_ms - rows * 100, 0 });
}

/* The newest job is a second old, so that retention leaves all of them alone. */
static int make_store(long rows, const char *path, const char *lines_path, Err *e)
{
	int64_t first_ms = (int64_t)time(NULL) * 1000 - 1000 - rows * 1000;
	FILE *lines = fopen(lines_path, "w");
	Store *s = store_open(path, STORE_WRITE, NULL, e);
	static Made made[BATCH];
	static Job job[BATCH];
	int rc = s && lines ? 0 : -1;

	for (long at = 0; at < rows && rc == 0; at += BATCH) {
		size_t n = (size_t)(rows - at < BATCH ? rows - at : BATCH);
		StoreBatch b = { .jobs = job, .job_count = n };

		for (size_t i = 0; i < n; i++) {
			Made *m = &made[i];

			*m = make();
			job[i] = (Job){ .id = str_of(m->id), .trace_id = str_of(m->trace), .tenant = str_of(m->tenant), .persona = str_of(m->persona),
			                .agent = str_of(m->agent), .version = str_of(m->version), .model = str_of(m->model),
			                .status = m->failed ? STR("failed") : STR("succeeded"), .state = m->failed ? JOB_FAILED : JOB_SUCCEEDED,
			                .has_tokens = true, .tokens = { .input = m->tokens }, .reported_nusd = { true, m->nusd }, .error_code = str_of(m->error),
			                .started_ms = first_ms + (at + (long)i) * 1000 - 3000, .updated_ms = first_ms + (at + (long)i) * 1000 };
			fprintf(lines, "%s %s %s %s %s@%s %s %s %s\n", m->id, m->trace, m->tenant, m->persona, m->agent, m->version, m->model,
			        m->failed ? "failed" : "succeeded", m->error);
		}
		rc = store_apply(s, &b, NULL, e);
	}
	store_close(s);
	return lines && fclose(lines) == 0 ? rc : -1;
}

static int by_number(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

static int64_t median(int64_t *v, int n)
{
	qsort(v, (size_t)n, sizeof *v, by_number);
	return v[n / 2];
}

static int64_t ask(JobSearch *js, const char *text, JobHits *hits)
{
	JobNarrow all = { 0 };
	int64_t start = now_us();
	Filter f;

	filter_parse(&f, str_of(text), job_column_of, NULL);
	jobsearch_ask(js, &f, &all);
	while (!jobsearch_step(js, now_us, now_us() + 4000))
		;
	*hits = jobsearch_hits(js);
	return now_us() - start;
}

static void measure(JobSearch *js, const char *what, const char *before, const char *text)
{
	int64_t took[ROUNDS];
	JobHits hits;

	for (int i = 0; i < ROUNDS; i++) {
		(void)ask(js, "zzzzzz", &hits);          /* nothing is left over from the round before */
		if (before)
			(void)ask(js, before, &hits);
		took[i] = ask(js, text, &hits);
	}
	printf("%s %lld\n%s.hits %lld\n", what, (long long)median(took, ROUNDS), what, (long long)hits.n);
}

static void back(JobSearch *js)
{
	int64_t took[ROUNDS];
	JobHits hits;

	for (int i = 0; i < ROUNDS; i++) {
		(void)ask(js, "t", &hits);
		(void)ask(js, "te", &hits);
		took[i] = ask(js, "t", &hits);
	}
	printf("key.back %lld\n", (long long)median(took, ROUNDS));
}

/* The ids' bytes, once: by memchr for a byte that is not there, and by our scan for letters that are not there. */
static void passes(const JobSearch *js)
{
	int64_t once[ROUNDS], scan[ROUNDS], bytes = 0;
	Needle k;
	size_t sum = 0;

	needle_init(&k, STR("zq"));
	for (int i = 0; i < ROUNDS; i++) {
		int64_t start = now_us();

		bytes = 0;
		for (size_t s = 0; s < jobsearch_segs(js, 0); s++) {
			const JobSeg *seg = jobsearch_seg(js, 0, s);

			sum += memchr(seg->text, 1, seg->at[seg->n]) != NULL;
			bytes += seg->at[seg->n];
		}
		once[i] = now_us() - start;
		start = now_us();
		for (size_t s = 0; s < jobsearch_segs(js, 0); s++) {
			const JobSeg *seg = jobsearch_seg(js, 0, s);

			sum += scan_find(&k, seg->text, seg->at[seg->n], 0) != SCAN_NONE;
		}
		scan[i] = now_us() - start;
	}
	printf("bytes %lld\npass %lld\nscan %lld\nnothing %zu\n", (long long)bytes, (long long)median(once, ROUNDS), (long long)median(scan, ROUNDS), sum);
}

static void index_rows(long rows)
{
	JobSearch *js = jobsearch_new();
	int64_t start = now_us();
	JobHits hits;

	jobsearch_lanes(js, 1, NULL);
	for (long left = rows; left > 0; left -= SEG_ROWS) {
		JobSeg *seg = make_seg((uint32_t)(left < SEG_ROWS ? left : SEG_ROWS), INT64_C(1790000000000) - (rows - left) * 100);

		jobsearch_put(js, 0, jobsearch_segs(js, 0), 0, &seg, 1);
	}
	printf("rows %ld\nbuild %lld\nmemory %zu\n", rows, (long long)(now_us() - start), jobsearch_bytes(js));
	(void)ask(js, "zzzzzz", &hits);              /* also marks what is doubled */
	passes(js);
	measure(js, "key.t", NULL, "t");
	measure(js, "key.te", "t", "te");
	measure(js, "key.ten", "te", "ten");
	back(js);
	measure(js, "id", NULL, "4f7e");
	measure(js, "rare", NULL, "t-little");
	measure(js, "not", NULL, "!upsell");
	measure(js, "fuzzy", NULL, "~tltn");
	measure(js, "fuzzy.trace", NULL, "trace:~1a2b3c4d");
	jobsearch_free(js);
}

int main(int argc, char **argv)
{
	long rows = argc > 2 ? strtol(argv[2], NULL, 10) : 0;
	Err e = { 0 };

	if (rows > 0 && argc == 3 && strcmp(argv[1], "index") == 0) {
		index_rows(rows);
		return 0;
	}
	if (rows > 0 && argc == 5 && strcmp(argv[1], "store") == 0) {
		if (make_store(rows, argv[3], argv[4], &e) == 0)
			return 0;
		fprintf(stderr, "%s\n", e.text);
		return 1;
	}
	fputs("filter index ROWS | filter store ROWS STORE LINES\n", stderr);
	return 2;
}
