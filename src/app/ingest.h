/* JSON lines from a file or a pipe into a store: what `seismo tool ingest` does. One thread reads and decodes, another writes.
 * Rows are taken in as the feeds do it (store_apply), so the same lines again change nothing, also after a kill. */
#ifndef APP_INGEST_H
#define APP_INGEST_H

#include "api/records.h"
#include "store/store.h"

/* A line is one of: a log line of docs/data.md; a log event of CloudWatch Logs ({"eventId", "timestamp", "message"}); an item of
 * the jobs table, bare or as {"Item": …} of an export; an element of `get jobs -o json`. */
typedef enum IngestKind { INGEST_NOTHING, INGEST_JOB, INGEST_LINE } IngestKind;

/* Of n lines (at most STR_LANES) the hash that ingest_decode makes an id of where there is none. */
void ingest_hash(const Str *text, size_t n, uint64_t *hash);

/* Decodes one line without its end; *job or *line is set, with all texts in the arena a. scratch is used and may be reset by
 * the caller afterwards. INGEST_NOTHING: *e says why. A log line without an event id is one with every other that says the
 * same, and with the event of CloudWatch Logs that does (LogLine.tail). */
IngestKind ingest_decode(Arena *a, Arena *scratch, Str text, uint64_t hash, Job *job, LogLine *line, Err *e);

typedef struct IngestSpec {
	int    fd;
	Store *store;
	size_t batch;                        /* rows in one transaction */
	const PriceTable *prices;
	LedgerMode mode;
} IngestSpec;

typedef struct IngestCounts {
	int64_t read;                        /* lines that are not empty */
	int64_t skipped, first_skipped;      /* number of the first of them, from 1 */
	Err     first_why;
	int64_t lines, lines_new, lines_again;
	int64_t jobs, jobs_new, jobs_changed;    /* the rest of jobs was known, or older than what is kept */
	int64_t nusd, batches;
} IngestCounts;

/* Reads to the end of fd. What was read when a pipe pauses is stored at once. -1: what was counted until then is in the store
 * (all but the batch that failed). */
int ingest_run(const IngestSpec *spec, IngestCounts *out, Err *e);

#endif
