#include "app/ingest.h"

#include <string.h>

enum { TREE_MAX_BYTES = 1 << 20 };

/* Two lines that say the same are one event: there is nothing else to tell them apart by. */
static Str made_up_id(Arena *a, uint64_t hash)
{
	static const char digits[] = "0123456789abcdef", name[] = "file-";
	enum { NAME = sizeof name - 1, DIGITS = 16 };
	char *id = arena_alloc(a, NAME + DIGITS + 1);

	memcpy(id, name, NAME);
	for (int i = DIGITS; i-- > 0; hash >>= 4)
		id[NAME + i] = digits[hash & 15];
	return (Str){ id, NAME + DIGITS };
}

static IngestKind keep_line(Arena *a, const LogsEvent *event, LogLine *line, Err *e)
{
	record_line(a, event, line);
	if (line->kind != LINE_PLAIN)
		return INGEST_LINE;
	(void)err_set(e, "the message of the log event is none of COST_TRACKING, JOB_EVENT, SECURITY, CACHE, or has figures that cannot be right");
	return INGEST_NOTHING;
}

/* As `aws logs filter-log-events` writes them. */
static IngestKind take_event(Arena *a, JsonVal v, LogLine *line, Err *e)
{
	LogsEvent event = { 0 };

	if (jv_str(v, "eventId", &event.id, e) < 0 || jv_str(v, "message", &event.message, e) < 0 ||
	    jv_i64(v, "timestamp", &event.time_ms, e) < 0)
		return INGEST_NOTHING;
	event.ingested_ms = event.time_ms;
	if (jv_opt_i64(v, "ingestionTime", &event.ingested_ms, e) < 0)
		return INGEST_NOTHING;
	event.id = arena_str(a, event.id);
	event.message = arena_str(a, event.message);
	return keep_line(a, &event, line, e);
}

static IngestKind take_job(Arena *a, JsonVal v, Job *job, Err *e)
{
	bool typed = jv_type(jv_get(v, "jobId")) == JV_OBJECT;

	if (typed && ddb_check_item(v, e) < 0)
		return INGEST_NOTHING;
	if ((typed ? record_job : record_job_plain)(v, job, e) < 0)
		return INGEST_NOTHING;
	if (!job->started_ms && !job->updated_ms) {
		(void)err_set(e, "the job has neither startedAt nor updatedAt");
		return INGEST_NOTHING;
	}
	job_own(a, job);
	return INGEST_JOB;
}

static IngestKind take_tree(Arena *a, Arena *scratch, Str text, Job *job, LogLine *line, Err *e)
{
	JsonVal v;

	if (jv_parse(scratch, text, TREE_MAX_BYTES, &v, e) < 0)
		return INGEST_NOTHING;
	if (jv_type(jv_get(v, "Item")) == JV_OBJECT)
		v = jv_get(v, "Item");
	if (jv_has(v, "eventId"))
		return take_event(a, v, line, e);
	if (jv_has(v, "jobId"))
		return take_job(a, v, job, e);
	(void)err_set(e, "neither a log line of a known message with figures that can be right, nor a log event, nor a job");
	return INGEST_NOTHING;
}

/* Members that begin what is no log line: a guess that only saves reading it twice. */
static bool looks_like_tree(Str text)
{
#define BEGINNING(text) { text, sizeof text - 1 }
	static const Str first[] = {
		BEGINNING("{\"jobId\""), BEGINNING("{\"Item\""), BEGINNING("{\"account\""), BEGINNING("{\"eventId\""), BEGINNING("{\"logStreamName\""),
	};

	for (size_t i = 0; i < sizeof first / sizeof *first; i++)
		if (str_starts(text, first[i]))
			return true;
	return false;
}

/* Trees have ids of their own. */
void ingest_hash(const Str *text, size_t n, uint64_t *hash)
{
	Str hashed[STR_LANES];

	for (size_t i = 0; i < n; i++)
		hashed[i] = looks_like_tree(text[i]) ? STR("") : text[i];
	str_hash_each(hashed, n, hash);
}

IngestKind ingest_decode(Arena *a, Arena *scratch, Str text, uint64_t hash, Job *job, LogLine *line, Err *e)
{
	LogsEvent event;

	if (!looks_like_tree(text)) {
		event = (LogsEvent){ .id = STR(""), .message = text };
		record_line(a, &event, line);
		if (line->kind != LINE_PLAIN && line->event_ms > 0) {
			line->event_id = made_up_id(a, hash);
			line->text = arena_str(a, text);
			line->tail = true;
			return INGEST_LINE;
		}
		if (line->kind != LINE_PLAIN) {
			(void)err_set(e, "the log line has no timestamp");
			return INGEST_NOTHING;
		}
	}
	return take_tree(a, scratch, text, job, line, e);
}
