/* Log lines, job items and stream events of any bytes. Oracle: a plain line carries no figure, no figure is negative or
 * beyond its bound, both ways to read a line read the same, and an item that is accepted has its id. */
#include <stdlib.h>
#include <string.h>

#include "api/converse.h"
#include "api/records.h"

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

/* The same line with a line end behind its brace, which only the parser reads. */
static void check_other_way(Arena *a, const LogsEvent *event, const LogLine *line)
{
	const char *brace = event->message.n ? memchr(event->message.p, '{', event->message.n) : NULL;
	size_t head = brace ? (size_t)(brace - event->message.p) + 1 : 0;
	LogsEvent longer = *event;
	LogLine other;
	char *text = arena_alloc(a, event->message.n + 1);

	if (!brace)
		return;
	memcpy(text, event->message.p, head);
	text[head] = '\n';
	memcpy(text + head + 1, brace + 1, event->message.n - head);
	longer.message = (Str){ text, event->message.n + 1 };
	record_line(a, &longer, &other);
	need(line->kind == other.kind && line->event_ms == other.event_ms && line->has_tokens == other.has_tokens);
	need(memcmp(&line->tokens, &other.tokens, sizeof line->tokens) == 0 && line->cache_hit == other.cache_hit);
	need(line->reported_nusd.known == other.reported_nusd.known && line->reported_nusd.v == other.reported_nusd.v);
	need(line->duration_ms.known == other.duration_ms.known && line->duration_ms.v == other.duration_ms.v);
	need(str_eq(line->job_id, other.job_id) && str_eq(line->tenant, other.tenant) && str_eq(line->model, other.model));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = { 0 };
	LogsEvent event = { .id = STR("e"), .message = { (const char *)data, size }, .time_ms = 1 };
	ConverseTurn turn = { 0 };
	JsonVal item;
	LogLine line;
	ConversePiece piece;
	Job job;
	Err e = { 0 };

	record_line(&a, &event, &line);
	check_tokens(&line.tokens);
	need(line.reported_nusd.v >= 0 && line.duration_ms.v >= 0);
	need(line.kind != LINE_PLAIN || (!line.has_tokens && !line.reported_nusd.known && line.event_ms == 1));
	need(str_eq(line.text, event.message));
	check_other_way(&a, &event, &line);
	if (jv_parse(&a, event.message, 1 << 20, &item, NULL) == 0) {
		if (record_job(item, &job, &e) == 0) {
			need(job.id.n > 0 && job.reported_nusd.v >= 0 && job.retries >= 0);
			check_tokens(&job.tokens);
		} else {
			need(e.text[0]);
		}
		(void)ddb_check_item(item, &e);
	}
	if (converse_event(&a, STR("metadata"), event.message, &turn, &piece, &e) == 0)
		check_tokens(&turn.tokens);
	converse_turn_done(&turn);
	arena_done(&a);
	return 0;
}
