/* Lines of files of any bytes. Oracle: what is not taken has a reason; what is taken has an id, a time and figures in bounds,
 * and texts that live in the arena alone. */
#include <stdlib.h>
#include <string.h>

#include "app/ingest.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	Arena a = { 0 }, scratch = { 0 };
	char *copy = malloc(size + 1);
	Job job;
	LogLine line;
	Err e = { 0 };
	IngestKind kind;

	memcpy(copy, data, size);
	kind = ingest_decode(&a, &scratch, (Str){ copy, size }, str_hash((Str){ copy, size }), &job, &line, &e);
	free(copy);
	arena_done(&scratch);
	if (kind == INGEST_NOTHING)
		need(e.text[0] != 0);
	if (kind == INGEST_LINE) {
		need(line.event_id.n && line.kind != LINE_PLAIN && line.tokens.input >= 0 && line.reported_nusd.v >= 0);
		need(str_hash(line.text) + str_hash(line.event_id) + str_hash(line.tenant) != 1);        /* read under the sanitizer */
	}
	if (kind == INGEST_JOB) {
		need(job.id.n && (job.started_ms || job.updated_ms) && job.tokens.output >= 0 && job.reported_nusd.v >= 0);
		need(str_hash(job.id) + str_hash(job.model) + str_hash(job.error_message) != 1);
	}
	arena_done(&a);
	return 0;
}
