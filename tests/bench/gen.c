/* Made-up job events for the benchmark, the same on every run, in time order over 30 days: 200 tenants of very different
 * size, 12 personas, 6 models, 40 agent versions. About 400 bytes each.
 *
 *     gen lines N [END_MS [HOURS]]   COST_TRACKING lines, one a job (docs/data.md), of the hours (720) before END_MS
 *     gen jobs N [END_MS [HOURS]]    the same as finished jobs, as `get jobs -o json` writes them
 *     gen csv N [END_MS [HOURS]]     the same as columns: tenant, began (ms), latency (ms), tokens in and out, cost, failed
 *     gen live RATE SECONDS          lines that begin now, RATE of them each second, in ten lots a second
 * Another end makes other jobs. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "wire/time8601.h"

enum { TENANTS = 200, LOTS = 10 };
static const int64_t hour_ms = 3600000;

static uint64_t state = UINT64_C(88172645463325252);

static uint64_t dice(uint64_t sides)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (state >> 11) % sides;
}

static double unit(void)
{
	return ((double)dice(1u << 30) + 0.5) / (1u << 30);
}

static const char *const models[] = {
	"anthropic.claude-sonnet-4-5-20250929-v1:0", "anthropic.claude-haiku-4-5-20251001-v1:0", "amazon.nova-pro-v1:0",
	"amazon.nova-lite-v1:0", "anthropic.claude-opus-4-5-20251101-v1:0", "amazon.nova-micro-v1:0",
};
static const char *const personas[] = {
	"analyst", "support", "reviewer", "planner", "coder", "writer", "triage", "auditor", "translator", "scheduler", "researcher", "tester",
};

typedef struct Event {
	char id[40], trace[24], start[TIME_TEXT], end[TIME_TEXT];
	int tenant, agent, version, latency_ms;
	const char *persona, *model, *status;
	bool hit;
	uint64_t input, output, read;
	int64_t at_ms;
} Event;

/* When the i-th of n begins. */
static int64_t when(int64_t i, int64_t n, int64_t end, int64_t hours)
{
	double step = (double)(hours * hour_ms) / (double)n;

	return end - (int64_t)(step * ((double)(n - 1 - i) + unit()));
}

static void make(Event *e, int64_t i, int64_t at)
{
	*e = (Event){
		.at_ms = at, .tenant = (int)(TENANTS * pow(unit(), 2.5)), .agent = (int)dice(20), .version = 1 + (int)(dice(10) == 0),
		.persona = personas[dice(12)], .model = models[dice(6)], .status = dice(80) ? "succeeded" : "failed", .hit = dice(5) == 0,
		.input = 200 + dice(8000), .output = 20 + dice(1500), .read = dice(3) ? 0 : dice(4000), .latency_ms = (int)exp(6 + 2 * unit()),
	};
	(void)snprintf(e->id, sizeof e->id, "%016" PRIx64 "-%09" PRId64, state, i);
	(void)snprintf(e->trace, sizeof e->trace, "trace-%012" PRIx64, dice(UINT64_C(1) << 48));
	time_format_iso(at, e->start);
	time_format_iso(at + e->latency_ms, e->end);
}

static void put_line(const Event *e)
{
	(void)printf("{\"level\":\"INFO\",\"message\":\"COST_TRACKING\",\"trace_id\":\"%s\",\"job_id\":\"%s\",\"tenant_id\":\"tenant-%03d\","
	             "\"persona_type\":\"%s\",\"agent_id\":\"agent-%02d\",\"agent_version\":\"%d\",\"model_id\":\"%s\",\"token_usage\":{\"input\":%"
	             PRIu64 ",\"output\":%" PRIu64 ",\"cache_read\":%" PRIu64 ",\"cache_write_5m\":0,\"cache_write_1h\":0},\"cost_cents\":%.4f,"
	             "\"cache_hit\":%s,\"duration_ms\":%d,\"timestamp\":\"%s\"}\n", e->trace, e->id, e->tenant, e->persona, e->agent, e->version, e->model,
	             e->input, e->output, e->read, (double)e->input * 3e-4 + (double)e->output * 15e-4, e->hit ? "true" : "false", e->latency_ms, e->start);
}

static void put_job(const Event *e)
{
	(void)printf("{\"account\":\"111122223333\",\"region\":\"us-east-1\",\"jobId\":\"%s\",\"traceId\":\"%s\",\"tenantId\":\"tenant-%03d\","
	             "\"persona\":\"%s\",\"agentId\":\"agent-%02d\",\"agentVersion\":\"%d\",\"model\":\"%s\",\"status\":\"%s\",\"tokens\":{\"input\":%"
	             PRIu64 ",\"output\":%" PRIu64 ",\"cacheRead\":%" PRIu64 ",\"cacheWrite5m\":0,\"cacheWrite1h\":0},\"cacheHit\":%s,\"latencyMs\":%d,"
	             "\"retryCount\":0,\"startedAt\":\"%s\",\"updatedAt\":\"%s\"}\n", e->id, e->trace, e->tenant, e->persona, e->agent, e->version, e->model,
	             e->status, e->input, e->output, e->read, e->hit ? "true" : "false", e->latency_ms, e->start, e->end);
}

static void put_csv(const Event *e)
{
	(void)printf("%d,%" PRId64 ",%d,%" PRIu64 ",%" PRIu64 ",%.6f,%d\n", e->tenant, e->at_ms, e->latency_ms, e->input, e->output,
	             (double)e->input * 3e-6 + (double)e->output * 15e-6, strcmp(e->status, "failed") == 0);
}

static int64_t now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Ids must not be those of a file made before. */
static void live(int64_t rate, int64_t seconds)
{
	int64_t began = now_ms(), made = 0;

	state ^= (uint64_t)began << 16;
	for (int64_t lot = 1; lot <= seconds * LOTS; lot++) {
		int64_t wait = began + lot * 1000 / LOTS - now_ms();
		struct timespec t = { wait > 0 ? wait / 1000 : 0, wait > 0 ? wait % 1000 * 1000000 : 0 };
		Event e;

		(void)nanosleep(&t, NULL);
		for (; made < lot * rate / LOTS; made++) {
			make(&e, made, now_ms());
			put_line(&e);
		}
		(void)fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	static const struct { const char *name; void (*put)(const Event *e); } kinds[] = {
		{ "lines", put_line }, { "jobs", put_job }, { "csv", put_csv },
	};
	const int64_t default_end = INT64_C(1792592000000);
	int64_t n = argc > 2 ? strtoll(argv[2], NULL, 10) : 0, end = argc > 3 ? strtoll(argv[3], NULL, 10) : default_end;
	int64_t hours = argc > 4 ? strtoll(argv[4], NULL, 10) : 720;

	if (n <= 0 || end <= 0 || hours <= 0)
		return 2;
	if (argc == 4 && strcmp(argv[1], "live") == 0) {
		live(n, end);
		return 0;
	}
	state ^= end == default_end ? 0 : (uint64_t)end << 20;
	for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
		for (int64_t i = 0; i < n && strcmp(argv[1], kinds[k].name) == 0; i++) {
			Event e;

			make(&e, i, when(i, n, end, hours));
			kinds[k].put(&e);
		}
	return 0;
}
