/* MB/s of our JSON reading beside cJSON's, on the same bytes in the same run.
 *
 *     json [ROUNDS]
 * "page" is a GetMetricData answer of 1 MB of which every value is read; "lines" are log lines of which every member
 * that a row keeps is read. Of each the best of ROUNDS turns counts, ours and cJSON's taken in turn. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "api/records.h"
#include "wire/json.h"
#include "wire/time8601.h"

enum { PAGE_BYTES = 1 << 20, LINES = 2500, POINTS = 500 };

typedef struct Bench {
	Buf page, text;
	Str line[LINES];
	size_t line_bytes;
	Json *json;
	Arena arena;
	uint64_t seed;
	double sum;          /* of all that was read: it must be the same for both readers */
} Bench;

typedef struct Case {
	const char *name;
	void (*ours)(Bench *), (*theirs)(Bench *);
	double goal;
} Case;

static double cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double random_unit(Bench *b)
{
	b->seed ^= b->seed << 13;
	b->seed ^= b->seed >> 7;
	b->seed ^= b->seed << 17;
	return ((double)(b->seed >> 32) + 0.5) / 4294967296.0;
}

/* Latencies as a service reports them: digits is the number of digits of the averages. */
static void make_page(Bench *b, int digits)
{
	buf_reset(&b->page);
	(void)buf_puts(&b->page, "{\"Messages\":[],\"MetricDataResults\":[");
	for (int k = 0; b->page.n < PAGE_BYTES; k++) {
		(void)buf_printf(&b->page, "%s{\"Id\":\"m%d\",\"Label\":\"model-%d InvocationLatency\",\"StatusCode\":\"Complete\","
		                 "\"Timestamps\":[", k ? "," : "", k, k % 6);
		for (int i = 0; i < POINTS; i++)
			(void)buf_printf(&b->page, "%s%d.0", i ? "," : "", 1790000000 - 60 * i);
		(void)buf_puts(&b->page, "],\"Values\":[");
		for (int i = 0; i < POINTS; i++)
			(void)buf_printf(&b->page, "%s%.*g", i ? "," : "", digits, exp(6.5 + 2 * random_unit(b)));
		(void)buf_puts(&b->page, "]}");
	}
	(void)buf_puts(&b->page, "]}");
}

static void make_lines(Bench *b)
{
	size_t at[LINES + 1] = { 0 };

	for (int i = 0; i < LINES; i++) {
		(void)buf_printf(&b->text,
			"{\"level\":\"INFO\",\"message\":\"COST_TRACKING\",\"trace_id\":\"tr-%08d\",\"job_id\":\"job-%08d\",\"tenant_id\":\"tenant-%03d\","
			"\"persona_type\":\"analyst\",\"agent_id\":\"upsell-generator\",\"agent_version\":\"%d\","
			"\"model_id\":\"anthropic.claude-sonnet-4-5-20250929-v1:0\",\"token_usage\":{\"input\":%d,\"output\":%d,\"cache_read\":%d,"
			"\"cache_write_5m\":0,\"cache_write_1h\":0},\"cost_cents\":%.6f,\"cache_hit\":%s,\"duration_ms\":%d,"
			"\"timestamp\":\"2026-09-21T12:%02d:%02d.%03dZ\"}", i, i, (int)(200 * random_unit(b)), i % 5,
			200 + (int)(8000 * random_unit(b)), 20 + (int)(1500 * random_unit(b)), (int)(4000 * random_unit(b)),
			3 * random_unit(b), i % 3 ? "false" : "true", 200 + (int)(4000 * random_unit(b)), i % 60, i * 7 % 60, i % 1000);
		at[i + 1] = b->text.n;
	}
	for (int i = 0; i < LINES; i++)
		b->line[i] = str_sub(buf_str(&b->text), at[i], at[i + 1] - at[i]);
	b->line_bytes = b->text.n;
}

static void page_ours(Bench *b)
{
	JsonTok t;
	double v;

	json_reset(b->json);
	json_feed(b->json, buf_str(&b->page));
	json_finish(b->json);
	while ((t = json_next(b->json)) > JSON_MORE && t != JSON_END)
		if (t == JSON_NUMBER && json_num(b->json, &v) == 0)
			b->sum += v;
}

static void sum_numbers(Bench *b, const cJSON *array)
{
	for (const cJSON *v = array ? array->child : NULL; v; v = v->next)
		b->sum += v->valuedouble;
}

