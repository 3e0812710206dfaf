/* Log lines, job items and stream events of any bytes. Oracle: a plain line carries no figure, no figure is negative or
 * beyond its bound, and an item that is accepted has its id. */
#include <stdlib.h>

#include "aws/records.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

static void check_tokens(const Tokens *t)
{
	const int64_t v[] = { t->input, t->output, t->cache_read, t->cache_write_5m, t->cache_write_1h };

	for (size_t i = 0; i < sizeof v / sizeof *v; i++)
		need(v[i] >= 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = { 0 };
	LogsEvent event = { .id = STR("e"), .message = { (const char *)data, size }, .time_ms = 1 };
	ConverseTurn turn = { 0 };
	JsonVal item;
	LogLine line;
	Str delta;
	Job job;
	Err e = { 0 };

	record_line(&a, &event, &line);
	check_tokens(&line.tokens);
	need(line.reported_nusd.v >= 0 && line.duration_ms.v >= 0);
	need(line.kind != LINE_PLAIN || (!line.has_tokens && !line.reported_nusd.known && line.event_ms == 1));
	need(str_eq(line.text, event.message));
	if (jv_parse(&a, event.message, 1 << 20, &item, NULL) == 0) {
		if (record_job(item, &job, &e) == 0) {
			need(job.id.n > 0 && job.reported_nusd.v >= 0 && job.retries >= 0);
			check_tokens(&job.tokens);
		} else {
			need(e.text[0]);
		}
		(void)ddb_check_item(item, &e);
	}
	if (converse_event(&a, STR("metadata"), event.message, &turn, &delta, &e) == 0)
		check_tokens(&turn.tokens);
	arena_done(&a);
	return 0;
}