static void page_theirs(Bench *b)
{
	cJSON *root = cJSON_ParseWithLength(b->page.p, b->page.n);
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "MetricDataResults");

	for (const cJSON *s = list ? list->child : NULL; s; s = s->next) {
		sum_numbers(b, cJSON_GetObjectItemCaseSensitive(s, "Timestamps"));
		sum_numbers(b, cJSON_GetObjectItemCaseSensitive(s, "Values"));
	}
	cJSON_Delete(root);
}

static void lines_ours(Bench *b)
{
	for (int i = 0; i < LINES; i++) {
		LogsEvent event = { .message = b->line[i] };
		LogLine row;

		record_line(&b->arena, &event, &row);
		b->sum += (double)(row.tokens.input + row.tokens.output + row.tokens.cache_read + row.duration_ms.v) + (double)row.tenant.n;
		arena_reset(&b->arena);
	}
}

static size_t text_bytes(const cJSON *root, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(root, key);

	return cJSON_IsString(v) ? strlen(v->valuestring) : 0;
}

static double number(const cJSON *root, const char *key)
{
	const cJSON *v = cJSON_GetObjectItemCaseSensitive(root, key);

	return cJSON_IsNumber(v) ? v->valuedouble : 0;
}

static void lines_theirs(Bench *b)
{
	static const char *const texts[] = { "level", "message", "trace_id", "job_id", "persona_type", "agent_id", "agent_version",
	                                     "model_id" };
	volatile double unused = 0;
	int64_t ms;

	for (int i = 0; i < LINES; i++) {
		cJSON *root = cJSON_ParseWithLength(b->line[i].p, b->line[i].n);
		const cJSON *usage = cJSON_GetObjectItemCaseSensitive(root, "token_usage");

		for (size_t k = 0; k < sizeof texts / sizeof *texts; k++)
			unused += (double)text_bytes(root, texts[k]);
		if (time_parse_iso(str_of(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(root, "timestamp"))), &ms) == 0)
			unused += (double)ms;
		unused += number(root, "cost_cents") + cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(root, "cache_hit"));
		b->sum += number(usage, "input") + number(usage, "output") + number(usage, "cache_read") + number(root, "duration_ms") +
		          (double)text_bytes(root, "tenant_id");
		cJSON_Delete(root);
	}
}

static double best(Bench *b, void (*read)(Bench *), double before, double *sum)
{
	double start = cpu_s(), took;

	b->sum = 0;
	read(b);
	took = cpu_s() - start;
	*sum = b->sum;
	return took < before ? took : before;
}

/* Returns 1 when the two did not read the same. */
static int measure(Bench *b, const Case *c, size_t bytes, int rounds)
{
	double ours = 1e9, theirs = 1e9, sum = 0, their_sum = 0, mb = (double)bytes / 1e6;

	for (int i = 0; i < rounds; i++) {
		ours = best(b, c->ours, ours, &sum);
		theirs = best(b, c->theirs, theirs, &their_sum);
	}
	(void)printf("%-24s %8.0f MB/s  cJSON %6.0f MB/s  ratio %5.2f  goal %.1f  %s\n", c->name, mb / ours, mb / theirs, theirs / ours,
	             c->goal, theirs / ours >= c->goal ? "met" : "missed");
	if (sum != their_sum)
		(void)printf("%s: the sums differ: %.17g and %.17g\n", c->name, sum, their_sum);
	return sum != their_sum;
}

int main(int argc, char **argv)
{
	static const Case page14 = { "page, 14 digits", page_ours, page_theirs, 6 }, page17 = { "page, 17 digits", page_ours, page_theirs, 6 };
	static const Case lines = { "line -> row", lines_ours, lines_theirs, 4.5 };
	Bench *b = calloc(1, sizeof *b);
	int64_t rounds = 40;
	int wrong = 0;

	if (!b || (argc > 1 && (str_i64(str_of(argv[1]), &rounds) < 0 || rounds < 1)))
		return 2;
	buf_init(&b->page, 4 * PAGE_BYTES);
	b->seed = 88172645463325252u;
	b->json = json_new(4 * PAGE_BYTES);
	make_page(b, 14);
	wrong += measure(b, &page14, b->page.n, (int)rounds);
	make_page(b, 17);
	wrong += measure(b, &page17, b->page.n, (int)rounds);
	make_lines(b);
	wrong += measure(b, &lines, b->line_bytes, (int)rounds);
	buf_done(&b->page);
	buf_done(&b->text);
	json_free(b->json);
	arena_done(&b->arena);
	free(b);
	return wrong ? 1 : 0;
}
